"""How many mails may go: in a day, in a run, and many more than usual only with a person's approval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from automations.core.ledger import Ledger, Row, update
from automations.core.mails.account import MailAccount
from automations.core.mails.claims import most_important
from automations.core.messages import msg
from automations.core.plan import Part

_PAST = timedelta(days=60)
# With fewer days than this nobody can say what is usual; so few mails are never too many.
_DAYS, _FEW = 5, 30
_OUT = ("sent", "written")


def left_today(ledger: Ledger, account: MailAccount) -> int:
    """Return how many mails the account may still send, counting those of the last 24 hours and those in hand."""
    since = ledger.now - timedelta(hours=24)
    used = sum(mail.text("state") == "sending" or _is_since(mail, since, ledger) for mail in ledger["mails"])
    return max(0, account.daily_limit - used)


def _is_since(mail: Row, since: datetime, ledger: Ledger) -> bool:
    """Return whether a mail went, or perhaps went, since a moment; of a doubtful one the planned time is known."""
    went = mail.moment("due_at") or ledger.now if mail.text("state") == "unknown" else mail.moment("sent_at")
    return went is not None and went > since


def usual_number(ledger: Ledger) -> int | None:
    """Return how many mails go on a usual day: the median of the days with mails; None while there are too few."""
    first = ledger.today - _PAST
    days = Counter(
        day
        for mail in ledger["mails"]
        if mail.text("state") in _OUT
        and (day := mail.day("sent_at") or mail.day("due_at")) is not None
        and first <= day < ledger.today
    )
    return round(median(days.values())) if len(days) >= _DAYS else None


def hold_back(ledger: Ledger, account: MailAccount) -> Iterator[Part]:
    """Yield what makes queued mails wait for approval that are far more than the shop usually sends in a day."""
    usual = usual_number(ledger) if account.sends else None
    if usual is None:
        return
    most = max(_FEW, usual * account.usual_factor)
    unasked = [mail for mail in ledger["mails"] if mail.get("approved_at") is None]
    gone = sum(
        mail.text("state") == "sending"
        or (mail.text("state") in _OUT and mail.day("sent_at") == ledger.today)
        for mail in unasked
    )
    waiting = most_important(
        mail for mail in unasked if mail.text("state") == "queued" and not mail.number_of("resent")
    )
    for mail in waiting[max(0, most - gone) :]:
        why = msg(
            "More than {most} mails in one day are unusual for this shop; tick it if it should go.", most=most
        )
        yield update(mail, {"state": "awaiting", "errors": why.text(ledger.language)}, why)
