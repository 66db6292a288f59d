"""The demo, run whole: every order stands where the practice page expects it, and nothing is lost on the way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from automations.app.demo.carrier_desk import issued_list
from automations.app.demo.scenes import SCENES
from automations.app.demo.tour import FOLDER, NotADemo, afterwards, make_shop, play, typed_as
from automations.app.runner import Shop, read_ledger, run
from automations.core.ledger import Ledger

# Where each order stands on 2026-11-24 after both files came in, and what its sentence says.
# Source: backoffice-practice 10.2. Not held yet in this version, so that these go on: 1023 (no
# re-authorisation plan), 1025 (H21, H25 only warn).
# 1008 is blocked (H12) and has refused a parcel (H13); 1003 to 1005 wait for payment, because bank
# statements are not matched yet.
FIRST_MORNING = {
    "KM-1001": ("posted", ""),
    "KM-1002": ("arrived", ""),
    "KM-1003": ("allocated", "the payment has not come in"),
    "KM-1004": ("allocated", "the payment has not come in"),
    "KM-1005": ("allocated", "the payment has not come in"),
    "KM-1006": ("shipped", ""),
    "KM-1007": ("on_hold", "Contradictory delivery method"),
    "KM-1008": ("on_hold", "Refused parcels before"),
    "KM-1009": ("allocated", "the credit check is not done"),
    "KM-1010": ("allocated", "the credit check is not done"),
    "KM-1011": ("on_hold", "Gift or noshi"),
    "KM-1012": ("instructed", ""),
    "KM-1013": ("on_hold", "Island or Okinawa (first time)"),
    "KM-1014": ("on_hold", "Impossible day or time"),
    "KM-1015": ("on_hold", "No house number"),
    "KM-1016": ("on_hold", "Postcode in another prefecture"),
    "KM-1017": ("on_hold", "Doubtful phone number"),
    "KM-1018": ("on_hold", "Customer's remark"),
    "KM-1019": ("instructed", ""),
    "KM-1020": ("on_hold", "Perhaps ordered twice"),
    "KM-1021": ("on_hold", "High amount"),
    "KM-1022": ("partially_allocated", "K-006 is short by 3 (held for KM-1003, KM-1005, KM-1012)"),
    "KM-1023": ("unallocated", "waits for the release of K-010 on 2027-05-10"),
    "KM-1024": ("partially_allocated", "K-008 is short by 2 (on the shelf but too close to the date: 5)"),
    "KM-1025": ("instructed", ""),
    "H-00001": ("instructed", ""),
}
LAST_EVENING = {
    "KM-1003": "shipped",
    "KM-1006": "returned",
    "KM-1007": "instructed",
    "KM-1011": "arrived",
    "KM-1012": "posted",
    "KM-1015": "on_hold",
    "KM-1016": "posted",
    "KM-1020": "cancelled",
    "KM-1022": "posted",
    "KM-1023": "unallocated",
    "KM-1028": "partially_allocated",
    "KM-1029": "allocated",
    "KM-1030": "received",
}


def test_commands_to_try_can_be_typed_as_they_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / ".venv" / "bin" / "daicho"
    program.parent.mkdir(parents=True)
    program.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    assert typed_as(str(program)) == str(Path(".venv", "bin", "daicho"))
    monkeypatch.setenv("PATH", str(program.parent))
    assert typed_as(str(program)) == "daicho"
    assert typed_as("-c") == "daicho"


class Tour(NamedTuple):
    """The shop after the tour, its ledger after each scene, and every line that was told."""

    shop: Shop
    days: list[Ledger]
    told: list[str]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    shop = make_shop(tmp_path_factory.mktemp("demo"), "en")
    days: list[Ledger] = []
    told: list[str] = []
    for number, scene in enumerate(SCENES, 1):
        told += play(shop, scene, number, "en")
        days.append(read_ledger(shop, scene.leaves_at or scene.at)[1])
    return Tour(shop, days, [*told, *afterwards(shop, "en")])


def _folder(tour: Tour) -> Path:
    return tour.shop.configuration.folder


@pytest.mark.parametrize("key", FIRST_MORNING)
def test_first_morning_leaves_each_order_where_practice_expects_it(key: str, tour: Tour) -> None:
    order = tour.days[1]["orders"][key]
    status, sentence = FIRST_MORNING[key]
    assert order.text("status") == status
    assert sentence in order.text("stuck_reason")
    assert bool(sentence) == bool(order.text("stuck_reason"))


def test_first_morning_takes_in_every_order_once(tour: Tour) -> None:
    assert [row.key for row in tour.days[1]["orders"].set_aside] == []
    assert {row.key for row in tour.days[1]["orders"]} == set(FIRST_MORNING)


@pytest.mark.parametrize("key", LAST_EVENING)
def test_last_evening_shows_orders_at_every_stage(key: str, tour: Tour) -> None:
    assert tour.days[-1]["orders"][key].text("status") == LAST_EVENING[key]


def test_one_parcel_of_two_has_left_while_the_other_waits_for_its_label(tour: Tour) -> None:
    assert tour.days[3]["orders"]["KM-1012"].text("status") == "partially_shipped"
    assert tour.days[4]["orders"]["KM-1012"].text("status") == "shipped"


def test_repeated_file_changes_nothing_and_tells_what_differs(tour: Tour) -> None:
    before, after = tour.days[3]["orders"], tour.days[4]["orders"]
    assert {row.key for row in before} == {row.key for row in after}
    assert after["KM-1015"].text("ship_address") == "世田谷区若林"
    assert "若林9-2-6" in after["KM-1015"].text("source_change")
    assert after["KM-1019"].text("source_change") == ""


def test_refused_files_are_named_and_stay_in_the_inbox_until_a_person_takes_them(tour: Tour) -> None:
    assert any(line.strip().startswith("unknown-layout at uriage_11.csv") for line in tour.told)
    assert any(line.strip().startswith("other-currency at") for line in tour.told)
    assert [path.name for path in (_folder(tour) / "inbox").iterdir() if path.is_file()] == []


def test_stock_never_falls_below_zero_or_below_what_is_reserved(tour: Tour) -> None:
    for day in tour.days:
        for lot in day["stock"]:
            assert 0 <= lot.number_of("reserved") <= lot.number_of("on_hand"), f"{day.now} {lot.key}"


def test_nothing_is_shipped_that_was_not_there(tour: Tour) -> None:
    last = tour.days[-1]
    moved = Counter[str]()
    for move in last["movements"]:
        if move.text("kind") == "shipped" and move.key.startswith("S-"):
            moved[move.text("shipment_id")] -= move.number_of("qty")
    for line in last["order_lines"]:
        if line.text("shipment_id") in moved and not line.text("components"):
            assert line.number_of("allocated_qty") == line.number_of("qty")
    assert sum(moved.values()) > 0


def test_every_tracking_number_is_given_once(tour: Tour) -> None:
    numbers = [
        row.text("tracking_number") for row in tour.days[-1]["shipments"] if row.text("tracking_number")
    ]
    assert len(numbers) == len(set(numbers)) > 15


def test_history_brings_no_storm_of_mails(tour: Tour) -> None:
    old = {"KM-1001", "KM-1002", "KM-1003", "KM-1004", "KM-1005", "KM-1006"}
    first = tour.days[1]["mails"]
    written = [row.key for row in first if row.text("order_id") in old and row.text("file")]
    assert written == ["follow_up:KM-1001", "thank_you:KM-1002"]


def test_buyer_of_the_returned_parcel_gets_no_more_mails(tour: Tour) -> None:
    mails = [row.text("template") for row in tour.days[-1]["mails"] if row.text("order_id") == "KM-1006"]
    assert mails == ["order_confirmation", "shipped"]


def test_nobody_who_wants_no_mail_gets_one(tour: Tour) -> None:
    assert "KM-1024" not in {row.text("order_id") for row in tour.days[-1]["mails"]}


def test_label_writes_what_the_carrier_cannot_with_its_sister_character(tour: Tour) -> None:
    batch = tour.days[1]["shipments"]["KM1025P1"].text("batch_id")
    shipping_file = (_folder(tour) / tour.days[1]["batches"][batch].text("file")).read_bytes()
    assert "吉﨑 髙志" in shipping_file.decode("cp932")
    assert tour.days[1]["orders"]["KM-1025"].text("ship_name") == "𠮷﨑 髙志"


def test_every_file_the_ledger_or_the_tour_names_is_there(tour: Tour) -> None:
    last = tour.days[-1]
    named = [row.text("file") for tab in ("batches", "mails") for row in last[tab] if row.text("file")]
    opened = tour.told[tour.told.index(f"What to open in {FOLDER}/:") + 1 : tour.told.index("Try next:")]
    named += [line.split()[0] for line in opened]
    assert len(named) > 50
    assert [name for name in named if not (_folder(tour) / name).is_file()] == []


def test_tour_is_told_in_about_a_hundred_lines(tour: Tour) -> None:
    assert 80 <= len(tour.told) <= 130


def test_running_again_settles_and_then_changes_nothing(tour: Tour) -> None:
    evening = SCENES[-1].leaves_at
    first = run(_folder(tour), now=evening)
    assert {change.tab for change in first.plan.changes} <= {
        "stock",
        "products",
        "order_lines",
        "orders",
        "control",
        "runs",
    }
    second = run(_folder(tour), now=evening)
    assert second.plan.is_empty
    assert second.delivered.files == second.delivered.mails == ()


def test_demo_in_japanese_writes_japanese_labels(tmp_path: Path) -> None:
    shop = make_shop(tmp_path, "ja")
    told = list(play(shop, SCENES[0], 1, "ja"))
    assert "1. 11月24日(火) 09:00" in told[1]
    assert any("KM-1008 加藤 翔 [保留]" in line for line in told)


def test_demo_replaces_its_own_folder_only(tmp_path: Path) -> None:
    make_shop(tmp_path, "en")
    make_shop(tmp_path, "ja")
    other = tmp_path / "elsewhere"
    (other / FOLDER).mkdir(parents=True)
    (other / FOLDER / "mine.txt").write_text("mine")
    with pytest.raises(NotADemo):
        make_shop(other, "en")
    assert (other / FOLDER / "mine.txt").read_text() == "mine"


def test_issued_list_numbers_only_what_was_printed(tour: Tour) -> None:
    batch = tour.days[1]["shipments"]["KM1012P1"].text("batch_id")
    shipping_file = (_folder(tour) / tour.days[1]["batches"][batch].text("file")).read_bytes()
    issued = issued_list(shipping_file, {"KM1012P2"}, on=SCENES[3].at.date(), first=4)
    header, label = issued.decode("cp932").splitlines()
    assert header.split(",")[3] == "伝票番号"
    assert label.split(",")[:5] == ["KM1012P2", "0", "", f"40000100005{40000100005 % 7}", "2026/11/24"]
