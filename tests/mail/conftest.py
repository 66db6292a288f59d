"""Mail servers on this machine for the tests of this folder."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from mail_servers.certificates import make_certificate
from mail_servers.desk import Desk, mail_desk


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificates") / "localhost.pem")


@pytest.fixture
def desk_of(
    certificate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Desk]]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with ExitStack() as desks:
        yield lambda **how: desks.enter_context(mail_desk(tmp_path, **{"certificate": certificate, **how}))


@pytest.fixture
def desk(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of()
