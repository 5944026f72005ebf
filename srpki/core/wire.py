"""HTTP messages as plain values: what protocol machines yield and lab responders answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One HTTP request. *headers* keep their order; *url* is absolute."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpReply:
    """One HTTP reply. *headers* has lower-case names."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str:
        """Return the value of header *name*, or an empty string."""
        return self.headers.get(name.lower(), "")
