import ledgers
import pytest

from automations.core.declare import Problems
from automations.core.messages import Label
from automations.core.payments import Gate, Payment, check_payments
from automations.core.text import normal_header

WAITS = {
    "unpaid": "the payment has not come in",
    "part": "only a part is paid",
    "pending": "the credit check is not done",
    "refused": "the credit check was refused",
    "refunded": "the payment was given back",
}


@pytest.mark.parametrize(
    ("gate", "payment", "credit", "waits"),
    [
        pytest.param("paid", None, None, WAITS["unpaid"], id="prepaid, nothing known"),
        pytest.param("paid", "unpaid", "approved", WAITS["unpaid"], id="prepaid, an approval is no money"),
        pytest.param("paid", "partly_paid", None, WAITS["part"], id="prepaid, a part came in"),
        pytest.param("paid", "paid", None, None, id="prepaid and paid"),
        pytest.param("paid", "not_needed", None, WAITS["unpaid"], id="prepaid is never free of payment"),
        pytest.param("approved", None, None, WAITS["pending"], id="pay later, not checked"),
        pytest.param(
            "approved", "paid", "pending", WAITS["pending"], id="pay later, money does not replace the check"
        ),
        pytest.param("approved", None, "refused", WAITS["refused"], id="pay later, refused"),
        pytest.param("approved", None, "not_needed", WAITS["pending"], id="pay later always needs the check"),
        pytest.param("approved", None, "approved", None, id="pay later, approved"),
        pytest.param("paid_or_approved", "paid", None, None, id="card, captured"),
        pytest.param("paid_or_approved", "unpaid", "approved", None, id="card, authorised"),
        pytest.param("paid_or_approved", "unpaid", "pending", WAITS["pending"], id="card, pending"),
        pytest.param("paid_or_approved", "refunded", "approved", WAITS["refunded"], id="card, given back"),
        pytest.param("none", "refunded", "refused", None, id="cash at the door waits for nothing"),
    ],
)
def test_gate(gate: Gate, payment: str | None, credit: str | None, waits: str | None) -> None:
    method = Payment("x", Label("x", "x"), gate)
    order = ledgers.row("orders", order_id="1", payment_state=payment, credit_state=credit)
    said = method.waits_for(order)
    assert (str(said) if said else None) == waits
    assert method.may_ship(order) == (waits is None)


@pytest.mark.parametrize(
    ("written", "method"),
    [
        ("Cash on Delivery (COD)", "cod"),
        ("代金引換", "cod"),
        ("NP後払い", "deferred"),
        ("shopify_payments", "card"),
        ("クレジットカード", "card"),
        ("Bank Deposit", "bank_transfer"),
        ("銀行振込（前払い）", "bank_transfer"),
        ("コンビニ払い", "convenience"),
        ("コンビニ後払い", "deferred"),
        ("請求書払い", "invoice"),
        ("全額ポイント", "points"),
    ],
)
def test_methods_are_known_as_channels_write_them(written: str, method: str) -> None:
    assert (
        ledgers.shop().schema["orders"].columns["payment_method"].written_choices[normal_header(written)]
        == method
    )


def test_two_methods_may_not_share_a_spelling() -> None:
    problems = Problems()
    methods = {
        "a": Payment("a", Label("振込", "Transfer"), "paid", aliases=("前払い",)),
        "b": Payment("b", Label("前 払い", "Prepaid"), "paid"),
    }
    check_payments(methods, problems)
    assert [problem.code for problem in problems.found] == ["payment-spelling-shared"]


def test_settings_that_do_nothing_are_named() -> None:
    problems = Problems()
    method = Payment("a", Label("代引", "COD"), "none", due_days=7, approved_at_order=True)
    check_payments({"a": method}, problems)
    assert [problem.code for problem in problems.found] == ["due-days-unused", "approval-unused"]
