"""The demo tells the same days whether its ledger is a workbook or a spreadsheet."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner

from automations.app.cli import cli
from automations.app.demo import sheets
from automations.app.demo.tour import FOLDER, make_shop, play
from automations.app.demo.tour import run_tour_in_sheets as run_in_sheets


def test_a_morning_in_a_spreadsheet_is_told_as_in_a_workbook(tmp_path: Path):
    from automations.app.demo.scenes import SCENES

    few = SCENES[:2]
    (tmp_path / "workbook").mkdir()
    shop = make_shop(tmp_path / "workbook", "en")
    in_workbook = [line for number, scene in enumerate(few, 1) for line in play(shop, scene, number, "en")]
    told: list[str] = []
    with patch("automations.app.demo.tour.SCENES", few):
        run_in_sheets(tmp_path, "en", told.append)
    made, _welcome, *days, _blank, ending = told
    assert days == in_workbook
    assert made.startswith("Made the tabs Control, Orders,")
    assert "stand-in for Google" in ending
    assert not (tmp_path / FOLDER / "ledger.xlsx").exists()


def test_what_is_installed_without_its_source_says_where_the_stand_in_is():
    with patch.object(sheets, "is_available", return_value=False):
        result = CliRunner().invoke(cli, ["demo", "--sheets"])
    assert result.exit_code == 2
    assert "checkout" in result.output
