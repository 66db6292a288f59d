"""Dataclasses that are cheap to declare, for what is made a few times a run: declarations, settings, outcomes.

The standard decorator writes and compiles six functions for every class; at a small shop's size that was a sixth of an
idle run. Here all classes share theirs, which makes each single object a little dearer. Use it as the standard one.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False, kw_only: bool = False) -> Any:  # noqa: ANN401
        """Return the class decorator; see ``dataclasses.dataclass``."""
        standard = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)

        def declare(kind: type) -> type:
            made = standard(kind)
            made.__record__ = {field.name: field for field in dataclasses.fields(made)}
            made.__init__, made.__repr__, made.__eq__ = _init, _repr, _eq
            made.__hash__ = _hash if frozen else None
            if frozen:
                made.__setattr__ = made.__delattr__ = _refuse
            return made

        return declare


def _init(self: Any, *values: object, **named: object) -> None:  # noqa: ANN401 - any dataclass
    fields, in_order = self.__record__, self.__match_args__
    if len(values) > len(in_order):
        raise TypeError(f"{type(self).__name__} takes {len(in_order)} values by place, not {len(values)}")
    given = dict(zip(in_order, values, strict=False))
    if wrong := named.keys() & given.keys() | named.keys() - fields.keys():
        raise TypeError(f"{type(self).__name__} cannot take {', '.join(sorted(wrong))}")
    given |= named
    for name, field in fields.items():
        if name in given:
            value = given[name]
        elif field.default is not dataclasses.MISSING:
            value = field.default
        elif field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        else:
            raise TypeError(f"{type(self).__name__} needs {name}")
        object.__setattr__(self, name, value)
    if hasattr(self, "__post_init__"):
        self.__post_init__()


def _values(self: Any) -> tuple[object, ...]:  # noqa: ANN401 - as above
    return tuple(getattr(self, name) for name in self.__record__)


def _repr(self: Any) -> str:  # noqa: ANN401 - as above
    shown = (f"{name}={getattr(self, name)!r}" for name in self.__record__)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: object) -> bool:  # noqa: ANN401 - as above
    return _values(self) == _values(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:  # noqa: ANN401 - as above
    return hash(_values(self))


def _refuse(self: Any, name: str, *_value: object) -> None:  # noqa: ANN401 - as above
    raise dataclasses.FrozenInstanceError(f"{name} of a {type(self).__name__} cannot be changed")
