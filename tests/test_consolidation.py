from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from stories import Story, configuration_of, ledger_of

from automations.app.automate import fold, settings_of
from automations.app.configuration import Configuration
from automations.app.services import services_of
from automations.core.declare import Problems
from automations.core.holds.consolidation import bundles
from automations.core.shipping.shared_parcels import orders_in

HEAD = (
    "order_id,intake,ordered_at,buyer_name,buyer_postcode,buyer_prefecture,buyer_address,buyer_phone,buyer_email,"
    "payment_method,total,combine,ship_on,allocation,noshi"
)
BUYER = "池田 遥,780-0870,高知県,高知市本町9-7-1,080-0000-1019,haruka@example.com,代引,1080"
RUN = ("hold_orders", "confirm_payment", "allocate_stock", "schedule_shipping", "instruct_shipping")
WORDS = st.sampled_from(["", "同梱する", "別々に送る"])
ORDERS = st.lists(
    st.tuples(WORDS, st.sampled_from(["", "2026-11-24", "2026-11-25"]), st.sampled_from(["", "御歳暮"])),
    min_size=1,
    max_size=4,
)


@cache
def configuration() -> Configuration:
    return configuration_of(Story("", {"language": "en"}))


def story_of(orders: list[tuple[str, str, str]], now: str) -> Story:
    rows = [HEAD]
    lines = ["line_id,order_id,sku,qty"]
    for number, (word, ship_on, noshi) in enumerate(orders, 1):
        planned = "済" if ship_on else ""
        rows.append(f"{number},complete,2026-11-2{number} 09:00,{BUYER},{word},{ship_on},{planned},{noshi}")
        lines.append(f"{number}-1,{number},K-00{number},1")
    skus = [f"K-00{number},茶" for number in range(1, 5)]
    stock = [f"K-00{number},9,2026-11-01 09:00" for number in range(1, 5)]
    return Story(
        "",
        {"now": now},
        {
            "orders.csv": "\n".join(rows),
            "order_lines.csv": "\n".join(lines),
            "products.csv": "\n".join(["sku,name", *skus]),
            "stock.csv": "\n".join(["sku,counted_qty,counted_at", *stock]),
        },
    )


@settings(max_examples=60, deadline=None)
@given(orders=ORDERS, now=st.sampled_from(["2026-11-24 10:00", "2026-11-24 13:00"]))
def test_no_order_is_in_two_parcels_and_only_a_person_puts_orders_together(
    orders: list[tuple[str, str, str]], now: str
) -> None:
    made = configuration()
    rules = settings_of(made, services_of(made), Problems())
    after = fold(ledger_of(story_of(orders, now), made), RUN, rules).ledger
    living = [parcel for parcel in after["shipments"] if parcel.text("state") != "cancelled"]
    keys = [key for parcel in living for key in orders_in(parcel)]
    assert len(keys) == len(set(keys))
    inside = {line.key: line.text("shipment_id") for line in after["order_lines"]}
    for parcel in living:
        own = [after["orders"][key] for key in orders_in(parcel)]
        assert {inside[f"{order.key}-1"] for order in own} == {parcel.key}
        assert len({order.text("noshi") for order in own}) == 1
        if len(own) > 1:
            words = [order.text("combine") for order in own]
            assert "separate" not in words
            assert words.count("merge") >= len(own) - 1
    assert fold(after, RUN, rules).plan.is_empty


@settings(max_examples=60, deadline=None)
@given(orders=ORDERS)
def test_every_order_is_in_one_bundle_at_most(orders: list[tuple[str, str, str]]) -> None:
    made = configuration()
    found = bundles(ledger_of(story_of(orders, "2026-11-24 10:00"), made), made.channels)
    keys = [order.key for bundle in found for order in bundle.orders]
    assert len(keys) == len(set(keys))
