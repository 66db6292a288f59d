"""A channel's layout bound to the header of one file: which channel it is, and how each value is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from automations.core.channels import Channel, Condition, Source, as_source, is_filled_from_files
from automations.core.messages import Label, msg
from automations.core.prefectures import split_off
from automations.core.schema import Column, Schema
from automations.core.text import nearest, normal_header
from automations.files.tables import FileRefused

# Words of kinds, states and keys come again and again.
spelling = lru_cache(maxsize=4096)(normal_header)

Cells = tuple[str, ...]
Reader = Callable[[Cells], str]
Places = Mapping[str, int]

# A file with at least this share of a channel's headers was probably meant to be one of that channel.
_NEARLY = 0.5


@dataclass(frozen=True, slots=True)
class Field:
    """One ledger column and how its text is read from a row."""

    column: Column
    source: Source
    read: Reader


@dataclass(frozen=True, slots=True)
class Layout:
    """A channel bound to one header.

    Attributes:
        channel: The declaration; of a file in ledger columns with those columns filled in.
        places: Normalised header (or ledger column) -> position.
        orders: Fields of the order, ``lines_total`` left out.
        lines: Fields of a line.
        unknown: Headers of a file in ledger columns that no column has.
    """

    channel: Channel
    places: Places
    orders: tuple[Field, ...]
    lines: tuple[Field, ...]
    unknown: tuple[str, ...] = ()

    def reader(self, header: str) -> Reader:
        """Return what reads the text under ``header``; always blank when the file has no such header."""
        return _at(self.places.get(normal_header(header)))

    def holds(self, condition: Condition) -> Callable[[Cells], bool]:
        """Return what tells whether a condition is true for a row."""
        return _holding(condition, self.places)


def recognised(header: Sequence[str], channels: Mapping[str, Channel], schema: Schema) -> Layout:
    """Return the layout whose headers are all there; of several the one that names most.

    Raises:
        FileRefused: No channel has such a file; tells what lacks or stands twice when it is nearly one.
    """
    with_files = [channel for channel in channels.values() if channel.recognise]
    fitting = [channel for channel in with_files if not _missing(channel, header, schema)]
    if fitting:
        return _bound(max(fitting, key=lambda channel: len(channel.recognise)), header, schema)
    for channel in sorted(with_files, key=lambda each: -_share(each, header, schema)):
        if _share(channel, header, schema) >= _NEARLY:
            raise _lacking(channel, _missing(channel, header, schema), header, schema)
    raise FileRefused(
        "unknown-layout",
        msg("The header of this file is none that an order channel has."),
        msg(
            "Export the orders as CSV from one of: {channels}. For another shop system add a file to "
            "sheets_schema/channels.",
            channels=tuple(channel.label for channel in with_files),
        ),
        1,
    )


def _missing(channel: Channel, header: Sequence[str], schema: Schema) -> list[str]:
    places = _places(channel, header, schema)
    return [name for name in channel.recognise if normal_header(name) not in places]


def _as_headed(column: str, schema: Schema) -> Label:
    """Return the header a person gives one of the ledger's own columns."""
    tab = "orders" if column in schema["orders"].columns else "order_lines"
    return schema[tab].columns[column].label


def _share(channel: Channel, header: Sequence[str], schema: Schema) -> float:
    return 1 - len(_missing(channel, header, schema)) / len(channel.recognise)


def _lacking(channel: Channel, missing: Sequence[str], header: Sequence[str], schema: Schema) -> FileRefused:
    used = set(map(normal_header, _headers(channel)))
    free = [name for name in header if normal_header(name) not in used]
    close = tuple(name for name in (nearest(lost, free) for lost in missing) if name)
    why = msg(
        "This looks like a file of {channel}, but columns are missing: {names}.",
        channel=channel.label,
        names=tuple(_as_headed(name, schema) if channel.ledger_columns else name for name in missing),
    )
    if not close:
        return FileRefused("header-missing", why, msg("Export it again with these columns."), 1)
    fix = msg("Export it again with these columns, or rename them back (perhaps now: {close}).", close=close)
    return FileRefused("header-missing", why, fix, 1)


def _places(channel: Channel, header: Sequence[str], schema: Schema) -> dict[str, int]:
    """Return where each header stands; the first one of a name. Ledger columns go by their id."""
    places: dict[str, int] = {}
    for position, name in enumerate(header):
        key = _ledger_column(name, schema) if channel.ledger_columns else normal_header(name)
        if key:
            places.setdefault(key, position)
    return places


def _ledger_column(header: str, schema: Schema) -> str:
    key = normal_header(header)
    return schema["orders"].by_header.get(key) or schema["order_lines"].by_header.get(key) or ""


def _bound(channel: Channel, header: Sequence[str], schema: Schema) -> Layout:
    places = _places(channel, header, schema)
    unknown: tuple[str, ...] = ()
    if channel.ledger_columns:
        unknown = tuple(name for name in header if name and not _ledger_column(name, schema))
        channel = _in_ledger_columns(channel, places, schema)
    if doubled := _doubled(channel, header, schema):
        raise FileRefused(
            "header-doubled",
            msg("These columns stand twice in the header: {names}.", names=doubled),
            msg("Remove or rename one of each, so that it is clear which one counts."),
            1,
        )
    known = _entries(channel)
    orders = _fields(channel.orders, schema["orders"].columns, places, known)
    lines = _fields(channel.order_lines, schema["order_lines"].columns, places, known)
    return Layout(channel, places, orders, lines, unknown)


def _in_ledger_columns(channel: Channel, places: Places, schema: Schema) -> Channel:
    """Return the channel with every ledger column of the file as its own source."""
    orders, lines = (
        {
            name: name
            for name, column in schema[tab].columns.items()
            if name in places and name not in ("order_id", "line_id") and is_filled_from_files(column)
        }
        for tab in ("orders", "order_lines")
    )
    return replace(channel, number="order_id", orders=orders, order_lines=lines)


def _doubled(channel: Channel, header: Sequence[str], schema: Schema) -> tuple[str, ...]:
    if channel.ledger_columns:
        keys = [_ledger_column(name.partition("#")[0], schema) for name in header]
        return tuple(name for name, key in zip(header, keys, strict=True) if key and keys.count(key) > 1)
    used = {normal_header(name) for name in _headers(channel)}
    seconds = {normal_header(name): name for name in header if name.endswith("#2")}
    return tuple(
        name.removesuffix("#2")
        for key, name in seconds.items()
        if key.removesuffix("#2") in used and key not in used
    )


def _headers(channel: Channel) -> Iterator[str]:
    """Yield every header the layout looks at."""
    yield from (channel.number, channel.currency, *channel.recognise)
    yield from (condition.column for condition in (*channel.skip, *channel.notices))
    yield from (part.column for part in channel.difference)
    if channel.row_kinds:
        yield from (channel.row_kinds.column, channel.row_kinds.price, channel.row_kinds.quantity)
    for written in (*channel.orders.values(), *channel.order_lines.values()):
        yield from as_source(written).headers


def _entries(channel: Channel) -> frozenset[str]:
    sources = (as_source(written) for written in (*channel.orders.values(), *channel.order_lines.values()))
    return frozenset(normal_header(key) for source in sources for key in source.entry)


def _fields(
    sources: Mapping[str, Source | str],
    columns: Mapping[str, Column],
    places: Places,
    known_entries: frozenset[str],
) -> tuple[Field, ...]:
    fields: list[Field] = []
    for name, written in sources.items():
        source = as_source(written)
        anywhere = source.constant or any(normal_header(header) in places for header in source.headers)
        if anywhere and name in columns and not source.lines_total:
            fields.append(Field(columns[name], source, _reader(source, places, known_entries)))
    return tuple(fields)


def _reader(source: Source, places: Places, known_entries: frozenset[str]) -> Reader:
    read = _origin(source, places)
    for step in _steps(source, known_entries):
        read = _then(read, step)
    return read


def _then(read: Reader, step: Callable[[str], str]) -> Reader:
    def read_on(cells: Cells) -> str:
        text = read(cells)
        return step(text) if text else ""

    return read_on


def _at(place: int | None) -> Reader:
    return (lambda _cells: "") if place is None else (lambda cells: cells[place].strip())


def _origin(source: Source, places: Places) -> Reader:
    if source.constant:
        return lambda _cells: source.constant
    if source.cases:
        rules = [(_holding(case, places), case.value) for case in source.cases]
        return lambda cells: next((value for holds, value in rules if holds(cells)), "")
    several = [_at(places.get(normal_header(name))) for name in source.columns or source.first_of]
    if source.columns:
        return lambda cells: source.joined_by.join(text for read in several if (text := read(cells)))
    if source.first_of:
        return lambda cells: next((text for read in several if (text := read(cells))), "")
    return _at(places.get(normal_header(source.column)))


def _holding(condition: Condition, places: Places) -> Callable[[Cells], bool]:
    read = _at(places.get(normal_header(condition.column)))
    if condition.filled is not None:
        return lambda cells: bool(read(cells)) == condition.filled
    wanted = frozenset(map(normal_header, condition.equals))
    return lambda cells: spelling(read(cells)) in wanted


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
        spelled = {normal_header(spelling): value for spelling, value in source.map.items()}
        yield lambda text: spelled.get(spelling(text), text)
    if source.part:
        which = 0 if source.part == "prefecture" else 1
        yield lambda text: split_off(text)[which]


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
