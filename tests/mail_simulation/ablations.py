"""The product without one of its mechanisms each, in rougher histories than usual."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import automations.queue_mails
from automations.app import sending
from automations.core.ledger import Ledger, Row, update
from automations.core.mails import claims, lookups, reports
from automations.core.plan import Part, Plan

from .post import Folder, Rates

HARSH = Rates(lost=0.08, dropped=0.05, deferred=0.05, killed=0.02, paused=0.01, ledger=0.06)
_LATE = Folder(late_s=60.0)
_OF_MAIL = lookups._of_mail
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Variant:
    """The product, or what is left of it without a mechanism.

    Attributes:
        seeds: Within how many seeds its lack must show.
        patches: What stands in for what: owner, name, replacement.
        needs_claims: Whether sending without a claim counts as broken by itself.
        haste: How much more often than usual people change their minds.
        copies: How many copies of a mail may go where the folder of sent mails lies.
    """

    name: str
    seeds: int = 0
    patches: tuple[tuple[object, str, object], ...] = ()
    rates: Rates = HARSH
    folder: Folder = _LATE
    needs_claims: bool = True
    haste: float = 1.0
    copies: int = 1

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Use the replacements for as long as this lasts."""
        with ExitStack() as undo:
            for owner, name, replacement in self.patches:
                undo.callback(setattr, owner, name, getattr(owner, name))
                setattr(owner, name, replacement)
            yield


def _nothing(*_given: object, **_more: object) -> Any:  # noqa: ANN401 - stands in for anything
    return ()


def _no_claim(_mails: Iterable[Row], _name: str) -> Plan:
    return Plan()


def _is_queued(mail: Row, _name: str) -> bool:
    return mail.text("state") == "queued"


def _at_once(ledger: Ledger) -> Iterator[Part]:
    """Queue a mail again that somebody took and never reported."""
    taken = claims.open_claims(ledger.marks)
    for mail in claims.overdue(ledger["mails"], ledger.now, taken):
        marks = claims.release_marks(mail.key, taken.get(mail.key, ()))
        yield Plan.of(update(mail, {"state": "queued", "claim": None, "until": None}), marks=marks)


def _with(**cells: object) -> Callable[..., Part]:
    """Return the look at one mail, with other cells in its row."""

    def look(mail: Row, found: Collection[str], ledger: Ledger, *others: Any, **more: Any) -> Part:  # noqa: ANN401
        shown = {name: value(ledger) if callable(value) else value for name, value in cells.items()}
        return _OF_MAIL(mail.with_cells({**mail.cells, **shown}, mail.key), found, ledger, *others, **more)

    return look


def _proven(mail: Row, found: Collection[str], *others: Any) -> Part:  # noqa: ANN401
    return _OF_MAIL(mail, found or {"<some mail>"}, *others)


def _long_ago(ledger: Ledger) -> datetime:
    return ledger.now - timedelta(hours=1)


PRODUCT = Variant("product")
ABLATIONS = (
    Variant(
        "claim before sending",
        3,
        (
            (sending, "claim", _no_claim),
            (sending, "is_ours", _is_queued),
            (reports, "is_ours", lambda *_: True),
        ),
        needs_claims=False,
    ),
    Variant("deadline of the claim", 30, ((sending, "until_of", lambda _: _NEVER),)),
    Variant(
        "look at the ledger after the claim", 30, ((sending.Courier, "_called_off", lambda *_: {}),), haste=40
    ),
    Variant("taken over only to unknown", 3, ((automations.queue_mails, "take_over", _at_once),)),
    Variant(
        "looked up twice",
        30,
        ((lookups, "_of_mail", _with(look=_long_ago)),),
        rates=replace(HARSH, lost=0.35),
    ),
    Variant("folder proves itself", 3, ((lookups, "_of_mail", _proven),), folder=Folder(saves=False)),
    Variant(
        "sent again once only",
        30,
        ((lookups, "_of_mail", _with(resent=None)),),
        folder=Folder(keeps=0.3),
        copies=2,
    ),
    Variant("marks of releases", 3, ((reports, "release_marks", _nothing),)),
    Variant(
        "marks of claims",
        60,
        ((sending, "open_claims", lambda _: {}), (lookups, "open_claims", lambda _: {})),
        haste=20,
    ),
)
