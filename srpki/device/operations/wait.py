"""``wait until``: lets a script wait for a renewal, a state or an event; not SR OS.

On a lab's clock the clock is moved from one instant at which something happens to the next;
elsewhere time passes by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.clock import Deadline
from srpki.core.errors import NotFoundError, RefusedError, ResponseTimeoutError, StoppedError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.system import rfc3339
from srpki.engine.state import EntryState
from srpki.schema.operations.wait import TIMEOUT

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.device.node import Node

PATIENCE: Final = 0.1
"""Seconds of real time after which a waiting session looks again."""
_CURE: Final = "see show certificate auto-update"


def certificate(call: Call) -> Outcome:
    """Wait for the renewal, a state or an event of the certificate of an entry."""
    name = call.text("name")
    if name not in call.node.engine.states():
        raise NotFoundError(
            f'certificate-auto-update "{name}" does not exist', hint="configure and commit it"
        )
    mark = call.session.mark
    if "event" in call.inputs:
        event = call.number("event")
        what, met = (
            f'event {event} of "{name}"',
            lambda: call.node.happenings.seen(mark, event, name),
        )
    elif "state" in call.inputs:
        state = call.text("state")
        what, met = (
            f'state {state} of "{name}"',
            lambda: _state(call.node, name).update_state == state,
        )
    else:
        what, met = f'the renewal of "{name}"', lambda: call.node.happenings.renewed(mark, name)
    return _wait(call, what, met, lambda: _outlook(_state(call.node, name)))


def _state(node: Node, name: str) -> EntryState:
    return node.engine.states().get(name, EntryState())


def _outlook(state: EntryState) -> str:
    """Return what is to come for an entry; raises `RefusedError` where nothing is."""
    if state.update_state == "invalid":
        raise RefusedError(f"nothing is due: {state.reason or 'the entry is invalid'}", hint=_CURE)
    if state.next_update_time is None:
        return "an update is in progress"
    return f"the next update is due at {rfc3339(state.next_update_time)}"


def event(call: Call) -> Outcome:
    """Wait for an event."""
    wanted, mark = call.number("number"), call.session.mark

    def outlook() -> str:
        instant = call.node.engine.next_instant()
        if instant is None:
            raise RefusedError("nothing is due", hint=_CURE)
        return f"something is due at {rfc3339(instant)}"

    return _wait(
        call,
        f"event {wanted}",
        lambda: call.node.happenings.seen(mark, wanted),
        outlook,
    )


def _wait(
    call: Call,
    what: str,
    met: Callable[[], bool],
    outlook: Callable[[], str],
) -> Outcome:
    """Wait until *met*; raises when *what* is waited for is late, and what *outlook* raises."""
    seconds = call.number("timeout", TIMEOUT)
    deadline = Deadline.after(call.node.clock.now(), timedelta(seconds=seconds))
    step = _pass if call.node.laboratory is None else _move
    while not met():
        coming = outlook()
        if call.cancel.is_set():
            raise StoppedError("not waiting any more")
        deadline = deadline.seen(now := call.node.clock.now())
        if now >= deadline.at:
            raise ResponseTimeoutError(f"{what} did not happen in {seconds} seconds", hint=coming)
        step(call, deadline.at)
    return Outcome()


def _pass(call: Call, deadline: datetime) -> None:
    """Let real time pass."""
    clock = call.node.clock
    left = (deadline - clock.now()).total_seconds()
    clock.wait(min(left, PATIENCE), call.cancel)


def _move(call: Call, deadline: datetime) -> None:
    """Move the lab's clock to the next instant at which something happens, or to *deadline*."""
    node = call.node
    now, instant = node.clock.now(), node.engine.next_instant()
    target = deadline if instant is None else min(max(instant, now), deadline)
    node.engine.run_until(target, call.cancel, mover=call.who)
    assert node.laboratory is not None
    node.laboratory.remember_clock()


OPERATIONS: dict[str, Operation] = {
    "wait.certificate": certificate,
    "wait.event": event,
}
