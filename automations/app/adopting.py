"""Makes a copied or restored ledger the one to go on with: what may be out already is held for a person."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from automations.app.runner import Shop, local, open_shop, typed
from automations.app.seen import remember
from automations.app.shops import open_book
from automations.core.ledger import Ledger, update
from automations.core.messages import Message, msg
from automations.core.plan import Plan
from automations.core.snapshot import RunNote

_OPEN = frozenset({"queued", "awaiting", "sending", "unknown"})


def adopt(folder: Path, now: datetime | None, language: str | None) -> Message:
    """Go on with the ledger of this shop as it stands; return what to tell.

    Mails that wait are held: another copy, or a later version that is gone, may have sent them.

    Raises:
        LedgerRefused: The ledger cannot be used for another reason.
        ServiceError: It cannot be reached.
    """
    opened = open_shop(folder, language)
    shop = Shop(opened.configuration, open_book(opened.configuration, adopting=True))
    snapshot = shop.book.read()
    ledger = typed(shop, snapshot, now)
    plan = _held(ledger)
    note = RunNote("", "adopt", local(now, shop.configuration).isoformat())
    shop.book.commit(plan, snapshot, note)
    remember(shop.configuration, shop.book.read())
    return msg(
        "{ledger} is the ledger from now on. Mails held for you to look at: {count}",
        ledger=shop.configuration.ledger,
        count=len(plan.changes),
    )


def _held(ledger: Ledger) -> Plan:
    reason = msg("This mail may be out already: it waited when the ledger was adopted.").text(ledger.language)
    return Plan.of(
        update(mail, {"state": "held", "errors": reason})
        for mail in ledger["mails"]
        if mail.text("state") in _OPEN
    )
