"""From a channel's file in the inbox to a parcel on its way, through the command line as a shop uses it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from automations.app import cli
from automations.app.demo.carrier_desk import issued_list
from automations.app.demo.shop_data import SHOP
from automations.app.runner import open_shop, read_ledger
from automations.app.shops import INBOX, SHIPPING, init_shop
from automations.core.ledger import Ledger
from automations.core.values import Value

CHANNELS = Path(__file__).parent / "channels"
TOKYO = ZoneInfo("Asia/Tokyo")
# Product code, name, price with tax, tax rate.
PRODUCTS = [
    ("K-001", "宇治煎茶「朝露」100g", 1080, 8),
    ("K-002", "玉露「月影」50g", 1620, 8),
    ("K-006", "茶筒 桜", 1980, 10),
    ("K-011", "季節の茶菓詰合せ", 4536, 8),
    ("K-012", "急須と煎茶のギフト", 6600, 10),
    ("K-020", "量り売り煎茶", 1332, 8),
]


class Day:
    """A shop of one's own, and the command line run in it."""

    def __init__(self, folder: Path, say: Callable[..., str]) -> None:
        self.folder = folder
        self._say = say
        counted = datetime(2026, 11, 20, 9, tzinfo=TOKYO)
        init_shop(
            folder,
            language="en",
            shop=SHOP,
            rows={
                "products": [
                    {
                        "sku": sku,
                        "name": name,
                        "price": price,
                        "tax_rate": rate,
                        "weight_g": 300,
                        "size_cm": 40,
                    }
                    for sku, name, price, rate in PRODUCTS
                ],
                "stock": [{"sku": sku, "counted_qty": 50, "counted_at": counted} for sku, *_ in PRODUCTS],
            },
        )

    def arrive(self, name: str) -> None:
        """Put an example file into the inbox."""
        shutil.copy(CHANNELS / name, self.folder / INBOX / name)

    def run(self, moment: str) -> str:
        """Run everything and return what was said."""
        return self.say("run", moment)

    def say(self, command: str, moment: str, *arguments: str) -> str:
        """Run a command in the shop and return what was said."""
        return self._say(command, "--shop", str(self.folder), "--now", moment, "--lang", "en", *arguments)

    def print_labels(self, day: str) -> None:
        """Have the carrier issue every label there is, and put its list into the inbox."""
        for file in sorted((self.folder / SHIPPING).glob("*.csv")):
            content = file.read_bytes()
            printed = {line.partition(",")[0] for line in content.decode("cp932").splitlines()[1:]}
            issued = issued_list(content, printed, on=datetime.fromisoformat(day).date(), first=0)
            (self.folder / INBOX / f"issued-{file.name}").write_bytes(issued)

    def ledger(self) -> Ledger:
        """Return the ledger as it stands in the file."""
        return read_ledger(open_shop(self.folder))[1]

    def statuses(self) -> dict[str, str]:
        """Return the status of every order."""
        return {row.key: row.text("status") for row in self.ledger()["orders"]}


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Day:
    """Make a shop without orders whose days are run by the command line."""

    def say(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["daicho", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert not ended.value.code, said.err
        return said.out + said.err

    return Day(tmp_path / "shop", say)


def labelled(ledger: Ledger, order_id: str) -> list[dict[str, Value]]:
    """Return the parcels of an order: to whom, and what is collected at the door."""
    return [
        {name: row.get(name) for name in ("ship_name", "ship_postcode", "cod_amount")}
        for row in ledger["shipments"]
        if row.text("order_id") == order_id
    ]


def test_orders_of_eccube_go_out_and_the_others_wait(day: Day) -> None:
    day.arrive("eccube_70_columns.csv")

    said = day.run("2026-11-24T10:00")

    assert "2104" in said
    statuses = day.statuses()
    assert {number: statuses[number] for number in ("2102", "2109")} == {
        "2102": "instructed",
        "2109": "instructed",
    }
    assert statuses.keys().isdisjoint({"2104", "2105"})
    assert {number: statuses[number] for number in ("2106", "2107", "2108")} == {
        "2106": "cancelled",
        "2107": "returned",
        "2108": "shipped",
    }
    assert {number: statuses[number] for number in ("2103", "2110", "2113")} == dict.fromkeys(
        ("2103", "2110", "2113"), "on_hold"
    )
    assert {statuses[number] for number in ("2112", "2114")} == {"received"}
    assert labelled(day.ledger(), "2111") == [
        {"ship_name": "森 一郎", "ship_postcode": "6110021", "cod_amount": 4986}
    ]

    day.print_labels("2026-11-24")
    day.run("2026-11-24T16:00")

    assert day.statuses()["2109"] == "shipped"
    assert [row.text("channel_parcel") for row in day.ledger().lines_of()["2109"]] == ["710"]


def test_orders_of_next_engine_go_out_and_the_same_file_again_changes_nothing(day: Day) -> None:
    day.arrive("next_engine_41_columns.csv")
    day.run("2026-11-24T10:00")

    statuses = day.statuses()
    assert {statuses[number] for number in ("NE-302", "NE-305")} == {"instructed"}
    assert {statuses[number] for number in ("NE-303", "NE-304", "NE-306", "NE-308", "NE-309")} == {"on_hold"}
    assert statuses["NE-307"] == "shipped"

    day.print_labels("2026-11-24")
    day.arrive("next_engine_41_columns.csv")
    day.run("2026-11-24T16:00")

    assert day.statuses().keys() == statuses.keys()
    assert day.statuses()["NE-305"] == "shipped"
    assert not any(row.text("source_change") for row in day.ledger()["orders"])


def test_a_shops_own_layout_replaces_the_bundled_one(day: Day) -> None:
    bundled = (CHANNELS.parents[1] / "sheets_schema" / "channels" / "eccube.yaml").read_text(encoding="utf-8")
    own = day.folder / "sheets_schema" / "channels" / "eccube.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(
        bundled.replace("number: 注文番号", "number: 注文番号\nprefix: 'EC-'").replace(
            "  buyer_phone: TEL", "  buyer_phone: TEL\n  client_ip: 会員ID"
        ),
        encoding="utf-8",
    )

    said = day.say("import", "2026-11-24T10:00", str(CHANNELS / "eccube.csv"))

    assert "eccube.csv" in said
    assert day.statuses().keys() == {"EC-31"}


def test_what_was_told_stays_told_when_a_file_with_fewer_columns_follows(day: Day) -> None:
    header = "店舗伝票番号,受注日,受注名,発送先名,発送先住所１,支払方法,商品コード,商品価格,受注数量"
    row = "NE-1,2026/11/23 10:00:00,森 一郎,森 一郎,京都府宇治市宇治9-9-9,代金引換,K-001,1080,1"
    totals = {"first.csv": ",合計金額,1080", "second.csv": ",合計金額,2160", "third.csv": ""}
    for name, more in totals.items():
        _, column, total = more.split(",") if more else ("", "", "")
        text = f"{header},{column}\n{row},{total}\n" if more else f"{header}\n{row}\n"
        (day.folder / INBOX / name).write_text(text, encoding="utf-8")
        day.run("2026-11-24T10:00")

    order = day.ledger()["orders"].get("NE-1")
    assert order is not None
    assert "1,080→2,160" in order.text("source_change")
    assert order.text("status") == "on_hold"


def test_a_cancellation_after_the_parcel_was_instructed_is_not_lost_among_other_findings(day: Day) -> None:
    day.arrive("eccube_70_columns.csv")
    day.run("2026-11-24T10:00")
    exported = (CHANNELS / "eccube_70_columns.csv").read_bytes().decode("cp932")
    later = [
        line.replace(",6,入金済み,", ",3,注文取消し,") if line.startswith("2109,") else line
        for line in exported.split("\n")
    ]
    (day.folder / INBOX / "order_later.csv").write_bytes("\n".join(later).encode("cp932"))

    said = day.run("2026-11-24T11:00")

    assert "cancelled-at-channel at Orders 2109" in said
    assert day.ledger()["holds"]["2109:changed_at_source"].text("state") == "open"
    assert "Changed at the channel: This order was cancelled" in day.say("why", "2026-11-24T11:10", "2109")
    assert "cancelled" in day.ledger()["orders"]["2109"].text("source_change")
