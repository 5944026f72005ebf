"""What ``lab messages`` finds; it is the emulator's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from datetime import datetime


class LoggedMessage(Record):
    """One message: the *number* and *time* (UTC) of it, which way it went, and what it says.

    It was ``sent`` or ``received``, or *way* is ``failed``: *text* then says why there was no
    answer. *peer* is host and port of the other side, *certificate* the file whose automatic update
    it belongs to, empty for a request by hand. The rest is as in
    `srpki.protocol.facts.MessageFacts`.
    """

    number: int
    time: datetime
    way: str
    peer: str
    certificate: str
    protocol: str
    kind: str
    transaction: str = ""
    sender: str = ""
    protection: str = ""
    status: str = ""
    failinfo: tuple[str, ...] = ()
    text: str = ""
    subject: str = ""
    serial: str = ""
    key: str = ""
    check_after: int | None = None


class Ladder(Record):
    """The *messages* of one transaction, in their order."""

    messages: tuple[LoggedMessage, ...]


class Ladders(Record):
    """The last transactions of the node called *system*, the eldest first."""

    system: str
    ladders: tuple[Ladder, ...]
