"""The fold: each automation sees what those before it did, and looks again where later ones changed something."""

from __future__ import annotations

from pathlib import Path

import pytest
from stories import FOLDER, Story, configuration_of, ledger_of, read_stories

from automations import AUTOMATIONS
from automations.app.automate import Folded, asks_whether_closed, fold, module_of, settings_of
from automations.app.services import services_of
from automations.core.declare import Problems
from automations.core.ledger import Ledger, update
from automations.core.plan import Plan
from automations.core.statuses import is_closed

AGAIN = {name for name in AUTOMATIONS if hasattr(module_of(name), "plan_again")}
# Orders that are whole enough to go through all automations.
WHOLE = ("import_orders", "record_tracking")
LEAVING = Story(
    "a parcel leaves",
    {"now": "2026-11-24 17:00"},
    {
        "orders.csv": "order_id,status,allocation\n1044,instructed,full\n",
        "order_lines.csv": "line_id,order_id,sku,qty,allocated_qty,shipment_id,reserved\n1044-1,1044,K-7,2,2,S1,K-7*2\n",
        "shipments.csv": "shipment_id,state,order_id,carrier,service\nS1,instructed,1044,yamato,takkyubin\n",
        "products.csv": "sku,name,free\nK-7,煎茶,3\n",
        "stock.csv": "sku,counted_qty,counted_at,on_hand,reserved,free\nK-7,5,2026-11-20 09:00,5,2,3\n",
        "incoming/out.csv": "お客様管理番号,送り状番号,出荷日\nS1,490714955706,2026/11/24\n",
    },
)


def _folded(story: Story, *names: str) -> tuple[Ledger, Folded, Folded]:
    """Fold twice: over the story's ledger, and over what came out."""
    configuration = configuration_of(story)
    ledger = ledger_of(story, configuration)
    settings = settings_of(configuration, services_of(configuration), Problems())
    first = fold(ledger, names, settings)
    return ledger, first, fold(first.ledger, names, settings)


def test_automations_run_in_the_house_order_however_they_are_named() -> None:
    _, folded, _ = _folded(LEAVING, "explain_orders", "allocate_stock", "check_rows")
    assert [name for name, _ in folded.steps][:3] == ["check_rows", "allocate_stock", "explain_orders"]


def test_each_automation_sees_what_those_before_it_did() -> None:
    _, folded, _ = _folded(LEAVING, "record_tracking", "explain_orders")
    assert folded.ledger["orders"]["1044"].text("status") == "shipped"


def test_earlier_automation_looks_again_when_a_later_one_changed_what_it_reads() -> None:
    _, folded, again = _folded(LEAVING, "allocate_stock", "record_tracking")
    assert [name for name, _ in folded.steps] == ["allocate_stock", "record_tracking", "allocate_stock"]
    lot = folded.ledger["stock"]["K-7"]
    assert [lot.number_of(name) for name in ("on_hand", "reserved", "free")] == [3, 0, 3]
    assert again.plan.is_empty


def test_merged_plan_changes_each_row_once() -> None:
    _, folded, _ = _folded(LEAVING, *AUTOMATIONS)
    keys = [(change.tab, getattr(change, "key", change.cells)) for change in folded.plan.changes]
    assert len(keys) == len({str(key) for key in keys})


def test_files_are_taken_in_once_a_run() -> None:
    _, folded, _ = _folded(LEAVING, *AUTOMATIONS)
    names = [name for name, _ in folded.steps]
    assert names.count("import_orders") == names.count("record_tracking") == 1
    assert names.count("allocate_stock") > 1


def test_findings_are_told_once_although_an_automation_looked_twice() -> None:
    _, folded, _ = _folded(LEAVING, *AUTOMATIONS)
    assert len(folded.findings) == len(set(folded.findings))


@pytest.mark.parametrize(
    "path", [FOLDER / "cases" / f"{name}.case" for name in WHOLE], ids=lambda path: path.stem
)
def test_planning_again_after_a_whole_run_changes_nothing(path: Path) -> None:
    left = {}
    for story in read_stories(path):
        _, _, again = _folded(story, *AUTOMATIONS)
        if not again.plan.is_empty:
            left[story.title] = again.plan
    assert left == {}


def _with_other_open_status(ledger: Ledger) -> Ledger:
    """Give every open order whose status the program set another one, as if it had come less or more far."""
    changes = [
        update(order, {"status": "allocated" if order.text("status") == "received" else "received"})
        for order in ledger["orders"]
        if order.get("status") and not is_closed(order) and not order.is_persons("status", "status_set")
    ]
    return ledger.apply(Plan.of(changes))


@pytest.mark.parametrize("path", sorted((FOLDER / "cases").glob("*.case")), ids=lambda path: path.stem)
def test_the_status_of_an_open_order_is_no_news_to_those_that_ask_whether_it_is_closed(path: Path) -> None:
    for story in read_stories(path):
        configuration = configuration_of(story)
        ledger = ledger_of(story, configuration)
        other = _with_other_open_status(ledger)
        settings = settings_of(configuration, services_of(configuration), Problems())
        for name in story.options["run"].replace("-", "_").split():
            if asks_whether_closed(module_of(name)):
                plan = module_of(name).plan
                one, two = plan(ledger, settings[name]), plan(other, settings[name])
                assert (story.title, name, one) == (story.title, name, two)


@pytest.mark.parametrize("path", sorted((FOLDER / "cases").glob("*.case")), ids=lambda path: path.stem)
def test_who_may_pass_over_what_has_not_moved_says_the_same_as_from_the_beginning(path: Path) -> None:
    for story in read_stories(path):
        configuration = configuration_of(story)
        now = ledger_of(story, configuration)
        settings = settings_of(configuration, services_of(configuration), Problems())
        seen: dict[str, tuple[Ledger, Plan]] = {}
        steps = fold(now, AUTOMATIONS, settings).steps
        for name, plan in steps[: len(AUTOMATIONS)]:
            seen[name] = (now, plan)
            now = now.apply(plan)
        for name in sorted(AGAIN):
            again = module_of(name).plan_again(now, settings[name], *seen[name])
            assert (story.title, name, again) == (
                story.title,
                name,
                module_of(name).plan(now, settings[name]),
            )


def test_what_later_automations_write_moves_only_the_hold_rules_that_are_asked_again() -> None:
    reads = module_of("hold_orders").READS
    later = AUTOMATIONS[AUTOMATIONS.index("hold_orders") + 1 :]
    moved = {
        f"{tab}.{column}"
        for name in later
        for tab, columns in module_of(name).WRITES.items()
        for column in columns
        if column in reads.get(tab, ())
    }
    assert moved == {
        "orders.payment_state", "orders.credit_state", "orders.allocation", "orders.ship_on", "orders.status",
        "orders.status_set", "orders.status_since", "shipments.order_id", "shipments.with_orders", "shipments.state",
        "shipments.instructed_at", "shipments.shipped_on", "shipments.tracking_number", "mails.state", "mails.to",
    }  # fmt: skip


@pytest.mark.parametrize("name", AUTOMATIONS)
def test_automation_has_nothing_to_do_in_an_empty_ledger(name: str) -> None:
    _, folded, _ = _folded(Story("nothing", {"now": "2026-11-24 10:00"}), name)
    assert folded.plan.is_empty
    assert folded.findings == ()


@pytest.mark.parametrize("path", sorted((FOLDER / "cases").glob("*.case")), ids=lambda path: path.stem)
def test_automation_writes_only_what_it_says(path: Path) -> None:
    name = next(name for name in AUTOMATIONS if path.stem.startswith(name))
    said = {(tab, column) for tab, columns in module_of(name).WRITES.items() for column in columns}
    stories = [story for story in read_stories(path) if story.options["run"].replace("-", "_") == name]
    written = set()
    for story in stories[:3]:
        ledger, folded, _ = _folded(story, name)
        for _, step in folded.steps:
            for change in step.changes:
                human = {
                    name
                    for name, column in ledger.schema[change.tab].columns.items()
                    if column.owner == "human"
                }
                cells = change.cells.keys() if hasattr(change, "key") else change.cells.keys() - human
                written |= {(change.tab, column) for column in cells}
    assert written - said == set()
