"""Settling where a first look misleads: columns that moved, keys that stand twice (the rules: test_core_settle.py)."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from automations.core.cells import RawCell
from automations.core.messages import Label
from automations.core.schema import Column, Tab
from automations.core.settle import Cell, Correction, Ground, Hit, Misfiled, entries_of, settle
from automations.core.snapshot import Sheet
from automations.core.wording import Wording

_ROBOT = {name: Column(name, Label(name, name), "text", "robot") for name in ("mail_id", "template", "state")}
MAILS = Tab("mails", Label("メール", "Mails"), ("mail_id",), _ROBOT)


def ground(columns: tuple[str, ...], *rows: tuple[RawCell, ...], is_settle: bool = False) -> Ground:
    places = {name: at for at, name in enumerate(columns, 1)}
    sheet = Sheet("mails", "メール", 1, places, {}, tuple(enumerate(rows, 2)))
    wording = Wording("ja", "JPY", ZoneInfo("Asia/Tokyo"))
    return Ground({"mails": sheet}, {"mails": MAILS}, "ledger", wording, is_settle=is_settle)


def wanted(corrections: tuple[Correction, ...]) -> dict[str, RawCell]:
    return {one.column: one.wanted for one in corrections}


def test_a_new_row_whose_key_went_to_another_column_keeps_everything():
    """The key column was moved to the end: the row seemed to have none, and was cleared as nobody's."""
    now = ground(("template", "state", "mail_id"), ("M1", "thanks", None))
    meant = Misfiled(
        "mails",
        (Cell("mail_id", None, "M1", "template", None), Cell("template", None, "thanks", "state", None)),
    )
    settled = settle((), (meant,), now)
    assert wanted(settled.corrections) == {"mail_id": "M1", "template": "thanks", "state": None}


def test_a_put_back_that_went_to_another_column_is_done_again():
    now = ground(("mail_id", "state", "template"), ("M1", None, "wrong"), is_settle=True)
    missed = Hit("mails", "M1", "M1", (Cell("template", "wrong", None, "state", "ready"),))
    settled = settle((missed,), (), now)
    assert wanted(settled.corrections) == {"state": "ready", "template": None}


def test_of_two_rows_with_the_same_key_the_other_cells_tell_which_was_hit():
    """Both show the value that was written; one of them rightly."""
    now = ground(("mail_id", "template", "state"), ("M1", "thanks", "done"), ("M1", "reminder", "done"))
    wrong = Hit(
        "mails", "M2", "M1", (Cell("state", "", "done", "state", "open"),), beside={"template": "reminder"}
    )
    settled = settle((wrong,), (), now)
    assert [(one.number, one.wanted) for one in settled.corrections] == [(3, "open")]


def test_what_was_written_on_a_blank_line_under_moved_columns_is_no_key():
    now = ground(("state", "mail_id", "template"), (None, "ready", None))
    strayed = Hit("mails", "M1", "", (Cell("state", None, "ready", "mail_id", None),))
    settled = settle((strayed,), (), now)
    assert wanted(settled.corrections) == {"mail_id": None}


_SHARED = Column("state", Label("state", "state"), "text", "shared")
_HUMAN = Column("template", Label("template", "template"))
ORDERS = replace(MAILS, columns={**_ROBOT, "state": _SHARED, "template": _HUMAN})


def test_what_a_person_typed_in_a_row_without_key_while_it_was_cleared_comes_back():
    sheet = ground(
        ("mail_id", "state", "template"), (None, None, "mine"), (None, None, "other"), is_settle=True
    )
    now = replace(sheet, schema={"mails": ORDERS})
    cleared = Hit(
        "mails", "", "", (Cell("state", "done", None, "state", "typed"),), beside={"template": "mine"}
    )
    settled = settle((cleared,), (), now)
    assert [(one.number, one.wanted) for one in settled.corrections if one.column == "state"] == [
        (2, "typed")
    ]


def test_what_a_person_typed_in_another_row_without_key_stays():
    """It happens to be the very value that was written to a blank line."""
    sheet = ground(("mail_id", "state", "template"), (None, "done", "mine"), (None, "done", None))
    now = replace(sheet, schema={"mails": ORDERS})
    strayed = Hit("mails", "M1", "", (Cell("state", None, "done", "state", None),), beside={"template": None})
    settled = settle((strayed,), (), now)
    assert [(one.number, one.wanted) for one in settled.corrections if one.column == "state"] == [(3, None)]


def test_of_rows_without_key_the_one_that_was_meant_gets_its_value_back():
    """Putting back missed it; the other one shows the same, but has other cells beside."""
    sheet = ground(
        ("mail_id", "state", "template"), (None, None, "mine"), (None, None, "other"), is_settle=True
    )
    now = replace(sheet, schema={"mails": ORDERS})
    cells = (Cell("state", None, "typed", "state", None),)
    missed = Hit("mails", "", "M1", cells, meant={"template": "mine"})
    settled = settle((missed,), (), now)
    assert [(one.number, one.wanted) for one in settled.corrections if one.column == "state"] == [
        (2, "typed")
    ]
    (entry,) = entries_of(settled)["mails"]
    assert entry == ["#2", {"state": [None, "typed"]}, 2, {"template": "mine"}]


def test_clearing_a_stray_line_that_met_another_blank_one_is_done_again():
    """Rows were inserted above it; the line that was met and the one that was meant have no key alike."""
    sheet = ground(
        ("mail_id", "state", "template"), (None, "done", None), (None, "done", "mine"), is_settle=True
    )
    now = replace(sheet, schema={"mails": ORDERS})
    missed = Hit("mails", "", "", (Cell("state", "done", None, "state", None),))
    settled = settle((missed,), (), now)
    assert [(one.number, one.wanted) for one in settled.corrections if one.column == "state"] == [(2, None)]
