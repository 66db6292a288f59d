"""`daicho doctor` on a ledger in a Google spreadsheet says what stands in the way, and changes nothing there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ledgers
import pytest
from google.oauth2.credentials import Credentials
from google_desk import ROBOT, Desk, says
from test_google_refusals import API_OFF

from automations.app import google_access
from automations.app.configuration import Configuration, load
from automations.app.demo.shop_data import SHOP
from automations.app.doctor import examine
from automations.app.shops import init_shop
from automations.core.messages import Message

DENIED = says(403, "PERMISSION_DENIED", "The caller does not have permission")


@pytest.fixture
def folder(tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Path:
    return shop_at(desk, tmp_path / "shop", monkeypatch)


def shop_at(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a shop whose ledger is the desk's spreadsheet, and let commands reach it."""
    init_shop(folder, language="en", shop=SHOP)
    write_ledger(folder, f"google:{desk.key}")
    for name, value in desk.environment().items():
        monkeypatch.setenv(name, value)
    return folder


def write_ledger(folder: Path, ledger: str) -> None:
    path = folder / "shop.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        "\n".join(f"ledger: {ledger}" if line.startswith("ledger:") else line for line in text.split("\n"))
    )


def _told(folder: Path) -> str:
    lines, healthy = examine(folder, ledgers.NOW, "en")
    assert not healthy
    return "\n".join(lines)


def _not_shared(desk: Desk) -> None:
    desk.service.documents[desk.key].editors.clear()


def _half_shared(desk: Desk) -> None:
    desk.service.will(DENIED, path=":batchUpdate")


def _api_off(desk: Desk) -> None:
    desk.service.will(says(403, "PERMISSION_DENIED", API_OFF, "SERVICE_DISABLED"), path="/v4/")


def _deleted(desk: Desk) -> None:
    desk.service.documents.clear()


@pytest.mark.parametrize(
    ("spoil", "code", "told"),
    [
        (_not_shared, "google-not-shared", f"add {ROBOT} as Editor"),
        (_half_shared, "google-read-only", f"make {ROBOT} an Editor"),
        (_api_off, "google-api-off", "press Enable"),
        (_deleted, "google-not-found", "write its address"),
    ],
)
def test_what_stands_in_the_way_is_named_with_its_fix(
    folder: Path, desk: Desk, spoil: Callable[[Desk], None], code: str, told: str
) -> None:
    spoil(desk)
    said = _told(folder)
    assert said.startswith(f"✗ {code}")
    assert told in said


def test_a_key_that_others_may_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAICHO_GOOGLE_CREDENTIALS_JSON")
    (folder / "key.json").write_text("{}")
    (folder / "key.json").chmod(0o644)
    with (folder / "shop.yaml").open("a") as file:
        file.write("google: {credentials: key.json}\n")
    assert "chmod 600" in _told(folder)


def _fence(desk: Desk, title: str, **given: Any) -> None:  # noqa: ANN401 - as in the API
    document = desk.service.documents[desk.key]
    document.tabs[0].properties["title"] = title
    document.owner = desk.service.tokens["owner"] = "owner@example.com"
    document.editors.add(document.owner)
    desk.spreadsheet(Credentials("owner")).update(
        [{"addProtectedRange": {"protectedRange": {"range": {"endRowIndex": 9}, **given}}}]
    )


def _found(folder: Path, look: Callable[[Any, Configuration], Any]) -> list[str]:
    configuration = load(folder)
    found: list[Message] = list(look(google_access.look_at(configuration), configuration))
    return [sentence.text("en") for sentence in found]


def test_a_protected_range_that_keeps_daicho_out_is_named(folder: Path, desk: Desk) -> None:
    _fence(desk, "orders")
    (said,) = _found(folder, google_access.in_the_way)
    assert "in the tab orders" in said
    assert f"let {ROBOT} edit it" in said
    assert said in _told(folder)


@pytest.mark.parametrize(
    ("title", "more"),
    [
        pytest.param("orders", {"warningOnly": True}, id="only warns"),
        pytest.param("orders", {"editors": {"users": [ROBOT]}}, id="lets Daicho in"),
        pytest.param("private notes", {}, id="another tab"),
        pytest.param("orders", {"range": {"endRowIndex": 1}}, id="header row"),
    ],
)
def test_other_protected_ranges_are_not_in_the_way(
    folder: Path, desk: Desk, title: str, more: dict[str, Any]
) -> None:
    _fence(desk, title, **more)
    assert _found(folder, google_access.in_the_way) == []


def test_a_protected_header_row_is_worth_mending(folder: Path, desk: Desk) -> None:
    _fence(desk, "受注", range={"endRowIndex": 1})
    (said,) = _found(folder, google_access.worth_mending)
    assert said.startswith("the header row of the tab 受注 is protected")


@pytest.mark.parametrize(("minutes", "told"), [(5, 1), (-5, 1), (0, 0)])
def test_a_clock_that_is_off_is_worth_mending(folder: Path, desk: Desk, minutes: int, told: int) -> None:
    desk.time.seconds += minutes * 60
    said = _found(folder, google_access.worth_mending)
    assert len(said) == told
    assert all("clock of this computer" in sentence for sentence in said)


def test_looking_changes_nothing(folder: Path, desk: Desk) -> None:
    before = desk.service.documents[desk.key]
    _told(folder)
    assert desk.service.documents[desk.key] is before
