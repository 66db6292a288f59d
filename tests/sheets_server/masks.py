"""Field masks: ``sheets.data(rowData.values.note,startRow)`` as a tree, and answers cut down to it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from .errors import invalid

# Names at one level; an empty mask below a name takes all of it. Masks are shared: nobody changes one.
Mask = dict[str, Any]


@lru_cache(maxsize=1_000)
def parsed(text: str) -> Mask:
    """Return a mask as a tree; ``*`` and an empty text take everything.

    Raises:
        ApiError: Its brackets do not match.
    """
    mask, rest = _level(text.replace(" ", ""), 0)
    if rest != len(text.replace(" ", "")):
        raise invalid(f"Invalid field selection {text}")
    return mask


def _level(text: str, at: int) -> tuple[Mask, int]:
    mask: Mask = {}
    here = mask
    name = ""
    while at <= len(text):
        sign = text[at] if at < len(text) else ","
        if sign in ",()./":
            if name:
                here = here.setdefault(name, {})
                name = ""
            if sign == "(":
                inner, at = _level(text, at + 1)
                if text[at : at + 1] != ")":
                    raise invalid(f"Invalid field selection {text}")
                _merge(here, inner)
            elif sign == ")":
                return mask, at
            elif sign == ",":
                here = mask
        else:
            name += sign
        at += 1
    return mask, len(text)


def _merge(into: Mask, more: Mask) -> None:
    for name, below in more.items():
        _merge(into.setdefault(name, {}), below)


def wants(mask: Mask, *path: str) -> bool:
    """Return whether an answer under this mask has the field."""
    for name in path:
        if not mask or "*" in mask:
            return True
        if name not in mask:
            return False
        mask = mask[name]
    return True


def below(mask: Mask, *path: str) -> Mask:
    """Return the mask of a field's own fields; empty for all."""
    for name in path:
        if not mask or "*" in mask:
            return {}
        mask = mask.get(name, {})
    return mask


def cut(answer: Any, mask: Mask) -> Any:  # noqa: ANN401 - JSON
    """Return an answer with only the fields of the mask."""
    if not mask or "*" in mask:
        return answer
    if isinstance(answer, list):
        return [cut(part, mask) for part in answer]
    if isinstance(answer, dict):
        return {name: cut(answer[name], inner) for name, inner in mask.items() if name in answer}
    return answer


def lean(given: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what was sent without what is at its default, as it is given back; zeros of indexes stay."""
    if isinstance(given, dict):
        kept = {name: lean(value) for name, value in given.items()}
        return {
            name: value for name, value in kept.items() if value not in (None, "", []) and value is not False
        }
    return [lean(value) for value in given] if isinstance(given, list) else given


def fields_of(body: dict[str, Any]) -> str:
    """Return the mask text that an update needs.

    Raises:
        ApiError: There is none.
    """
    given = body.get("fields")
    if not given:
        raise invalid("At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)")
    return str(given)
