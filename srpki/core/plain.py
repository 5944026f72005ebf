"""Records as JSON has them: one rule for every record, for all who hand them to programs."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, runtime_checkable

from srpki.core.record import Record

_EXACT: Final = 2**53
"""From here on a reader of JSON may round a number [RFC 8259, section 6]."""


@runtime_checkable
class Plain(Protocol):
    """A value that says by itself what it is to programs."""

    def plain(self) -> object:
        """Return it as what `plain` takes."""
        ...


def plain(value: object, said: Callable[[str], str] = str) -> object:
    """Return *value* as JSON values, each string as *said* has it.

    Fields have their names with hyphens, as YANG has. An instant is an RFC 3339 string in UTC, a
    length of time its seconds, octets are base64, and a number that not every reader of JSON can
    hold is a string of digits [RFC 7951, section 6.1]. Raises `TypeError` for anything else.
    """
    match value:
        case None | bool() | float():
            return value
        case int():
            return value if abs(value) < _EXACT else str(value)
        case str():
            return said(value)
        case bytes():
            return b64encode(value).decode("ascii")
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case timedelta():
            seconds = value.total_seconds()
            return int(seconds) if seconds.is_integer() else seconds
    return _members(value, said)


def _members(value: object, said: Callable[[str], str]) -> object:
    match value:
        case Record():
            names = value._fields
            return {name.replace("_", "-"): plain(getattr(value, name), said) for name in names}
        case Mapping():
            return {str(name): plain(one, said) for name, one in value.items()}
        case Plain():
            return plain(value.plain(), said)
        case tuple() | list():
            return [plain(one, said) for one in value]
    raise TypeError(f"{type(value).__name__} is no value of a record")
