"""Instants and durations in the forms that ``show`` has of its own; the node's zone is UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


def instant(moment: datetime) -> str:
    """Return *moment* as certificates and requests show it [pki.md 6.2]."""
    return f"{moment.astimezone(UTC):%Y/%m/%d %H:%M:%S}"


def log_in(moment: datetime) -> str:
    """Return *moment* as ``show users`` shows it: ``21FEB2007 04:58:55``."""
    time = moment.astimezone(UTC)
    return f"{time.day:02}{_MONTHS[time.month - 1]}{time:%Y %H:%M:%S}"


def duration(span: timedelta) -> str:
    """Return *span* as ``0d 00:00:00``."""
    minutes, seconds = divmod(max(int(span.total_seconds()), 0), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return f"{days}d {hours:02}:{minutes:02}:{seconds:02}"
