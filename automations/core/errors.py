"""The few exceptions of the house. Wrong rows are never exceptions: they are findings in a plan."""

from __future__ import annotations

from collections.abc import Sequence

from automations.core.messages import Label, Message, msg
from automations.core.records import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the set-up, and how to mend it."""

    code: str
    where: str
    why: Message
    fix: Message


class DaichoError(Exception):
    """Anything the program stops for. ``exit_code`` follows DESIGN.md section 4.

    Attributes:
        where: File, tab or command it is about, for the person.
        value: What was typed there, ``""`` when nothing was.
    """

    exit_code = 4

    def __init__(
        self, code: str, why: Message, fix: Message, *, where: str | Label | Message = "", value: str = ""
    ) -> None:
        self.code = code
        self.why = why
        self.fix = fix
        self.where = where
        self.value = value
        super().__init__(f"{code}: {why} {fix}")


class SetupError(DaichoError):
    """A YAML file, template or setting is wrong; carries every problem found (at least one), not the first."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        super().__init__(first.code, first.why, first.fix, where=first.where)


class LedgerRefused(DaichoError):
    """The ledger cannot be used as it is (damaged, protected, another version); nothing was changed."""

    exit_code = 2


class ServiceError(DaichoError):
    """The outside world failed (file in use, network, quota); nothing is half done, run again later."""

    exit_code = 3


class LedgerChanged(ServiceError):
    """Someone else wrote to the ledger after it was read; nothing was written. Read and plan again."""

    def __init__(self) -> None:
        super().__init__(
            "ledger-busy",
            msg("The ledger was changed by someone else while Daicho was working on it."),
            msg("Run again; nothing was changed."),
            where=msg("the ledger"),
        )
