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
from srpki.device.operations import Inputs, Operation, Outcome, number, text
from srpki.device.system import rfc3339
from srpki.engine.state import EntryState
from srpki.schema.operations.wait import TIMEOUT

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.device.router import Router

PATIENCE: Final = 0.1
"""Seconds of real time after which a waiting session looks again."""
_CURE: Final = "see show certificate auto-update"


def certificate(router: Router, inputs: Inputs) -> Outcome:
    """Wait for the renewal, a state or an event of the certificate of an entry."""
    name = text(inputs, "name")
    if name not in router.engine.states():
        raise NotFoundError(
            f'certificate-auto-update "{name}" does not exist', hint="configure and commit it"
        )
    mark = router.sessions.asking().mark
    if "event" in inputs:
        event = number(inputs, "event")
        what, met = f'event {event} of "{name}"', lambda: router.happenings.seen(mark, event, name)
    elif "state" in inputs:
        state = text(inputs, "state")
        what, met = f'state {state} of "{name}"', lambda: _state(router, name).update_state == state
    else:
        what, met = f'the renewal of "{name}"', lambda: router.happenings.renewed(mark, name)
    return _wait(router, inputs, what, met, lambda: _outlook(_state(router, name)))


def _state(router: Router, name: str) -> EntryState:
    return router.engine.states().get(name, EntryState())


def _outlook(state: EntryState) -> str:
    """Return what is to come for an entry; raises `RefusedError` where nothing is."""
    if state.update_state == "invalid":
        raise RefusedError(f"nothing is due: {state.reason or 'the entry is invalid'}", hint=_CURE)
    if state.next_update_time is None:
        return "an update is in progress"
    return f"the next update is due at {rfc3339(state.next_update_time)}"


def event(router: Router, inputs: Inputs) -> Outcome:
    """Wait for an event."""
    wanted, mark = number(inputs, "number"), router.sessions.asking().mark

    def outlook() -> str:
        instant = router.engine.next_instant()
        if instant is None:
            raise RefusedError("nothing is due", hint=_CURE)
        return f"something is due at {rfc3339(instant)}"

    return _wait(
        router,
        inputs,
        f"event {wanted}",
        lambda: router.happenings.seen(mark, wanted),
        outlook,
    )


def _wait(
    router: Router,
    inputs: Inputs,
    what: str,
    met: Callable[[], bool],
    outlook: Callable[[], str],
) -> Outcome:
    """Wait until *met*; raises when *what* is waited for is late, and what *outlook* raises."""
    seconds = number(inputs, "timeout", TIMEOUT)
    deadline = Deadline.after(router.clock.now(), timedelta(seconds=seconds))
    step = _pass if router.laboratory is None else _move
    while not met():
        coming = outlook()
        if router.cancel.is_set():
            raise StoppedError("not waiting any more")
        deadline = deadline.seen(now := router.clock.now())
        if now >= deadline.at:
            raise ResponseTimeoutError(f"{what} did not happen in {seconds} seconds", hint=coming)
        step(router, deadline.at)
    return Outcome()


def _pass(router: Router, deadline: datetime) -> None:
    """Let real time pass."""
    left = (deadline - router.clock.now()).total_seconds()
    router.clock.wait(min(left, PATIENCE), router.cancel)


def _move(router: Router, deadline: datetime) -> None:
    """Move the lab's clock to the next instant at which something happens, or to *deadline*."""
    now, instant = router.clock.now(), router.engine.next_instant()
    target = deadline if instant is None else min(max(instant, now), deadline)
    router.engine.run_until(target, router.cancel)
    assert router.laboratory is not None
    router.laboratory.remember_clock()


OPERATIONS: dict[str, Operation] = {
    "wait.certificate": certificate,
    "wait.event": event,
}
