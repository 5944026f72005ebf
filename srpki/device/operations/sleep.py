"""``sleep``: waits in real time, or moves a lab's clock on [observed-2.md 14].

In a script that an event runs it waits for the lab's clock, as everything else there does.
"""

from __future__ import annotations

from datetime import timedelta

from srpki.core.errors import StoppedError
from srpki.device.operations.call import Call, Operation, Outcome


def sleep(call: Call) -> Outcome:
    """Wait for some seconds of the node's clock, running on the way all that becomes due."""
    node, seconds = call.node, call.number("seconds")
    if (here := node.scripts.timeline.here) is not None:
        slept = here.wait(seconds, call.cancel)  # a bystander's wait moves no clock
    elif node.laboratory is None:
        slept = node.clock.wait(seconds, call.cancel)
    else:
        target = node.clock.now() + timedelta(seconds=seconds)
        slept = not node.engine.run_until(target, call.cancel, mover=call.who).interrupted
        node.laboratory.remember_clock()
    if not slept:
        raise StoppedError("not sleeping any more")
    return Outcome()


OPERATIONS: dict[str, Operation] = {"sleep": sleep}
