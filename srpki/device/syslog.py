"""Events as syslog messages [RFC 5424]."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Final

from srpki.core.events import Event
from srpki.schema.configure.log import FACILITIES, NO_PREFIX, SEVERITIES

MAX_OCTETS: Final = 2048
"""Octets of a message: what every receiver should take [RFC 5424, 6.1]."""

_NUMBERS: Final = {"CRITICAL": 1, "MAJOR": 2, "MINOR": 3, "WARNING": 4}
_NIL: Final = "-"
_NOT_PRINTABLE: Final = re.compile(r"[^!-~]+")
_BOM: Final = b"\xef\xbb\xbf"


def severity(event: Event) -> int:
    """Return the number that syslog has for the severity of *event*."""
    return _NUMBERS.get(event.type.severity, SEVERITIES.index("info"))


def message(number: int, event: Event, *, facility: str, prefix: str, host: str) -> bytes:
    """Return *event*, the *number*th of its log, as a message from *host*, cut to `MAX_OCTETS`."""
    kind = event.type
    priority = FACILITIES.index(facility) * 8 + severity(event)
    time = event.time.astimezone(UTC)
    stamp = f"{time:%Y-%m-%dT%H:%M:%S}.{time.microsecond // 1000:03}Z"
    app = _NIL if prefix == NO_PREFIX else _word(prefix, 48)
    header = f"<{priority}>1 {stamp} {_word(host, 255)} {app} - {_word(kind.name, 32)} - "
    text = (
        f"{number} Base {kind.application}-{kind.severity}-{kind.name}-{kind.number}"
        f" [{event.subject}]: {event.text}"
    )
    mark = b"" if text.isascii() else _BOM
    octets = header.encode("ascii") + mark + text.encode("utf-8", "replace")
    return octets[:MAX_OCTETS].decode("utf-8", "ignore").encode("utf-8")


def _word(text: str, limit: int) -> str:
    return _NOT_PRINTABLE.sub("_", text)[:limit] or _NIL
