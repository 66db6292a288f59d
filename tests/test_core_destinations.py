import pytest

from automations.core.ledger import Row
from automations.core.places.destinations import Destination, destination_of, destinations_of
from automations.core.values import Value

BUYER: dict[str, Value] = {
    "buyer_name": "松本 一郎",
    "buyer_company": "松本商店",
    "buyer_postcode": "5200044",
    "buyer_prefecture": "滋賀県",
    "buyer_address": "大津市京町9-1-30",
    "buyer_building": "京町ビル2F",
    "buyer_phone": "09000001012",
}
BUYER_HIMSELF = Destination(
    "松本 一郎", "松本商店", "5200044", "滋賀県", "大津市京町9-1-30", "京町ビル2F", "09000001012"
)
FLOWERS: dict[str, Value] = {
    "ship_name": "松本 花",
    "ship_postcode": "3900811",
    "ship_prefecture": "長野県",
    "ship_address": "松本市中央9-9",
}
FLOWER = Destination("松本 花", "", "3900811", "長野県", "松本市中央9-9", "", "09000001012")


def order(**cells: Value) -> Row:
    return Row("orders", "1012", {**BUYER, **cells})


def line(**cells: Value) -> Row:
    return Row("order_lines", "1012-1", dict(cells))


def test_blank_receiver_is_the_buyer() -> None:
    assert destination_of(order()) == BUYER_HIMSELF


def test_receiver_has_neither_company_nor_building_of_the_buyer_but_his_phone() -> None:
    assert destination_of(order(**FLOWERS)) == FLOWER


def test_receiver_keeps_an_own_phone_number() -> None:
    assert destination_of(order(**FLOWERS, ship_phone="0263000000")).phone == "0263000000"


def test_only_a_name_means_somebody_at_the_buyers_address() -> None:
    found = destination_of(order(ship_name="松本 実"))
    assert (found.name, found.company, found.address) == ("松本 実", "", "大津市京町9-1-30")


def test_only_an_address_means_the_buyer_elsewhere() -> None:
    found = destination_of(order(ship_postcode="0300801", ship_address="青森市新町9"))
    assert (found.name, found.prefecture, found.building) == ("松本 一郎", "青森県", "")


@pytest.mark.parametrize(
    ("postcode", "address", "prefecture"),
    [
        pytest.param(None, "東京都渋谷区神南9-1-1", "東京都", id="typed before the city"),
        pytest.param("6500021", "神戸市中央区三宮町9-3-4", "兵庫県", id="told by the postcode"),
        pytest.param("6500021", "東京都渋谷区神南9-1-1", "東京都", id="the address before the postcode"),
        pytest.param("6180000", "大山崎町9", "", id="a postcode of two prefectures tells nothing"),
        pytest.param("94105", "1 Market St", "", id="five digits are no postcode of Japan"),
        pytest.param(None, "どこか9", "", id="nothing tells it"),
    ],
)
def test_a_prefecture_nobody_filled_in_is_read_from_the_address(
    postcode: str | None, address: str, prefecture: str
) -> None:
    found = destination_of(order(ship_postcode=postcode, ship_address=address))
    assert (found.prefecture, found.address) == (prefecture, address)


def test_line_goes_before_order_and_buyer() -> None:
    assert destination_of(order(ship_name="別の人", ship_address="別の町1"), line(**FLOWERS)) == FLOWER


def test_line_does_not_take_the_phone_of_another_receiver() -> None:
    elsewhere = order(ship_name="別の人", ship_address="別の町1", ship_phone="0170000000")
    assert destination_of(elsewhere, line(**FLOWERS)).phone == "09000001012"


def test_cells_emptied_by_the_program_count_as_blank() -> None:
    assert destination_of(order(ship_name=None, ship_address=None), line(ship_name=None)) == BUYER_HIMSELF


def test_lines_to_one_receiver_are_one_destination() -> None:
    lines = [line(**FLOWERS), line(**FLOWERS), line()]
    assert destinations_of(order(), lines) == (FLOWER, BUYER_HIMSELF)


def test_order_without_lines_still_has_its_destination() -> None:
    assert destinations_of(order(**FLOWERS), []) == (FLOWER,)
