"""Take in what came back to the shop's mails, and keep the list of addresses that get no more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from automations.core.incoming import MailReply
from automations.core.ledger import Ledger, Row, update
from automations.core.mails.suppressed import Reason, address_mark, marks_of, plain_address, wish_of
from automations.core.messages import Message, msg
from automations.core.plan import AppendRow, Finding, Part, Plan
from automations.core.records import dataclass
from automations.core.values import Value

READS = {
    "mails": ("state", "order_id", "to", "message_id", "errors"),
    "customers": ("email", "email_bounced", "consent_on", "refused_on", "refused_route"),
    "orders": ("buyer_email",),
    "suppressions": ("suppression_id", "address", "reason", "since", "lifted_on"),
}
WRITES = {
    "mails": ("state", "errors"),
    "customers": ("email_bounced", "refused_on", "refused_route"),
    "suppressions": ("suppression_id", "address", "reason", "since", "route"),
}
# What has been sent as far as anybody knows; of all other rows nothing can have come back.
_OUT = frozenset({"sent", "unknown", "written", "sending", "refused"})
# A courier has claimed a row in the state sending; only its report may change that.
_SETTLED = _OUT - {"sending"}


@dataclass(frozen=True)
class Settings:
    """There is nothing to set."""


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Record bounces and refusals, each once, and keep the list of stopped addresses complete.

    A bounce or complaint counts only where it quotes the Message-ID of a mail that went to the address it
    names: anybody can send a forged one. A refusal comes with a token of ours, or from the customer's own address.

    Returns:
        The mail's row as ``refused`` with the reason, the customer's ticks and days, a row of the list per address
        and reason; of a delay only a note. Refusals that people type into customers get their row, which goes on
        stopping mails when the customer is deleted; the address itself is kept as long as somebody else's row has it.
    """
    del settings
    replies = Plan.of(_replies(ledger))
    after = ledger.apply(replies)
    return Plan.of(
        replies, _numbered(after), _refusals_of_customers(after), _forgotten(after), _of_files(ledger)
    )


def _of_files(ledger: Ledger) -> Iterator[Finding]:
    for file in ledger.incoming.files if ledger.incoming else ():
        if file.source == "mail":
            yield from file.findings
    yield from ledger.incoming.troubles if ledger.incoming else ()


def _replies(ledger: Ledger) -> Iterator[Part]:
    replies = ledger.incoming.replies if ledger.incoming else ()
    now = ledger
    for reply in replies:
        mark = f"reply:{hashlib.sha256(reply.reply_id.encode()).hexdigest()[:24]}"
        if mark in now.marks:
            continue
        taken = Plan.of(_unsubscribed(reply, now) if reply.kind == "unsubscribe" else _came_back(reply, now))
        if taken.is_empty:
            yield taken.findings
            continue
        taken = Plan.of(taken, marks=[mark])
        now = now.apply(taken)
        yield taken


def _came_back(reply: MailReply, ledger: Ledger) -> Iterator[Part]:
    mail = next(iter(ledger["mails"].by("message_id").get(reply.about, ())), None) if reply.about else None
    named = {plain_address(address) for address in reply.addresses}
    if (
        mail is None
        or mail.text("state") not in _OUT
        or (reply.kind != "complaint" and plain_address(mail.text("to")) not in named)
    ):
        yield _not_ours(reply)
        return
    address = mail.text("to")
    if reply.kind == "complaint":
        yield _refused(address, address_mark(address), "complaint", msg("spam report"), ledger)
        return
    yield _noted(mail, reply, ledger)
    if reply.kind == "bounced":
        yield _listed(address, address_mark(address), "bounced", msg("returned mail"), ledger)
        for customer in ledger["customers"]:
            if plain_address(customer.text("email")) == plain_address(address):
                yield update(customer, {"email_bounced": True}, msg("a mail came back"))


def _noted(mail: Row, reply: MailReply, ledger: Ledger) -> tuple[Part, ...]:
    """Write what came back into the row of the mail; only what is final turns its state."""
    if reply.kind == "bounced":
        told = msg("The mail came back: there is no such address. {reason}", reason=reply.reason)
    elif reply.kind == "returned":
        told = msg("The mail came back. {reason}", reason=reply.reason)
    else:
        told = msg("Still being tried by the other side: {reason}", reason=reply.reason)
    cells: dict[str, Value] = {"errors": told.text(ledger.language)}
    if reply.kind != "delayed" and mail.text("state") in _SETTLED:
        cells["state"] = "refused"
    return update(mail, cells, told)


def _unsubscribed(reply: MailReply, ledger: Ledger) -> Iterator[Part]:
    """Record a refusal by token, or by the address of a known customer; other mails are left to people."""
    route = msg("one-click") if reply.route == "one-click" else msg("by mail")
    if reply.mark:
        yield _refused("", reply.mark, "refused", route, ledger)
        return
    known = {plain_address(row.text("email")) for row in ledger["customers"]}
    for address in reply.addresses:
        if plain_address(address) in known:
            yield _refused(address, address_mark(address), "refused", route, ledger)


def _refused(address: str, mark: str, reason: Reason, route: Message, ledger: Ledger) -> Iterator[Part]:
    """Enter a refusal at every customer of this address and in the list; an older one counts from today anew."""
    cells: dict[str, Value] = {"refused_on": ledger.today, "refused_route": route.text(ledger.language)}
    for customer in ledger["customers"]:
        email = customer.text("email")
        if email and address_mark(email) == mark:
            address = address or email
            yield update(customer, cells, msg("wants no more such mails"))
    yield _listed(address or _ordered_with(mark, ledger), mark, reason, route, ledger)


def _ordered_with(mark: str, ledger: Ledger) -> str:
    addresses = (order.text("buyer_email") for order in ledger["orders"])
    return next((address for address in addresses if address and address_mark(address) == mark), "")


def _listed(address: str, mark: str, reason: Reason, route: Message, ledger: Ledger) -> Iterator[AppendRow]:
    """Append a row of the list, unless one of this address and reason stops mails since the same day or later."""
    table = ledger["suppressions"]
    rows = [row for row in (*table.rows, *table.set_aside) if mark in marks_of(row)]
    same = [
        row for row in rows if (row.text("reason") or "refused") == reason and row.get("lifted_on") is None
    ]
    if any(reason == "bounced" or (row.day("since") or ledger.today) >= ledger.today for row in same):
        return
    name = f"{mark}-{reason}"
    number = 1 + sum(row.key == name or row.key.startswith(f"{name}-") for row in rows)
    yield AppendRow(
        "suppressions",
        {
            "suppression_id": f"{name}-{number}" if number > 1 else name,
            "address": address or None,
            "reason": reason,
            "since": ledger.today,
            "route": route.text(ledger.language),
        },
    )


def _numbered(ledger: Ledger) -> Iterator[Part]:
    """Give rows that people typed their number, by which they count when the address is gone."""
    taken = {row.key for row in (*ledger["suppressions"].rows, *ledger["suppressions"].set_aside)}
    for row in ledger["suppressions"]:
        if row.has_key or not row.text("address"):
            continue
        name = f"{address_mark(row.text('address'))}-{row.text('reason') or 'refused'}"
        number, chosen = 1, name
        while chosen in taken:
            number += 1
            chosen = f"{name}-{number}"
        taken.add(chosen)
        yield update(row, {"suppression_id": chosen})


def _refusals_of_customers(ledger: Ledger) -> Iterator[Part]:
    """Refusals in customers stand in the list as well, so that they outlive the customer's row (safety L4)."""
    since: dict[str, Row] = {}
    for row in ledger["suppressions"]:
        if row.text("reason") != "bounced":
            since |= dict.fromkeys(marks_of(row), row)
    listed: set[str] = set()
    for customer in ledger["customers"]:
        email = customer.text("email")
        if not email or wish_of(customer) != "refused":
            continue
        mark = address_mark(email)
        if mark not in since and mark not in listed:
            listed.add(mark)
            yield _of_customer(customer, mark, ledger)


def _of_customer(customer: Row, mark: str, ledger: Ledger) -> AppendRow:
    cells: dict[str, Value] = {
        "suppression_id": f"{mark}-refused",
        "address": customer.text("email"),
        "reason": "refused",
        "since": customer.day("refused_on") or ledger.today,
        "route": customer.text("refused_route") or msg("customers tab").text(ledger.language),
    }
    return AppendRow("suppressions", cells)


def _forgotten(ledger: Ledger) -> Iterator[Part]:
    """Empty the address of a refusal that Daicho entered when no customer and no order has it any more."""
    kept: set[str] | None = None
    for row in ledger["suppressions"]:
        address = row.text("address")
        if not address or not row.has_key or row.is_persons("address", "address_written"):
            continue
        if kept is None:
            kept = set(_addresses(ledger))
        if plain_address(address) not in kept:
            yield update(row, {"address": None}, msg("nobody's any more"))


def _addresses(ledger: Ledger) -> Iterable[str]:
    for tab, column in (("customers", "email"), ("orders", "buyer_email")):
        for row in (*ledger[tab].rows, *ledger[tab].set_aside):
            if address := row.text(column):
                yield plain_address(address)


def _not_ours(reply: MailReply) -> Finding:
    return Finding(
        code="reply-not-ours",
        tab="",
        key=reply.file,
        column="",
        value=reply.about,
        why=msg("This returned mail quotes no mail that Daicho sent to the address it names."),
        fix=msg("Nothing was recorded. Look at it yourself; returned mails can be forged."),
        level="warning",
    )
