"""Files spoilt by chance: whatever is in them, a run ends as it should, and never in a mistake of ours.

``DAICHO_MUTATIONS`` says how many of each kind (a few in CI); ``DAICHO_SEEK`` looks for new ones.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import mutations
import pytest
from hand_shop import TOKYO, HandShop
from texts import TEXTS

from automations.app.checking import check_shop
from automations.app.configuration import BUNDLED
from automations.app.runner import run
from automations.core.errors import DaichoError

COUNT = int(os.environ.get("DAICHO_MUTATIONS", "8"))
SEED = time.time_ns() if os.environ.get("DAICHO_SEEK") else 1
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=TOKYO)
CHANNELS = Path(__file__).parents[1] / "channels"
ORDER_FILES = [path.read_bytes() for path in sorted(CHANNELS.glob("*.[ct]sv"))] + [TEXTS["utf16_with_mark"]()]
DECLARATIONS = sorted((BUNDLED / "sheets_schema").rglob("*.yaml"))
Mutated = tuple[str, bytes]


class Sound:
    """A shop with one order being packed, and the files it has; every kind of spoilt file goes into a copy."""

    def __init__(self, folder: Path) -> None:
        shop = HandShop(folder)
        shop.type_order("1001")
        shop.run("2026-11-24 10:00")
        shop.carrier_issues_labels("2026-11-24")
        shop.type_order("1002", remark="急ぎ", buyer_postcode="")
        self.folder = folder
        self.ledger = (folder / "ledger.xlsx").read_bytes()
        self.settings = (folder / "shop.yaml").read_bytes()
        (issued,) = (folder / "inbox").glob("issued-*")
        self.issued = issued.read_bytes()
        issued.unlink()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    return Sound(tmp_path_factory.mktemp("sound"))


def _order_file(chance: random.Random, _sound: Sound) -> Mutated:
    return "inbox/a.csv", mutations.table(chance, chance.choice(ORDER_FILES))


def _result_file(chance: random.Random, sound: Sound) -> Mutated:
    return "inbox/a.csv", mutations.table(chance, sound.issued)


def _ledger(chance: random.Random, sound: Sound) -> Mutated:
    return "ledger.xlsx", mutations.workbook(chance, sound.ledger)


def _declaration(chance: random.Random, sound: Sound) -> Mutated:
    if chance.random() < 0.3:
        return "shop.yaml", mutations.document(chance, sound.settings)
    path = chance.choice(DECLARATIONS)
    return path.relative_to(BUNDLED).as_posix(), mutations.document(chance, path.read_bytes())


@pytest.mark.parametrize("spoil", [_order_file, _result_file, _ledger, _declaration])
def test_spoilt_file_is_no_mistake_of_ours(
    spoil: Callable[[random.Random, Sound], Mutated], sound: Sound, tmp_path: Path
) -> None:
    for number in range(SEED, SEED + COUNT):
        name, content = spoil(random.Random(number), sound)  # noqa: S311 - the same spoilt files again
        path = sound.folder / name
        before = path.read_bytes() if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        try:
            _is_calm(sound.folder, is_ledger=name == "ledger.xlsx")
        except Exception as error:
            (tmp_path / path.name).write_bytes(content)
            message = f"{spoil.__name__}, seed {number}, kept as {tmp_path / path.name}"
            raise AssertionError(message) from error
        finally:
            path.unlink(missing_ok=True)
            (sound.folder / "ledger.xlsx").write_bytes(sound.ledger)
            if before is not None:
                path.write_bytes(before)


def _is_calm(folder: Path, *, is_ledger: bool) -> None:
    """Run over it and check it; only what is refused in words may be refused."""
    for act in (lambda: run(folder, now=NOW, dry_run=not is_ledger), lambda: check_shop(folder, NOW, "ja")):
        with suppress(DaichoError):
            act()
