"""What ``debug`` finds: what is shown of what the node says to CAs."""

from __future__ import annotations

from srpki.core.record import Record


class DebugSwitch(Record):
    """A *topic*, and the profile or certificate whose messages are shown."""

    topic: str
    name: str


class DebugState(Record):
    """All that is debugged, by whichever session."""

    switch: tuple[DebugSwitch, ...]
