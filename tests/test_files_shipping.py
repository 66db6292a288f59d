"""Reading carriers' result files, in the forms in which they are met."""

from __future__ import annotations

import pytest
from carriers_shop import CONFIGURATION, carrier

from automations.core.incoming import IncomingFile, TrackingResult
from automations.files.shipping import read_tracking_file

ROW = ["S1044", "0", "", "490714955706", "2026/11/24"]


def read(text: str, encoding: str = "cp932") -> tuple[IncomingFile, tuple[TrackingResult, ...]]:
    return read_tracking_file("export.csv", text.encode(encoding), CONFIGURATION.carriers)


def lines(*rows: list[str], quoted: bool = False) -> str:
    return "".join(",".join(f'"{cell}"' if quoted else cell for cell in row) + "\r\n" for row in rows)


def full(
    width: int, number_header: str = "伝票番号", day_header: str = "出荷予定日"
) -> tuple[list[str], list[str]]:
    """Return a header and a row of an export with all columns."""
    header = [column.name for column in carrier("yamato").columns][:width]
    header[3:5] = [number_header, day_header]
    row = [*ROW, *[""] * (width - len(ROW))]
    row[15] = "山本 さくら"
    return header, row


@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "quoted"])
@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
@pytest.mark.parametrize(
    ("width", "number", "day"),
    [(95, "伝票番号", "出荷予定日"), (73, "送り状番号", "出荷日")],
    ids=["issued", "shipping"],
)
def test_exports_with_all_columns(width: int, number: str, day: str, encoding: str, quoted: bool) -> None:
    told, results = read(lines(*full(width, number, day), quoted=quoted), encoding)
    assert (told.source, told.lines, told.findings) == ("yamato", 1, ())
    assert results == (
        TrackingResult("export.csv", 2, "yamato", "S1044", "490714955706", "2026/11/24", "山本 さくら"),
    )


def test_a_chosen_subset_in_another_order_is_read_by_its_headers() -> None:
    _, results = read(
        lines(["出荷日", "送り状番号", "お客様管理番号"], ["2026/11/24", "4907-1495-5706", "S1044"])
    )
    assert [(result.reference, result.tracking_number, result.recipient) for result in results] == [
        ("S1044", "490714955706", "")
    ]


def test_a_file_without_headers_is_recognised_by_the_number_in_its_column() -> None:
    _, row = full(95)
    told, results = read(lines(row, ["S1045", "0", "", "487462947650", "2026/11/25", *[""] * 90]))
    assert told.source == "yamato"
    assert [(result.row, result.reference) for result in results] == [(1, "S1044"), (2, "S1045")]


def test_our_own_shipping_file_has_no_numbers_yet_and_says_so() -> None:
    header, row = full(95)
    row[3] = ""
    told, results = read(lines(header, row))
    assert results == ()
    assert [(finding.code, finding.level) for finding in told.findings] == [
        ("tracking-not-issued", "warning")
    ]


def test_our_own_file_for_a_carrier_that_knows_no_keys_says_so_too() -> None:
    header = [column.name for column in CONFIGURATION.carriers["click_post"].columns]
    told, results = read(
        lines(header, ["150-0001", "佐藤 花子", "様", "東京都渋谷区神宮前9-88-7", "", "", "", "煎茶"])
    )
    assert (told.source, results) == ("click_post", ())
    assert [finding.code for finding in told.findings] == ["tracking-not-issued"]


def test_a_row_that_lost_a_cell_is_told_and_the_others_are_read() -> None:
    told, results = read(lines(["お客様管理番号", "伝票番号"], ["S1", "490714955706"], ["487462947650"]))
    assert len(results) == 1
    assert [(finding.code, finding.row) for finding in told.findings] == [("broken-row", 3)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Name,Email,Total\r\n#1001,a@example.com,1080\r\n", id="orders of a channel"),
        pytest.param(
            "伝票番号,発送伝票番号,出荷予定日\r\n1,2,2026/11/24\r\n", id="another system's slip numbers"
        ),
        pytest.param("a,b,c,490714955707,2026/11/24\r\n1,2,3,4,5\r\n", id="wrong check digit without header"),
        pytest.param("", id="empty"),
    ],
)
def test_other_files_are_left_to_other_readers(text: str) -> None:
    assert read(text) == (IncomingFile("export.csv", "", 0), ())


def test_a_file_that_is_no_text_is_left_to_other_readers() -> None:
    told, _ = read_tracking_file("export.xlsx", b"PK\x03\x04\x00\x00", CONFIGURATION.carriers)
    assert told.source == ""


def test_a_second_carrier_is_read_by_its_own_headers() -> None:
    text = "お問い合せ送り状No.,お客様管理番号\r\n490714955706,B1\r\n"
    told, results = read_tracking_file("sagawa.csv", text.encode("cp932"), CONFIGURATION.carriers)
    assert (told.source, results[0].reference) == ("sagawa", "B1")


def sagawa_row(number: str, reference: str, deleted: str = "") -> list[str]:
    """Return a row of Sagawa's export of 91 columns."""
    row = [""] * 91
    row[0], row[2], row[13], row[18], row[83] = number, "20261124", "佐藤　花子", reference, deleted
    return row


SAGAWA_HEADER = [f"列{number}" for number in range(1, 92)]
SAGAWA_HEADER[0], SAGAWA_HEADER[2], SAGAWA_HEADER[13] = "お問い合せ送り状No.", "出荷日", "お届け先名称１"
SAGAWA_HEADER[18], SAGAWA_HEADER[83] = "お客様管理番号", "削除区分"


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig"])
@pytest.mark.parametrize("quoted", [False, True], ids=["plain", "quoted"])
@pytest.mark.parametrize("header", [[SAGAWA_HEADER], []], ids=["headers", "no headers"])
def test_sagawas_export_of_91_columns(header: list[list[str]], quoted: bool, encoding: str) -> None:
    rows = [
        sagawa_row("4907-1495-5706", "B1", "0"),
        sagawa_row("487462947650", "B2", "1"),
        sagawa_row("", "B3"),
    ]
    told, results = read(lines(*header, *rows, quoted=quoted), encoding)
    assert (told.source, told.lines) == ("sagawa", 3)
    assert results == (
        TrackingResult(
            "export.csv", len(header) + 1, "sagawa", "B1", "490714955706", "20261124", "佐藤　花子"
        ),
    )
    assert [finding.code for finding in told.findings] == ["tracking-not-issued", "tracking-deleted"]


def test_one_row_without_headers_is_enough() -> None:
    _, results = read(lines(["490714955706", "B1"]))
    assert [(result.carrier, result.reference, result.row) for result in results] == [("sagawa", "B1", 1)]


def test_a_row_of_another_width_in_a_file_without_headers_is_told() -> None:
    told, results = read(lines(["490714955706", "B1"], ["487462947650"], ["487462947650", "B2"]))
    assert [result.reference for result in results] == ["B1", "B2"]
    assert [(finding.code, finding.row) for finding in told.findings] == [("broken-row", 2)]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(["490714955707", "B1"], id="wrong check digit"),
        pytest.param(["490714955706", "B1", ""], id="a column too many"),
        pytest.param([*sagawa_row("490714955706", "B1"), ""], id="92 columns"),
    ],
)
def test_what_is_not_quite_sagawas_form_is_left_to_other_readers(row: list[str]) -> None:
    assert read(lines(row, row))[0].source == ""


def test_sagawas_own_file_to_import_has_no_numbers_yet() -> None:
    header = [column.name for column in carrier("sagawa").columns]
    row = [""] * len(header)
    row[9] = "B1"
    told, results = read(lines(header, row), "utf-8-sig")
    assert (told.source, results) == ("sagawa", ())


@pytest.mark.parametrize("header", ["お問い合わせ番号", "お問合せ番号"])
def test_click_posts_list_names_people(header: str) -> None:
    told, results = read(
        lines([header, "お届け先郵便番号", "お届け先氏名"], ["6010-0000-0013", "530-0001", "吉田 美咲"])
    )
    assert told.source == "click_post"
    assert results == (
        TrackingResult("export.csv", 2, "click_post", "", "601000000013", "", "吉田 美咲", "5300001"),
    )
