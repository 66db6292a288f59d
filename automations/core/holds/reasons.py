"""Reasons that hold an order until a person has looked, as declared in ``sheets_schema/holds.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from automations.core.messages import Label
from automations.core.records import dataclass

Severity = Literal["block", "confirm", "warn"]


@dataclass(frozen=True)
class HoldReason:
    """One reason; its rule is the function of the same id in ``core.holds.rules``, or a condition of the shop's own.

    Attributes:
        code: Short name for people, ``H01``.
        severity: ``block`` cannot ship, ``confirm`` waits for a person, ``warn`` is only shown.
        clearable: False where something must be mended, because the order could not be carried out.
        next_step: What the person is to do.
        question: What the customer is asked by mail; None where a mail could not clear it.
        condition: For a reason of the shop's own: when it holds (core/holds/condition_reading.py).
        amount_from: Orders from this amount on, in the shop's currency; likewise for new customers.
        within_hours: How far apart two orders are still looked at together.
        hours_before_cut_off: How long before the cut-off a choice must have been made.
        within_days: How many days back other orders count; 0 is all of them.
        qty_from: Pieces of one product in one order.
        times_usual: How many times the usual number of pieces is unusual; 0 does not compare.
        percentile: Which share of earlier orders, in percent, tells the usual number.
        past_orders_from: How many earlier orders it takes to tell.
        times_from: How often something must have happened.
        orders_from: How many orders it takes; names_from: and under how many names.
        payment_methods: Ids of ``payments.yaml`` to which the rule applies.
        ignored_values: IP addresses and cards that tell nothing, such as the shop's own.
        score_from: Points from which on signs hold an order; 0 never does.
        weights: Points of each sign; 0 leaves it out.
        free_mail_domains: Where anybody gets an address without saying who it is.
        matching_fields: How many fields must agree with a blocked customer.
        work_days: Working days the shop needs before it ships.
        island_extra_days: Days on top of the carrier's lead days for islands.
        accept_days_ahead: How many days after the order a delivery day may lie; 0 is no limit.
        ignored_texts: Remarks that say nothing, and boilerplate of order forms.
        known_postcodes: Codes, 7 digits, too new for the postcode master.
        token_length: From how many letters and digits on a word counts as a forwarder's number; 0 is never.
        warehouses: Addresses, or parts of them, of forwarding companies.
        prefectures: Full names of prefectures beside the islands.
        places: Words of places whose guests cannot be billed later.
        pick_up: Words of an address that is a carrier's or post office's counter.
        receipt_words: Words of a remark that asks for a receipt.
        limit_days: Working days an order may stay in a status, by its id.
    """

    id: str
    code: str
    label: Label
    severity: Severity
    next_step: Label
    question: Label | None = None
    clearable: bool = True
    enabled: bool = True
    condition: str = ""
    amount_from: int = 0
    new_customer_amount_from: int = 0
    within_hours: int = 0
    hours_before_cut_off: int = 0
    within_days: int = 0
    qty_from: int = 0
    times_usual: int = 0
    percentile: int = 95
    past_orders_from: int = 0
    times_from: int = 0
    orders_from: int = 0
    names_from: int = 0
    payment_methods: tuple[str, ...] = ()
    ignored_values: tuple[str, ...] = ()
    score_from: int = 0
    weights: Mapping[str, int] = field(default_factory=dict)
    free_mail_domains: tuple[str, ...] = ()
    matching_fields: int = 0
    work_days: int = 0
    island_extra_days: int = 0
    accept_days_ahead: int = 0
    ignored_texts: tuple[str, ...] = ()
    known_postcodes: tuple[str, ...] = ()
    token_length: int = 0
    warehouses: tuple[str, ...] = ()
    prefectures: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    pick_up: tuple[str, ...] = ()
    receipt_words: tuple[str, ...] = ()
    limit_days: Mapping[str, int] = field(default_factory=dict)

    @property
    def stops(self) -> bool:
        """True when an open hold of this reason keeps the order from going on."""
        return self.severity != "warn"
