"""Instants and durations as text; the node's own time zone is UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# strftime follows the locale of the machine, a router does not.
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)


def spell_time(
    instant: datetime, form: str = "rfc-3339", *, utc: bool = False, digits: int = 1
) -> str:
    """Return *instant* as ``environment time-format`` wants it [cli.md 1.1, 1.7].

    *form* is ``rfc-3339``, ``iso-8601`` (its offset without a colon) or ``rfc-1123``, which shows
    no *digits* of the second. Without *utc* (``time-display``) the zone is shown as an offset.
    """
    moment = instant.astimezone(UTC)
    if form == "rfc-1123":
        zone = "GMT" if utc else "+0000"
        day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
        return f"{day}, {moment:%d} {month} {moment:%Y %H:%M:%S} {zone}"
    fraction = f"{moment:%f}"[:digits]
    offset = "+00:00" if form == "rfc-3339" else "+0000"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}{'Z' if utc else offset}"


def instant(moment: datetime) -> str:
    """Return *moment* as certificates and requests show it [pki.md 6.2]."""
    return f"{moment.astimezone(UTC):%Y/%m/%d %H:%M:%S}"


def file_date(moment: datetime) -> str:
    """Return *moment* as classic files show it: ``WED FEB 21 04:58:55 2007 UTC``."""
    time = moment.astimezone(UTC)
    day, month = _DAYS[time.weekday()], _MONTHS[time.month - 1]
    return f"{day} {month} {time:%d %H:%M:%S %Y} UTC".upper()


def log_in(moment: datetime) -> str:
    """Return *moment* as ``show users`` shows it: ``21FEB2007 04:58:55``."""
    time = moment.astimezone(UTC)
    return f"{time.day:02}{_MONTHS[time.month - 1].upper()}{time:%Y %H:%M:%S}"


def duration(span: timedelta) -> str:
    """Return *span* as ``0d 00:00:00``."""
    minutes, seconds = divmod(max(int(span.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days}d {hours:02}:{minutes:02}:{seconds:02}"


def up_time(up: timedelta) -> str:
    """Return *up* as SR OS prints it: ``0 days, 00:01:02.34``."""
    hundredths = int(up.total_seconds() * 100)
    seconds, hundredths = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days} days, {hours:02d}:{minutes:02d}:{seconds:02d}.{hundredths:02d} (hr:min:sec)"


def weekday_time(now: datetime) -> str:
    """Return *now* (UTC) as ``show time`` prints it."""
    day, month = _DAYS[now.weekday()], _MONTHS[now.month - 1]
    return f"{day} {month} {now.day:2d} {now:%H:%M:%S} UTC {now:%Y}"
