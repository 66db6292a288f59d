"""Hours in which nobody is written to unasked: 21:00 to 8:00, say."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

_FORM = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-~〜～]\s*([01]?\d|2[0-3]):([0-5]\d)")
Hours = tuple[time, time]


def hours_in(text: str) -> Hours | None:
    """Return the first and the last of the quiet hours ``21:00-08:00``; None when the text is not of that form."""
    found = _FORM.fullmatch(text.strip())
    return (time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))) if found else None


def end_of_quiet(moment: datetime, hours: Hours | None) -> datetime:
    """Return the first moment from ``moment`` on that lies outside the quiet hours, by the local clock."""
    if hours is None or hours[0] == hours[1]:
        return moment
    begin, end = hours
    now = moment.time()
    is_night = now >= begin or now < end if begin > end else begin <= now < end
    if not is_night:
        return moment
    day = moment.date() + timedelta(days=1 if begin > end and now >= begin else 0)
    return datetime.combine(day, end, moment.tzinfo)
