"""Numbers, names and lengths of time in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta


def counted(count: int, what: str) -> str:
    """Return *count* with *what* there are so many of, in the singular for one."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def named(names: Sequence[str], most: int) -> str:
    """Return *names* as a list, no more than *most* of them, and how many there are more."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def spelled(length: timedelta) -> str:
    """Return *length* in days, hours, minutes and seconds, the largest two that it has."""
    sign, length = ("-", -length) if length < timedelta() else ("", length)
    days, rest = divmod(int(length.total_seconds()), 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    parts = [f"{count} {unit}" for count, unit in units if count]
    return sign + (" ".join(parts[:2]) or "0 s")
