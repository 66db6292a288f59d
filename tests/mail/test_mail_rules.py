"""Due days, names, stop rules and the checks of mails.yaml."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from letters import Desk, one_order

from automations.core.declare import Problems
from automations.core.ledger import Row
from automations.core.mails.due import due_on, is_due, mail_id, message_id, wants_no_mail
from automations.core.mails.kind_checks import check_mails
from automations.core.mails.kinds import MailKind, StopRule
from automations.core.mails.matter import Matter
from automations.core.mails.standing import Standing, is_gift
from automations.core.messages import Label
from automations.core.values import Value

TOKYO = ZoneInfo("Asia/Tokyo")
CONFIRM = MailKind("order_confirmation", Label("受注確認", "Confirmation"), "ordered", "transactional")
SHIPPED = MailKind("shipped", Label("出荷", "Shipped"), "shipped", "transactional", per="shipment")
ALL_SHIPPED = replace(SHIPPED, per="order")
THANKS = MailKind("thank_you", Label("お礼", "Thanks"), "arrived", "service", wait_days=2)


def order(**cells: Value) -> Row:
    return Row("orders", "1001", {"ordered_at": datetime(2026, 11, 18, 9, 0, tzinfo=TOKYO), **cells})


def parcel(key: str = "A", **cells: Value) -> Row:
    known: dict[str, Value] = {"state": "shipped", "tracking_number": "1", "shipped_on": date(2026, 11, 20)}
    return Row("shipments", key, {**known, **cells})


def due(mail: MailKind, order: Row, parcels: Sequence[Row] = (), shipment: Row | None = None) -> date | None:
    desk = Desk()
    matter = Matter(order, desk.ledger.today, desk.configuration, desk.ledger["products"], parcels=parcels)
    return due_on(mail, matter, shipment)


def test_confirmation_counts_from_the_order_and_stops_when_goods_have_left() -> None:
    assert due(CONFIRM, order(), ()) == date(2026, 11, 18)
    assert due(CONFIRM, order(status="shipped"), ()) is None
    assert due(CONFIRM, order(arrived_on=date(2026, 11, 19)), ()) is None
    assert due(CONFIRM, order(), [parcel()]) is None


def test_order_without_any_date_is_not_confirmed() -> None:
    assert due(CONFIRM, Row("orders", "1001", {}), ()) is None


def test_shipping_counts_from_the_parcel_or_the_last_of_all() -> None:
    later = parcel("B", shipped_on=date(2026, 11, 21))
    assert due(SHIPPED, order(), [parcel(), later], parcel()) == date(2026, 11, 20)
    assert due(ALL_SHIPPED, order(), [parcel(), later]) == date(2026, 11, 21)
    assert due(ALL_SHIPPED, order(), [parcel(), parcel("B", state="instructed")]) is None
    assert due(ALL_SHIPPED, order(), []) is None


def test_what_happened_before_the_import_triggers_nothing() -> None:
    imported = order(imported_at=datetime(2026, 11, 24, 9, 0, tzinfo=TOKYO), arrived_on=date(2026, 11, 23))
    assert due(SHIPPED, imported, [parcel()], parcel()) is None
    assert due(THANKS, imported, ()) is None
    assert due(THANKS, order(arrived_on=date(2026, 11, 23)), ()) == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 25), False),
        (date(2026, 11, 24), True),
        (date(2026, 11, 17), True),
        (date(2026, 11, 16), False),
        (None, False),
    ],
)
def test_mail_is_due_until_it_is_too_old(day: date | None, expected: bool) -> None:
    assert is_due(THANKS, day, date(2026, 11, 24)) is expected


def test_names_of_mails() -> None:
    assert mail_id(CONFIRM, order()) == "order_confirmation:1001"
    assert mail_id(SHIPPED, order(), parcel("1001A")) == "shipped:1001:1001A"


def test_message_id_is_the_same_again_and_differs_by_ledger_and_mail() -> None:
    ids = {
        message_id(ledger, name, order(), "shop@Example.com")
        for ledger in ("x", "y")
        for name in ("a:1", "b:1", "a:1")
    }
    assert len(ids) == 4
    assert all(made.endswith("@example.com>") for made in ids)
    assert message_id("x", "a", order(), "").endswith("@daicho.invalid>")


@pytest.mark.parametrize(
    ("written", "expected"),
    [("不要", True), ("None", True), ("なし", True), ("a@example.com", False), ("", False)],
)
def test_no_mail_is_wanted(written: str, expected: bool) -> None:
    assert wants_no_mail(written) is expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"buyer_name": "山本 さくら"}, False),
        ({"buyer_name": "山本 さくら", "ship_name": "山本さくら"}, False),
        ({"buyer_name": "山本 さくら", "ship_name": "森下 徹"}, True),
        ({"buyer_name": "山本 さくら", "gift": True}, True),
        ({"buyer_name": "田中", "buyer_company": "みどり商会", "ship_name": "みどり商会"}, False),
        ({"buyer_name": "山本 さくら", "ship_address": "勤め先 9-9"}, False),
    ],
)
def test_gift(cells: dict[str, Value], expected: bool) -> None:
    assert is_gift(order(**cells), []) is expected


def standing_rule(rule: StopRule, orders: str, **tabs: str) -> bool:
    ledger = Desk(orders=orders, **tabs).ledger
    mail = replace(THANKS, not_when=(rule,))
    return (
        Standing.of(ledger, 60).stops(mail, ledger["orders"]["1001"], ledger.lines_of().get("1001", []))
        == rule
    )


@pytest.mark.parametrize(
    ("state", "severity", "expected"),
    [("open", "confirm", True), ("open", "warn", False), ("cleared", "block", False)],
)
def test_hold_stops_while_it_is_open_and_more_than_a_warning(
    state: str, severity: str, expected: bool
) -> None:
    holds = f"hold_id,order_id,state,severity\nh,1001,{state},{severity}\n"
    assert standing_rule("on_hold", one_order(), holds=holds) is expected


@pytest.mark.parametrize(
    ("status", "ordered_at", "expected"),
    [("returned", "2026-11-01", True), ("returned", "2026-08-01", False), ("posted", "2026-11-01", False)],
)
def test_return_is_trouble_for_some_weeks(status: str, ordered_at: str, expected: bool) -> None:
    other = f"1000,山本 さくら,Sakura@example.com,card,{ordered_at},,1,1,2,1500001,東京都,渋谷区,,{status}\n"
    orders = one_order({"status": "arrived"}) + other
    assert standing_rule("trouble", orders) is expected


def test_own_trouble_is_not_counted_as_another_orders() -> None:
    holds = "hold_id,order_id,state,severity\nh,1001,open,block\n"
    assert not standing_rule("trouble", one_order(), holds=holds)


def test_parcel_that_came_back_stops_the_thanks() -> None:
    shipments = "shipment_id,order_id,state\n1001A,1001,returned\n"
    assert standing_rule("returned", one_order(), shipments=shipments)


def test_refusal_is_known_by_address_even_if_the_day_cannot_be_read() -> None:
    customers = "customer_id,name,email,refused_on\nC9,山本,SAKURA@example.com,先週\n"
    assert standing_rule("refused", one_order(), customers=customers)


@pytest.mark.parametrize(
    ("consent", "refusal", "stopped"),
    [("", "", True), ("2026-01-01", "", False), ("2026-01-01", "2026-02-01", True)],
)
def test_advertising_needs_consent_and_a_refusal_ends_it(consent: str, refusal: str, stopped: bool) -> None:
    customers = (
        f"customer_id,name,email,consent_on,refused_on\nC1,山本,sakura@example.com,{consent},{refusal}\n"
    )
    ledger = Desk(customers=customers).ledger
    news = replace(THANKS, mail_class="advertising", not_when=())
    assert (Standing.of(ledger, 60).stops(news, ledger["orders"]["1001"], []) == "refused") is stopped


@pytest.mark.parametrize(
    ("mail", "code"),
    [
        pytest.param(replace(CONFIRM, id="Order Confirmation"), "mail-name", id="name"),
        pytest.param(replace(CONFIRM, wait_days=-1), "mail-days", id="negative days"),
        pytest.param(replace(CONFIRM, per="shipment"), "mail-per", id="per shipment before there is one"),
        pytest.param(replace(THANKS, quiet_days=3), "mail-stop-missing", id="no stop rules"),
        pytest.param(
            replace(THANKS, not_when=("cancelled", "returned", "on_hold", "trouble", "refused")),
            "mail-quiet",
            id="no distance",
        ),
    ],
)
def test_mails_yaml_is_checked(mail: MailKind, code: str) -> None:
    problems = Problems()
    check_mails({mail.id: mail}, Desk().configuration.schema, problems)
    assert [problem.code for problem in problems.found] == [code]
