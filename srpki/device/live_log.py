"""The live content of ``/state log`` [state-log.json]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.tree import Branch, Element, Entries
from srpki.device.logging.logfilters import ROUTER, application, entries
from srpki.device.logging.sentences import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from srpki.core.events import Event
    from srpki.device.logging.logs import Log, Logs
    from srpki.schema.paths import Key

_SUBJECT = 32
_MESSAGE = 4100
"""Most characters of what an event is about and says; what is beyond is not shown."""


def state(logs: Logs) -> Branch:
    """Return the state of *logs*, as it is now."""
    found = logs.all()
    filters = {str(log.entry.get("filter", "")) for log in found}
    return Branch(
        {
            "file": _entries({name: _file(logs, name) for name, _ in entries(logs.tree, "file")}),
            "filter": _entries(
                {name: {"applied": name in filters} for name, _ in entries(logs.tree, "filter")}
            ),
            "log-id": _entries({log.name: _log(logs, log) for log in found}),
            "syslog": _entries(
                {
                    name: {"below-severity-drops": logs.sinks.below_severity.get(name, 0)}
                    for name, _ in entries(logs.tree, "syslog")
                }
            ),
        }
    )


def _entries(found: Mapping[str, Mapping[str, Element]]) -> Entries:
    return Entries({(name,): Branch(values) for name, values in found.items()})


def _log(logs: Logs, log: Log) -> dict[str, Element]:
    counted = {"logged-events": log.count, "dropped-events": log.dropped}
    found: dict[str, Element] = {
        "oper-state": "up" if log.up else "down",
        "statistics": Branch(counted),
    }
    if log.kept is not None:
        held: dict[tuple[Key, ...], Branch] = {
            (number,): _event(event) for number, event in logs.events(log)
        }
        found |= {"wrapped": log.wrapped, "next-event": log.count + 1, "event": Entries(held)}
    return found


def _event(event: Event) -> Branch:
    kind = event.type
    return Branch(
        {
            "time": _time(event.time),
            "severity": kind.severity.lower(),
            "application": application(event),
            "event-id": kind.number,
            "event-name": kind.name,
            "vrtr-name": ROUTER,
            "subject": event.subject[:_SUBJECT],
            "message": sentence(event)[:_MESSAGE],
        }
    )


def _file(logs: Logs, name: str) -> dict[str, Element]:
    writing = [log for log in logs.all() if log.destination.target == name and log.up]
    found: dict[str, Element] = {"log-type": "event-log" if writing else "none"}
    if not writing:
        return found
    log = writing[0]
    found |= {"used-by": log.number, "oper-location": "cf3"}
    files = logs.sinks.files(log.destination)
    if files.since is not None:
        found |= {"creation-time": _time(files.since), "current-file-name": files.current}
    states: dict[tuple[Key, ...], Branch] = {
        (kept,): Branch(
            {
                "expired": "yes" if files.expired(kept) else "no",
                "state": "in-progress" if kept == files.current else "complete",
            }
        )
        for kept in files.names()
    }
    return found | {"associated-files": Entries(states)}


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
