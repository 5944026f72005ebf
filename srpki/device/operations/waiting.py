"""Tells the session that runs a command at once what the command waits for, and until when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from srpki.device.system import rfc3339

if TYPE_CHECKING:
    from srpki.device.operations.call import Call
    from srpki.protocol.steps import Wait

SHORT: Final = 5.0
"""Seconds below which nobody wonders what is going on."""
_SECOND: Final = timedelta(seconds=1)


def telling(call: Call, interrupted: str) -> Callable[[Wait], None]:
    """Return what tells of a wait; *interrupted* says what Ctrl-C does to the request."""

    def tell(wait: Wait) -> None:
        if wait.seconds < SHORT:
            return
        until = call.node.clock.now() + timedelta(seconds=wait.seconds)
        if until.microsecond:
            until = until.replace(microsecond=0) + _SECOND
        laboratory = call.node.laboratory
        stands = laboratory is not None and not laboratory.clock.factor
        told = " The lab's clock stands until another session moves it." if stands else ""
        call.tell(f"Waiting until {rfc3339(until)}: {wait.reason}. Ctrl-C {interrupted}.{told}")

    return tell
