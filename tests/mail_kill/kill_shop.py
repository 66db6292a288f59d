"""A shop with many mails to send, in a folder of its own, and real runs of it at any hour."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from deadly_post import DeadlyPost
from mail_servers.smtp import PASSWORD, USER

from automations.app.demo.shop_data import SHOP
from automations.app.runner import open_shop, read_ledger, run
from automations.app.shops import init_shop
from automations.core.ledger import Row
from automations.core.values import Cells

FIRST = datetime.fromisoformat("2026-11-24T09:00:00+09:00")
_ROOT = Path(__file__).parents[2]
_MAIN = "from automations.app.cli import main; main()"
_ACCOUNT = """
mail:
  host: 127.0.0.1
  port: {port}
  security: plain
  user: {user}
  password_file: mail.secret
  daily_limit: 100000
  run_limit: 100000
  delay_minutes: 5
  usual_factor: 1000
"""
_MAILBOX = """  imap:
    host: 127.0.0.1
    port: {port}
    security: plain
"""


def new_shop(folder: Path, mails: int) -> None:
    """Make a shop whose mails are planned, and due a little later."""
    init_shop(
        folder,
        language="en",
        shop=SHOP,
        rows={"orders": [_order(n) for n in range(mails + 1)], "mails": [_SENT]},
    )
    (folder / "mail.secret").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (folder / "mail.secret").chmod(0o600)
    account(folder, 9, None)
    run(folder, names=["queue_mails"], now=FIRST)


# A mail that went before: the folder of sent mails can be told to be one.
_SENT: Cells = {
    "mail_id": "order_confirmation:1000", "state": "sent", "order_id": "1000", "template": "order_confirmation",
    "to": "o1000@example.com", "subject": "Your order", "sent_at": FIRST - timedelta(days=1), "class": "transactional",
    "message_id": "<1000@example.com>", "made_at": FIRST - timedelta(days=1),
}  # fmt: skip
WENT_BEFORE = b"Message-ID: <1000@example.com>\r\n\r\n"


def _order(number: int) -> Cells:
    order = f"{1000 + number}"
    return {
        "order_id": order, "ordered_at": FIRST, "imported_at": FIRST, "buyer_name": "北村 悦子", "buyer_email": f"o{order}@example.com",
        "buyer_postcode": "6500021", "buyer_prefecture": "兵庫県", "buyer_address": "神戸市中央区三宮町9-3-4", "payment_method": "cod", "goods_total": 1080, "total": 1080,
    }  # fmt: skip


def account(folder: Path, port: int, mailbox: int | None) -> None:
    """Write into shop.yaml where the servers are."""
    path = folder / "shop.yaml"
    text = path.read_text(encoding="utf-8").partition("\nmail:\n")[0]
    text += _ACCOUNT.format(port=port, user=USER)
    path.write_text(text + (_MAILBOX.format(port=mailbox) if mailbox else ""), encoding="utf-8")


@dataclass
class KillShop:
    """A copy of the shop, the server it talks to, and its hours.

    Attributes:
        mailbox: Port of the mailbox, None when there is none.
        runs: How many there were; each begins half an hour after the one before.
    """

    folder: Path
    post: DeadlyPost
    mailbox: int | None = None
    runs: int = 0

    @classmethod
    def of(cls, made: Path, folder: Path, post: DeadlyPost, mailbox: int | None = None) -> KillShop:
        """Return a fresh copy of a shop."""
        shutil.copytree(made, folder)
        account(folder, post.port, mailbox)
        return cls(folder, post, mailbox)

    def run(self, dies_at: int = 0) -> bool:
        """Run the real command, killed at a moment; return whether it was."""
        self.runs += 1
        now = FIRST + timedelta(minutes=30 * self.runs)
        self.post.wait_for(dies_at)
        program = subprocess.Popen(
            [sys.executable, "-c", _MAIN, "run", "queue_mails", "--now", f"{now:%Y-%m-%dT%H:%M:%S}"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.post.watch(program)
        self.said, _ = program.communicate(timeout=120)
        assert self.post.killed or program.returncode in {0, 3}, self.said
        return bool(self.post.killed)

    def mails(self) -> list[Row]:
        """Return the rows of the mails as they stand, but for the one that went before."""
        rows = read_ledger(open_shop(self.folder), FIRST)[1]["mails"]
        return [mail for mail in rows if mail.key != _SENT["mail_id"]]
