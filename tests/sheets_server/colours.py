"""Colours as the service keeps them: eight bits a channel, channels of 0 left out."""

from __future__ import annotations

from .errors import Json

_STYLES = {
    "backgroundColor": "backgroundColorStyle",
    "foregroundColor": "foregroundColorStyle",
    "tabColor": "tabColorStyle",
}


def colour(given: Json) -> Json:
    """Return a colour as it is given back."""
    kept = {channel: int(float(part or 0) * 255 + 1e-6) for channel, part in given.items()}
    return {channel: 1 if part == 255 else round(part / 255, 8) for channel, part in kept.items() if part}


def with_styles(given: Json) -> Json:
    """Return a format or a tab's properties with the style beside every plain colour, as the service adds it."""
    answer: Json = {}
    for name, value in given.items():
        if name in _STYLES:
            answer[name] = colour(value or {})
            answer[_STYLES[name]] = {"rgbColor": answer[name]}
        elif name not in _STYLES.values():
            answer[name] = with_styles(value) if isinstance(value, dict) else value
    for plain, style in _STYLES.items():
        chosen = given.get(style) or {}
        if chosen.get("rgbColor") is not None:
            answer[plain] = colour(chosen["rgbColor"])
            answer[style] = {"rgbColor": answer[plain]}
        elif "themeColor" in chosen:
            answer[style] = chosen
    return answer
