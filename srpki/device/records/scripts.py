"""What ``show system script-control`` and ``show log event-handling`` find."""

from __future__ import annotations

from datetime import datetime, timedelta

from srpki.core.record import Record


class ScriptState(Record):
    """A script at *location*; *error* is why it did not run when it was last to."""

    script_name: str
    owner: str
    description: str | None
    admin_state: bool
    oper_state: bool
    location: str | None
    error: str | None
    last_change: datetime


class ScriptStates(Record):
    """All scripts."""

    script: tuple[ScriptState, ...]


class ScriptRun(Record):
    """A run of a policy, in the words of RFC 3165.

    It lasts until *lifetime_left* is over, and is remembered for *kept*; None is for ever.
    """

    number: int
    start: datetime | None
    end: datetime | None
    elapsed: timedelta
    lifetime_left: timedelta | None
    kept: timedelta | None
    state: str
    exit: str
    source: str | None
    results: str | None
    error: str | None


class ScriptPolicyState(Record):
    """A policy: the script that it runs, from *location*, and its runs.

    *max_completed* runs are remembered, each for *expire_time*; one may take *lifetime*; None is
    for ever. *error* is why it could not be started when it was last to.
    """

    policy_name: str
    owner: str
    admin_state: bool
    oper_state: bool
    script_name: str | None
    script_owner: str | None
    location: str | None
    results: str | None
    max_completed: int
    lifetime: timedelta | None
    expire_time: timedelta | None
    error: str | None
    last_change: datetime
    run: tuple[ScriptRun, ...]


class ScriptPolicyStates(Record):
    """All script policies."""

    script_policy: tuple[ScriptPolicyState, ...]


class HandlerEntryState(Record):
    """An entry of a handler, the script policy that it runs, and what came of it.

    It was asked *total* times, and did its work *success* times, last at *last_exec*; else it came
    before *min_delay* was over, could not be launched or is disabled.
    """

    entry_id: int
    description: str | None
    admin_state: bool
    policy_name: str | None
    policy_owner: str | None
    min_delay: timedelta
    last_exec: datetime | None
    success: int
    err_min_delay: int
    err_launch: int
    err_adm_status: int
    total: int


class HandlerState(Record):
    """A handler: it was asked *total* times, and had no entry or was disabled in some of them."""

    name: str
    description: str | None
    admin_state: bool
    success: int
    err_no_entry: int
    err_adm_status: int
    total: int
    entry: tuple[HandlerEntryState, ...]


class Handlers(Record):
    """Handlers."""

    handler: tuple[HandlerState, ...]


class EventTrigger(Record):
    """A handler that an event asks, at every so many *times* *within* a time, if that is given."""

    application: str
    event: str
    handler: str
    times: int
    within: timedelta | None


class EventHandling(Record):
    """Which events ask which handlers, and all handlers."""

    trigger: tuple[EventTrigger, ...]
    handler: tuple[HandlerState, ...]
