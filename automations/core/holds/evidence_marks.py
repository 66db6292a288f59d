"""What a person has cleared, told apart by what was found and not by the words it was told in."""

from __future__ import annotations

import json
from datetime import date
from hashlib import blake2b

from automations.core.holds.case import Evidence
from automations.core.messages import LANGUAGES, Label, Message

_SIGN = " #"
# A remark may fill its cell; with words around it, it would fit no other.
_LONGEST = 1_000


def said(evidence: Evidence, language: str) -> str:
    """Return evidence as it stands in the cell."""
    words = " / ".join(sentence.text(language) for sentence in evidence).strip()
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST]}…"


def marked(evidence: Evidence, language: str) -> str:
    """Return evidence as it is kept once cleared: its words, and the mark of what they say."""
    return f"{said(evidence, language)}{_SIGN}{_mark(evidence)}"


def is_same(written: str, evidence: Evidence) -> bool:
    """Return whether the evidence is what was written: by its mark, or without one by its words in either language."""
    return is_marked(written, evidence) or any(written == said(evidence, language) for language in LANGUAGES)


def is_marked(written: str, evidence: Evidence) -> bool:
    """Return whether the evidence was kept with its mark."""
    return written.endswith(_SIGN + _mark(evidence))


def _mark(evidence: Evidence) -> str:
    """Return 12 characters made of the values in the sentences; one that has none counts by its words."""
    found = [_plain(sentence.values) if sentence.values else sentence.template for sentence in evidence]
    return blake2b(json.dumps(found, sort_keys=True).encode(), digest_size=6).hexdigest()


def _plain(value: object) -> object:
    match value:
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case tuple() | list():
            return [_plain(part) for part in value]
        case Message():
            return _plain(value.values) if value.values else value.template
        case Label():
            return value.en
        case date():
            return value.isoformat()
        case _:
            return str(value)
