"""What the tests of the Google ledger share."""

from collections.abc import Iterator

import google_desk
import pytest


@pytest.fixture
def desk() -> Iterator[google_desk.Desk]:
    with google_desk.desk() as made:
        yield made
