"""Bytes of a text table (CSV, TSV) to header and rows, or one clear reason why not."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from automations.core.messages import Label, Message, msg

# How much one file may hold, against files made to exhaust the machine. A day of orders stays far below.
LARGEST_FILE = 20_000_000  # bytes
MOST_COLUMNS = 500
MOST_ROWS = 50_000  # rows in which something stands
MOST_RECORDS = 1_100_000  # blank rows as well; a sheet that was filled with formats has 1,048,576
LONGEST_CELL = 100_000  # characters
LONGEST_LINE = 1_000_000  # characters up to the end of the line
# So many rows that do not fit the header mean that the file itself is damaged.
_MOST_BROKEN = 100

_FOREIGN: tuple[tuple[bytes, Label], ...] = (
    (b"PK\x03\x04", Label("Excelブック(.xlsx)またはZIPファイル", "an Excel workbook (.xlsx) or a ZIP file")),
    (b"\xd0\xcf\x11\xe0", Label("古い形式のExcelブック(.xls)", "an old Excel workbook (.xls)")),
    (b"%PDF", Label("PDF", "a PDF")),
    (b"\x89PNG", Label("画像(PNG)", "a PNG picture")),
    (b"\xff\xd8\xff", Label("画像(JPEG)", "a JPEG picture")),
    (b"GIF8", Label("画像(GIF)", "a GIF picture")),
    (b"\x1f\x8b", Label("圧縮ファイル(gzip)", "a gzip file")),
    (b"{\\rtf", Label("リッチテキスト(RTF)", "a rich text document (RTF)")),
)
_MARKUP = re.compile(rb"\s*+<[!?a-z]", re.IGNORECASE)
_JSON = re.compile(rb"\s*+(?:\{\s*+[\"}]|\[\s*+[\[{\"\]])")
_JIS = b"\x1b$"
# What no text holds: NUL, and the bytes that cp932 lets through unassigned (0x80, 0xA0, 0xFD to 0xFF).
_NO_TEXT = re.compile("[\x00\x80\uf8f0-\uf8f3]")
_WIDE = re.compile("[\u3000-\ufffc]")
_SAMPLE = 1_000_000
_SHOWN = 40
# PHP's fputcsv (EC-CUBE) takes the second byte of such a character (ソ is 0x83 0x5C) for a backslash and then does not
# double the quotation mark behind it. A mark that ends its cell looks the same, but a delimiter follows it.
_BEFORE_LONE_QUOTE = "".join(
    char
    for lead in (*range(0x81, 0xA0), *range(0xE0, 0xFD))
    if (char := bytes((lead, 0x5C)).decode("cp932", "ignore")) != "\\"
)
_LONE_QUOTE = re.compile(rf'(?<=[\\{_BEFORE_LONE_QUOTE}])"(?=[^",;\t\r\n])')
# Characters nobody can see, and the two no workbook can hold.
_INVISIBLE = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]+")
_LINE = re.compile(r"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")
_LINE_END = re.compile(r"\r\n?|\n")
_BLANK = " ,;\t\r\n"
_END = "\x00"
_SHORTER = msg("Export a shorter period, and import the parts one after the other.")
_QUOTE_LOST = msg(
    "Export the file again; a quotation mark was probably lost in it, so that a cell does not end."
)


class FileRefused(ValueError):
    """The file as a whole cannot be read.

    Attributes:
        row: Header = row 1; 0 when no single row is to blame.
        value: What stands there, shortened; ``""`` when it says nothing.
        header: Column names of a file that has nothing below them.
    """

    def __init__(
        self,
        code: str,
        why: Message,
        fix: Message,
        row: int = 0,
        *,
        value: str = "",
        header: tuple[str, ...] = (),
    ) -> None:
        self.code = code
        self.why = why
        self.fix = fix
        self.row = row
        self.value = value
        self.header = header
        super().__init__(f"{code}: {why}")


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table of texts.

    Attributes:
        header: Column names; one that stands twice goes on as ``送料#2``.
        rows: ``(row number, cells)``, header = row 1, cells as many as names; blank rows are left out.
        broken: Rows with more or fewer cells than the header, as they stand.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    broken: tuple[tuple[int, tuple[str, ...]], ...] = ()


def read_table(content: bytes) -> TextTable:
    """Return the table in a file. Characters nobody can see (controls) are dropped from cells.

    A header that comes again further down, as in files put together by hand, is left out like a blank row.

    Args:
        content: UTF-8, UTF-16 with its mark, or cp932; comma, tab or semicolon; quotes as in RFC 4180.

    Raises:
        FileRefused: It is not a text table, too large, damaged, or has no rows.
    """
    table = _table_or_refusal(content)
    if isinstance(table, FileRefused):
        raise table
    return table


@lru_cache(maxsize=1)  # carriers and channels look into a file one after the other
def _table_or_refusal(content: bytes) -> TextTable | FileRefused:
    try:
        return _table(content)
    except FileRefused as refused:
        return refused.with_traceback(None)


def _table(content: bytes) -> TextTable:
    if len(content) > LARGEST_FILE:
        raise FileRefused(
            "file-too-large",
            msg("The file is larger than {limit} MB.", limit=LARGEST_FILE // 1_000_000),
            _SHORTER,
        )
    records = _records(decoded(content))
    first = next((cells for cells in records if any(cells)), ())
    header = _names(first)
    if not header:
        raise FileRefused("no-rows", msg("The file is empty."), msg("Export it again."))
    good, broken = _sorted_out((cells if cells != first else () for cells in records), len(header))
    if not good and not broken:
        raise FileRefused(
            "no-rows",
            msg("The file has a header and nothing below it."),
            msg("Nothing needs to be done if there were no orders; else export it again."),
            header=header,
        )
    return TextTable(header, tuple(good), tuple(broken))


def bare_rows(content: bytes) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield every row that holds anything, numbered from 1, with all its cells: for files without a header row.

    Raises:
        FileRefused: As `read_table`, where it comes to the bad place.
    """
    for number, cells in enumerate(_records(decoded(content)), 1):
        if any(cells):
            yield number, cells


def decoded(content: bytes) -> str:
    """Return the text of a file: by its mark, else UTF-8, else cp932.

    Raises:
        FileRefused: It is something else; names what, or the place of the first byte that does not fit.
    """
    _refuse_foreign(content)
    # Some programs put the mark of UTF-8 before a text in another encoding.
    marked = content.startswith(codecs.BOM_UTF8)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded_as(content, "utf-16")
    for never in (b"\x00", _JIS):
        if (place := content.find(never)) >= 0:
            raise _not_text(content, place)
    plain = content[len(codecs.BOM_UTF8) :] if marked else content
    try:
        return plain.decode()
    except UnicodeDecodeError as problem:
        if _is_damaged_utf8(plain):
            raise _not_text(plain, problem.start) from None
        return _LONE_QUOTE.sub('""', _decoded_as(plain, "cp932"))


def _refuse_foreign(content: bytes) -> None:
    kind = next((name for start, name in _FOREIGN if content.startswith(start)), None)
    plain = content[:_SAMPLE].removeprefix(codecs.BOM_UTF8)
    if kind is None and _MARKUP.match(plain):
        kind = Label("ウェブページ(HTMLやXML)", "a web page (HTML or XML)")
    elif kind is None and _JSON.match(plain):
        kind = Label("プログラムの応答(JSON)", "an answer for programs (JSON)")
    if kind is not None:
        raise FileRefused(
            "wrong-file",
            msg("By its content this is {kind}, not a CSV file.", kind=kind),
            msg("Export the orders as CSV and import that file; a new ending of the name is not enough."),
        )


def _decoded_as(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as problem:
        raise _not_text(content, problem.start) from None
    if odd := _NO_TEXT.search(text):
        raise _not_text(content, len(text[: odd.start()].encode(encoding)))
    return text


def _is_damaged_utf8(content: bytes) -> bool:
    """Many good three-byte characters and few bad bytes: UTF-8 that was cut or mixed, not cp932."""
    beginning = content[:_SAMPLE].decode("utf-8", "replace")
    return len(_WIDE.findall(beginning)) > 10 * beginning.count("\ufffd")


def _not_text(content: bytes, place: int) -> FileRefused:
    line = content.count(b"\n", 0, place) + 1
    column = place - (content.rfind(b"\n", 0, place) + 1) + 1
    return FileRefused(
        "unknown-encoding",
        msg(
            "Line {line}, byte {column}, holds {byte}, which is neither UTF-8 nor Shift_JIS.",
            line=line,
            byte=f"0x{content[place]:02X}",
            column=column,
        ),
        msg("Export the file again, or save it as 'CSV UTF-8' in a spreadsheet program."),
        line,
    )


def _records(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the records; a last one of our own tells whether a quote was left open."""
    if _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", text)
    number = 0
    try:
        for cells in csv.reader(_lines(text), delimiter=_delimiter(text)):
            number += 1
            if cells == [_END]:
                return
            if number > MOST_RECORDS:
                raise _too_many(MOST_RECORDS)
            if max(map(len, cells), default=0) > LONGEST_CELL:
                raise _too_long(number)
            yield tuple(cells)
    except csv.Error:  # longer than the reader itself allows
        raise _too_long(number + 1) from None
    raise _quote_open(number)


def _lines(text: str) -> Iterator[str]:
    """Yield the lines with their ends, those that are blank down to the end of the file left out; then our own."""
    last = _LINE_END.search(text, len(text.rstrip(_BLANK)))
    for number, found in enumerate(_LINE.finditer(text, 0, last.end() if last else len(text)), 1):
        start, end = found.span()
        if end - start > LONGEST_LINE:
            raise _line_too_long(number, text[start : start + _SHOWN])
        yield found[0]
    yield _END


def _line_too_long(line: int, start: str) -> FileRefused:
    return FileRefused(
        "broken-quotes",
        msg("Line {line} of the file has more than {limit} characters.", line=line, limit=LONGEST_LINE),
        msg("Export the file again as CSV; this one was put together without line ends, or is no table."),
        line,
        value=start,
    )


def too_many_orders(limit: int) -> FileRefused:
    """Return the refusal of a file of more orders than one run can take in within seconds."""
    return FileRefused("too-many-rows", msg("The file has more than {limit} orders.", limit=limit), _SHORTER)


def _too_many(limit: int) -> FileRefused:
    return FileRefused("too-many-rows", msg("The file has more than {limit} rows.", limit=limit), _SHORTER)


def _quote_open(row: int) -> FileRefused:
    return FileRefused(
        "broken-quotes",
        msg("A cell that begins with a quotation mark in row {row} does not end.", row=row),
        msg("Export the file again; it was cut off, or a quotation mark was lost in it."),
        row,
    )


def _too_long(row: int) -> FileRefused:
    return FileRefused(
        "broken-quotes",
        msg("A cell in row {row} has more than {limit} characters.", row=row, limit=LONGEST_CELL),
        _QUOTE_LOST,
        row,
    )


def _delimiter(text: str) -> str:
    """Return what stands most often between the header's names, quoted parts left out."""
    header = re.sub(r'"[^"]*"', "", text[:LONGEST_CELL]).lstrip("\r\n").partition("\n")[0]
    return max(",\t;", key=header.count)


def _names(cells: tuple[str, ...]) -> tuple[str, ...]:
    width = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    if width > MOST_COLUMNS:
        raise FileRefused(
            "too-many-columns",
            msg(
                "The header has {count} columns; at most {limit} are expected.",
                count=width,
                limit=MOST_COLUMNS,
            ),
            msg("Export the file again; this one is damaged, or is no table of orders."),
            1,
        )
    seen: dict[str, int] = {}
    names: list[str] = []
    for cell in cells[:width]:
        name = cell.strip()
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(names)


def _sorted_out(
    records: Iterator[tuple[str, ...]], width: int
) -> tuple[list[tuple[int, tuple[str, ...]]], list[tuple[int, tuple[str, ...]]]]:
    """Return the rows that fit the header and those that do not; blank cells beyond it are dropped."""
    good: list[tuple[int, tuple[str, ...]]] = []
    broken: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in enumerate(records, 2):
        if not any(cells):
            continue
        if len(good) >= MOST_ROWS:
            raise _too_many(MOST_ROWS)
        if len(cells) == width or (len(cells) > width and not any(cells[width:])):
            good.append((number, cells[:width]))
        else:
            broken.append((number, cells))
        if len(broken) > _MOST_BROKEN:
            raise FileRefused(
                "broken-row",
                msg(
                    "More than {count} rows have another number of cells than the header.", count=_MOST_BROKEN
                ),
                msg("Export the file again; it was damaged, perhaps by an edit in a text editor."),
                broken[0][0],
            )
    return good, broken
