"""What an assumption is, and trying them all."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress

from automations.books.google.errors import BadRequest, Unclear
from automations.books.google.probe.bench import Bench
from automations.core.errors import ServiceError
from automations.core.messages import Message
from automations.core.records import dataclass


@dataclass(frozen=True)
class Seen:
    """What the service did; ``note`` are its own words, or what else was seen."""

    value: object
    note: str = ""


@dataclass(frozen=True)
class Assumption:
    """One thing a commit, the reading or the layout relies on.

    Attributes:
        says: What is assumed.
        expected: What must be seen; None where every answer will do and only is told.
        matters: What it means for the design.
        seen: Tries it.
    """

    name: str
    says: Message
    expected: object
    matters: Message
    seen: Callable[[Bench], Seen]


@dataclass(frozen=True)
class Tried:
    """An assumption after it was tried."""

    assumption: Assumption
    seen: Seen

    @property
    def holds(self) -> bool:
        """Whether the design may go on relying on it."""
        return self.assumption.expected is None or shown(self.seen.value) == shown(self.assumption.expected)


def shown(value: object) -> str:
    """Return what was seen as JSON, which tells TRUE from 1."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def tried(bench: Bench, assumptions: Sequence[Assumption]) -> Iterator[Tried]:
    """Try each on tabs of its own, and clear up whatever happens.

    Raises:
        LedgerRefused: The spreadsheet is not blank, or may not be used.
        ServiceError: Google cannot be reached.
    """
    bench.require_blank()
    try:
        for assumption in assumptions:
            yield Tried(assumption, _seen(bench, assumption))
        bench.clear()
    except BaseException:
        with suppress(ServiceError, BadRequest, Unclear):
            bench.clear()
        raise


def _seen(bench: Bench, assumption: Assumption) -> Seen:
    try:
        return assumption.seen(bench)
    except BadRequest as refused:
        return Seen(f"refused {refused.request}".strip(), refused.message)
    except Unclear as unclear:
        return Seen("no usable answer", str(unclear))
