"""`daicho init --google` as a newcomer types it, with what can go wrong at Google's end."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest
import yaml
from click.testing import CliRunner, Result
from google_desk import Desk, says
from google_person import does, everything, person_at
from sheets_server.service import Answer
from test_google_layout import JA, init, made_before

from automations.app.cli import cli
from automations.core.errors import DaichoError, LedgerRefused, ServiceError

_EXISTS = says(400, "INVALID_ARGUMENT", "Invalid requests[1].addSheet: A sheet with the name already exists.")


def typed(desk: Desk, *arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments, env=desk.environment(), standalone_mode=True)


def test_mending_speaks_the_language_of_the_shop(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("DAICHO_LANG", raising=False)
    typed(desk, "init", "--google", desk.key, str(tmp_path / "shop"), "--lang", "ja")
    told = typed(desk, "init", "--google", desk.key, str(tmp_path / "shop")).output
    assert "何も変えていません" in told


def test_a_newcomer_gets_a_folder_and_a_ledger(desk: Desk, tmp_path: Path):
    address = f"https://docs.google.com/spreadsheets/d/{desk.key}/edit#gid=0"
    told = typed(desk, "init", "--google", address, str(tmp_path / "shop"), "--lang", "en").output
    assert told.splitlines() == [
        "Made the tabs " + ", ".join(tab.label.en for tab in JA.schema.values()) + ".",
        f"The ledger is ready: https://docs.google.com/spreadsheets/d/{desk.key}",
        f"Next: fill in {tmp_path / 'shop' / 'shop.yaml'}, then run: daicho run --shop {tmp_path / 'shop'}",
    ]
    written = yaml.safe_load((tmp_path / "shop" / "shop.yaml").read_text(encoding="utf-8"))
    assert (written["ledger"], written["language"]) == (f"google:{desk.key}", "en")
    ran = typed(desk, "run", "--shop", str(tmp_path / "shop"))
    assert ran.exit_code == 0, ran.output
    examined = typed(desk, "doctor", "--shop", str(tmp_path / "shop"))
    assert examined.exit_code == 0, examined.output
    assert "protected" not in examined.output


def test_without_a_folder_only_the_spreadsheet_is_made(desk: Desk):
    result = typed(desk, "init", "--google", desk.key, "--lang", "ja")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1].startswith("台帳ができました: https://docs.google.com/")


def test_a_second_time_it_says_that_nothing_was_changed(desk: Desk):
    made_before(desk, "ja")
    told = typed(desk, "init", "--google", desk.key, "--lang", "ja").output
    assert told.splitlines()[0] == "すべて揃っています。何も変えていません。"


def test_a_shop_that_names_another_ledger_is_told_so_and_kept(desk: Desk, tmp_path: Path):
    made_before(desk, "en")
    (tmp_path / "shop.yaml").write_text("language: en\nledger: ledger.xlsx\n", encoding="utf-8")
    told = typed(desk, "init", "--google", desk.key, str(tmp_path)).output
    assert told.splitlines()[-1].endswith(f"write there: ledger: google:{desk.key}")
    assert (tmp_path / "shop.yaml").read_text(encoding="utf-8") == "language: en\nledger: ledger.xlsx\n"


def test_what_was_put_back_is_told_by_tab(desk: Desk):
    book = made_before(desk, "en")
    book.del_worksheet(book.worksheet("Stock"))
    book.worksheet("Orders").insert_note("A1", "")
    told = typed(desk, "init", "--google", desk.key, "--lang", "en").output.splitlines()
    assert told[:2] == ["Made the tabs Stock.", "Put back or renewed in the tab Orders: notes."]


def test_neither_folder_nor_spreadsheet_is_a_wrong_use(desk: Desk):
    result = typed(desk, "init")
    assert result.exit_code == 2
    assert "daicho init my-shop" in result.output


@pytest.mark.parametrize("kind", ["applied_then_503", "dropped_after", "not_applied_503", "dropped_before"])
def test_a_lost_answer_leaves_nothing_twice(desk: Desk, kind: str):
    book = made_before(desk, "ja")
    whole = everything(desk)
    orders = book.worksheet("受注")
    does(book, *[{"deleteConditionalFormatRule": {"sheetId": orders.id, "index": 0}}] * 3)
    protected = next(tab for tab in whole if tab.title == "受注").things["protectedRanges"]
    desk.service.faults.add({"kind": kind, "path": "batchUpdate"})
    init(desk)
    after = next(tab for tab in everything(desk) if tab.title == "受注")
    assert after.things["protectedRanges"] == protected
    assert len(after.things["conditionalFormats"]) == len(
        next(tab for tab in whole if tab.title == "受注").things["conditionalFormats"]
    )
    assert init(desk).requests == ()


def test_a_tab_somebody_makes_meanwhile_is_no_obstacle(desk: Desk):
    desk.service.will(_EXISTS, path="batchUpdate")
    assert init(desk).requests
    assert init(desk).requests == ()


@pytest.mark.parametrize(
    ("answer", "code", "kind"),
    [
        pytest.param(
            says(403, "PERMISSION_DENIED", "The caller does not have permission"),
            "google-read-only", LedgerRefused, id="may only read",
        ),
        pytest.param(
            says(400, "INVALID_ARGUMENT", "Invalid requests[9].updateCells: You are trying to edit a protected cell or object."),
            "google-protected", LedgerRefused, id="protected",
        ),
        pytest.param(
            says(400, "INVALID_ARGUMENT", "This action would increase the number of cells in the workbook above the limit of 10000000 cells."),
            "google-full", LedgerRefused, id="full",
        ),
        pytest.param(_EXISTS, "google-not-built", ServiceError, id="changed all the time"),
        pytest.param(
            says(400, "INVALID_ARGUMENT", "Invalid requests[3].repeatCell: unknown"),
            "google-refused", LedgerRefused, id="not understood",
        ),
    ],
)  # fmt: skip
def test_a_refused_write_says_why(desk: Desk, answer: Answer, code: str, kind: type[DaichoError]):
    desk.service.will(answer, path="batchUpdate", times=3)
    with pytest.raises(kind) as caught:
        init(desk)
    assert caught.value.code == code


def test_an_uploaded_excel_file_is_named_as_such(desk: Desk):
    unsupported = "This operation is not supported for this document"
    desk.service.will(says(400, "FAILED_PRECONDITION", unsupported))
    with pytest.raises(LedgerRefused) as caught:
        init(desk)
    assert caught.value.code == "google-not-spreadsheet"


def test_a_full_grid_is_refused_by_the_service_itself(desk: Desk):
    person_at(desk).sheet1.resize(rows=9_999_000 // 26)
    with pytest.raises(LedgerRefused) as caught:
        init(desk)
    assert caught.value.code == "google-full"


def test_a_mark_of_the_last_change_is_all_that_is_left_behind(desk: Desk):
    with patch("automations.books.google.sending.randbelow", side_effect=[6, 41]):
        init(desk)
        book = person_at(desk)
        book.worksheet("受注").insert_note("A1", "")
        init(desk)
    marks = book.fetch_sheet_metadata()["developerMetadata"]
    assert [mark["metadataId"] for mark in marks] == [42]
