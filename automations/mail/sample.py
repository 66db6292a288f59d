"""Invented orders on which templates are tried before a real mail needs them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

from automations.core.ledger import Row
from automations.core.mails.kinds import MailKind, Occasion
from automations.core.messages import Label
from automations.core.payments import Payment
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
_PRODUCT: Cells = {"sku": "K-001", "name": "宇治煎茶", "mail_note": "開封後はお早めにお召し上がりください。"}
_CARD = Payment("card", Label("カード", "Card"), "paid_or_approved")
_TRANSFER = Payment("bank_transfer", Label("銀行振込", "Bank transfer"), "paid", due_days=7)
_COD = Payment("cod", Label("代引", "Cash on delivery"), "none", cod=True)
_DEFERRED = Payment("deferred", Label("後払い", "Pay later"), "approved")
_CARRIER = Carrier(
    id="sample",
    label=Label("見本運輸", "Sample Carrier"),
    file=FileLayout(columns=0),
    columns=(),
    services={},
    tracking=TrackingForm(url="https://parcels.example.com/{number}"),
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
    """Return one occasion for each kind of order: plain, gift, company, transfer, cash on delivery, later.

    Args:
        mail: The mail to try.
        schema: The ledger's tabs.
        own_columns: Columns the shop has added, by tab; templates may use them too.
    """
    plain = _plain(mail, schema, own_columns)
    yield plain
    yield replace(plain, carrier=None)
    yield _changed(plain, _GIFT)
    yield _changed(
        plain, {"buyer_name": "総務部", "buyer_company": "株式会社見本", "fee": 330, "discount": 100}
    )
    yield replace(plain, payment=_TRANSFER)
    yield replace(plain, payment=_DEFERRED)
    cod: Cells = {"cod_amount": 3040, "deliver_on": date(2026, 11, 21)}
    yield replace(plain, payment=_COD, shipment=_with(plain.shipment, cod) if plain.shipment else None)


def _plain(mail: MailKind, schema: Schema, own_columns: Mapping[str, Collection[str]]) -> Occasion:
    def row(tab: str, key: str, cells: Cells) -> Row:
        added: dict[str, Value] = dict.fromkeys(own_columns.get(tab, ()), "見本")
        return Row(tab, key, {**added, **cells})

    shipment = row("shipments", "1001A", _SHIPMENT)
    second = _with(shipment, {"shipment_id": "1001B", "parcel": 2})
    return Occasion(
        mail=mail,
        schema=schema,
        order=row("orders", "1001", _ORDER),
        lines=(row("order_lines", "1001-1", _LINE),),
        shipment=shipment if mail.per == "shipment" else None,
        parcels=(shipment, second),
        products={"K-001": row("products", "K-001", _PRODUCT)},
        customer=row("customers", "C1", {"customer_id": "C1", "name": "見本 花子"}),
        payment=_CARD,
        carrier=_CARRIER if mail.per == "shipment" else None,
    )


def _changed(occasion: Occasion, cells: Cells) -> Occasion:
    return replace(occasion, order=_with(occasion.order, cells))


def _with(row: Row, cells: Cells) -> Row:
    return row.with_cells(cells, row.key)
