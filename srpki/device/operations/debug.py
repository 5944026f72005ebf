"""``debug certificate``, ``no debug`` and ``show debug``."""

from __future__ import annotations

from srpki.core.errors import NotFoundError
from srpki.device.logging.debug import TOPICS
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.debug import DebugState, DebugSwitch


def _switch_on(topic: str) -> Operation:
    def switch_on(call: Call) -> Outcome:
        switch = (topic, call.text("name"))
        if not call.node.debug.exists(switch):
            raise NotFoundError(f'"{switch[1]}" does not exist', hint="configure it first")
        call.node.debug.switch_on(call.session.listener, switch)
        return Outcome()

    return switch_on


def off(call: Call) -> Outcome:
    """Switch off all debugging, of every session."""
    call.node.debug.switch_off()
    return Outcome()


def show(call: Call) -> Outcome:
    """Show what is debugged."""
    switches = call.node.debug.switches()
    found = tuple(DebugSwitch(topic=topic, name=name) for topic, name in switches)
    return Outcome(data=DebugState(switch=found))


OPERATIONS: dict[str, Operation] = {
    **{f"debug.{topic}": _switch_on(topic) for topic in TOPICS},
    "debug.off": off,
    "debug.show": show,
}
