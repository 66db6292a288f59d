"""One batch of requests: all or nothing, in order, and what is told of it."""

from __future__ import annotations

from automations.books.google.errors import BadRequest
from automations.books.google.ids import sheet_id_of
from automations.books.google.probe.assumptions import Assumption, Seen
from automations.books.google.probe.bench import VALUE, Bench, Tab
from automations.core.messages import msg

_MASK = "replies,updatedSpreadsheet.sheets.data(startRow,startColumn,rowData.values.effectiveValue)"
_ROOM = msg("The journal grows at row 2 and loses old rows in the same commit.")
_SETTLES = msg(
    "The copies tell whether a write met another row or a person's edit; without them it cannot be put right."
)
_APPENDS = msg("New rows would land on others, or far below them.")


def _all_or_nothing(bench: Bench) -> Seen:
    first, second = bench.tab(["before"]), bench.tab(["before"])
    taken, words = bench.outcome(
        first.write(0, ["after"]),
        second.write(0, ["after"]),
        {"deleteSheet": {"sheetId": sheet_id_of("nobody's")}},
    )
    return Seen([taken, bench.rows(first), bench.rows(second)], words)


def _copied_before_write(bench: Bench) -> Seen:
    tab, copies = bench.tab(["A-1", "old", "=1+1", 46350.5, True]), bench.tab()
    bench.do(copies.paste(tab, (0, 1), 3), tab.write(0, ["new"], column=1))
    return Seen([bench.rows(copies)[3:], bench.rows(tab)[0][1]])


def _copied_formula(bench: Bench) -> Seen:
    tab, copies = bench.tab(), bench.tab()
    formula = [{"values": [{VALUE: {"formulaValue": "=1+1"}}]}]
    start = {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 0}
    bench.do(
        {"updateCells": {"start": start, "rows": formula, "fields": VALUE}},
        copies.paste(tab, (0, 1), 0),
        tab.write(0, ["gone"]),
    )
    return Seen(bench.rows(copies))


def _inserted_then_written(bench: Bench) -> Seen:
    tab = bench.tab(["header"], ["old"])
    bench.do(tab.lines("insertDimension", 1, 3), tab.write(1, ["new 1"], ["new 2"]))
    return Seen(bench.rows(tab))


def _deleted_then_written(bench: Bench) -> Seen:
    tab = bench.tab(["header"], ["old 1"], ["old 2"], ["old 3"])
    bench.do(tab.lines("insertDimension", 1, 2), tab.write(1, ["new"]), tab.lines("deleteDimension", 2, 4))
    return Seen(bench.rows(tab))


def _column_inserted(bench: Bench) -> Seen:
    tab = bench.tab(["a", "c"])
    bench.do(tab.lines("insertDimension", 1, 2, "COLUMNS"), tab.write(0, ["b"], column=1))
    return Seen(bench.rows(tab))


def _resized_and_cleared(bench: Bench) -> Seen:
    tab = bench.tab(["a", "b"], ["c", "d"])
    size = {"sheetId": tab.id, "gridProperties": {"rowCount": 3, "columnCount": 2}}
    bench.do(
        {"updateSheetProperties": {"properties": size, "fields": "gridProperties(rowCount,columnCount)"}},
        {"updateCells": {"range": {"sheetId": tab.id}, "fields": VALUE}},
        tab.write(2, ["x"]),
    )
    return Seen(bench.rows(tab))


def _state_after(bench: Bench) -> Seen:
    tab = bench.tab(["a", 1], ["b", 2])
    told = bench.sheet.update([tab.write(1, ["c"])], ranges=[f"'{tab.title}'!A1:B3"], fields=_MASK)
    sheets = told.get("updatedSpreadsheet", {}).get("sheets", ())
    rows = [row for sheet in sheets for data in sheet.get("data", ()) for row in data.get("rowData", ())]
    kept = [[cell.get("effectiveValue") for cell in row.get("values", ())] for row in rows]
    return Seen(kept[:2], f"{len(sheets)} tab(s), {len(rows)} row(s)")


def _appended(bench: Bench, tab: Tab) -> int:
    """Append a row and return where it landed, 1 for the first row; 0 when it is not there."""
    bench.do(tab.append(["landed"]))
    return next((number for number, row in enumerate(bench.rows(tab), 1) if row[:1] == ["landed"]), 0)


def _append_below_lowest(bench: Bench) -> Seen:
    tab = bench.tab(["header"], ["a"], [], [None, None, "lower"])
    return Seen(_appended(bench, tab))


def _append_past_looks(bench: Bench) -> Seen:
    tab = bench.tab(["header"], ["a"])
    below = tab.area(1, 20)
    choice = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "yes"}]}
    look = {
        "userEnteredFormat": {"numberFormat": {"type": "TEXT"}, "backgroundColor": {"red": 1}},
        "note": "n",
    }
    bench.do(
        {"repeatCell": {"range": below, "cell": look, "fields": "userEnteredFormat,note"}},
        {"setDataValidation": {"range": below, "rule": {"condition": choice, "strict": True}}},
    )
    return Seen(_appended(bench, tab))


def _append_past_boxes(bench: Bench) -> Seen:
    tab = bench.tab(["header"], ["a"])
    rule = {"condition": {"type": "BOOLEAN"}, "strict": False, "showCustomUi": True}
    bench.do({"setDataValidation": {"range": tab.area(1, 20, 3, 4), "rule": rule}})
    return Seen(_appended(bench, tab))


def _append_past_false(bench: Bench) -> Seen:
    tab = bench.tab(["header"], ["a", None, False], [None, None, False])
    return Seen(_appended(bench, tab))


def _append_grows(bench: Bench) -> Seen:
    tab = bench.tab(["header"], ["a"], count=2)
    return Seen(_appended(bench, tab))


def _write_past_grid(bench: Bench) -> Seen:
    tab = bench.tab(["header"])
    taken, words = bench.outcome(tab.write(20, ["x"]))
    return Seen([taken, BadRequest(words).place_is_gone], words)


def _chosen_number(bench: Bench) -> Seen:
    tab = bench.tab()
    again = {"properties": {"sheetId": tab.id, "title": f"{tab.title} again"}}
    taken, words = bench.outcome({"addSheet": again})
    return Seen([tab.id == sheet_id_of(tab.title), taken], words)


BATCHES = (
    Assumption("all_or_nothing", msg("A batch with one bad request changes nothing, in no tab."),
               ["refused deleteSheet", [["before"]], [["before"]]],
               msg("A plan is written whole or not at all; if not, nothing else holds."), _all_or_nothing),
    Assumption("copy_before_write", msg("A copy to another tab shows what stood there before a later write of the batch."),
               [[["A-1", "old", "=1+1", 46350.5, True]], "new"], _SETTLES, _copied_before_write),
    Assumption("copy_of_formula", msg("A copy of values holds what a formula shows, not the formula."),
               [[2]], _SETTLES, _copied_formula),
    Assumption("insert_then_write", msg("Rows added in a batch can be written to in the same batch."),
               [["header"], ["new 1"], ["new 2"], ["old"]], _ROOM, _inserted_then_written),
    Assumption("delete_in_batch", msg("Rows deleted in a batch are counted after what was added before them."),
               [["header"], ["new"], ["old 3"]], _ROOM, _deleted_then_written),
    Assumption("insert_column", msg("A column added in a batch can be written to in the same batch."),
               [["a", "b", "c"]], msg("A missing column is added by the commit that first needs it."), _column_inserted),
    Assumption("resize_and_clear", msg("A tab can be cut to a size, emptied and written to in one batch."),
               [[], [], ["x"]], msg("The tab of copies is made new in each commit."), _resized_and_cleared),
    Assumption("state_right_after", msg("The reply can hold typed values right after the batch, by a mask."),
               [[{"stringValue": "a"}, {"numberValue": 1}], [{"stringValue": "c"}, {"numberValue": 2}]],
               msg("The copies come with the reply; if not, each commit needs one more read."), _state_after),
    Assumption("append_below_lowest", msg("Added rows land below the lowest cell of the tab that holds anything."),
               5, _APPENDS, _append_below_lowest),
    Assumption("append_past_looks", msg("Formats, notes and dropdowns without a value do not count as rows."),
               3, _APPENDS, _append_past_looks),
    Assumption("append_past_boxes", msg("Tick boxes that nobody touched do not count as rows."),
               3, msg("If they do, tick boxes must not be laid out below the rows, or rows land far below."),
               _append_past_boxes),
    Assumption("append_past_false", msg("Whether ticks that were taken away again (FALSE) count as rows."),
               None, msg("Either is safe; it only moves where new rows land."), _append_past_false),
    Assumption("append_grows", msg("Adding a row to a full tab makes the tab longer."),
               3, msg("If not, room must be made before rows are added."), _append_grows),
    Assumption("write_past_grid", msg("Writing below the last row is refused in words that are known."),
               ["refused updateCells", True],
               msg("Tells that rows went away; in other words it would be taken for a mistake of Daicho."),
               _write_past_grid),
    Assumption("chosen_tab_number", msg("A tab takes the number it is given, and no second one does."),
               [True, "refused addSheet"], msg("A tab that people renamed is found by its number."), _chosen_number),
)  # fmt: skip
