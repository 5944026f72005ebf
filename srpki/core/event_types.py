"""Every type of event that a node can log, by application and number."""

from __future__ import annotations

from typing import Final

from srpki.core import events, operator_events

EVENT_TYPES: Final = {
    (kind.application, kind.number): kind
    for module in (events, operator_events)
    for kind in vars(module).values()
    if isinstance(kind, events.EventType)
}
