"""One channel of a connection: its octets, between the network's loop and a thread that works."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Final

import asyncssh

from srpki.core.clock import SystemClock

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.frontend.serve.looping import Loop

PATIENCE: Final = 60.0
"""Seconds after which a peer that takes nothing of what it is sent is given up."""
AGAIN: Final = 0.2
"""Seconds after which a writer looks whether his session has been ended meanwhile."""
LOOK_AGAIN: Final = 5.0
"""Seconds after which it is looked at whether a session has been idle for too long."""
PIECE: Final = 1 << 14
"""Most octets that are read from a channel at once."""
CONTROL_C: Final = b"\x03"


class Conduit:
    """A channel whose octets a thread sends and hears of.

    Nothing is taken in before the thread says that it hears: `go_on`.
    """

    def __init__(
        self, process: asyncssh.SSHServerProcess[bytes], loop: Loop, clock: Clock | None = None
    ) -> None:
        """Carry the octets of *process*, which lives in *loop*."""
        self.process = process
        self._loop = loop
        self._clock = clock or SystemClock()
        self._room = asyncio.Event()
        self.hear: Callable[[bytes], None] = lambda _: None
        self.resize: Callable[[int, int], None] = lambda *_: None
        self.ended: Callable[[], None] = lambda: None
        self.left: Callable[[], None] = lambda: None
        self.over: Callable[[], bool] = lambda: False
        self.patience: Callable[[], float | None] = lambda: None
        self.expire: Callable[[], None] | None = None
        self.gone = False
        self._typed = self._clock.monotonic()

    # --- in the loop ---

    async def pump(self) -> None:
        """Tell of what comes until the channel is closed.

        `hear` is told of octets, `resize` of the window, `ended` once nothing more comes and
        `left` once nobody takes anything, either. `expire`, where it is set, is called when
        nothing has come for longer than `patience`, which says so many seconds, or for ever.
        """
        idling = asyncio.ensure_future(self._idle())
        try:
            while await self._pumped():
                pass
            self.ended()
            await self.process.channel.wait_closed()
        finally:
            idling.cancel()
            self.gone = True
            self._room.set()
            self.left()

    async def _idle(self) -> None:
        while True:
            patience = self.patience()
            left = LOOK_AGAIN
            if patience is not None and self.expire is not None:
                left = self._typed + patience - self._clock.monotonic()
                if left <= 0:
                    self.expire()
                    return
            await asyncio.sleep(min(left, LOOK_AGAIN))

    async def _pumped(self) -> bool:
        await self._room.wait()
        try:
            octets = await self.process.stdin.read(PIECE)
        except asyncssh.TerminalSizeChanged as size:
            self.resize(size.width, size.height)
        except (asyncssh.BreakReceived, asyncssh.SignalReceived):
            self.hear(CONTROL_C)
        except (OSError, asyncssh.Error):
            return False
        else:
            self._typed = self._clock.monotonic()
            self.hear(octets)
            return bool(octets)
        return True

    async def _put(self, octets: bytes) -> None:
        self.process.stdout.write(octets)
        await self.process.stdout.drain()

    # --- in any thread ---

    def rest(self) -> None:
        """Let idle time begin now: what has come is answered."""
        self._typed = self._clock.monotonic()

    def keep_back(self) -> None:
        """Take in nothing until `go_on`: too much waits already. Called in the loop."""
        self._room.clear()

    def go_on(self) -> None:
        """Take in what comes; the loop is not woken for what it does already."""
        if not self._room.is_set():
            self._loop.soon(self._room.set)

    def send(self, octets: bytes) -> None:
        """Send *octets*, and wait until they are on their way; a peer that takes none is cut."""
        if self.gone:
            return
        sent = self._loop.begin(self._put(octets))
        until = self._clock.monotonic() + PATIENCE
        while not sent.done():
            try:
                sent.result(AGAIN)
            except TimeoutError:
                if self.over() or self._clock.monotonic() > until:
                    sent.cancel()
                    self.hang_up()
            except (OSError, asyncssh.Error, CancelledError):
                self.hang_up()

    def deliver(self, octets: bytes) -> None:
        """Send *octets* as `send` does; raises `OSError` where nobody takes them."""
        self.send(octets)
        if self.gone:
            raise BrokenPipeError

    def exit(self, status: int) -> None:
        """Close the channel with the exit *status*."""
        self._loop.soon(self._exit, status)

    def _exit(self, status: int) -> None:
        self._room.set()
        try:
            self.process.exit(status)
        except (OSError, asyncssh.Error):
            self.process.channel.abort()

    def hang_up(self) -> None:
        """Close the channel, whatever waits there."""
        self.gone = True
        self._loop.soon(self.process.channel.abort)
