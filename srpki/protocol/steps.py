"""What a protocol machine may ask of its driver: send this, or wait so long.

A machine is a generator: it yields `Send` and is sent the `HttpReply`, yields `Wait` and is sent
None, and returns its result. It raises only `srpki.core.errors.SrpkiError`; the driver throws
transport errors into it at the `Send` that failed.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from srpki.core.wire import HttpReply, HttpRequest

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Send:
    """Send *request* and come back with the reply."""

    request: HttpRequest


@dataclass(frozen=True, slots=True)
class Wait:
    """Come back in *seconds*; *reason* is for the operator."""

    seconds: float
    reason: str


Machine = Generator[Send | Wait, HttpReply | None, R]
