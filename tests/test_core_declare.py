"""Declarations: a mapping becomes a typed value, or every problem is noted with its place and a way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pytest

from automations.core.declare import Problems, read_all, read_as, unknown_name
from automations.core.messages import Label, Message, msg

WHERE = "sheets_schema/teas.yaml"


@dataclass(frozen=True)
class Origin:
    region: str
    picked_on: date | None = None


@dataclass(frozen=True)
class Tea:
    id: str
    label: Label
    kind: Literal["green", "roasted"] = "green"
    weight_g: int = 100
    strength: float = 1.0
    organic: bool = False
    notes: tuple[str, ...] = ()
    prices: Mapping[str, int] = field(default_factory=dict)
    origin: Origin | None = None
    size: int | str = 0


def _read(**written: object) -> tuple[Tea | None, list[tuple[str, str]]]:
    problems = Problems()
    tea = read_as(Tea, {"label": "茶", **written}, f"{WHERE}: sencha", problems, id="sencha")
    return tea, [(problem.code, problem.where) for problem in problems.found]


def test_every_kind_of_field_is_read() -> None:
    tea, problems = _read(
        label={"ja": "煎茶", "en": "Sencha"},
        kind="roasted",
        weight_g=80,
        strength=2,
        organic=True,
        notes=["甘い", 3],
        prices={"bag": 1080},
        origin={"region": "宇治", "picked_on": "2026-05-02"},
        size="L",
    )
    assert not problems
    assert tea == Tea(
        "sencha",
        Label("煎茶", "Sencha"),
        "roasted",
        80,
        2.0,
        organic=True,
        notes=("甘い", "3"),
        prices={"bag": 1080},
        origin=Origin("宇治", date(2026, 5, 2)),
        size="L",
    )


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        pytest.param({"notes": "甘い"}, "notes", ("甘い",), id="one value for a list"),
        pytest.param({"notes": None}, "notes", (), id="nothing for a list"),
        pytest.param({"prices": None}, "prices", {}, id="nothing for a mapping"),
        pytest.param({"origin": None}, "origin", None, id="nothing where nothing is allowed"),
        pytest.param(
            {"origin": {"region": None}}, "origin", Origin(""), id="nothing behind the colon of a text"
        ),
        pytest.param({"origin": {"region": 7}}, "origin", Origin("7"), id="number for a text"),
        pytest.param(
            {"label": "Sencha"}, "label", Label("Sencha", "Sencha"), id="one name for both languages"
        ),
    ],
)
def test_short_forms_are_understood(written: Mapping[str, object], name: str, value: object) -> None:
    tea, problems = _read(**written)
    assert not problems
    assert getattr(tea, name) == value


@pytest.mark.parametrize(
    ("written", "code", "place"),
    [
        pytest.param({"wieght_g": 80}, "unknown-key", "", id="unknown key"),
        pytest.param({"id": "other"}, "unknown-key", "", id="the id is the name of the entry"),
        pytest.param({"kind": "black"}, "unknown-choice", ".kind", id="unknown choice"),
        pytest.param({"weight_g": "80 g"}, "wrong-value", ".weight_g", id="text for a number"),
        pytest.param({"weight_g": True}, "wrong-value", ".weight_g", id="true for a number"),
        pytest.param({"weight_g": None}, "wrong-value", ".weight_g", id="nothing for a number"),
        pytest.param({"organic": 1}, "wrong-value", ".organic", id="one for a yes"),
        pytest.param({"organic": "NO"}, "wrong-value", ".organic", id="NO stays a word"),
        pytest.param({"label": {"ja": "煎茶"}}, "label-incomplete", ".label", id="name in one language only"),
        pytest.param({"label": {"ja": "茶", "en": "tea", "fr": "thé"}}, "label-incomplete", ".label", id="third language"),
        pytest.param({"notes": [["a"]]}, "wrong-value", ".notes[1]", id="list in a list"),
        pytest.param({"prices": {"bag": "dear"}}, "wrong-value", ".prices.bag", id="wrong value in a mapping"),
        pytest.param({"prices": [1]}, "wrong-value", ".prices", id="list for a mapping"),
        pytest.param({"origin": {}}, "key-missing", ".origin", id="missing key inside"),
        pytest.param({"origin": {"region": "宇治", "picked_on": "2026-02-30"}}, "wrong-value", ".origin.picked_on", id="day that is none"),
        pytest.param({"origin": "宇治"}, "not-a-mapping", ".origin", id="text for a mapping"),
    ],
)  # fmt: skip
def test_wrong_declaration_is_noted_with_its_place(
    written: Mapping[str, object], code: str, place: str
) -> None:
    tea, problems = _read(**written)
    assert tea is None
    assert problems == [(code, f"{WHERE}: sencha{place}")]


def test_every_problem_is_noted_not_only_the_first() -> None:
    _, problems = _read(label={}, kind="black", wieght_g=80, organic="yes")
    assert sorted(code for code, _ in problems) == [
        "label-incomplete",
        "unknown-choice",
        "unknown-key",
        "wrong-value",
    ]


def test_unknown_key_offers_the_nearest_known_one() -> None:
    problems = Problems()
    read_as(Tea, {"label": "茶", "wieght_g": 80}, WHERE, problems, id="sencha")
    assert problems.found[0].fix.text("en") == "Did you mean 'weight_g'?"


def test_missing_keys_are_named() -> None:
    problems = Problems()
    assert read_as(Tea, {}, WHERE, problems, id="sencha") is None
    assert [str(problem.why) for problem in problems.found] == ["The key label is missing."]


def test_wrong_entry_does_not_hide_the_others() -> None:
    problems = Problems()
    teas = read_all(Tea, {"sencha": {"label": "煎茶"}, "hojicha": {}}, WHERE, problems)
    assert [*teas] == ["sencha"]
    assert teas["sencha"].id == "sencha"
    assert [problem.where for problem in problems.found] == [f"{WHERE}: hojicha"]


@pytest.mark.parametrize("written", [None, "sencha", ["sencha"], 3])
def test_file_that_is_no_mapping_gives_one_problem(written: object) -> None:
    problems = Problems()
    assert read_all(Tea, written, WHERE, problems) == {}
    assert [problem.code for problem in problems.found] == ["not-a-mapping"]


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        pytest.param("arived", msg("Did you mean '{close}'?", close="arrived"), id="near"),
        pytest.param("tea", msg("Use one of: {known}.", known=("arrived", "shipped")), id="far"),
    ],
)
def test_unknown_name_says_what_there_is(name: str, fix: Message) -> None:
    problems = Problems()
    unknown_name("status", name, ("arrived", "shipped"), WHERE, problems)
    assert problems.found[0].fix == fix
    assert problems.found[0].why.text("ja") == f"「{name}」という状態はありません。"
