"""What carriers publish about their files, written down once more here, against the files we write."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from carriers_shop import CONFIGURATION, NOW, carrier, label, shipment
from hypothesis import given, settings
from hypothesis import strategies as st

from automations import instruct_shipping
from automations.core.ledger import Ledger, Row, Table
from automations.core.shipping.batches import encoded_files
from automations.core.shipping.labels import label_text
from automations.core.values import Cells, Value
from automations.files.shipping import batch_files

FULL = r"[^\x00-\x7f\uff61-\uff9f]*"
TEXT = r"[^\x00-\x1f\x7f]*"
DIGITS = r"[0-9]*"
PHONE = r"[0-9-]*"
DAY = r"([0-9]{8})?"


@dataclass(frozen=True)
class Field:
    """A column by number: what may stand in it, its longest value in half-width units, whether it must be filled."""

    pattern: str
    longest: int
    required: bool = False


@dataclass(frozen=True)
class Published:
    """A carrier's file as published: encoding, columns, rows below the header, and the columns we fill."""

    encoding: str
    columns: int
    most_rows: int
    fields: Mapping[int, Field]


# Source: carriers.md 1.2, 2.2 and 3.5.
PUBLISHED = {
    "yamato": Published(
        "cp932", 95, 10_000,
        {
            1: Field("[0-9A-Z]+", 50), 2: Field("[0-9A]", 1, required=True), 3: Field("[12]?", 1),
            5: Field("[0-9]{4}/[0-9]{2}/[0-9]{2}", 10, required=True), 6: Field("([0-9]{4}/[0-9]{2}/[0-9]{2})?", 10),
            7: Field("(0812|1416|1618|1820|1921)?", 4), 9: Field(PHONE, 15, required=True), 11: Field("[0-9]{7}", 8, required=True),
            12: Field(TEXT, 64, required=True), 13: Field(TEXT, 32), 14: Field(TEXT, 50), 15: Field(TEXT, 50),
            16: Field(TEXT, 32, required=True), 20: Field(PHONE, 15, required=True), 22: Field("[0-9]{7}", 8, required=True),
            23: Field(TEXT, 64, required=True), 24: Field(TEXT, 32), 25: Field(TEXT, 32, required=True),
            28: Field(TEXT, 50, required=True), 30: Field(TEXT, 50), 31: Field(TEXT, 20), 32: Field(TEXT, 20),
            34: Field(DIGITS, 7), 35: Field(DIGITS, 7), 40: Field("[0-9]{10,12}", 12), 42: Field("[0-9]{2}", 2, required=True),
        },
    ),
    "sagawa": Published(
        "utf-8-sig", 74, 10_000,
        {
            3: Field(PHONE, 14, required=True), 4: Field("[0-9]{3}-[0-9]{4}", 8, required=True),
            5: Field(FULL, 32, required=True), 6: Field(FULL, 32), 7: Field(FULL, 32), 8: Field(FULL, 32, required=True),
            9: Field(FULL, 32), 10: Field("[0-9A-Z]{1,16}", 16), 11: Field("[0-9]{12}", 12), 18: Field(PHONE, 14),
            19: Field("[0-9]{3}-[0-9]{4}", 8), 20: Field(FULL, 32), 21: Field(FULL, 32), 22: Field(FULL, 32), 23: Field(FULL, 32),
            24: Field("00[1-8]", 3), **{number: Field(TEXT, 32) for number in range(25, 30)},
            42: Field("[1-9][0-9]?", 2, required=True), 43: Field("00[0-5]", 3), 44: Field("00[123]", 3, required=True),
            45: Field(DAY, 8), 46: Field("(01|12|14|16|18|19)?", 2), 48: Field(DIGITS, 7), 49: Field(DIGITS, 7),
            50: Field("1?", 1), 52: Field("(005|020|022|023|024|025|026)?", 3), 53: Field("(011)?", 3),
            55: Field("0", 1), 56: Field("0", 1), 58: Field("1", 1), 61: Field("[0-9]{8}", 8),
        },
    ),
    "click_post": Published(
        "cp932", 8, 40,
        {
            1: Field("[0-9]{3}-[0-9]{4}", 8, required=True), 2: Field(TEXT, 40, required=True), 3: Field("様|御中", 4),
            4: Field(TEXT, 40, required=True), 5: Field(TEXT, 40), 6: Field(TEXT, 40), 7: Field(TEXT, 40),
            8: Field(TEXT, 30, required=True),
        },
    ),
}  # fmt: skip


def wrong_in(content: bytes, name: str) -> list[str]:
    """Return everything in a file that the carrier would not take, read without the program's own reader."""
    published = PUBLISHED[name]
    lines = content.decode(published.encoding)
    assert lines.endswith("\r\n")
    header, *rows = csv.reader(io.StringIO(lines, newline=""))
    wrong = [] if len(rows) <= published.most_rows else [f"{len(rows)} rows"]
    for row in (header, *rows):
        wrong += [] if len(row) == published.columns else [f"{len(row)} columns"]
    for row in rows:
        for number, text in enumerate(row, 1):
            wrong += [f"{number}: {text!r} {why}" for why in wrong_with(text, published.fields.get(number))]
    return wrong


def wrong_with(text: str, field: Field | None) -> list[str]:
    """Return what the carrier would refuse in one cell; a column without an entry must be blank."""
    if field is None:
        return ["must be blank"] if text else []
    try:
        width = len(text.encode("cp932"))
    except UnicodeEncodeError:
        return ["cannot be printed"]
    told = ["is blank"] if field.required and not text.strip("\u3000 ") else []
    told += ["is too long"] if width > field.longest else []
    told += ["has another form"] if text and not re.fullmatch(field.pattern, text) else []
    told += (
        ["could be run"] if field.pattern in (FULL, TEXT) and text.startswith(tuple("=+-@＝＋－＠\t")) else []
    )
    return told


STRANGE = st.text(
    alphabet=st.sampled_from(
        "𠮷髙﨑邊😀🎁ｶﾞﾊﾟｱ①㈱〜−–—é\u200b\u3099\ufe0fか=＝+@-1234 　,、\"'\n\t\x00\ue000東京都渋谷区メゾン"
    ),
    max_size=70,
)
LONG = st.builds(
    lambda word, times, number: word * times + number,
    st.sampled_from(["グランドメゾン", "ﾒｿﾞﾝ", "Tower ", "東館"]),
    st.integers(0, 9),
    st.sampled_from(["", "1203号", "８０１", "12-345"]),
)
TRICKY = st.text(
    alphabet=st.sampled_from("山田𠮷髙﨑邊ｶﾞﾊﾟｱ①㈱〜−–か\u3099\u200b\ufe0fＡb1-2 　、東館"), max_size=18
)
USUAL = st.sampled_from(["高橋 健一", "みどり商会", "仙台市青葉区一番町9-77-3", "宇治煎茶 ほか"])
TEXTS = st.fixed_dictionaries(
    dict.fromkeys(
        ("ship_name", "ship_company", "ship_address", "ship_building", "contents", "sender_name"),
        USUAL | USUAL | TRICKY | TRICKY | LONG | STRANGE,
    )
)
# On Click Post's label the sender is the account.
NO_COLUMN = {("click_post", "sender_name")}
SERVICES = [(name, service) for name in PUBLISHED for service in carrier(name).services]


def parcel(name: str, service: str, **cells: Value) -> Row:
    """Return a shipment for a service, with the cash that a collecting one needs."""
    collects = carrier(name).services[service].cod == "always"
    usual = shipment(
        carrier=name,
        service=service,
        cod_amount=2000 if collects else None,
        cod_tax=148 if collects else None,
    )
    return usual.with_cells({key: value for key, value in cells.items() if value is not None}, "A1")


@settings(max_examples=300, deadline=None)
@given(which=st.sampled_from(SERVICES), texts=TEXTS, boxes=st.sampled_from([None, 1, 2, 99, 100]))
def test_a_parcel_is_written_as_the_carrier_takes_it_or_waits_and_says_why(
    which: tuple[str, str], texts: dict[str, str], boxes: int | None
) -> None:
    name, service = which
    of = carrier(name)
    made = label(parcel(name, service, boxes=boxes, **texts), of)
    assert bool(made.fields) != bool(made.problems)
    if made.problems:
        assert all(problem.field and str(problem.why) and str(problem.fix) for problem in made.problems)
    else:
        assert [wrong_in(content, name) for content in encoded_files(of, [made.fields])] == [[]]
        written = squeezed("".join(made.fields))
        printed = [text for key, text in texts.items() if (name, key) not in NO_COLUMN]
        assert [text for text in printed if squeezed(label_text(text, "cp932")) not in written] == []


def squeezed(text: str) -> str:
    """Return text without spaces, in one width and taken apart, so that columns can be compared with what was typed."""
    return "".join(unicodedata.normalize("NFKD", text).split())


@settings(max_examples=200, deadline=None)
@given(
    times=st.sampled_from(["", *carrier("sagawa").services["hikyaku"].times]),
    day=st.sampled_from([None, NOW.date()]),
    cold=st.sampled_from(["ambient", "chilled", "frozen"]),
    cash=st.sampled_from([None, 1, 300_000]),
    fragile=st.booleans(),
)
def test_every_wish_sagawa_takes_has_its_codes(
    times: str, day: object, cold: str, cash: int | None, fragile: bool
) -> None:
    handling = "ワレモノ注意" if fragile else None
    row = parcel(
        "sagawa",
        "hikyaku",
        requested_time=times,
        requested_on=day,
        temperature=cold,
        cod_amount=cash,
        handling=handling,
    )
    fields = label(row, carrier("sagawa")).fields
    assert wrong_in(encoded_files(carrier("sagawa"), [fields])[0], "sagawa") == []
    window, seal, payment = fields[45], fields[51], fields[49]
    assert bool(window) == bool(times)
    assert bool(seal) == bool(times or day)
    assert (seal == "005") == bool(day and not times)  # one seal for both: the window's
    assert bool(payment) == bool(cash)
    assert fields[43] == {"ambient": "001", "chilled": "002", "frozen": "003"}[cold]


@pytest.mark.parametrize(
    ("name", "column", "longest"),
    [
        pytest.param("click_post", "ship_name", 20, id="Click Post, name"),
        pytest.param("click_post", "contents", 15, id="Click Post, contents"),
        pytest.param("yamato", "ship_name", 16, id="Yamato, name"),
        pytest.param("yamato", "ship_building", 16, id="Yamato, building"),
        pytest.param("sagawa", "ship_name", 16, id="Sagawa, name"),
    ],
)
@pytest.mark.parametrize(
    ("letter", "units"), [("山", 2), ("ｱ", 1), ("𠮷", 2)], ids=["full", "half", "substitute"]
)
def test_the_longest_text_fits_and_one_more_character_waits(
    name: str, column: str, longest: int, letter: str, units: int
) -> None:
    width = longest if name == "sagawa" else longest * 2 // units  # Sagawa's lines are turned into full width
    service = next(iter(carrier(name).services))
    assert label(parcel(name, service, **{column: letter * width}), carrier(name)).fields
    problems = label(parcel(name, service, **{column: letter * (width + 1)}), carrier(name)).problems
    assert [problem.value for problem in problems]


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("column", ["ship_name", "ship_address", "contents"])
@pytest.mark.parametrize("letter", ["😀", "é", "\ue000"], ids=["emoji", "accent", "private"])
def test_a_character_no_label_has_keeps_the_parcel_back(name: str, column: str, letter: str) -> None:
    row = parcel(name, next(iter(carrier(name).services)), **{column: f"山田{letter}9-9"})
    (problem,) = label(row, carrier(name)).problems
    assert letter in problem.value
    assert f"U+{ord(letter):04X}" in str(problem.why)


@pytest.mark.parametrize(
    ("typed", "lines"),
    [
        pytest.param(
            "番町9-4-12", ["香川県高松市番町９－４－１２", "あおば荘２０２", ""], id="address and building"
        ),
        pytest.param(
            "番町9-4-12 サンプルタワーレジデンス高松東館",
            ["香川県高松市番町９－４－１２", "サンプルタワーレジデンス高松東館", "あおば荘２０２"],
            id="at the space",
        ),
        pytest.param(
            "牟礼町牟礼北浜字新開西組1234-5678番地9",
            ["香川県高松市牟礼町牟礼北浜字新開", "西組１２３４－５６７８番地９", "あおば荘２０２"],
            id="never inside a number",
        ),
    ],
)
def test_sagawas_address_goes_on_over_three_lines(typed: str, lines: list[str]) -> None:
    row = parcel(
        "sagawa",
        "hikyaku",
        ship_prefecture="香川県",
        ship_address=f"高松市{typed}",
        ship_building="あおば荘202",
    )
    assert list(label(row, carrier("sagawa")).fields[4:7]) == lines


def test_an_address_that_three_lines_cannot_hold_waits() -> None:
    row = parcel("sagawa", "hikyaku", ship_building="東館" * 30)
    problems = label(row, carrier("sagawa")).problems
    assert [problem.field for problem in problems] == ["ship_building"]


@pytest.mark.parametrize(
    ("name", "company", "printed"),
    [
        pytest.param("高橋 健一", None, ("高橋 健一", "様"), id="a person"),
        pytest.param("高橋 健一様", None, ("高橋 健一", "様"), id="title typed behind the name"),
        pytest.param("みどり商会 御中", None, ("みどり商会", "御中"), id="company with its title"),
        pytest.param("みどり商会", "みどり商会", ("みどり商会", "御中"), id="the company itself"),
        pytest.param("高橋 健一", "みどり商会", ("高橋 健一", "様"), id="a person in a company"),
    ],
)
def test_click_posts_title_stands_in_its_own_column(
    name: str, company: str | None, printed: tuple[str, str]
) -> None:
    fields = label(
        parcel("click_post", "click_post", ship_name=name, ship_company=company), carrier("click_post")
    ).fields
    assert fields[1:3] == printed


def ready(parcels: int) -> Ledger:
    """Return a ledger with so many parcels for Click Post."""
    rows: dict[str, list[Row]] = {name: [] for name in CONFIGURATION.schema}
    for number in range(1, parcels + 1):
        key = f"{number}"
        order: Cells = {
            "order_id": key,
            "status": "allocated",
            "payment_method": "cod",
            "buyer_name": "高橋 健一",
        }
        line: Cells = {
            "line_id": key,
            "order_id": key,
            "shipment_id": f"S{number}",
            "sku": "K",
            "qty": 1,
            "allocated_qty": 1,
        }
        rows["orders"].append(Row("orders", key, dict(order)))
        rows["order_lines"].append(Row("order_lines", key, dict(line)))
        rows["shipments"].append(
            shipment(
                shipment_id=f"S{number}",
                order_id=key,
                carrier="click_post",
                service="click_post",
                ship_name=f"高橋 {number}",
            )
        )
    tables = {name: Table(tab, rows[name]) for name, tab in CONFIGURATION.schema.items()}
    return Ledger(CONFIGURATION.schema, tables, NOW, language="en")


@pytest.mark.parametrize(("parcels", "rows"), [(1, [1]), (40, [40]), (41, [40, 1]), (81, [40, 40, 1])])
def test_click_post_gets_a_second_file_from_the_41st_parcel_on(parcels: int, rows: list[int]) -> None:
    before = ready(parcels)
    chosen = instruct_shipping.Settings(CONFIGURATION.shop, CONFIGURATION.carriers, CONFIGURATION.payments)
    after = before.apply(instruct_shipping.plan(before, chosen))
    (batch,) = after["batches"]
    files = batch_files(batch, after["shipments"].rows, CONFIGURATION.carriers)
    count = len(rows)
    names = [f"shipping/click_post-20261124-1-{number}of{count}.csv" for number in range(1, count + 1)]
    assert list(files) == (names if count > 1 else ["shipping/click_post-20261124-1.csv"])
    printed = [list(csv.reader(io.StringIO(content.decode("cp932"))))[1:] for content in files.values()]
    assert [len(part) for part in printed] == rows
    assert [row[1] for part in printed for row in part] == [
        f"高橋 {number}" for number in range(1, parcels + 1)
    ]
    assert not [wrong for content in files.values() for wrong in wrong_in(content, "click_post")]
