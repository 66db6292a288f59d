"""LibreOffice for the tests of this folder: it must be there, and every test gets its own output folder."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "books_xlsx"))  # its sample workbooks are opened here too

# Comma, double quotes, UTF-8, cells as they are shown, every sheet into a file of its own.
_SHOWN = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true,false,false,-1"
_PATIENCE_S = 180
# Excel calculates anew because the workbook asks for it. LibreOffice asks its own settings only, and those say
# "never" for .xlsx until a person chooses "always" (Tools > Options > Calc > Formula), as this profile does.
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item>
</oor:items>
"""

Shown = dict[str, list[list[str]]]


def pytest_configure() -> None:
    if shutil.which("soffice") is None:
        raise pytest.UsageError(
            "soffice was not found; install LibreOffice Calc (Debian: apt-get install libreoffice-calc)"
        )


@dataclass(frozen=True)
class Office:
    """LibreOffice without a window, with a profile of its own."""

    folder: Path

    def shown(self, workbook: Path) -> Shown:
        """Return every cell as a person sees it, by title of the sheet, formulas calculated."""
        target = self._convert(workbook, _SHOWN)
        return {
            path.stem.removeprefix(f"{workbook.stem}-"): _rows(path)
            for path in target.glob(f"{workbook.stem}-*.csv")
        }

    def saved(self, workbook: Path) -> Path:
        """Return the workbook as LibreOffice saves it."""
        return self._convert(workbook, "xlsx:Calc MS Excel 2007 XML") / f"{workbook.stem}.xlsx"

    def _convert(self, workbook: Path, form: str) -> Path:
        target = self.folder / form.partition(":")[0]
        profile = f"-env:UserInstallation={(self.folder / 'profile').as_uri()}"
        command = [
            "soffice",
            profile,
            "--headless",
            "--norestore",
            "--convert-to",
            form,
            "--outdir",
            str(target),
        ]
        subprocess.run([*command, str(workbook)], check=True, capture_output=True, timeout=_PATIENCE_S)
        return target


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office")
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_SETTINGS, encoding="utf-8")
    return Office(folder)
