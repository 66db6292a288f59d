"""Starting is quick because heavy libraries stay where they are needed: not in the help, not in an idle run."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from automations.app.demo.tour import make_shop
from automations.app.runner import run

HEAVY = frozenset({"pandas", "numpy", "gspread", "openpyxl", "xlsxwriter", "jinja2", "yagmail", "simpleeval"})
NOW = datetime(2026, 11, 25, 10, tzinfo=ZoneInfo("Asia/Tokyo"))
# Runs the command line with the given arguments and prints, as its last line, every module it has loaded.
TELL = """
import json, sys
from automations.app.cli import main
try:
    main()
except SystemExit as left:
    assert not left.code, left.code
print()
print(json.dumps(sorted(sys.modules)))
"""


@pytest.fixture(scope="module")
def quiet_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a shop whose work for the moment is done."""
    folder = make_shop(tmp_path_factory.mktemp("start"), "en").configuration.folder
    for _ in range(2):
        run(folder, now=NOW)
    assert run(folder, now=NOW).plan.is_empty
    return folder


def loaded_by(*arguments: str) -> set[str]:
    process = subprocess.run(
        [sys.executable, "-c", TELL, *arguments], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return set(json.loads(process.stdout.splitlines()[-1]))


def test_help_loads_no_heavy_library():
    modules = loaded_by("--help")
    assert "click" in modules
    assert not modules & HEAVY
    assert "automations.app.runner" not in modules


def test_an_idle_run_loads_no_heavy_library(quiet_shop: Path):
    modules = loaded_by("run", "--shop", str(quiet_shop), "--now", NOW.isoformat())
    assert "automations.explain_orders" in modules
    assert not modules & HEAVY


def test_a_dry_run_loads_nothing_that_only_writing_needs(quiet_shop: Path):
    modules = loaded_by("run", "--dry-run", "--shop", str(quiet_shop), "--now", NOW.isoformat())
    assert not modules & (HEAVY | {"automations.mail.eml", "automations.files.lists"})
