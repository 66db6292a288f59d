"""What each kind of broken file is told, and what a shop looks like that gets it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from commands import CPU_S, PEAK_MB, Commands, Ran

from automations.app.shops import init_shop

PRODUCTS = [{"sku": "K-001", "name": "煎茶", "price": 1080, "tax_rate": 8, "weight_g": 120, "size_cm": 40}]
GOOD_ORDER = "受注番号,注文者名,支払方法,商品コード,数量,単価\nG-1,森 一郎,代引,K-001,1,1080\n"

# Files of the inbox that are refused as a whole: code, and the row that is named behind the file's name.
REFUSED: Mapping[str, tuple[str, str]] = {
    "empty": ("no-rows", ""),
    "header_only": ("no-rows", ""),
    "blank_lines_only": ("no-rows", ""),
    "spaces_only": ("no-rows", ""),
    "commas_only": ("no-rows", ""),
    "zeros_only": ("unknown-encoding", ":1"),
    "cut_in_a_quote": ("broken-quotes", ":2"),
    "cut_in_a_character": ("unknown-encoding", ":3"),
    "utf16_without_mark": ("unknown-encoding", ":1"),
    "utf16_cut": ("unknown-encoding", ":3"),
    "utf32": ("unknown-encoding", ":1"),
    "euc_jp": ("unknown-encoding", ":1"),
    "iso_2022_jp": ("unknown-encoding", ":1"),
    "mojibake": ("unknown-layout", ":1"),
    "mojibake_latin": ("unknown-layout", ":1"),
    "mixed_encodings": ("unknown-encoding", ":61"),
    "web_page": ("wrong-file", ""),
    "web_page_with_comment": ("wrong-file", ""),
    "old_workbook": ("wrong-file", ""),
    "workbook": ("wrong-file", ""),
    "pdf": ("wrong-file", ""),
    "picture": ("wrong-file", ""),
    "photo": ("wrong-file", ""),
    "gzip": ("wrong-file", ""),
    "rar": ("unknown-encoding", ":1"),
    "program": ("unknown-encoding", ":1"),
    "json_error": ("wrong-file", ""),
    "xml_error": ("wrong-file", ""),
    "plain_error": ("unknown-layout", ":1"),
    "mail": ("unknown-layout", ":1"),
    "nul_in_a_cell": ("unknown-encoding", ":2"),
    "quote_open_to_the_end": ("broken-quotes", ":2"),
    "header_one_short": ("header-missing", ":1"),
    "header_lacks_a_needed_column": ("header-missing", ":1"),
    "column_twice": ("header-twice", ":1"),
    "spoiled_by_excel": ("number-unusable", ":2"),
    "order_number_rounded": ("number-unusable", ":2"),
    "order_number_of_300": ("number-unusable", ":2"),
    "order_number_of_40000": ("number-unusable", ":2"),
    "products_of_another_shop": ("unknown-layout", ":1"),
    "no_header": ("unknown-layout", ":1"),
    "million_columns": ("broken-quotes", ":1"),
    "million_named_columns": ("broken-quotes", ":1"),
    "thousand_columns": ("too-many-columns", ":1"),
    "million_cells_below": ("broken-quotes", ":2"),
    "million_short_rows": ("broken-row", ":2"),
}  # fmt: skip

# The same, but so large that each has a run of its own where all are run alone.
HEAVY: Mapping[str, tuple[str, str]] = {
    "cell_of_100_mb": ("file-too-large", ""),
    "line_of_100_mb": ("file-too-large", ""),
    "cell_of_19_mb": ("broken-quotes", ":2"),
    "cell_of_19_mb_over_lines": ("broken-quotes", ":2"),
    "wide_cell_of_19_mb": ("broken-quotes", ":2"),
    "line_of_19_mb": ("broken-quotes", ":1"),
    "spaces_of_19_mb": ("broken-quotes", ":1"),
    "line_ends_of_19_mb": ("no-rows", ""),
    "line_ends_between": ("too-many-rows", ""),
    "quotes_of_19_mb": ("broken-quotes", ":1"),
    "cells_of_19_mb": ("broken-quotes", ":2"),
    "million_known_columns": ("broken-quotes", ":1"),
    "million_fitting_rows": ("too-many-rows", ""),
    "million_blank_rows": ("no-rows", ""),
    "million_orders": ("too-many-rows", ""),
    "orders_of_one_row": ("too-many-rows", ""),
    "invalid_bytes_of_19_mb": ("unknown-encoding", ":1"),
}
HEAVY_IN_CI = ("cell_of_100_mb", "orders_of_one_row", "million_blank_rows", "million_known_columns")

# Files that are taken in as far as they can be: the orders that come of them, and what is told beside.
TAKEN: Mapping[str, tuple[tuple[str, ...], str]] = {
    "cut_in_a_row": (("A-1", "A-2", "A-3"), "row-cut-short"),
    "utf16_with_mark": (("A-1", "A-2"), ""),
    "cp932": (("A-1", "A-2"), ""),
    "cp932_with_utf8_mark": (("A-1", "A-2"), ""),
    "replacement_characters": (("A-1",), ""),
    "control_characters": (("A-1",), ""),
    "bidi_and_zero_width": (("A-1",), ""),
    "bidi_in_quantity": (("A-1",), ""),
    "noncharacters": (("A-1",), ""),
    "quote_in_the_middle": (("A-1",), ""),
    "header_one_more": (("A-1", "A-2"), "unknown-columns"),
    "header_again_in_the_middle": (("A-1", "A-2", "B-1", "B-2"), ""),
    "semicolons": (("A-1", "A-2"), ""),
    "tabs": (("A-1", "A-2"), ""),
    "carriage_returns": (("A-1", "A-2"), ""),
    "formula_in_a_name": (("A-1",), ""),
    "formula_in_number": (("=1+1",), ""),
    "path_as_order_number": (("../../../../tmp/evil",), ""),
    "device_as_order_number": (("CON",), ""),
    "remark_of_40000": (("A-1",), "wrong-form"),
    "row_too_long_of_90000": (("A-1",), "broken-row"),
    "quantity_of_90000_digits": (("A-1",), "not-a-number"),
    "another_carriers_list": ((), "tracking-not-issued"),
    "own_shipping_file": ((), "tracking-not-issued"),
}

DAMAGED, TOO_LARGE, NO_BOOK = "workbook-damaged", "workbook-too-large", "workbook-not-xlsx"
# Ledgers that are refused.
NO_LEDGERS: Mapping[str, str] = {
    **dict.fromkeys("empty zeros cut_at_10 cut_at_50 cut_at_90 cut_by_1 cut_by_30 byte_turned_in_sheet".split(), DAMAGED),
    **dict.fromkeys("csv web_page json pdf letter other_zip zip_in_zip".split(), NO_BOOK),
    "old_workbook": "workbook-not-xlsx",
    "utf16_sheet": "workbook-not-xlsx",
    "encrypted": "workbook-password-protected",
    "zip_encryption": "workbook-password-protected",
    "binary_workbook": "workbook-not-xlsx",
    "open_document": "workbook-not-xlsx",
    **dict.fromkeys("bomb_10_gb bomb_4_gb_in_strings bomb_in_picture told_too_large overlapping_entries".split(), TOO_LARGE),
    "bomb_10_gb_told_small": DAMAGED,
    **dict.fromkeys("entry_twice entry_upwards entry_outside packed_as_bzip2 packed_as_99".split(), DAMAGED),
    **dict.fromkeys("document_type billion_laughs billion_laughs_in_strings document_type_far_in open_tag".split(), DAMAGED),
    **dict.fromkeys("string_number_outside cell_error_unknown cell_type_unknown row_zero row_huge row_back".split(), DAMAGED),
    **dict.fromkeys("column_outside cell_named_elsewhere".split(), DAMAGED),
    "far_cell": "workbook-far-cell",
    **dict.fromkeys("lead_to_itself lead_upwards lead_to_nothing no_leads styles_empty".split(), DAMAGED),
    "tab_missing": "tab-missing",
    "tab_twice": "tab-twice",
    "key_header_renamed": "column-missing",
    "header_twice": "header-twice",
}  # fmt: skip
NO_LEDGERS_HEAVY: Mapping[str, str] = dict.fromkeys(
    "bomb_of_many strings_of_400_mb million_entries attribute_of_50_mb cell_of_100_mb million_rows".split(),
    TOO_LARGE,
) | {"million_rows": "workbook-far-cell"}
HEAVY_LEDGERS_IN_CI = ("million_entries",)

# Ledgers that can be used; what is in them and none of Daicho's business stays as it is.
LEDGERS = (
    "macros outside_links dde_formula sheet_protected no_styles dimension_huge string_number_negative number_huge "
    "date_outside tab_renamed header_moved header_below rows_filtered keys_merged wrong_values"
).split()  # fmt: skip
LEDGERS_HEAVY = (
    "dde no_types doubled_attribute deep_nesting string_number_no_number string_number_huge number_nan number_broken "
    "date_text_broken cell_error cell_style_outside latin1_sheet tab_unknown rows_hidden rows_formatted_to_the_end "
    "deep_nesting_behind bomb_of_480_mb"
).split()  # fmt: skip


@cache
def shop_files() -> dict[str, bytes]:
    """Return the files of a shop with one product, made once."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        init_shop(folder, language="en", rows={"products": PRODUCTS})
        work = Path(name) / "work"
        work.mkdir()
        with Commands(work) as commands:
            ran = commands.daicho("run", shop=folder)
            assert ran.code == 0, ran
        shutil.rmtree(folder / "backup")
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }


def make_shop(folder: Path) -> Path:
    """Make the shop in a folder of its own, nothing in its inbox."""
    for name, content in shop_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "inbox").mkdir(exist_ok=True)
    return folder


def state_of(shop: Path) -> dict[str, bytes]:
    """Return everything in a shop's folder that a command may change, locks left out."""
    return {
        path.relative_to(shop).as_posix(): path.read_bytes()
        for path in sorted(shop.rglob("*"))
        if path.is_file() and not path.is_symlink() and "lock" not in path.name
    }


def blocks(said: str) -> Iterator[tuple[str, str, str]]:
    """Yield what was told as (first line, why, how to fix it)."""
    for found in re.finditer(r"^(\S.*)\n((?:  .*\n?)+)", said, re.MULTILINE):
        first, told = found[1], found[2].strip().splitlines()
        yield first, told[0], told[-1]


def told(said: str, code: str, place: str) -> tuple[str, str, str] | None:
    """Return the finding of a code that names a place, if there is one."""
    return next((block for block in blocks(said) if block[0].startswith(code) and place in block[0]), None)


def assert_calm(ran: Ran, commands: Commands, code: int) -> None:
    """Check what holds for every file there is: how the command ended, what it took, no bug of ours."""
    assert ran.code == code, (ran.code, ran.err[-600:])
    assert "Traceback" not in ran.out + ran.err
    assert commands.bugs() == []
    assert ran.cpu_s <= CPU_S, ran.cpu_s
    assert ran.peak_mb <= PEAK_MB, ran.peak_mb
    assert max(map(len, (ran.out + ran.err).splitlines()), default=0) < 2_000


def assert_told(said: str, language: str, code: str, place: str) -> None:
    """Check that a finding has its code, place, reason and cure in the language."""
    found = told(said, code, place)
    assert found is not None, (code, place, said[-800:])
    assert any("\u3040" <= char <= "\u9fff" for char in found[2]) == (language == "ja"), found


def document(said: str) -> list[dict[str, object]]:
    """Return the rows of ``daicho show --json``."""
    rows = json.loads(said)
    assert isinstance(rows, list)
    return rows
