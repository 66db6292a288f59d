"""People at the local spreadsheet service do what they do in the browser, between any two requests."""

from __future__ import annotations

from typing import Any

import pytest
from sheets_server.direct import DirectSession
from sheets_server.people import ACTIONS
from sheets_server.service import Service

Json = dict[str, Any]
KEY = "1book"
ADDRESS = f"https://sheets.googleapis.com/v4/spreadsheets/{KEY}"


@pytest.fixture
def service() -> Service:
    made = Service()
    made.put_document(KEY, "台帳")
    return made


@pytest.fixture
def session(service: Service) -> DirectSession:
    return DirectSession(service)


def rows(session: DirectSession) -> list[list[Any]]:
    found: Json = session.request("get", f"{ADDRESS}/values/Sheet1").json()
    return list(found.get("values", []))


PEOPLE = [
    pytest.param({"do": "sort", "column": "No"}, [["No", "名"], ["1", "b"], ["2", "c"], ["3", "a"]], id="sort"),
    pytest.param({"do": "insert", "row": 2}, [["No", "名"], [], ["3", "a"], ["1", "b"], ["2", "c"]], id="insert"),
    pytest.param({"do": "delete", "row": 3}, [["No", "名"], ["3", "a"], ["2", "c"]], id="delete"),
    pytest.param({"do": "move", "row": 4, "to": 2}, [["No", "名"], ["2", "c"], ["3", "a"], ["1", "b"]], id="move"),
    pytest.param({"do": "cut", "row": 2, "to": 4}, [["No", "名"], [], ["1", "b"], ["3", "a"]], id="cut"),
    pytest.param({"do": "copy", "row": 2, "to": 4}, [["No", "名"], ["3", "a"], ["1", "b"], ["3", "a"]], id="copy"),
    pytest.param(
        {"do": "copy", "row": 2, "to": 2, "insert": True, "changed": {"No": "9"}},
        [["No", "名"], ["9", "a"], ["3", "a"], ["1", "b"], ["2", "c"]],
        id="copy in above, with another key",
    ),
    pytest.param({"do": "edit", "row": 2, "column": "名", "value": "z"}, [["No", "名"], ["3", "z"], ["1", "b"], ["2", "c"]], id="edit"),
    pytest.param({"do": "clear", "row": 2}, [["No", "名"], [], ["1", "b"], ["2", "c"]], id="clear"),
    pytest.param({"do": "rename_header", "column": "名", "header": "人"}, [["No", "人"], ["3", "a"], ["1", "b"], ["2", "c"]], id="header"),
    pytest.param({"do": "move_column", "column": "名", "to": 0}, [["名", "No"], ["a", "3"], ["b", "1"], ["c", "2"]], id="column moved"),
    pytest.param({"do": "insert_column", "column": "名"}, [["No", "", "名"], ["3", "", "a"], ["1", "", "b"], ["2", "", "c"]], id="column in"),
    pytest.param({"do": "delete_column", "column": "No"}, [["名"], ["a"], ["b"], ["c"]], id="column out"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "after"), PEOPLE)
def test_people_do_to_rows_and_columns_what_the_browser_does(
    service: Service, session: DirectSession, act: Json, after: list[list[str]]
) -> None:
    body = {"values": [["No", "名"], [3, "a"], [1, "b"], [2, "c"]]}
    session.request("put", f"{ADDRESS}/values/A1", params={"valueInputOption": "RAW"}, json=body)
    assert service.person(KEY, {"tab": "Sheet1", **act})
    assert rows(session) == after


def test_people_rename_and_delete_tabs_and_take_names_away(service: Service, session: DirectSession) -> None:
    made = [
        {"addSheet": {"properties": {"title": "受注", "sheetId": 5}}},
        {"addNamedRange": {"namedRange": {"name": "version", "range": {}}}},
        {"addNamedRange": {"namedRange": {"name": "orders", "range": {"sheetId": 5}}}},
    ]
    session.request("post", f"{ADDRESS}:batchUpdate", json={"requests": made})
    service.person(KEY, {"do": "drop_name", "tab": "Sheet1", "name": "version"})
    service.person(KEY, {"do": "rename_tab", "tab": "Sheet1", "title": "表"})
    service.person(KEY, {"do": "delete_tab", "tab": "受注"})
    found = session.request("get", ADDRESS, params={"fields": "namedRanges,sheets.properties.title"}).json()
    assert found == {"sheets": [{"properties": {"title": "表"}}]}


def test_every_act_of_people_is_tried_here() -> None:
    tried = {param.values[0]["do"] for param in PEOPLE} | {"drop_name", "rename_tab", "delete_tab"}  # type: ignore[index]
    assert tried == set(ACTIONS)


def test_what_a_sheet_refuses_a_person_has_no_effect(service: Service) -> None:
    before = service.documents[KEY]
    assert not service.person(KEY, {"do": "edit", "tab": "Sheet1", "row": 1001, "column": 0, "value": "x"})
    assert not service.person(KEY, {"do": "delete_tab", "tab": "Sheet1"})
    assert service.documents[KEY] is before
