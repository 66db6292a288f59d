from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import ledgers
import pytest

from automations.core.shipping.carriers import Carrier
from automations.core.shipping.services import Parcel, choose, latest_ship_day, lead_days
from automations.core.values import Value

CARRIERS = ledgers.shop().carriers
YAMATO = CARRIERS["yamato"]


def using(*names: str) -> dict[str, Carrier]:
    """Return the declared carriers as a shop has them that uses these, in this order."""
    ordered = sorted(CARRIERS, key=lambda name: names.index(name) if name in names else len(names))
    return {name: replace(CARRIERS[name], in_use=name in names) for name in ordered}


def chosen(
    wish: str = "",
    *,
    carriers: Mapping[str, Carrier] = CARRIERS,
    usual: str = "yamato",
    mailbox: str | None = None,
    thickness_mm: int = 20,
    fits: bool = True,
    **record: Value,
) -> str | None:
    parcel = Parcel({"temperature": "ambient", "weight_g": 300, "size": 60, **record}, thickness_mm, fits)
    found = choose(
        parcel, wish, carriers, usual, prefer_mailbox=mailbox is not None, mailbox_carrier=mailbox or ""
    )
    return found.service.id if found.service else None


@pytest.mark.parametrize(
    ("wish", "options", "service"),
    [
        pytest.param("", {}, "takkyubin", id="the usual one without a wish"),
        pytest.param("", {"mailbox": ""}, "nekopos", id="mailbox where the shop prefers it"),
        pytest.param("", {"mailbox": "", "fits": False}, "takkyubin", id="mailbox only for marked products"),
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


ALL = using("yamato", "sagawa", "click_post")


@pytest.mark.parametrize(
    ("wish", "options", "service"),
    [
        pytest.param("hikyaku", {}, "takkyubin", id="a wish for a carrier the shop does not use"),
        pytest.param("hikyaku", {"carriers": ALL}, "hikyaku", id="the customer's wish"),
        pytest.param("hikyaku", {"carriers": ALL, "size": 180}, "takkyubin", id="too large for the wish"),
        pytest.param("click_post", {"carriers": ALL, "thickness_mm": 31}, "takkyubin", id="too thick for the wish"),
        pytest.param("click_post", {"carriers": ALL, "cod_amount": 2765}, "takkyubin_collect", id="no cash at the mailbox"),
        pytest.param("click_post", {"carriers": ALL, "temperature": "chilled"}, "takkyubin", id="nothing cold in the mailbox"),
        pytest.param("", {"carriers": ALL, "requested_time": "12-14"}, "hikyaku", id="a window only the second carrier has"),
        pytest.param("", {"requested_time": "12-14"}, None, id="no second carrier in use"),
        pytest.param("", {"usual": "sagawa", "carriers": ALL}, "hikyaku", id="Sagawa as the usual carrier"),
        pytest.param("", {"usual": "sagawa"}, "hikyaku", id="the usual carrier needs no agreement"),
        pytest.param("", {"usual": "sagawa", "carriers": ALL, "cod_amount": 2765}, "hikyaku", id="one service with and without cash"),
        pytest.param("", {"usual": "click_post", "carriers": ALL}, "takkyubin", id="no door service of the usual carrier"),
        pytest.param("", {"carriers": ALL, "mailbox": ""}, "nekopos", id="mailbox of the usual carrier first"),
        pytest.param("", {"carriers": ALL, "mailbox": "click_post"}, "click_post", id="mailbox of the carrier named for it"),
        pytest.param("", {"usual": "sagawa", "carriers": using("sagawa", "click_post"), "mailbox": ""}, "click_post", id="the only mailbox service in use"),
    ],
)  # fmt: skip
def test_choice_among_several_carriers(wish: str, options: dict[str, Any], service: str | None) -> None:
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
