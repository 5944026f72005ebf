"""Events as syslog messages, as routers were seen to send them [RFC 3164].

The time has no year and is in the zone of the node, UTC; the tag is the prefix of the collector.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from srpki.core.patterns import regex
from srpki.device.logging.logfilters import ROUTER
from srpki.device.logging.sentences import sentence
from srpki.schema.configure.log_syslog import FACILITIES, NO_PREFIX, SEVERITIES

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.core.events import Event

MAX_OCTETS: Final = 2048
"""Octets of a message; RFC 3164 asks for 1,024, collectors of today take more."""

_NUMBERS: Final = {"CRITICAL": 1, "MAJOR": 2, "MINOR": 3, "WARNING": 4}
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_NOT_PRINTABLE: Final = regex(r"[^!-~]+")


def severity(event: Event) -> int:
    """Return the number that syslog has for the severity of *event*."""
    return _NUMBERS.get(event.type.severity, SEVERITIES.index("info"))


def message(
    number: int, event: Event, *, facility: str, prefix: str, host: str, milliseconds: bool = False
) -> bytes:
    """Return *event*, the *number*th of its log, as a message from *host*, cut to `MAX_OCTETS`.

    Line breaks in it become blanks, for a message is one line.
    """
    kind = event.type
    priority = FACILITIES.index(facility) * 8 + severity(event)
    tag = "" if prefix == NO_PREFIX else f"{_word(prefix, 32)}: "
    head = f"<{priority}>{_stamp(event.time, milliseconds=milliseconds)} {_word(host, 255)} {tag}"
    text = (
        f"{number} {ROUTER} {kind.application}-{kind.severity}-{kind.name}-{kind.number}"
        f" [{event.subject}]:  {sentence(event)}"
    )
    octets = (head + " ".join(text.splitlines())).encode("utf-8", "replace")
    return octets[: MAX_OCTETS - 1].decode("utf-8", "ignore").encode("utf-8") + b"\n"


def _stamp(time: datetime, *, milliseconds: bool) -> str:
    """Return *time* as ``Nov  8 11:55:04``, whatever the language of the system is."""
    utc = time.astimezone(UTC)
    part = f".{utc.microsecond // 1000:03}" if milliseconds else ""
    return f"{_MONTHS[utc.month - 1]} {utc.day:>2} {utc:%H:%M:%S}{part}"


def _word(text: str, limit: int) -> str:
    return _NOT_PRINTABLE.sub("_", text)[:limit] or "-"
