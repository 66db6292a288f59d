"""Why a template cannot be read or filled in, in words for the owner of the shop."""

from __future__ import annotations

import re

from automations.core.messages import Message, msg

_NAMED = re.compile(r"'([^']*)'")


def cause_of_syntax(problem: str) -> Message:
    """Return what the template engine says of a line, as the end of a sentence."""
    names = _NAMED.findall(problem)
    name = names[-1] if names else ""
    lowered = problem.lower()
    if "end of template" in lowered or "missing end of" in lowered:
        return msg("something that was opened is not closed")
    if "no filter named" in lowered or "no test named" in lowered:
        return msg("there is nothing called '{name}' behind a |", name=name)
    if "unknown tag" in lowered:
        return msg("there is no '{name}' in this place", name=names[0] if names else "")
    if name:
        return msg("'{name}' does not fit there", name=name)
    return msg("its signs do not fit together")


def forbidden_name(problem: str) -> str:
    """Return the name a template must not use; a value that is not known is all the engine names."""
    found = _NAMED.search(problem)
    return found[1] if found else problem
