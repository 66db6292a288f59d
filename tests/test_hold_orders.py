from collections.abc import Mapping
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import Story, configuration_of, ledger_of

from automations import hold_orders
from automations.app.automate import settings_of
from automations.app.configuration import Configuration
from automations.app.services import services_of
from automations.core.declare import Problems
from automations.core.holds.reason_checks import check_holds
from automations.core.holds.reasons import HoldReason
from automations.core.holds.rules import RULES
from automations.core.ledger import Ledger, Row
from automations.core.messages import Label
from automations.core.places.islands import is_island
from automations.core.plan import Plan, SetCells

ORDER = {
    "order_id": "1001",
    "ordered_at": "2026-11-22 10:03",
    "buyer_name": "山本 さくら",
    "buyer_postcode": "150-0001",
    "buyer_prefecture": "東京都",
    "buyer_address": "渋谷区神宮前9-88-7",
    "buyer_phone": "090-0000-1001",
    "payment_method": "カード",
    "total": "3040",
}
HOLD = {
    "hold_id": "1001:remark",
    "order_id": "1001",
    "reason": "備考あり",
    "severity": "confirm",
    "opened_at": "2026-11-23 09:00",
}


@cache
def configuration(language: str = "en") -> Configuration:
    return configuration_of(Story("", {"language": language}))


@cache
def rules(language: str = "en") -> hold_orders.Settings:
    made = configuration(language)
    found = settings_of(made, services_of(made), Problems())["hold_orders"]
    assert isinstance(found, hold_orders.Settings)
    return found


def csv_of(row: Mapping[str, str]) -> str:
    return ",".join(row) + "\n" + ",".join(row.values()) + "\n"


def ledger(order: Mapping[str, str], hold: Mapping[str, str] | None = None, language: str = "en") -> Ledger:
    sections = {"orders.csv": csv_of({**ORDER, **order})}
    if hold is not None:
        sections["holds.csv"] = csv_of({**HOLD, **hold})
    story = Story("", {"now": "2026-11-24 10:00"}, sections)
    return ledger_of(story, configuration(language))


def after(before: Ledger, language: str = "en") -> Ledger:
    return before.apply(hold_orders.plan(before, rules(language)))


def reasons(order: Mapping[str, str]) -> set[str]:
    return {hold.text("reason") for hold in after(ledger(order))["holds"]}


def only_hold(found: Ledger) -> Row:
    return found["holds"]["1001:remark"]


def test_an_order_without_doubts_has_no_holds() -> None:
    found = after(ledger({}))
    assert not len(found["holds"])
    assert found["orders"]["1001"].text("confirmation") == "clear"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("山", id="one character"),
        pytest.param("田中", id="family name alone"),
        pytest.param("あああ 子", id="same character three times"),
        pytest.param("XXX", id="same letter three times"),
        pytest.param("さくら やまもと", id="only hiragana"),
        pytest.param("ﾔﾏﾓﾄ ｻｸﾗ", id="only half-width katakana"),
        pytest.param("タナカ・ケイコ", id="only katakana with a dot"),
        pytest.param("John Smith", id="only Latin letters"),
        pytest.param("Ｔａｒｏ Ｙａｍａｄａ", id="only full-width Latin letters"),
    ],
)
def test_doubtful_names_are_held(name: str) -> None:
    assert reasons({"buyer_name": name}) == {"name"}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("林 直", id="two characters with a space"),
        pytest.param("林　直樹", id="full-width space"),
        pytest.param("佐々木和子", id="no space"),
        pytest.param("﨑山 髙志", id="characters of the IBM extension"),
        pytest.param("高橋 ケンイチ", id="kanji and kana"),
        pytest.param("株式会社みどり商会", id="company as the name"),
        pytest.param("(株)ABC", id="short form of a company"),
        pytest.param("コモレビ病院", id="hospital"),
    ],
)
def test_plain_names_pass(name: str) -> None:
    assert reasons({"buyer_name": name}) == set()


def test_a_department_passes_as_a_name_when_the_company_is_given() -> None:
    assert reasons({"buyer_name": "総務", "buyer_company": "株式会社みどり商会"}) == set()


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        pytest.param({"buyer_phone": ""}, {"phone"}, id="no phone at all"),
        pytest.param({"buyer_phone": "02012345678"}, {"phone"}, id="number of a machine"),
        pytest.param({"ship_name": "森下 徹", "ship_phone": "12"}, {"phone"}, id="receiver's phone"),
        pytest.param(
            {"buyer_postcode": "", "buyer_address": ""}, {"postcode_unknown", "house_number"}, id="no place"
        ),
        pytest.param(
            {"buyer_company": "宇治商店", "buyer_address": "渋谷区神宮前"}, set(), id="company without number"
        ),
        pytest.param(
            {"buyer_postcode": "498-0000", "buyer_prefecture": "三重県"},
            set(),
            id="postcode in two prefectures",
        ),
        pytest.param(
            {"buyer_prefecture": "", "buyer_address": "大阪府渋谷区神宮前9-8"},
            {"postcode_prefecture"},
            id="in the address",
        ),
        pytest.param({"remark": " 特になし "}, set(), id="remark that says nothing"),
        pytest.param({"remark": "なし。"}, set(), id="the same with a full stop"),
        pytest.param({"remark": "=1+1"}, {"remark"}, id="remark like a formula"),
        pytest.param({"total": "49999", "customer_id": ""}, {"high_amount"}, id="high for a first order"),
        pytest.param({"total": "29999"}, set(), id="just under the limit of first orders"),
        pytest.param({"total": "", "goods_total": "60000"}, {"high_amount"}, id="total left blank"),
        pytest.param({"gift": "TRUE"}, {"gift"}, id="wrapping only"),
        pytest.param({"requested_time": "19-21"}, set(), id="window the carrier has"),
        pytest.param({"requested_on": "2026-11-25"}, set(), id="first day that can be reached"),
        pytest.param({"requested_on": "2026-11-24"}, {"delivery_wish"}, id="a day too early"),
    ],
)
def test_reasons_of_an_order(cells: Mapping[str, str], expected: set[str]) -> None:
    assert reasons(cells) == expected


@pytest.mark.parametrize(
    ("postcode", "island"),
    [
        pytest.param("1001401", True, id="Hachijo"),
        pytest.param("9520000", True, id="Sado, by three digits"),
        pytest.param("7613110", True, id="Naoshima, by seven digits"),
        pytest.param("9070022", True, id="Ishigaki"),
        pytest.param("1000001", False, id="Tokyo"),
        pytest.param("7613111", False, id="beside Naoshima"),
        pytest.param("", False, id="blank"),
    ],
)
def test_islands(postcode: str, island: bool) -> None:
    assert is_island(postcode) is island


def test_a_cleared_hold_stays_cleared_when_the_shop_changes_its_language() -> None:
    cleared = {
        "state": "解除済み",
        "clear": "TRUE",
        "evidence": "Remark: ok",
        "cleared_evidence": "Remark: ok",
    }
    before = ledger({"remark": "ok"}, cleared, language="ja")
    assert only_hold(after(before, "ja")).text("state") == "cleared"


def test_a_tick_on_a_released_hold_does_not_clear_it_when_the_cause_comes_back() -> None:
    released = {
        "state": "自然解消",
        "clear": "TRUE",
        "clear_set": "",
        "cleared_by": "木漏",
        "evidence": "Remark: ok",
    }
    quiet = after(ledger({}, released))
    assert only_hold(quiet).text("state") == "released"
    back = only_hold(after(quiet.apply(Plan((SetCells("orders", "1001", {"remark": "again"}, {}),)))))
    assert (back.text("state"), back.flag("clear")) == ("open", False)


def test_a_tick_on_something_else_than_the_order_says_now_must_be_repeated() -> None:
    ticked = {
        "state": "確認待ち",
        "clear": "TRUE",
        "clear_set": "",
        "cleared_by": "木漏",
        "evidence": "Remark: old",
    }
    before = ledger({"remark": "new"}, ticked)
    assert [finding.code for finding in hold_orders.plan(before, rules()).findings] == ["tick-again"]
    asked = after(before)
    assert (only_hold(asked).text("state"), only_hold(asked).text("evidence")) == ("open", "Remark: new")
    unticked = after(
        asked.apply(Plan((SetCells("holds", "1001:remark", {"clear": False, "clear_set": True}, {}),)))
    )
    assert only_hold(unticked).get("errors") is None


STATES = st.fixed_dictionaries(
    {
        "state": st.sampled_from(["確認待ち", "解除済み", "自然解消"]),
        "clear": st.sampled_from(["", "TRUE", "FALSE"]),
        "clear_set": st.sampled_from(["", "TRUE", "FALSE"]),
        "cleared_by": st.sampled_from(["", "木漏"]),
        "evidence": st.sampled_from(["", "Remark: a", "Remark: b"]),
        "cleared_evidence": st.sampled_from(["", "Remark: a"]),
    }
)
ORDERS = st.fixed_dictionaries(
    {
        "remark": st.sampled_from(["", "a", "b"]),
        "status": st.sampled_from(["", "未引当", "保留", "出荷指示", "キャンセル", "計上済み"]),
        "confirmation": st.sampled_from(["", "不要", "要確認", "確認済み"]),
        "service_wish": st.sampled_from(["", "ネコポス"]),
        "payment_method": st.sampled_from(["カード", "代引"]),
    }
)


@settings(max_examples=150, deadline=None)
@given(order=ORDERS, hold=STATES)
def test_planning_again_changes_nothing(order: dict[str, str], hold: dict[str, str]) -> None:
    found = after(ledger(order, hold))
    assert hold_orders.plan(found, rules()).is_empty


@settings(max_examples=150, deadline=None)
@given(order=ORDERS, hold=STATES)
def test_no_order_goes_on_with_an_open_hold(order: dict[str, str], hold: dict[str, str]) -> None:
    found = after(ledger(order, hold))
    is_open = any(row.text("state") == "open" for row in found["holds"])
    if order["status"] in ("キャンセル", "計上済み"):
        assert not is_open
    else:
        assert (found["orders"]["1001"].text("confirmation") == "open") is is_open


@settings(max_examples=100, deadline=None)
@given(order=ORDERS, hold=STATES)
def test_nobody_but_a_person_clears(order: dict[str, str], hold: dict[str, str]) -> None:
    before = ledger(order, hold)
    state = only_hold(after(before)).text("state")
    if state == "cleared" and hold["state"] != "解除済み":
        assert hold["clear"] == "TRUE"
        assert hold["cleared_by"]


def test_every_declared_reason_has_its_rule_and_every_rule_its_reason() -> None:
    assert set(configuration().holds) == set(RULES)


def test_wrong_declarations_of_reasons_are_told_together() -> None:
    label = Label("備考", "remark")
    written = {
        "remark": HoldReason("remark", "H01", label, "warn", label, clearable=False),
        "remarks": HoldReason("remarks", "H01", label, "confirm", label),
    }
    problems = Problems()
    check_holds(written, problems)
    assert [problem.code for problem in problems.found] == [
        "hold-not-clearable",
        "unknown-hold-rule",
        "hold-code-doubled",
    ]


def test_a_plan_names_only_columns_it_declares() -> None:
    found: Plan = hold_orders.plan(ledger({"remark": "a"}), rules())
    for change in found.changes:
        assert set(change.cells) <= set(hold_orders.WRITES[change.tab])
