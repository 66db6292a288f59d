"""Bytes to text tables: encodings, quoting, and files that are no tables."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.files.tables import LARGEST_FILE, LONGEST_CELL, FileRefused, read_table

HEADER = "番号,名前\n"


@pytest.mark.parametrize(
    ("content", "row"),
    [
        pytest.param("番号,名前\n1,髙﨑\n".encode(), ("1", "髙﨑"), id="UTF-8"),
        pytest.param("番号,名前\r\n1,髙﨑\r\n".encode("utf-8-sig"), ("1", "髙﨑"), id="UTF-8 with its mark"),
        pytest.param(
            "番号,名前\r\n1,髙﨑①～\r\n".encode("cp932"), ("1", "髙﨑①～"), id="cp932 as Windows writes it"
        ),
        pytest.param("番号\t名前\r\n1\t髙﨑\r\n".encode("utf-16"), ("1", "髙﨑"), id="Unicode text of Excel"),
        pytest.param("番号\t名前\n1\ta,b;c\n".encode(), ("1", "a,b;c"), id="tabs"),
        pytest.param("番号;名前\n1;a,b\n".encode(), ("1", "a,b"), id="semicolons"),
        pytest.param(
            '"番号,;;;",名前\n1,a\n'.encode(), ("1", "a"), id="other delimiters inside quotes do not count"
        ),
        pytest.param(
            '番号,名前\n1,"a ""b"", c\r\nd"\n'.encode(), ("1", 'a "b", c\r\nd'), id="quotes and line breaks"
        ),
        pytest.param("番号,名前\r1,a\r".encode(), ("1", "a"), id="bare carriage returns"),
        pytest.param("番号,名前\n1,a".encode(), ("1", "a"), id="no line break at the end"),
        pytest.param("番号,名前,,\n1,a,,\n".encode(), ("1", "a"), id="blank columns at the end"),
        pytest.param("番号,名前\n1,a\x1bb\x07\n".encode(), ("1", "ab"), id="control characters"),
        pytest.param("\n番号,名前\n1,a\n".encode(), ("1", "a"), id="a blank line before the header"),
    ],
)
def test_reads(content: bytes, row: tuple[str, ...]) -> None:
    table = read_table(content)

    assert len(table.header) == 2
    assert [cells for _, cells in table.rows] == [row]


@pytest.mark.parametrize(
    ("content", "code", "named"),
    [
        pytest.param(b"", "no-rows", "empty", id="empty"),
        pytest.param(b"\n\n", "no-rows", "empty", id="blank lines only"),
        pytest.param(HEADER.encode(), "no-rows", "nothing below", id="header only"),
        pytest.param(b"PK\x03\x04rest", "wrong-file", "Excel", id="workbook"),
        pytest.param(b"\xd0\xcf\x11\xe0rest", "wrong-file", "old Excel", id="old workbook"),
        pytest.param(b"%PDF-1.7", "wrong-file", "PDF", id="PDF"),
        pytest.param(b"\n <!DOCTYPE html><html>", "wrong-file", "web page", id="login page saved as CSV"),
        pytest.param(b"\x89PNG\r\n", "wrong-file", "PNG", id="picture"),
        pytest.param(
            HEADER.encode() + b"1,a\x00b\n", "unknown-encoding", "Line 2, byte 4, holds 0x00", id="NUL"
        ),
        pytest.param(
            b"a,b\n1,\xff\xff\n", "unknown-encoding", "Line 2, byte 3, holds 0xFF", id="no encoding"
        ),
        pytest.param(b"a,b\n1,\x82\n", "unknown-encoding", "Line 2", id="cut cp932 character"),
        pytest.param(
            HEADER.encode() + "1,宇治煎茶「朝露」を二つお願いします\n2,".encode() + b"\xe3\x81\n",
            "unknown-encoding",
            "Line 3",
            id="damaged UTF-8 is not taken for cp932",
        ),
        pytest.param('番号,名前\n1,"open\n2,b\n'.encode(), "broken-quotes", "row 2", id="quote left open"),
        pytest.param(
            f'番号,名前\n1,"{"x" * 200_000}"\n'.encode(), "broken-quotes", "row 2", id="endless cell"
        ),
        pytest.param(
            f"番号,名前\n1,{'x' * (LONGEST_CELL + 1)}\n".encode(), "broken-quotes", "row 2", id="long cell"
        ),
        pytest.param(HEADER.encode() + b"1\n" * 101, "broken-row", "100 rows", id="no row fits the header"),
        pytest.param(b"x" * (LARGEST_FILE + 1), "file-too-large", "20 MB", id="too large"),
    ],
)
def test_refuses(content: bytes, code: str, named: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_table(content)

    assert refused.value.code == code
    assert named in str(refused.value.why)


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(FileRefused, match="too-many-rows"):
        read_table(b"a,b\n" + b"1,2\n" * 200_001)


def test_columns_of_one_name_are_kept_apart() -> None:
    table = read_table("送料,合計,送料\n1,2,3\n".encode())

    assert table.header == ("送料", "合計", "送料#2")


def test_rows_that_do_not_fit_are_set_aside_with_their_number() -> None:
    table = read_table(b"a,b\n1,2\n\n3\n4,5,\n6,7,8\n9,10\n")

    assert table.rows == ((2, ("1", "2")), (5, ("4", "5")), (7, ("9", "10")))
    assert table.broken == ((4, ("3",)), (6, ("6", "7", "8")))


CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n"), max_size=12)


@given(
    st.integers(1, 5).flatmap(
        lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6)
    )
)
def test_any_grid_of_text_survives_write_and_read(grid: list[list[str]]) -> None:
    width = len(grid[0]) if grid else 1
    sheet = io.StringIO()
    rows = [["end"] * width, *grid, ["end"] * width]
    csv.writer(sheet, quoting=csv.QUOTE_ALL).writerows([[f"h{n}" for n in range(width)], *rows])

    table = read_table(sheet.getvalue().encode("utf-8-sig"))

    assert [list(cells) for _, cells in table.rows] == [row for row in rows if any(row)]
