"""`daicho show`: which rows, which form, and what a narrow screen gets to see."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import ledgers
import pytest

from automations.app.rows import Form, ShowRefused, show_rows
from automations.app.shops import init_shop
from automations.core.text import half_width_length
from automations.core.values import Value

ORDERS: Sequence[Mapping[str, Value]] = (
    {
        "order_id": "0012",
        "status": "on_hold",
        "buyer_name": "森 一郎",
        "total": 1080,
        "ordered_at": ledgers.NOW,
    },
    {"order_id": "1002", "status": "allocated", "buyer_name": "北村　悦子", "total": 21600, "gift": True},
    {"order_id": "1003", "buyer_name": "Ann", "remark": "long " * 20},
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("shows") / "shop"
    init_shop(made, language="en", rows={"orders": ORDERS})
    return made


def _show(
    folder: Path, *conditions: str, tab: str = "orders", form: Form = "json", language: str | None = None
) -> str:
    return show_rows(folder, tab, conditions, form, ledgers.NOW, language)


@pytest.mark.parametrize(
    ("conditions", "keys"),
    [
        pytest.param((), ["0012", "1002", "1003"], id="all rows"),
        pytest.param(("status=on_hold",), ["0012"], id="by id"),
        pytest.param(("状態=保留",), ["0012"], id="by labels"),
        pytest.param(("Status = On hold",), ["0012"], id="by labels with blanks"),
        pytest.param(("order_id=0012",), ["0012"], id="by code with its zeros"),
        pytest.param(("order_id=12",), [], id="a code is not a number"),
        pytest.param(("buyer_name=北村 悦子",), ["1002"], id="whatever the blank"),
        pytest.param(("total=1080",), ["0012"], id="by amount"),
        pytest.param(("status=",), ["1003"], id="blank cells"),
        pytest.param(("status=allocated", "total=1080"), [], id="every condition must hold"),
    ],
)
def test_rows_that_meet_every_condition(conditions: tuple[str, ...], keys: list[str], folder: Path) -> None:
    assert [row["order_id"] for row in json.loads(_show(folder, *conditions))] == keys


@pytest.mark.parametrize("name", ["orders", "受注", "Orders", " ORDERS "])
def test_tab_is_found_by_any_of_its_names(name: str, folder: Path) -> None:
    assert len(json.loads(_show(folder, tab=name))) == 3


def test_json_is_the_same_in_every_language(folder: Path) -> None:
    assert _show(folder, language="ja") == _show(folder, language="en")
    (row,) = json.loads(_show(folder, "order_id=0012"))
    assert (row["total"], row["gift"], row["ordered_at"]) == (1080, None, "2026-11-24T10:00:00+09:00")


def test_table_stands_in_columns_whatever_the_width_of_the_letters(folder: Path) -> None:
    lines = _show(folder, form="table").splitlines()
    assert lines[0].split()[:2] == ["order_id", "status"]
    assert lines[-1] == "rows: 3"
    names = zip(lines[1:4], ("森", "北村", "Ann"), strict=True)
    starts = {half_width_length(line[: line.index(name)]) for line, name in names}
    assert len(starts) == 1


def test_table_cuts_long_cells_and_leaves_empty_columns_out(folder: Path) -> None:
    table = _show(folder, form="table")
    assert "long long long long lo…" in table
    assert "arrived_on" not in table
    assert "long " * 19 + "long" in _show(folder, form="csv")


def test_table_shows_a_zero_and_no_box_without_a_tick(tmp_path: Path) -> None:
    made = tmp_path / "shop"
    init_shop(made, language="en", rows={"orders": ({"order_id": "1", "fee": 0, "gift": False},)})
    header, row, _ = _show(made, form="table").splitlines()
    assert (header.split(), row.split()) == (["order_id", "fee", "gift"], ["1", "0"])


def test_table_without_rows_says_so(folder: Path) -> None:
    assert _show(folder, tab="holds", form="table").split() == ["rows:", "0"]


@pytest.mark.parametrize(
    ("tab", "condition", "fix"),
    [
        pytest.param("oders", "", "Did you mean 'orders'?", id="tab misspelt"),
        pytest.param("受注票", "", "受注", id="Japanese tab misspelt"),
        pytest.param("zzz", "", "Tabs: control, orders", id="tab far off"),
        pytest.param("orders", "on_hold", "status=on_hold", id="no condition"),
        pytest.param("orders", "stats=on_hold", "Did you mean 'status'?", id="column misspelt"),
        pytest.param("orders", "zzz=1", "Columns: order_id, status", id="column far off"),
    ],
)
def test_unknown_name_is_refused_with_the_nearest(tab: str, condition: str, fix: str, folder: Path) -> None:
    with pytest.raises(ShowRefused) as caught:
        _show(folder, *([condition] if condition else []), tab=tab)
    assert fix in caught.value.fix.text("en")
    assert caught.value.exit_code == 2
