"""What an order looked like when it was imported, kept small, and what differs when it arrives again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import blake2b

from automations.core import money
from automations.core.messages import Label, Message, msg
from automations.core.plan import Finding
from automations.core.schema import Schema
from automations.core.values import Cells, Value

# Compared with the ledger directly, or the shop's own: no part of what the customer ordered.
_NOT_KEPT = frozenset(
    {"status", "payment_state", "credit_state", "paid_on", "posted_on", "arrived_on", "ship_on", "memo"},
)
# Longer texts are kept as their beginning and a hash.
_LONGEST = 48
# Characters that the pieces of all products may take of the cell.
_MOST_PIECES = 20_000
_QTY = "qty:"
_NOTICE = "notice:"

State = Mapping[str, str]


def state_of(order: Cells, lines: Iterable[Cells]) -> State:
    """Return an order as texts: its filled columns, and ``qty:K-001`` for the pieces of each product."""
    state = {
        column: state_text(value)
        for column, value in order.items()
        if value is not None and column not in _NOT_KEPT
    }
    pieces: dict[str, int] = {}
    for line in lines:
        product = state_text(line.get("sku") or line.get("product_name") or "?")
        qty = line.get("qty")
        pieces[product] = pieces.get(product, 0) + (qty if isinstance(qty, int) else 0)
    return {**state, **{_QTY + product: number for product, number in _fitting(pieces).items()}}


def _fitting(pieces: Mapping[str, int]) -> dict[str, str]:
    """Return the pieces as texts; of very many products only their sum and a hash, so that they fit into a cell."""
    texts = {product: str(number) for product, number in pieces.items()}
    if sum(map(len, texts)) + 16 * len(texts) <= _MOST_PIECES:
        return texts
    told = blake2b(json.dumps(sorted(texts.items())).encode(), digest_size=4).hexdigest()
    return {"…": f"{sum(pieces.values())} ({told})"}


def with_notices(state: State, findings: Iterable[Finding]) -> State:
    """Return the state with what a file says of an order as a whole, such as a refund: ``notice:<code>``."""
    notices = {
        notice_of(finding): state_text(finding.value)
        for finding in findings
        if finding.level == "error" and not finding.column
    }
    return {**state, **notices}


def notice_of(finding: Finding) -> str:
    """Return under which name a state keeps what was said of an order as a whole."""
    return _NOTICE + finding.code


def state_text(value: Value) -> str:
    """Return one value as kept: ``1`` for a tick, ISO days, the beginning and a hash of a long text."""
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case datetime():
            return value.isoformat(timespec="minutes")
        case date():
            return value.isoformat()
        case _:
            text = str(value)
            if len(text) <= _LONGEST:
                return text
            return f"{text[:16]}…{blake2b(text.encode(), digest_size=4).hexdigest()}"


def write_state(state: State) -> str:
    """Return the text for ``source_state``."""
    return json.dumps(dict(sorted(state.items())), ensure_ascii=False, separators=(",", ":"))


def read_state(text: str) -> State | None:
    """Return a kept state; None when there is none or a person wrote over it."""
    try:
        kept = json.loads(text) if text else None
    except ValueError:
        return None
    if not isinstance(kept, dict):
        return None
    return {str(column): str(value) for column, value in kept.items()}


def open_differences(kept: State, arrived: State, here: State) -> tuple[str, ...]:
    """Return what changed at the source and was not taken over in the ledger (``here``) yet."""
    columns = dict.fromkeys((*arrived, *kept))
    return tuple(
        column
        for column in columns
        if kept.get(column, "") != arrived.get(column, "") != here.get(column, "")
    )


def settled(kept: State, arrived: State, still_open: Sequence[str]) -> State:
    """Return the state to keep: the arrived one, but the kept value where a difference is still open."""
    merged = {column: value for column, value in arrived.items() if column not in still_open}
    return merged | {column: kept[column] for column in still_open if column in kept}


def in_words(
    columns: Sequence[str],
    kept: State,
    arrived: State,
    schema: Schema,
    currency: str,
    findings: Iterable[Finding] = (),
) -> tuple[Message, ...]:
    """Return each difference as a phrase: ``数量 K-001 2→3``, ``合計 1,080→2,160``; a notice as it is told."""
    told = {notice_of(finding): finding.why for finding in findings}
    return tuple(
        told[column] if column in told else _phrase(column, kept, arrived, schema, currency)
        for column in columns
    )


def _phrase(column: str, kept: State, arrived: State, schema: Schema, currency: str) -> Message:
    if column.startswith(_QTY):
        return msg(
            "{column} {product} {before}→{after}",
            column=schema["order_lines"].columns["qty"].label,
            product=column.removeprefix(_QTY),
            before=kept.get(column, "0"),
            after=arrived.get(column, "0"),
        )
    return msg(
        "{column} {before}→{after}",
        column=schema["orders"].columns[column].label if column in schema["orders"].columns else column,
        before=_shown(column, kept.get(column, ""), schema, currency),
        after=_shown(column, arrived.get(column, ""), schema, currency),
    )


def _shown(name: str, text: str, schema: Schema, currency: str) -> str | Label | Message:
    column = schema["orders"].columns.get(name)
    if not text:
        return msg("(blank)")
    if column is not None and column.type == "money" and text.lstrip("-").isdecimal():
        return money.written(int(text), currency)
    if column is not None and text in column.choices:
        return column.choices[text].label
    return text
