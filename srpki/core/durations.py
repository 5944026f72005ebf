"""Durations as people type them to the lab: ``90s``, ``45m``, ``12h``, ``30d``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from srpki.core.errors import InvalidInputError

_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST: Final = 36500 * _UNITS["d"]


def parse_duration(text: str) -> timedelta:
    """Return the duration that *text* spells, a century at most.

    Raises `InvalidInputError` for anything but a whole number and one of s, m, h, d.
    """
    found = re.fullmatch(r"([0-9]{1,10})([smhd])", text)
    if found is None:
        raise InvalidInputError(f"'{text}' is not a duration", hint="as 90s, 45m, 12h or 30d")
    seconds = int(found[1]) * _UNITS[found[2]]
    if seconds > _LONGEST:
        raise InvalidInputError(f"'{text}' is too long", hint="a century at most")
    return timedelta(seconds=seconds)
