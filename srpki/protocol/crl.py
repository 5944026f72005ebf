"""Fetching a CRL by HTTP: one file, DER [RFC 5280, 4.2.1.13; facts: pki.md 13]."""

from __future__ import annotations

from typing import Final

from srpki.core.errors import InvalidInputError, PeerRefusedError
from srpki.core.wire import HttpRequest
from srpki.protocol.steps import Machine, sent

MAX_OCTETS: Final = 1 << 23
"""Octets of one CRL: what the keystore takes."""
_OK: Final = 200
_SEQUENCE: Final = 0x30


def fetch(url: str) -> Machine[bytes]:
    """Return the file at *url*, which has the look of DER; what it says is not judged here.

    The content type does not count: few web servers know that of a CRL.

    Raises:
        PeerRefusedError: when the server answers anything but 200.
        InvalidInputError: when it answers with nothing, or with what is not DER.
    """
    reply = yield from sent(HttpRequest(method="GET", url=url, headers=(("Accept", "*/*"),)))
    if reply.status != _OK:
        raise PeerRefusedError(f"the server answered with HTTP status {reply.status}")
    if not reply.body:
        raise InvalidInputError("the server answered with an empty file")
    if reply.body[0] != _SEQUENCE:
        raise InvalidInputError("the server answered with what is not DER")
    return reply.body
