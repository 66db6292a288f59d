"""A few of the hostile mails of ``make fuzz-mails``, and subjects that must come back as they were."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import default

import pytest
from fuzz_mails import struck
from hypothesis import given
from hypothesis import strategies as st

from automations.mail.headers import encoded


@pytest.mark.parametrize("first", range(0, 400, 100))
def test_nothing_hostile_gets_through(first: int) -> None:
    told = [struck(seed) for seed in range(first, first + 100)]
    assert told.count("built") > 10


LINES = st.text(st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp", "Cf")), min_size=1, max_size=150)


@given(LINES)
def test_subject_reads_back_as_itself(text: str) -> None:
    head = f"Subject: {encoded(text)}\r\n\r\n".encode("ascii")
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    if text.strip() == text:
        assert message_from_bytes(head, policy=default)["Subject"] == text
    assert str(make_header(decode_header(encoded(text)))) == text
