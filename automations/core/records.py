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
            fields = dataclasses.fields(made)
            made.__record__ = {field.name: field.default for field in fields}
            made.__factories__ = {
                field.name: field.default_factory
                for field in fields
                if field.default_factory is not dataclasses.MISSING
            }
            made.__init__, made.__repr__, made.__eq__ = _init, _repr, _eq
            made.__hash__ = _hash if frozen else None
            if frozen:
                made.__setattr__ = made.__delattr__ = _refuse
            return made

        return declare


def _init(self: Any, *values: object, **named: object) -> None:  # noqa: ANN401 - any dataclass
    by_place = dict(zip(self.__match_args__, values, strict=False))
    filled = self.__record__ | by_place | named
    for name, make in self.__factories__.items():
        if filled[name] is dataclasses.MISSING:
            filled[name] = make()
    if len(by_place) < len(values) or not by_place.keys().isdisjoint(named):
        raise TypeError(f"{type(self).__name__} is given a value too many, or one twice")
    if len(filled) > len(self.__record__) or dataclasses.MISSING in filled.values():
        raise TypeError(f"{type(self).__name__} takes {', '.join(self.__record__)}, not {', '.join(named)}")
    if hasattr(self, "__dict__"):
        self.__dict__.update(filled)
    else:
        for name, value in filled.items():
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
