"""Cells: what is written, what is read back, and what does not stand in the way."""

from __future__ import annotations

from automations.books.google.probe.assumptions import Assumption, Seen
from automations.books.google.probe.bench import VALUE, Bench
from automations.core.messages import msg

_LONGEST = 50_000
_AS_TYPED = msg("Values would be read wrongly, or text of customers would become a formula.")
_NOT_A_GUARD = msg("Daicho checks values itself; if this stopped it, some writes would be refused.")


def _by_number(bench: Bench) -> Seen:
    first, second, blank = bench.tab(["one"]), bench.tab(["two"]), bench.tab()
    filters = [{"gridRange": {"sheetId": tab.id}} for tab in (second, blank, first)]
    told = bench.sheet.value_ranges(filters)
    echoed = [part["valueRange"].get("range", "") for part in told.get("valueRanges", ())]
    return Seen(bench.sheet.values(filters), ", ".join(echoed))


def _trimmed(bench: Bench) -> Seen:
    tab = bench.tab(["a", None, "c", None], [], [None, "x"], [None, " "], [])
    return Seen(bench.rows(tab))


def _types(bench: Bench) -> Seen:
    tab = bench.tab(["0042", 42, 1.5, True, "2026-11-24", "受注"])
    return Seen(bench.rows(tab))


def _formula_text(bench: Bench) -> Seen:
    tab = bench.tab(["=1+1", "+1", "-1", "@x", "'x"])
    return Seen(bench.rows(tab))


def _serial(bench: Bench) -> Seen:
    tab = bench.tab()
    days = [
        {
            VALUE: {"numberValue": 46350},
            "userEnteredFormat": {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}},
        },
        {VALUE: {"numberValue": 46350.75}, "userEnteredFormat": {"numberFormat": {"type": "DATE_TIME"}}},
    ]
    start = {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 0}
    fields = f"{VALUE},userEnteredFormat.numberFormat"
    bench.do({"updateCells": {"start": start, "rows": [{"values": days}], "fields": fields}})
    return Seen(bench.rows(tab))


def _blanked(bench: Bench) -> Seen:
    tab = bench.tab(["a", "b", "c"])
    bench.do(tab.write(0, ["a", None, "c"]))
    return Seen(bench.rows(tab))


def _looks_kept(bench: Bench) -> Seen:
    tab = bench.tab(["a"])
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}, "note": "kept"}
    bench.do(
        {"repeatCell": {"range": tab.area(0, 1, 0, 1), "cell": bold, "fields": "userEnteredFormat,note"}}
    )
    bench.do(tab.write(0, ["b"]))
    found = bench.sheet.get(
        "sheets.data.rowData.values(userEnteredFormat.textFormat.bold,note)", [f"'{tab.title}'!A1"]
    )
    cell = found["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    return Seen([cell.get("note"), cell.get("userEnteredFormat", {}).get("textFormat", {}).get("bold")])


def _longest(bench: Bench) -> Seen:
    tab = bench.tab()
    taken, _ = bench.outcome(tab.write(0, ["鳥" * _LONGEST]))
    kept = bench.rows(tab)
    refused, words = bench.outcome(tab.write(1, ["鳥" * (_LONGEST + 1)]))
    return Seen([taken, len(kept[0][0]) if kept else 0], f"{_LONGEST + 1}: {refused} {words}")


def _strict_list(bench: Bench) -> Seen:
    tab = bench.tab()
    choice = {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "yes"}]}
    bench.do({"setDataValidation": {"range": tab.area(0, 9), "rule": {"condition": choice, "strict": True}}})
    taken, words = bench.outcome(tab.write(0, ["other"]), tab.append(["other too"]))
    return Seen([taken, bench.rows(tab)], words)


def _warned(bench: Bench) -> Seen:
    tab = bench.tab()
    guard = {"range": {"sheetId": tab.id}, "warningOnly": True, "description": "probe"}
    bench.do({"addProtectedRange": {"protectedRange": guard}})
    taken, words = bench.outcome(
        tab.write(0, ["a"]),
        tab.append(["b"]),
        tab.lines("insertDimension", 1, 2),
        tab.lines("deleteDimension", 1, 2),
    )
    return Seen([taken, bench.rows(tab)], words)


def _dated(bench: Bench) -> Seen:
    bench.sheet.get("spreadsheetId")
    ahead = bench.sheet.ahead
    return Seen(
        "not told" if ahead is None else "told", "" if ahead is None else f"{ahead.total_seconds():+.0f} s"
    )


def _titles(bench: Bench) -> Seen:
    tabs = [bench.tab(["x"], title=title) for title in ("", "受注", "it's")]
    told = bench.sheet.value_ranges([{"gridRange": {"sheetId": tab.id}} for tab in tabs])
    bench.sheet.values([{"gridRange": {"sheetId": tab.id}} for tab in tabs])
    echoed = [part["valueRange"].get("range", "") for part in told.get("valueRanges", ())]
    return Seen([bench.sheet.titles.get(tab.id) == tab.title for tab in tabs], ", ".join(echoed))


VALUES = (
    Assumption("tabs_by_number", msg("One read gives several tabs by their numbers, blank ones too."),
               [[["two"]], [], [["one"]]], msg("Every read of the ledger; if not, titles are needed first."), _by_number),
    Assumption("trimmed_ends", msg("Blank ends of rows and tabs are left out, blanks in between are kept."),
               [["a", "", "c"], [], ["", "x"], ["", " "]], _AS_TYPED, _trimmed),
    Assumption("types_kept", msg("Text stays text, numbers numbers, ticks ticks."),
               [["0042", 42, 1.5, True, "2026-11-24", "受注"]], _AS_TYPED, _types),
    Assumption("text_is_no_formula", msg("Text that begins with = + - @ or ' stays as it is."),
               [["=1+1", "+1", "-1", "@x", "'x"]], _AS_TYPED, _formula_text),
    Assumption("serial_days", msg("Days and moments come as numbers of days, whatever their format shows."),
               [[46350, 46350.75]], _AS_TYPED, _serial),
    Assumption("blank_clears", msg("A cell written without a value is emptied."),
               [["a", "", "c"]], msg("A cell that a plan empties would keep its old value."), _blanked),
    Assumption("looks_kept", msg("Writing a value keeps the cell's format and note."),
               ["kept", True], msg("People's colours and notes would vanish with each write."), _looks_kept),
    Assumption("longest_cell", msg("A cell takes 50,000 characters."),
               ["applied", _LONGEST],
               msg("Marks are packed to 40,000 characters a cell; with less room a commit would be refused."), _longest),
    Assumption("strict_list", msg("A strict dropdown does not stop a program."),
               ["applied", [["other"], ["other too"]]], _NOT_A_GUARD, _strict_list),
    Assumption("warning_only", msg("A protection that only warns does not stop a program."),
               ["applied", [["a"], ["b"]]], _NOT_A_GUARD, _warned),
    Assumption("date_header", msg("Every answer says what time it is at Google."),
               "told", msg("Claims of mails end by that clock; else the computer's own must be trusted."), _dated),
    Assumption("titles_told", msg("Every range that comes back names its tab, Japanese and quoted ones too."),
               [True, True, True],
               msg("The reply of a commit is asked for by title; else each commit needs one more read."), _titles),
)  # fmt: skip
