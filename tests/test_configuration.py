"""What an owner declares: checked whole before a row is read, a shop's own file before the bundled one."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path

import pytest

from automations.app import configuration as conf
from automations.app.automate import check_columns
from automations.app.runner import open_shop
from automations.app.yaml_files import read_yaml, read_yaml_text
from automations.core.declare import Problems
from automations.core.errors import Problem, SetupError
from automations.core.messages import Label
from automations.core.schema import Choice, Column
from automations.core.schema_checks import whole_schema

SHOP = "shop: {name: 茶}\n"


def _shop(folder: Path, shop: str | bytes = SHOP, files: Mapping[str, str] | None = None) -> Path:
    (folder / "shop.yaml").write_bytes(shop.encode() if isinstance(shop, str) else shop)
    for name, text in (files or {}).items():
        path = folder / "sheets_schema" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _bundled(name: str) -> str:
    return (conf.BUNDLED / "sheets_schema" / name).read_text(encoding="utf-8")


def _problems(folder: Path) -> list[Problem]:
    with pytest.raises(SetupError) as caught:
        open_shop(folder)
    return list(caught.value.problems)


def _told(folder: Path) -> list[tuple[str, str]]:
    return [(problem.code, problem.where) for problem in _problems(folder)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("a: NO", "NO", id="NO is a word"),
        pytest.param("a: on", "on", id="on is a word"),
        pytest.param("a: True", "True", id="only small true is a yes"),
        pytest.param("a: true", True, id="true is a yes"),
        pytest.param("a: 0123", "0123", id="leading zeros stay"),
        pytest.param("a: 0x10", "0x10", id="no other number systems"),
        pytest.param("a: 1_000", "1_000", id="no underscores"),
        pytest.param("a: 12:30", "12:30", id="a time is no number of minutes"),
        pytest.param("a: 2026-11-24", "2026-11-24", id="a day is text"),
        pytest.param("a: -12", -12, id="whole number"),
        pytest.param("a: 1.50", 1.5, id="decimal"),
        pytest.param("a: 1e3", "1e3", id="no powers"),
        pytest.param("a:", None, id="nothing"),
        pytest.param("a: ~", None, id="tilde"),
    ],
)
def test_yaml_is_read_as_people_mean_it(text: str, value: object) -> None:
    read = read_yaml_text(text)
    assert isinstance(read, dict)
    assert (read["a"], type(read["a"])) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "code", "where"),
    [
        pytest.param(b"a: 1\nb: 2\na: 3\n", "yaml-wrong", "x.yaml:3", id="key that stands twice"),
        pytest.param(b"a: 1\nb: {c: 1, c: 2}\n", "yaml-wrong", "x.yaml:2", id="inner key that stands twice"),
        pytest.param(b"a: 1\n\tb: 2\n", "yaml-wrong", "x.yaml:2", id="tab for blanks"),
        pytest.param(b"a: [1, 2\nb: 3\n", "yaml-wrong", "x.yaml:2", id="bracket left open"),
        pytest.param(b"? [a]\n: 1\n", "yaml-wrong", "x.yaml:1", id="list as a key"),
        pytest.param(b"a: !!python/object:os.system x\n", "yaml-wrong", "x.yaml:1", id="foreign tag"),
        pytest.param(b"a: \x00\n", "yaml-wrong", "x.yaml", id="control character"),
        pytest.param("a: 茶\n".encode("cp932"), "file-unreadable", "x.yaml", id="another encoding"),
    ],
)
def test_broken_yaml_names_its_line(text: bytes, code: str, where: str, tmp_path: Path) -> None:
    problems = Problems()
    (tmp_path / "x.yaml").write_bytes(text)
    assert read_yaml(tmp_path / "x.yaml", "x.yaml", problems) == {}
    assert [(problem.code, problem.where) for problem in problems.found] == [(code, where)]


def test_file_saved_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert conf.load(_shop(tmp_path, SHOP.encode("utf-8-sig"))).shop.name == "茶"


def test_empty_shop_yaml_values_mean_nothing_is_given(tmp_path: Path) -> None:
    made = conf.load(_shop(tmp_path, "shop:\n  name: 茶\n  phone:\ncarriers:\n  yamato:\n    freight_no:\n"))
    assert made.shop.phone == ""
    assert made.carriers["yamato"].account["freight_no"] == ""
    assert (made.language, made.currency, made.zone.key) == ("ja", "JPY", "Asia/Tokyo")


def test_bundled_shop_yaml_is_in_order(tmp_path: Path) -> None:
    assert open_shop(_shop(tmp_path, _bundled("shop.yaml"))).configuration.language == "ja"


def test_folder_without_shop_yaml_is_no_shop(tmp_path: Path) -> None:
    assert _told(tmp_path) == [("shop-missing", "shop.yaml")]


def test_shops_calendar_follows_shop_yaml(tmp_path: Path) -> None:
    shop = "shop: {name: 茶, cut_off: '9:30', closed_weekdays: [Wed], closed_on: [2026-12-31], closed_holidays: false}"
    calendar = conf.load(_shop(tmp_path, shop)).calendar
    assert calendar.cut_off == time(9, 30)
    assert not calendar.is_open(date(2026, 11, 25))  # a Wednesday
    assert not calendar.is_open(date(2026, 12, 31))
    assert calendar.is_open(date(2026, 11, 23))  # Labour Thanksgiving Day


@pytest.mark.parametrize(
    ("shop", "told"),
    [
        pytest.param("- name\n", ("not-a-mapping", "shop.yaml"), id="list"),
        pytest.param("", ("not-a-mapping", "shop.yaml"), id="empty file"),
        pytest.param("shop: 茶\n", ("not-a-mapping", "shop.yaml: shop"), id="text for the shop"),
        pytest.param("shop: {nam: 茶}\n", ("unknown-key", "shop.yaml: shop"), id="unknown key of the shop"),
        pytest.param("langage: ja\n", ("unknown-key", "shop.yaml"), id="unknown key at the top"),
        pytest.param("language: fr\n", ("unknown-choice", "shop.yaml: language"), id="unknown language"),
        pytest.param("currency: yen\n", ("unknown-currency", "shop.yaml: currency"), id="unknown currency"),
        pytest.param("timezone: Mars\n", ("unknown-timezone", "shop.yaml: timezone"), id="unknown zone"),
        pytest.param("timezone: ../x\n", ("unknown-timezone", "shop.yaml: timezone"), id="path for a zone"),
        pytest.param("statuses: {}\n", ("unknown-key", "shop.yaml"), id="declarations of another file"),
        pytest.param("allocate_stok: {}\n", ("unknown-key", "shop.yaml"), id="unknown automation"),
        pytest.param("allocate_stock: true\n", ("not-a-mapping", "shop.yaml: allocate_stock"), id="value for a section"),
        pytest.param("allocate_stock: {at: 1}\n", ("unknown-key", "shop.yaml: allocate_stock"), id="unknown setting"),
        pytest.param("post_sales: {return_window_days: soon}\n", ("wrong-value", "shop.yaml: post_sales.return_window_days"), id="wrong setting"),
        pytest.param("carriers: {kuroneko: {billing_code: ''}}\n", ("unknown-name", "shop.yaml: carriers"), id="unknown carrier"),
        pytest.param("carriers: {yamato: '0123'}\n", ("wrong-value", "shop.yaml: carriers.yamato"), id="text for a carrier"),
        pytest.param("carriers: [yamato]\n", ("wrong-value", "shop.yaml: carriers"), id="list of carriers"),
        pytest.param("shop: {name: 茶, cut_off: noon}\n", ("wrong-value", "shop.yaml: shop.cut_off"), id="time in words"),
        pytest.param("shop: {name: 茶, closed_on: [明日]}\n", ("wrong-value", "shop.yaml: shop.closed_on"), id="day in words"),
        pytest.param("shop: {name: 茶, prefecture: 江戸}\n", ("unknown-prefecture", "shop.yaml: shop.prefecture"), id="prefecture of old"),
        pytest.param("shop: {name: 茶, closed_weekdays: [mon, tue, wed, thu, fri, sat, sun]}\n", ("never-open", "shop.yaml: shop.closed_weekdays"), id="never open"),
    ],
)  # fmt: skip
def test_wrong_shop_yaml_is_told_with_its_place(shop: str, told: tuple[str, str], tmp_path: Path) -> None:
    assert told in _told(_shop(tmp_path, shop))


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    shop = "shop: {name: 茶, closed_on: [明日]}\nlanguage: fr\nallocate_stock: {at: 1}\n"
    mails = _bundled("mails.yaml").replace("trigger: shipped", "trigger: shiped")
    files = {"mails.yaml": mails, "holds.yaml": "a: 1\na: 2\n"}
    assert {
        ("wrong-value", "shop.yaml: shop.closed_on"),
        ("unknown-choice", "shop.yaml: language"),
        ("unknown-key", "shop.yaml: allocate_stock"),
        ("unknown-choice", "sheets_schema/mails.yaml: shipped.trigger"),
        ("yaml-wrong", "sheets_schema/holds.yaml:2"),
    } <= set(_told(_shop(tmp_path, shop, files)))


def test_shops_own_file_replaces_the_bundled_one(tmp_path: Path) -> None:
    own = _bundled("statuses.yaml").replace("en: Posted", "en: Booked")
    made = conf.load(_shop(tmp_path, files={"statuses.yaml": own}))
    assert made.statuses["posted"].label.en == "Booked"
    assert made.schema["orders"].columns["status"].choices["posted"].label.en == "Booked"


def test_shops_own_tab_stands_beside_the_bundled_ones(tmp_path: Path) -> None:
    visits = (
        "label: {ja: 来店, en: Visits}\nkey: [day]\ncolumns: {day: {label: {ja: 日, en: Day}, type: date}}\n"
    )
    made = conf.load(_shop(tmp_path, files={"tabs/visits.yaml": visits}))
    assert made.schema["visits"].columns["day"].type == "date"
    assert {"orders", "visits"} <= made.schema.keys()


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        pytest.param("payment.yaml", "payments.yaml", id="name not quite right"),
        pytest.param("holds.yml", "holds.yaml", id="another ending"),
        pytest.param("yamato.yaml", "carriers/yamato.yaml", id="wrong folder"),
        pytest.param("tab/orders.yaml", "tabs/orders.yaml", id="wrong name of the folder"),
    ],
)
def test_file_that_nothing_reads_is_told(name: str, meant: str, tmp_path: Path) -> None:
    problem = _problems(_shop(tmp_path, files={name: "a: 1"}))[0]
    assert (problem.code, problem.where) == ("unknown-file", f"sheets_schema/{name}")
    assert meant in str(problem.fix)


def test_status_that_no_order_can_leave_is_told(tmp_path: Path) -> None:
    statuses = _bundled("statuses.yaml") + "packed: {label: {ja: 梱包, en: Packed}, next: [packed, shiped]}\n"
    problems = _problems(_shop(tmp_path, files={"statuses.yaml": statuses}))
    assert [problem.code for problem in problems] == ["unknown-name", "status-dead-end"]
    assert "Packed" in problems[1].why.text("en")


def test_status_that_automations_use_may_not_be_removed(tmp_path: Path) -> None:
    lines = [line for line in _bundled("statuses.yaml").splitlines() if not line.startswith("returned:")]
    told = _told(_shop(tmp_path, files={"statuses.yaml": "\n".join(lines)}))
    assert ("status-missing", "sheets_schema/statuses.yaml") in told


def test_column_that_an_automation_needs_is_told_with_who_needs_it(tmp_path: Path) -> None:
    products = _bundled("tabs/products.yaml").replace("\n  weight_g:", "\n  wieght_g:")
    problems = _problems(_shop(tmp_path, files={"tabs/products.yaml": products}))
    assert {problem.code for problem in problems} == {"column-missing"}
    wheres = {problem.where for problem in problems}
    assert "sheets_schema/tabs/products.yaml (automations/schedule_shipping.py)" in wheres
    assert all("wieght_g" in problem.fix.text("en") for problem in problems)


def test_broken_tab_is_told_once_and_not_for_every_automation(tmp_path: Path) -> None:
    told = _told(_shop(tmp_path, files={"tabs/customers.yaml": "label: {ja: 顧客}\n"}))
    assert ("label-incomplete", "sheets_schema/tabs/customers.yaml: label") in told
    assert len(told) < 6


def _tab_problems(*columns: Column, key: tuple[str, ...] = ("order_id",)) -> list[tuple[str, str]]:
    made = conf.load(Path(__file__).parent / "shop")
    orders = made.schema["orders"]
    odd = dataclasses.replace(
        orders, columns={**orders.columns, **{column.id: column for column in columns}}, key=key
    )
    problems = Problems()
    whole_schema(
        {**made.schema, "orders": odd},
        {"statuses": {}, "payments": {}, "channels": {}, "services": {}},
        problems,
    )
    return [
        (problem.code, problem.where.partition("orders.yaml: ")[2])
        for problem in problems.found
        if "orders.yaml" in problem.where
    ]


@pytest.mark.parametrize(
    ("column", "told"),
    [
        pytest.param(Column("x", Label("状態", "X")), ("header-twice", "x"), id="header of another column"),
        pytest.param(Column("x", Label("ｽﾃｰﾀｽ", "X")), ("header-twice", "x"), id="alias of another column"),
        pytest.param(Column("x", Label("X", "X"), "choice"), ("choices-missing", "x"), id="choice without values"),
        pytest.param(Column("x", Label("X", "X"), twin="y"), ("unknown-column", "x.twin"), id="twin that is not there"),
        pytest.param(Column("x", Label("X", "X"), refers_to="teas.id"), ("unknown-name", "x.refers_to"), id="reference to no tab"),
        pytest.param(Column("x", Label("X", "X"), refers_to="products.id"), ("unknown-column", "x.refers_to"), id="reference to no column"),
        pytest.param(Column("x", Label("X", "X"), "choice", choices_from="teas"), ("unknown-name", "x"), id="list that is not there"),
    ],
)  # fmt: skip
def test_wrong_column_is_told(column: Column, told: tuple[str, str]) -> None:
    assert _tab_problems(column) == [told]


def test_key_of_a_tab_must_be_a_column() -> None:
    assert _tab_problems(key=("number",)) == [("unknown-column", "key")]


def test_choice_column_with_values_of_its_own_is_fine() -> None:
    size = Column("x", Label("X", "X"), "choice", choices={"s": Choice("s", Label("小", "small"))})
    assert _tab_problems(size) == []


def test_bundled_automations_find_all_their_columns() -> None:
    problems = Problems()
    check_columns(conf.load(Path(__file__).parent / "shop"), problems)
    assert problems.found == []


def test_fingerprint_changes_with_any_setting(tmp_path: Path) -> None:
    before = conf.load(_shop(tmp_path)).fingerprint
    assert conf.load(_shop(tmp_path)).fingerprint == before
    assert conf.load(_shop(tmp_path, SHOP + "post_sales: {return_window_days: 9}\n")).fingerprint != before
