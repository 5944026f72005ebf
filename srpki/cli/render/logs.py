"""Lays out the events of a log [pki.md section 12]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srpki.cli.render.rules import DOUBLE, title
from srpki.device.logfiles import event_lines

if TYPE_CHECKING:
    from srpki.device.results import LogPage


def log_page(data: LogPage) -> Iterator[str]:
    """Yield the heading of a log and its events."""
    yield from title(f"Event Log {data.log_id} log-name {data.log_id}")
    yield f"Description : {data.name}"
    wrapped = "wrapped" if data.next_event > data.size + 1 else "not wrapped"
    yield f"Memory Log contents  [size={data.size}   next event={data.next_event}  ({wrapped})]"
    for number, event in data.events:
        yield ""
        yield from event_lines(number, event)
    yield DOUBLE
