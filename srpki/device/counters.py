"""What is counted of sessions of NETCONF, of each and of all that there were [RFC 6022]."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Final, Literal

Counted = Literal[
    "in-bad-hellos",
    "in-sessions",
    "dropped-sessions",
    "in-rpcs",
    "in-bad-rpcs",
    "out-rpc-errors",
    "out-notifications",
]
"""As RFC 6022 calls it, in its order (section 2.1.5)."""

_ROUND: Final = 1 << 32


class Counters:
    """Counts, safe between threads."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._held: Counter[Counted] = Counter()
        self._lock = threading.Lock()

    def count(self, what: Counted) -> None:
        """Count one more of *what*."""
        with self._lock:
            self._held[what] += 1

    def __getitem__(self, what: Counted) -> int:
        """Return how many of *what* there were, beginning anew after 2^32 - 1."""
        with self._lock:
            return self._held[what] % _ROUND
