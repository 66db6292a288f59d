"""`daicho doctor --probe`: every assumption of the design, tried one by one; told where one does not hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from google_desk import Desk, Scripted
from sheets_server import edits
from sheets_server.service import Answer, Request

from automations.app import probe
from automations.app.cli import cli
from automations.app.probe import ASSUMPTIONS
from automations.books.google.probe.assumptions import Tried, tried
from automations.books.google.probe.bench import Bench
from automations.core.errors import LedgerRefused, ServiceError

Json = dict[str, Any]
NAMES = [one.name for one in ASSUMPTIONS]


def attempt(desk: Desk, *names: str) -> dict[str, Tried]:
    wanted = [one for one in ASSUMPTIONS if one.name in names]
    return {one.assumption.name: one for one in tried(Bench(desk.spreadsheet()), wanted)}


def titles(desk: Desk) -> list[str]:
    return [tab.title for tab in desk.service.documents[desk.key].tabs]


@pytest.mark.parametrize("name", NAMES)
def test_assumption_holds_at_the_local_service_and_leaves_nothing(desk: Desk, name: str) -> None:
    one = attempt(desk, name)[name]
    assert one.holds, one.seen
    assert titles(desk) == ["Sheet1"]
    assert desk.service.documents[desk.key].named == {}


def test_names_are_told_apart() -> None:
    assert len(set(NAMES)) == len(NAMES)


def _applied_in_part(service: Scripted, request: Request) -> Answer:
    """Apply requests one by one, as a service would that is not atomic."""
    body = request.body
    if ":batchUpdate" not in request.path or len(body["requests"]) == 1:
        return super(Scripted, service).answer(request)
    answers = [
        super(Scripted, service).answer(
            Request(request.method, request.path, request.query, {"requests": [one]}, request.token)
        )
        for one in body["requests"]
    ]
    return next((answer for answer in answers if answer.code != 200), answers[-1])


def _do_otherwise(monkeypatch: pytest.MonkeyPatch, request: str, otherwise: Callable[..., Json]) -> None:
    """Let the service do something else for one kind of request."""
    monkeypatch.setitem(edits.REQUESTS, request, (otherwise, edits.REQUESTS[request][1]))


def _missing_names_accepted(document: Any, _who: str, body: Json) -> Json:  # noqa: ANN401 - the server's document
    document.named.pop(str(body.get("namedRangeId", "")), None)
    return {}


def _text_becomes_formula(real: Callable[..., Json]) -> Callable[..., Json]:
    def update(document: Any, who: str, body: Json) -> Json:  # noqa: ANN401 - as above
        for row in body.get("rows", ()):
            for cell in row.get("values", ()):
                text = cell.get("userEnteredValue", {}).get("stringValue", "")
                if text.startswith("="):
                    cell["userEnteredValue"] = {"formulaValue": text}
        return real(document, who, body)

    return update


def test_a_service_that_applies_half_a_batch_is_found_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scripted, "answer", _applied_in_part)
    assert not attempt(desk, "all_or_nothing")["all_or_nothing"].holds


def test_a_service_that_deletes_names_it_does_not_have_is_found_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _do_otherwise(monkeypatch, "deleteNamedRange", _missing_names_accepted)
    found = attempt(desk, "missing_id_refused", "second_commit_refused", "own_range_id")
    assert [one.holds for one in found.values()] == [True, False, False]
    assert found["missing_id_refused"].seen.value == "applied"


def test_a_service_that_reckons_customers_text_is_found_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _do_otherwise(monkeypatch, "updateCells", _text_becomes_formula(edits.REQUESTS["updateCells"][0]))
    one = attempt(desk, "text_is_no_formula")["text_is_no_formula"]
    assert not one.holds
    assert one.seen.value == [[2, "+1", "-1", "@x", "'x"]]


@pytest.mark.parametrize("spoil", ["cell", "tab", "name"])
def test_a_spreadsheet_that_is_not_blank_is_refused_and_left_as_it_is(desk: Desk, spoil: str) -> None:
    area = {"endRowIndex": 1}
    cell = [{"values": [{"userEnteredValue": {"stringValue": "受注番号"}}]}]
    asked = {
        "cell": {"updateCells": {"rows": cell, "fields": "userEnteredValue", "start": {}}},
        "tab": {"addSheet": {"properties": {"title": "受注"}}},
        "name": {"addNamedRange": {"namedRange": {"name": "daicho_version", "range": area}}},
    }
    desk.spreadsheet().update([asked[spoil]])
    before = desk.service.documents[desk.key]
    with pytest.raises(LedgerRefused, match="probe-not-blank"):
        attempt(desk, "types_kept")
    assert desk.service.documents[desk.key] is before


def test_what_a_broken_off_trial_left_is_taken_away_by_the_next(desk: Desk) -> None:
    bench = Bench(desk.spreadsheet())
    bench.do(bench.name(bench.tab(["left"]), bench.new_key(), "left"))
    assert attempt(desk, "types_kept")["types_kept"].holds
    assert titles(desk) == ["Sheet1"]


def test_a_trial_that_breaks_off_clears_up(desk: Desk) -> None:
    desk.service.faults.add({"kind": "not_applied_503", "path": "ByDataFilter", "skip": 1, "times": 30})
    with pytest.raises(ServiceError):
        attempt(desk, "types_kept")
    assert titles(desk) == ["Sheet1"]


@pytest.fixture
def at_desk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Let the command open the desk's spreadsheet, where waiting takes no time."""
    monkeypatch.setattr(probe, "open_spreadsheet", lambda _configuration, named: desk.spreadsheet(key=named))
    return desk


def typed(desk: Desk, folder: Path, language: str) -> tuple[int, str]:
    command = ["doctor", "--probe", desk.key, "--shop", str(folder), "--lang", language]
    result = CliRunner().invoke(cli, command)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("language", "last"), [("en", f"All {len(NAMES)} assumptions hold"), ("ja", f"{len(NAMES)}項目すべて")]
)
def test_a_trial_tells_each_assumption_and_ends_well(
    at_desk: Desk, tmp_path: Path, language: str, last: str
) -> None:
    code, told = typed(at_desk, tmp_path, language)
    assert code == 0
    assert all(f" {name}: " in told for name in NAMES)
    assert "✗" not in told
    assert told.splitlines()[-1].startswith(last)


def test_a_trial_that_fails_says_what_it_means(
    at_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _do_otherwise(monkeypatch, "deleteNamedRange", _missing_names_accepted)
    code, told = typed(at_desk, tmp_path, "en")
    assert code == 1
    assert "✗ missing_id_refused: Deleting a name that is not there is refused.\n" in told
    assert "    expected: refused deleteNamedRange; seen: applied\n" in told
    assert "two runs could both write" in told
    assert f"2 of {len(NAMES)} assumptions do not hold." in told
