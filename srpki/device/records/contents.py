"""What ``show-file-content`` finds in a PKI file."""

from __future__ import annotations

from srpki.core.record import Record


class FileContent(Record):
    """What a file holds: the *der* of a certificate, CRL or request; of a key only what it is.

    A key of *key_type* has *key_size* bits or is on *curve*. *not_der* names what of the rest is
    not as RFC 5280 has it.
    """

    kind: str
    der: bytes | None = None
    key_type: str | None = None
    key_size: int | None = None
    curve: str | None = None
    not_der: tuple[str, ...] = ()
