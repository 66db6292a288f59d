"""Broken and hostile text files, each made when it is asked for; none is kept in the repository."""

from __future__ import annotations

import gzip
import json
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

HEADER = "受注番号,注文者名,支払方法,商品コード,数量,単価,備考\n"
ROW = "{number},森 一郎,代引,K-001,1,1080,{remark}\n"
GOOD = HEADER + ROW.format(number="A-1", remark="") + ROW.format(number="A-2", remark="玄関先へ")
_CHANNELS = Path(__file__).parents[1] / "channels"
_CARRIERS = Path(__file__).parents[1] / "carriers"

_PAGE = "<!DOCTYPE html>\n<html><body><h1>Please sign in</h1></body></html>\n"
_ERROR = {"error": {"code": 401, "message": "token expired"}}
_OLD_BOOK = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504) + "Workbook".encode("utf-16-le") + bytes(2048)
_PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def _with(number: str = "A-1", remark: str = "", name: str = "森 一郎") -> bytes:
    row = ROW.format(number=number, remark=remark).replace("森 一郎", name)
    return (HEADER + row).encode()


def _png() -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    pixels = zlib.compress(b"\0\xff\xff\xff")
    head = struct.pack(">2I5B", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _by_excel() -> bytes:
    """Return a file that a spreadsheet has spoiled: zeros gone, numbers rounded, days turned."""
    head = "受注番号,受注日時,注文者名,注文者郵便番号,注文者電話,支払方法,商品コード,数量,単価\n"
    row = '1.23E+11,11/24/2026 9:05,森 一郎,600001,9012345678,代引,2月1日,1,"1,080"\n'
    return (head + row).encode("cp932")


TEXTS: Mapping[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "header_only": HEADER.encode,
    "blank_lines_only": lambda: b"\r\n" * 500,
    "spaces_only": lambda: b"   \n\t\n" * 500,
    "zeros_only": lambda: bytes(4096),
    "commas_only": lambda: b",,,,\n" * 500,
    "cut_in_a_quote": (HEADER + 'A-1,森 一郎,代引,K-001,1,1080,"玄関').encode,
    "cut_in_a_row": (GOOD + "A-3,森 一郎,代").encode,
    "cut_in_a_character": lambda: GOOD.encode().rstrip()[:-1],
    "utf16_without_mark": lambda: GOOD.encode("utf-16-le"),
    "utf16_with_mark": lambda: GOOD.encode("utf-16"),
    "utf16_cut": lambda: GOOD.encode("utf-16")[:-1],
    "utf32": lambda: GOOD.encode("utf-32"),
    "euc_jp": lambda: GOOD.encode("euc-jp"),
    "iso_2022_jp": lambda: GOOD.encode("iso-2022-jp"),
    "cp932": lambda: GOOD.encode("cp932"),
    "cp932_with_utf8_mark": lambda: b"\xef\xbb\xbf" + GOOD.encode("cp932"),
    "mojibake": lambda: GOOD.encode().decode("cp932", "replace").encode(),
    "mojibake_latin": lambda: GOOD.encode().decode("latin-1").encode(),
    "replacement_characters": lambda: _with(name="森 �郎"),
    "mixed_encodings": lambda: (GOOD * 20).encode() + ROW.format(number="A-9", remark="高崎").encode("cp932"),
    "web_page": _PAGE.encode,
    "web_page_with_comment": f"<!-- 2026 -->\n{_PAGE}".encode,
    "old_workbook": lambda: _OLD_BOOK,
    "workbook": lambda: b"PK\x03\x04" + bytes(500),
    "pdf": lambda: _PDF,
    "picture": _png,
    "photo": lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(500),
    "gzip": lambda: gzip.compress(GOOD.encode()),
    "rar": lambda: b"Rar!\x1a\x07\x01\0" + bytes(range(256)),
    "program": lambda: b"MZ\x90\0\x03\0\0\0" + bytes(500),
    "json_error": lambda: json.dumps(_ERROR).encode(),
    "xml_error": lambda: b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "plain_error": lambda: b"502 Bad Gateway\n",
    "mail": lambda: b"From: a@example.com\nSubject: orders\n\nsee attachment\n",
    "nul_in_a_cell": lambda: _with(remark="玄\0関"),
    "control_characters": lambda: _with(remark="\x01\x07\x1b[2J玄関\x7f\u009b2J"),
    "bidi_and_zero_width": lambda: _with(number="A\u200b-\u202e1\u2060", remark="\u202e玄関\u2066"),
    "bidi_in_quantity": (HEADER + "A-1,森 一郎,代引,K-001,\u200e1\u200b,\u202d1080\u202c,\n").encode,
    "noncharacters": lambda: _with(remark="\uffff玄\ufffe関_x0041_"),
    "quote_open_to_the_end": (HEADER + 'A-1,森,代引,K-001,1,1080,"x\n' + GOOD * 50).encode,
    "quote_in_the_middle": (HEADER + 'A-1,森 "太" 郎",代引,K-001,1,1080,\n').encode,
    "header_one_short": lambda: GOOD.replace("数量,", "", 1).encode(),
    "header_one_more": lambda: GOOD.replace("備考\n", "備考,メモ\n", 1).encode(),
    "header_lacks_a_needed_column": lambda: GOOD.replace("支払方法", "しはらい", 1).encode(),
    "header_again_in_the_middle": (GOOD + GOOD.replace("A-", "B-")).encode,
    "column_twice": lambda: GOOD.replace("備考", "数量", 1).encode(),
    "semicolons": lambda: GOOD.replace(",", ";").encode(),
    "tabs": lambda: GOOD.replace(",", "\t").encode(),
    "carriage_returns": lambda: GOOD.replace("\n", "\r").encode(),
    "spoiled_by_excel": _by_excel,
    "order_number_rounded": lambda: _with(number="1.23E+11"),
    "formula_in_a_name": lambda: _with(name='=HYPERLINK(""http://example.com"")'),
    "formula_in_number": lambda: _with(number="=1+1"),
    "path_as_order_number": lambda: _with(number="../../../../tmp/evil"),
    "device_as_order_number": lambda: _with(number="CON"),
    "order_number_of_300": lambda: _with(number="A" * 300),
    "order_number_of_40000": lambda: _with(number="A" * 40_000),
    "remark_of_40000": lambda: _with(remark="あ" * 40_000),
    "row_too_long_of_90000": lambda: _with(remark=("あ" * 45_000 + ",") * 2),
    "quantity_of_90000_digits": lambda: _with().replace(b",1,1080", b"," + b"9" * 90_000 + b",1080"),
    "products_of_another_shop": lambda: (
        b"Handle,Title,Vendor,Variant SKU,Variant Price\na,Tea,x,K-001,1080\n"
    ),
    "another_carriers_list": (_CARRIERS / "sagawa.expected.csv").read_bytes,
    "own_shipping_file": (_CARRIERS / "yamato.expected.csv").read_bytes,
    "no_header": GOOD.partition("\n")[2].encode,
    "cell_of_100_mb": lambda: HEADER.encode() + b'A-1,"' + b"x" * 100_000_000 + b'",1\n',
    "cell_of_19_mb": lambda: HEADER.encode() + b'A-1,"' + b"x" * 19_000_000 + b'",1\n',
    "cell_of_19_mb_over_lines": lambda: HEADER.encode() + b'A-1,"' + b"x\n" * 9_500_000 + b'",1\n',
    "wide_cell_of_19_mb": lambda: HEADER.encode() + b'A-1,"' + "あ😀".encode() * 2_700_000 + b'",1\n',
    "line_of_100_mb": lambda: b"x" * 100_000_000,
    "line_of_19_mb": lambda: b"x" * 19_000_000,
    "spaces_of_19_mb": lambda: b" " * 19_000_000,
    "line_ends_of_19_mb": lambda: b"\n" * 19_000_000,
    "line_ends_between": lambda: HEADER.encode() + b"\n" * 19_000_000 + b"A-1,,,,,,\n",
    "quotes_of_19_mb": lambda: b'"' * 19_000_001,
    "cells_of_19_mb": lambda: HEADER.encode() + b'"",' * 6_300_000,
    "million_columns": lambda: b"a" + b"," * 1_000_000 + b"\n1,2\n",
    "million_named_columns": lambda: b"a," * 1_000_000 + b"\n1,2\n",
    "million_known_columns": lambda: HEADER.rstrip().encode() + ",受注番号".encode() * 1_000_000 + b"\n1,2\n",
    "thousand_columns": lambda: b"a," * 1_000 + b"\n1,2\n",
    "million_cells_below": lambda: HEADER.encode() + b"1" + b",2" * 1_000_000 + b"\n",
    "million_short_rows": lambda: HEADER.encode() + b"A\n" * 1_000_000,
    "million_fitting_rows": lambda: HEADER.encode() + b"A,,,,,,\n" * 1_000_000,
    "million_blank_rows": lambda: HEADER.encode() + b",,,,,,\n" * 1_000_000,
    "million_orders": lambda: HEADER.encode() + b"".join(b"A%d,,,,,,\n" % n for n in range(199_000)),
    "orders_of_one_row": lambda: (
        HEADER.encode() + b"".join(b"A%d,Mori,COD,K-001,1,1080,\n" % n for n in range(50_000))
    ),
    "invalid_bytes_of_19_mb": lambda: HEADER.encode() + b"\xe3\x81\x82\xff" * 4_700_000,
}
