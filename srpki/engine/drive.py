"""Runs a protocol machine against an exchange; waits are handed out, bounds are kept.

`converse` yields each wait to whoever runs it, so that an update that waits for a CA holds no
thread and the lab's clock can be moved to the very instant it wants; `drive` waits itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from typing import Final, Protocol

from srpki.core.errors import ProtocolError, ResponseTimeoutError, SrpkiError, StoppedError
from srpki.protocol.steps import Answer, Connect, Connection, Machine, R, Wait
from srpki.transport.base import Exchange

MAX_STEPS: Final = 5000
"""Requests and waits in one conversation: twice what the machines allow themselves."""
MAX_WAITED: Final = 7 * 86400.0
"""Seconds that a peer can make one conversation wait in all."""

Steps = Generator[Wait, None, R]


class Pace(Protocol):
    """Where a conversation waits: a clock, or a pause of its timeline."""

    def wait(self, seconds: float, cancel: threading.Event | None = None) -> bool:
        """Wait *seconds*; return False when *cancel* was set first."""
        ...


def converse(machine: Machine[R], exchange: Exchange, cancel: threading.Event) -> Steps[R]:
    """Run *machine*, yield its waits, return its result; the machine is closed in any case.

    Once *cancel* is set it does not begin and does not wait, but an answer that is on its way is
    given to the machine: a CA that has issued is owed a word.

    Raises what the machine raises, `StoppedError`, `ProtocolError` or `ResponseTimeoutError` when
    the peer goes beyond `MAX_STEPS` or `MAX_WAITED`.
    """
    answer: Answer = None
    failure: SrpkiError | None = None
    waited = 0.0
    try:
        _check(cancel)
        for done in range(MAX_STEPS + 1):
            step = machine.send(answer) if failure is None else machine.throw(failure)
            if done == MAX_STEPS:
                break
            answer = failure = None
            if isinstance(step, Wait):
                waited += step.seconds
                if waited > MAX_WAITED:
                    raise ResponseTimeoutError(
                        f"the peer asked for {waited:.0f} seconds of patience: {step.reason}"
                    )
                _check(cancel)
                yield step
                _check(cancel)
                continue
            try:
                if isinstance(step, Connect):
                    answer = Connection(exchange.connect(step.url))
                else:
                    answer = exchange.send(step.request)
            except SrpkiError as error:
                failure = error
        raise ProtocolError(f"no end after {MAX_STEPS} steps")
    except StopIteration as end:
        result: R = end.value
        return result
    finally:
        machine.close()


def _check(cancel: threading.Event) -> None:
    if cancel.is_set():
        raise StoppedError("cancelled")


def drive(
    machine: Machine[R],
    exchange: Exchange,
    pace: Pace,
    cancel: threading.Event,
    waiting: Callable[[Wait], None] | None = None,
) -> R:
    """Run *machine* to its end in this thread, waiting at *pace*; raises as `converse` does.

    *waiting* is told of every wait before it begins.
    """
    steps = converse(machine, exchange, cancel)
    try:
        while True:
            wait = next(steps)
            if waiting is not None:
                waiting(wait)
            if not pace.wait(wait.seconds, cancel):
                raise StoppedError("cancelled")
    except StopIteration as end:
        result: R = end.value
        return result
    finally:
        steps.close()
