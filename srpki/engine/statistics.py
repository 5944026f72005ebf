"""Counters of the state tree."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Statistics:
    """``statistics authentication``: certificates of peers that were judged since the start."""

    attempted: int = 0
    passed: int = 0
    failed: int = 0
