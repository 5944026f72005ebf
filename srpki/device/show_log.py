"""``show log``: the events of the node, sifted as the operator wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from srpki.core.errors import NotFoundError
from srpki.device.operations import Inputs, Operation, Outcome, flag, text
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


def log(router: Router, inputs: Inputs) -> Outcome:
    """Show the events of a log, the newest first, or which logs there are."""
    wanted = text(inputs, "log-id")
    if not wanted:
        return Outcome(data=_all_logs(router))
    page = _page(router, wanted)
    found = list(_sifted(page.events, inputs))
    if not flag(inputs, "ascending"):
        found.reverse()
    count = inputs.get("count")
    return Outcome(
        data=replace(page, events=tuple(found[: count if isinstance(count, int) else None]))
    )


def _page(router: Router, wanted: str) -> LogPage:
    """Return all of a log, oldest first: one that is configured, else one of `LOGS`."""
    page = router.logs.page(wanted)
    if page is not None:
        return page
    if wanted not in LOGS:
        raise NotFoundError(
            f"log-id {wanted} does not exist, or keeps no events",
            hint="there are 99 and 100, and those in memory",
        )
    events = tuple(one for one in router.log.events() if LOGS[wanted].takes(one[1]))
    name = LOGS[wanted].name
    return LogPage(log_id=wanted, name=name, events=events, next_event=router.log.next_number)


def _sifted(events: Sequence[tuple[int, Event]], inputs: Inputs) -> Iterator[tuple[int, Event]]:
    severity, application = text(inputs, "severity"), text(inputs, "application")
    subject, message = text(inputs, "subject"), text(inputs, "message")
    first = inputs.get("sequence", 1)
    for number, event in events:
        if isinstance(first, int) and number < first:
            continue
        if severity and event.type.severity.lower() != severity:
            continue
        if application and event.type.application.lower() != application.lower():
            continue
        if (not subject or subject == event.subject) and message in event.text:
            yield number, event


def _all_logs(router: Router) -> Table:
    events = router.log.events()
    rows = tuple(
        (
            number,
            log.name,
            "memory",
            str(sum(log.takes(event) for _, event in events)),
        )
        for number, log in LOGS.items()
    )
    rows += router.logs.rows()
    return Table(
        title="Event Logs",
        columns=("Log Id", "Name", "Destination", "Events"),
        rows=rows,
        footer=f"Entries found: {len(rows)}",
    )


OPERATIONS: dict[str, Operation] = {"show.log": log}
