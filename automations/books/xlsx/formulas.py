"""Move a formula to another cell, as filling down or to the right does."""

import re

from .references import LAST_COLUMN, LAST_ROW, cell_position, column_name, column_number

_TOKEN = re.compile(
    r"""
    (?P<kept>"(?:[^"]|"")*+" | '(?:[^']|'')*+' | \#[A-Z][A-Z/0-9_]*+[!?]?)
    | (?P<bracket>\[)
    | (?P<columns>(?<![\w.$\\?])\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w.$\\?(!\[]))
    | (?P<rows>(?<![\w.$\\?])\$?[0-9]{1,7}:\$?[0-9]{1,7}(?![\w.$\\?(!\[]))
    | (?P<word>[\w.$\\?]++)
    """,
    re.VERBOSE,
)
_COLUMN = re.compile(r"(\$?)([A-Za-z]{1,3})")
_ROW = re.compile(r"(\$?)([0-9]{1,7})")
_CELL = re.compile(r"(\$?[A-Za-z]{1,3})(\$?[0-9]{1,7})")


def translated(formula: str, rows: int, columns: int) -> str:
    """Return the formula as it reads ``rows`` lower and ``columns`` further right.

    Relative references move, absolute ones stay, whole columns and rows included. Text in quotes, sheet
    names, functions, defined names, structured references and links to other workbooks stay as they are.
    A reference that leaves the sheet comes in again on the other side, as shared formulas do.
    """
    pieces: list[str] = []
    done = 0
    while found := _TOKEN.search(formula, done):
        pieces.append(formula[done : found.start()])
        done = found.end()
        if found["bracket"]:
            done = bracket_end(formula, found.start())
        pieces.append(_moved(formula, found, done, rows, columns))
    return "".join((*pieces, formula[done:]))


def bracket_end(formula: str, start: int) -> int:
    """Return where a bracket closes; inside, an apostrophe takes the next character literally."""
    depth = 0
    at = start
    while at < len(formula):
        if formula[at] == "'":
            at += 1
        elif formula[at] in "[]":
            depth += 1 if formula[at] == "[" else -1
            if depth == 0:
                return at + 1
        at += 1
    return len(formula)


def _moved(formula: str, found: re.Match[str], end: int, rows: int, columns: int) -> str:
    written = formula[found.start() : end]
    if found["columns"]:
        return ":".join(_moved_column(part, columns) for part in written.split(":"))
    if found["rows"]:
        return ":".join(_moved_row(part, rows) for part in written.split(":"))
    cell = _CELL.fullmatch(written) if found["word"] else None
    if cell is None or cell_position(written) is None or formula[end : end + 1] in {"(", "!", "["}:
        return written
    return _moved_column(cell[1], columns) + _moved_row(cell[2], rows)


def _moved_column(written: str, columns: int) -> str:
    found = _COLUMN.fullmatch(written)
    if found is None or found[1]:
        return written
    return column_name((column_number(found[2]) - 1 + columns) % LAST_COLUMN + 1)


def _moved_row(written: str, rows: int) -> str:
    found = _ROW.fullmatch(written)
    if found is None or found[1]:
        return written
    return str((int(found[2]) - 1 + rows) % LAST_ROW + 1)
