"""HTTP messages as plain values: what protocol machines yield and lab responders answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One HTTP request. *headers* keep their order; *url* is absolute.

    *binding*, at the server only, is the tls-unique of the connection that it came over [RFC 5929];
    empty where there is none, as in clear and in TLS 1.3.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    binding: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """One HTTP reply. *headers* has lower-case names.

    *binding*, at the client only, is as that of a request. *repeated*, at the client only, says
    that the request went out twice: the kept connection that it went over first ended without a
    word, so that the server may have acted upon it before.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    binding: bytes = field(default=b"", repr=False)
    repeated: bool = False

    def header(self, name: str) -> str:
        """Return the value of header *name*, or an empty string."""
        return self.headers.get(name.lower(), "")
