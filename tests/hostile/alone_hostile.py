"""Each kind of broken file alone, in a process of its own, in both languages (``make test-hostile``)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import kinds
import pytest
from commands import Commands
from kinds import assert_calm, assert_told, make_shop, state_of
from texts import TEXTS
from workbooks import WORKBOOKS

LANGUAGES = ("en", "ja")
FILES = {**kinds.REFUSED, **kinds.HEAVY}
NO_LEDGERS = {**kinds.NO_LEDGERS, **kinds.NO_LEDGERS_HEAVY}


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with Commands(tmp_path_factory.mktemp("commands"), alone=True) as running:
        yield running


@pytest.mark.parametrize("name", FILES)
def test_refused_file_is_told_and_stays(name: str, commands: Commands, tmp_path: Path) -> None:
    code, row = FILES[name]
    shop = make_shop(tmp_path / "shop")
    (shop / "inbox" / f"{name}.csv").write_bytes(TEXTS[name]())
    before = state_of(shop)
    for language in LANGUAGES:
        ran = commands.daicho("run", "--lang", language, shop=shop)
        assert_calm(ran, commands, 0)
        assert_told(ran.err, language, code, f"{name}.csv{row}")
    assert state_of(shop).keys() == before.keys()
    assert (shop / "inbox" / f"{name}.csv").read_bytes() == before[f"inbox/{name}.csv"]


@pytest.mark.parametrize("name", NO_LEDGERS)
def test_no_ledger_is_refused(name: str, commands: Commands, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    (shop / "ledger.xlsx").write_bytes(WORKBOOKS[name]((shop / "ledger.xlsx").read_bytes()))
    (shop / "inbox" / "good.csv").write_text(kinds.GOOD_ORDER, encoding="utf-8")
    before = state_of(shop)
    for language in LANGUAGES:
        ran = commands.daicho("run", "--lang", language, shop=shop)
        assert_calm(ran, commands, 2)
        assert_told(f"{ran.err}\n", language, NO_LEDGERS[name], "")
        assert state_of(shop) == before


@pytest.mark.parametrize("name", [*kinds.LEDGERS, *kinds.LEDGERS_HEAVY])
def test_odd_ledger_is_used(name: str, commands: Commands, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    (shop / "ledger.xlsx").write_bytes(WORKBOOKS[name]((shop / "ledger.xlsx").read_bytes()))
    (shop / "inbox" / "good.csv").write_text(kinds.GOOD_ORDER, encoding="utf-8")
    for language in LANGUAGES:
        assert_calm(commands.daicho("run", "--lang", language, shop=shop), commands, 0)
    shown = commands.daicho("show", "orders", "--json", shop=shop).out
    assert [order["order_id"] for order in kinds.document(shown)].count("G-1") == 1
