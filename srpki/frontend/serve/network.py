"""What all nodes of a process have in common that are reached over the network."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from srpki.core.clock import SystemClock
from srpki.frontend.serve.looping import Loop
from srpki.frontend.serve.sftp import Store
from srpki.frontend.serve.waiting import WaitingRoom

if TYPE_CHECKING:
    from srpki.core.clock import Clock

CHECKING: Final = 2
"""Passwords that are checked at once: each takes a processor for a while."""
WORKING: Final = 4
"""Requests for files that are answered at once."""
LEAVING: Final = 5.0
"""Seconds that the end waits for sessions to let go."""


class Network:
    """The event loop, the threads beside it, and what bounds those who have come."""

    def __init__(self, clock: Clock | None = None) -> None:
        """Start the loop."""
        self.loop = Loop()
        self.checking = ThreadPoolExecutor(CHECKING, "checking")
        self.working = ThreadPoolExecutor(WORKING, "files")
        self.waiting = WaitingRoom()
        self.store = Store()
        self.at_end: list[Callable[[], None]] = []
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()

    def start(self, work: Callable[[], None]) -> None:
        """Let a thread do *work* for one who has come in."""

        def run() -> None:
            try:
                work()
            finally:
                with self._lock:
                    self._threads.discard(threading.current_thread())

        thread = threading.Thread(target=run, name="visitor", daemon=True)
        with self._lock:
            self._threads.add(thread)
        thread.start()

    def wait(self) -> None:
        """Wait, but not for ever, until all who have come in have been served; do what is `at_end`.

        Their sessions have been ended before.
        """
        until = self._clock.monotonic() + LEAVING
        with self._lock:
            threads = tuple(self._threads)
        for thread in threads:
            thread.join(max(0.0, until - self._clock.monotonic()))
        for do in self.at_end:
            do()

    def stop(self) -> None:
        """End the loop and the threads."""
        self.loop.stop()
        self.checking.shutdown(wait=False, cancel_futures=True)
        self.working.shutdown()
