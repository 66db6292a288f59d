from datetime import date
from typing import Any

import ledgers
import pytest

from automations.core.services import Parcel, choose, latest_ship_day, lead_days
from automations.core.values import Value

CARRIERS = ledgers.shop().carriers
YAMATO = CARRIERS["yamato"]


def chosen(
    wish: str = "",
    *,
    prefer_mailbox: bool = False,
    thickness_mm: int = 20,
    fits: bool = True,
    **record: Value,
) -> str | None:
    parcel = Parcel({"temperature": "ambient", "weight_g": 300, "size": 60, **record}, thickness_mm, fits)
    found = choose(parcel, wish, CARRIERS, "yamato", prefer_mailbox=prefer_mailbox)
    return found.service.id if found.service else None


@pytest.mark.parametrize(
    ("wish", "options", "service"),
    [
        pytest.param("", {}, "takkyubin", id="the usual one without a wish"),
        pytest.param("", {"prefer_mailbox": True}, "nekopos", id="mailbox where the shop prefers it"),
        pytest.param(
            "", {"prefer_mailbox": True, "fits": False}, "takkyubin", id="mailbox only for marked products"
        ),
        pytest.param("nekopos", {}, "nekopos", id="the customer's wish"),
        pytest.param("nekopos", {"thickness_mm": 31}, "takkyubin", id="too thick for the mailbox"),
        pytest.param("nekopos", {"weight_g": 1001}, "takkyubin", id="too heavy for the mailbox"),
        pytest.param("nekopos", {"requested_on": date(2026, 12, 1)}, "takkyubin", id="no day in the mailbox"),
        pytest.param("nekopos", {"requested_time": "am"}, "takkyubin", id="no time in the mailbox"),
        pytest.param("nekopos", {"temperature": "chilled"}, "takkyubin", id="nothing cold in the mailbox"),
        pytest.param("nekopos", {"cod_amount": 2765}, "takkyubin_collect", id="no cash at the mailbox"),
        pytest.param("compact", {}, "compact", id="compact by wish"),
        pytest.param("compact", {"cod_amount": 2765}, "takkyubin_collect", id="cash wins over compact"),
        pytest.param("", {"cod_amount": 2765}, "takkyubin_collect", id="cash on delivery"),
        pytest.param("", {"cod_amount": 300001}, None, id="more cash than any service collects"),
        pytest.param("", {"temperature": "frozen", "size": 140}, None, id="too large to be frozen"),
        pytest.param("", {"requested_time": "12-14"}, None, id="a window the carrier does not have"),
        pytest.param("gone_service", {}, "takkyubin", id="a wish nobody offers"),
    ],
)
def test_choice_of_service(wish: str, options: dict[str, Any], service: str | None) -> None:
    assert chosen(wish, **options) == service


@pytest.mark.parametrize(
    ("origin", "destination", "days"),
    [("京都府", "東京都", 1), ("京都", "沖縄県", 3), ("京都府", "", 3), ("", "東京都", 1)],
)
def test_lead_days_by_region_and_the_farthest_for_the_unknown(
    origin: str, destination: str, days: int
) -> None:
    assert lead_days(YAMATO, origin, destination) == days


def test_a_slower_service_adds_its_days() -> None:
    slow = YAMATO.services["yu_packet"]
    assert lead_days(YAMATO, "京都府", "東京都", slow) == 1 + slow.extra_days > 1


def test_the_latest_ship_day_is_a_working_day() -> None:
    assert latest_ship_day(ledgers.shop().calendar, date(2026, 11, 24), 1) == date(2026, 11, 20)
