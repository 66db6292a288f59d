"""`daicho doctor`: what is well, what is worth mending, what stands in the way of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import ledgers
import pytest

from automations.app.demo.shop_data import SHOP
from automations.app.doctor import examine
from automations.app.shops import init_shop


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shop"
    init_shop(made, language="en", shop=SHOP)
    return made


def _told(folder: Path) -> tuple[list[str], bool]:
    return examine(folder, ledgers.NOW, "en")


def test_shop_in_order_is_called_well(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    lines, healthy = _told(folder)
    assert healthy
    assert {line[0] for line in lines} == {"✓"}
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_empty_settings_are_worth_mending_but_stop_nothing(tmp_path: Path) -> None:
    init_shop(tmp_path / "new", language="ja")
    lines, healthy = _told(tmp_path / "new")
    assert healthy
    mend = [line for line in lines if line.startswith("△")]
    assert len(mend) == 2
    assert "billing_code" in mend[1]


def _no_ledger(folder: Path) -> None:
    (folder / "ledger.xlsx").unlink()


def _no_workbook(folder: Path) -> None:
    (folder / "ledger.xlsx").write_text("not a workbook")


def _wrong_setting(folder: Path) -> None:
    with (folder / "shop.yaml").open("a", encoding="utf-8") as file:
        file.write("post_sales: {window: 3}\n")


def _wrong_template(folder: Path) -> None:
    own = folder / "mail_templates" / "en"
    own.mkdir(parents=True)
    (own / "shipped.txt.j2").write_text("Subject: {{ order.colour }}\n\nHello\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param(_no_ledger, "workbook-missing", id="no ledger"),
        pytest.param(_no_workbook, "Fix:", id="ledger that is no workbook"),
        pytest.param(_wrong_setting, "unknown-key", id="wrong setting"),
        pytest.param(_wrong_template, "order.colour", id="wrong mail template"),
    ],
)
def test_what_stands_in_the_way_is_named_with_its_fix(
    spoil: Callable[[Path], None], told: str, folder: Path
) -> None:
    spoil(folder)
    lines, healthy = _told(folder)
    assert not healthy
    assert lines[0].startswith("✗")
    assert told in lines[0]


def test_folder_without_a_shop_is_named(tmp_path: Path) -> None:
    lines, healthy = _told(tmp_path)
    assert not healthy
    assert "shop-missing" in lines[0]
