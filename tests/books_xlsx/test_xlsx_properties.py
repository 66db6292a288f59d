"""The workbook's own text properties: read, set, added, and those of people left alone."""

import io

import openpyxl
import pytest
from xlsx_samples import OFFICE, PACKAGE, handmade, part, parts_of, relation, relations, sheet

from automations.books.xlsx import edit_workbook, read_properties

CUSTOM = "docProps/custom.xml"
TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
SPACE = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"


def with_properties(lines: str, root: str = f'Properties xmlns="{SPACE}" xmlns:vt="{TYPES}"') -> bytes:
    name = root.partition(" ")[0]
    leads = relations(
        relation("rId1", "officeDocument", "xl/workbook.xml"), relation("rId2", "custom-properties", CUSTOM)
    )
    return handmade(sheet(""), parts={"_rels/.rels": leads, CUSTOM: f"<{root}>{lines}</{name}>"})


def line(pid: int, name: str, value: str) -> str:
    return f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="{name}">{value}</property>'


PEOPLE = (
    line(2, "部署", "<vt:lpwstr>通販 &amp; 卸</vt:lpwstr>")
    + line(3, "年", "<vt:i4>2026</vt:i4>")
    + line(7, "空", "<vt:lpwstr/>")
)


def test_text_properties_are_read():
    assert read_properties(with_properties(PEOPLE)) == {"部署": "通販 & 卸", "空": ""}
    assert read_properties(handmade(sheet(""))) == {}


def test_setting_leaves_other_properties_as_they_are():
    result = edit_workbook(with_properties(PEOPLE), [], {"daicho": "op-1", "年": "令和8"})
    changed = PEOPLE.replace("<vt:i4>2026</vt:i4>", "<vt:lpwstr>令和8</vt:lpwstr>")
    assert part(result, CUSTOM) == part(
        with_properties(changed + line(8, "daicho", "<vt:lpwstr>op-1</vt:lpwstr>")), CUSTOM
    )
    again = edit_workbook(result, [], {"daicho": "op-2"})
    assert read_properties(again) == {"部署": "通販 & 卸", "空": "", "年": "令和8", "daicho": "op-2"}


@pytest.mark.parametrize("text", ["", " a ", "<&>\"'", "_x0041_", "\x00\r\n\t", "髙🎁"])
def test_every_text_comes_back(text: str):
    result = edit_workbook(handmade(sheet("")), [], {"name <1>": text})
    assert read_properties(result) == {"name <1>": text}


def test_a_missing_part_is_added_with_what_names_it():
    source = handmade(sheet(""))
    result = edit_workbook(source, [], {"daicho": "op-1"})
    assert f'<Relationship Id="rId2" Type="{OFFICE}/custom-properties" Target="/{CUSTOM}"/>' in part(
        result, "_rels/.rels"
    )
    assert f'<Override PartName="/{CUSTOM}"' in part(result, "[Content_Types].xml")
    untouched = parts_of(source).keys() - {"_rels/.rels", "[Content_Types].xml"}
    assert all(parts_of(result)[name] == parts_of(source)[name] for name in untouched)


def test_other_programs_read_the_property():
    result = edit_workbook(handmade(sheet("")), [], {"daicho": "op-1"})
    properties = openpyxl.load_workbook(io.BytesIO(result)).custom_doc_props
    assert [(one.name, one.value) for one in properties.props] == [("daicho", "op-1")]


@pytest.mark.parametrize(
    "root",
    [
        pytest.param(f'p:Properties xmlns:p="{SPACE}" xmlns:t="{TYPES}"', id="other prefixes"),
        pytest.param(f'p:Properties xmlns:p="{SPACE}"', id="types not declared"),
    ],
)
def test_a_part_of_another_program_is_extended(root: str):
    result = edit_workbook(with_properties("", root), [], {"daicho": "op-1"})
    assert read_properties(result) == {"daicho": "op-1"}
    properties = openpyxl.load_workbook(io.BytesIO(result)).custom_doc_props
    assert [(one.name, one.value) for one in properties.props] == [("daicho", "op-1")]


def test_a_strict_package_gets_a_strict_part():
    strict = "http://purl.oclc.org/ooxml/officeDocument"
    leads = f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{strict}/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    result = edit_workbook(handmade(sheet(""), parts={"_rels/.rels": leads}), [], {"daicho": "op-1"})
    assert f'Type="{strict}/relationships/customProperties"' in part(result, "_rels/.rels")
    assert f'xmlns="{strict}/customProperties"' in part(result, CUSTOM)
    assert read_properties(result) == {"daicho": "op-1"}
