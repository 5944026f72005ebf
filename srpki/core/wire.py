"""HTTP messages as plain values: what protocol machines yield and lab responders answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One HTTP request. *headers* keep their order; *url* is absolute.

    The rest is known at the server only. *binding* is the tls-unique of the connection that it came
    over [RFC 5929]; empty where there is none, as in clear and in TLS 1.3. *http10* says that it
    was asked by HTTP/1.0, *kept* that the connection has served another request before.
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    binding: bytes = field(default=b"", repr=False)
    http10: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """One HTTP reply. *headers* has lower-case names.

    *binding*, at the client only, is as that of a request. *repeated*, at the client only, says
    that the request went out twice: the kept connection that it went over first ended without a
    word, so that the server may have acted upon it before. *challenges*, at the server only, are
    the values of WWW-Authenticate, which has a line for each: some clients read the first alone.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    binding: bytes = field(default=b"", repr=False)
    repeated: bool = False
    challenges: tuple[str, ...] = ()

    def header(self, name: str) -> str:
        """Return the value of header *name*, or an empty string."""
        return self.headers.get(name.lower(), "")
