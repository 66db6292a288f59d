"""What is special about a ledger in a file: the file is open, read-only, damaged, gone or saved meanwhile."""

from __future__ import annotations

import errno
import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from failing_disks import WatchedDisk
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table
from small_ledger import (
    LEDGER_ID,
    NOTE,
    WorkbookShop,
    append,
    change,
    commit,
    rows_of,
    workbook_book,
    workbook_shop,
)

from automations.books import backups
from automations.books.disk import Disk
from automations.books.lock import locked
from automations.books.operations import day_of, new_op
from automations.books.xlsx import edit_workbook, read_properties
from automations.core.errors import DaichoError, LedgerChanged, LedgerRefused, ServiceError
from automations.core.plan import Plan

_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")
OPERATIONS = (
    "read refuse_open read names write link sync_folder read read replace sync_folder read names".split()
)


@pytest.fixture
def shop(tmp_path: Path) -> WorkbookShop:
    return workbook_shop(tmp_path)


def test_a_commit_does_these_operations_in_this_order(shop: WorkbookShop):
    disk = WatchedDisk(lambda _number, _name: None)
    commit(workbook_book(shop.path, disk=disk), change("1001", name="高橋"))
    assert disk.done == OPERATIONS


def test_the_properties_tell_ledger_and_version(shop: WorkbookShop):
    receipt = commit(shop.book, change("1001", name="高橋"))
    properties = read_properties(shop.path.read_bytes())
    assert properties == {"daicho_ledger": LEDGER_ID, "daicho_version": receipt.version, "daicho_n": "1"}


def test_a_workbook_that_lost_its_properties_is_known_by_its_journal(shop: WorkbookShop):
    receipt = commit(shop.book, change("1001", name="高橋"))
    lost = dict.fromkeys(("daicho_ledger", "daicho_version", "daicho_n"), "")
    shop.path.write_bytes(edit_workbook(shop.path.read_bytes(), [], lost))
    snapshot = shop.book.read()
    assert (snapshot.ledger_id, snapshot.version, snapshot.number) == (LEDGER_ID, receipt.version, 1)


def test_a_ledger_without_an_id_gets_one_with_its_first_commit(shop: WorkbookShop):
    shop.path.write_bytes(edit_workbook(shop.path.read_bytes(), [], {"daicho_ledger": ""}))
    base = shop.book.read()
    shop.book.commit(Plan((change("1001", name="高橋"),)), base, NOTE)
    assert shop.book.read().ledger_id == base.ledger_id != ""


def test_the_version_before_a_commit_is_kept_as_backup(shop: WorkbookShop):
    before = shop.path.read_bytes()
    receipt = commit(shop.book, change("1001", name="高橋"))
    assert (shop.path.parent / "backup" / f"台帳-{receipt.version}.xlsx").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content", "user"),
    [
        pytest.param(
            ".~lock.台帳.xlsx#", "佐藤,sato,pc,24.11.2026 10:00,file:///x;".encode(), "佐藤", id="LibreOffice"
        ),
        pytest.param(
            "~$台帳.xlsx",
            b"\x04Sato".ljust(55, b"\x20") + (4).to_bytes(2, "little") + "Sato".encode("utf-16-le"),
            "Sato",
            id="Excel",
        ),
        pytest.param("~$台帳.xlsx", b"", "a spreadsheet program", id="nobody named"),
    ],
)
def test_an_open_workbook_can_be_read_but_not_written(
    shop: WorkbookShop, name: str, content: bytes, user: str
):
    base = shop.book.read()
    shop.path.with_name(name).write_bytes(content)
    assert shop.book.read() == base
    before = shop.path.read_bytes()
    with pytest.raises(ServiceError, match=user) as refused:
        commit(shop.book, change("1001", name="高橋"))
    assert refused.value.code == "workbook-open"
    assert shop.path.read_bytes() == before


@pytest.mark.parametrize("place", range(2, len(OPERATIONS)))
@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk-full"), (errno.EACCES, "workbook-read-only"), (errno.EIO, "disk-failed")],
)
def test_whatever_the_disk_refuses_the_workbook_stays_as_it_was(
    shop: WorkbookShop, place: int, number: int, code: str
):
    def fail(count: int, _name: str) -> None:
        if count == place:
            raise OSError(number, os.strerror(number))

    before = shop.path.read_bytes()
    with pytest.raises(ServiceError) as failed:
        commit(workbook_book(shop.path, disk=WatchedDisk(fail)), change("1001", name="高橋"))
    assert failed.value.code == code
    assert shop.path.read_bytes() == before
    assert not list(shop.path.parent.glob(".*daicho-new"))
    commit(shop.book, change("1001", name="高橋"))


def test_a_backup_that_cannot_be_tidied_away_does_not_undo_the_commit(shop: WorkbookShop):
    def fail(count: int, _name: str) -> None:
        if count == len(OPERATIONS):
            raise PermissionError(errno.EACCES, "no")

    commit(workbook_book(shop.path, disk=WatchedDisk(fail)), change("1001", name="高橋"))
    assert rows_of(shop.book)["1001"]["name"] == "高橋"


def _save_in_place(path: Path, content: bytes) -> None:
    with path.open("r+b") as file:
        file.truncate()
        file.write(content)


def _save_by_renaming(path: Path, content: bytes) -> None:
    other = path.with_name("save.tmp")
    other.write_bytes(content)
    other.replace(path)


@pytest.mark.parametrize("place", range(2, OPERATIONS.index("replace") + 1))
@pytest.mark.parametrize("save", [_save_in_place, _save_by_renaming])
def test_what_a_person_saves_during_a_commit_stands(
    shop: WorkbookShop, tmp_path: Path, place: int, save: Callable[[Path, bytes], None]
):
    copy = workbook_shop(_folder(tmp_path / "copy"))
    commit(copy.book, change("1002", name="手で直した"))
    saved = copy.path.read_bytes()

    def interfere(count: int, _name: str) -> None:
        if count == place:
            save(shop.path, saved)

    with pytest.raises(LedgerChanged):
        commit(workbook_book(shop.path, disk=WatchedDisk(interfere)), change("1001", name="高橋"))
    assert shop.path.read_bytes() == saved


def test_what_a_person_saves_in_place_at_the_last_moment_is_put_back(shop: WorkbookShop, tmp_path: Path):
    """The file has its second name by then, so the save goes into the backup."""
    copy = workbook_shop(_folder(tmp_path / "copy"))
    commit(copy.book, change("1002", name="手で直した"))
    saved = copy.path.read_bytes()

    def interfere(count: int, _name: str) -> None:
        if count == OPERATIONS.index("replace") + 1:
            _save_in_place(shop.path, saved)

    with pytest.raises(LedgerChanged):
        commit(workbook_book(shop.path, disk=WatchedDisk(interfere)), change("1001", name="高橋"))
    assert shop.path.read_bytes() == saved


def test_where_files_cannot_have_two_names_a_copy_is_kept(shop: WorkbookShop):
    class NoLinks(Disk):
        def hard_link(self, present: Path, second: Path) -> None:  # noqa: ARG002 - as the disk has it
            raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    before = shop.path.read_bytes()
    receipt = commit(workbook_book(shop.path, disk=NoLinks()), change("1001", name="高橋"))
    kept = shop.path.parent / "backup" / f"台帳-{receipt.version}.xlsx"
    assert kept.read_bytes() == before
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_second_run_waits_and_then_says_who_is_in_the_way(shop: WorkbookShop):
    base = shop.book.read()
    with locked(shop.path, 0.0), pytest.raises(ServiceError, match="Another run is writing"):
        shop.book.commit(Plan((change("1001", name="高橋"),)), base, NOTE)
    shop.book.commit(Plan((change("1001", name="高橋"),)), base, NOTE)


def test_a_missing_workbook_comes_back_from_its_last_backup_and_says_so(shop: WorkbookShop):
    commit(shop.book, change("1001", name="高橋"))
    before = shop.path.read_bytes()
    commit(shop.book, change("1001", name="中村"))
    shop.path.unlink()
    book = workbook_book(shop.path)
    assert rows_of(book)["1001"]["name"] == "高橋"
    assert shop.path.read_bytes() == before
    commit(book, append(order_id="1004"))
    assert "The workbook 台帳.xlsx was missing; 台帳-" in str(book.read().notes[0])


def test_a_workbook_that_lost_the_last_commit_is_read_but_not_written(shop: WorkbookShop):
    base = commit(shop.book, change("1001", name="高橋")) and shop.path.read_bytes()
    last = commit(shop.book, append(order_id="1004")).version
    shop.path.write_bytes(base)
    assert "1004" not in rows_of(shop.book)
    with pytest.raises(LedgerRefused, match=f"move 台帳-{last}.xlsx out of the folder backup") as refused:
        commit(shop.book, append(order_id="1005"))
    assert refused.value.code == "workbook-older"
    assert shop.path.read_bytes() == base
    (shop.path.parent / "backup" / f"台帳-{last}.xlsx").unlink()
    commit(shop.book, append(order_id="1005"))
    assert "1005" in rows_of(shop.book)


def test_a_workbook_without_its_backups_goes_on(shop: WorkbookShop):
    commit(shop.book, change("1001", name="高橋"))
    shutil.rmtree(shop.path.parent / "backup")
    commit(shop.book, append(order_id="1004"))
    assert "1004" in rows_of(shop.book)


def test_without_workbook_and_backup_the_folder_is_named(tmp_path: Path):
    with pytest.raises(LedgerRefused, match=f"no workbook 台帳.xlsx in the folder {tmp_path.name}"):
        workbook_book(tmp_path / "台帳.xlsx").read()


def test_a_folder_in_place_of_the_workbook_is_named(tmp_path: Path):
    (tmp_path / "台帳.xlsx").mkdir()
    with pytest.raises(ServiceError, match="a folder of this name is in the way") as refused:
        workbook_book(tmp_path / "台帳.xlsx").read()
    assert "put the workbook in its place" in str(refused.value.fix)


def test_backups_of_another_workbook_are_left_alone(shop: WorkbookShop, tmp_path: Path):
    commit(shop.book, change("1001", name="高橋"))
    with pytest.raises(LedgerRefused) as refused:
        workbook_book(tmp_path / "在庫.xlsx").read()
    assert refused.value.code == "workbook-missing"


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        pytest.param(b"", "workbook-damaged", id="empty"),
        pytest.param(b"order,name\n1,2\n", "workbook-not-xlsx", id="csv"),
        pytest.param(
            _COMPOUND + "EncryptedPackage".encode("utf-16-le"), "workbook-password-protected", id="password"
        ),
        pytest.param(_COMPOUND + "Workbook".encode("utf-16-le"), "workbook-not-xlsx", id="xls"),
    ],
)
def test_what_is_no_usable_workbook_is_refused_and_left_alone(shop: WorkbookShop, broken: bytes, code: str):
    shop.path.write_bytes(broken)
    with pytest.raises(LedgerRefused) as refused:
        shop.book.read()
    assert refused.value.code == code
    assert shop.path.read_bytes() == broken


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_workbook_that_breaks_off_is_refused(shop: WorkbookShop, share: float):
    content = shop.path.read_bytes()
    shop.path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(LedgerRefused) as refused:
        shop.book.read()
    assert refused.value.code == "workbook-damaged"


def test_a_file_that_unpacks_beyond_measure_is_refused(shop: WorkbookShop):
    with zipfile.ZipFile(shop.path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/huge.bin", bytes(32 << 20))
    with pytest.raises(LedgerRefused) as refused:
        shop.book.read()
    assert refused.value.code == "workbook-too-large"


def test_limits_hold_for_a_workbook_that_a_person_has_open(shop: WorkbookShop):
    shop.path.with_name("~$台帳.xlsx").write_bytes(b"")
    with zipfile.ZipFile(shop.path, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/huge.bin", bytes(32 << 20))
    with pytest.raises(LedgerRefused, match=r"unpacks to [0-9]+ times its size, at most 250"):
        shop.book.read()


def test_a_cell_far_out_is_named_before_it_exhausts_the_machine(shop: WorkbookShop):
    _by_hand(shop, lambda workbook: workbook["在庫"].cell(1_048_576, 16_384, "うっかり"))
    with pytest.raises(
        LedgerRefused, match=r"In the tab 在庫 something stands .* cell XFD1048576"
    ) as refused:
        shop.book.read()
    assert refused.value.code == "workbook-far-cell"


def _merge(workbook: openpyxl.Workbook) -> None:
    workbook["受注"].merge_cells("A3:D4")


def _fill_with_an_array(workbook: openpyxl.Workbook) -> None:
    workbook["受注"]["D2"] = ArrayFormula("D2:D3", "=UPPER(F2:F3)")


def _add_totals_row(workbook: openpyxl.Workbook) -> None:
    sheet = workbook["受注"]
    sheet.auto_filter.ref = None
    table = Table(displayName="注文", ref=f"A1:Q{sheet.max_row + 1}", totalsRowCount=1)
    sheet.add_table(table)


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        pytest.param(_merge, "cell D3 of the tab 受注 lies in the merged cells A3:D4", id="merged cells"),
        pytest.param(
            _fill_with_an_array, "cell D3 of the tab 受注 belongs to the formula that fills D2:D3", id="array"
        ),
        pytest.param(
            _add_totals_row,
            "The tab 受注 has the totals row of the table 注文 where new rows go",
            id="totals",
        ),
    ],
)
def test_what_is_in_the_way_of_a_cell_is_named(
    shop: WorkbookShop, work: Callable[[openpyxl.Workbook], object], sentence: str
):
    _by_hand(shop, work)
    before = shop.path.read_bytes()
    with pytest.raises(LedgerRefused, match=sentence) as refused:
        commit(shop.book, change("1002", name="高橋"), append(order_id="1009"))
    assert refused.value.code == "cell-blocked"
    assert shop.path.read_bytes() == before


def _by_hand(shop: WorkbookShop, work: Callable[[openpyxl.Workbook], object]) -> None:
    workbook = openpyxl.load_workbook(shop.path)
    work(workbook)
    workbook.save(shop.path)


def test_a_workbook_reached_by_a_link_is_changed_where_it_is(shop: WorkbookShop, tmp_path: Path):
    alias = tmp_path / "link.xlsx"
    alias.symlink_to(shop.path)
    commit(workbook_book(alias), change("1001", name="高橋"))
    assert alias.is_symlink()
    assert rows_of(shop.book)["1001"]["name"] == "高橋"


def test_the_permissions_of_the_workbook_stay(shop: WorkbookShop):
    shop.path.chmod(0o640)
    commit(shop.book, change("1001", name="高橋"))
    assert shop.path.stat().st_mode & 0o777 == 0o640


def test_a_copied_workbook_is_a_ledger_of_its_own_in_its_own_folder(shop: WorkbookShop, tmp_path: Path):
    other = _folder(tmp_path / "copy") / "台帳.xlsx"
    shutil.copy(shop.path, other)
    commit(workbook_book(other), change("1001", name="高橋"))
    assert rows_of(shop.book)["1001"]["name"] == "佐藤"


def test_the_newest_backups_and_one_a_day_are_kept():
    today = date(2026, 11, 24)
    days = [today - timedelta(days=back) for back in range(40, -1, -1)]
    ops = [f"{day:%Y%m%d}-{hour:02}0000000000-00000000" for day in days for hour in (9, 12)]
    gone = backups.no_longer_needed(ops, today)
    kept = [op for op in ops if op not in gone]
    assert kept[-20:] == ops[-20:]
    assert kept[:-20] == [op for op in ops[20:-20] if "-09" in op]


def test_an_operation_id_tells_its_day():
    assert day_of(new_op()) in {datetime.now(UTC).date(), datetime.now(UTC).date() - timedelta(days=1)}
    assert day_of("20261332-090000000000-00000000") is None
    assert day_of("台帳") is None


def test_every_refusal_has_a_way_out(shop: WorkbookShop):
    shop.path.with_name("~$台帳.xlsx").write_bytes(b"")
    with pytest.raises(DaichoError) as refused:
        commit(shop.book, change("1001", name="高橋"))
    assert str(refused.value.fix) == "Save and close it, then run again; nothing was changed."
    assert refused.value.exit_code == 3


def _folder(path: Path) -> Path:
    path.mkdir()
    return path
