"""Carriers as declared in ``sheets_schema/carriers``: file layout, services, limits, numbers read back."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Literal

from automations.core.messages import Label
from automations.core.records import dataclass
from automations.core.shipping.read_back import ReadBack, TrackingForm

Charset = Literal["text", "full", "kana", "ascii", "alnum", "digits", "phone", "date"]
Temperature = Literal["ambient", "chilled", "frozen"]
# What a label is made from: one shipment with the shop's and the carrier's values, by field name.
Record = Mapping[str, str | int | date | None]

# Field names a column may take its value from; beside them ``account.<key>`` and ``<flow>.<line>``.
RECORD_FIELDS = (
    "shipment_id", "order_id", "service_code", "temperature", "ship_on", "deliver_on", "requested_on",
    "requested_time", "delivery_wish", "size", "weight_g", "boxes", "cod_amount", "cod_tax", "contents",
    "handling", "noshi",
    "ship_name", "ship_plain_name", "ship_title", "ship_company", "ship_postcode", "ship_postcode_dashed", "ship_prefecture", "ship_address",
    "ship_full_address", "ship_building", "ship_phone",
    "sender_name", "sender_company", "sender_postcode", "sender_postcode_dashed", "sender_prefecture",
    "sender_full_address", "sender_building", "sender_phone",
)  # fmt: skip


@dataclass(frozen=True)
class LabelColumn:
    """One column of the carrier's file, in its order.

    Attributes:
        name: Header text, exactly as the carrier writes it.
        field: Record field, ``account.<key>`` or ``<flow>.<line>``; empty: the column stays blank.
        always: A constant instead of a field.
        beside: Field without which the constant is left out (the way to pay, only where there is cash).
        charset: ``text`` full or half width; ``full`` is turned into full width; ``kana`` half-width kana;
            ``phone`` digits and hyphens.
        width: Longest value in the file's unit; 0 is no limit.
        codes: Value of the field mapped to what the carrier writes for it.
        required_for: Services that need it (besides ``required``).
        only_for: Services that know it; with another service a value is a problem. Empty: all.
        not_above: Field that the amount may not exceed.
        address_parts: Longest prefecture, city and rest inside one address, where the carrier splits it.
    """

    name: str
    field: str = ""
    always: str = ""
    beside: str = ""
    charset: Charset = "text"
    width: int = 0
    required: bool = False
    required_for: tuple[str, ...] = ()
    only_for: tuple[str, ...] = ()
    codes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    date_form: str = ""
    not_above: str = ""
    address_parts: tuple[int, ...] = ()


@dataclass(frozen=True)
class FileLayout:
    """How the carrier's file is written.

    Attributes:
        columns: How many columns there are, so that a line lost from the list is noticed.
        repertoire: Characters the carrier can print, where its file could hold more.
        unit: What ``width`` counts: ``half_width`` (a full-width character is 2), characters or bytes.
        max_rows: Rows without header that one file may hold, further ones go into a second file; 0 is no
            known limit.
    """

    columns: int
    encoding: Literal["cp932", "utf-8", "utf-8-sig"] = "cp932"
    repertoire: Literal["", "cp932"] = ""
    newline: Literal["crlf", "lf"] = "crlf"
    header: bool = True
    quoting: Literal["needed", "all"] = "needed"
    delimiter: Literal[",", "\t"] = ","
    unit: Literal["half_width", "characters", "bytes"] = "half_width"
    max_rows: int = 0
    extension: Literal["csv", "txt", "tsv"] = "csv"

    @property
    def printable(self) -> str:
        """Return the encoding that holds every character a label may carry."""
        return self.repertoire or self.encoding


@dataclass(frozen=True)
class Flow:
    """Text that may run over several columns.

    Attributes:
        pieces: Fields in order; each begins a column of its own while there is room.
        needs: Piece without which all columns stay blank, so that nothing slips into its place.
        breaks: Where a piece may go on in the next column: after ``words``, ``anywhere`` (but
            never inside a number), or ``each`` word in a column of its own.
    """

    id: str
    pieces: tuple[str, ...]
    needs: str = ""
    breaks: Literal["words", "anywhere", "each"] = "words"


@dataclass(frozen=True)
class Service:
    """One service of a carrier; the order in the file is the order of preference.

    Attributes:
        code: What the carrier writes for it.
        delivery: Handed over, or left in the mailbox.
        cod: Cash on delivery: ``always`` for a service that is nothing else.
        cod_max: Largest amount collected, in yen.
        day: A delivery day may be asked for.
        times: Ids of the delivery windows (``am``, ``14-16``).
        max_size_cm: Length, width and height together; 0 is no limit. The same for weight and thickness.
        cool_max_size_cm: Limits for chilled and frozen parcels where they are lower.
        max_boxes: How many boxes may go under one number.
        extra_days: Days on top of the carrier's lead days.
    """

    id: str
    label: Label
    code: str
    delivery: Literal["hand", "mailbox"] = "hand"
    cod: Literal["never", "may", "always"] = "never"
    cod_max: int = 0
    day: bool = False
    times: tuple[str, ...] = ()
    temperatures: tuple[Temperature, ...] = ("ambient",)
    max_size_cm: int = 0
    max_weight_g: int = 0
    max_thickness_mm: int = 0
    cool_max_size_cm: int = 0
    cool_max_weight_g: int = 0
    max_boxes: int = 1
    extra_days: int = 0

    def size_limit(self, temperature: str) -> int:
        """Return the largest size in cm at this temperature, 0 for none."""
        return self.cool_max_size_cm or self.max_size_cm if _is_cool(temperature) else self.max_size_cm

    def weight_limit(self, temperature: str) -> int:
        """Return the largest weight in grams at this temperature, 0 for none."""
        return self.cool_max_weight_g or self.max_weight_g if _is_cool(temperature) else self.max_weight_g


@dataclass(frozen=True)
class AccountKey:
    """Something the shop agreed with the carrier, filled in under ``carriers:`` in shop.yaml."""

    id: str
    label: Label
    required: bool = False
    pattern: str = ""
    default: str = ""


@dataclass(frozen=True)
class Carrier:
    """One carrier.

    Attributes:
        in_use: The shop names it under ``carriers:`` in shop.yaml.
        lead_days: Days under way, ``lead_days[from region][to region]`` (regions: core/places/prefectures.py).
        ship_within_days: How far ahead the ship day on a label may lie.
        account: Values from shop.yaml; read them with ``account_value``.
    """

    id: str
    label: Label
    file: FileLayout
    columns: tuple[LabelColumn, ...]
    services: Mapping[str, Service]
    in_use: bool = False
    read_back: ReadBack = dataclasses.field(default_factory=ReadBack)
    tracking: TrackingForm = dataclasses.field(default_factory=TrackingForm)
    flows: Mapping[str, Flow] = dataclasses.field(default_factory=dict)
    lead_days: Mapping[str, Mapping[str, int]] = dataclasses.field(default_factory=dict)
    ship_within_days: int = 30
    account_keys: Mapping[str, AccountKey] = dataclasses.field(default_factory=dict)
    account: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @cached_property
    def used_columns(self) -> tuple[tuple[int, LabelColumn], ...]:
        """The columns that are ever filled, with their place from 0."""
        return tuple((at, column) for at, column in enumerate(self.columns) if column.field or column.always)

    @cached_property
    def flow_columns(self) -> Mapping[str, tuple[LabelColumn, ...]]:
        """The columns of each flow, in line order."""
        found: dict[str, list[tuple[int, LabelColumn]]] = {name: [] for name in self.flows}
        for _, column in self.used_columns:
            name, _, line = column.field.partition(".")
            if name in found and line.isdigit():
                found[name].append((int(line), column))
        return {
            name: tuple(column for _, column in sorted(lines, key=_line)) for name, lines in found.items()
        }

    def account_value(self, key: str) -> str:
        """Return what the shop agreed with the carrier, its default, or ``""``."""
        declared = self.account_keys.get(key)
        return self.account.get(key) or (declared.default if declared else "")

    @property
    def missing_account_keys(self) -> tuple[AccountKey, ...]:
        """What the carrier will ask for because shop.yaml leaves it blank."""
        return tuple(
            key for key in self.account_keys.values() if key.required and not self.account_value(key.id)
        )


def _is_cool(temperature: str) -> bool:
    return temperature in ("chilled", "frozen")


def _line(numbered: tuple[int, LabelColumn]) -> int:
    return numbered[0]


CARRIER_ID = re.compile(r"[a-z][a-z0-9_]{0,19}")
