"""The product's book, watched; and the same book without one of its mechanisms each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from small_ledger import TOKYO

from automations.books import google_sheets
from automations.books.google.service import Spreadsheet
from automations.books.google.writes import TabWrite
from automations.books.google_sheets import GoogleBook
from automations.books.tabs import Grid
from automations.core.messages import Message
from automations.core.reading import keys_in
from automations.core.schema import Schema
from automations.core.settling import rules
from automations.core.settling.draft import Draft, Row
from automations.core.settling.facts import Ground, Hit, Misfiled, Settled
from automations.core.settling.matching import rows_meant, rows_met
from automations.core.snapshot import Snapshot

from .planners import ForgetsImports, ForgetsMails, Planner, SpendsReleased
from .shop import SCHEMA, without_seals, without_twins
from .truth import Sent

Json = dict[str, Any]


def keys_by_number(writes: Mapping[str, TabWrite], schema: Schema) -> dict[str, dict[int, str]]:
    """Return which key each row number means, by tab."""
    return {
        tab: dict(
            zip((number for number, _ in write.sheet.rows), keys_in(write.sheet, schema[tab]), strict=True)
        )
        for tab, write in writes.items()
    }


class WatchedBook(GoogleBook):
    """The product's book; ``sending`` is what it sends at the moment."""

    def __init__(self, spreadsheet: Spreadsheet, schema: Schema) -> None:
        super().__init__(spreadsheet, schema, language="ja", currency="JPY", zone=TOKYO)
        self.sending: Sent | None = None
        self.restores: Callable[[], int] = lambda: 0
        self._seen = 0

    def _snapshot(self, *, texts: bool) -> tuple[Snapshot, Grid]:
        found = super()._snapshot(texts=texts)
        self._seen = self.restores()
        return found

    def _send(self, commit: Any, base: Snapshot) -> Snapshot | None:  # noqa: ANN401 - private to the product
        commit = self._altered(commit)
        keys = keys_by_number(commit.writes, self._schema)
        places = self._places(commit, base)
        self.sending = Sent(commit.name.op, commit.name.settles, commit.writes, keys, places, self._seen)
        return super()._send(commit, base)

    def _altered(self, commit: Any) -> Any:  # noqa: ANN401
        return commit

    def _places(self, _commit: Any, _base: Snapshot) -> Mapping[str, int]:  # noqa: ANN401
        return {}


class NoToken(WatchedBook):
    """Every commit is applied, whatever was committed meanwhile."""

    def _altered(self, commit: Any) -> Any:  # noqa: ANN401
        left = tuple(one for one in commit.batch.requests if not any("NamedRange" in name for name in one))
        return replace(commit, batch=replace(commit.batch, requests=left))


class NoSettle(WatchedBook):
    """Whatever was hit stays."""

    def _settled(self, _snapshot: Snapshot, _copies: Grid) -> Settled:
        return Settled()

    def _is_clean(self, _commit: Any, _reply: Json) -> bool:  # noqa: ANN401
        return True


class NoSettleAtStart(WatchedBook):
    """Puts right only what this process itself has sent."""

    def _settled(self, snapshot: Snapshot, copies: Grid) -> Settled:
        own = self.sending is not None and snapshot.version == self.sending.name
        return super()._settled(snapshot, copies) if own else Settled()


class RowNumbers(WatchedBook):
    """New rows go to the row number below the last one that was read."""

    def _altered(self, commit: Any) -> Any:  # noqa: ANN401
        tabs = {self._grids.ids[tab]: tab for tab in commit.writes}
        requests = tuple(self._numbered(one, tabs) for one in commit.batch.requests)
        return replace(commit, batch=replace(commit.batch, requests=requests))

    def _numbered(self, request: Json, tabs: Mapping[int, str]) -> Json:
        asked = request.get("appendCells")
        if asked is None:
            return request
        start = {
            "sheetId": asked["sheetId"],
            "rowIndex": self._lengths[tabs[asked["sheetId"]]],
            "columnIndex": 0,
        }
        return {"updateCells": {"start": start, "rows": asked["rows"], "fields": asked["fields"]}}

    _lengths: ClassVar[Mapping[str, int]] = {}

    def _places(self, _commit: Any, _base: Snapshot) -> Mapping[str, int]:  # noqa: ANN401
        return self._lengths

    def _send(self, commit: Any, base: Snapshot) -> Snapshot | None:  # noqa: ANN401
        import json

        self._lengths = json.loads(base.token)  # type: ignore[misc]
        return super()._send(commit, base)


def _shown_or_not(hit: Hit, rows: Sequence[Row], draft: Draft) -> tuple[()]:
    """Put back without looking whether the cell still shows what was written."""
    for row in rows:
        for cell in rules.wrong_cells(hit, draft):
            row.put(cell.hit, cell.found)
    return ()


_put_back = rules.put_back


def _not_on_blank_lines(hit: Hit, rows: Sequence[Row], draft: Draft) -> Iterator[Message]:
    """Put back only where a row with a key was hit."""
    return _put_back(hit, rows if hit.found_key else (), draft)


def _all_with_the_key(writes: Sequence[Hit | Misfiled], draft: Draft) -> list[list[Row]]:
    """Return every row with the key of the one that was met, whatever else stands in it."""
    return [draft.rows(one.tab, one.found_key) if isinstance(one, Hit) else [] for one in writes]


def _renewed_first(hits: Sequence[Hit], misfiled: Sequence[Misfiled], ground: Ground) -> Settled:
    """Settle, with missed put-backs done again before the others."""
    draft = Draft(ground)
    met = rows_met([*hits, *misfiled], draft)
    if ground.is_settle:
        missed = [hit for hit in hits if rules.has_missed(hit, draft)]
        for hit, rows in zip(missed, rows_meant(missed, draft), strict=True):
            rules.do_again(hit, rows)
    lost = [note for hit, rows in zip(hits, met, strict=False) for note in rules.put_back(hit, rows, draft)]
    for new, rows in zip(misfiled, met[len(hits) :], strict=True):
        rules.refile(new, rows, draft)
    rules.clear_ghosts(draft)
    return Settled(draft.corrections(), (), tuple(lost))


def _nothing(*_given: object) -> None:
    return None


@dataclass(frozen=True)
class Variant:
    """The product, or what is left of it without a mechanism.

    Attributes:
        seeds: Within how many hostile seeds its lack must show.
    """

    name: str
    seeds: int = 0
    book: type[WatchedBook] = WatchedBook
    planner: type[Planner] = Planner
    schema: Schema | None = None
    patches: tuple[tuple[object, str, Callable[..., Any]], ...] = ()

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Use the replacements for as long as this lasts."""
        with ExitStack() as undo:
            for owner, name, replacement in self.patches:
                undo.callback(setattr, owner, name, getattr(owner, name))
                setattr(owner, name, replacement)
            yield

    @property
    def used_schema(self) -> Schema:
        """The schema that the programs use."""
        return self.schema or SCHEMA


PRODUCT = Variant("product")
ABLATIONS = (
    Variant("version token", 50, book=NoToken),
    Variant("journal copy and settle", 100, book=NoSettle),
    Variant("settle at the start of a run", 200, book=NoSettleAtStart),
    Variant("a missed put-back is done again", 600, patches=((rules, "do_again", _nothing),)),
    Variant("put-backs before renewals", 600, patches=((google_sheets, "settle", _renewed_first),)),
    Variant("put-back only where W still shows", 1200, patches=((rules, "put_back", _shown_or_not),)),
    Variant(
        "clearing rows without a key",
        200,
        patches=((rules, "clear_ghosts", _nothing), (rules, "put_back", _not_on_blank_lines)),
    ),
    Variant("telling rows by all their cells", 600, patches=((rules, "rows_met", _all_with_the_key),)),
    Variant("twin", 200, schema=without_twins(SCHEMA)),
    Variant("seal", 200, schema=without_seals(SCHEMA)),
    Variant("marks of mails", 200, planner=ForgetsMails),
    Variant("marks of imports", 200, planner=ForgetsImports),
    Variant("appendCells", 200, book=RowNumbers),
    Variant("spend only what was free", 600, planner=SpendsReleased),
)
