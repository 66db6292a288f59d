"""The days of the demo as data: what arrives, what a person types, what there is to see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from automations.app.demo.person import Typed
from automations.app.demo.shop_data import order_file
from automations.core.messages import Message, msg
from automations.core.values import Cells

_ZONE = ZoneInfo("Asia/Tokyo")
_STAFF = "木漏"


@dataclass(frozen=True)
class Scene:
    """One moment of the tour; at its end Daicho runs.

    Attributes:
        at: What the clock says.
        told: Two or three sentences: what happens and why.
        arrives: Files that come into the inbox, as (name, content).
        typed: What people of the shop type into the workbook.
        issues_labels: The carrier's list of issued labels arrives for every shipping file that is open.
        labels_kept_back: Orders whose last parcel gets its label a day later.
        clears_inbox: A person takes refused files out of the inbox.
        leaves_at: Later that day the carrier issues the labels of what was instructed, and Daicho runs again.
        shows: Orders whose sentence is worth reading now.
    """

    at: datetime
    title: Message
    told: tuple[Message, ...]
    arrives: tuple[tuple[str, bytes], ...] = ()
    typed: tuple[Typed, ...] = ()
    issues_labels: bool = False
    labels_kept_back: tuple[str, ...] = ()
    clears_inbox: bool = False
    leaves_at: datetime | None = None
    shows: tuple[str, ...] = ()


def _at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=_ZONE)


def _phone_order(number: str | None, at: datetime, amounts: tuple[int, ...], **cells: object) -> Cells:
    goods, shipping, fee, total = amounts
    made: dict[str, object] = {
        "order_id": number, "channel": "hand", "ordered_at": at, "goods_total": goods, "shipping_fee": shipping,
        "fee": fee, "total": total, **cells,
    }  # fmt: skip
    return {column: value for column, value in made.items() if isinstance(value, (str, int, date))}


def _lines(number: str | None, *goods: tuple[str, int]) -> tuple[Cells, ...]:
    return tuple({"order_id": number, "sku": sku, "qty": qty, **_GOODS[sku]} for sku, qty in goods)


_GOODS: Mapping[str, Mapping[str, str | int]] = {
    "K-007": {"product_name": "黒豆かりんとう 120g", "unit_price": 648, "tax_rate": 8},
    "K-009": {"product_name": "朱泥急須 260ml", "unit_price": 5500, "tax_rate": 10},
    "K-001": {"product_name": "宇治煎茶「朝露」100g", "unit_price": 1080, "tax_rate": 8},
    "K-002": {"product_name": "ほうじ茶ティーバッグ 20包", "unit_price": 864, "tax_rate": 8},
    "K-006": {"product_name": "水ようかん 6個詰", "unit_price": 2592, "tax_rate": 8},
}

PHONE_ORDERS: tuple[Cells, ...] = (
    _phone_order(
        "KM-1008", _at(21, 22, 15), (5500, 880, 330, 6710), payment_method="cod",
        buyer_name="加藤 翔", buyer_postcode="3300854", buyer_prefecture="埼玉県",
        buyer_address="さいたま市大宮区桜木町9-33-2-901", buyer_phone="090-0000-1008", buyer_email="kato@example.com",
    ),
    _phone_order(
        None, _at(24, 8, 50), (1296, 770, 330, 2396), payment_method="cod",
        buyer_name="北村 悦子", buyer_postcode="6500021", buyer_prefecture="兵庫県", buyer_address="神戸市中央区三宮町9-3-4",
        buyer_phone="078-000-1026", buyer_email="不要",
    ),
)  # fmt: skip
"""Orders taken by telephone and typed into 受注; the last one without a number."""

PHONE_LINES: tuple[Cells, ...] = (
    *_lines("KM-1008", ("K-009", 1)),
    *_lines(None, ("K-007", 2)),
)
"""Their lines, as typed into 受注明細."""

LATE_ORDERS: tuple[Cells, ...] = (
    _phone_order(
        "KM-1028", _at(10, 8, 40, month=12), (26568, 0, 0, 26568), payment_method="invoice",
        buyer_name="株式会社みどり商会 総務部", buyer_postcode="5300001",
        buyer_prefecture="大阪府", buyer_address="大阪市北区梅田9-55-20", buyer_building="みどりビル8F",
        buyer_phone="080-0000-1005", buyer_email="midori@example.com",
    ),
    _phone_order(
        "KM-1029", _at(10, 8, 45, month=12), (1728, 770, 330, 2828), payment_method="cod",
        buyer_name="高橋 健一", buyer_postcode="9800811", buyer_prefecture="宮城県", buyer_address="仙台市青葉区一番町9-77-3",
        buyer_building="あおば荘202", buyer_phone="080-0000-1002", buyer_email="takahashi@example.com",
        requested_on=date(2026, 12, 15),
    ),
    _phone_order(
        "KM-1030", _at(10, 8, 50, month=12), (1296, 770, 330, 2396), payment_method="cod",
        buyer_name="北村 悦子", buyer_postcode="6500021", buyer_prefecture="兵庫県", buyer_address="神戸市中央区三宮町9-3-4",
        buyer_phone="078-000-1026", buyer_email="不要", requested_on="来週の火曜",
    ),
)  # fmt: skip
"""Orders of the last morning: more than is there, one for a later day, one with a day nobody can read."""

LATE_LINES: tuple[Cells, ...] = (
    *_lines("KM-1028", ("K-006", 9), ("K-007", 5)),
    *_lines("KM-1029", ("K-002", 2)),
    *_lines("KM-1030", ("K-007", 2)),
)
"""Their lines."""

FIRST_FILES = (
    ("orders_export_1.csv", order_file("orders_export_1.csv")),
    ("juchu_20261124.csv", order_file("orders_other.csv", "cp932")),
)
"""Order files of the first morning: Shopify's export, and a list in the ledger's own columns."""

SECOND_FILES = (
    ("orders_export_2.csv", order_file("orders_export_2.csv")),
    ("uriage_11.csv", order_file("uriage_11.csv", "cp932")),
)
"""Files of the second morning: orders that are known already, some changed, and a file that holds no orders."""


def _new_rows(tab: str, rows: tuple[Cells, ...]) -> tuple[Typed, ...]:
    return tuple(
        Typed(tab, "", {column: value for column, value in row.items() if value is not None}) for row in rows
    )


def _cleared(order: str, reason: str, note: str) -> Typed:
    return Typed("holds", f"{order}:{reason}", {"clear": True, "cleared_by": _STAFF, "cleared_note": note})


def _paid(order: str) -> Typed:
    return Typed("orders", order, {"payment_state": "paid"})


def _new_lot(sku: str, lot: str, qty: int, at: datetime, expires_on: date) -> Typed:
    cells: Cells = {"sku": sku, "lot": lot, "counted_qty": qty, "counted_at": at, "expires_on": expires_on}
    return Typed("stock", "", cells)


SCENES = (
    Scene(
        _at(24, 9),
        msg("Tuesday morning after a long weekend"),
        (
            msg("A list of orders from the mall and the other shops lies in the inbox, and two telephone orders were typed into the ledger."),
            msg("Daicho takes them in, checks every row, reserves stock and instructs what may leave today; the rest it holds and says why."),
        ),
        arrives=FIRST_FILES[1:],
        typed=(*_new_rows("orders", PHONE_ORDERS), *_new_rows("order_lines", PHONE_LINES)),
        shows=("KM-1007", "KM-1008", "KM-1012"),
    ),
    Scene(
        _at(24, 9, 10),
        msg("Shopify's export"),
        (
            msg("The export of the web shop follows: 17 orders in its 79 columns, four of them known already."),
            msg("Older orders have reserved most of the mizu-yokan (K-006), so the later ones come up short; lots too close to their date are not sent."),
        ),
        arrives=FIRST_FILES[:1],
        shows=("KM-1015", "KM-1021", "KM-1022", "KM-1023"),
    ),
    Scene(
        _at(24, 10),
        msg("A person decides"),
        (
            msg("The staff read a remark and check the noshi, ring up a customer, look into the bank account and note two credit checks."),
            msg("What they clear goes on at once. Questions and apologies only go to customers once somebody has read and approved them."),
        ),
        typed=(
            _cleared("KM-1018", "remark", "お礼のお言葉のみ"),
            _cleared("KM-1011", "gift", "御歳暮・佐々木 で確認"),
            _cleared("KM-1013", "island", "日数をお伝えして了承いただいた"),
            Typed("orders", "KM-1017", {"buyer_phone": "0258-00-1017", "ship_phone": "0258-00-1017"}),
            _paid("KM-1004"),
            _paid("KM-1005"),
            Typed("orders", "KM-1009", {"credit_state": "approved"}),
            Typed("orders", "KM-1010", {"credit_state": "refused"}),
            Typed("mails", "hold_question:KM-1015:house_number", {"wish": "approve_all"}),
            Typed("mails", "shortage:KM-1022", {"approved": True}),
        ),
        shows=("KM-1010",),
    ),
    Scene(
        _at(24, 16),
        msg("The parcels leave"),
        (
            msg("The shipping files went through Yamato's B2, and its list of issued labels lies in the inbox; one label jammed in the printer."),
            msg("Daicho records the numbers, takes the goods out of the stock and writes the shipped mails, one a parcel."),
        ),
        issues_labels=True,
        labels_kept_back=("KM-1012",),
        shows=("KM-1012",),
    ),
    Scene(
        _at(25, 9),
        msg("The same orders again"),
        (
            msg("Today's export repeats orders: nothing is taken in twice. One address was completed and one order cancelled at Shopify, one order is in dollars, and one file holds no orders at all."),
            msg("What differs is shown beside the order and never overwritten; a file that cannot be read stays in the inbox."),
        ),
        arrives=SECOND_FILES,
        issues_labels=True,
        shows=("KM-1015", "KM-1020"),
    ),
    Scene(
        _at(26, 10),
        msg("New stock"),
        (
            msg("Sweets have come in and are counted as new lots, teapots are booked as a movement, and a wrong prefecture is put right."),
            msg("Orders that were short are filled, the paid ones first, and leave the same afternoon."),
        ),
        typed=(
            _new_lot("K-006", "E", 12, _at(26, 9), date(2027, 3, 10)),
            _new_lot("K-008", "2", 6, _at(26, 9), date(2026, 12, 3)),
            Typed("movements", "", {"kind": "received", "sku": "K-009", "qty": 4, "moved_at": _at(26, 9)}),
            Typed("orders", "KM-1016", {"ship_prefecture": "京都府", "buyer_prefecture": "京都府"}),
        ),
        clears_inbox=True,
        leaves_at=_at(26, 16),
        shows=("KM-1022",),
    ),
    Scene(
        _at(28, 9),
        msg("What has arrived"),
        (
            msg("No carrier tells Daicho about arrivals yet: a parcel counts as arrived three days after it was expected, or as soon as a person ticks it."),
            msg("Two days after its arrival the buyer is thanked, unless one of the buyer's orders went wrong."),
        ),
    ),
    Scene(
        _at(1, 9, month=12),
        msg("One parcel comes back"),
        (
            msg("The parcel that twice found nobody at home was sent back: the staff choose 'returned' for its order, and no more mails go to that buyer."),
        ),
        typed=(Typed("orders", "KM-1006", {"status": "returned"}),),
        shows=("KM-1006",),
    ),
    Scene(
        _at(4, 10, month=12),
        msg("A gift in time, and the books"),
        (
            msg("The year-end gift is to be in Toyama tomorrow, so it leaves today and not a day before."),
            msg("Eight days after arrival nothing is expected to come back any more: those sales are posted."),
        ),
        leaves_at=_at(4, 16, month=12),
        shows=("KM-1011",),
    ),
    Scene(
        _at(10, 9, month=12),
        msg("A day like any other"),
        (
            msg("Two weeks after arrival buyers are asked how they like their tea. A late transfer has come in; an order that the mailbox service cannot take goes to the door instead, for the fee of that."),
            msg("Three more orders are typed: one asks for more than there is, one for a later day, and one has a slip of the pen."),
        ),
        typed=(
            _paid("KM-1003"),
            Typed("orders", "KM-1007", {"service_wish": "takkyubin_collect", "shipping_fee": 880, "total": 3370}),
            *_new_rows("orders", LATE_ORDERS),
            *_new_rows("order_lines", LATE_LINES),
        ),
        labels_kept_back=("KM-1007",),
        leaves_at=_at(10, 16, month=12),
        shows=("KM-1007", "KM-1028", "KM-1030"),
    ),
)  # fmt: skip
"""The tour, in order of time."""
