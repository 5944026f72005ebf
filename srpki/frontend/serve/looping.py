"""The one thread in which the network events of all nodes happen, and calls into it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, TypeVar

Found = TypeVar("Found")

LEAVING: Final = 5.0
"""Seconds that the end of the loop waits for what still runs there."""


class Loop:
    """An event loop in a thread of its own; its methods may be called from any other thread."""

    def __init__(self) -> None:
        """Start the thread."""
        self.events = asyncio.new_event_loop()
        self.events.set_exception_handler(lambda *_: None)  # of connections that peers broke
        self._thread = threading.Thread(target=self._run, name="network", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.events)
        self.events.run_forever()

    def begin(self, work: Coroutine[Any, Any, Found]) -> Future[Found]:
        """Let *work* run in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self.events)

    def done(self, work: Coroutine[Any, Any, Found]) -> Found:
        """Let *work* run in the loop and wait for it; returns and raises what it does."""
        return self.begin(work).result()

    def soon(self, do: Callable[..., object], *arguments: object) -> None:
        """Let the loop call *do*; nothing happens where the loop has ended."""
        with suppress(RuntimeError):
            self.events.call_soon_threadsafe(do, *arguments)

    def stop(self) -> None:
        """Cancel what runs in the loop, and end it."""
        with suppress(TimeoutError):
            self.begin(_cancel_all()).result(LEAVING)
        self.soon(self.events.stop)
        self._thread.join(LEAVING)
        if not self._thread.is_alive():
            self.events.close()


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
