"""Carriers, shop and shipment rows for the tests of labels."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from automations.app.configuration import BUNDLED, load
from automations.app.yaml_files import read_yaml
from automations.core.cells import RawCell, read_cell
from automations.core.declare import Problems, read_all
from automations.core.ledger import Row
from automations.core.shipping.carrier_checks import check_carriers
from automations.core.shipping.carriers import Carrier
from automations.core.shipping.layouts import Rendered, render
from automations.core.shipping.parcels import label_record
from automations.core.values import Value

FOLDER = Path(__file__).parent / "carriers"
CONFIGURATION = load(Path(__file__).parent / "shop", "en")
TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)
TODAY = date(2026, 11, 24)
ACCOUNTS = {"yamato": {"billing_code": "077400000000"}, "sagawa": {"customer_code": "123456789012"}}


def carrier(name: str) -> Carrier:
    """Return a bundled carrier with an account of the test shop."""
    return replace(CONFIGURATION.carriers[name], in_use=True, account=ACCOUNTS.get(name, {}))


def declared(written: object, problems: Problems) -> dict[str, Carrier]:
    """Return carriers from plain mappings, checked."""
    made = read_all(Carrier, written, "sheets_schema/carriers", problems)
    check_carriers(made, problems)
    return made


def bundled(name: str) -> dict[str, object]:
    """Return a bundled declaration as a plain mapping that a test may change."""
    written = read_yaml(BUNDLED / "sheets_schema" / "carriers" / f"{name}.yaml", name, Problems())
    assert isinstance(written, dict)
    return written


def shipment(**cells: RawCell) -> Row:
    """Return a complete shipment row with these cells changed; None empties one."""
    usual: dict[str, RawCell] = {
        "shipment_id": "A1", "state": "planned", "order_id": "1044", "carrier": "yamato", "service": "takkyubin",
        "ship_on": "2026-11-24", "ship_name": "高橋 健一", "ship_postcode": "9800811", "ship_prefecture": "宮城県",
        "ship_address": "仙台市青葉区一番町9-77-3", "ship_phone": "09000000001", "contents": "宇治煎茶",
    }  # fmt: skip
    columns = CONFIGURATION.schema["shipments"].columns
    typed: dict[str, Value] = {
        name: read_cell(columns[name], value, TOKYO, "JPY") for name, value in {**usual, **cells}.items()
    }
    return Row(
        "shipments",
        str(typed["shipment_id"]),
        {name: value for name, value in typed.items() if value is not None},
    )


def shipments_of(name: str) -> list[Row]:
    """Return the shipments of a carrier's input file."""
    with (FOLDER / f"{name}.shipments.csv").open(encoding="utf-8", newline="") as file:
        return [shipment(**{"carrier": name, **line}) for line in csv.DictReader(file)]


def label(row: Row, of: Carrier) -> Rendered:
    """Return the rendered label of a shipment."""
    service = of.services[row.text("service")]
    return render(
        of, service, label_record(row, row.day("ship_on") or TODAY, service, CONFIGURATION.shop, of)
    )
