"""What ``lab tls`` tells."""

from __future__ import annotations

from datetime import datetime

from srpki.core.record import Record


class LabTlsListener(Record):
    """A port at which a server-tls-profile answers: how many *handshakes* it has *refused* and not.

    What it would show now is the certificate with this number and end; none while it is down.
    """

    profile: str
    address: str
    port: int
    handshakes: int
    refused: int
    last_refusal: str | None
    serial_number: int | None = None
    not_after: datetime | None = None


class LabTlsListeners(Record):
    """All listeners of a node."""

    listener: tuple[LabTlsListener, ...]


class LabTlsStarted(Record):
    """A listener that has just begun."""

    profile: str
    address: str
    port: int


class LabTlsStopped(Record):
    """How many listeners have ended."""

    stopped: int
