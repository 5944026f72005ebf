"""HTTP messages as plain values: what protocol machines yield and lab responders answer.

A *binding* is the tls-unique of a connection [RFC 5929], empty where there is none, as in clear and
in TLS 1.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from srpki.core.record import Record


class HttpRequest(Record):
    """One HTTP request. *headers* keep their order; *url* is absolute.

    *binding* is that of the connection that it came over, at the server; at the client, when it is
    not empty, that of the only connection that it may go out over.

    At the server only, *http10* says that it was asked by HTTP/1.0, *kept* that the connection has
    served another request before, *client* which address it came from. At the client only,
    *written_once* says that it is good for one write: where it would have to go out again, over
    another connection or to another place, `srpki.core.errors.UnsentError` hands it back to be made
    anew; *redirected* is how often it has been sent on to another place.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    binding: bytes = b""
    http10: bool = False
    kept: bool = False
    client: str = ""
    written_once: bool = False
    redirected: int = 0

    def __repr__(self) -> str:
        """Return what is asked for, and nothing of what is said to whom."""
        return f"HttpRequest({self.method} {self.url})"


class HttpReply(Record):
    """One HTTP reply. *headers* has lower-case names.

    *repeated*, at the client only, says that the request went out twice: the kept connection that
    it went over first ended without a word, so that the server may have acted upon it before.
    *challenges*, at the server only, are the values of WWW-Authenticate, which has a line for each:
    some clients read the first alone.
    """

    status: int
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes = b""
    repeated: bool = False
    challenges: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return the status, and nothing of what was said."""
        return f"HttpReply({self.status})"

    def header(self, name: str) -> str:
        """Return the value of header *name*, or an empty string."""
        return self.headers.get(name.lower(), "")
