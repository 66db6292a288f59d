"""Automations of the shop's own: loaded from its folder, checked, run behind the bundled ones, undone never half."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from hand_shop import TOKYO

from automations.app.configuration import BUNDLED
from automations.app.demo.shop_data import SHOP
from automations.app.doctor import examine
from automations.app.own_automations import running_order
from automations.app.runner import Outcome, open_shop, read_ledger, run
from automations.app.shops import init_shop
from automations.core.errors import SetupError

CONTRIBUTING = Path(__file__).parent.parent / "CONTRIBUTING.md"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)
OWN_COLUMN = "  shop_note: {label: {ja: 店メモ, en: Shop note}, owner: robot}\n"
ORDERS = "受注番号,注文者名,支払方法,商品コード,数量,単価\nA-1,森 一郎,代引,K-001,3,1080\nA-2,林 花子,代引,K-001,1,1080\n"
BIG_ORDERS = '''"""Note orders of three pieces or more."""

from dataclasses import dataclass

from automations.core.plan import Plan

READS = {"order_lines": ("order_id", "qty"), "orders": ("shop_note",)}
WRITES = {"orders": ("shop_note",)}


@dataclass(frozen=True)
class Settings:
    pieces_from: int = 3


def plan(ledger, settings):
    orders, lines = ledger.frame("orders"), ledger.frame("order_lines")
    edited = orders.copy()
    pieces = lines.groupby("order_id")["qty"].sum().reindex(orders.index).fillna(0)
    edited.loc[pieces >= settings.pieces_from, "shop_note"] = "large"
    return Plan.from_frames(ledger["orders"], orders, edited, ledger.currency)
'''


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    tabs = tmp_path / "sheets_schema" / "tabs"
    tabs.mkdir(parents=True)
    bundled = (BUNDLED / "sheets_schema" / "tabs" / "orders.yaml").read_text(encoding="utf-8")
    (tabs / "orders.yaml").write_text(
        bundled.replace("columns:\n", f"columns:\n{OWN_COLUMN}", 1), encoding="utf-8"
    )
    init_shop(tmp_path, language="en", shop=SHOP)
    (tmp_path / "automations").mkdir()
    (tmp_path / "inbox" / "orders.csv").write_text(ORDERS, encoding="utf-8")
    return tmp_path


def _write(shop: Path, text: str, name: str = "big_orders") -> None:
    (shop / "automations" / f"{name}.py").write_text(text, encoding="utf-8")


def _run(shop: Path) -> Outcome:
    return run(shop, now=NOW)


def _notes(shop: Path) -> dict[str, str]:
    return {order.key: order.text("shop_note") for order in read_ledger(open_shop(shop))[1]["orders"]}


def test_it_runs_behind_the_bundled_ones_and_planning_again_gives_nothing(shop: Path) -> None:
    _write(shop, BIG_ORDERS)
    _run(shop)
    assert _notes(shop) == {"A-1": "large", "A-2": ""}
    assert _run(shop).plan.is_empty
    assert "✓ automations of your own: big_orders" in examine(shop, NOW, "en")[0]


def test_the_example_in_contributing_works_as_it_stands(shop: Path) -> None:
    (code,) = re.findall(r"```python\n(.+?)```", CONTRIBUTING.read_text(encoding="utf-8"), re.DOTALL)
    _write(shop, code)
    (shop / "inbox" / "orders.csv").write_text(ORDERS.replace(",3,", ",10,"), encoding="utf-8")
    _run(shop)
    assert _notes(shop) == {"A-1": "large", "A-2": ""}
    assert _run(shop).plan.is_empty


def test_it_has_its_block_in_shop_yaml(shop: Path) -> None:
    _write(shop, BIG_ORDERS)
    with (shop / "shop.yaml").open("a", encoding="utf-8") as settings:
        settings.write("big_orders: {pieces_from: 1}\n")
    _run(shop)
    assert _notes(shop) == {"A-1": "large", "A-2": "large"}


def test_it_runs_where_it_says(shop: Path) -> None:
    _write(shop, BIG_ORDERS.replace("READS =", 'RUNS_AFTER = "hold_orders"\nREADS =', 1))
    order = running_order(open_shop(shop).own)
    assert order[order.index("big_orders") - 1] == "hold_orders"
    assert order[-1] == "explain_orders"


@pytest.mark.parametrize(
    ("text", "where", "why"),
    [
        pytest.param("x = (\n", "big_orders.py:1", "SyntaxError", id="cannot be read"),
        pytest.param("import nothing_of_this_name\n", "big_orders.py:1", "No module named", id="cannot be loaded"),
        pytest.param("READS = {}\n", "big_orders.py", "It lacks WRITES, plan.", id="lacks what is needed"),
        pytest.param(BIG_ORDERS.replace('("shop_note",)', '"shop_note"'), "big_orders.py", "READS, WRITES must name", id="columns as text"),
        pytest.param(BIG_ORDERS.replace("shop_note", "memo"), "big_orders.py", "belongs to people", id="writes a column of people"),
        pytest.param(BIG_ORDERS.replace("shop_note", "shop_nota"), "orders.yaml", "is not declared", id="an unknown column"),
        pytest.param(BIG_ORDERS.replace('WRITES = {"orders": ("shop_note",)}', "WRITES = {}"), "big_orders.py", "orders.shop_note", id="writes more than it says"),
        pytest.param(BIG_ORDERS.replace("    edited =", "    1 / 0\n    edited =", 1), "big_orders.py:18", "ZeroDivisionError", id="stops with an error"),
        pytest.param(BIG_ORDERS.replace("    return ", "    "), "big_orders.py", "must give back a Plan", id="gives back nothing"),
    ],
)  # fmt: skip
def test_one_that_cannot_be_used_stops_the_run_before_anything_is_written(
    shop: Path, text: str, where: str, why: str
) -> None:
    before = (shop / "ledger.xlsx").read_bytes()
    _write(shop, text)
    with pytest.raises(SetupError) as refused:
        _run(shop)
    problem = refused.value.problems[0]
    assert where in str(problem.where)
    assert why in problem.why.text("en")
    assert (shop / "ledger.xlsx").read_bytes() == before


def test_a_name_of_a_bundled_one_is_taken(shop: Path) -> None:
    _write(shop, BIG_ORDERS, "hold_orders")
    with pytest.raises(SetupError, match="cannot have this name"):
        _run(shop)
