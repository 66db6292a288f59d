"""`daicho doctor` on a whole ledger in a Google spreadsheet: one list of what is well, worth mending, in the way."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import ledgers
import pytest
from google_desk import Desk
from test_google_doctor import shop_at

from automations.app.doctor import examine
from automations.app.google_init import init_google


@pytest.fixture
def folder(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a shop whose ledger is a spreadsheet of the local service."""
    made = shop_at(desk, tmp_path / "shop", monkeypatch)
    init_google(desk.key, made, "en")
    return made


def told(folder: Path) -> tuple[list[str], bool]:
    return examine(folder, ledgers.NOW, "en")


def edit(desk: Desk, **given: Any) -> None:  # noqa: ANN401 - what a person types
    desk.service.person(desk.key, {"do": "edit", "tab": "orders", "row": 1, **given})


def test_a_ledger_in_order_is_called_well(folder: Path) -> None:
    lines, healthy = told(folder)
    assert healthy, lines
    assert {line[0] for line in lines} == {"✓"}, lines
    assert "台帳 can be read; orders: 0" in lines[1]


def test_a_clock_that_is_off_is_worth_mending_but_stops_nothing(folder: Path, desk: Desk) -> None:
    desk.time.seconds += timedelta(minutes=3).total_seconds()
    lines, healthy = told(folder)
    assert healthy
    assert [line for line in lines if line.startswith("△ the clock of this computer differs")]


def test_a_header_that_stands_twice_says_what_rests_until_then(folder: Path, desk: Desk) -> None:
    edit(desk, column="Days waiting", value="Status")
    lines, healthy = told(folder)
    assert healthy
    (line,) = (line for line in lines if line.startswith("△ Orders, Status: The column stands twice"))
    assert "instruct_shipping" in line


def test_a_key_that_stands_twice_is_in_the_way(folder: Path, desk: Desk) -> None:
    edit(desk, column="Days waiting", value="Order no.")
    lines, healthy = told(folder)
    assert not healthy
    assert lines[0].startswith("✗ header-twice")


def test_a_key_column_without_its_header_is_in_the_way(folder: Path, desk: Desk) -> None:
    edit(desk, column="Order no.", value="")
    lines, healthy = told(folder)
    assert not healthy
    assert lines[0].startswith("✗ column-missing")
