"""Lays out logs and their events [pki.md section 12, observed-2.md 10]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import Lines
from srpki.cli.render.rules import DOUBLE, SINGLE, title
from srpki.device.logging.logfiles import logged_lines
from srpki.device.records.log import LoggedEvent, LogPage, LogState, LogTable

_HEADS: Final = (
    "Name",
    "Log   Source  Filter  Admin  Oper        Logged     Dropped  Dest     Dest   Size",
    "Id            Id      State  State                           Type     Id",
)
_LETTERS: Final = {"main": "M", "security": "S", "change": "C", "debug": "D"}


def _page(data: LogPage) -> Iterator[str]:
    """Yield the heading of a log and its events."""
    yield ""
    yield from title(f"Event Log {data.log_id} log-name {data.log_name}")
    yield f"Description : {data.description}"
    wrapped = "wrapped" if data.next_event > data.size + 1 else "not wrapped"
    size = f"[size={data.size}   next event={data.next_event}  ({wrapped})]"
    yield f"{data.kind} Log contents  {size}"
    for event in data.events:
        yield ""
        yield from _event(event)
    yield DOUBLE


def _event(event: LoggedEvent) -> Iterator[str]:
    head = f"{event.severity}: {event.application} #{event.event_id} Base {event.subject}"
    return logged_lines(event.sequence_number, event.time, head, event.message)


def _table(data: LogTable) -> Iterator[str]:
    """Yield all logs, the name of each on a line of its own."""
    yield ""
    yield from title("Event Logs")
    yield from _HEADS
    yield SINGLE
    for log in data.log:
        yield log.log_name
        yield _row(log).rstrip()
    yield DOUBLE


def _row(log: LogState) -> str:
    source = " ".join(_LETTERS[stream] for stream in log.source) or "none"
    return (
        f"{log.log_id:>3}   {source:<7} {log.filter or 'none':<7} {_state(log.admin_state):<6} "
        f"{_state(log.oper_state):<5} {log.logged:>12} {log.dropped:>11}  "
        f"{log.destination or 'none':<8} {log.target or 'N/A':<6} {log.size or 'N/A'}"
    )


def _state(up: bool) -> str:
    return "up" if up else "down"


LAYOUTS: Final[dict[type, Callable[[Any], Lines]]] = {
    LogPage: lambda data: Lines(lines=tuple(_page(data))),
    LogTable: lambda data: Lines(lines=tuple(_table(data))),
}
