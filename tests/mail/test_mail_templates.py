"""Every bundled mail in both languages, for every kind of order."""

import pytest
from letters import LINES, PARCEL, Desk, one_order

from automations.core.mails.occasions import CannotCompose, Composed
from automations.core.text import half_width_length

MAILS = ("order_confirmation", "shipped", "thank_you", "follow_up")
GIFT = {"ship_name": "森下 徹", "ship_address": "新富町9-3-1", "ship_prefecture": "富山県", "noshi": "御歳暮"}
LONG_NAME = "スリジャヤワルダナプラコッテ・エクスペリエンス・インターナショナル・ホールディングス・ジャパン"
ORDERS = {
    "plain": one_order(),
    "gift": one_order(GIFT),
    "cash on delivery": one_order({"payment_method": "cod", "fee": "330"}),
    "bank transfer": one_order({"payment_method": "bank_transfer"}),
    "pay later": one_order({"payment_method": "deferred"}),
    "company": one_order({"buyer_name": "総務部", "buyer_company": "株式会社みどり商会"}),
    "no building": one_order(place="1500001,東京都,渋谷区神宮前9-88-7,"),
    "long name": one_order({"buyer_name": LONG_NAME}),
    "wishes": one_order(
        {"requested_on": "2026-12-05", "requested_time": "am", "discount": "100", "points": "50"}
    ),
}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("mail", MAILS)
@pytest.mark.parametrize("orders", ORDERS.values(), ids=ORDERS.keys())
def test_every_mail_is_complete_and_narrow(mail: str, language: str, orders: str) -> None:
    letter = Desk(language, orders=orders).letter(mail)
    assert "茶菓処こもれび堂" in letter.subject
    assert "1001" in letter.subject
    assert "{" not in letter.text
    assert "\n\n\n" not in letter.text
    assert letter.text.endswith("\n")
    wide = [line for line in letter.text.splitlines() if half_width_length(line) > 72 and "://" not in line]
    assert wide == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", "お届け先様へのお届けが完了いたしました"), ("en", "Your gift was delivered")],
)
@pytest.mark.parametrize("mail", ["thank_you", "follow_up"])
def test_gift_is_spoken_of_as_a_gift(mail: str, language: str, words: str) -> None:
    assert words in Desk(language, orders=ORDERS["gift"]).text(mail)
    assert words not in Desk(language, orders=ORDERS["plain"]).text(mail)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_follow_ups_have_no_link(language: str) -> None:
    desk = Desk(language)
    assert "://" not in desk.text("thank_you") + desk.text("follow_up")
    assert "https://www.example.jp/" in desk.text("order_confirmation")


@pytest.mark.parametrize(
    ("language", "due"), [("ja", "お振込期限　2026年11月25日(水)"), ("en", "Due by:  Wed 25 November 2026")]
)
@pytest.mark.parametrize(
    ("mail", "settings"),
    [("payment_request", "{}"), ("order_confirmation", "{mails: {payment_request: {enabled: false}}}")],
)
def test_bank_transfer_names_account_and_day_once(mail: str, settings: str, language: str, due: str) -> None:
    orders = one_order({"payment_method": "bank_transfer", "arrived_on": ""})
    desk = Desk(language, settings, now="2026-11-18 12:00", orders=orders)
    text = desk.text(mail)
    assert due in text
    assert "みずべ銀行 宇治支店 普通 0000000 ユ)コモレビ" in text
    other = {"payment_request": "order_confirmation"}.get(mail)
    assert other is None or "みずべ銀行" not in desk.text(other)


def test_bank_transfer_that_came_in_is_not_asked_for() -> None:
    orders = one_order({"payment_method": "bank_transfer", "payment_state": "paid"})
    assert "お振込先" not in Desk(orders=orders).text("order_confirmation")


def test_bank_transfer_without_an_account_is_not_asked_for() -> None:
    desk = Desk(settings="{shop: {bank_account: ''}}", orders=ORDERS["bank transfer"])
    made = desk.compose(desk.occasion("payment_request"))
    assert isinstance(made, CannotCompose)
    assert made.variable == "shop.bank_account"


@pytest.mark.parametrize(("language", "amount"), [("ja", "6,068円"), ("en", "¥6,068")])
def test_cash_on_delivery_is_named_once_for_all_parcels(language: str, amount: str) -> None:
    parcels = (
        PARCEL.rstrip("\n")
        + "6068\n1001B,1001,shipped,000000000012,2026-11-20,yamato,takkyubin,山本,神宮前,\n"
    )
    desk = Desk(language, orders=ORDERS["cash on delivery"], shipments=parcels)
    assert amount in desk.text("shipped", "1001A")
    assert amount not in desk.text("shipped", "1001B")


@pytest.mark.parametrize(("language", "words"), [("ja", "2個に分けて"), ("en", "2 parcels")])
def test_two_parcels_say_so_and_name_their_own_goods(language: str, words: str) -> None:
    parcels = PARCEL + "1001B,1001,shipped,000000000012,2026-11-20,yamato,takkyubin,山本,神宮前,\n"
    lines = (
        "line_id,order_id,sku,product_name,qty,unit_price,shipment_id\n"
        "1001-1,1001,K-001,宇治煎茶,2,1080,1001A\n1001-2,1001,K-005,抹茶テリーヌ,1,3240,1001B\n"
    )
    desk = Desk(language, shipments=parcels, order_lines=lines)
    first, second = desk.text("shipped", "1001A"), desk.text("shipped", "1001B")
    assert words in first
    assert "宇治煎茶" in first
    assert "抹茶テリーヌ" not in first
    assert "000000000012" in second
    assert "抹茶テリーヌ" in second


def test_cancelled_parcel_is_not_counted() -> None:
    parcels = PARCEL + "1001B,1001,cancelled,,,yamato,takkyubin,山本,神宮前,\n"
    assert "個に分けて" not in Desk(shipments=parcels).text("shipped")


def test_two_receivers_are_told_apart_in_the_confirmation() -> None:
    lines = (
        "line_id,order_id,sku,product_name,qty,unit_price,ship_name,ship_address\n"
        "1001-1,1001,K-011,茶菓詰合せ,1,4536,森下 徹,松本市中央9-9\n1001-2,1001,K-011,茶菓詰合せ,1,4536,田中 進,青森市新町9-9\n"
    )
    text = Desk(order_lines=lines).text("order_confirmation")
    assert "　お届け先　森下 徹 様" in text
    assert "青森市新町9-9\n田中 進 様" in text


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "商品をお受け取りの際に、3,040円を"), ("en", "Please pay ¥3,040")]
)
def test_cash_on_delivery_is_announced_in_the_confirmation(language: str, words: str) -> None:
    assert words in Desk(language, orders=ORDERS["cash on delivery"]).text("order_confirmation")


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "請求書がお手元に届きましたら"), ("en", "receive an invoice")]
)
@pytest.mark.parametrize("mail", ["order_confirmation", "shipped"])
def test_deferred_payment_is_explained(mail: str, language: str, words: str) -> None:
    assert words in Desk(language, orders=ORDERS["pay later"]).text(mail)


def test_tracking_page_is_linked_only_where_the_carrier_has_one() -> None:
    assert "pno=000000000011" in Desk().text("shipped")
    nowhere = Desk(settings="{carriers: {yamato: {tracking: {url: ''}}}}")
    assert "次のページ" not in nowhere.text("shipped")


def test_company_is_addressed_with_onchu_alone() -> None:
    text = Desk(orders=ORDERS["company"]).text("order_confirmation")
    assert text.startswith("株式会社みどり商会\n総務部 御中\n")
    assert "様" not in text.split("\n\n")[0]


def test_line_for_the_thank_you_mail_comes_from_the_product() -> None:
    products = "sku,name,mail_note\nK-001,宇治煎茶,開封後はお早めにお召し上がりください。\n"
    assert "開封後はお早めに" in Desk(products=products).text("thank_you")
    assert "開封後はお早めに" not in Desk(products=products, orders=ORDERS["gift"]).text("thank_you")


def test_price_of_a_free_gift_line_is_left_out() -> None:
    text = Desk(order_lines=LINES + "1001-2,1001,K-099,おためし茶,1,0\n").text("order_confirmation")
    assert "・おためし茶\n　1点\n" in text


def test_other_currencies_are_named() -> None:
    desk = Desk("en", settings="{currency: USD}", orders=one_order({"total": "12.50"}))
    assert "12.50 USD" in desk.text("order_confirmation")


def test_same_occasion_gives_the_same_words() -> None:
    assert Desk().letter("shipped") == Desk().letter("shipped")
    assert isinstance(Desk().letter("shipped"), Composed)


ACCEPTED = {
    "confirmation": "clear",
    "allocation": "full",
    "credit_state": "approved",
    "ship_on": "2026-11-25",
    "arrived_on": "",
}


@pytest.mark.parametrize("mail", ["order_confirmation", "order_accepted"])
@pytest.mark.parametrize(
    ("language", "words"), [("ja", "■発送予定日　2026年11月25日(水)"), ("en", "Wed 25 November 2026")]
)
def test_day_of_shipping_is_told_once_nothing_is_left_to_check(mail: str, language: str, words: str) -> None:
    shipments = "shipment_id,order_id,state\n1001A,1001,planned\n"
    assert words in Desk(language, orders=one_order(ACCEPTED), shipments=shipments).text(mail)
    held = one_order({**ACCEPTED, "confirmation": "open"})
    assert words not in Desk(language, orders=held, shipments=shipments).text("order_confirmation")


@pytest.mark.parametrize(
    ("method", "state", "words"),
    [
        ("bank_transfer", "paid", "ご指定の口座へ5営業日以内に"),
        ("bank_transfer", "refunded", "ご返金のお手続きはすんでおります"),
        ("bank_transfer", "unpaid", "お支払いのお手続きは必要ございません"),
        ("cod", "not_needed", "代金のご請求はいたしません"),
    ],
)
def test_cancellation_says_how_the_money_comes_back(method: str, state: str, words: str) -> None:
    orders = one_order({"payment_method": method, "payment_state": state, "cancelled_on": "2026-11-24"})
    assert words in Desk(orders=orders).text("cancellation")


def test_refused_credit_names_other_methods_and_no_reason() -> None:
    text = Desk(orders=ORDERS["pay later"]).text("credit_refused")
    assert "・カード\n・銀行振込\n・代引\n" in text
    assert "・後払い" not in text


def test_shortage_names_the_goods_and_the_day_they_are_back() -> None:
    lines = (
        "line_id,order_id,sku,product_name,qty,allocated_qty,shortage\n"
        "1001-1,1001,K-006,水ようかん,3,1,short\n1001-2,1001,K-001,宇治煎茶,1,1,\n"
    )
    products = "sku,name,restock_on\nK-006,水ようかん,2026-12-01\n"
    text = Desk(order_lines=lines, products=products).text("shortage")
    assert "・水ようかん\n　ご注文 3点、ご用意できる数 1点\n　次の入荷予定　2026年12月1日(火)" in text
    assert "宇治煎茶" not in text
    assert "2. ある分を先に受け取り" in text


def test_mourning_is_not_invited_to_come_again() -> None:
    cancelled = {"cancelled_on": "2026-11-24"}
    assert "またの機会" in Desk(orders=one_order(cancelled)).text("cancellation")
    assert "また" not in Desk(orders=one_order({**cancelled, "mourning": "TRUE"})).text("cancellation")
