"""Durations as people type them to the lab: ``90s``, ``45m``, ``12h``, ``30d``, ``2w``, ``1y``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from srpki.core.errors import InvalidInputError

_UNITS: Final = {
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 7 * 86400,
    "y": 365 * 86400,
}
_LONGEST: Final = 100 * _UNITS["y"]


def parse_duration(text: str) -> timedelta:
    """Return the duration that *text* spells; a year has 365 days.

    Raises `InvalidInputError` for anything but a whole number with one of s, m, h, d, w, y, and for
    more than a century.
    """
    found = re.fullmatch(r"([0-9]{1,10})([smhdwy])", text)
    seconds = _LONGEST + 1 if found is None else int(found[1]) * _UNITS[found[2]]
    if seconds > _LONGEST:
        raise InvalidInputError(
            f"'{text}' is not a duration such as 90s, 45m, 12h, 30d, 2w or 1y, of a century at most"
        )
    return timedelta(seconds=seconds)


def spell_duration(duration: timedelta) -> str:
    """Return whole seconds of *duration* as `parse_duration` reads them, in the largest unit."""
    seconds = int(duration.total_seconds())
    for unit in ("d", "h", "m"):
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"
