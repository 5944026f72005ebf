"""Randomness as an argument: nonces, transaction identifiers, serial numbers, secrets."""

from __future__ import annotations

import os
from typing import Protocol


class Entropy(Protocol):
    """A source of random octets."""

    def octets(self, count: int) -> bytes:
        """Return *count* random octets."""
        ...


class SystemEntropy:
    """The operating system's random numbers; the only source outside tests."""

    def octets(self, count: int) -> bytes:
        """Return *count* random octets."""
        return os.urandom(count)


class SeededEntropy:
    """A replayable source for tests and seeded faults. Never for keys of a real node."""

    def __init__(self, seed: int) -> None:
        """Start the sequence that belongs to *seed*."""
        import random  # noqa: PLC0415 - start-up time

        self._random = random.Random(seed)  # noqa: S311 - replayable on purpose

    def octets(self, count: int) -> bytes:
        """Return the next *count* octets of the sequence."""
        return self._random.randbytes(count)


def serial_number(entropy: Entropy) -> int:
    """Return a positive certificate serial number of 20 octets at most [RFC 5280, 4.1.2.2]."""
    return int.from_bytes(entropy.octets(16), "big") | 1 << 126
