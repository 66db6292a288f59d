"""The format engine: one parcel's record into the columns of a carrier's file, or into problems."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from automations.core.messages import Message, msg
from automations.core.records import dataclass
from automations.core.shipping.carriers import Carrier, FileLayout, LabelColumn, Record, Service
from automations.core.shipping.flows import (
    REMOVE,
    SHORTEN,
    FieldProblem,
    as_written,
    flow_lines,
    in_charset,
    too_long,
    width_of,
)
from automations.core.shipping.labels import DANGEROUS_FIRST, label_text, shown, unprintable
from automations.core.shipping.refusals import refusals


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
    if settled & {"requested_time", "requested_on"}:
        settled.add("delivery_wish")  # told once
    values = dict(record)
    for flow in carrier.flows.values():
        lines = flow_lines(carrier, flow, record, problems)
        values |= lines or {}
        settled |= set() if lines is not None else {column.field for column in carrier.flow_columns[flow.id]}
    fields = [""] * len(carrier.columns)
    for at, column in carrier.used_columns:
        if column.always:
            fields[at] = column.always if not column.beside or values.get(column.beside) else ""
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
    if layout.quoting == "all" or layout.delimiter in text or _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def _refused(carrier: Carrier, service: Service, record: Record) -> list[FieldProblem]:
    names = {column.field: column.name for _, column in carrier.used_columns}
    return [
        FieldProblem(
            names.get(found.field, ""), found.field, as_written(record.get(found.field)), found.why, found.fix
        )
        for found in refusals(service, record)
    ]


def _field(
    carrier: Carrier, column: LabelColumn, service: Service, values: Record, problems: list[FieldProblem]
) -> str:
    value = values.get(column.field)
    text = _coded(column, value)
    if text is None:
        problems.append(FieldProblem(column.name, column.field, as_written(value), *_NO_CODE))
        return ""
    text = in_charset(label_text(text, carrier.file.printable), column.charset)
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


def _wrong(
    carrier: Carrier, column: LabelColumn, service: Service, text: str, values: Record
) -> tuple[Message, Message] | None:
    if not text:
        required = column.required or service.id in column.required_for
        return _MISSING if required else None
    if column.only_for and service.id not in column.only_for:
        return msg("{service} does not use this column.", service=service.label), REMOVE
    return (
        _wrong_characters(carrier, column, text)
        or _too_wide(carrier.file, column, text)
        or _too_much(column, text, values)
    )


def _wrong_characters(carrier: Carrier, column: LabelColumn, text: str) -> tuple[Message, Message] | None:
    lost = unprintable(text, carrier.file.printable)
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
        return too_long(layout, length, column.width), SHORTEN
    return None


def _too_much(column: LabelColumn, text: str, values: Record) -> tuple[Message, Message] | None:
    limit = values.get(column.not_above) if column.not_above else None
    if isinstance(limit, int) and text.isdigit() and int(text) > limit:
        return msg("It may not be more than {limit}.", limit=f"{limit:,}"), msg(
            "Correct the amounts of the order."
        )
    return None


_QUOTED = re.compile(r'["\r\n]')
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
