import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.app.lookups import look_up_postcode
from automations.core.places.addresses import full_address, has_house_number, place_key, rest_behind_town
from automations.core.places.postcodes import Town, prefectures_by_prefix


@pytest.mark.parametrize(
    ("postcode", "address"),
    [
        pytest.param("1500001", "渋谷区神宮前9-88-7", id="half-width digits"),
        pytest.param(
            "1500001", "東京都渋谷区神宮前９丁目８８番７号", id="full width, prefecture typed again"
        ),
        pytest.param("1500001", "渋谷区神宮前九丁目八十八番七号", id="kanji numerals"),
        pytest.param("9800811", "仙台市青葉区一番町9-77-3 あおば荘202", id="numeral in the town"),
        pytest.param(
            "0600001", "札幌市中央区北1条西99-9-9", id="district in digits where the master has kanji"
        ),
        pytest.param("9030814", "那覇市首里崎山町1丁目", id="block only"),
        pytest.param("6048166", "京都市中京区三条通烏丸西入御倉町", id="Kyoto street"),
        pytest.param("6048166", "京都市中京区烏丸通三条上る御倉町", id="Kyoto street in hiragana"),
        pytest.param("1400000", "品川区無番地", id="without number, said so"),
        pytest.param("9250049", "羽咋市柳橋町イ", id="syllable instead of a number"),
        pytest.param("9250049", "羽咋市柳橋町字ロの部", id="syllable and part"),
        pytest.param("1001401", "八丈町大賀郷9999", id="island left out of the municipality"),
        pytest.param("0018501", "札幌市北区北二十九条西", id="code of one big receiver"),
        pytest.param("1008994", "千代田区丸の内 東京中央郵便局私書箱", id="post office box"),
        pytest.param("", "渋谷区神宮前9-88-7", id="no postcode to tell the town by"),
        pytest.param("", "渋谷区神宮前九丁目", id="no postcode, numeral before the block sign"),
    ],
)
def test_address_can_be_found(postcode: str, address: str) -> None:
    assert has_house_number(address, look_up_postcode(postcode))


@pytest.mark.parametrize(
    ("postcode", "address"),
    [
        pytest.param("1540023", "世田谷区若林", id="town only"),
        pytest.param("9800811", "仙台市青葉区一番町", id="numeral belongs to the town"),
        pytest.param("9800811", "仙台市青葉区1番町", id="town with a digit typed for its numeral"),
        pytest.param("6500021", "神戸市中央区三宮町", id="numeral at the start of the town"),
        pytest.param("0600001", "札幌市中央区北一条西", id="numbered district"),
        pytest.param("3900811", "松本市中央", id="short town"),
        pytest.param("1001401", "八丈町大賀郷", id="island left out of the municipality"),
        pytest.param("1540023", "東京都世田谷区若林 若林ハイツ", id="building without a number"),
        pytest.param("", "世田谷区若林", id="no postcode"),
        pytest.param("9990000", "仙台市青葉区一番町", id="numeral in the town, town unknown"),
        pytest.param("1540023", "", id="nothing at all"),
    ],
)
def test_address_lacks_a_house_number(postcode: str, address: str) -> None:
    assert not has_house_number(address, look_up_postcode(postcode))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("梅ケ丘一丁目２ー３", "梅が丘1丁目2-3", id="ga, widths and hyphens"),
        pytest.param("霞ヶ関", "霞ケ関", id="small ke"),
        pytest.param("大字上野字中山12", "上野中山12", id="without 大字 and 字"),
        pytest.param("虎の門", "虎ノ門", id="no in hiragana"),
        pytest.param("澤田町 二十三番地", "沢田町23番地", id="kanji of one name, spaces, tens"),
        pytest.param("四ッ谷", "四つ谷", id="tsu"),
    ],
)
def test_spellings_of_one_place_have_one_key(one: str, other: str) -> None:
    assert place_key(one) == place_key(other)


def test_the_longest_town_that_fits_is_taken_off() -> None:
    towns = (Town("東京都", "千代田区", "霞が関"), Town("東京都", "千代田区", "霞が関霞が関ビル"))
    assert rest_behind_town("千代田区霞ヶ関霞ヶ関ビル", towns) == ""


def test_a_town_that_is_not_in_the_address_leaves_no_rest() -> None:
    assert rest_behind_town("世田谷区代沢", (Town("東京都", "世田谷区", "若林"),)) is None


@given(
    st.integers(min_value=1, max_value=9999), st.sampled_from(["1540023", "9800811", "6500021", "0600001"])
)
def test_every_town_with_a_number_behind_it_can_be_found(number: int, postcode: str) -> None:
    town = look_up_postcode(postcode)[0]
    assert not has_house_number(town.city + town.name, (town,))
    assert has_house_number(f"{town.city}{town.name}{number}", (town,))


def test_prefecture_is_not_written_twice() -> None:
    assert full_address("東京都", "東京都世田谷区若林") == full_address("東京都", "世田谷区若林")


@pytest.mark.parametrize(
    ("postcode", "prefectures"),
    [
        pytest.param("1540023", ("東京都",), id="plain"),
        pytest.param("4980000", ("愛知県", "三重県"), id="two prefectures"),
        pytest.param("6180001", ("大阪府", "京都府"), id="border town"),
        pytest.param("8115301", ("長崎県",), id="island of another prefecture"),
        pytest.param("0000001", (), id="no such beginning"),
        pytest.param("", (), id="blank"),
    ],
)
def test_prefecture_by_the_first_digits(postcode: str, prefectures: tuple[str, ...]) -> None:
    assert prefectures_by_prefix(postcode) == prefectures
