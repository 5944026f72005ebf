"""``show log``: the events of the node, sifted as the operator wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from srpki.core.errors import NotFoundError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.results import LogPage, Table

if TYPE_CHECKING:
    from srpki.core.events import Event
    from srpki.device.router import Router

_SERIOUS = ("MAJOR", "CRITICAL")


class _Log(NamedTuple):
    name: str
    takes: Callable[[Event], bool]


LOGS = {
    "99": _Log("Default System Log", lambda _event: True),
    "100": _Log("Default Serious Errors Log", lambda event: event.type.severity in _SERIOUS),
}
"""The logs that SR OS has from the start: all events, and those of major severity or higher."""


def log(call: Call) -> Outcome:
    """Show the events of a log, the newest first, or which logs there are."""
    wanted = call.text("log-id")
    if not wanted:
        return Outcome(data=_all_logs(call.node))
    page = _page(call.node, wanted)
    found = list(_sifted(page.events, call))
    if not call.flag("ascending"):
        found.reverse()
    count = call.inputs.get("count")
    return Outcome(
        data=replace(page, events=tuple(found[: count if isinstance(count, int) else None]))
    )


def _page(node: Router, wanted: str) -> LogPage:
    """Return all of a log, oldest first: one that is configured, else one of `LOGS`."""
    page = node.logs.page(wanted)
    if page is not None:
        return page
    if wanted not in LOGS:
        raise NotFoundError(
            f"log-id {wanted} does not exist, or keeps no events",
            hint="there are 99 and 100, and those in memory",
        )
    events = tuple(one for one in node.log.events() if LOGS[wanted].takes(one[1]))
    name = LOGS[wanted].name
    return LogPage(log_id=wanted, name=name, events=events, next_event=node.log.next_number)


def _sifted(events: Sequence[tuple[int, Event]], call: Call) -> Iterator[tuple[int, Event]]:
    severity, application = call.text("severity"), call.text("application")
    subject, message = call.text("subject"), call.text("message")
    first = call.inputs.get("sequence", 1)
    for number, event in events:
        if isinstance(first, int) and number < first:
            continue
        if severity and event.type.severity.lower() != severity:
            continue
        if application and event.type.application.lower() != application.lower():
            continue
        if (not subject or subject == event.subject) and message in event.text:
            yield number, event


def _all_logs(node: Router) -> Table:
    events = node.log.events()
    rows = tuple(
        (
            number,
            log.name,
            "memory",
            str(sum(log.takes(event) for _, event in events)),
        )
        for number, log in LOGS.items()
    )
    rows += node.logs.rows()
    return Table(
        title="Event Logs",
        columns=("Log Id", "Name", "Destination", "Events"),
        rows=rows,
        footer=f"Entries found: {len(rows)}",
    )


OPERATIONS: dict[str, Operation] = {"show.log": log}
