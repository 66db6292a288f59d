"""While orders go from one spreadsheet to another, programs crash, replies are lost and people go on working."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest
from archive_shop import NOW, SUMMER, ledger_of, marks_of, order_rows, shelves, together, usual
from google_ledger import new_spreadsheet
from requests import Response
from sheets_server.direct import DirectSession
from sheets_server.service import Service
from small_ledger import TOKYO

from automations.app import archives, archiving
from automations.app.archiving import archive_shop
from automations.app.configuration import Configuration, load
from automations.app.demo.shop_data import SHOP
from automations.app.runner import Shop, typed
from automations.app.shops import init_shop
from automations.books.google.service import Spreadsheet
from automations.books.google_sheets import GoogleBook
from automations.core.archiving.settings import Archiving
from automations.core.errors import ServiceError
from automations.core.ledger import Ledger, key_of
from automations.core.plan import AppendRow, Plan
from automations.core.reading import row_keys
from automations.core.seals import SEAL, seal_of
from automations.core.snapshot import RunNote

OF_ORDERS = ("orders", "order_lines", "shipments", "holds", "mails", "batches")
LEAVING = ("1001", "1002", "1004")
# Told the number of a request (1 is the first), and whether it is "sent" or "done".
Moment = Callable[[int, str], None]


class Crashed(BaseException):
    """The machine stops here."""


class WatchedSession(DirectSession):
    """Tells the number of each request, before it is sent and once its answer is there."""

    def __init__(self, service: Service, moments: Moment) -> None:
        super().__init__(service)
        self._moments = moments

    def request(self, *given: Any, **options: Any) -> Response:  # type: ignore[override]  # noqa: ANN401
        number = len(self.service.calls) + 1
        self._moments(number, "sent")
        answer = super().request(*given, **options)
        self._moments(number, "done")
        return answer


@dataclass
class Office:
    """A shop whose ledger and archive are spreadsheets of one service."""

    service: Service
    configuration: Configuration
    live: str
    archive: str

    def shop(self, moments: Moment = lambda _number, _stage: None) -> Shop:
        """Return the shop as a program opens it, which knows nothing of programs before."""

        def opened(place: str, configuration: Configuration) -> GoogleBook:
            session = WatchedSession(self.service, moments)
            spreadsheet = Spreadsheet(
                place.removeprefix("google:"),
                session=session,
                endpoint="http://127.0.0.1",
                pause=lambda _s: None,
            )
            return GoogleBook(spreadsheet, configuration.schema, language="ja", currency="JPY", zone=TOKYO)

        archives.open_book_at = opened  # type: ignore[assignment]
        return Shop(self.configuration, opened(self.configuration.ledger, self.configuration))

    def copy(self) -> Office:
        """Return the same office with its spreadsheets as they stand now."""
        return replace(self, service=Service(documents=deepcopy(self.service.documents)))

    def places(self) -> dict[str, list[str]]:
        """Return where each row and mark of an order stands."""
        found: dict[str, list[str]] = {}
        for name, ledger in self.ledgers().items():
            for tab in OF_ORDERS:
                for row in (*ledger[tab], *ledger[tab].set_aside):
                    found.setdefault(f"{tab} {row.key}", []).append(name)
            for mark in ledger.marks:
                found.setdefault(mark, []).append(name)
        return found

    def ledgers(self) -> dict[str, Ledger]:
        shop = self.shop()
        there = typed(shop, archives.archive_book(self.configuration, "2026").read(), NOW)
        return {"live": ledger_of(shop), "archive": there}

    def types(self, tab_id: str, key: str, column_id: str, value: str) -> None:
        """Let a person write into a row, if it is still in the ledger."""
        tab = self.configuration.schema[tab_id]
        row = row_keys(self.shop().book.read().sheets[tab_id], tab).get(key)
        if row:
            column = tab.columns[column_id].label.ja
            self.service.person(
                self.live, {"do": "edit", "tab": tab.label.ja, "row": row, "column": column, "value": value}
            )


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Return the office before the archive is asked for; stories work on copies of it."""
    folder = tmp_path_factory.mktemp("office") / "shop"
    init_shop(folder, language="ja", shop=SHOP)
    configuration = load(folder)
    service = Service()
    live, archive = (new_spreadsheet(service, {}, "JPY", configuration.schema) for _ in range(2))
    configuration = replace(
        configuration, ledger=f"google:{live}", archive=Archiving(books={"2026": f"google:{archive}"})
    )
    office = Office(service, configuration, live, archive)
    real = archives.open_book_at
    _fill(office.shop())
    archives.open_book_at = real
    return office


def _fill(shop: Shop) -> None:
    rows = together(usual(), order_rows("1004", SUMMER))
    rows["batches"], rows["runs"] = rows["batches"][:2], rows["runs"][:2]
    snapshot = shop.book.read()
    changes = []
    for name, found in rows.items():
        tab = shop.configuration.schema[name]
        for cells in found:
            own = {twin: cells[column] for column, twin in tab.twins.items() if column in cells}
            if tab.sealed:
                own[SEAL] = seal_of(snapshot.ledger_id, name, key_of(tab, cells))
            changes.append(AppendRow(name, {**cells, **own}))
    marks = tuple(mark for key in LEAVING for mark in marks_of(key, SUMMER) if not mark.startswith("batch"))
    shop.book.commit(Plan(tuple(changes), marks=marks), snapshot, RunNote("r", "run", NOW.isoformat()))


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the orders leave in two goes, each of them with steps to be cut off between."""
    monkeypatch.setattr(archiving, "ROWS_AT_ONCE", 16)
    monkeypatch.setattr(archives, "open_book_at", archives.open_book_at)


def _requests(office: Office) -> Iterator[int]:
    """Yield the number of each request that an undisturbed archive makes."""
    copy = office.copy()
    archive_shop(copy.shop(), now=NOW)
    return iter(range(1, len(copy.service.calls) + 1))


def _settled(office: Office, story: object) -> None:
    """Ask for the archive once more; then every row stands in one place, and nothing is counted twice."""
    archive_shop(office.shop(), now=NOW)
    where = office.places()
    assert {key: names for key, names in where.items() if len(names) > 1} == {}, story
    ledgers = office.ledgers()
    assert Counter(row.key for row in ledgers["archive"]["orders"]) == Counter(LEAVING), story
    assert shelves(ledgers["live"]) == {"K-001": 94, "K-002": 50}, story
    assert ledgers["live"]["customers"]["C-00001"].number_of("archived_orders") == 3, story
    assert archive_shop(office.shop(), now=NOW).departure.plan.is_empty, story


@pytest.mark.parametrize("stage", ["sent", "done"])
def test_a_crash_around_any_request_loses_nothing_and_running_again_is_the_cure(before: Office, stage: str):
    everything = set(before.places())
    for deadly in _requests(before):
        office = before.copy()

        def stop(number: int, now: str, deadly: int = deadly) -> None:
            if (number, now) == (deadly, stage):
                raise Crashed

        with pytest.raises(Crashed):
            archive_shop(office.shop(stop), now=NOW)
        assert set(office.places()) == everything, deadly
        _settled(office, deadly)
        assert set(office.places()) == everything, deadly


@pytest.mark.parametrize(
    "kind", ["applied_then_503", "dropped_after", "truncated", "dropped_before", "html_502", "late"]
)
def test_an_answer_that_is_lost_does_nothing_twice(before: Office, kind: str):
    everything = set(before.places())
    for skip in range(sum(1 for _ in _requests(before)) // 2):
        office = before.copy()
        office.service.faults.add(
            {"kind": kind, "path": ":batchUpdate", "skip": skip, "calls": 2 * (kind == "late")}
        )
        with suppress(ServiceError):  # the program stops there, and tells that nothing is known
            archive_shop(office.shop(), now=NOW)
        office.service.do_late(everything=True)
        assert set(office.places()) == everything, (kind, skip)
        _settled(office, (kind, skip))


@pytest.mark.parametrize(
    ("tab", "key", "column"),
    [
        ("orders", "1001", "memo"),
        ("order_lines", "1001-1", "product_name"),
        ("holds", "1001-remark", "cleared_note"),
    ],
)
def test_what_a_person_types_between_two_requests_is_here_or_in_the_archive(
    before: Office, tab: str, key: str, column: str
):
    texts = set()
    for moment in _requests(before):
        office = before.copy()
        typed_in: list[bool] = []

        def type_it(number: int, now: str, moment: int = moment, office: Office = office) -> None:
            if not typed_in and (number, now) == (moment, "sent"):  # noqa: B023 - called within this round
                typed_in.append(True)  # noqa: B023
                office.types(tab, key, column, "電話あり")

        archive_shop(office.shop(type_it), now=NOW)
        _settled(office, moment)
        texts.add(office.ledgers()["archive"][tab][key].text(column))
    assert "電話あり" in texts


PEOPLE: dict[str, dict[str, Any]] = {
    "sorts": {"do": "sort", "tab": "受注", "column": "注文者名"},
    "inserts a row": {"do": "insert", "tab": "受注", "row": 2},
    "moves an order": {"do": "move", "tab": "受注", "row": 2, "to": 5},
    "moves a line": {"do": "move", "tab": "受注明細", "row": 2, "to": 4},
    "moves a movement": {"do": "move", "tab": "入出庫", "row": 2, "to": 4},
    "moves a parcel": {"do": "move", "tab": "出荷", "row": 2, "to": 4},
    "moves a column": {"do": "move_column", "tab": "受注", "column": "社内メモ", "to": 3},
    "renames a tab": {"do": "rename_tab", "tab": "出荷", "title": "発送"},
}


@pytest.mark.parametrize(
    ("where", "what"),
    [("live", what) for what in PEOPLE]
    + [("archive", what) for what in ("sorts", "moves a line", "moves a column")],
)
def test_rows_that_people_move_between_two_requests_leave_once(before: Office, where: str, what: str):
    everything = set(before.places())
    for moment in _requests(before):
        office = before.copy()

        def act(number: int, now: str, moment: int = moment, office: Office = office) -> None:
            if (number, now) == (moment, "sent"):
                office.service.person(getattr(office, where), dict(PEOPLE[what]))

        archive_shop(office.shop(act), now=NOW)
        _settled(office, (what, where, moment))
        assert set(office.places()) == everything, (what, where, moment)
