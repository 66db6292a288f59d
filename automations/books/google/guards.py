"""Warnings on what Daicho writes, the filter of a tab, and views of it that people can choose."""

from __future__ import annotations

from collections.abc import Iterator

from automations.books import look
from automations.books.google.adoption import Placed
from automations.books.google.ids import sheet_id_of
from automations.books.google.ranges import area, covers, neighbours
from automations.books.google.values import Json
from automations.core.messages import Label
from automations.core.records import dataclass


@dataclass(frozen=True)
class View:
    """A filter that people can choose: the rows of a tab where a column has this choice, or anything."""

    tab: str
    column: str
    title: Label
    choice: str = ""


VIEWS = (
    View("orders", "stuck_reason", Label("止まっている注文", "Orders that wait")),
    View("holds", "state", Label("確認待ちだけ", "Open holds"), "open"),
    View("shipments", "state", Label("出荷待ちの荷物", "Parcels to be shipped"), "instructed"),
    View("mails", "state", Label("送信前のメール", "Mails not sent yet"), "queued"),
)
_BOUNDS = {"startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"}
_WITH_ERRORS = Label("エラーのある行", "Rows with errors")


def protections(placed: Placed, language: str) -> Iterator[Json]:
    """Yield warnings for columns of ours that nothing protects yet; people can still edit them if they must."""
    if placed.tab.hidden:
        if not any(not _BOUNDS & part["range"].keys() for part in _protected(placed)):
            yield _protection({"sheetId": placed.sheet_id}, language)
        return
    bare = {
        at: name
        for name, at in placed.all_columns.items()
        if placed.tab.columns[name].owner == "robot" and not _is_guarded(placed, at)
    }
    for span, _ in neighbours(bare):
        yield _protection(area(placed.sheet_id, rows=(0, None), columns=span), language)


def filters(placed: Placed, language: str) -> Iterator[Json]:
    """Yield the filter of a tab of ours that has none, and the views it lacks, known by their number or title."""
    columns = placed.all_columns
    if placed.tab.hidden or not columns:
        return
    parts = placed.sheet.parts if placed.sheet else {}
    whole = area(placed.sheet_id, rows=(placed.header_row - 1, None), columns=(0, max(columns.values()) + 1))
    if placed.is_ours and "basicFilter" not in parts:
        yield {"setBasicFilter": {"filter": {"range": whole}}}
    there = {part.get("filterViewId") for part in parts.get("filterViews", ())}
    titles = {part.get("title") for part in parts.get("filterViews", ())}
    for view in _views(placed):
        number = sheet_id_of(f"view:{placed.sheet_id}:{view.column}:{view.choice}")
        title = view.title.text(language)
        if number not in there and title not in titles:
            chosen = {str(columns[view.column]): _criterion(placed, view, language)}
            shown = {"filterViewId": number, "title": title, "range": whole, "criteria": chosen}
            yield {"addFilterView": {"filter": shown}}


def _views(placed: Placed) -> Iterator[View]:
    yield from (view for view in VIEWS if view.tab == placed.tab.id and view.column in placed.all_columns)
    if "errors" in placed.all_columns:
        yield View(placed.tab.id, "errors", _WITH_ERRORS)


def _criterion(placed: Placed, view: View, language: str) -> Json:
    choice = placed.tab.columns[view.column].choices.get(view.choice)
    if choice is None:
        return {"condition": {"type": "NOT_BLANK"}}
    return {"condition": {"type": "TEXT_EQ", "values": [{"userEnteredValue": choice.label.text(language)}]}}


def _protected(placed: Placed) -> Iterator[Json]:
    """Yield the protections of a tab that name their range."""
    parts = placed.sheet.parts.get("protectedRanges", ()) if placed.sheet else ()
    yield from (part for part in parts if "range" in part)


def _is_guarded(placed: Placed, at: int) -> bool:
    sheet = placed.sheet
    return sheet is not None and any(
        covers(part["range"], at, placed.header_row, sheet) for part in _protected(placed)
    )


def _protection(where: Json, language: str) -> Json:
    told = look.WHO["robot"].text(language)
    return {
        "addProtectedRange": {"protectedRange": {"range": where, "description": told, "warningOnly": True}}
    }
