"""The shop folder an example of the error gallery begins with: a new shop, and what the example changes in it."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import yaml

from automations.app.configuration import BUNDLED
from automations.app.demo.shop_data import SHOP
from automations.app.runner import open_shop
from automations.app.shops import init_shop
from automations.app.yaml_files import read_yaml_text
from automations.books.xlsx import CellEdit, SheetEdit, edit_workbook
from automations.core.text import normal_header


def make(folder: Path, sections: Mapping[str, str], language: str) -> None:
    """Make the folder of an example."""
    shutil.copytree(_new_shop(language), folder)
    for name, body in sections.items():
        if not _is_tab(name):
            _write(folder, name, body)
    tabs = {name.removesuffix(".csv"): body for name, body in sections.items() if _is_tab(name)}
    if tabs:
        _type(folder, tabs)


@cache
def _new_shop(language: str) -> Path:
    folder = Path(mkdtemp(prefix="daicho-gallery-")) / "my-shop"
    init_shop(folder, language=language, shop=SHOP)
    return folder


def _is_tab(name: str) -> bool:
    return name.endswith(".csv") and "/" not in name and not name.startswith("= ")


def _type(folder: Path, tabs: Mapping[str, str]) -> None:
    """Type rows into the workbook; a column that it does not have yet is added at the right."""
    shop = open_shop(folder)
    sheets = shop.book.read().sheets
    edits = []
    for tab, body in tabs.items():
        sheet, columns = sheets[tab], shop.configuration.schema[tab].by_header
        rows = list(csv.reader(io.StringIO(body)))
        known = [sheet.columns.get(columns.get(normal_header(name), "")) for name in rows[0]]
        free = max(sheet.columns.values()) + 1
        cells = [
            CellEdit(sheet.header_row, free, name) for name, at in zip(rows[0], known, strict=True) if not at
        ]
        for number, row in enumerate(rows[1:], sheet.header_row + 1):
            cells += [CellEdit(number, at or free, text) for at, text in zip(known, row, strict=True) if text]
        edits.append(SheetEdit(sheet.title, tuple(cells)))
    path = folder / "ledger.xlsx"
    path.write_bytes(edit_workbook(path.read_bytes(), edits))


def _write(folder: Path, name: str, body: str) -> None:
    """Write a file of the shop: YAML laid over the file it replaces, `= name` and all else as it stands."""
    path = folder / name.removeprefix("= ")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".yaml" or name.startswith("= "):
        path.write_text(body, encoding="utf-8")
        return
    bundled = path if path.is_file() else BUNDLED / name
    present = read_yaml_text(bundled.read_text(encoding="utf-8")) if bundled.is_file() else {}
    laid = _laid_over(present, read_yaml_text(body))
    path.write_text(yaml.safe_dump(laid, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _laid_over(present: Any, written: Any) -> Any:  # noqa: ANN401 - whatever YAML holds
    """Return a YAML tree with another one laid over it; null takes a key away."""
    if not isinstance(present, dict) or not isinstance(written, dict):
        return written
    laid = dict(present)
    for key, value in written.items():
        if value is None:
            laid.pop(key, None)
        else:
            laid[key] = _laid_over(laid.get(key), value)
    return laid
