"""Texts of an order file to typed values, by the ledger's own columns."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from automations.core.cells import Unreadable, read_cell
from automations.core.messages import msg
from automations.core.schema import Column
from automations.core.text import normal_header, utf16_length
from automations.core.values import Value
from automations.files.layouts import Field

# Types in which a leading apostrophe is a spreadsheet's guard and never part of the value.
_GUARDED = frozenset({"code", "phone", "postcode", "jan"})
# What a spreadsheet leaves of a number that began with 0: every telephone number in Japan does, and postcodes
# from 001 on may.
_WITHOUT_ZEROS = {"phone": re.compile(r"[1-9]\d{8,9}"), "postcode": re.compile(r"[1-9]\d{4,5}")}
_POSTCODE_DIGITS = 7
_WHOLE = re.compile(r"(-?\d+)\.0+")
_ROUNDED = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
NOT_IN_BETWEEN = msg("Export the file again and import it without opening and saving it in between.")
_SPOILED = (
    msg("A spreadsheet program has rounded this number, and its last digits are lost."),
    NOT_IN_BETWEEN,
)
# A cell of a workbook holds 32,767 characters; the rest is for what else may have to be noted beside the text.
_LONGEST = 30_000


class ValueReader:
    """Reads the values of one file; a text that comes again is looked up.

    Attributes:
        zeros_put_back: Telephone numbers and postcodes that came without their leading zeros.
    """

    def __init__(self, zone: ZoneInfo, currency: str) -> None:
        self.zeros_put_back: set[str] = set()
        self._zone = zone
        self._currency = currency
        self._seen: dict[tuple[str, str], Value | Unreadable] = {}

    def read_field(self, part: Field, text: str) -> Value | Unreadable:
        """Return the value of a text, or why it cannot be read; several labels may mean one choice."""
        value = self.read(part.column, text)
        if isinstance(value, Unreadable) and part.source.split_by:
            return self._one_choice(part, text, value)
        return value

    def read(self, column: Column, text: str) -> Value | Unreadable:
        """Return the value of a text for a column, or why it does not fit."""
        key = (column.id, text)
        if key not in self._seen:
            try:
                self._seen[key] = self._typed(column, text)
            except Unreadable as unreadable:
                self._seen[key] = unreadable
        return self._seen[key]

    def _typed(self, column: Column, text: str) -> Value:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) * 2 > _LONGEST and utf16_length(text) > _LONGEST:
            raise Unreadable(
                msg("This text has more than {limit} characters, too many for a cell.", limit=_LONGEST),
                msg("Shorten it at the channel, or type the main points of it by hand."),
            )
        if column.type in _GUARDED:
            text = text.lstrip("'")
            if _ROUNDED.fullmatch(text):
                raise Unreadable(*_SPOILED)
            text = self._with_zeros(column, text)
        if column.type == "integer" and (whole := _WHOLE.fullmatch(text)):
            text = whole[1]
        if column.type == "date" and ":" in text:  # the day it was in the shop, not in Greenwich
            moment = read_cell(replace(column, type="datetime"), text, self._zone, self._currency)
            return moment.date() if isinstance(moment, datetime) else None
        return read_cell(column, text, self._zone, self._currency)

    def _with_zeros(self, column: Column, text: str) -> str:
        lost = _WITHOUT_ZEROS.get(column.type)
        if lost is None or not lost.fullmatch(text):
            return text
        self.zeros_put_back.add(text)
        return text.zfill(_POSTCODE_DIGITS) if column.type == "postcode" else f"0{text}"

    def _one_choice(self, part: Field, text: str, unread: Unreadable) -> Value | Unreadable:
        """Return the choice all labels mean; those that only stand beside the real one do not count."""
        beside = set(map(normal_header, part.source.beside))
        labels = [label.strip() for label in text.split(part.source.split_by)]
        main = [label for label in labels if normal_header(label) not in beside] or labels
        values = [self.read(part.column, label) for label in main]
        return values[0] if all(value == values[0] for value in values) else unread
