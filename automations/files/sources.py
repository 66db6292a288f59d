"""How the text for one ledger column is read from a row of an order file, as its channel declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from automations.core.orders.channels import Condition, Source, as_source
from automations.core.places.prefectures import split_off
from automations.core.text import normal_header

# Words of kinds, states and keys come again and again.
spelling = lru_cache(maxsize=4096)(normal_header)
# The rows of an order repeat its addresses.
_parts_of_address = lru_cache(maxsize=64)(split_off)

Cells = tuple[str, ...]
Reader = Callable[[Cells], str]
Places = Mapping[str, int]


def text_at(place: int | None) -> Reader:
    """Return what reads the text at a place of a row; always blank without a place."""
    return (lambda _cells: "") if place is None else (lambda cells: cells[place].strip())


def holding(condition: Condition, places: Places) -> Callable[[Cells], bool]:
    """Return what tells whether a condition is true for a row; never where the file has no such column."""
    place = places.get(normal_header(condition.column))
    if place is None:
        return lambda _cells: False
    if condition.unless:
        holds = holding(replace(condition, unless=None), places)
        excepted = holding(condition.unless, places)
        return lambda cells: holds(cells) and not excepted(cells)
    read = text_at(place)
    if condition.filled is not None:
        return lambda cells: bool(read(cells)) == condition.filled
    wanted = frozenset(map(normal_header, condition.equals))
    return lambda cells: spelling(read(cells)) in wanted


def source_reader(source: Source, places: Places, known_entries: frozenset[str]) -> Reader:
    """Return what reads a source's text from a row.

    Args:
        source: Where the text stands and what is done with it.
        places: Normalised header -> position.
        known_entries: Keys of ``key: value`` lines that some source of the channel asks for.
    """
    read = _origin(source, places, known_entries)
    for step in _steps(source, known_entries):
        read = _then(read, step)
    return read


def _then(read: Reader, step: Callable[[str], str]) -> Reader:
    def read_on(cells: Cells) -> str:
        text = read(cells)
        return step(text) if text else ""

    return read_on


def _origin(source: Source, places: Places, known_entries: frozenset[str]) -> Reader:
    if source.constant:
        return lambda _cells: source.constant
    if source.cases:
        rules = [(holding(case, places), case.value) for case in source.cases]
        return lambda cells: next((value for holds, value in rules if holds(cells)), "")
    if source.either:
        tried = [source_reader(as_source(written), places, known_entries) for written in source.either]
        return lambda cells: next((text for read in tried if (text := read(cells))), "")
    several = [text_at(places.get(normal_header(name))) for name in source.columns or source.first_of]
    if source.columns:
        starts = [f"{name}: " if source.with_names else "" for name in source.columns]
        read_all = list(zip(starts, several, strict=True))
        return lambda cells: source.joined_by.join(
            start + text for start, read in read_all if (text := read(cells))
        )
    if source.first_of:
        return lambda cells: next((text for read in several if (text := read(cells))), "")
    return text_at(places.get(normal_header(source.column)))


def _steps(source: Source, known_entries: frozenset[str]) -> Iterator[Callable[[str], str]]:
    if source.entry:
        keys = tuple(map(normal_header, source.entry))
        yield lambda text: _entry(text, keys)
    if source.other_entries:
        yield lambda text: _other_entries(text, known_entries)
    if source.pattern:
        pattern = re.compile(source.pattern)
        yield lambda text: (found[1] or "").strip() if (found := pattern.search(text)) else ""
    if source.blank:
        nothing = frozenset(map(normal_header, source.blank))
        yield lambda text: "" if spelling(text) in nothing else text
    if source.map:
        spelled = {normal_header(written): value for written, value in source.map.items()}
        yield lambda text: spelled.get(spelling(text), text)
    if source.part:
        which = 0 if source.part == "prefecture" else 1
        yield lambda text: _parts_of_address(text)[which]


@lru_cache(maxsize=64)  # several ledger columns look into the same cell one after the other
def _pairs(text: str) -> Mapping[str, tuple[str, str]]:
    """Return the ``key: value`` lines of a text by normalised key; a line without a key goes on the one above."""
    pairs: dict[str, tuple[str, str]] = {}
    above = ""
    for line in text.splitlines():
        key, colon, value = line.replace("：", ":", 1).partition(":")
        if colon:
            above = spelling(key)
            pairs[above] = (key.strip(), value.strip())
        elif above and line.strip():
            first, so_far = pairs[above]
            pairs[above] = (first, f"{so_far}\n{line.strip()}".strip())
    return pairs


def _entry(text: str, keys: Sequence[str]) -> str:
    pairs = _pairs(text)
    return next((pairs[key][1] for key in keys if key in pairs and pairs[key][1]), "")


def _other_entries(text: str, known: frozenset[str]) -> str:
    return "\n".join(
        f"{key}: {value}"
        for normal, (key, value) in _pairs(text).items()
        if value and not key.startswith("_") and normal not in known
    )
