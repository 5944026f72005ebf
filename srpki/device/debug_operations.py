"""``debug certificate``, ``no debug`` and ``show debug``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import NotFoundError
from srpki.device.debug import TOPICS
from srpki.device.operations import Inputs, Operation, Outcome, text
from srpki.device.results import Lines

if TYPE_CHECKING:
    from srpki.device.router import Router


def _switch_on(topic: str) -> Operation:
    def switch_on(router: Router, inputs: Inputs) -> Outcome:
        switch = (topic, text(inputs, "name"))
        if not router.debug.exists(switch):
            raise NotFoundError(f'"{switch[1]}" does not exist', hint="configure it first")
        router.debug.switch_on(switch)
        return Outcome()

    return switch_on


def off(router: Router, inputs: Inputs) -> Outcome:
    """Switch off all debugging, of every session."""
    del inputs
    router.debug.switch_off()
    return Outcome()


def show(router: Router, inputs: Inputs) -> Outcome:
    """Show what is debugged, as the commands that switched it on."""
    del inputs
    lines = [f'        {topic} "{name}"' for topic, name in router.debug.switches()]
    if not lines:
        return Outcome()
    return Outcome(data=Lines(lines=("debug", "    certificate", *lines, "    exit", "exit")))


OPERATIONS: dict[str, Operation] = {
    **{f"debug.{topic}": _switch_on(topic) for topic in TOPICS},
    "debug.off": off,
    "debug.show": show,
}
