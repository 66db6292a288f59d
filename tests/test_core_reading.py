"""Cells of a snapshot become typed values; what looks equal to a machine is not always the same cell."""

from __future__ import annotations

from ledgers import NOW, shop

from automations.core.cells import RawCell
from automations.core.ledger import Ledger
from automations.core.reading import difference, ledger_from
from automations.core.seals import seal_of
from automations.core.snapshot import Sheet, Snapshot


def _products(column: str, *cells: RawCell) -> Ledger:
    rows = tuple((number, (f"K-{number}", cell)) for number, cell in enumerate(cells, 2))
    sheet = Sheet("products", "商品", 1, {"sku": 1, column: 2}, {}, rows)
    snapshot = Snapshot("0123456789abcdef", "", 0, {"products": sheet})
    return ledger_from(snapshot, shop().schema, NOW, language="en", currency="JPY")


def test_a_tick_is_not_the_number_one():
    ledger = _products("weight_g", *[1.0, True, 1])
    assert [row.get("weight_g") for row in ledger["products"]] == [1, None, 1]
    assert [(finding.code, finding.value) for finding in ledger.unreadable] == [("not-a-number", "TRUE")]


def test_a_wrong_cell_is_told_in_every_row_where_it_stands():
    ledger = _products("weight_g", "heavy", "120", "heavy")
    assert [finding.row for finding in ledger.unreadable] == [2, 4]
    assert ledger["products"]["K-3"].number_of("weight_g") == 120


def test_what_was_typed_is_kept_where_it_differs():
    rows = _products("price", "１,080円", "1080", 1080.0)["products"]
    assert [(row.money("price"), row.typed("price")) for row in rows] == [
        (1080, "１,080円"),
        (1080, "1080"),
        (1080, "1080"),
    ]


def test_of_a_copied_row_a_plan_knows_what_stands_in_the_programs_cells():
    """Settling compares it with what was met; a blank would look like a person's edit."""
    schema = shop().schema
    sealed = seal_of("0123456789abcdef", "orders", "1001")
    columns = {"order_id": 1, "status": 2, "status_set": 3, "seal": 4}
    rows = ((2, ("1001", "引当済み", "allocated", sealed)), (3, ("1002", "引当済み", "allocated", sealed)))
    snapshot = Snapshot("0123456789abcdef", "", 0, {"orders": Sheet("orders", "受注", 1, columns, {}, rows)})
    ledger = ledger_from(snapshot, schema, NOW, language="ja", currency="JPY")
    (change,) = difference(ledger, ledger).changes
    assert change.cells == {
        "status": None,
        "status_set": None,
        "seal": seal_of("0123456789abcdef", "orders", "1002"),
    }
    assert change.before == {"status": "allocated", "status_set": "allocated", "seal": sealed}
