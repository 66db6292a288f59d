"""What each kind of value becomes, and which values are refused before anything is written."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest
from xlsx_samples import handmade, part, rows_of, sheet

from automations.books.xlsx import CellEdit, CellValue, SheetEdit, ValueRefused, edit_workbook
from automations.books.xlsx.cells import legal
from automations.books.xlsx.edits import serial


def at(*clock: int) -> datetime:
    return datetime.combine(date(2026, 5, 3), time(*clock))


def only(value: CellValue, rows: str = "", **book: str):
    source = handmade(sheet(rows), **book)
    return edit_workbook(source, [SheetEdit("S1", (CellEdit(1, 1, value),))])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(7, "<v>7</v>", id="whole number"),
        pytest.param(-120_000, "<v>-120000</v>", id="negative number"),
        pytest.param(Decimal("0.10"), "<v>0.10</v>", id="decimal by its digits"),
        pytest.param(Decimal("1E+3"), "<v>1E+3</v>", id="decimal with exponent"),
        pytest.param(0.1 + 0.2, "<v>0.30000000000000004</v>", id="float in full"),
        pytest.param(1e22, "<v>1e+22</v>", id="large float"),
        pytest.param(10**20, "<v>100000000000000000000</v>", id="large round number"),
    ],
)
def test_numbers_are_exact(value: CellValue, expected: str):
    assert f'<c r="A1">{expected}</c>' in part(only(value))


@pytest.mark.parametrize(("value", "expected"), [(True, "1"), (False, "0")])
def test_yes_and_no_are_truth_values(value: CellValue, expected: str):
    assert f'<c r="A1" t="b"><v>{expected}</v></c>' in part(only(value))


@pytest.mark.parametrize(
    "value", ["=1+1", "@x", "+81", "-", "'a", "0010010", "1-2", " a ", "a\nb\tc", "<&>\"'", "髙🎁"]
)
def test_text_stays_text(value: CellValue):
    result = only(value)
    assert rows_of(result) == [[value]]
    assert "<f" not in part(result)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\x00b\x1f", "a_x0000_b_x001F_", id="control characters"),
        pytest.param("a\r\nb", "a_x000D_\nb", id="carriage return, which XML would drop"),
        pytest.param("\ud800", "_xD800_", id="half a surrogate pair"),
        pytest.param("\ufffe\uffff", "_xFFFE__xFFFF_", id="not characters"),
        pytest.param("_x0041_", "_x005F_x0041_", id="looks escaped"),
        pytest.param("_x00af_x0041_", "_x005F_x00af_x005F_x0041_", id="looks escaped twice"),
        pytest.param("_x0041\x01", "_x005F_x0041_x0001_", id="would look escaped once its end is"),
        pytest.param("_x41_ _X0041_", "_x41_ _X0041_", id="does not look escaped"),
    ],
)
def test_what_xml_cannot_hold_is_spelled_out(text: str, expected: str):
    assert legal(text) == expected


@pytest.mark.parametrize(("value", "rows"), [(None, '<row r="1"><c r="A1" s="2" t="s"><v>0</v></c></row>'), ("", '<row r="1"><c r="A1" s="2"><f>B1</f><v>1</v></c></row>')])  # fmt: skip
def test_nothing_clears_the_cell_and_keeps_its_style(value: CellValue, rows: str):
    assert '<row r="1"><c r="A1" s="2"/></row>' in part(only(value, rows))


def test_nothing_into_nothing_leaves_the_file_alone():
    source = handmade(sheet('<row r="2"><c r="B2"/></row>'))
    edits = SheetEdit("S1", (CellEdit(1, 1, None), CellEdit(2, 1, None), CellEdit(2, 2, None)))
    assert edit_workbook(source, [edits]) is source
    assert edit_workbook(source, []) is source


@pytest.mark.parametrize(
    ("day", "from_1904", "expected"),
    [
        pytest.param(date(1900, 1, 1), False, "1", id="first day"),
        pytest.param(date(1900, 2, 28), False, "59", id="before the day that never was"),
        pytest.param(date(1900, 3, 1), False, "61", id="after the day that never was"),
        pytest.param(date(2026, 5, 3), False, "46145", id="a day"),
        pytest.param(date(2026, 5, 3), True, "44683", id="a day counted from 1904"),
        pytest.param(date(1904, 1, 1), True, "0", id="first day of 1904"),
        pytest.param(at(0, 0), False, "46145", id="midnight"),
        pytest.param(at(18, 0), False, "46145.75", id="evening"),
        pytest.param(at(23, 59, 59, 999_000), False, "46145.99999998843", id="last millisecond"),
    ],
)
def test_days_are_counted_as_the_workbook_does(day: date, from_1904: bool, expected: str):
    assert serial(day, from_1904=from_1904) == expected


@pytest.mark.parametrize("flag", ["1", "true"])
def test_the_1904_calendar_of_the_workbook_is_used(flag: str):
    source = {"settings": f'<workbookPr date1904="{flag}"/>'}
    assert "<v>44683</v>" in part(only(date(2026, 5, 3), **source))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("a" * 32_768, "text-too-long", id="one character too many"),
        pytest.param("🎁" * 16_384, "text-too-long", id="emoji count twice"),
        pytest.param(float("nan"), "number-not-finite", id="not a number"),
        pytest.param(Decimal("Infinity"), "number-not-finite", id="infinite"),
        pytest.param(10**400, "number-not-finite", id="too large"),
        pytest.param(1234567890123456, "number-too-precise", id="16 digits"),
        pytest.param(Decimal("0.1234567890123456"), "number-too-precise", id="16 places"),
        pytest.param(date(1899, 12, 31), "date-out-of-range", id="too early"),
        pytest.param(datetime(2026, 5, 3, tzinfo=UTC), "time-zone", id="time with zone"),
    ],
)
def test_values_that_would_change_are_refused(value: CellValue, reason: str):
    with pytest.raises(ValueRefused) as refusal:
        only(value)
    assert (refusal.value.reason, refusal.value.sheet, refusal.value.cell) == (reason, "S1", "A1")
    assert isinstance(refusal.value, ValueError)


@pytest.mark.parametrize(
    "value", ["a" * 32_767, "🎁" * 16_383, 123456789012345, 10**300, Decimal("1.50000000000000000000")]
)
def test_values_at_the_limit_are_kept(value: CellValue):
    assert rows_of(only(value)) == [[value if isinstance(value, str) else float(value)]]


@pytest.mark.parametrize("place", [(0, 1), (1, 0), (1_048_577, 1), (1, 16_385)])
def test_cells_outside_the_sheet_are_refused(place: tuple[int, int]):
    with pytest.raises(ValueRefused, match="position-out-of-range: S1: "):
        edit_workbook(handmade(sheet("")), [SheetEdit("S1", (CellEdit(*place, "x"),))])


def test_a_cell_is_edited_once():
    edits = [SheetEdit("S1", (CellEdit(1, 3, "x"),)), SheetEdit("S1", (CellEdit(1, 3, "y"),))]
    with pytest.raises(ValueRefused, match="edited-twice: S1: C1"):
        edit_workbook(handmade(sheet("")), edits)
