"""DKIM: what arrives can be checked against the key in the DNS, with the headers that must be covered."""

from base64 import b64encode
from email import message_from_bytes
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from test_mail_eml import SHOP, mail

from automations.core.mails.account import Dkim
from automations.core.mails.outcomes import AccountRefused
from automations.mail.message import build_message
from automations.mail.signing import signer_of
from automations.mail.smtp_line import as_sent

DKIM = Dkim("example.com", "shop", "dkim.pem")
LIST = {
    "List-Unsubscribe": "<https://example.com/u/abc>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


@pytest.fixture
def in_dns(tmp_path: Path) -> bytes:
    """Return the DNS entry of a key that lies in the shop's folder."""
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - quick to make, of nobody
    pem, der = serialization.Encoding.PEM, serialization.Encoding.DER
    written = key.private_bytes(
        pem, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    (tmp_path / "dkim.pem").write_bytes(written)
    (tmp_path / "dkim.pem").chmod(0o600)
    public = key.public_key().public_bytes(der, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + b64encode(public)


def checked(content: bytes, entry: bytes) -> bool:
    return bool(dkim.verify(content, dnsfunc=lambda _name, timeout=5: entry))  # noqa: ARG005 - the library's form


def test_signature_holds_for_the_bytes_that_travel(tmp_path: Path, in_dns: bytes) -> None:
    content = build_message(mail(), SHOP, html="<p>山本</p>\n", headers=LIST).as_bytes()
    signed = signer_of(DKIM, tmp_path)(content)
    assert signed.endswith(b"\r\n" + content)
    assert message_from_bytes(signed).keys() == ["DKIM-Signature", *message_from_bytes(content).keys()]
    assert checked(signed, in_dns)
    travelled = as_sent(signed)[: -len(b".\r\n")].replace(b"\r\n..", b"\r\n.")
    assert checked(travelled, in_dns)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"One-Click", b"Two-Click"),
        (b"abc>", b"abd>"),
        (b"\r\nFrom: ", b"\r\nFrom: x@example.com\r\nFrom: "),
        (b"auto-generated", b"no"),
        (b"text/plain", b"text/html"),
        (b"Date: Tue", b"Date: Wed"),
    ],
)
def test_signature_covers_what_must_not_change(
    tmp_path: Path, in_dns: bytes, was: bytes, becomes: bytes
) -> None:
    signed = signer_of(DKIM, tmp_path)(build_message(mail(), SHOP, headers=LIST).as_bytes())
    assert checked(signed, in_dns)
    assert was in signed
    assert not checked(signed.replace(was, becomes, 1), in_dns)


def test_without_a_domain_nothing_is_signed(tmp_path: Path) -> None:
    assert signer_of(Dkim(), tmp_path)(b"x") == b"x"


@pytest.mark.parametrize(
    ("written", "mode", "code"),
    [
        (b"no key", 0o600, "mail-secret-wrong"),
        (b"no key", 0o644, "mail-secret-readable"),
    ],
)
def test_key_that_cannot_sign_is_refused_at_once(
    tmp_path: Path, written: bytes, mode: int, code: str
) -> None:
    (tmp_path / "dkim.pem").write_bytes(written)
    (tmp_path / "dkim.pem").chmod(mode)
    with pytest.raises(AccountRefused) as refused:
        signer_of(DKIM, tmp_path)
    assert refused.value.code == code
