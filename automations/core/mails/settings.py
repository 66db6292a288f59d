"""What queueing mails goes by."""

from __future__ import annotations

from collections.abc import Mapping

from automations.core.calendar import Calendar
from automations.core.holds.reasons import HoldReason
from automations.core.mails.account import MailAccount
from automations.core.mails.kinds import MailKind
from automations.core.mails.occasions import Compose
from automations.core.orders.channels import Channel
from automations.core.payments import Payment
from automations.core.places.postcodes import EmailCheck
from automations.core.records import dataclass
from automations.core.shipping.carriers import Carrier
from automations.core.shop import Shop


@dataclass(frozen=True)
class Settings:
    """How mails are queued.

    Attributes:
        mail: The account mails are sent through, with how long they wait in the queue.
        trouble_days: How long after the order a return counts as open trouble with its customer.
    """

    shop: Shop
    mails: Mapping[str, MailKind]
    payments: Mapping[str, Payment]
    carriers: Mapping[str, Carrier]
    channels: Mapping[str, Channel]
    holds: Mapping[str, HoldReason]
    calendar: Calendar
    emails: EmailCheck
    compose: Compose
    mail: MailAccount
    trouble_days: int = 60
