"""Invented orders on which templates are tried before a real mail needs them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from automations.core.calendar import Calendar
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Row, Table
from automations.core.mails.habits import Habits
from automations.core.mails.kinds import MailKind
from automations.core.mails.matter import Matter
from automations.core.mails.occasions import Occasion
from automations.core.messages import Label
from automations.core.payments import Payment
from automations.core.records import dataclass
from automations.core.schema import Schema
from automations.core.shipping.carriers import Carrier, FileLayout
from automations.core.shipping.read_back import TrackingForm
from automations.core.shop import Shop
from automations.core.values import Cells, Value

SHOP = Shop(
    name="見本堂",
    company="見本商会",
    postcode="6110021",
    prefecture="京都府",
    address="宇治市宇治99-9",
    phone="0774-00-0000",
    email="shop@example.com",
    url="https://shop.example.com/",
    staff="見本",
    hours="10:00-17:00",
    bank_account="見本銀行 本店 普通 0000000 ミホンドウ",
)
_ORDER: Cells = {
    "order_id": "1001",
    "ordered_at": datetime(2026, 11, 18, 10, 12, tzinfo=UTC),
    "arrived_on": date(2026, 11, 22),
    "paid_on": date(2026, 11, 19),
    "ship_on": date(2026, 11, 20),
    "cancelled_on": date(2026, 11, 20),
    "customer_id": "C1",
    "buyer_name": "見本 花子",
    "buyer_email": "hanako@example.com",
    "buyer_postcode": "1500001",
    "buyer_prefecture": "東京都",
    "buyer_address": "渋谷区神宮前9-88-7",
    "payment_method": "card",
    "goods_total": 2160,
    "shipping_fee": 880,
    "total": 3040,
}
_LINE: Cells = {
    "line_id": "1001-1",
    "order_id": "1001",
    "sku": "K-001",
    "product_name": "宇治煎茶",
    "qty": 2,
    "unit_price": 1080,
    "allocated_qty": 0,
    "shortage": "K-001",
}
_SHIPMENT: Cells = {
    "shipment_id": "1001A",
    "order_id": "1001",
    "state": "shipped",
    "parcel": 1,
    "tracking_number": "000000000000",
    "shipped_on": date(2026, 11, 20),
    "ship_name": "見本 花子",
    "ship_postcode": "1500001",
    "ship_prefecture": "東京都",
    "ship_address": "渋谷区神宮前9-88-7",
}
_SECOND_LINE: Cells = {
    "line_id": "1001-2",
    "order_id": "1001",
    "sku": "K-002",
    "product_name": "ほうじ茶",
    "qty": 3,
    "unit_price": 0,
    "allocated_qty": 1,
    "shortage": "K-002",
}
_PRODUCTS: tuple[Cells, ...] = (
    {
        "sku": "K-001",
        "name": "宇治煎茶",
        "price": 1080,
        "restock_on": date(2026, 12, 1),
        "repurchase_days": 30,
        "mail_note": "開封後はお早めにお召し上がりください。",
        "usage_note": "70度ほどのお湯で1分お待ちください。",
        "page_url": "https://shop.example.com/k-001",
        "review_url": "https://shop.example.com/k-001/voices",
    },
    {"sku": "K-002", "name": "ほうじ茶", "repurchase_days": 30},
)
_CARD = Payment("card", Label("カード", "Card"), "paid_or_approved", instead=True)
_PAYMENTS = (
    _CARD,
    Payment(
        "bank_transfer",
        Label("銀行振込", "Bank transfer"),
        "paid",
        due_days=7,
        refund=Label("口座", "account"),
    ),
    Payment("convenience", Label("コンビニ", "Convenience store"), "paid", due_days=3),
    Payment("cod", Label("代引", "Cash on delivery"), "none", cod=True, instead=True),
    Payment("deferred", Label("後払い", "Pay later"), "approved"),
)
_QUESTION = HoldReason(
    "phone",
    "H05",
    Label("電話", "Phone"),
    "confirm",
    Label("確かめる", "Ask"),
    question=Label("お電話番号をお知らせください。", "Please tell us the telephone number."),
)
_HOLD = Row("holds", "1001:phone", {"order_id": "1001", "reason": "phone", "state": "open"})
_CARRIER = Carrier(
    id="sample",
    label=Label("見本運輸", "Sample Carrier"),
    file=FileLayout(columns=0),
    columns=(),
    services={},
    tracking=TrackingForm(url="https://parcels.example.com/{number}"),
)


@dataclass(frozen=True)
class _Declared:
    """Declarations of a shop that has one of each."""

    payments: Mapping[str, Payment]
    holds: Mapping[str, HoldReason]
    mails: Mapping[str, MailKind]
    carriers: Mapping[str, Carrier]
    calendar: Calendar
    shop: Shop


class _Buyers:
    """Somebody who has ordered before."""

    habits = Habits({"C1": (date(2026, 5, 1), date(2026, 8, 1))}, {}, {})


_DECLARED = _Declared(
    payments={payment.id: payment for payment in _PAYMENTS},
    holds={"phone": _QUESTION},
    mails={},
    carriers={"sample": _CARRIER},
    calendar=Calendar(frozenset({5, 6}), (), lambda _day: False),
    shop=SHOP,
)
_GIFT: Cells = {
    "gift": True,
    "noshi": "御歳暮",
    "noshi_name": "見本",
    "ship_name": "見本 次郎",
    "ship_address": "富山市新富町9-3-1",
    "requested_on": date(2026, 12, 5),
    "requested_time": "am",
}


def occasions(
    mail: MailKind, schema: Schema, own_columns: Mapping[str, Collection[str]]
) -> Iterator[Occasion]:
    """Return one occasion for each kind of order, so that every branch of a template is filled in once.

    Args:
        mail: The mail to try.
        schema: The ledger's tabs.
        own_columns: Columns the shop has added, by tab; templates may use them too.
    """
    every = _occasions(_plain(mail, schema, own_columns))
    # Only who has a day to pay by is reminded of it.
    return (one for one in every if mail.trigger != "payment_due" or one.matter.pay_by)


def _occasions(plain: Occasion) -> Iterator[Occasion]:
    yield plain
    yield replace(plain, carrier=None)
    yield _changed(plain, _GIFT)
    yield _changed(plain, {"mourning": True, "noshi": "志"})
    yield _changed(
        plain,
        {"buyer_name": "総務部", "buyer_company": "株式会社見本", "fee": 330, "discount": 100, "points": 50},
    )
    yield _changed(plain, {"confirmation": "clear", "allocation": "full", "credit_state": "approved"})
    asked = replace(_DECLARED, mails={"asked": MailKind("asked", Label("依頼", "Request"), "payment_asked")})
    apart = _changed(plain, {"payment_method": "convenience"})
    yield apart
    yield replace(apart, matter=replace(apart.matter, declared=asked))
    for state in ("unpaid", "paid", "refunded"):
        yield _changed(plain, {"payment_method": "bank_transfer", "payment_state": state})
    yield _changed(plain, {"payment_method": "deferred"})
    cod: Cells = {"cod_amount": 3040, "deliver_on": date(2026, 11, 21)}
    shipment = _with(plain.shipment, cod) if plain.shipment else None
    yield replace(_changed(plain, {"payment_method": "cod"}), shipment=shipment)


def _plain(mail: MailKind, schema: Schema, own_columns: Mapping[str, Collection[str]]) -> Occasion:
    def row(tab: str, key: str, cells: Cells) -> Row:
        added: dict[str, Value] = dict.fromkeys(own_columns.get(tab, ()), "見本")
        return Row(tab, key, {**added, **cells})

    shipment = row("shipments", "1001A", _SHIPMENT)
    second = _with(shipment, {"shipment_id": "1001B", "parcel": 2})
    lines = (row("order_lines", "1001-1", _LINE), row("order_lines", "1001-2", _SECOND_LINE))
    products = Table(schema["products"], [row("products", str(cells["sku"]), cells) for cells in _PRODUCTS])
    matter = Matter(
        order=row("orders", "1001", _ORDER),
        today=date(2026, 11, 18),
        declared=_DECLARED,
        products=products,
        lines=lines,
        holds=(_HOLD,),
        habits=_Buyers(),
    )
    return Occasion(
        mail=mail,
        schema=schema,
        order=matter.order,
        matter=matter,
        lines=lines,
        shipment=shipment if mail.per == "shipment" else None,
        holds=(_HOLD,),
        parcels=(shipment, second),
        products={product.key: product for product in products},
        customer=row("customers", "C1", {"customer_id": "C1", "name": "見本 花子"}),
        payment=_CARD,
        carrier=_CARRIER if mail.per == "shipment" else None,
    )


def _changed(occasion: Occasion, cells: Cells) -> Occasion:
    order = _with(occasion.order, cells)
    payment = _DECLARED.payments[order.text("payment_method")]
    return replace(occasion, order=order, payment=payment, matter=replace(occasion.matter, order=order))


def _with(row: Row, cells: Cells) -> Row:
    return row.with_cells(cells, row.key)
