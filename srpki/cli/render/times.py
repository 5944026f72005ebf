"""Instants as ``environment time-format`` and ``time-display`` want them [cli.md 1.1, 1.7].

The node's own time zone is UTC, which is shown as an offset where local time is wanted.
"""

from __future__ import annotations

from datetime import UTC, datetime


def spell_time(instant: datetime, form: str, *, utc: bool = False, digits: int = 1) -> str:
    """Return *instant*, an aware time; *digits* of the second are shown, but not in RFC 1123.

    *form* is ``rfc-3339``, ``iso-8601`` (its offset without a colon) or ``rfc-1123``.
    """
    moment = instant.astimezone(UTC)
    if form == "rfc-1123":
        zone = "GMT" if utc else "+0000"
        day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
        return f"{day}, {moment:%d} {month} {moment:%Y %H:%M:%S} {zone}"
    fraction = f"{moment:%f}"[:digits]
    offset = "+00:00" if form == "rfc-3339" else "+0000"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}{'Z' if utc else offset}"


# strftime follows the locale of the machine, a router does not.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
