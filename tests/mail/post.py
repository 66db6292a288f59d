"""A small shop whose mails are sent: a ledger in memory, a post office that can fail, and time that is told to pass."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from stories import Story, configuration_of

from automations.app.automate import settings_of
from automations.app.couriers import Delivered
from automations.app.effects import Desk, work_off
from automations.app.letters import Letters
from automations.app.post_office import PostOffice
from automations.app.sending import Courier
from automations.app.services import services_of
from automations.books.memory import MemoryBook
from automations.core.declare import Problems
from automations.core.ledger import Ledger, Row
from automations.core.mails.account import MailAccount, Mailbox
from automations.core.mails.outcomes import AccountRefused, Outcome, Outgoing
from automations.core.plan import AppendRow, Plan, SetCells
from automations.core.reading import difference, ledger_from
from automations.core.snapshot import RunNote, Snapshot
from automations.core.values import Cells, Value
from automations.queue_mails import plan as plan_mails

CONFIGURATION = configuration_of(Story("", {}))
ZONE = CONFIGURATION.zone
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=ZONE)
ACCOUNT = MailAccount("mail.example.com", imap=Mailbox("imap.example.com"))


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Server:
    """A mail server: what it delivered, and how it answers mails by their order's number."""

    delivered: list[str] = field(default_factory=list)
    answers: dict[str, list[Outcome | BaseException]] = field(default_factory=dict)
    keeps: bool = True
    signed_in: int = 0
    refuses: AccountRefused | None = None
    hook: Callable[[str], None] = lambda _step: None
    trouble: AccountRefused | None = None

    def open(self) -> Server:
        self.signed_in += 1
        if self.refuses is not None:
            raise self.refuses
        return self

    def send(
        self, batch: Sequence[Outgoing], may_send: Callable[[str], bool]
    ) -> Iterator[tuple[str, Outcome]]:
        for mail in batch:
            if not may_send(mail.key):
                continue
            self.hook("before the mail")
            answers = self.answers.get(mail.key, [])
            answer = answers.pop(0) if answers else Outcome("sent", "250 ok")
            if isinstance(answer, BaseException):
                raise answer
            if answer.kind == "sent" or answer.reply == "lost":
                self.delivered.append(mail.message_id)
            self.hook("after the mail")
            yield mail.key, answer

    def close(self) -> None:
        pass

    def holds(self, message_ids: Collection[str]) -> frozenset[str] | None:
        return frozenset(message_ids).intersection(self.delivered) if self.keeps else frozenset()


class Post:
    """The shop: its ledger, its mail server, its clock; ``run`` is one run of a process."""

    def __init__(
        self, orders: int = 3, account: MailAccount = ACCOUNT, folder: Path | None = None, **mail: Value
    ) -> None:
        numbers = [str(1001 + number) for number in range(orders)]
        self.account, self.now = account, NOON
        self.server = Server()
        self.calls = 0
        self.folder = folder or CONFIGURATION.folder
        self.kinds = CONFIGURATION.mails
        self.book = MemoryBook(
            CONFIGURATION.schema,
            language="en",
            currency="JPY",
            zone=ZONE,
            rows={"orders": [_order(number) for number in numbers]},
        )
        rows = [{**_mail(number), **mail} for number in numbers]
        self.write(Plan.of([_appended(row) for row in rows]))

    def queue_more(self, count: int) -> None:
        """Queue one mail for each of so many new orders."""
        numbers = [str(2001 + number) for number in range(count)]
        self.write(Plan.of([AppendRow("orders", _order(number)) for number in numbers]))
        self.write(Plan.of([_appended(_mail(number)) for number in numbers]))

    def write_sent_mail(self, number: str = "1000", sent_at: datetime = NOON) -> None:
        """Let a mail have gone before."""
        self.write(Plan.of(AppendRow("orders", _order(number))))
        self.write(_appended({**_mail(number), "state": "sent", "sent_at": sent_at}))
        self.server.delivered.append(f"<{number}@example.com>")

    def settings(self) -> dict[str, Any]:
        made = replace(CONFIGURATION, mail=self.account, mails=self.kinds)
        return settings_of(made, services_of(made), Problems())

    def ledger(self) -> Ledger:
        return self.typed(self.book.read())

    def typed(self, snapshot: Snapshot) -> Ledger:
        return ledger_from(snapshot, CONFIGURATION.schema, self.now, language="en", currency="JPY")

    def write(self, plan: Plan) -> None:
        self.book.commit(plan, self.book.read(), RunNote("", "test", NOON.isoformat()))

    def person(self, tab: str, key: str, **cells: Value) -> None:
        """Type into a row as a person does."""
        row = self.ledger()[tab][key]
        self.write(Plan.of(SetCells(tab, key, cells, {name: row.get(name) for name in cells})))

    def meddle(self, does: str, key: str) -> None:
        """Delete or copy a row of the mail tab, or turn the rows round, as a person does."""
        rows = self.book.sheets[CONFIGURATION.schema["mails"].label.text("en")]
        place = next(at for at, row in enumerate(rows) if key in row)
        if does == "deletes":
            del rows[place]
        elif does == "copies":
            rows.append(list(rows[place]))
        else:
            rows[1:] = rows[:0:-1]

    def plan(self) -> None:
        """Let the automation look, as every run does first."""
        ledger = self.ledger()
        made = plan_mails(ledger, self.settings()["queue_mails"])
        changes = difference(ledger, ledger.apply(made))
        if not changes.is_empty:
            self.write(changes)

    def run(self, *, hook: Callable[[str], None] = lambda _step: None) -> Delivered:
        """Run once; ``hook`` is called between every two steps, with what comes next."""
        self.plan()
        self.server.hook = hook
        courier = Courier(
            PostOffice(
                self.account,
                self.server.open,
                Letters(CONFIGURATION).content,
                self.server if self.account.imap.host else None,
            ),
            self.settings()["queue_mails"],
            lambda: self.now,
        )

        def read() -> Snapshot:
            self.calls += 1
            hook("read")
            return self.book.read()

        def commit(plan: Plan, base: Snapshot) -> Snapshot | None:
            self.calls += 1
            hook("before the commit")
            after = self.book.commit(plan, base, RunNote("", "run", self.now.isoformat())).after
            hook("after the commit")
            return after

        desk = Desk(replace(CONFIGURATION, folder=self.folder), read, self.typed, commit, lambda: self.now)
        delivered = work_off(desk, None, courier)
        return replace(delivered, told=courier.told)

    def until_quiet(self, minutes: int = 20, times: int = 6) -> None:
        """Let time pass and run again and again, as a schedule does."""
        for _ in range(times):
            self.now += timedelta(minutes=minutes)
            self.run()

    def mail(self, number: str = "1001") -> Row:
        return self.ledger()["mails"][f"order_confirmation:{number}"]

    def states(self) -> dict[str, str]:
        return {row.key.partition(":")[2]: row.text("state") for row in self.ledger()["mails"]}

    def times_delivered(self) -> dict[str, int]:
        ids = {row.text("message_id"): row.text("order_id") for row in self.ledger()["mails"]}
        return {order: self.server.delivered.count(name) for name, order in ids.items()}


def killing(at: int) -> Callable[[str], None]:
    """Return a hook that ends the process at the step with this number."""
    return at_step(at, _kill)


def at_step(at: int, does: Callable[[], None]) -> Callable[[str], None]:
    """Return a hook that does something at the step with this number, once."""
    steps = iter(range(10_000))

    def hook(_step: str) -> None:
        if next(steps) == at:
            does()

    return hook


def count_steps(post: Post) -> int:
    """Return in how many places a run of this shop can be disturbed; it is run for that."""
    steps: list[str] = []
    post.run(hook=steps.append)
    return len(steps)


def _kill() -> None:
    raise Killed


def _order(number: str) -> Cells:
    return {
        "order_id": number, "status": "stock_waiting", "intake": "ok", "buyer_name": "北村 悦子", "ordered_at": NOON,
        "buyer_email": f"b{number}@example.com", "payment_method": "card", "total": 1080,
    }  # fmt: skip


def _mail(number: str) -> Cells:
    return {
        "mail_id": f"order_confirmation:{number}", "state": "queued", "order_id": number, "template": "order_confirmation",
        "to": f"b{number}@example.com", "subject": "Thank you", "due_at": NOON, "class": "transactional", "text": "Thank you",
        "message_id": f"<{number}@example.com>", "made_at": NOON - timedelta(minutes=5),
    }  # fmt: skip


def _appended(row: Cells) -> Plan:
    return Plan.of(AppendRow("mails", row), marks=[f"mail:{row['mail_id']}"])
