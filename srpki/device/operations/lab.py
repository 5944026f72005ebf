"""The ``lab`` commands: the emulator's own, not SR OS; only in lab mode."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from srpki.core.durations import parse_duration
from srpki.core.errors import InvalidInputError, RefusedError
from srpki.core.timeline import timeline_of
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.done import serial_number
from srpki.device.records.lab import (
    LabClockMove,
    LabClockPace,
    LabClockSkew,
    LabClockState,
    LabFaults,
    LabRevocation,
)

if TYPE_CHECKING:
    from srpki.device.lab import Laboratory
    from srpki.device.node import Node

_LAST_YEAR = 8999
"""Certificates and durations must still fit into what a date can be."""


def _laboratory(node: Node) -> Laboratory:
    if node.laboratory is None:
        raise RefusedError("the node is not in lab mode", hint="start srpki with --lab")
    return node.laboratory


def clock_show(call: Call) -> Outcome:
    """Show the lab's time, how far it is from real time, and what it does."""
    laboratory = _laboratory(call.node)
    clock = laboratory.clock
    offset = timedelta(seconds=round(clock.offset.total_seconds()))
    found = LabClockState(
        lab_time=clock.now(),
        offset=offset,
        factor=clock.factor,
        moved_by=timeline_of(clock).mover or None,
        skew=laboratory.skew,
    )
    return Outcome(data=found)


def clock_advance(call: Call) -> Outcome:
    """Move router and lab CA forward, running every update that becomes due on the way."""
    laboratory = _laboratory(call.node)
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
    laboratory = _laboratory(call.node)
    timeline_of(laboratory.clock).run_at(factor, call.who)
    laboratory.remember_clock()
    return Outcome(data=LabClockPace(lab_time=laboratory.clock.now(), factor=factor))


def clock_skew(call: Call) -> Outcome:
    """Set how far ahead of the lab's clock a certificate may begin that was just issued."""
    skew = timedelta(seconds=int(str(call.inputs["seconds"])))
    _laboratory(call.node).allow_skew(skew)
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
    laboratory = _laboratory(call.node)
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


def ca_show(call: Call) -> Outcome:
    """Show where the lab CA listens and what enrolls there."""
    return Outcome(data=_laboratory(call.node).describe())


def revoke(call: Call) -> Outcome:
    """Let the lab CA revoke an imported certificate."""
    name = call.text("certificate")
    der = call.node.keystore.read_certificate(name)
    _laboratory(call.node).revoke(der)
    return Outcome(data=LabRevocation(certificate=name, serial_number=serial_number(der)))


def fault_add(call: Call) -> Outcome:
    """Script one fault of the lab CA."""
    words = [call.text("operation"), call.text("action")]
    for name in ("failinfo", "after", "times", "seconds"):
        if name in call.inputs:
            words += [name, str(call.inputs[name])]
    _laboratory(call.node).add_fault(" ".join(words))
    return Outcome()


def fault_list(call: Call) -> Outcome:
    """List the faults that wait to happen."""
    return Outcome(data=LabFaults(fault=_laboratory(call.node).faults()))


def fault_clear(call: Call) -> Outcome:
    """Forget every scripted fault."""
    _laboratory(call.node).clear_faults()
    return Outcome()


OPERATIONS: dict[str, Operation] = {
    "admin.set-time": set_date_and_time,
    "admin.set.time": set_time,
    "lab.clock.show": clock_show,
    "lab.clock.advance": clock_advance,
    "lab.clock.run": clock_run,
    "lab.clock.set": clock_set,
    "lab.clock.skew": clock_skew,
    "lab.clock.stop": clock_stop,
    "lab.ca.revoke": revoke,
    "lab.ca.show": ca_show,
    "lab.ca.fault.add": fault_add,
    "lab.ca.fault.list": fault_list,
    "lab.ca.fault.clear": fault_clear,
}
