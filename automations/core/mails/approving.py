"""Approval: a mail that awaits it goes once a person ticks its row, or approves all of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from automations.core.ledger import Ledger, update
from automations.core.mails.account import MailAccount
from automations.core.messages import msg
from automations.core.plan import Part
from automations.core.values import Value

ASKS = msg("Tick it if it should go.")


def approve(ledger: Ledger, account: MailAccount) -> Iterator[Part]:
    """Yield what queues mails that a person approved.

    A wish for all of a kind counts for those that wait beside it, and is used up when its own row has gone on.
    """
    waiting = [mail for mail in ledger["mails"] if mail.text("state") == "awaiting"]
    all_of = {mail.text("template") for mail in waiting if mail.text("wish") == "approve_all"}
    due = ledger.now + timedelta(minutes=account.delay)
    for mail in waiting:
        if mail.flag("approved") or mail.text("template") in all_of:
            planned = mail.moment("due_at")
            cells: dict[str, Value] = {"state": "queued", "approved_at": ledger.now, "errors": None}
            yield update(mail, {**cells, "due_at": max(planned, due) if planned else due})
