"""Strict reading of declarations: a YAML mapping becomes a frozen dataclass, or a list of problems."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date
from functools import cache
from typing import Any, Literal, TypeVar, Union

from automations.core.errors import Problem
from automations.core.messages import Label, Message, msg
from automations.core.records import dataclass
from automations.core.text import nearest

T = TypeVar("T")
Kind = Literal[
    "amount", "carrier", "choice", "code", "column", "field", "hold rule", "key", "list of values", "region",
    "service", "status", "tab", "value", "weekday",
]  # fmt: skip
MISSING = object()

_JAPANESE: Mapping[Kind, str] = {
    "amount": "金額の列",
    "carrier": "運送会社",
    "choice": "選択肢",
    "code": "コード",
    "column": "列",
    "field": "項目",
    "hold rule": "保留の理由",
    "key": "設定",
    "list of values": "値の一覧",
    "region": "地域",
    "service": "サービス",
    "status": "状態",
    "tab": "タブ",
    "value": "値",
    "weekday": "曜日",
}


@dataclass(slots=True)
class Problems:
    """Collects what is wrong in all files, so that everything is reported at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, where: str, why: Message, fix: Message) -> None:
        """Note one problem at ``where`` (file and key)."""
        self.found.append(Problem(code, where, why, fix))


def read_as(kind: type[T], written: object, where: str, problems: Problems, **known: object) -> T | None:
    """Return ``written`` as the dataclass ``kind``, or None after noting every problem.

    Args:
        kind: The dataclass; its field types say what is allowed.
        written: What the YAML file says; must be a mapping.
        where: File and key for the reader, for example ``sheets_schema/mails.yaml: thank_you``.
        problems: Where problems go; unknown keys are reported with the nearest known one.
        known: Field values that come from elsewhere (an id that is the mapping's key, say).
    """
    if not isinstance(written, Mapping):
        problems.add(
            "not-a-mapping",
            where,
            msg("Here a list of 'key: value' lines is expected."),
            msg("Write one 'key: value' per line, indented under {place}.", place=where.rpartition(": ")[2]),
        )
        return None
    declared: type = kind
    hints = _hints(declared)
    before = len(problems.found)
    values = dict(known)
    for key, value in written.items():
        if key not in hints or key in known:
            _unknown_key(str(key), [name for name in hints if name not in known], where, problems)
            continue
        values[str(key)] = _value(hints[key], value, _below(where, str(key)), problems)
    for name in _required(declared) - values.keys():
        problems.add(
            "key-missing",
            where,
            msg("The key {key} is missing.", key=name),
            msg("Add a line '{key}: …'.", key=name),
        )
    return kind(**values) if len(problems.found) == before else None


def read_all(kind: type[T], written: object, where: str, problems: Problems) -> dict[str, T]:
    """Return a mapping of ids to ``kind``; each entry gets its own id as the field ``id``."""
    if not isinstance(written, Mapping):
        read_as(kind, written, where, problems)
        return {}
    entries: dict[str, T] = {}
    for name, entry in written.items():
        made = read_as(kind, entry, _below(where, str(name)), problems, id=str(name))
        if made is not None:
            entries[str(name)] = made
    return entries


def _below(where: str, key: str) -> str:
    """Return the place of a key: ``shop.yaml: shop``, and below that ``shop.yaml: shop.name``."""
    return f"{where}: {key}" if where.endswith(".yaml") else f"{where}.{key}"


def unknown_name(
    kind: Kind, name: str, known: Sequence[str], where: str, problems: Problems, code: str = "unknown-name"
) -> None:
    """Note that ``name`` is not one of the ``known`` things of that ``kind``, with the nearest one."""
    close = nearest(name, known)
    fix = (
        msg("Did you mean '{close}'?", close=close)
        if close
        else msg("Use one of: {known}.", known=tuple(known))
        if known
        else msg("Take it away; none is declared here.")
    )
    named = Label(_JAPANESE[kind], kind)
    problems.add(code, where, msg("There is no {kind} '{name}'.", kind=named, name=name), fix)


def _unknown_key(key: str, known: Sequence[str], where: str, problems: Problems) -> None:
    close = nearest(key, known)
    fix = (
        msg("Did you mean '{close}'?", close=close)
        if close
        else msg("Remove it, or use one of: {known}.", known=tuple(known))
    )
    problems.add("unknown-key", where, msg("The key '{key}' is not known here.", key=key), fix)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


@cache
def _required(kind: type) -> frozenset[str]:
    return frozenset(
        field.name
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    )


def _value(hint: Any, written: object, where: str, problems: Problems) -> object:  # noqa: ANN401 - a type hint
    origin = typing.get_origin(hint)
    if origin in (Union, types.UnionType):
        return _union(hint, written, where, problems)
    if origin is Literal:
        if written in typing.get_args(hint):
            return written
        allowed = tuple(str(choice) for choice in typing.get_args(hint))
        unknown_name("choice", str(written), allowed, where, problems, code="unknown-choice")
        return MISSING
    if origin is tuple:
        return _tuple(typing.get_args(hint)[0], written, where, problems)
    if origin in (Mapping, dict):
        return _mapping(typing.get_args(hint)[1], written, where, problems)
    if hint is Label:
        return _label(written, where, problems)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return read_as(hint, written, where, problems)
    return _plain(hint, written, where, problems)


def _union(hint: Any, written: object, where: str, problems: Problems) -> object:  # noqa: ANN401
    choices = [choice for choice in typing.get_args(hint) if choice is not type(None)]
    if written is None and len(choices) < len(typing.get_args(hint)):
        return None
    for choice in choices:
        trial = Problems()
        value = _value(choice, written, where, trial)
        if not trial.found:
            return value
    return _value(choices[0], written, where, problems)


def _tuple(inner: Any, written: object, where: str, problems: Problems) -> tuple[object, ...]:  # noqa: ANN401
    if written is None:
        return ()
    if not isinstance(written, list):
        written = [written]
    return tuple(_value(inner, part, f"{where}[{place}]", problems) for place, part in enumerate(written, 1))


def _mapping(inner: Any, written: object, where: str, problems: Problems) -> dict[str, object]:  # noqa: ANN401
    if written is None:
        return {}
    if not isinstance(written, Mapping):
        _expected("key: value", written, where, problems)
        return {}
    if dataclasses.is_dataclass(inner) and isinstance(inner, type) and "id" in _hints(inner):
        return dict(read_all(inner, written, where, problems))
    return {str(key): _value(inner, value, f"{where}.{key}", problems) for key, value in written.items()}


def _label(written: object, where: str, problems: Problems) -> Label:
    match written:
        case {"ja": ja, "en": en, **rest} if not rest:
            return Label(str(ja), str(en))
        case str():
            return Label(written, written)
    problems.add(
        "label-incomplete",
        where,
        msg("A name needs its Japanese and its English form."),
        msg("Write {{ja: …, en: …}}."),
    )
    return Label("?", "?")


def _plain(hint: Any, written: object, where: str, problems: Problems) -> object:  # noqa: ANN401
    if hint is object or hint is Any:
        return written
    if hint is str and written is None:
        return ""  # nothing behind the colon
    if hint is str and isinstance(written, (str, int, float)) and not isinstance(written, bool):
        return str(written)
    if hint is float and isinstance(written, (int, float)) and not isinstance(written, bool):
        return float(written)
    if hint is date and isinstance(written, str):
        try:
            return date.fromisoformat(written)
        except ValueError:
            return _expected("2026-11-24", written, where, problems)
    if isinstance(hint, type) and isinstance(written, hint) and (hint is bool) == isinstance(written, bool):
        return written
    example = {str: "text", int: "3", bool: "true", float: "1.5", date: "2026-11-24"}.get(hint, str(hint))
    return _expected(example, written, where, problems)


def _expected(example: str, written: object, where: str, problems: Problems) -> object:
    problems.add(
        "wrong-value",
        where,
        msg("The value '{value}' does not fit here.", value="" if written is None else str(written)),
        msg("Write it like this: {example}.", example=example),
    )
    return MISSING
