"""Instants and durations in the forms of SR OS; the node's time zone is UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def instant(moment: datetime) -> str:
    """Return *moment* as certificates and requests show it [pki.md 6.2]."""
    return f"{moment.astimezone(UTC):%Y/%m/%d %H:%M:%S}"


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


def rfc_3339(moment: datetime) -> str:
    """Return *moment* as ``2026-05-04T13:47:14.9+00:00`` [cli.md 1.4]."""
    return f"{_iso(moment)}+00:00"


def iso_8601(moment: datetime) -> str:
    """Return *moment* as ``2026-05-04T13:47:14.9Z``."""
    return f"{_iso(moment)}Z"


def rfc_1123(moment: datetime) -> str:
    """Return *moment* as ``Mon, 04 May 2026 13:47:14 UTC``."""
    time = moment.astimezone(UTC)
    day, month = _DAYS[time.weekday()], _MONTHS[time.month - 1]
    return f"{day}, {time.day:02} {month} {time:%Y %H:%M:%S} UTC"


def _iso(moment: datetime) -> str:
    time = moment.astimezone(UTC)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 100_000}"


FORMATS = {"iso-8601": iso_8601, "rfc-1123": rfc_1123, "rfc-3339": rfc_3339}
"""What ``environment time-format`` chooses from."""
