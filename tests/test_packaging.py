"""The wheel: everything a shop needs travels inside it, and it works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without the network."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("daicho-*.whl"))


def _names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as packed:
        return packed.namelist()


def _below(folder: Path, name: str) -> set[str]:
    return {
        f"{name}/{path.relative_to(folder).as_posix()}"
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_wheel_holds_code_declarations_templates_translations_and_demo(wheel: Path) -> None:
    held = set(_names(wheel))
    wanted = {name for name in _below(ROOT / "automations", "automations") if not name.endswith(".po")}
    wanted |= _below(ROOT / "sheets_schema", "automations/sheets_schema")
    wanted |= _below(ROOT / "mail_templates", "automations/mail_templates")
    assert wanted - held == set()
    assert "automations/locale/ja/LC_MESSAGES/daicho.mo" in held
    assert any(name.startswith("automations/app/demo/files/") for name in held)


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    others = [name for name in _names(wheel) if not name.startswith("automations/")]
    assert {name.split("/")[0] for name in others} == {f"{'-'.join(wheel.name.split('-')[:2])}.dist-info"}
    assert not any("test" in name for name in others)


def test_wheel_makes_and_runs_a_shop_away_from_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "DAICHO_LANG": "ja"}
    start = [sys.executable, "-c", "from automations.app.cli import main; main()"]
    for arguments in (["init", "shop"], ["check", "--shop", "shop"], ["run", "--shop", "shop"]):
        done = subprocess.run(
            [*start, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "shop" / "ledger.xlsx").is_file()
    code = "import automations; print(automations.__file__)"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.startswith(str(tmp_path))
