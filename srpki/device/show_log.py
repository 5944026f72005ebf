"""``show log``: the events of the node, sifted as the operator wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    99: _Log("Default System Log", lambda _event: True),
    100: _Log("Default Serious Errors Log", lambda event: event.type.severity in _SERIOUS),
}
"""The logs that SR OS has from the start: all events, and those of major severity or higher."""


def log(router: Router, inputs: Inputs) -> Outcome:
    """Show the events of a log, the newest first, or which logs there are."""
    number = inputs.get("log-id")
    if not isinstance(number, int):
        return Outcome(data=_all_logs(router))
    if number not in LOGS:
        raise NotFoundError(f"log-id {number} does not exist", hint="there are 99 and 100")
    kept = router.log.events()
    found = [numbered for numbered in kept if LOGS[number].takes(numbered[1])]
    found = list(_sifted(found, inputs))
    if not flag(inputs, "ascending"):
        found.reverse()
    count = inputs.get("count")
    page = LogPage(
        log_id=number,
        name=LOGS[number].name,
        events=tuple(found[: count if isinstance(count, int) else None]),
        next_event=router.log.next_number,
    )
    return Outcome(data=page)


def _sifted(events: list[tuple[int, Event]], inputs: Inputs) -> Iterator[tuple[int, Event]]:
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
            str(number),
            log.name,
            "memory",
            str(sum(log.takes(event) for _, event in events)),
        )
        for number, log in LOGS.items()
    )
    return Table(
        title="Event Logs",
        columns=("Log Id", "Name", "Destination", "Events"),
        rows=rows,
        footer=f"Entries found: {len(rows)}",
    )


OPERATIONS: dict[str, Operation] = {"show.log": log}
