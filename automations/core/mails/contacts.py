"""The distance between mails that a customer did not ask for, as it is kept when they are sent."""

from __future__ import annotations

from datetime import date, timedelta

from automations.core.ledger import Ledger, Row

_TRIED = frozenset({"sending", "sent", "unknown", "written"})


class Contacts:
    """When each customer (id or address) last had a service or advertising mail."""

    def __init__(self, ledger: Ledger) -> None:
        self._last: dict[str, date] = {}
        for mail in ledger["mails"]:
            if mail.text("state") in _TRIED and mail.text("class") != "transactional":
                self.add(mail, mail.day("sent_at") or mail.day("due_at") or ledger.today)

    def add(self, mail: Row, day: date) -> None:
        """Note that this mail goes on ``day``."""
        for person in _people(mail):
            self._last[person] = max(day, self._last.get(person, day))

    def free_on(self, mail: Row, quiet_days: int) -> date:
        """Return the first day on which the customer may have this mail; ``date.min`` where nothing stands against it."""
        if mail.text("class") == "transactional" or mail.text("resend_of"):
            return date.min
        days = [self._last[person] for person in _people(mail) if person in self._last]
        return max(days) + timedelta(days=quiet_days) if days else date.min


def _people(mail: Row) -> tuple[str, ...]:
    return tuple(name for name in (mail.text("customer_id"), mail.text("to").casefold()) if name)
