import pytest
from hypothesis import given
from hypothesis import strategies as st

from automations.core.checks.barcodes import check_digit, is_barcode
from automations.core.checks.contacts import email_problem, phone_problem, unusual_emails, unusual_phones


def nobody_knows(_text: str, /) -> bool:
    return False


def anything_goes(_text: str, /) -> bool:
    return True


@pytest.mark.parametrize(
    ("digits", "problem"),
    [
        pytest.param("0774000000", "", id="landline"),
        pytest.param("0312345678", "", id="Tokyo"),
        pytest.param("09000001001", "", id="mobile"),
        pytest.param("06012345678", "", id="060, being opened for mobiles"),
        pytest.param("05012345678", "", id="internet phone"),
        pytest.param("0120123456", "", id="toll-free"),
        pytest.param("0570123456", "", id="navigation number"),
        pytest.param("08001234567", "", id="toll-free with eleven digits"),
        pytest.param("025800000", "length", id="nine digits"),
        pytest.param("0900000123", "length", id="mobile with a digit missing"),
        pytest.param("03123456789", "length", id="landline with a digit too many"),
        pytest.param("0800123456", "length", id="0800 with ten digits"),
        pytest.param("090000010011", "length", id="twelve digits"),
        pytest.param("1234567890", "prefix", id="no leading zero"),
        pytest.param("0012345678", "prefix", id="two leading zeros"),
        pytest.param("02012345678", "prefix", id="number of a machine"),
        pytest.param("0000000000", "repeated", id="zeros"),
        pytest.param("09999999999", "repeated", id="one digit all the way"),
    ],
)
def test_phone_numbers(digits: str, problem: str) -> None:
    assert phone_problem(digits, nobody_knows) == problem


def test_a_number_outside_the_table_is_right_when_the_second_opinion_says_so() -> None:
    assert phone_problem("0012345678", anything_goes) == ""
    assert phone_problem("02012345678", anything_goes) == "prefix"


@pytest.mark.parametrize(
    ("email", "problem"),
    [
        pytest.param("sakura@example.com", "", id="plain"),
        pytest.param("sakura.y+shop@mail.example.co.jp", "", id="dots and plus"),
        pytest.param("a..b.@docomo.ne.jp", "odd-dots", id="dots as phone companies gave them"),
        pytest.param("a..b@ezweb.ne.jp", "odd-dots", id="double dot"),
        pytest.param("a..b@example.com", "wrong", id="double dot elsewhere"),
        pytest.param("sakura@example", "wrong", id="no domain"),
        pytest.param("sakura", "wrong", id="no at sign"),
        pytest.param("a@b@example.com", "wrong", id="two at signs"),
        pytest.param("sakura@example.com ", "wrong", id="space behind"),
        pytest.param("x" * 65 + "@example.com", "wrong", id="too long before the at sign"),
        pytest.param("x@" + "a." * 130 + "com", "wrong", id="too long in all"),
    ],
)
def test_email_addresses(email: str, problem: str) -> None:
    assert email_problem(email, nobody_knows) == problem


def test_unusual_addresses_go_by_the_second_opinion() -> None:
    assert email_problem("o'neil@example.com", anything_goes) == ""


@pytest.mark.parametrize(
    ("code", "right"),
    [
        pytest.param("4901234567894", True, id="13 digits"),
        pytest.param("49012347", True, id="8 digits"),
        pytest.param("012345678905", True, id="12 digits, leading zero"),
        pytest.param("2026010000104", True, id="number of the shop itself"),
        pytest.param("4901234567890", False, id="wrong check digit"),
        pytest.param("490123456789", False, id="last digit lost"),
        pytest.param("49012", False, id="too short"),
        pytest.param("４９０１２３４７", False, id="full-width digits"),
        pytest.param("", False, id="blank"),
    ],
)
def test_barcodes(code: str, right: bool) -> None:
    assert is_barcode(code) is right


@pytest.mark.parametrize("at", range(13))
def test_one_wrong_digit_is_always_noticed(at: int) -> None:
    right = "4901234567894"
    changed = right[:at] + str((int(right[at]) + 1) % 10) + right[at + 1 :]
    assert not is_barcode(changed)


def test_check_digit_can_be_zero() -> None:
    assert check_digit("490123456703") == 0


PHONES = [
    "0312345678",
    "09012345678",
    "0800123456",
    "08001234567",
    "0777777777",
    "0212345678",
    "",
    "1\n2",
    "03-12",
]
EMAILS = [
    "a@example.com",
    f"{'a' * 65}@example.com",
    "a..b@docomo.ne.jp",
    "nobody",
    "",
    "a@example.com\nb@example.com",
]


@given(st.sets(st.sampled_from(PHONES) | st.text("0123456789\n", max_size=11)))
def test_the_quick_look_at_phone_numbers_misses_none(phones: set[str]) -> None:
    wrong = {phone for phone in phones if phone and phone_problem(phone, lambda _: False)}
    assert wrong <= set(unusual_phones(phones))


@given(st.sets(st.sampled_from(EMAILS) | st.text("a.@-\n", max_size=9)))
def test_the_quick_look_at_addresses_misses_none(emails: set[str]) -> None:
    wrong = {email for email in emails if email and email_problem(email, lambda _: False)}
    assert wrong <= set(unusual_emails(emails))


def test_the_quick_look_leaves_out_what_is_plainly_right() -> None:
    assert unusual_phones(PHONES[:2]) == []
    assert unusual_emails(EMAILS[:1]) == []
