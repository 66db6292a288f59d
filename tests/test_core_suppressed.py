"""Who gets no mail, by the list 送信停止 and by the customers' own rows."""

from datetime import date

import pytest
from ledgers import ledger

from automations.core.mails.kinds import MailClass
from automations.core.mails.suppressed import Suppressed, address_mark
from automations.core.values import Value

HANA = "hana@example.com"


def stopped(mail_class: MailClass, customer: dict[str, Value] | None = None, **row: Value) -> str | None:
    rows = {
        "customers": [{"customer_id": "C1", "name": "花", "email": HANA, **customer}] if customer else [],
        "suppressions": [{"suppression_id": f"{address_mark(HANA)}-x", **row}] if row else [],
    }
    return Suppressed.of(ledger(rows)).stops("Hana@Example.com", mail_class)


AGREED: dict[str, Value] = {"consent_on": date(2026, 6, 1)}


@pytest.mark.parametrize(
    ("mail_class", "customer", "row", "reason"),
    [
        pytest.param("service", None, {}, None, id="nothing known"),
        pytest.param("advertising", None, {}, "no_consent", id="advertising needs consent"),
        pytest.param("advertising", AGREED, {}, None, id="consent"),
        pytest.param(
            "transactional", None, {"reason": "bounced"}, "bounced", id="a dead address gets nothing"
        ),
        pytest.param("transactional", None, {"reason": "refused"}, None, id="the order's own mails go on"),
        pytest.param("service", None, {"memo": "by phone"}, "refused", id="typed without a reason"),
        pytest.param("service", None, {"reason": "complaint"}, "complaint", id="complaint"),
        pytest.param(
            "service", None, {"reason": "refused", "lifted_on": date(2026, 7, 1)}, None, id="lifted"
        ),
        pytest.param(
            "advertising",
            AGREED,
            {"reason": "refused", "since": date(2026, 5, 31)},
            None,
            id="younger consent",
        ),
        pytest.param(
            "advertising",
            AGREED,
            {"reason": "refused", "since": date(2026, 6, 1)},
            "refused",
            id="the same day",
        ),
        pytest.param(
            "advertising", AGREED, {"reason": "refused"}, "refused", id="refusal of no day is the last word"
        ),
        pytest.param("service", {**AGREED, "refused_on": date(2026, 8, 1)}, {}, "refused", id="in customers"),
        pytest.param(
            "service", {**AGREED, "refused_on": date(2026, 1, 1)}, {}, None, id="agreed again since"
        ),
    ],
)
def test_reason(
    mail_class: MailClass, customer: dict[str, Value] | None, row: dict[str, Value], reason: str | None
) -> None:
    assert stopped(mail_class, customer, **row) == reason


def test_the_mark_alone_still_stops_when_the_address_is_gone() -> None:
    assert stopped("service", None, reason="refused") == "refused"
    assert HANA not in address_mark(HANA)
    assert len(address_mark(HANA)) == 32


def test_an_address_typed_over_another_stops_both() -> None:
    rows = {
        "suppressions": [{"suppression_id": f"{address_mark('old@example.com')}-refused", "address": HANA}]
    }
    suppressed = Suppressed.of(ledger(rows))
    assert suppressed.stops(HANA, "service") == suppressed.stops("old@example.com", "service") == "refused"
