"""Where the municipality ends in a Japanese address, as label programs split it."""

from __future__ import annotations

import re

from automations.core.places.prefectures import split_off

# Cities whose own name holds one of the signs that end a municipality.
_CITIES = "四日市|廿日市|野々市|市川|市原|町田|大町|十日町|東村山|武蔵村山|村山|村上|田村|大村|羽村|郡山|大和郡山|郡上|蒲郡|小郡"
_TOWNS = "玉村町|大町町|上市町|市貝町|市川町|市川三郷町|村田町|余市町"
_WITH_WARDS = "札幌|仙台|さいたま|千葉|横浜|川崎|相模原|新潟|静岡|浜松|名古屋|京都|大阪|堺|神戸|岡山|広島|北九州|福岡|熊本"
_MUNICIPALITY = re.compile(
    rf"(?:{_CITIES})市"
    rf"|(?:高市|余市|[^市区町村]{{1,5}}?)郡(?:{_TOWNS}|.{{1,6}}?[町村])"
    rf"|(?:{_WITH_WARDS})市.{{1,4}}?区"
    r"|[^市区町村]{1,6}市"
    r"|[^市区町村]{1,4}区"
    r"|.{1,7}?[町村]"
)


def address_parts(address: str) -> tuple[str, str, str]:
    """Return prefecture, municipality and the rest of an address; unknown parts are ``""``.

    ``京都府宇治市宇治99-9`` gives ``京都府``, ``宇治市``, ``宇治99-9``.
    """
    prefecture, rest = split_off(address)
    found = _MUNICIPALITY.match(rest)
    end = found.end() if found else 0
    return prefecture, rest[:end], rest[end:].lstrip()
