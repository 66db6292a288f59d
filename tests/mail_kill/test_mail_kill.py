"""The real program is killed while it sends: every mail goes once, and the ledger ends as if nothing had happened.

``DAICHO_MAIL_KILLS`` says how often; ``make test-kill-mails`` asks for 500.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from deadly_post import MOMENTS, DeadlyPost
from kill_shop import WENT_BEFORE, KillShop, new_shop
from mail_servers.imap import Mailbox, MailboxServer
from mail_servers.smtp import PASSWORD, USER

KILLS = int(os.environ.get("DAICHO_MAIL_KILLS", "4"))
MAILS = 500 if KILLS >= 50 else 40
# Runs after which nothing is left to do: taking over, looking up twice, sending once more.
_ENOUGH = 8


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "shop"
    new_shop(folder, MAILS)
    return folder


def moments() -> list[int]:
    """Return moments spread over all mails, every kind of moment as often as any other."""
    connect_and_sign_in, each = 2, len(MOMENTS)
    return [connect_and_sign_in + n * MAILS // KILLS * each + each - n % each for n in range(KILLS)]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, made: Path) -> dict[str, tuple[str, ...]]:
    with DeadlyPost() as post:
        shop = KillShop.of(made, tmp_path_factory.mktemp("undisturbed") / "shop", post)
        until_quiet(shop)
        assert copies(post) == {1: MAILS}
        return end_of(shop)


@pytest.mark.parametrize("moment", moments())
def test_killed_at_any_moment_every_mail_goes_once(
    tmp_path: Path, made: Path, undisturbed: dict[str, tuple[str, ...]], moment: int
):
    sent = Mailbox()
    sent.keep(WENT_BEFORE)
    with MailboxServer(sent, user=USER, password=PASSWORD) as imap, DeadlyPost(keeps=sent) as post:
        shop = KillShop.of(made, tmp_path / "shop", post, imap.port)
        assert shop.run(moment), "the moment never came"
        until_quiet(shop)
        assert copies(post) == {1: MAILS}
        assert end_of(shop) == undisturbed


@pytest.mark.parametrize("moment", moments()[::4])
def test_without_a_mailbox_every_mail_goes_once_or_is_shown(tmp_path: Path, made: Path, moment: int):
    with DeadlyPost() as post:
        shop = KillShop.of(made, tmp_path / "shop", post)
        assert shop.run(moment), "the moment never came"
        until_quiet(shop)
        assert set(copies(post)) == {1}
        went = {taken.receivers[0] for taken in post.taken}
        for mail in shop.mails():
            is_shown = mail.text("state") in {"unknown", "held"} and mail.text("errors")
            assert is_shown or (mail.text("state") == "sent" and mail.text("to") in went)


def until_quiet(shop: KillShop) -> None:
    """Run until a run neither sends nor leaves anything under way."""
    for _ in range(_ENOUGH):
        shop.run()
        states = {mail.text("state") for mail in shop.mails()}
        if not states & {"queued", "sending"} and ("unknown" not in states or shop.mailbox is None):
            return
    raise AssertionError(states)


def copies(post: DeadlyPost) -> Counter[int]:
    """Return how many addresses got how many copies."""
    return Counter(Counter(taken.receivers for taken in post.taken).values())


def end_of(shop: KillShop) -> dict[str, tuple[str, ...]]:
    """Return what the rows of the mails show in the end."""
    shown = ("state", "to", "subject", "text", "errors", "message_id")
    return {mail.key: tuple(mail.text(column) for column in shown) for mail in shop.mails()}
