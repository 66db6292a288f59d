"""Three columns in 5 % of the rows of one sheet, edited in place, by loading and saving, and as bare bytes."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import generate
import openpyxl
from measure import Line, faster, timed

from automations.app.runner import open_shop, read_ledger
from automations.books.new_workbook import write_new_workbook
from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook

_COLUMNS = ("allocated_qty", "shortage", "reserved")
_GOAL, _GOAL_BYTES = 20, 1.5


def race(shop: Path, lines: int, repeats: int, peer_repeats: int) -> list[Line]:
    """Return the lines about editing the order lines of a workbook."""
    path = shop.with_name("order-lines.xlsx")
    edit = _write_order_lines(shop, path)
    source = path.read_bytes()
    own = timed(lambda _: edit_workbook(source, [edit]), repeats, lambda: None)
    loaded = timed(lambda _: _load_and_save(source, edit), peer_repeats, lambda: None)
    parts = _changed_parts(source, edit_workbook(source, [edit]))
    bare = timed(lambda _: _inflate_and_deflate(parts), repeats, lambda: None)
    ratio = own.best / bare.best
    what = f"3 columns in {len(edit.cells) // 3:,} of {lines:,} rows"
    return [
        faster(f"{what}, in place", own, "openpyxl", loaded, _GOAL),
        Line(
            what,
            str(own),
            f"inflate + deflate: {bare}",
            f"{ratio:.2f} x their time",
            f"<= {_GOAL_BYTES} x",
            ratio <= _GOAL_BYTES,
        ),
    ]


def _write_order_lines(shop: Path, path: Path) -> SheetEdit:
    """Write a workbook with the order lines alone, so that both sides work on what the edit is about."""
    opened = open_shop(shop)
    configuration = opened.configuration
    _, ledger = read_ledger(opened, generate.NOW)
    write_new_workbook(
        path,
        configuration.schema,
        language="ja",
        currency="JPY",
        zone=generate.ZONE,
        rows={"order_lines": [line.cells for line in ledger["order_lines"]]},
        ledger_id=ledger.ledger_id,
    )
    tab = configuration.schema["order_lines"]
    places = {name: at for at, name in enumerate(tab.columns, 1)}
    return SheetEdit(
        tab.label.ja,
        tuple(
            CellEdit(number, places[column], value)
            for number in range(2, len(ledger["order_lines"]) + 2, 20)
            for column, value in zip(_COLUMNS, (3, "T-0001が1点不足", "T-0001*3"), strict=True)
        ),
    )


def _load_and_save(source: bytes, edit: SheetEdit) -> bytes:
    workbook = openpyxl.load_workbook(io.BytesIO(source))
    sheet = workbook[edit.sheet]
    for cell in edit.cells:
        sheet.cell(cell.row, cell.column, cell.value)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def _changed_parts(before: bytes, after: bytes) -> list[tuple[bytes, bytes]]:
    """Return each part that an edit writes: packed as it was read, and unpacked as it is written."""
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        changed = [info for info in old.infolist() if info.CRC != new.getinfo(info.filename).CRC]
        return [(_packed(before, info), new.read(info.filename)) for info in changed]


def _packed(source: bytes, info: zipfile.ZipInfo) -> bytes:
    head = source[info.header_offset : info.header_offset + 30]
    start = (
        info.header_offset
        + 30
        + int.from_bytes(head[26:28], "little")
        + int.from_bytes(head[28:30], "little")
    )
    return source[start : start + info.compress_size]


def _inflate_and_deflate(parts: list[tuple[bytes, bytes]]) -> None:
    for packed, content in parts:
        zlib.decompress(packed, -zlib.MAX_WBITS)
        packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        packer.compress(content)
        packer.flush()
