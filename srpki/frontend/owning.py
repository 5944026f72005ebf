"""Whose a node is: this process opens it and lets others join, or joins the process that has it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from srpki.core.clock import SystemClock
from srpki.core.errors import BusyError
from srpki.storage.lock import HeldError

if TYPE_CHECKING:
    from pathlib import Path

    from srpki.core.clock import Clock
    from srpki.device.router import Router
    from srpki.frontend.joining.frames import Message
    from srpki.frontend.joining.holding import Holding
    from srpki.frontend.joining.joiner import Joined
    from srpki.frontend.joining.listening import Door

PATIENCE: Final = 10.0
"""Seconds in which an owner that is just starting, or just ending, has done so."""
AGAIN: Final = 0.05
"""Seconds between two attempts."""
SHORT: Final = 0.3
"""Seconds that a script runs before it listens: most are over by then."""


def owned_or_joined(
    stack: ExitStack,
    node: Path,
    opening: Callable[[], AbstractContextManager[Router]],
    hello: Callable[[], Message],
    clock: Clock,
) -> Router | Joined:
    """Open *node* on *stack*, or join the process that owns it with *hello*.

    Raises what keeps both from happening; an owner that is starting or ending is waited for.
    """
    until = clock.monotonic() + PATIENCE
    while True:
        try:
            return stack.enter_context(opening())
        except BusyError as error:
            if isinstance(error, HeldError) and error.alone:
                raise
            from srpki.frontend.joining.joiner import join  # noqa: PLC0415 - start-up time

            if (joined := join(node, hello())) is not None:
                return joined
            if clock.monotonic() > until:
                raise
        clock.wait(AGAIN)


class Doorway:
    """Lets others join what is held, as soon as what that needs is imported, in a thread."""

    def __init__(self, holding: Holding, clock: Clock, after: float) -> None:
        """Let others join *after* so many seconds."""
        self._holding = holding
        self._clock = clock
        self._after = after
        self._over = threading.Event()
        self._door: Door | None = None
        self._thread = threading.Thread(target=self._open, name="doorway", daemon=True)
        self._thread.start()

    def _open(self) -> None:
        if self._clock.wait(self._after, self._over):
            from srpki.frontend.joining.listening import Door  # noqa: PLC0415 - start-up time

            self._door = Door(self._clock)
            self._door.open_to(self._holding)

    @property
    def guests(self) -> int:
        """How many have joined."""
        return 0 if self._door is None else self._door.guests

    def wait_until_alone(self) -> None:
        """Wait until the last who has joined has left."""
        if self._door is not None:
            self._door.wait_until_alone()

    def close(self) -> None:
        """End the sessions of those who have joined; nobody else is let in."""
        self._over.set()
        self._thread.join()
        if self._door is not None:
            self._door.close()


@contextmanager
def letting_in(holding: Holding, *, after: float = 0.0) -> Iterator[Doorway]:
    """Let others join what is held inside the block, but *after* so many seconds."""
    doorway = Doorway(holding, SystemClock(), after)
    try:
        yield doorway
    finally:
        doorway.close()
