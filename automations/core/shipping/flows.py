"""Texts that may run over several columns, and how long a value is in a carrier's unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from automations.core.messages import Label, Message, msg
from automations.core.places.municipalities import address_parts
from automations.core.records import dataclass
from automations.core.shipping.carriers import Carrier, Charset, FileLayout, Flow, LabelColumn, Record
from automations.core.shipping.labels import half_width_units, label_text, to_full_width


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """Why one column cannot be written.

    Attributes:
        column: Header in the carrier's file.
        field: Record field the value comes from.
        value: The value that does not fit.
    """

    column: str
    field: str
    value: str
    why: Message
    fix: Message


def flow_lines(
    carrier: Carrier, flow: Flow, record: Record, problems: list[FieldProblem]
) -> Mapping[str, str] | None:
    """Return the text of every column of a flow; None after noting a problem when it fits in no way."""
    columns = carrier.flow_columns[flow.id]
    if flow.needs and not record.get(flow.needs):
        return {}
    pieces = [
        in_charset(label_text(as_written(record.get(piece)), carrier.file.printable), columns[0].charset)
        for piece in flow.pieces
    ]
    if flow.breaks == "each":
        pieces = _WORD_ENDS.split(" ".join(filter(None, pieces)))
    placed = _place(carrier.file, columns, flow, [piece for piece in pieces if piece])
    if placed is None:
        problems.append(_flow_problem(carrier.file, columns, flow, pieces))
        return None
    return {column.field: text for column, text in zip(columns, placed, strict=False)}


def _place(
    layout: FileLayout, columns: Sequence[LabelColumn], flow: Flow, pieces: list[str]
) -> list[str] | None:
    """Return the lines of a flow: a line for each piece if that fits, else moved on at its breaks."""
    if len(pieces) <= len(columns) and _all_fit(layout, columns, pieces):
        return pieces
    if flow.breaks == "each":
        return None
    ways = (_word_by_word, _long_words_torn, _anywhere)
    for split in ways if flow.breaks == "anywhere" else ways[:1]:
        lines = split(layout, columns, pieces)
        if lines is not None:
            return lines
    return None


def _all_fit(layout: FileLayout, columns: Sequence[LabelColumn], lines: Sequence[str]) -> bool:
    return all(_fits(layout, column, line) for column, line in zip(columns, lines, strict=False))


def _fits(layout: FileLayout, column: LabelColumn, text: str) -> bool:
    if column.width and width_of(text, layout) > column.width:
        return False
    return not column.address_parts or _overlong_part(layout, column, text) is None


def _overlong_part(layout: FileLayout, column: LabelColumn, text: str) -> tuple[str, int] | None:
    """Return the part of an address (prefecture, city or rest) that is too long, with its limit."""
    for part, width in zip(address_parts(text), column.address_parts, strict=False):
        if width_of(part, layout) > width:
            return part, width
    return None


def _word_by_word(
    layout: FileLayout, columns: Sequence[LabelColumn], pieces: Sequence[str]
) -> list[str] | None:
    return _fill(layout, columns, _words(columns, pieces), str.rstrip)


def _long_words_torn(
    layout: FileLayout, columns: Sequence[LabelColumn], pieces: Sequence[str]
) -> list[str] | None:
    """Fill the columns word by word; only a word that is too long for a column of its own is torn apart."""
    chunks: list[str] = []
    for word in _words(columns, pieces):
        fits = _fits(layout, columns[-1], word.rstrip())
        chunks += [word] if fits else _UNBROKEN.findall(word)
    return _fill(layout, columns, chunks, str.strip)


def _words(columns: Sequence[LabelColumn], pieces: Sequence[str]) -> list[str]:
    space = in_charset(" ", columns[0].charset)
    return [word for piece in pieces for word in _WORDS.findall(piece + space)]


def _anywhere(layout: FileLayout, columns: Sequence[LabelColumn], pieces: Sequence[str]) -> list[str] | None:
    text = in_charset(" ", columns[0].charset).join(pieces)
    return _fill(layout, columns, _UNBROKEN.findall(text), str.strip)


def _fill(
    layout: FileLayout, columns: Sequence[LabelColumn], chunks: Sequence[str], trim: Callable[[str], str]
) -> list[str] | None:
    """Put as many chunks as fit into each column in turn; None when the last column overflows."""
    lines = [""]
    for chunk in chunks:
        longer = lines[-1] + chunk
        if _fits(layout, columns[len(lines) - 1], trim(longer)):
            lines[-1] = longer
            continue
        if len(lines) == len(columns) or not _fits(layout, columns[len(lines)], trim(chunk)):
            return None
        lines.append(chunk)
    return [trim(line) for line in lines]


def _flow_problem(
    layout: FileLayout, columns: Sequence[LabelColumn], flow: Flow, pieces: Sequence[str]
) -> FieldProblem:
    """Say which piece is too long, as if each had its own column."""
    if flow.breaks == "each" and len(pieces) > len(columns):
        why = msg("There is room for {count} words.", count=len(columns))
        return FieldProblem(columns[-1].name, flow.pieces[-1], " ".join(pieces), why, REMOVE)
    if flow.breaks == "anywhere":
        longest = max(range(len(pieces)), key=lambda at: width_of(pieces[at], layout))
        why = msg(
            "It does not fit into {columns} together.", columns=tuple(column.name for column in columns)
        )
        return FieldProblem("", flow.pieces[longest], " ".join(filter(None, pieces)), why, SHORTEN)
    for at, (column, text) in enumerate(zip(columns, pieces, strict=False)):
        if not _fits(layout, column, text):
            return _line_problem(layout, columns, at, flow.pieces[min(at, len(flow.pieces) - 1)], text)
    column, text = columns[-1], " ".join(filter(None, pieces[len(columns) - 1 :]))
    return _line_problem(layout, columns, len(columns) - 1, flow.pieces[-1], text)


def _line_problem(
    layout: FileLayout, columns: Sequence[LabelColumn], at: int, field: str, text: str
) -> FieldProblem:
    column = columns[at]
    part, width = _overlong_part(layout, column, text) or (text, column.width)
    if at + 1 < len(columns):
        fix = msg("Shorten it, or put a space where it may go on in {column}.", column=columns[at + 1].name)
    else:
        fix = SHORTEN
    why = msg(
        "{reason} The part that is too long: {part}",
        reason=too_long(layout, width_of(part, layout), width),
        part=part,
    )
    return FieldProblem(column.name, field, text, why, fix)


def in_charset(text: str, charset: Charset) -> str:
    """Return text as the column's charset wants it."""
    return to_full_width(text) if charset == "full" else text


def width_of(text: str, layout: FileLayout) -> int:
    """Return the length of a value in the unit of the carrier's file."""
    if layout.unit == "bytes":
        return len(text.encode(layout.encoding, errors="replace"))
    return half_width_units(text) if layout.unit == "half_width" else len(text)


def too_long(layout: FileLayout, length: int, width: int) -> Message:
    """Say how long a value is and how much fits, in the unit of the carrier's file."""
    if layout.unit == "half_width":
        return msg(
            "It is {length} long and {width} fit (a full-width character counts 2).",
            length=length,
            width=width,
        )
    return msg(
        "It is {length} {unit} long and {width} fit.", length=length, unit=_UNITS[layout.unit], width=width
    )


def as_written(value: str | int | date | None) -> str:
    """Return a record's value as text, days as 2026-11-24."""
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


_UNITS: Mapping[str, Label] = {"characters": Label("文字", "characters"), "bytes": Label("バイト", "bytes")}
# A word keeps the spaces and the comma behind it, so that joined words read as they were typed.
_WORDS = re.compile(r"[^\s、,]+[、,]?\s*|[、,]\s*")
# House numbers are never torn apart.
_UNBROKEN = re.compile(r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+(?:[-－‐ー][0-9A-Za-z０-９Ａ-Ｚａ-ｚ]+)*|.")
_WORD_ENDS = re.compile(r"[\s、,]+")
SHORTEN = msg("Shorten it; nothing is cut off.")
REMOVE = msg("Remove it, or choose another service.")
