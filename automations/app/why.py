"""`daicho why`: one order's whole story of waiting, with what to do about each reason."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from automations import AUTOMATIONS
from automations.app.archives import archive_ledgers, refuse_missing
from automations.app.orders import OrderUnknown, find_order
from automations.app.runner import Shop, open_shop, planned, read_ledger
from automations.app.show import cell_text, finding_text
from automations.core.ledger import Ledger, Row
from automations.core.messages import msg
from automations.core.shipping.proposals import undecided
from automations.core.shipping.shared_parcels import parcels_of
from automations.core.text import visible


def explain(folder: Path, number: str, now: datetime | None, language: str | None) -> str:
    """Return what blocks an order as of now, and who can clear it; nothing is written.

    Raises:
        OrderUnknown: There is no such order.
        LedgerRefused: It is not in the ledger, and an archive is gone.
    """
    shop = open_shop(folder, language)
    _, ledger = read_ledger(shop, now)
    try:
        find_order(ledger, number)
    except OrderUnknown:
        archived = _in_archives(shop, number, now)
        if archived is None:
            refuse_missing(shop.configuration, ledger)
            raise
        return archived
    outcome = planned(shop, ledger, AUTOMATIONS)
    order = find_order(outcome.after, number)
    findings = [
        finding
        for finding in outcome.findings
        if finding.key == order.key
        or finding.key in {line.key for line in _rows("order_lines", order, outcome.after)}
    ]
    lines = list(_story(order, outcome.after))
    lines += [finding_text(finding, outcome.after, ledger.language) for finding in findings]
    return "\n".join(map(visible, lines))


def _in_archives(shop: Shop, number: str, now: datetime | None) -> str | None:
    """Return the story of an order that was moved to an archive, the newest first; None when none has it."""
    for name, ledger in archive_ledgers(shop, now):
        with suppress(OrderUnknown):
            order = find_order(ledger, number)
            where = msg("This order is closed and in the archive {name}.", name=name).text(ledger.language)
            return "\n".join(map(visible, (where, *_story(order, ledger))))
    return None


def _story(order: Row, ledger: Ledger) -> Iterable[str]:
    language = ledger.language
    status = cell_text(
        ledger.schema["orders"].columns["status"], order.get("status"), language, ledger.currency
    )
    yield f"{order.key}  {order.text('buyer_name')}  [{status}]"
    if order.text("stuck_reason"):
        since = msg("since {day}", day=order.day("stuck_since") or ledger.today)
        yield "  " + msg("Waits {since}: {reason}", reason=order.text("stuck_reason"), since=since).text(
            language
        )
    if order.text("next_step"):
        yield "  " + msg("Next: {step}", step=order.text("next_step")).text(language)
    for tab in ("holds", "order_lines", "shipments", "mails"):
        for row in _rows(tab, order, ledger):
            yield from _detail(tab, row, ledger)


def _detail(tab: str, row: Row, ledger: Ledger) -> Iterable[str]:
    language = ledger.language
    columns = ledger.schema[tab].columns

    def told(name: str) -> str:
        return cell_text(columns[name], row.get(name), language, ledger.currency)

    match tab:
        case "holds" if row.text("state") == "open":
            yield f"  ! {told('reason')}: {row.text('evidence')}"
            yield f"    → {row.text('next_step')}"
        case "order_lines":
            short = f"  ({row.text('shortage')})" if row.text("shortage") else ""
            yield f"  - {row.text('sku')} {row.text('product_name')} {row.number_of('allocated_qty')}/{row.number_of('qty')}{short}"
        case "shipments":
            where = " ".join(
                part for part in (told("state"), told("service"), told("ship_on")) if part != "-"
            )
            yield f"  □ {row.key} {where} {row.text('tracking_number')}".rstrip()
            if row.text("errors"):
                yield f"    ! {row.text('errors')}"
            if (open_question := undecided(row, ledger)) is not None:
                waits, how = (sentence.text(language) for sentence in open_question)
                yield f"    ! {waits}"
                yield f"    → {how} ({ledger.schema[tab].label.text(language)} {row.key})"
        case "mails":
            sent = f" {told('sent_at')}" if row.get("sent_at") else ""
            yield f"  ✉ {told('template')} → {row.text('to')} [{told('state')}{sent}]"
            if row.text("errors"):
                yield f"    ! {row.text('errors')}"


def _rows(tab: str, order: Row, ledger: Ledger) -> list[Row]:
    if tab == "shipments":
        return list(parcels_of(ledger).get(order.key, ()))
    return [row for row in ledger[tab] if row.text("order_id") == order.key]
