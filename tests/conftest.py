"""Options and fixtures shared by all tests."""

import os

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, however busy the machine is; DAICHO_SEEK=1 looks for new ones.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=not os.environ.get("DAICHO_SEEK"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-cases", action="store_true", help="rewrite the expectations of the stories")
