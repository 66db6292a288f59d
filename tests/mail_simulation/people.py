"""People of the shop: orders come in, addresses change, mails are stopped and approved, customers refuse."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from automations.core.cells import RawCell

from .clock import Clock
from .ledger import SharedLedger
from .post import HOUR
from .truth import Truth, name_of

_STOPPABLE = frozenset({"queued", "awaiting", "sending", "unknown"})
_HOURS_OF_ORDERS = 4


@dataclass
class People:
    """Everybody who types into the ledger.

    Attributes:
        orders: How many orders come in.
        busy: Whether people also change their minds.
        haste: How much more often than usual they do.
    """

    ledger: SharedLedger
    truth: Truth
    chance: random.Random
    clock: Clock
    orders: int
    busy: bool = True
    haste: float = 1.0
    note: list[str] = field(default_factory=list)
    _come: int = 0
    _copied: list[str] = field(default_factory=list)

    def take_orders(self) -> float | None:
        """Type the orders that came in; return when the next ones come."""
        for _ in range(min(self.orders - self._come, self.chance.randint(1, self.orders // 8 + 1))):
            self._come += 1
            self._type(f"{1000 + self._come}")
        if self._come == self.orders:
            return None
        return self.clock.seconds + self.chance.uniform(0, 2 * _HOURS_OF_ORDERS * HOUR / 16)

    def change_minds(self) -> float | None:
        """Do one thing that people do; return when the next one comes."""
        acts = (
            (self._move, 4), (self._stop_mail, 4), (self._refuse, 3), (self._cancel_order, 3), (self._delete, 1),
            (self._send_again, 2), (self._copy, 1), (self._tidy, 2),
        )  # fmt: skip
        act = self.chance.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
        if self.busy and self._come:
            act(str(self.chance.randint(1001, 1000 + self._come)))
        often = 30 * HOUR / (self.orders * 0.12 * self.haste + 1)
        return self.clock.seconds + self.chance.expovariate(1 / often)

    def approve(self) -> float | None:
        """Tick what waits for approval; return when somebody looks again."""
        for mail in self._mails("awaiting"):
            self.ledger.put("mails", mail, approved=True)
        return self.clock.seconds + self.chance.uniform(0.2, 6) * HOUR

    def _type(self, order: str) -> None:
        chance, today = self.chance, self.clock.local().date()
        address = f"o{order}@example.com"
        arrived = chance.random() < 0.4
        cells: dict[str, RawCell] = {
            "order_id": order,
            "ordered_at": self.clock.local().replace(tzinfo=None, microsecond=0),
            "buyer_name": "北村 悦子",
            "buyer_email": address,
            "payment_method": self.ledger.choice("orders", "payment_method"),
            "customer_id": f"C{order}",
        }
        if arrived:
            cells["arrived_on"] = today.fromordinal(today.toordinal() - 2)
        self.ledger.add("orders", **cells)
        self.truth.addresses[order] = [(self.clock.seconds, address)]

    def _move(self, order: str) -> None:
        typed = self.truth.addresses[order]
        address = f"o{order}-{len(typed) + 1}@example.com"
        self._said(f"changes the address of order {order} to {address}")
        self.ledger.put("orders", order, buyer_email=address)
        typed.append((self.clock.seconds, address))

    def _cancel_order(self, order: str) -> None:
        self._said(f"cancels order {order}")
        self.ledger.put("orders", order, status=self.ledger.label("orders", "status", "cancelled"))
        self.truth.stopped(f"order {order}")

    def _refuse(self, order: str) -> None:
        self._said(f"notes that the customer of order {order} wants no more mails")
        today = self.clock.local().date()
        if not self.ledger.put("customers", f"C{order}", refused_on=today):
            address = self.truth.addresses[order][0][1]
            self.ledger.add(
                "customers", customer_id=f"C{order}", name="北村 悦子", email=address, refused_on=today
            )
        self.truth.stopped(f"customer {order}")

    def _stop_mail(self, _order: str) -> None:
        mails = [mail for state in _STOPPABLE for mail in self._single(state)]
        if mails:
            mail = self.chance.choice(sorted(mails))
            self._said(f"stops mail {mail}")
            self.ledger.put("mails", mail, wish=self.ledger.label("mails", "wish", "cancel"))
            self.truth.stopped(mail)

    def _delete(self, _order: str) -> None:
        mails = [mail for state in ("queued", "sending", "unknown") for mail in self._single(state)]
        if mails:
            mail = self.chance.choice(sorted(mails))
            self._said(f"deletes the row of mail {mail}")
            self.ledger.remove("mails", mail)
            self.truth.stopped(mail)

    def _send_again(self, _order: str) -> None:
        mails = [mail for state in ("sent", "unknown", "held") for mail in self._single(state)]
        if mails:
            mail = self.chance.choice(sorted(mails))
            if self.ledger.cell("mails", mail, "wish") is None:
                self._said(f"wants mail {mail} to be sent once more")
                wish = self.ledger.label("mails", "wish", "resend")
                self.ledger.put("mails", mail, wish=wish, wish_reason="お客様のご希望")
                self.truth.asked[name_of(mail)] += 1

    def _copy(self, _order: str) -> None:
        mails = self._single("queued") + self._single("sending")
        if mails:
            mail = self.chance.choice(sorted(mails))
            self._said(f"copies the row of mail {mail}")
            self.ledger.copy("mails", mail)
            self._copied.append(mail)
            self.truth.doubts.add(mail)

    def _tidy(self, _order: str) -> None:
        if self._copied:
            mail = self._copied.pop(0)
            self._said(f"deletes the upper one of the two rows of mail {mail}")
            self.ledger.remove("mails", mail)

    def calm_down(self) -> None:
        """Mend what stands twice; from now on change nothing."""
        self.busy = False
        while self._copied:
            self._tidy("")

    def _mails(self, state: str) -> list[str]:
        label = self.ledger.label("mails", "state", state)
        return [str(row["mail_id"]) for row in self.ledger.cells("mails") if row.get("state") == label]

    def _single(self, state: str) -> list[str]:
        return [mail for mail in self._mails(state) if mail not in self._copied]

    def _said(self, what: str) -> None:
        self.truth.counts["acts of people"] += 1
        self.note.append(f"{self.clock.local():%d %H:%M:%S}  somebody {what}")
