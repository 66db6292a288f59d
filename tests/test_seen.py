"""A Google ledger that a person brought back from an older version is not run: what was sent would be sent again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from automations.app.configuration import Configuration, load
from automations.app.seen import refuse_older, remember
from automations.core import journal
from automations.core.errors import LedgerRefused
from automations.core.journal import Commit
from automations.core.plan import Plan
from automations.core.snapshot import RunNote, Sheet, Snapshot

KEY = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGh"
NOTE = RunNote("run", "test", "2026-11-24T01:00:00+00:00")


@pytest.fixture(autouse=True)
def _computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAICHO_STATE", str(tmp_path / "state" / "ledgers.json"))


@pytest.fixture
def shop(tmp_path: Path) -> Configuration:
    (tmp_path / "shop.yaml").write_text(f"ledger: google:{KEY}\n", encoding="utf-8")
    return load(tmp_path)


def ledger(shop: Configuration, *ops: str) -> Snapshot:
    """Return a ledger after these commits."""
    tab = shop.schema[journal.TAB]
    rows = []
    for number, op in enumerate(ops, 1):
        commit = Commit(op, number, ops[number - 2] if number > 1 else "", "ledger-1")
        for row in journal.rows_for(Plan(), shop.schema, commit, NOTE):
            rows.append((len(rows) + 2, tuple(row.get(name) for name in tab.columns)))
    columns = {name: at for at, name in enumerate(tab.columns, 1)}
    record = Sheet(journal.TAB, "記録", 1, columns, {}, tuple(rows))
    return Snapshot("ledger-1", ops[-1] if ops else "", len(ops), {journal.TAB: record})


def test_a_ledger_nobody_saw_before_is_taken(shop: Configuration):
    refuse_older(shop, ledger(shop, "a"))


def test_a_ledger_that_went_on_is_taken(shop: Configuration):
    remember(shop, ledger(shop, "a", "b"))
    refuse_older(shop, ledger(shop, "a", "b"))
    refuse_older(shop, ledger(shop, "a", "b", "c"))


@pytest.mark.parametrize(
    "ops",
    [
        pytest.param(("a",), id="brought back"),
        pytest.param(("a", "x", "y"), id="brought back, and another computer went on from there"),
    ],
)
def test_an_older_version_is_refused(shop: Configuration, ops: tuple[str, ...]):
    remember(shop, ledger(shop, "a", "b"))
    with pytest.raises(LedgerRefused) as refused:
        refuse_older(shop, ledger(shop, *ops))
    assert refused.value.code == "ledger-restored"


def test_another_ledger_is_none_of_its_business(shop: Configuration):
    remember(shop, ledger(shop, "a", "b"))
    refuse_older(shop, replace(ledger(shop, "x"), ledger_id="ledger-2"))


def test_a_commit_that_is_no_longer_on_record_says_nothing(shop: Configuration):
    remember(shop, ledger(shop, "a", "b"))
    later = ledger(shop, "a", "b", "c")
    record = later.sheets[journal.TAB]
    refuse_older(shop, replace(later, sheets={journal.TAB: replace(record, rows=record.rows[-1:])}))


@pytest.mark.parametrize("content", ["", "{", "[]", '{"ledger-1": "x"}', '{"ledger-1": ["x", 1]}'])
def test_a_note_that_cannot_be_read_counts_as_none(shop: Configuration, tmp_path: Path, content: str):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "ledgers.json").write_text(content, encoding="utf-8")
    refuse_older(shop, ledger(shop, "a"))
    remember(shop, ledger(shop, "a", "b"))
    with pytest.raises(LedgerRefused):
        refuse_older(shop, ledger(shop, "a"))


def test_a_computer_that_cannot_keep_a_note_does_without(shop: Configuration, tmp_path: Path):
    (tmp_path / "state").write_text("in the way", encoding="utf-8")
    remember(shop, ledger(shop, "a"))
    refuse_older(shop, ledger(shop, "a"))
