"""What ``show log`` finds: events, and which logs there are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from srpki.core.events import Event, Field
from srpki.core.record import Record
from srpki.device.logging.sentences import sentence


class LoggedEvent(Record):
    """An event in a log; *fields* are what its *message* says, by name.

    One that an earlier release has logged may have no other field than ``message``.
    """

    sequence_number: int
    time: datetime
    severity: str
    application: str
    event_id: int
    event_name: str
    subject: str
    message: str
    fields: Mapping[str, Field]


class LogPage(Record):
    """Events of a log in the order to be shown.

    *next_event* is the number that the next event will have, *size* how many the log, of the *kind*
    ``Memory`` or such, can hold.
    """

    log_id: str
    log_name: str
    description: str
    events: tuple[LoggedEvent, ...]
    next_event: int
    kind: str = "Memory"
    size: int = 500


class LogState(Record):
    """A log among others: whether it is to take events and does, and where they go."""

    log_name: str
    log_id: int
    source: tuple[str, ...]
    filter: str | None
    admin_state: bool
    oper_state: bool
    logged: int
    dropped: int
    destination: str | None
    target: str | None
    size: int | None


class LogTable(Record):
    """All logs."""

    log: tuple[LogState, ...]


def logged(number: int, event: Event) -> LoggedEvent:
    """Return *event*, the *number*th of its log."""
    return LoggedEvent(
        sequence_number=number,
        time=event.time,
        severity=event.type.severity,
        application=event.type.application,
        event_id=event.type.number,
        event_name=event.type.name,
        subject=event.subject,
        message=sentence(event),
        fields={name.replace("_", "-"): value for name, value in event.fields.items()},
    )
