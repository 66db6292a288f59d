"""Dataclasses whose methods are shared behave as the standard ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field
from functools import cached_property
from typing import Any

import pytest

from automations.core import records

DECORATORS = [
    pytest.param(dataclasses.dataclass, id="standard"),
    pytest.param(records.dataclass, id="shared"),
]


def _parcel(declare: Callable[..., Any], **options: bool) -> Any:  # noqa: ANN401 - a class
    @declare(frozen=True, **options)
    class Parcel:
        """A class as the house declares them."""

        key: str
        size_cm: int = 60
        contents: tuple[str, ...] = field(default_factory=tuple)

    return Parcel


@pytest.mark.parametrize("slots", [False, True])
@pytest.mark.parametrize("declare", DECORATORS)
def test_values_come_by_place_by_name_or_by_default(declare: Callable[..., Any], slots: bool) -> None:
    parcel = _parcel(declare, slots=slots)
    made = parcel("S1", contents=("tea",))
    assert (made.key, made.size_cm, made.contents) == ("S1", 60, ("tea",))
    assert repr(made).endswith("Parcel(key='S1', size_cm=60, contents=('tea',))")
    assert dataclasses.replace(made, size_cm=80) == parcel("S1", 80, ("tea",))
    assert [one.name for one in dataclasses.fields(parcel)] == ["key", "size_cm", "contents"]


@pytest.mark.parametrize("declare", DECORATORS)
def test_equal_values_are_one_key(declare: Callable[..., Any]) -> None:
    parcel = _parcel(declare)
    assert {parcel("S1"), parcel("S1", 60), parcel("S2")} == {parcel("S1"), parcel("S2")}
    assert parcel("S1") != _parcel(declare)("S1")


@pytest.mark.parametrize(
    ("values", "named"),
    [
        pytest.param((), {}, id="one missing"),
        pytest.param(("S1", 60, (), 1), {}, id="one too many"),
        pytest.param(("S1",), {"key": "S1"}, id="one twice"),
        pytest.param(("S1",), {"colour": "red"}, id="one unknown"),
    ],
)
@pytest.mark.parametrize("declare", DECORATORS)
def test_values_that_do_not_fit_are_refused(
    declare: Callable[..., Any], values: tuple[object, ...], named: dict[str, object]
) -> None:
    with pytest.raises(TypeError):
        _parcel(declare)(*values, **named)


@pytest.mark.parametrize("declare", DECORATORS)
def test_named_only_values_may_not_come_by_place(declare: Callable[..., Any]) -> None:
    parcel = _parcel(declare, kw_only=True)
    assert parcel(key="S1").key == "S1"
    with pytest.raises(TypeError):
        parcel("S1")


@pytest.mark.parametrize("slots", [False, True])
@pytest.mark.parametrize("declare", DECORATORS)
def test_frozen_values_stay(declare: Callable[..., Any], slots: bool) -> None:
    made = _parcel(declare, slots=slots)("S1")
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.key = "S2"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del made.key
    assert made.key == "S1"


@pytest.mark.parametrize("declare", DECORATORS)
def test_heirs_begin_with_what_they_inherit(declare: Callable[..., Any]) -> None:
    @declare(frozen=True)
    class Cooled(_parcel(declare)):  # type: ignore[misc]
        degrees: int = 5

        def __post_init__(self) -> None:
            assert self.degrees < 10

        @cached_property
        def words(self) -> str:
            return f"{self.key} at {self.degrees}"

    assert Cooled("S1", 60, (), 3).words == "S1 at 3"
    with pytest.raises(AssertionError):
        Cooled("S1", degrees=20)


@pytest.mark.parametrize("declare", DECORATORS)
def test_what_is_not_frozen_changes_and_is_no_key(declare: Callable[..., Any]) -> None:
    @declare(slots=True)
    class Tally:
        units: int = 0

    tally = Tally()
    tally.units += 1
    assert tally == Tally(1)
    with pytest.raises(TypeError):
        hash(tally)
