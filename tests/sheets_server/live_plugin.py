"""Loaded into pytest by ``live``: gspread's client talks to the local server, and nothing is recorded."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

HOSTS = ("https://sheets.googleapis.com", "https://www.googleapis.com")


class ToLocalServer(HTTPAdapter):
    """Sends what is meant for Google to an address of this machine."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address = address

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:  # noqa: ANN401
        """Send a request with its host swapped."""
        for host in HOSTS:
            request.url = (request.url or "").replace(host, self._address)
        return super().send(request, *args, **options)


class _Recorder:
    """Stands in for the recorder that gspread's set-up of its tests names."""

    @staticmethod
    def ensure_suffix(suffix: str) -> str:
        return suffix


if "vcr" not in sys.modules:
    sys.modules["vcr"] = ModuleType("vcr")
    sys.modules["vcr"].VCR = _Recorder  # type: ignore[attr-defined]


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker that gspread's tests carry."""
    config.addinivalue_line("markers", "vcr: recorded elsewhere, live here")


@pytest.fixture(scope="module", autouse=True)
def _local(request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue("client")
    for host in HOSTS:
        client.http_client.session.mount(host, ToLocalServer(os.environ["SHEETS_SERVER"]))
