"""What ``lab chain`` finds; it is the emulator's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from srpki.core.record import Record

if TYPE_CHECKING:
    from datetime import datetime


class ChainLink(Record):
    """A certificate of a chain, the *files* and *ca_profiles* that have it, and its *problems*."""

    role: Literal["root", "issuing", "leaf"]
    subject: str
    issuer: str
    serial_number: int
    key: str
    not_before: datetime
    not_after: datetime
    files: tuple[str, ...]
    ca_profiles: tuple[str, ...]
    problems: tuple[str, ...]


class CertificateChain(Record):
    """The chain of the file *certificate* as it is *now*, the root first.

    It is not *complete* where it does not lead to a root. Why the node does not trust it is
    *refused*.
    """

    certificate: str
    now: datetime
    complete: bool
    links: tuple[ChainLink, ...]
    refused: str | None
