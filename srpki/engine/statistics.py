"""Counters of the state tree."""

from __future__ import annotations

from srpki.core.record import Record


class Statistics(Record, frozen=False):
    """``statistics authentication``: certificates of peers that were judged since the start."""

    attempted: int = 0
    passed: int = 0
    failed: int = 0
