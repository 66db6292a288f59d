"""A channel's layout bound to the header of one file: which channel it is, and how each value is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from automations.core.messages import Label, msg
from automations.core.orders.channels import Channel, Condition, Source, as_source, is_filled_from_files
from automations.core.schema import Column, Schema
from automations.core.text import nearest, normal_header
from automations.files.sources import Cells, Places, Reader, holding, source_reader, text_at
from automations.files.tables import FileRefused

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
        orders: Fields of the order, amounts that are counted up left out.
        lines: Fields of a line.
        sums: Amounts of the order that are added up of several columns, with their sources.
        unknown: Headers of a file in ledger columns that no column has.
    """

    channel: Channel
    places: Places
    orders: tuple[Field, ...]
    lines: tuple[Field, ...]
    sums: Mapping[str, Source]
    unknown: tuple[str, ...] = ()

    def reader(self, header: str) -> Reader:
        """Return what reads the text under ``header``; always blank when the file has no such header."""
        return text_at(self.places.get(normal_header(header)))

    def holds(self, condition: Condition) -> Callable[[Cells], bool]:
        """Return what tells whether a condition is true for a row."""
        return holding(condition, self.places)

    def silent_on(self, schema: Schema) -> frozenset[str]:
        """Return the order columns that this file says nothing of, whatever its rows hold."""
        kinds = self.channel.row_kinds
        counted = (*(kinds.sums if kinds else ()), *(part.goes_to for part in self.channel.difference))
        counted += tuple(
            name for name, written in self.channel.orders.items() if as_source(written).lines_total
        )
        told = {field.column.id for field in self.orders} | {*counted, *self.sums}
        return frozenset(schema["orders"].columns) - told


def recognised(name: str, header: Sequence[str], channels: Mapping[str, Channel], schema: Schema) -> Layout:
    """Return the layout whose headers are all there and whose file names fit.

    Of several, one that asks for the file's name goes before one that does not, then the one that
    recognises by most headers, then the one that reads most of the file's columns.

    Raises:
        FileRefused: No channel has such a file; tells what lacks or stands twice when it is nearly one. Or
            several have, and nothing tells them apart.
    """
    with_files = [channel for channel in channels.values() if channel.recognise]
    fitting = [
        channel
        for channel in with_files
        if not _missing(channel, header, schema) and _is_named(channel, name)
    ]
    if fitting:
        return _bound(_closest(fitting, header), header, schema)
    if misnamed := next((channel for channel in with_files if not _missing(channel, header, schema)), None):
        raise FileRefused(
            "file-misnamed",
            msg("This is a file of {channel}, but its name does not say so.", channel=misnamed.label),
            msg("Rename it like one of: {patterns}.", patterns=misnamed.file_names),
        )
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
        value=",".join(header),
    )


def _is_named(channel: Channel, name: str) -> bool:
    patterns = map(normal_header, channel.file_names)
    return not channel.file_names or any(fnmatchcase(normal_header(name), pattern) for pattern in patterns)


def _closest(fitting: Sequence[Channel], header: Sequence[str]) -> Channel:
    names = set(map(normal_header, header))

    def closeness(channel: Channel) -> tuple[bool, int, int]:
        read = {normal_header(used) for used in channel.headers if used}
        return bool(channel.file_names), len(channel.recognise), len(read & names)

    best = max(map(closeness, fitting))
    closest = [channel for channel in fitting if closeness(channel) == best]
    if len(closest) == 1:
        return closest[0]
    raise FileRefused(
        "layout-ambiguous",
        msg(
            "Several channels have files like this one: {channels}.",
            channels=tuple(channel.label for channel in closest),
        ),
        msg(
            "Add file_names to their files in sheets_schema/channels, or to recognise a header that only one "
            "of them has."
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
    used = {normal_header(name) for name in channel.headers if name}
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
    for written, others in channel.also_named.items():
        found = next((normal_header(name) for name in others if normal_header(name) in places), None)
        if found:
            places.setdefault(normal_header(written), places[found])
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
            "header-twice",
            msg("These columns stand twice in the header: {names}.", names=doubled),
            msg("Remove or rename one of each, so that it is clear which one counts."),
            1,
        )
    known = frozenset(normal_header(key) for source in channel.sources for key in source.entry)
    orders = _fields(channel.orders, schema["orders"].columns, places, known)
    lines = _fields(channel.order_lines, schema["order_lines"].columns, places, known)
    return Layout(channel, places, orders, lines, _sums(channel, places), unknown)


def _sums(channel: Channel, places: Places) -> dict[str, Source]:
    """Return the amounts added up of several columns of which the file has any."""
    sources = {name: as_source(written) for name, written in channel.orders.items()}
    return {
        name: source
        for name, source in sources.items()
        if any(normal_header(header) in places for header in source.sum_of)
    }


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
        doubled = (name for name, key in zip(header, keys, strict=True) if key and keys.count(key) > 1)
        return tuple(dict.fromkeys(name.partition("#")[0] for name in doubled))
    names = set(map(normal_header, header))
    used = {normal_header(name) for name in channel.headers if name}
    for written, others in channel.also_named.items():
        used |= set() if normal_header(written) in names else set(map(normal_header, others))
    seconds = {normal_header(name): name for name in header if name.endswith("#2")}
    return tuple(
        name.removesuffix("#2")
        for key, name in seconds.items()
        if key.removesuffix("#2") in used and key not in used
    )


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
        if anywhere and name in columns and not (source.lines_total or source.sum_of):
            fields.append(Field(columns[name], source, source_reader(source, places, known_entries)))
    return tuple(fields)
