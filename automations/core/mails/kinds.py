"""Which mail goes when to whom: the entries of mails.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from automations.core.messages import Label
from automations.core.records import dataclass

MailClass = Literal["transactional", "service", "advertising"]
Trigger = Literal[
    "ordered", "accepted", "payment_asked", "paid", "payment_due", "held", "short", "credit_refused", "shipped", "arrived",
    "cancelled", "repurchase", "absent",
]  # fmt: skip
Per = Literal["order", "shipment", "hold", "customer"]
StopRule = Literal["cancelled", "returned", "on_hold", "trouble", "refused", "mourning", "gift"]


@dataclass(frozen=True)
class MailKind:
    """One mail of ``mails.yaml``.

    Attributes:
        trigger: The fact the waiting counts from; see core/mails/triggers.py.
        mail_class: ``transactional`` (about the contract), ``service`` (a follow-up without any promotion)
            or ``advertising``; a mail that does not say is advertising (safety L1).
        enabled: False makes no such mail; its rows in the mails tab stay as they are.
        approval: A person must tick each one before it goes.
        wait_days: Days between that fact and the mail.
        wait_workdays: Working days on top of that; below 0 for before the fact.
        wait_days_by_kind: Instead of ``wait_days``, by the kind of the products; of several the longest counts.
        per: One mail for each order, shipment or customer; ``hold``: for each order, about all its holds of the moment.
        max_age_days: A mail that would be later than this is not made any more (imported history, a pause).
        quiet_days: No such mail while the customer had another service or advertising mail in these days.
        not_when: What stops it.
        covered_by: Mails that say the same: when one of them is made for the order at the same moment, this one is not.
        only_with: Column of the products tab that must be filled for one product of the order.
        percent: How much of the usual interval between two purchases has gone by.
        intervals_from: How many intervals it takes to tell what is usual.
        absent_days: Days without an order that are many, for a customer whose interval is not known.
        least_days: Fewer days are never many, however short the interval.
    """

    id: str
    label: Label
    trigger: Trigger
    mail_class: MailClass = "advertising"
    enabled: bool = True
    approval: bool = False
    wait_days: int = 0
    wait_workdays: int = 0
    wait_days_by_kind: Mapping[str, int] = field(default_factory=dict)
    per: Per = "order"
    max_age_days: int = 7
    quiet_days: int = 0
    not_when: tuple[StopRule, ...] = ()
    covered_by: tuple[str, ...] = ()
    only_with: str = ""
    percent: int = 100
    intervals_from: int = 1
    absent_days: int = 0
    least_days: int = 0

    @property
    def is_transactional(self) -> bool:
        """True when the mail belongs to the contract and needs nobody's consent."""
        return self.mail_class == "transactional"

    @property
    def is_late(self) -> bool:
        """True for what customers agree to have in their letter box long after their last order."""
        return self.trigger in ("repurchase", "absent")

    @property
    def longest_days(self) -> int:
        """How long after the fact the mail may still be due."""
        return max(self.wait_days, *self.wait_days_by_kind.values(), 0) + self.max_age_days
