"""`daicho holds`, and a rule of the shop's own from the settings tab to the holds tab and away again."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hand_shop import HandShop

from automations.app import cli

NOW = "2026-11-24T10:00"
CONDITION = "合計 >= 2,000円 かつ 都道府県 = 兵庫"


@pytest.fixture
def shop(tmp_path: Path) -> HandShop:
    made = HandShop(tmp_path / "shop")
    made.type_order("1001")
    made.type_order("1002", total=1000, buyer_name="森下 徹", goods_total=None, shipping_fee=None, fee=None)
    made.type_order("900", ordered_at="2026-07-01 08:00", buyer_name="比嘉 亜希")
    return made


def holds(shop: HandShop, *arguments: str, language: str = "en") -> Result:
    fixed = ["--shop", str(shop.folder), "--now", NOW, "--lang", language]
    return CliRunner().invoke(cli.cli, ["holds", *arguments, *fixed])


def test_list_names_reasons_thresholds_and_next_steps(shop: HandShop):
    told = holds(shop).output
    assert "H08 High amount [confirm] high_amount" in told
    assert "holds.high_amount.amount_from = 50000" in told
    assert "holds.too_long.limit_days.unallocated = 3" in told
    assert "→ The owner decides whether to ship" in told


def test_list_shows_what_the_settings_tab_says_and_reads_own_rules_back(shop: HandShop):
    shop.type("settings", "holds.high_amount.amount_from", value="70000")
    shop.type("settings", name="holds.兵庫の大口.condition", value=CONDITION)
    shop.type("settings", name="holds.兵庫の大口.重さ", value="出荷不可")
    shop.type("settings", name="holds.あやまり.condition", value="金額 >= 3")
    told = holds(shop, language="ja").output
    assert "holds.high_amount.amount_from = 70000" in told
    assert "兵庫の大口 [出荷不可]" in told
    assert "届け先のどれかで、合計が2,000円以上、かつ 届け先都道府県が『兵庫県』" in told
    assert "「金額」という列はありません。" in told


def test_try_shows_the_orders_of_the_last_days_and_writes_nothing(shop: HandShop):
    before = (shop.folder / "ledger.xlsx").read_bytes()
    tried = holds(shop, "try", CONDITION)
    assert tried.exit_code == 0
    assert "1001  Tue 24 Nov  北… 兵庫県  Total: 2,290 yen / Ship-to prefecture: 兵庫県" in tried.output
    assert "Would have been held: 1 of 2 orders of the last 90 days. Nothing was written." in tried.output
    assert (shop.folder / "ledger.xlsx").read_bytes() == before
    assert "北村" not in tried.output


def test_try_looks_back_as_far_as_it_is_told(shop: HandShop):
    assert "2 of 3 orders of the last 200 days" in holds(shop, "try", CONDITION, "--days", "200").output


@pytest.mark.parametrize("name", ["remark", "H01", "備考あり", "Customer's remark"])
def test_try_takes_a_reason_by_any_of_its_names(name: str, shop: HandShop):
    shop.type("orders", "1002", remark="玄関先に置いてください")
    tried = holds(shop, "try", name)
    assert "1002" in tried.output
    assert "Remark: 玄関先に置いてください" in tried.output
    assert "1 of 2 orders" in tried.output


@pytest.mark.parametrize(
    "name", ["兵庫の大口", "holds.兵庫の大口", "holds.兵庫の大口.condition", "要確認.兵庫の大口.条件"]
)
def test_try_takes_a_rule_of_the_settings_tab_by_its_name(name: str, shop: HandShop):
    shop.type("settings", name="holds.兵庫の大口.condition", value=CONDITION)
    assert "1 of 2 orders" in holds(shop, "try", name).output


def test_try_shows_where_an_order_goes_to(shop: HandShop):
    shop.type("orders", "1002", ship_name="森下 花", ship_prefecture="沖縄県", ship_address="那覇市泉崎9-9-9")
    assert "森… 沖縄県  Ship-to prefecture: 沖縄県" in holds(shop, "try", "都道府県が沖縄県").output


@pytest.mark.parametrize(
    ("rule", "fix"),
    [
        pytest.param("金額 >= 3", "請求金額", id="unknown column"),
        pytest.param("remarks", "remark", id="name of a reason, mistyped"),
        pytest.param("__import__('os')", "label of a column", id="a program"),
    ],
)
def test_try_refuses_what_it_cannot_ask(rule: str, fix: str, shop: HandShop):
    tried = holds(shop, "try", rule)
    assert tried.exit_code != 0
    assert getattr(tried.exception, "exit_code", 0) == 2
    assert getattr(tried.exception, "code", "") == "condition-wrong"
    assert fix in str(tried.exception)


def test_rule_of_the_settings_tab_holds_orders_and_lets_them_go_when_it_is_taken_away(shop: HandShop):
    shop.type("settings", name="holds.兵庫の大口.condition", value=CONDITION)
    shop.type("settings", name="holds.兵庫の大口.名前", value="兵庫への大口注文")
    shop.run("2026-11-24 10:00")
    held = shop.ledger()
    assert held["holds"]["1001:兵庫の大口"].text("reason") == "兵庫の大口"
    assert held["orders"]["1001"].text("stuck_reason") == "to confirm: 兵庫への大口注文"
    assert (
        held["settings"]["holds.兵庫の大口.condition"].text("in_use").startswith("for a receiver: Total is")
    )
    assert shop.run("2026-11-24 10:05").plan.is_empty
    shop.empty("settings", "holds.兵庫の大口.condition")
    shop.run("2026-11-24 10:10")
    assert shop.ledger()["holds"]["1001:兵庫の大口"].text("state") == "released"


def test_broken_rule_is_told_in_its_row_and_the_run_goes_on(shop: HandShop):
    shop.type("settings", name="holds.あやまり.condition", value="金額 >= 3")
    outcome = shop.run("2026-11-24 10:00")
    assert [finding.code for finding in outcome.findings if finding.tab == "settings"] == ["condition-wrong"]
    row = shop.ledger()["settings"]["holds.あやまり.condition"]
    assert row.text("errors") == "There is no column '金額'. Did you mean '請求金額'?"
    assert shop.ledger()["shipments"].rows
