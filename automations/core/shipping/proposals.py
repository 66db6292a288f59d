"""Tracking numbers of carriers that give no key of ours back: proposed by name and postcode, decided by a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from automations.core.incoming import TrackingResult
from automations.core.ledger import Ledger, Row, update
from automations.core.messages import Message, msg
from automations.core.plan import Finding, Part, Plan
from automations.core.records import dataclass
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.labels import label_text
from automations.core.shipping.parcels import name_and_title
from automations.core.text import match_key, only_digits
from automations.core.values import Cells

_DONE: Cells = {"proposed_number": None, "proposal_note": None, "number_choice": None}


def decided(ledger: Ledger) -> Plan:
    """Return what people decided about proposed numbers: a right one is typed in for them, a wrong one never comes back.

    Where several numbers were proposed, "right" says nothing; the choice is emptied, and the number on the label
    must be typed.
    """
    return Plan.of(_decision(row) for row in ledger["shipments"] if row.get("number_choice"))


def undecided(shipment: Row, ledger: Ledger) -> tuple[Message, Message] | None:
    """Return what waits for a person's decision about a parcel's number, and where to decide; None when nothing does."""
    numbers = shipment.text("proposed_number").split()
    if not numbers or shipment.text("tracking_number"):
        return None
    why = msg(
        "A tracking number waits for a person's decision: {numbers} ({note})",
        numbers=tuple(numbers),
        note=shipment.text("proposal_note") or "-",
    )
    return why, _compare_it(ledger) if len(numbers) == 1 else _type_it(ledger)


def _compare_it(ledger: Ledger) -> Message:
    column = ledger.schema["shipments"].columns["number_choice"].label
    return msg("Compare it with the label, then choose right or wrong in {column}.", column=column)


def _type_it(ledger: Ledger) -> Message:
    column = ledger.schema["shipments"].columns["tracking_number"].label
    return msg("Type into {column} the number that is on its label.", column=column)


def _decision(shipment: Row) -> Part:
    numbers = shipment.text("proposed_number").split()
    if shipment.text("number_choice") == "wrong":
        refused = " ".join(dict.fromkeys([*shipment.text("refused_numbers").split(), *numbers]))
        return update(shipment, {**_DONE, "refused_numbers": refused or None}, msg("not this number"))
    if len(numbers) != 1 or shipment.text("tracking_number"):
        return update(shipment, {"number_choice": None})
    days = [shipment.day("shipped_on"), shipment.day("ship_on"), shipment.day("instructed_at")]
    shipped_on = days[0] or max(filter(None, days), default=None)
    cells = {**_DONE, "tracking_number": numbers[0], "shipped_on": shipped_on}
    return update(shipment, cells, msg("a person confirmed it"))


@dataclass(slots=True)
class _Board:
    """Who waits for a number, and which numbers could be theirs.

    Attributes:
        parcels: All that may wait for a number, or say something of one.
        waiting: Instructed parcels without a number, by key.
        by_name: The same, by carrier and name as printed on the label.
        numbers: Numbers that could be a parcel's, by its key.
        unmatched: Findings for numbers that fit nobody.
    """

    parcels: Sequence[Row]
    waiting: dict[str, Row]
    by_name: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    numbers: dict[str, set[str]] = field(default_factory=dict)
    unmatched: list[Finding] = field(default_factory=list)


def proposed(
    ledger: Ledger,
    results: Iterable[TrackingResult],
    carriers: Mapping[str, Carrier],
    standing: Iterable[str],
) -> Plan:
    """Return the proposals that stand open: the number, whether it is the only one, and what a person is to do.

    Args:
        ledger: Earlier proposals stay until they are decided, or their number stands at another parcel.
        results: Rows of carriers' lists that name people, not parcels.
        carriers: Which of them propose.
        standing: Numbers that stand at a parcel already; reading a list again proposes nothing of them.

    Returns:
        ``tracking-proposed`` or ``tracking-ambiguous`` for every open proposal; ``tracking-unmatched`` for a
        number that fits no waiting parcel.
    """
    proposing = {name for name, carrier in carriers.items() if carrier.read_back.proposes}
    board = _board([row for row in ledger["shipments"] if _concerned(row, proposing)], proposing)
    taken = set(standing)
    for key, row in board.waiting.items():
        board.numbers[key] = set(row.text("proposed_number").split()) - taken
    for result in results:
        if result.tracking_number not in taken:
            _match(result, board)
    return Plan.of(board.unmatched, _written(ledger, board, carriers))


def _concerned(row: Row, proposing: set[str]) -> bool:
    """Return whether a parcel may wait for a number, or says something of one."""
    return row.get("carrier") in proposing or row.get("proposed_number") is not None


def _board(parcels: Sequence[Row], proposing: set[str]) -> _Board:
    waiting = {row.key: row for row in parcels if _waits(row, proposing)}
    board = _Board(parcels, waiting)
    for row in waiting.values():
        name = name_and_title(row.text("ship_name"), row.text("ship_company"))[0]
        board.by_name.setdefault((row.text("carrier"), _name_key(name)), []).append(row)
    return board


def _waits(row: Row, proposing: set[str]) -> bool:
    return (
        row.text("state") == "instructed"
        and row.text("carrier") in proposing
        and not row.text("tracking_number")
        and not row.flag("stopped")
    )


def _name_key(name: str) -> str:
    """Return a name for comparing, as the label shows it: 𠮷田 美咲 and 吉田美咲様 are one."""
    return match_key(label_text(name_and_title(name, "")[0], "cp932"))


def _match(result: TrackingResult, board: _Board) -> None:
    same_name = board.by_name.get((result.carrier, _name_key(result.recipient)), [])
    fitting = [
        row
        for row in same_name
        if result.postcode in ("", only_digits(row.text("ship_postcode")))
        and result.tracking_number not in row.text("refused_numbers").split()
    ]
    for row in fitting:
        board.numbers[row.key].add(result.tracking_number)
    if not fitting:
        board.unmatched.append(_nobody(result))


def _nobody(result: TrackingResult) -> Finding:
    return Finding(
        "tracking-unmatched",
        "",
        result.file,
        "",
        result.tracking_number,
        msg(
            "{recipient}: no parcel of this name and postcode waits for a number.", recipient=result.recipient
        ),
        msg("If it is one of ours, type the tracking number into its row in the shipments tab."),
        result.row,
        "warning",
    )


def _written(ledger: Ledger, board: _Board, carriers: Mapping[str, Carrier]) -> Iterator[Part]:
    claims = Counter(number for numbers in board.numbers.values() for number in numbers)
    for row in board.parcels:
        numbers = sorted(board.numbers.get(row.key, ()))
        if not numbers:
            yield update(row, _DONE) if row.text("proposed_number") or row.text("proposal_note") else ()
            continue
        parcels = max(claims[number] for number in numbers)
        note = _note(parcels, len(numbers))
        cells = {"proposed_number": " ".join(numbers), "proposal_note": note.text(ledger.language)}
        yield update(row, cells, msg("found by name"))
        if parcels == len(numbers) == 1:
            yield _clear(row, numbers[0], ledger, carriers[row.text("carrier")])
        else:
            yield _ambiguous(row, numbers, note, ledger)


def _note(parcels: int, numbers: int) -> Message:
    if parcels == numbers == 1:
        return msg("the only number for this name")
    return msg(
        "not clear: parcels {parcels}, numbers {numbers} for this name", parcels=parcels, numbers=numbers
    )


def _clear(row: Row, number: str, ledger: Ledger, carrier: Carrier) -> Finding:
    why = msg(
        "{carrier} names {name} for this number, and no parcel.",
        carrier=carrier.label,
        name=row.text("ship_name"),
    )
    fix = _compare_it(ledger)
    return Finding(
        "tracking-proposed", row.tab, row.key, "proposed_number", number, why, fix, row.number, "warning"
    )


def _ambiguous(row: Row, numbers: Sequence[str], note: Message, ledger: Ledger) -> Finding:
    why = msg(
        "Several parcels or numbers go by one name. {name}: {note}.", name=row.text("ship_name"), note=note
    )
    fix = _type_it(ledger)
    quoted = " ".join(numbers)
    return Finding(
        "tracking-ambiguous", row.tab, row.key, "proposed_number", quoted, why, fix, row.number, "warning"
    )
