"""What can have happened to a shop folder before a command of the error gallery is typed."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml
from gallery_google import google_holds, google_says
from gallery_mail import mail_says
from hand_shop import TOKYO, read_snapshot

from automations.app.archives import archive_book, make_archive
from automations.app.configuration import BUNDLED
from automations.app.runner import open_shop, run, typed
from automations.books import workbook
from automations.books.disk import Disk
from automations.books.versions import VersionedFile
from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook
from automations.core.archiving.copies import copies
from automations.core.errors import LedgerChanged
from automations.core.ledger import Row
from automations.core.snapshot import RunNote
from automations.core.values import Value

State = Callable[[Path, str], AbstractContextManager[None]]
_LEDGER = "ledger.xlsx"
_SUMMER = datetime(2026, 7, 1, 9, 0, tzinfo=TOKYO)
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def _before(change: Callable[[Path, str], None]) -> State:
    """Return the state that a change of the folder leaves."""

    @contextmanager
    def state(folder: Path, argument: str) -> Iterator[None]:
        change(folder, argument)
        yield

    return state


@contextmanager
def _disk_says(_folder: Path, argument: str) -> Iterator[None]:
    """Let a disk operation fail: ``write ENOSPC``."""
    operation, _, name = argument.partition(" ")
    number = getattr(errno, name)
    with patch.object(Disk, operation, side_effect=OSError(number, os.strerror(number))):
        yield


@contextmanager
def _others_save(_folder: Path, _argument: str) -> Iterator[None]:
    """Let somebody save the workbook each time before a run does."""
    with patch.object(VersionedFile, "install", side_effect=LedgerChanged):
        yield


@contextmanager
def _file_kept_open(_folder: Path, argument: str) -> Iterator[None]:
    """Let another program hold a file, as systems do that lock open files."""
    real = Path.open

    def opened(path: Path, *how: Any, **more: Any) -> Any:  # noqa: ANN401 - as Path.open
        if path.name == argument:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path, *how, **more)

    with patch.object(Path, "open", opened):
        yield


def _without(folder: Path, name: str) -> None:
    (folder / name).unlink()


def _in_shift_jis(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp932"))


def _is_a_file(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"")


def _is_a_folder(folder: Path, name: str) -> None:
    (folder / name).mkdir()


def _is_large(folder: Path, argument: str) -> None:
    """Write a file of so many rows: ``orders.csv 200001``."""
    name, _, rows = argument.partition(" ")
    header = "受注番号,注文者名,支払方法,商品コード,数量,単価\n"
    (folder / name).write_text(header + "A-1,森 一郎,代引,K-001,1,1080\n" * int(rows), encoding="utf-8")


def _is_wide(folder: Path, name: str) -> None:
    header = ",".join(f"c{number}" for number in range(600))
    (folder / name).write_text(f"{header}\n{header}\n", encoding="utf-8")


def _has_long_template(folder: Path, argument: str) -> None:
    """Make a mail's template write the buyer's name so many times: ``order_confirmation 9000``."""
    name, _, times = argument.partition(" ")
    text = "Subject: {{ order.order_id }}\n\n" + "{{ order.buyer_name }}\n" * int(times)
    for language in ("en", "ja"):
        place = folder / "mail_templates" / language / f"{name}.txt.j2"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def _has_long_next_step(folder: Path, reason: str) -> None:
    """Let a hold reason say its next step in 33,000 characters."""
    path = folder / "sheets_schema" / "holds.yaml"
    path.parent.mkdir()
    declared = yaml.safe_load((BUNDLED / "sheets_schema" / "holds.yaml").read_text(encoding="utf-8"))
    declared[reason]["next_step"] = {"ja": "読" * 33_000, "en": "x" * 33_000}
    path.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")


def _link(folder: Path, name: str) -> None:
    (folder / "orders.csv").write_bytes(b"")
    (folder / name).symlink_to(folder / "orders.csv")


@contextmanager
def _inbox_closed(_folder: Path, name: str) -> Iterator[None]:
    """Forbid to look into a folder."""
    real = Path.iterdir

    def listed(path: Path) -> Iterator[Path]:
        if path == Path(name):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path)

    with patch.object(Path, "iterdir", listed):
        yield


@contextmanager
def _growing(_folder: Path, name: str) -> Iterator[None]:
    """Let another program write to a file all the time."""
    real = Path.stat

    def seen(path: Path, **how: Any) -> Any:  # noqa: ANN401 - as Path.stat
        if path.name == name and not how:
            with path.open("ab") as file:
                file.write(b" ")
        return real(path, **how)

    with patch.object(Path, "stat", seen):
        yield


def _workbook_is(folder: Path, kind: str) -> None:
    path = folder / _LEDGER
    content = {
        "a-csv": b"order,name\n1,a\n",
        "cut-off": path.read_bytes()[:5000],
        "with-password": _OLD_CONTAINER + "EncryptedPackage".encode("utf-16-le"),
    }
    path.write_bytes(content[kind])


def _workbook_unpacks_large(folder: Path, _argument: str) -> None:
    with zipfile.ZipFile(folder / _LEDGER, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/image1.emf", bytes(9 << 20))


def _open_in_excel(folder: Path, user: str) -> None:
    name = user.encode("utf-16-le")
    (folder / f"~${_LEDGER}").write_bytes(
        bytes([len(user)]) + user.encode("ascii").ljust(54) + bytes([len(user), 0]) + name.ljust(108, b" ")
    )


def _cell(folder: Path, argument: str) -> None:
    """Type into a cell of a tab: ``orders 1 99 Text``; without a text the cell is emptied."""
    tab, row, column, *text = argument.split(" ")
    sheet = read_snapshot(folder)[tab]
    edit = CellEdit(int(row), int(column), " ".join(text) or None)
    path = folder / _LEDGER
    path.write_bytes(edit_workbook(path.read_bytes(), [SheetEdit(sheet.title, (edit,))]))


def _header_twice(folder: Path, argument: str) -> None:
    """Write the header of a column once more, far right: ``orders buyer_name``."""
    tab, _, column = argument.partition(" ")
    sheet = read_snapshot(folder)[tab]
    with _workbook(folder) as book:
        headers = book[sheet.title][sheet.header_row]
        book[sheet.title].cell(sheet.header_row, len(headers) + 1, headers[sheet.columns[column] - 1].value)


def _column_gone(folder: Path, argument: str) -> None:
    """Let a run see a column, and take its header away then: ``orders buyer_name``."""
    run(folder, now=datetime(2026, 11, 24, 9, tzinfo=TOKYO))
    _header_gone(folder, argument)


def _header_gone(folder: Path, argument: str) -> None:
    tab, _, column = argument.partition(" ")
    sheet = read_snapshot(folder)[tab]
    _cell(folder, f"{tab} {sheet.header_row} {sheet.columns[column]}")


def _tab_gone(folder: Path, tab: str) -> None:
    title = read_snapshot(folder)[tab].title
    with _workbook(folder) as book:
        del book[title]


def _tab_copied(folder: Path, argument: str) -> None:
    """Give a tab's name in the other language to a copy of it: ``orders 受注``."""
    tab, name = argument.split()
    title = read_snapshot(folder)[tab].title
    with _workbook(folder) as book:
        book.copy_worksheet(book[title]).title = name if name != title else tab


def _merged(folder: Path, argument: str) -> None:
    """Merge cells of a tab: ``orders B2:B3``."""
    tab, area = argument.split()
    title = read_snapshot(folder)[tab].title
    with _workbook(folder) as book:
        book[title].merge_cells(area)


def _older(folder: Path, _argument: str) -> None:
    """Bring back the workbook from before a run."""
    path = folder / _LEDGER
    old = path.read_bytes()
    _ran(folder)
    path.write_bytes(old)


def _journal_edited(folder: Path, _argument: str) -> None:
    _ran(folder)
    sheet = read_snapshot(folder)["journal"]
    _cell(folder, f"journal {sheet.rows[0][0]} {sheet.columns['content']} x")


def _ran(folder: Path) -> None:
    """Run once; its commits have names that are the same every time."""
    names = (f"20261124-0000{number:08}-0a1b2c3d" for number in range(10))
    with patch.object(workbook, "new_op", names.__next__):
        run(folder, now=datetime(2026, 11, 24, 9, 0, tzinfo=TOKYO))


def _archived(folder: Path, number: str, imported_hour: int = 9) -> Row:
    """Put a closed order of last summer into the archive, as if it had been moved there; return its row."""
    shop = open_shop(folder)
    row = _closed(number, imported_hour)
    make_archive(shop.configuration, "2026")
    book = archive_book(shop.configuration, "2026")
    snapshot = book.read()
    plan = copies(typed(shop, snapshot, _SUMMER), [row], [f"import:shopify:{number}"]).plan
    book.commit(plan, snapshot, RunNote("r", "archive", _SUMMER.isoformat()))
    return row


def _archive_has_another(folder: Path, number: str) -> None:
    """Close an order of a number that another one in the archive has already."""
    _archived(folder, number)
    shop = open_shop(folder)
    snapshot = shop.book.read()
    plan = copies(typed(shop, snapshot, _SUMMER), [_closed(number, 15)], []).plan
    shop.book.commit(plan, snapshot, RunNote("r", "run", _SUMMER.isoformat()))


def _archive_lost(folder: Path, number: str) -> None:
    """Leave only the second archive of a year of which the first was full."""
    _archived(folder, number)
    made = folder / "archive" / "2026.xlsx"
    made.rename(made.with_stem("2026-2"))


def _closed(number: str, hour: int) -> Row:
    made = _SUMMER.replace(hour=hour)
    cells: dict[str, Value] = {
        "order_id": number, "status": "posted", "status_set": "posted", "channel": "shopify", "channel_order_no": number,
        "ordered_at": made, "imported_at": made, "posted_on": made.date(),
    }  # fmt: skip
    return Row("orders", number, cells)


@contextmanager
def _workbook(folder: Path) -> Iterator[Any]:
    import openpyxl

    book = openpyxl.load_workbook(folder / _LEDGER)
    yield book
    book.save(folder / _LEDGER)


STATES: Mapping[str, State] = {
    "": _before(lambda _folder, _argument: None),
    "disk": _disk_says,
    "others-save": _others_save,
    "kept-open": _file_kept_open,
    "without": _before(_without),
    "shift-jis": _before(_in_shift_jis),
    "file": _before(_is_a_file),
    "folder": _before(_is_a_folder),
    "large": _before(_is_large),
    "wide": _before(_is_wide),
    "long-template": _before(_has_long_template),
    "long-next-step": _before(_has_long_next_step),
    "link": _before(_link),
    "closed": _inbox_closed,
    "growing": _growing,
    "workbook": _before(_workbook_is),
    "workbook-unpacks-large": _before(_workbook_unpacks_large),
    "workbook-open": _before(_open_in_excel),
    "cell": _before(_cell),
    "header-twice": _before(_header_twice),
    "header-gone": _before(_header_gone),
    "column-gone": _before(_column_gone),
    "tab-gone": _before(_tab_gone),
    "tab-copied": _before(_tab_copied),
    "merged": _before(_merged),
    "google": google_says,
    "google-holds": google_holds,
    "mail": mail_says,
    "older-workbook": _before(_older),
    "journal-edited": _before(_journal_edited),
    "archived": _before(_archived),
    "archive-has-another": _before(_archive_has_another),
    "archive-lost": _before(_archive_lost),
}
