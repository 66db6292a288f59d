"""The format engine: one parcel's record into the columns of a carrier's file, or into problems."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from automations.core.carriers import Carrier, Charset, FileLayout, Flow, LabelColumn, Record, Service, refusals
from automations.core.labels import (
    DANGEROUS_FIRST,
    half_width_units,
    label_text,
    shown,
    to_full_width,
    unprintable,
)
from automations.core.messages import Label, Message, msg
from automations.core.municipalities import address_parts


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


@dataclass(frozen=True, slots=True)
class Rendered:
    """One row of a carrier's file: all its columns, or why there is none.

    Attributes:
        fields: Every column in order, blank ones included; empty when there are problems.
    """

    fields: tuple[str, ...] = ()
    problems: tuple[FieldProblem, ...] = ()


def render(carrier: Carrier, service: Service, record: Record) -> Rendered:
    """Return the columns for one parcel. Values are never cut and never lose a character.

    Args:
        carrier: Its columns say where each value comes from and what may stand in it.
        service: One of the carrier's services; what it cannot do becomes a problem.
        record: Values by field name (``core.carriers.RECORD_FIELDS``).
    """
    problems = _refused(carrier, service, record)
    settled = {problem.field for problem in problems}
    values = dict(record)
    for flow in carrier.flows.values():
        lines = _flow_lines(carrier, flow, record, problems)
        values |= lines or {}
        settled |= set() if lines is not None else {column.field for column in carrier.flow_columns[flow.id]}
    fields = [""] * len(carrier.columns)
    for at, column in carrier.used_columns:
        if column.always:
            fields[at] = column.always
        elif column.field not in settled:
            fields[at] = _field(carrier, column, service, values, problems)
    return Rendered(problems=tuple(problems)) if problems else Rendered(tuple(fields))


def encode(layout: FileLayout, header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return the file, the same bytes on every machine.

    Args:
        layout: Encoding, line ends, quoting; the header is left out where the carrier has none.
        header: Column names.
        rows: Rendered fields; everything in them can be written in the layout's encoding.
    """
    written = [header, *rows] if layout.header else rows
    end = "\r\n" if layout.newline == "crlf" else "\n"
    lines = (layout.delimiter.join(_quoted(text, layout) for text in row) + end for row in written)
    return "".join(lines).encode(layout.encoding)


def freeze(fields: Sequence[str]) -> str:
    """Return rendered fields as compact JSON, ``{"1": …}`` by column number, blank ones left out."""
    filled = {str(number): text for number, text in enumerate(fields, 1) if text}
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":"))


def thaw(frozen: str, columns: int) -> tuple[str, ...] | None:
    """Return the fields of ``freeze``; None when the text is not such a list for so many columns."""
    try:
        filled = json.loads(frozen)
        fields = {int(number): text for number, text in filled.items()}
    except (ValueError, AttributeError):
        return None
    if any(not isinstance(text, str) or not 1 <= number <= columns for number, text in fields.items()):
        return None
    return tuple(fields.get(number, "") for number in range(1, columns + 1))


def _quoted(text: str, layout: FileLayout) -> str:
    needs = layout.quoting == "all" or any(sign in text for sign in (layout.delimiter, '"', "\r", "\n"))
    return '"' + text.replace('"', '""') + '"' if needs else text


def _refused(carrier: Carrier, service: Service, record: Record) -> list[FieldProblem]:
    names = {column.field: column.name for _, column in carrier.used_columns}
    return [
        FieldProblem(names.get(found.field, ""), found.field, _written(record.get(found.field)), found.why, found.fix)
        for found in refusals(service, record)
    ]


def _field(
    carrier: Carrier, column: LabelColumn, service: Service, values: Record, problems: list[FieldProblem]
) -> str:
    value = values.get(column.field)
    text = _coded(column, value)
    if text is None:
        problems.append(FieldProblem(column.name, column.field, _written(value), *_NO_CODE))
        return ""
    text = _in_charset(label_text(text, carrier.file.encoding), column.charset)
    wrong = _wrong(carrier, column, service, text, values)
    if wrong:
        problems.append(FieldProblem(column.name, column.field, text, *wrong))
    return text


def _coded(column: LabelColumn, value: str | int | date | None) -> str | None:
    """Return the value as the carrier writes it, None when the carrier has no code for it."""
    if value is None or value == "":
        return ""
    if column.codes:
        return column.codes.get(str(value))
    if isinstance(value, date):
        return value.strftime(column.date_form) if column.date_form else value.isoformat()
    return str(value)


def _in_charset(text: str, charset: Charset) -> str:
    return to_full_width(text) if charset == "full" else text


def _wrong(
    carrier: Carrier, column: LabelColumn, service: Service, text: str, values: Record
) -> tuple[Message, Message] | None:
    if not text:
        required = column.required or service.id in column.required_for
        return _MISSING if required else None
    if column.only_for and service.id not in column.only_for:
        return msg("{service} does not use this column.", service=service.label), _REMOVE
    return (
        _wrong_characters(carrier, column, text)
        or _too_wide(carrier.file, column, text)
        or _too_much(column, text, values)
    )


def _wrong_characters(carrier: Carrier, column: LabelColumn, text: str) -> tuple[Message, Message] | None:
    lost = unprintable(text, carrier.file.encoding)
    if lost:
        return (
            msg("The label cannot carry: {characters}.", characters=tuple(map(shown, lost))),
            msg("Write it with other characters."),
        )
    pattern = _FORMS.get(column.charset)
    if pattern and not pattern[0].fullmatch(text):
        return pattern[1], msg("Write it in that form.")
    if column.charset in _FREE and text[0] in DANGEROUS_FIRST:
        return (
            msg("A text that begins with {sign} could be run as a formula by a spreadsheet.", sign=text[0]),
            msg("Let it begin with another character."),
        )
    return None


def _too_wide(layout: FileLayout, column: LabelColumn, text: str) -> tuple[Message, Message] | None:
    length = width_of(text, layout)
    if column.width and length > column.width:
        return _too_long(layout, length, column.width), msg("Shorten it; nothing is cut off.")
    return None


def _too_much(column: LabelColumn, text: str, values: Record) -> tuple[Message, Message] | None:
    limit = values.get(column.not_above) if column.not_above else None
    if isinstance(limit, int) and text.isdigit() and int(text) > limit:
        return msg("It may not be more than {limit}.", limit=f"{limit:,}"), msg("Correct the amounts of the order.")
    return None


def width_of(text: str, layout: FileLayout) -> int:
    """Return the length of a value in the unit of the carrier's file."""
    if layout.unit == "bytes":
        return len(text.encode(layout.encoding, errors="replace"))
    return half_width_units(text) if layout.unit == "half_width" else len(text)


def _too_long(layout: FileLayout, length: int, width: int) -> Message:
    if layout.unit == "half_width":
        return msg(
            "It is {length} long and {width} fit (a full-width character counts 2).", length=length, width=width
        )
    return msg("It is {length} {unit} long and {width} fit.", length=length, unit=_UNITS[layout.unit], width=width)


def _flow_lines(
    carrier: Carrier, flow: Flow, record: Record, problems: list[FieldProblem]
) -> Mapping[str, str] | None:
    """Return the text of every column of a flow; None after noting a problem when it fits in no way."""
    columns = carrier.flow_columns[flow.id]
    pieces = [
        _in_charset(label_text(_written(record.get(piece)), carrier.file.encoding), columns[0].charset)
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
    for split in (_word_by_word, _sign_by_sign) if flow.breaks == "anywhere" else (_word_by_word,):
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
    words = [word for piece in pieces for word in _WORDS.findall(piece + " ")]
    return _fill(layout, columns, words, str.rstrip)


def _sign_by_sign(
    layout: FileLayout, columns: Sequence[LabelColumn], pieces: Sequence[str]
) -> list[str] | None:
    return _fill(layout, columns, list(" ".join(pieces)), str.strip)


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
        return FieldProblem(columns[-1].name, flow.pieces[-1], " ".join(pieces), why, _REMOVE)
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
        fix = msg("Shorten it; nothing is cut off.")
    why = msg(
        "{reason} The part that is too long: {part}", reason=_too_long(layout, width_of(part, layout), width), part=part
    )
    return FieldProblem(column.name, field, text, why, fix)


def _written(value: str | int | date | None) -> str:
    return "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


_UNITS: Mapping[str, Label] = {"characters": Label("文字", "characters"), "bytes": Label("バイト", "bytes")}
# A word keeps the spaces and the comma behind it, so that joined words read as they were typed.
_WORDS = re.compile(r"[^\s、,]+[、,]?\s*|[、,]\s*")
_WORD_ENDS = re.compile(r"[\s、,]+")
_FREE = frozenset({"text", "full", "kana", "ascii"})
_FORMS: Mapping[str, tuple[re.Pattern[str], Message]] = {
    "digits": (re.compile(r"[0-9]+"), msg("Only the digits 0 to 9 are allowed here.")),
    "phone": (re.compile(r"[0-9-]+"), msg("Only digits and hyphens are allowed here.")),
    "alnum": (re.compile(r"[A-Za-z0-9]+"), msg("Only the letters A to Z and digits are allowed here.")),
    "ascii": (re.compile(r"[ -~]+"), msg("Only half-width letters, digits and signs are allowed here.")),
    "kana": (re.compile(r"[ -~\uff61-\uff9f]+"), msg("Only half-width katakana are allowed here.")),
}
_MISSING = (msg("The carrier needs this, and it is blank."), msg("Fill it in."))
_NO_CODE = (msg("The carrier has no code for this."), msg("Choose another value."))
_REMOVE = msg("Remove it, or choose another service.")
