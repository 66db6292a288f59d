"""How a new workbook looks: fonts, colours by owner, number formats."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from automations.core.messages import Label
from automations.core.money import digits_of
from automations.core.schema import Column, Owner

FONTS: Mapping[str, str] = MappingProxyType({"ja": "Meiryo UI", "en": "Calibri"})
FONT_SIZE = 10
ROW_HEIGHT_PX = 24
HEADER_HEIGHT_PX = 44
LISTS = Label("選択肢", "Lists")

WHO: Mapping[Owner, Label] = MappingProxyType(
    {
        "human": Label("人が入力します", "People fill this in"),
        "robot": Label("Daichoが書きます", "Daicho writes this"),
        "shared": Label("どちらも書きます(人の入力が優先)", "Both write here; what people type wins"),
    }
)
REQUIRED = Label("必須", "Required")
_HEADER_COLOURS: Mapping[Owner, str] = MappingProxyType(
    {"human": "#1F6F54", "robot": "#64748B", "shared": "#A65E0B"}
)
PEOPLES_TAB, ROBOTS_TAB = "#1F6F54", "#94A3B8"
TROUBLE = {"bg_color": "#FDE2E1", "font_color": "#9F1239"}

Look = dict[str, object]
"""Properties of a cell format, in the words of XlsxWriter."""


def header_look(owner: Owner) -> Look:
    """Return the look of a header cell: who fills the column can be seen by its colour."""
    return {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": _HEADER_COLOURS[owner],
        "valign": "vcenter",
        "text_wrap": True,
        "border": 1,
        "border_color": "#FFFFFF",
    }


def column_look(column: Column, currency: str) -> Look:
    """Return the look of a column's cells; text columns keep what is typed, leading zeros included."""
    look: Look = {"valign": "vcenter", "num_format": _number_format(column, currency)}
    if column.owner == "robot":
        look |= {"bg_color": "#F5F7FA", "border": 4, "border_color": "#DDE3EA"}
    if column.type == "flag":
        look |= {"align": "center", "checkbox": True}
    if column.type in {"date", "datetime"}:
        look["align"] = "left"
    return look


def _number_format(column: Column, currency: str) -> str:
    match column.type:
        case "date":
            return "yyyy-mm-dd"
        case "datetime":
            return "yyyy-mm-dd hh:mm"
        case "money":
            places = digits_of(currency)
            return f"#,##0.{'0' * places}" if places else "#,##0"
        case "flag":
            return '"☑";"☑";"☐";@'  # where cells have no tick boxes; Excel draws its own
        case "integer":
            return "General"
        case _:
            return "@"


def header_note(column: Column, language: str) -> str:
    """Return what the note on a header says: who fills the column, and what goes there."""
    who = WHO[column.owner].text(language)
    if column.required:
        who = f"{who} · {REQUIRED.text(language)}"
    return "\n".join(filter(None, (who, column.note.text(language))))
