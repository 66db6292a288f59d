"""DKIM: the shop's domain vouches for a mail, where the mail server does not do that itself."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from automations.core.mails.account import Dkim
from automations.core.mails.outcomes import AccountRefused
from automations.core.messages import msg
from automations.mail.credentials import WHERE, read_private

Sign = Callable[[bytes], bytes]
# From twice: nobody can put a second one above it. The list headers must be covered (RFC 8058).
_COVERED = (
    "from from to subject date message-id mime-version content-type content-transfer-encoding content-language "
    "auto-submitted list-unsubscribe list-unsubscribe-post"
)
_NAME = b"DKIM-Signature: "


def signer_of(dkim: Dkim, folder: Path) -> Sign:
    """Return what signs a mail's bytes; without a domain it leaves them as they are.

    The signature stands above the mail and says when it was made; the mail below it keeps its bytes.

    Raises:
        AccountRefused: The key cannot be used.
    """
    if not dkim.domain:
        return bytes
    if find_spec("dkim") is None:
        raise AccountRefused(
            "mail-secret-wrong",
            msg("dkimpy, which signs mails, is not installed."),
            msg("Type: pip install 'daicho[dkim]', or take dkim out of shop.yaml."),
            where=WHERE,
        )
    key = read_private(folder / Path(dkim.key_file).expanduser()).encode()
    sign = _signer(dkim, key)
    _try(sign, dkim)
    return sign


class _Bytes:
    """A finished mail in the form yagmail signs; its bytes are not made anew."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.signature = ""

    def as_string(self) -> str:
        return self._content.decode("ascii")

    def __setitem__(self, _name: str, signature: str) -> None:
        self.signature = signature


def _signer(dkim: Dkim, key: bytes) -> Sign:
    from yagmail.dkim import DKIM, add_dkim_sig_to_message  # noqa: PLC0415 - only who sends needs yagmail

    how = DKIM(
        dkim.domain.encode("idna"), key, [name.encode() for name in _COVERED.split()], dkim.selector.encode()
    )

    def sign(content: bytes) -> bytes:
        message = _Bytes(content)
        add_dkim_sig_to_message(message, how)
        return _NAME + message.signature.rstrip().encode("ascii") + b"\r\n" + content

    return sign


def _try(sign: Sign, dkim: Dkim) -> None:
    from dkim import DKIMException  # noqa: PLC0415 - an extra that only some have

    try:
        sign(b"From: a@example.com\r\n\r\n")
    except (DKIMException, ValueError):
        raise AccountRefused(
            "mail-secret-wrong",
            msg("The key file {name} cannot sign mails.", name=Path(dkim.key_file).name),
            msg("Write the private RSA key there (PEM), as it was made for the DNS entry of the selector."),
            where=WHERE,
        ) from None
