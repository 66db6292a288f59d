"""Workbooks for the tests: hand-made ones, part by part, and what is read back from them."""

import io
import zipfile
from collections.abc import Mapping

from python_calamine import CalamineWorkbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"

_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="[$-411]ggge&quot;年&quot;m"/>'
    '</numFmts><fonts count="1"><font/></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0"/>'
    '<xf numFmtId="164" fontId="0"/><xf numFmtId="49"/>'
    '<xf numFmtId="3" applyAlignment="1"><alignment wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def relation(key: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def relations(*lines: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def handmade(
    *sheets: str | bytes,
    workbook: str = "",
    settings: str = "",
    leads: str = "",
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """Return a workbook of these sheet parts, titled S1, S2 and so on.

    ``workbook`` goes behind the list of sheets, ``settings`` before it, ``leads`` into the relations of the
    main part; ``parts`` adds or replaces whole parts.
    """
    numbers = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n + 4}" r:id="rId{n}"/>' for n in numbers)
    written: dict[str, str | bytes] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/></Types>'
        ),
        "_rels/.rels": relations(relation("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{settings}<sheets>{listed}</sheets>{workbook}</workbook>'
        ),
        "xl/_rels/workbook.xml.rels": relations(
            *(relation(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers),
            relation("rId90", "styles", "styles.xml"),
            leads,
        ),
        "xl/styles.xml": _STYLES,
    }
    written |= {f"xl/worksheets/sheet{n}.xml": content for n, content in zip(numbers, sheets, strict=True)}
    return zipped(written | dict(parts or {}))


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def sheet(rows: str, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts_of(source: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def part(source: bytes, name: str = SHEET) -> str:
    return parts_of(source)[name].decode()


def rows_of(source: bytes, place: int = 0) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(source))
    return book.get_sheet_by_index(place).to_python(skip_empty_area=False)


def replaced(source: bytes, changes: Mapping[str, str | bytes]) -> bytes:
    return zipped({**parts_of(source), **changes})
