"""Settling where a first look misleads: columns that moved, keys that stand twice (the rules: test_core_settle.py)."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from automations.core.cells import RawCell
from automations.core.messages import Label
from automations.core.schema import Column, Tab
from automations.core.settling import Cell, Correction, Ground, Hit, Misfiled, Settled, entries_of, settle
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


def test_an_entry_of_a_row_that_is_filed_again_has_its_other_cells():
    """Also those that were filed rightly: without them nobody could tell the row from another one without a key."""
    now = ground(("template", "mail_id", "state"), ("M1", None, "ready"))
    cells = (Cell("mail_id", None, "M1", "template", None), Cell("state", None, "ready", "state", None))
    (entry,) = entries_of(settle((), (Misfiled("mails", cells),), now))["mails"]
    assert entry == ["#2", {"template": ["M1", None], "mail_id": [None, "M1"]}, 2, {"state": "ready"}]


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


def peoples(now: Ground) -> Ground:
    """Return the ground of a tab in which people give the numbers."""
    columns = {**_ROBOT, "mail_id": Column("mail_id", Label("mail_id", "mail_id")), "template": _HUMAN}
    return replace(now, schema={"mails": replace(MAILS, columns=columns)})


def states(settled: Settled) -> list[tuple[int, str, RawCell]]:
    return [(one.number, one.column, one.wanted) for one in settled.corrections]


def test_a_put_back_of_a_doubled_key_is_done_again_where_all_of_its_base_stands():
    """A person copied the row with its number; the other one rightly shows one of the values."""
    now = ground(("mail_id", "state", "template"), ("M1", "done", "b"), ("M1", "done", "a"), is_settle=True)
    cells = (Cell("state", "done", None, "state", None), Cell("template", "a", None, "template", None))
    settled = settle([Hit("mails", "M1", "M2", cells)], (), now)
    assert states(settled) == [(3, "state", None), (3, "template", None)]


def test_a_put_back_that_met_the_other_row_of_a_doubled_key_is_done_again():
    now = ground(("mail_id", "state"), ("M1", "open"), ("M1", "done"), is_settle=True)
    met = Hit("mails", "M1", "M1", (Cell("state", "done", "open", "state", "open"),), meant={"mail_id": "M1"})
    assert states(settle([met], (), now)) == [(3, "state", "open")]


def test_a_put_back_of_a_doubled_key_is_not_done_again_on_the_row_that_is_left():
    """The row that was meant was deleted; the other one shows the same value, and little else of it."""
    now = ground(("mail_id", "state", "template"), ("M1", "done", "b"), is_settle=True)
    meant = {"template": "a", "errors": "x"}
    missed = Hit("mails", "M1", "M2", (Cell("state", "done", "open", "state", "x"),), meant=meant)
    assert states(settle([missed], (), now)) == []


def test_an_entry_of_a_doubled_key_tells_which_of_its_rows_was_meant():
    now = ground(("mail_id", "state", "template"), ("M1", "done", "a"), ("M1", "open", "b"))
    hit = Hit("mails", "M2", "M1", (Cell("state", None, "done", "state", "open"),), beside={"template": "a"})
    (entry,) = entries_of(settle([hit], (), now))["mails"]
    assert entry == ["M1", {"state": ["done", "open"]}, 2, {"mail_id": "M1", "template": "a"}]


def test_of_rows_that_are_alike_each_is_met_by_one_write_only():
    """Row and copy, the same in all cells, were both hit: once rightly, once by what was meant for another row."""
    now = ground(("mail_id", "state"), ("M1", "done"), ("M1", "done"))
    right = Hit("mails", "M1", "M1", (Cell("state", None, "done", "state", None),))
    wrong = Hit("mails", "M2", "M1", (Cell("state", None, "done", "state", None),))
    assert states(settle([right, wrong], (), now)) == [(3, "state", None)]


def test_a_row_that_was_given_the_number_of_another_one_is_told_from_it():
    """And edited since, so that it is not quite as the write left it; the value that was written stands in both."""
    now = ground(("mail_id", "state", "template"), ("M1", None, "edited"), ("M1", None, "other"))
    beside = {"template": "first", "errors": None}
    renamed = Hit("mails", "M0", "M1", (Cell("state", "done", None, "state", "done"),), beside=beside)
    known = Hit("mails", "M2", "M1", (Cell("state", "x", None, "state", None),), beside={"template": "other"})
    assert states(settle([renamed, known], (), now)) == [(2, "state", "done")]


def test_no_row_gets_the_number_of_one_that_was_deleted():
    """A moved column: three rows were given the same word as number, and a person deleted one of them."""
    now = peoples(ground(("state", "mail_id", "template"), ("x", "done", "a"), ("M3", "done", None)))
    hits = [
        Hit("mails", key, key, (Cell("state", None, "done", "mail_id", key),), beside={"template": text})
        for key, text in (("M1", "a"), ("M2", "b"))
    ]
    new = Misfiled(
        "mails", (Cell("mail_id", None, "M3", "state", None), Cell("state", None, "done", "mail_id", None))
    )
    settled = settle(hits, [new], now)
    assert states(settled) == [(2, "mail_id", "M1"), (3, "state", "done"), (3, "mail_id", "M3")]
    assert "M2" in settled.lost[0].text("en")


def test_a_number_that_was_written_over_with_nothing_goes_back_to_its_row():
    now = peoples(ground(("state", "mail_id", "template"), (None, None, "other"), (None, None, "mine")))
    hit = Hit(
        "mails", "M9", "M1", (Cell("state", "done", None, "mail_id", "M1"),), beside={"template": "mine"}
    )
    assert states(settle([hit], (), now)) == [(3, "mail_id", "M1")]


def test_where_a_column_was_moved_all_of_a_row_is_put_back():
    """Left alone, a status beside the twin of another one would pass for a person's."""
    now = ground(("mail_id", "state", "template"), ("M1", "done", "done"))
    cells = (
        Cell("state", "open", "done", "state", "open"),
        Cell("mail_id", "M1", "done", "template", "a"),
    )
    settled = settle([Hit("mails", "M1", "M1", cells)], (), now)
    assert states(settled) == [(2, "state", "open"), (2, "template", "a")]


def test_a_row_that_was_filed_on_a_blank_line_is_filed_on_its_own():
    """People moved a column, a new row got no number; the settle step gave it to a blank line that came in between."""
    columns = ("mail_id", "state", "template")
    now = ground(columns, ("M1", "ready", None), (None, "M1", "ready"), is_settle=True)
    cells = (
        Cell("mail_id", None, "M1", "mail_id", None),
        Cell("state", "M1", "ready", "state", None),
        Cell("template", "ready", None, "template", None),
    )
    settled = settle([Hit("mails", "", "", cells, beside={})], (), now)
    assert states(settled) == [
        (2, "mail_id", None),
        (2, "state", None),
        (3, "mail_id", "M1"),
        (3, "state", "ready"),
        (3, "template", None),
    ]


def test_rows_whose_numbers_were_put_back_to_one_another_get_their_own():
    """Numbers were written over; what put them back met rows that people had sorted."""
    now = ground(("mail_id", "template"), ("M1", "b"), ("M2", "a"), is_settle=True)
    hits = [
        Hit(
            "mails", "done", "done", (Cell("mail_id", "done", key, "mail_id", "done"),), {},
            {"template": met}, {"template": meant},
        )
        for key, met, meant in (("M1", "b", "a"), ("M2", "a", "b"))
    ]  # fmt: skip
    assert states(settle(hits, (), now)) == [(2, "mail_id", "M2"), (3, "mail_id", "M1")]
