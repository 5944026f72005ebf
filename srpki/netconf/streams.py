"""The streams of events that clients can subscribe to: the logs whose destination is NETCONF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from srpki.device.logging.logs import Log, Logs

DEFAULT: Final = "NETCONF"
"""The stream of who names none: that of log 101 while no other one is called so [RFC 5277]."""
_DEFAULT_LOG: Final = "101"


class Stream(NamedTuple):
    """A stream: its *name*, the *log* that it is made of, and *since* when there are events."""

    name: str
    log: Log
    since: datetime | None


def streams(logs: Logs) -> Iterator[Stream]:
    """Yield the streams that *logs* make, as they are configured now."""
    named: dict[str, Log] = {}
    for log in logs.all():
        name = log.entry.get("netconf-stream")
        if log.destination.kind == "netconf" and isinstance(name, str):
            named.setdefault(name, log)
    for log in logs.all():
        if log.name == _DEFAULT_LOG and log.destination.kind == "netconf":
            named.setdefault(DEFAULT, log)
    for name, log in named.items():
        held = logs.events(log)
        yield Stream(name, log, held[0][1].time if held else None)
