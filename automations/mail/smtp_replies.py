"""What a mail server's replies mean, and its words as a person may see them."""

from __future__ import annotations

import re
from typing import Literal

from automations.core.records import dataclass

_LONGEST = 200
_ADDRESS = re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+")
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
_QUOTA = re.compile(
    r"sending (limit|quota|rate)|submissionquota|too many (messages|login)|unusual rate|sender thread limit",
    re.IGNORECASE,
)
_GREYLISTED = re.compile(r"gr[ae]y.?list", re.IGNORECASE)
# Too fast or too much for the account, whatever mail it is; 4.7.1 is what greylisting servers say of one mail.
_QUOTA_CODES = frozenset({"4.7.0", "4.7.28", "5.4.5"})
_LINE_CODES = "4.4."

Sign = Literal["go", "later", "never", "quota", "lost", "odd"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its number (-1 when there was none to read) and the server's words."""

    code: int
    said: str

    @classmethod
    def of(cls, heard: tuple[int, bytes]) -> Reply:
        """Return the reply as the connection heard it."""
        code, text = heard
        return cls(code, text.decode("utf-8", "replace"))

    @property
    def words(self) -> str:
        """The reply for a person: one printable line, no address in it."""
        return shown(f"{self.code} {self.said}") if self.code > 0 else shown(self.said)

    @property
    def sign(self) -> Sign:
        """What to do about it, whatever was asked."""
        enhanced = found[0] if (found := _ENHANCED.match(self.said)) else ""
        if self.code == 421:
            return "lost" if enhanced.startswith(_LINE_CODES) else "quota"
        if self._is_quota(enhanced):
            return "quota"
        return {2: "go", 3: "go", 4: "later", 5: "never"}.get(self.code // 100, "odd")  # type: ignore[return-value]

    def _is_quota(self, enhanced: str) -> bool:
        if self.code // 100 not in {4, 5} or _GREYLISTED.search(self.said):
            return False
        return enhanced in _QUOTA_CODES or _QUOTA.search(self.said) is not None


def shown(said: str) -> str:
    """Return a server's words as one printable line of bearable length, every address in them masked."""
    line = " ".join("".join(char if char.isprintable() else " " for char in said).split())
    masked = _ADDRESS.sub("…", line)
    return masked if len(masked) <= _LONGEST else f"{masked[: _LONGEST - 1]}…"
