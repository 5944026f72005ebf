"""The ``lab`` commands: the emulator's own, not SR OS; only in lab mode."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING

from srpki.core.durations import parse_duration
from srpki.core.errors import InvalidInputError, RefusedError
from srpki.core.timeline import timeline_of
from srpki.device.operations import lab_ca, lab_pictures, lab_tls
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.lab_ca import laboratory_of
from srpki.device.records.lab import (
    LabClockClosed,
    LabClockMove,
    LabClockPace,
    LabClockSkew,
    LabClockState,
    LabLockState,
)

if TYPE_CHECKING:
    from srpki.device.node import Node

_LAST_YEAR = 8999
"""Certificates and durations must still fit into what a date can be."""


def clock_show(call: Call) -> Outcome:
    """Show the lab's time, how far it is from real time, and what it does."""
    laboratory = laboratory_of(call.node)
    clock = laboratory.clock
    offset = timedelta(seconds=round(clock.offset.total_seconds()))
    found = LabClockState(
        lab_time=clock.now(),
        offset=offset,
        factor=clock.factor,
        moved_by=timeline_of(clock).mover or None,
        skew=laboratory.skew,
        passes_while_closed=laboratory.passes,
    )
    return Outcome(data=found)


def clock_advance(call: Call) -> Outcome:
    """Move router and lab CA forward, running every update that becomes due on the way."""
    laboratory = laboratory_of(call.node)
    duration = parse_duration(call.text("duration"))
    try:
        return _move(call, laboratory.clock.now() + duration)
    except OverflowError:
        raise _beyond_the_end() from None


def clock_set(call: Call) -> Outcome:
    """Move router and lab CA to an instant; backwards nothing runs."""
    return _move(call, _instant(call.text("time")), back=True)


def set_time(call: Call) -> Outcome:
    """Set the clock of the node, which is the lab's; a node of its own has the machine's."""
    _settable(call.node)
    return _move(call, _instant(call.text("time")), back=True)


def set_date_and_time(call: Call) -> Outcome:
    """The same by a date and a time, in UTC, as the classic CLI has them."""
    _settable(call.node)
    date, time = call.text("date").replace("/", "-"), call.text("time")
    return _move(call, _instant(f"{date}T{time}+00:00"), back=True)


def _settable(node: Node) -> None:
    if node.laboratory is None:
        raise RefusedError(
            "the clock of the node is that of the machine",
            hint="a lab has one of its own, start srpki with --lab",
        )


def clock_run(call: Call) -> Outcome:
    """Let the lab's clock run as fast as real time, or faster or slower."""
    return _run_at(call, float(call.text("factor", "1")))


def clock_stop(call: Call) -> Outcome:
    """Let the lab's clock stand until it is moved or runs again."""
    return _run_at(call, 0.0)


def _run_at(call: Call, factor: float) -> Outcome:
    laboratory = laboratory_of(call.node)
    timeline_of(laboratory.clock).run_at(factor, call.who)
    laboratory.remember_clock()
    return Outcome(data=LabClockPace(lab_time=laboratory.clock.now(), factor=factor))


def clock_closed(call: Call) -> Outcome:
    """Set whether time passes while nothing runs."""
    passes = call.text("time") == "passes"
    laboratory_of(call.node).let_pass(passes=passes)
    return Outcome(data=LabClockClosed(passes_while_closed=passes))


def clock_skew(call: Call) -> Outcome:
    """Set how far ahead of the lab's clock a certificate may begin that was just issued."""
    skew = timedelta(seconds=int(str(call.inputs["seconds"])))
    laboratory_of(call.node).allow_skew(skew)
    call.node.engine.skew = skew
    return Outcome(data=LabClockSkew(skew=skew))


def _instant(written: str) -> datetime:
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None or not 1970 <= instant.year <= _LAST_YEAR:
        raise InvalidInputError(
            f"'{written}' is not an RFC 3339 time", hint="as 2026-11-23T12:00:00Z"
        )
    return instant.astimezone(UTC)


def _move(call: Call, target: datetime, *, back: bool = False) -> Outcome:
    laboratory = laboratory_of(call.node)
    if target.year > _LAST_YEAR:
        raise _beyond_the_end()
    with call.watching():
        summary = call.node.engine.run_until(target, call.cancel, back=back, mover=call.who)
    laboratory.remember_clock()
    found = LabClockMove(
        lab_time=laboratory.clock.now(),
        interrupted=summary.interrupted,
        updates=summary.updates,
        failed=summary.failed,
    )
    return Outcome(data=found)


def _beyond_the_end() -> InvalidInputError:
    return InvalidInputError(f"the lab's time ends with the year {_LAST_YEAR}")


def lock(call: Call) -> Outcome:
    """Keep the lab's commands for who knows the password."""
    may = tuple(" ".join(one.split()) for one in call.text("may").split(","))
    kept = () if may == ("none",) else may
    laboratory = laboratory_of(call.node)
    for command in kept:
        if not any(_covers(command, known) for known in COMMANDS):
            raise InvalidInputError(f"'{command}' is no command of the lab", hint="as lab ca show")
    laboratory.lock.close(call.text("password"), kept)
    return Outcome(data=LabLockState(locked=True, open_here=False))


def unlock(call: Call) -> Outcome:
    """Open the lab's commands to this session, or to everybody."""
    for_all = bool(call.inputs.get("for-all", False))
    laboratory = laboratory_of(call.node)
    laboratory.lock.open(call.text("password"), call.caller.session, for_all=for_all)
    return Outcome(data=LabLockState(locked=not for_all, open_here=True))


def _covers(allowed: str, command: str) -> bool:
    return f"{command} ".startswith(f"{allowed} ")


def _guarded(name: str, operation: Operation) -> Operation:
    """Return *operation* for those to whom the lab is open."""
    command = _ALSO.get(name) or name.replace(".", " ")

    @wraps(operation)
    def guarded(call: Call) -> Outcome:
        laboratory, session = call.node.laboratory, call.caller.session
        if laboratory is None or session is None or laboratory.lock.allows(command, session):
            return operation(call)
        may = ", ".join(laboratory.lock.may) or "nothing"
        raise RefusedError(f"{command}: the lab is locked", hint=f"open: {may}; see lab unlock")

    return guarded


_ALSO = {"admin.set-time": "lab clock set", "admin.set.time": "lab clock set"}
"""Commands that do the same as one of the lab's."""
_LOCKABLE: dict[str, Operation] = {
    "admin.set-time": set_date_and_time,
    "admin.set.time": set_time,
    "lab.clock.show": clock_show,
    "lab.clock.advance": clock_advance,
    "lab.clock.closed": clock_closed,
    "lab.clock.run": clock_run,
    "lab.clock.set": clock_set,
    "lab.clock.skew": clock_skew,
    "lab.clock.stop": clock_stop,
    "lab.lock": lock,
    **lab_ca.OPERATIONS,
    **lab_tls.OPERATIONS,
}
COMMANDS = tuple(
    name.replace(".", " ") for name in (*_LOCKABLE, *lab_pictures.OPERATIONS) if name not in _ALSO
)
OPERATIONS: dict[str, Operation] = {
    "lab.unlock": unlock,
    # Never locked: they show what the node has and said itself, and nothing of the lab.
    **lab_pictures.OPERATIONS,
    **{name: _guarded(name, operation) for name, operation in _LOCKABLE.items()},
}
