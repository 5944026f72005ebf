"""What is shown of scripts, policies and handlers, as records."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from srpki.device.scripting.control import Key, Policy, Script
from srpki.device.scripting.handlers import Action, Counts, Handler
from srpki.device.scripting.runs import Run


class ScriptPage(NamedTuple):
    """A script; *error* is why it did not run when it was last to."""

    key: Key
    script: Script
    error: str
    changed: datetime


class PolicyPage(NamedTuple):
    """A policy with its *script*, where that exists, and its *runs*, seen at the instant *now*."""

    key: Key
    policy: Policy
    script: Script | None
    runs: tuple[Run, ...]
    failure: str
    changed: datetime
    now: datetime


class HandlerPage(NamedTuple):
    """A handler and its entries, each with what became of it."""

    name: str
    handler: Handler
    counts: Counts
    actions: tuple[tuple[Action, Counts], ...]


class TriggerRow(NamedTuple):
    """One handler that an event asks, at every so many *times* *within* a time."""

    application: str
    event: str
    handler: str
    times: int
    within: timedelta | None


class Scripting(NamedTuple):
    """Pages of one kind that are shown below each other, or the *triggers* with the handlers."""

    scripts: tuple[ScriptPage, ...] = ()
    policies: tuple[PolicyPage, ...] = ()
    handlers: tuple[HandlerPage, ...] = ()
    triggers: tuple[TriggerRow, ...] | None = None
