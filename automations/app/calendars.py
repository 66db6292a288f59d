"""The shop's time zone and working days, read from shop.yaml."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

from automations.core.calendar import Calendar
from automations.core.declare import Problems, unknown_name
from automations.core.messages import msg
from automations.core.places.prefectures import full_name
from automations.core.shop import Shop

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def zone_of(name: str, problems: Problems) -> ZoneInfo:
    """Return the time zone; an unknown name is noted and gives UTC."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        problems.add(
            "unknown-timezone",
            "shop.yaml: timezone",
            msg("There is no time zone '{name}'.", name=name),
            msg("Write it like Asia/Tokyo."),
        )
        return ZoneInfo("UTC")


def calendar_of(shop: Shop, problems: Problems) -> Calendar:
    """Return the shop's working days, noting weekdays, days and times that cannot be read."""
    weekdays = set()
    for name in shop.closed_weekdays:
        if name[:3].lower() in _WEEKDAYS:
            weekdays.add(_WEEKDAYS.index(name[:3].lower()))
        else:
            unknown_name("weekday", name, _WEEKDAYS, "shop.yaml: shop.closed_weekdays", problems)
    if len(weekdays) == len(_WEEKDAYS):
        problems.add(
            "never-open",
            "shop.yaml: shop.closed_weekdays",
            msg("The shop would be closed on every day of the week."),
            msg("Leave at least one weekday out."),
        )
        weekdays = set()
    if shop.prefecture and full_name(shop.prefecture) is None:
        problems.add(
            "unknown-prefecture",
            "shop.yaml: shop.prefecture",
            msg("There is no prefecture '{name}'.", name=shop.prefecture),
            msg("Write one of the 47, for example 京都府."),
        )
    return Calendar(
        frozenset(weekdays),
        frozenset(day for day in (_day(text, problems) for text in shop.closed_on) if day),
        is_public_holiday if shop.closed_holidays else _never,
        _time(shop.cut_off, problems),
    )


def is_public_holiday(day: date) -> bool:
    """Return whether ``day`` is a Japanese public holiday, substitute holidays included (jpholiday)."""
    import jpholiday

    return bool(jpholiday.is_holiday(day))


def _never(_day: date) -> bool:
    return False


def _day(text: str, problems: Problems) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.add(
            "wrong-value",
            "shop.yaml: shop.closed_on",
            msg("The value '{value}' does not fit here.", value=text),
            msg("Write it like this: {example}.", example="2026-12-31"),
        )
        return None


def _time(text: str, problems: Problems) -> time:
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        problems.add(
            "wrong-value",
            "shop.yaml: shop.cut_off",
            msg("The value '{value}' does not fit here.", value=text),
            msg("Write it like this: {example}.", example="12:00"),
        )
        return time(12, 0)
