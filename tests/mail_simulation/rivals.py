"""How mails are usually sent from a sheet, on the same server, with the same faults: one program, no claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .lines import Rough
from .post import Letter, Reply

if TYPE_CHECKING:
    from .world import World

_HUNG_UP = frozenset({"dropped", "lost"})


class Script:
    """Reads the sheet, sends what has no tick yet, and ticks it."""

    tries = 1

    def __init__(self, world: World) -> None:
        self._ledger, self._post, self._truth = world.ledger, world.post, world.truth
        self._ticked: set[str] = set()
        self._told: set[str] = set()

    def run(self, rough: Rough) -> None:
        """Send to everybody who is due."""
        rough.before("read", 0.7)
        for order, address in self._due():
            reply = self._sent(order, address, rough)
            if reply == "refused":
                self._told.add(order)
            elif self._counts_as_sent(reply):
                self._tick(order, rough)

    def _counts_as_sent(self, reply: Reply) -> bool:
        return reply == "accepted"

    def judge(self) -> None:
        """Judge what came of it."""
        went = {self._truth.orders_of[one.letter.key] for one in self._truth.took}
        self._truth.judge_orders(went | self._told)

    def _due(self) -> list[tuple[str, str]]:
        cancelled = self._ledger.label("orders", "status", "cancelled")
        refused = {row["customer_id"] for row in self._ledger.cells("customers") if row.get("refused_on")}
        found = []
        for row in self._ledger.cells("orders"):
            order = str(row["order_id"])
            is_follow_up = row.get("arrived_on") is not None
            stopped = row.get("status") == cancelled or (is_follow_up and row.get("customer_id") in refused)
            if order in self._ticked | self._told or stopped:
                continue
            self._truth.made(f"mail:{order}", order, "service" if is_follow_up else "transactional")
            found.append((order, str(row["buyer_email"])))
        return found

    def _sent(self, order: str, address: str, rough: Rough) -> Reply:
        letter = Letter(f"mail:{order}", address, f"<{order}@komorebi.example.jp>", rough.name)
        for _ in range(self.tries):
            rough.before("send", 0.3)
            reply = self._post.attempt(letter)
            rough.after("send")
            if reply not in _HUNG_UP:
                break
        return reply

    def _tick(self, order: str, rough: Rough) -> None:
        rough.before("tick", 0.7)
        if rough.fails() >= 0.2:
            self._ticked.add(order)
        rough.after("tick")


class Yagmail(Script):
    """The same with `yagmail.send()`, which sends again when the server hangs up (yagmail 0.15.293, sender.py)."""

    tries = 3

    def _counts_as_sent(self, reply: Reply) -> bool:
        """Return True also when it gave up: it says False then, and nobody looks."""
        return reply in {"accepted", "dropped", "lost"}


RIVALS: dict[str, type[Script]] = {"send, then mark": Script, "yagmail.send()": Yagmail}
