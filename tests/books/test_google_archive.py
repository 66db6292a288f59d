"""Closed orders of a Google ledger go to the spreadsheet named for their year, while people edit and replies are lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from archive_shop import NOW, SUMMER, keys, ledger_of, marks_of, order_rows, shelves, together, usual
from google_ledger import GoogleShop, google_shop, new_spreadsheet, signed_session

from automations.app import archives, archiving
from automations.app.archiving import archive_shop
from automations.app.configuration import load
from automations.app.demo.shop_data import SHOP
from automations.app.runner import Shop, typed
from automations.app.shops import init_shop
from automations.books.google.service import Spreadsheet
from automations.books.google_sheets import GoogleBook
from automations.core.archiving.settings import Archiving
from automations.core.errors import SetupError
from automations.core.ledger import Ledger, key_of
from automations.core.plan import AppendRow, Plan
from automations.core.seals import SEAL, seal_of
from automations.core.snapshot import RunNote


@pytest.fixture
def google(tmp_path: Path) -> Iterator[tuple[GoogleShop, Shop]]:
    """Return a shop whose ledger is a spreadsheet with the usual orders, and the archive of this year named."""
    init_shop(tmp_path / "shop", language="ja", shop=SHOP)
    configuration = load(tmp_path / "shop")
    desk = google_shop({}, schema=configuration.schema)
    key = new_spreadsheet(desk.service, {}, "JPY", configuration.schema)
    configuration = replace(
        configuration,
        ledger=f"google:{desk.spreadsheet.key}",
        archive=Archiving(books={"2026": f"google:{key}"}),
    )
    shop = Shop(configuration, desk.book)
    rows = together(usual(), order_rows("1004", SUMMER), order_rows("1005", SUMMER))
    rows["batches"] = rows["batches"][:2]
    rows["runs"] = rows["runs"][:2]
    _fill(shop, rows)
    yield desk, shop
    desk.close()


def _fill(shop: Shop, rows: dict[str, list[dict[str, object]]]) -> None:  # type: ignore[type-arg]
    snapshot = shop.book.read()
    changes = []
    for name, found in rows.items():
        tab = shop.configuration.schema[name]
        for cells in found:
            own = {twin: cells[column] for column, twin in tab.twins.items() if column in cells}
            if tab.sealed:
                own[SEAL] = seal_of(snapshot.ledger_id, name, key_of(tab, cells))  # type: ignore[arg-type]
            changes.append(AppendRow(name, {**cells, **own}))  # type: ignore[arg-type]
    marks = tuple(marks_of("1001", SUMMER))
    shop.book.commit(Plan(tuple(changes), marks=marks), snapshot, RunNote("r", "run", NOW.isoformat()))


def _opened(desk: GoogleShop, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(place: str, configuration: object) -> GoogleBook:
        spreadsheet = Spreadsheet(
            place.removeprefix("google:"),
            session=signed_session(),
            endpoint=desk.address,
            pause=lambda _s: None,
        )
        schema = configuration.schema  # type: ignore[attr-defined]
        return GoogleBook(spreadsheet, schema, language="ja", currency="JPY", zone=NOW.tzinfo)  # type: ignore[arg-type]

    monkeypatch.setattr(archives, "open_book_at", opened)


def _archived(shop: Shop) -> Ledger:
    return typed(shop, archives.archive_book(shop.configuration, "2026").read(), NOW)


@pytest.mark.parametrize("most", [300, 12])
def test_orders_go_to_the_spreadsheet_of_their_year(
    google: tuple[GoogleShop, Shop], monkeypatch: pytest.MonkeyPatch, most: int
):
    desk, shop = google
    _opened(desk, monkeypatch)
    monkeypatch.setattr(archiving, "ROWS_AT_ONCE", most)
    before = ledger_of(shop)
    result = archive_shop(shop, now=NOW)
    after, there = ledger_of(shop), _archived(shop)
    gone = {"orders": ["1001", "1002", "1004", "1005"]}
    assert dict(result.departure.orders) == {2026: 4}
    assert keys(after, "orders") == {"orders": ["1003"]}
    assert {tab: sorted(found) for tab, found in keys(there, "orders").items()} == gone
    assert shelves(after) == shelves(before)
    assert there.marks == set(marks_of("1001", SUMMER))
    assert after.marks == frozenset()
    assert after["customers"]["C-00001"].number_of("archived_orders") == 4
    assert archive_shop(shop, now=NOW).departure.plan.is_empty


def test_without_a_spreadsheet_for_the_year_nothing_is_touched(
    google: tuple[GoogleShop, Shop], monkeypatch: pytest.MonkeyPatch
):
    desk, shop = google
    _opened(desk, monkeypatch)
    bare = Shop(replace(shop.configuration, archive=Archiving()), shop.book)
    with pytest.raises(SetupError) as refused:
        archive_shop(bare, now=NOW)
    assert "no spreadsheet is named for them" in str(refused.value.problems[0].why)
    assert len(ledger_of(shop)["orders"]) == 5
