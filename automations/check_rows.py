"""Check every row against the schema, and say in the row what to mend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from automations.core import money
from automations.core.checks.cells import Lookups
from automations.core.checks.rows import row_findings
from automations.core.checks.sums import goods_by_order, goods_gap
from automations.core.ledger import Ledger, Row, is_begun, update
from automations.core.messages import msg
from automations.core.payments import Payment
from automations.core.places.postcodes import EmailCheck, PhoneCheck, PostcodeLookup
from automations.core.plan import Change, Finding, Plan
from automations.core.records import dataclass
from automations.core.statuses import CLOSED
from automations.core.text import shortened

# Tabs in which people write; the others belong to the automations that fill them.
CHECKED = ("orders", "order_lines", "products", "stock", "movements", "customers")
ASKS_WHETHER_CLOSED = True
READS = {
    "orders": ("order_id", "status", "buyer_name", "payment_method", "goods_total", "total", "intake", "errors"),
    "order_lines": ("order_id", "sku", "qty", "unit_price", "line_discount", "errors"),
    "products": ("sku", "components", "errors"),
    "stock": ("sku", "errors"),
    "movements": ("sku", "errors"),
    "customers": ("errors",),
}  # fmt: skip
WRITES = dict.fromkeys(CHECKED, ("errors",)) | {"orders": ("errors", "intake")}
# Characters of what is said in a row, far below what a cell holds.
_LONGEST = 10_000
# Problems of the key itself; they are told about closed orders too.
_KEY_CODES = frozenset({"duplicate-key", "renamed-row"})


@dataclass(frozen=True)
class Settings:
    """What the checks ask: payment methods, the postcode master, phone numbers, e-mail addresses."""

    payments: Mapping[str, Payment]
    postcodes: PostcodeLookup
    phones: PhoneCheck
    emails: EmailCheck


def plan(ledger: Ledger, settings: Settings) -> Plan:
    """Report what is wrong in every row, in words also in its column ``errors``.

    Args:
        ledger: ``ledger.unreadable`` brings what reading has already found.
        settings: Look-ups; each distinct value is asked once.

    Returns:
        Findings, ``errors`` of every row in ``CHECKED``, and ``intake`` of every open order: ``incomplete``
        when the order or one of its lines has a finding of level error. Closed orders are left as they are.
        What a hold covers is a warning, because there a person can let the order through.
    """
    closed = {order.key for order in ledger["orders"] if order.text("status") in CLOSED}
    read = _with_present_keys(ledger)
    findings = [finding for finding in read if not _is_of_closed(finding, ledger, closed)]
    lookups = Lookups(settings.postcodes, settings.phones, settings.emails)
    rows = {tab_id: _open_rows(ledger, tab_id, closed) for tab_id in CHECKED}
    for tab_id in CHECKED:
        findings += row_findings(ledger, tab_id, rows[tab_id], lookups)
    findings += _order_findings(ledger, rows["orders"])
    findings += _nothing_to_collect(rows["orders"], ledger, settings.payments)
    broken = _broken_orders(ledger, findings)
    return Plan.of(_error_texts(ledger, rows, findings, broken), _intakes(rows["orders"], broken), findings)


def _with_present_keys(ledger: Ledger) -> Iterator[Finding]:
    """Yield what reading found; rows that were given a number since then go by that, lines of totals are left out."""
    nameless = {finding.tab for finding in ledger.unreadable if finding.key.startswith("#")}
    rows = {(tab, row.number): row for tab in nameless for row in ledger[tab]}
    for finding in ledger.unreadable:
        row = rows.get((finding.tab, finding.row))
        if row is None or row.has_key:
            yield replace(finding, key=row.key) if row else finding
        elif is_begun(row, ledger.schema[finding.tab]):
            yield finding


def _is_of_closed(finding: Finding, ledger: Ledger, closed: set[str]) -> bool:
    if finding.code in _KEY_CODES or finding.tab not in ("orders", "order_lines"):
        return False
    return _order_key(finding, ledger) in closed


def _order_key(finding: Finding, ledger: Ledger) -> str:
    """Return the order a finding about an order or line belongs to, ``""`` when it cannot be told."""
    if finding.tab == "orders":
        return finding.key
    line = ledger["order_lines"].get(finding.key)
    return line.text("order_id") if line else ""


def _open_rows(ledger: Ledger, tab_id: str, closed: set[str]) -> Sequence[Row]:
    rows = ledger[tab_id].rows
    if tab_id == "orders":
        rows = tuple(row for row in rows if row.key not in closed)
    elif tab_id == "order_lines":
        rows = tuple(row for row in rows if row.cells.get("order_id") not in closed)
    tab = ledger.schema[tab_id]
    return [row for row in rows if not row.key.startswith("#") or is_begun(row, tab)]


def _order_findings(ledger: Ledger, orders: Sequence[Row]) -> Iterator[Finding]:
    goods = goods_by_order(ledger["order_lines"])
    waiting = {line.text("order_id") for line in ledger["order_lines"].set_aside}
    for order in orders:
        gap = goods_gap(order, goods.get(order.key))
        if gap:
            yield order.warning(
                "goods-differ",
                "goods_total",
                msg("The lines come to {counted}.", counted=money.written(gap.counted, ledger.currency)),
                msg("Correct the amount, or the lines."),
            )
        if order.key not in goods and order.key not in waiting:
            yield order.finding(
                "order-without-lines",
                "order_id",
                msg("The order has no products in {tab}.", tab=ledger.schema["order_lines"].label),
                msg("Add its lines there, with this order number."),
            )


def _nothing_to_collect(
    orders: Sequence[Row], ledger: Ledger, payments: Mapping[str, Payment]
) -> Iterator[Finding]:
    """Yield orders that would be given away: paid at the door, but nobody said how much."""
    collecting = {payment.id for payment in payments.values() if payment.cod}
    total = ledger.schema["orders"].columns["total"].label
    for order in [order for order in orders if order.cells.get("total") is None]:
        if "total" not in order.raw and order.text("payment_method") in collecting:
            yield order.finding(
                "missing-cell",
                "total",
                msg("The carrier collects this amount at the door, so it must not be empty."),
                msg("Fill in {column} here.", column=total),
            )


def _error_texts(
    ledger: Ledger,
    rows: Mapping[str, Sequence[Row]],
    findings: Iterable[Finding],
    broken: Mapping[str, Sequence[str]],
) -> Iterator[Change]:
    texts: dict[str, dict[str, list[str]]] = {tab_id: {} for tab_id in ledger.schema}
    for finding in findings:
        texts[finding.tab].setdefault(finding.key, []).append(_sentence(finding, ledger))
    for order_key, lines in broken.items():
        if lines:
            there = msg("See what is wrong in lines {lines}.", lines=tuple(lines))
            texts["orders"].setdefault(order_key, []).append(there.text(ledger.language))
    for tab_id in CHECKED:
        of_tab = texts[tab_id]
        for row in [row for row in rows[tab_id] if row.key in of_tab or row.cells.get("errors") is not None]:
            said = " / ".join(dict.fromkeys(of_tab.get(row.key, ())))
            written = shortened(said, _LONGEST) or None
            if row.get("errors") != written:
                yield from update(row, {"errors": written}, msg("checked"))


def _sentence(finding: Finding, ledger: Ledger) -> str:
    column = ledger.schema[finding.tab].columns[finding.column].label if finding.column else ""
    if finding.level == "warning":
        said = msg("Note: {column}: {why} {fix}", column=column, why=finding.why, fix=finding.fix)
    else:
        said = msg("{column}: {why} {fix}", column=column, why=finding.why, fix=finding.fix)
    return said.text(ledger.language)


def _broken_orders(ledger: Ledger, findings: Iterable[Finding]) -> dict[str, list[str]]:
    """Return the orders that cannot go on, each with its lines that are wrong or wait."""
    broken: dict[str, list[str]] = {}
    for finding in findings:
        if finding.level == "error" and finding.tab in ("orders", "order_lines"):
            lines = broken.setdefault(_order_key(finding, ledger), [])
            lines += [finding.key] if finding.tab == "order_lines" else []
    for line in ledger["order_lines"].set_aside:
        broken.setdefault(line.text("order_id"), []).append(line.key)
    return {order_key: list(dict.fromkeys(lines)) for order_key, lines in broken.items()}


def _intakes(orders: Sequence[Row], broken: Mapping[str, Sequence[str]]) -> Iterator[Change]:
    must_mend, fine = msg("something in the order must be mended first"), msg("nothing is missing")
    for order in orders:
        intake, why = ("incomplete", must_mend) if order.key in broken else ("complete", fine)
        if order.cells.get("intake") != intake:
            yield from update(order, {"intake": intake}, why)
