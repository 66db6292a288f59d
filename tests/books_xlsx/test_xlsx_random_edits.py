"""Whatever is written comes back, whatever the sheet looked like before."""

import io
from datetime import date, datetime, time
from decimal import Decimal

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsx_samples import MAIN, SHEET, handmade, parts_of, rows_of, zipped

from automations.books.xlsx import CellEdit, CellValue, RefusedError, SheetEdit, edit_workbook
from automations.books.xlsx.cells import legal
from automations.books.xlsx.properties import read_properties

Edits = dict[tuple[int, int], CellValue]
PLACES = st.tuples(st.integers(1, 12), st.integers(1, 8))
DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))
TIMES = st.builds(datetime.combine, DAYS, st.times().map(lambda of_day: of_day.replace(microsecond=0)))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12)
UNDATED = st.one_of(
    st.none(),
    TEXTS,
    st.sampled_from(["=1+1", "_x0041_", "_x0041\x01", "&amp;", "]]>", " ", "\r\n"]),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9),
    st.booleans(),
)
VALUES = st.one_of(UNDATED, DAYS, TIMES)


@st.composite
def sheets(draw: st.DrawFn) -> tuple[dict[tuple[int, int], int], str]:
    """Return numbers by row and column, and a sheet that holds them, written in one of many ways."""
    numbers = draw(st.dictionaries(PLACES, st.integers(0, 9), max_size=30))
    p = draw(st.sampled_from(["", "x:"]))
    space = draw(st.sampled_from(["", "\n  ", "<!-- <c/> -->"]))
    is_terse = draw(st.booleans())
    written, next_row = "", 1
    for row in sorted({row for row, _ in numbers}):
        cells, next_column = "", 1
        for column in sorted(column for at, column in numbers if at == row):
            name = "" if is_terse and column == next_column else f' r="{chr(64 + column)}{row}"'
            cells += f"{space}<{p}c{name}><{p}v>{numbers[row, column]}</{p}v></{p}c>"
            next_column = column + 1
        name = "" if is_terse and row == next_row else f' r="{row}"'
        written += f"{space}<{p}row{name}>{cells}{space}</{p}row>"
        next_row = row + 1
    declared = f'xmlns{":x" if p else ""}="{MAIN}"'
    inner = f"<{p}sheetData>{written}</{p}sheetData>" if written else f"<{p}sheetData/>"
    return numbers, f"<{p}worksheet {declared}>{inner}</{p}worksheet>"


def seen(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return float(value)
    return value


@settings(max_examples=80, deadline=None)
@given(sheets(), st.dictionaries(PLACES, VALUES, max_size=20))
def test_every_cell_reads_as_written(before: tuple[dict[tuple[int, int], int], str], edits: Edits):
    numbers, tab = before
    cells = tuple(CellEdit(row, column, value) for (row, column), value in edits.items())
    result = edit_workbook(handmade(tab), [SheetEdit("S1", cells)])
    found = rows_of(result)
    expected = {place: seen(value) for place, value in {**numbers, **edits}.items()}
    for (row, column), value in expected.items():
        is_there = row <= len(found) and column <= len(found[row - 1])
        assert (found[row - 1][column - 1] if is_there else "") == value
    openpyxl.load_workbook(io.BytesIO(result))


@settings(max_examples=30, deadline=None)
@given(sheets(), st.dictionaries(PLACES, UNDATED, max_size=8), st.dictionaries(PLACES, UNDATED, max_size=8))
def test_two_edits_read_as_one(before: tuple[dict[tuple[int, int], int], str], first: Edits, second: Edits):
    def written(source: bytes, edits: Edits) -> bytes:
        return edit_workbook(
            source, [SheetEdit("S1", tuple(CellEdit(*place, value) for place, value in edits.items()))]
        )

    source = handmade(before[1])
    assert rows_of(written(written(source, first), second)) == rows_of(written(source, {**first, **second}))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_broken_part_is_refused_or_edited_but_never_crashes(data: st.DataObject):
    parts = parts_of(handmade(sheets_example()))
    name = data.draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[name])
    for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[at] = data.draw(st.sampled_from(b"<>\"'/ =&!?-[]x0\xff\0"))
    source = zipped({**parts, name: bytes(content)})
    edits = [SheetEdit("S1", (CellEdit(2, 2, date(2026, 5, 3)), CellEdit(3, 1, "x")))]
    try:
        result = edit_workbook(source, edits, {"a": "b"})
    except RefusedError:
        return
    assert SHEET in parts_of(result)
    assert read_properties(result)["a"] == "b"


def sheets_example() -> str:
    return (
        f'<worksheet xmlns="{MAIN}"><dimension ref="A1:B2"/><cols><col min="1" max="2" style="1"/></cols><sheetData>'
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><f t="shared" si="0" ref="A2:A3">1</f></c></row>'
        '<row r="3"><c r="A3"><f t="shared" si="0"/></c></row></sheetData><autoFilter ref="A1:B2"/></worksheet>'
    )


@given(st.text())
def test_any_text_can_be_spelled_out(text: str):
    spelled = legal(text)
    spelled.encode()
    assert not any(ord(character) < 32 and character not in "\t\n" for character in spelled)
