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


@pytest.fixture(autouse=True, scope="session")
def _state_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what a test saw of its ledgers away from what this computer saw of real ones."""
    os.environ["DAICHO_STATE"] = str(tmp_path_factory.mktemp("state") / "ledgers.json")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-cases", action="store_true", help="rewrite the expectations of the stories")
