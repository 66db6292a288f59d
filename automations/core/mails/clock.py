"""Whether the clock can be right: mails go by it, and one that runs wrong sends them years late or all at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from automations.core.ledger import Ledger
from automations.core.messages import msg
from automations.core.plan import Finding

_MOST = timedelta(days=1)


def is_behind(ledger: Ledger) -> bool:
    """Return whether mails were sent or made more than a day later than it is now."""
    return next(clock_findings(ledger), None) is not None


def clock_findings(ledger: Ledger) -> Iterator[Finding]:
    """Yield the mails that were sent or made more than a day later than it is now."""
    limit = ledger.now + _MOST
    for mail in ledger["mails"]:
        for column in ("sent_at", "made_at"):
            if (moment := mail.moment(column)) is not None and moment > limit:
                why = msg("This moment has not come yet; while the clock runs wrong no mail is sent.")
                fix = msg("Set the clock of this computer, or correct this cell if it was typed.")
                yield mail.finding("mail-clock", column, why, fix)
