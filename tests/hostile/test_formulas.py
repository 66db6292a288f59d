"""A formula typed into any column of text stays a text, wherever it is written."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from commands import Commands
from kinds import PRODUCTS, assert_calm, document, state_of
from workbooks import parts_of

from automations.app.configuration import load
from automations.app.demo.carrier_desk import issued_list
from automations.app.shops import init_shop
from automations.core.schema import Column

FORMULAS = ("=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1", '=<b>"x"</b>')
SIGNS = tuple("=+-@\t\r＝＋－＠")
SCHEMA = load(Path(__file__).parents[1] / "shop", "en").schema
SHOP = (
    "name: Tea", "postcode: '6110021'", "prefecture: 京都府", "address: 宇治市宇治99-9", "phone: '0774000000'",
    "email: shop@example.com",
)  # fmt: skip
SERVICES = ("takkyubin", "hikyaku", "click_post")
CARRIERS = """
carriers:
  yamato: {billing_code: "077400000001", freight_no: "01"}
  sagawa: {customer_code: "123456789012"}
  click_post: {}
"""
_TEXTS = {"text", "code", "phone", "postcode", "prefecture", "email"}
_GOOD = {
    "order_id": "G", "buyer_name": "森 一郎", "buyer_phone": "09000000001", "buyer_postcode": "9800811",
    "buyer_prefecture": "宮城県", "buyer_address": "仙台市青葉区一番町9-77-3", "buyer_email": "mori@example.com",
    "payment_method": "クレジットカード", "credit_state": "与信OK", "payment_state": "入金済み", "total": "1080", "sku": "K-001", "qty": "1", "unit_price": "1080",
}  # fmt: skip


def _is_typed(column: Column) -> bool:
    return column.type in _TEXTS and column.owner != "robot" and not column.hidden


TYPED = {
    tab: [column.id for column in SCHEMA[tab].columns.values() if _is_typed(column)]
    for tab in ("orders", "order_lines", "products", "customers")
}
ORDERED = [name for name in dict.fromkeys((*TYPED["orders"], *TYPED["order_lines"])) if name != "line_id"]


def _label(name: str) -> str:
    columns = {**SCHEMA["order_lines"].columns, **SCHEMA["orders"].columns}
    return columns[name].label.ja


def _buyer(number: int) -> dict[str, str]:
    """Return a sound order of somebody else each time, the three carriers by turns."""
    return {
        **_GOOD,
        "buyer_phone": f"0901234{number:04}",
        "buyer_email": f"mori{number}@example.com",
        "buyer_address": f"仙台市青葉区一番町{number + 1}-77-3",
        "service_wish": SERVICES[number % len(SERVICES)],
    }


def _orders() -> str:
    """Return an order for every column and formula."""
    names = list(dict.fromkeys((*_GOOD, *ORDERED, "service_wish")))
    pairs = [(at, formula, name) for at, formula in enumerate(FORMULAS) for name in ORDERED]
    rows = [
        {**_buyer(number), "order_id": f"{at}-{name}", name: formula}
        for number, (at, formula, name) in enumerate(pairs)
    ]
    written = io.StringIO()
    table = csv.DictWriter(written, names)
    table.writer.writerow([_label(name) for name in names])
    table.writerows(rows)
    return written.getvalue()


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with Commands(tmp_path_factory.mktemp("commands")) as running:
        yield running


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Path:
    """Make a shop full of formulas, taken as far as shipped parcels."""
    folder = tmp_path_factory.mktemp("formulas") / "shop"
    products = [
        {**PRODUCTS[0], "sku": f"F-{at}-{name}", name: formula}
        for at, formula in enumerate(FORMULAS)
        for name in TYPED["products"]
    ]
    customers = [
        {"customer_id": f"C-{at}-{name}", "name": "森 一郎", name: formula}
        for at, formula in enumerate(FORMULAS)
        for name in TYPED["customers"]
    ]
    stock = [{"sku": "K-001", "counted_qty": 9999, "counted_at": "2026-11-23 09:00"}]
    init_shop(
        folder,
        language="en",
        rows={
            "products": [{**PRODUCTS[0], "mailbox": True, "thickness_mm": 20}, *products],
            "customers": customers,
            "stock": stock,
        },
    )
    settings = (folder / "shop.yaml").read_text(encoding="utf-8")
    for line in SHOP:
        settings = re.sub(rf"(?m)^  {line.partition(':')[0]}:.*", f"  {line}", settings, count=1)
    settings = settings.partition("\ncarriers:")[0] + CARRIERS
    (folder / "shop.yaml").write_text(settings, encoding="utf-8")
    (folder / "inbox").mkdir(exist_ok=True)
    (folder / "inbox" / "orders.csv").write_text(_orders(), encoding="utf-8", newline="")
    for _ in range(2):
        assert_calm(commands.daicho("run", "--lang", "en", shop=folder), commands, 0)
    _issue_labels(folder)
    for _ in range(2):
        assert_calm(commands.daicho("run", "--lang", "en", shop=folder), commands, 0)
    return folder


def _issue_labels(shop: Path) -> None:
    """Put every carrier's result into the inbox, a formula in each column of some rows of it."""
    inbox, shipping = shop / "inbox", shop / "shipping"
    yamato = (shipping / "yamato-20261124-1.csv").read_bytes()
    printed = [row[0] for row in csv.reader(io.StringIO(yamato.decode("cp932")))][1:]
    issued = issued_list(yamato, printed, on=date(2026, 11, 24), first=0).decode("cp932")
    rows = list(csv.reader(io.StringIO(issued)))
    typed = [
        [*row[:at], formula, *row[at + 1 :]]
        for row in rows[1:2]
        for at in (0, 3, 4, 8)
        for formula in FORMULAS
    ]
    _write(inbox / "yamato.csv", [*rows, *typed])
    sagawa = list(csv.reader(io.StringIO(_text_of(shipping / "sagawa-20261124-1.csv"))))[1:]
    numbered = [(f"{40_000_500_000 + n}{(40_000_500_000 + n) % 7}", row[9]) for n, row in enumerate(sagawa)]
    odd = [pair for text in FORMULAS for pair in ((text, sagawa[0][9]), (numbered[0][0], text))]
    _write(inbox / "sagawa.csv", [("お問い合せ送り状No.", "お客様管理番号"), *numbered, *odd])
    click_post = [(f"6000000000{n:02}", text) for n, text in enumerate(("森 一郎", *FORMULAS))]
    _write(inbox / "click_post.csv", [("お問い合わせ番号", "お届け先氏名"), *click_post])


def _write(file: Path, rows: Iterable[Sequence[str]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)


def test_no_cell_of_the_ledger_has_become_a_formula(shop: Path) -> None:
    parts = parts_of((shop / "ledger.xlsx").read_bytes())
    sheets = b"".join(content for name, content in parts.items() if name.startswith("xl/worksheets/sheet"))
    formulas = re.findall(rb"<f[ >][^<]*", sheets)
    assert not [
        formula
        for formula in formulas
        if any(text in formula for text in (b"cmd", b"1+1", b"2+3", b"SUM(1)"))
    ]


def test_formulas_have_come_as_far_as_shipped_parcels_and_their_mails(shop: Path, commands: Commands) -> None:
    shipments = document(commands.daicho("show", "shipments", "--json", shop=shop).out)
    by_carrier = Counter(str(row["carrier"]) for row in shipments if row["state"] == "shipped")
    assert min(by_carrier["yamato"], by_carrier["sagawa"]) > 10
    assert not [row for row in shipments if str(row["tracking_number"] or "0").strip("0123456789")]
    assert [row["proposed_number"] for row in shipments if row["proposed_number"]]
    mails = document(commands.daicho("show", "mails", "--json", shop=shop).out)
    shipped = [row for row in mails if row["template"] == "shipped"]
    assert {row["state"] for row in shipped} <= {"written", "queued"}
    assert len(shipped) == by_carrier.total()


def test_the_ledger_keeps_what_was_typed(shop: Path, commands: Commands) -> None:
    orders = document(commands.daicho("show", "orders", "--json", shop=shop).out)
    memos = {str(order["order_id"]): order["memo"] for order in orders}
    assert [memos[f"{at}-memo"] for at in range(len(FORMULAS))] == [text.strip() for text in FORMULAS]


def test_the_day_in_figures_and_every_order_can_be_told(shop: Path, commands: Commands) -> None:
    for language in ("en", "ja"):
        assert_calm(commands.daicho("report", "--lang", language, shop=shop), commands, 0)
    for number in ("0-sku", "7-buyer_name"):
        ran = commands.daicho("why", number, shop=shop)
        assert_calm(ran, commands, 0)
        assert number in ran.out


def test_exported_again_every_file_is_the_same(shop: Path, commands: Commands) -> None:
    before = state_of(shop)
    for batch in sorted({file.name.removesuffix(".csv") for file in (shop / "shipping").glob("*.csv")}):
        assert_calm(commands.daicho("export", batch, shop=shop), commands, 0)
    assert state_of(shop) == before


@pytest.mark.parametrize("tab", SCHEMA)
def test_shown_as_csv_no_field_begins_a_formula(tab: str, shop: Path, commands: Commands) -> None:
    ran = commands.daicho("show", tab, "--csv", shop=shop)
    assert ran.code == 0
    rows = list(csv.reader(io.StringIO(ran.out)))
    assert len(rows) > 0
    assert not [field for row in rows for field in row if field.startswith(SIGNS) and not _is_number(field)]


def _html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    return str(part.get_content()) if part else ""


def _is_number(field: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9.,]+", field) is not None


def _text_of(file: Path) -> str:
    content = file.read_bytes()
    return content.decode("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "cp932")


def test_no_field_for_a_carrier_begins_a_formula(shop: Path) -> None:
    files = sorted((shop / "shipping").rglob("*.csv"))
    assert {file.name.partition("-20")[0] for file in files} == {"yamato", "sagawa", "click_post"}
    for file in files:
        rows = list(csv.reader(io.StringIO(_text_of(file))))
        assert not [field for row in rows for field in row if field.startswith(SIGNS)]


def test_pages_and_mails_carry_no_markup_of_others(shop: Path) -> None:
    pages = sorted((shop / "shipping").rglob("*.html"))
    assert pages
    assert not [page for page in pages if '<b>"x"' in page.read_text(encoding="utf-8")]
    for mail in sorted(shop.rglob("*.eml")):
        message = message_from_bytes(mail.read_bytes(), policy=policy.default)
        assert not message.defects
        assert '<b>"x"' not in _html_of(message)
        assert message["To"].addresses[0].domain == "example.com"
