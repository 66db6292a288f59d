"""One run of the product on the world: its own `run`, with the world's ledger and mail server behind its doors."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automations.app import runner
from automations.app.configuration import Configuration
from automations.app.post_office import PostOffice
from automations.mail.message import build_message

from .ledger import Door
from .lines import Line, Rough, Sent

if TYPE_CHECKING:
    from .world import World

_FOLDER = Path("a shop that is nowhere")


@dataclass
class _Here(threading.local):
    """What the run of this thread works on."""

    shop: runner.Shop | None = None
    office: PostOffice | None = None


_here = _Here()


def one_run(world: World, rough: Rough) -> None:
    """Plan, claim, send, report and look up what there is at this moment.

    Raises:
        ServiceError: The ledger could not be reached, or was never left in peace.
    """
    shop = world.configuration
    sent = Sent(world.post, rough) if world.folder is not None else None
    _here.office = PostOffice(
        shop.mail,
        open=lambda: Line(world.post, rough),
        message=lambda mail: build_message(mail, shop.shop, shop.language).as_bytes(),
        sent=sent,
    )
    _here.shop = runner.Shop(shop, Door(world, rough))
    runner.run(_FOLDER, names=("queue_mails",), inbox=False)


@contextmanager
def wired() -> Iterator[None]:
    """Let every run open the shop and the account of its own thread."""
    own = runner.open_shop, runner.post_office_of
    runner.open_shop, runner.post_office_of = _shop, _office
    try:
        yield
    finally:
        runner.open_shop, runner.post_office_of = own


def _shop(_folder: Path, _language: str | None = None) -> runner.Shop:
    assert _here.shop is not None
    return _here.shop


def _office(_configuration: Configuration) -> PostOffice | None:
    return _here.office
