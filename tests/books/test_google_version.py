"""A person deletes the version of a ledger: commits go on, and one that is out of date is still refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google_ledger import GoogleShop, google_shop
from small_ledger import append, change, commit, commit_on, rows_of

from automations.books.google.batch import TOKEN
from automations.core.errors import LedgerChanged


@pytest.fixture
def shop() -> Iterator[GoogleShop]:
    opened = google_shop()
    yield opened
    opened.close()


def drop_version(shop: GoogleShop) -> None:
    named = shop.spreadsheet.get("namedRanges(namedRangeId,name)")["namedRanges"]
    ids = [one["namedRangeId"] for one in named if one["name"] == TOKEN]
    shop.spreadsheet.update([{"deleteNamedRange": {"namedRangeId": one}} for one in ids])


def test_a_commit_goes_on_without_the_version(shop: GoogleShop):
    commit(shop.book, change("1001", status="received"))
    drop_version(shop)
    commit(shop.book, change("1001", status="allocated"))
    assert rows_of(shop.book)["1001"]["status"] == "allocated"


@pytest.mark.parametrize("earlier", [0, 1], ids=["first commit", "later commit"])
def test_a_plan_that_is_out_of_date_is_refused_without_the_version(shop: GoogleShop, earlier: int):
    for _ in range(earlier):
        commit(shop.book, change("1001", status="received"))
    stale = shop.book.read()
    commit(shop.book, append(order_id="1004"))
    drop_version(shop)
    with pytest.raises(LedgerChanged):
        commit_on(shop.book, stale, append(order_id="1005"))
    assert set(rows_of(shop.book)) == {"1001", "1002", "1003", "1004"}


def test_of_two_that_find_no_version_only_one_commits(shop: GoogleShop):
    commit(shop.book, change("1001", status="received"))
    drop_version(shop)
    first, second = shop.book.read(), shop.book.read()
    commit_on(shop.book, first, append(order_id="1004"))
    drop_version(shop)
    with pytest.raises(LedgerChanged):
        commit_on(shop.book, second, append(order_id="1005"))
