"""What a new spreadsheet is like: its properties, its standard format and its theme."""

from __future__ import annotations

from typing import Any

from .colours import colour
from .document import Document
from .errors import Json
from .tabs import Tab


def new_document(key: str, title: str, owner: str, *, locale: str = "en_US", now: str = "") -> Document:
    """Return a spreadsheet as Drive makes it: one tab, 1000 x 26."""
    name = "シート1" if locale.startswith("ja") else "Sheet1"
    properties: dict[str, Any] = {
        "title": title,
        "locale": locale,
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Asia/Tokyo" if locale.startswith("ja") else "Etc/GMT",
        "defaultFormat": default_format(),
        "spreadsheetTheme": theme(),
    }
    tab = Tab(0, {"title": name})
    number = sum(key.encode()) + len(key)
    return Document(key, properties, [tab], owner, {owner}, created=now, modified=now, next_number=number)


def default_format() -> Json:
    """Return the format of cells nobody has formatted."""
    return {
        "backgroundColor": {"red": 1, "green": 1, "blue": 1},
        "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
        "verticalAlignment": "BOTTOM",
        "wrapStrategy": "OVERFLOW_CELL",
        "textFormat": {
            "foregroundColor": {},
            "fontFamily": "arial,sans,sans-serif",
            "fontSize": 10,
            "bold": False,
            "italic": False,
            "strikethrough": False,
            "underline": False,
            "foregroundColorStyle": {"rgbColor": {}},
        },
        "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}},
    }


_THEME = {
    "TEXT": "000000",
    "BACKGROUND": "ffffff",
    "ACCENT1": "4285f4",
    "ACCENT2": "ea4335",
    "ACCENT3": "fbbc04",
    "ACCENT4": "34a853",
    "ACCENT5": "ff6d01",
    "ACCENT6": "46bdc6",
    "LINK": "1155cc",
}


def theme() -> Json:
    """Return the standard theme."""
    colours = [{"colorType": name, "color": {"rgbColor": _rgb(code)}} for name, code in _THEME.items()]
    return {"primaryFontFamily": "Arial", "themeColors": colours}


def _rgb(code: str) -> Json:
    channels = zip(("red", "green", "blue"), bytes.fromhex(code), strict=True)
    return colour({name: part / 255 for name, part in channels})
