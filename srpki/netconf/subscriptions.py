"""Subscriptions to the events of the node [RFC 5277]: one of a session at a time.

Events come from the engine, which must not wait for a client. They wait here, so many of them, and
a thread of the session's own writes them, between the replies.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from srpki.core.errors import RefusedError
from srpki.core.xml import Element
from srpki.netconf.events import complete, notification, replay_complete

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from srpki.core.clock import Clock
    from srpki.core.events import Event
    from srpki.device.logging.logs import Log, Logs
    from srpki.netconf.streams import Stream

WAITING: Final = 2000
"""Most events that wait for a client; of more of them the eldest are dropped."""


class Subscriber:
    """What one session hears of the events in *logs*; *notify* writes, and may block or raise."""

    def __init__(self, logs: Logs, clock: Clock, notify: Callable[[Element], None]) -> None:
        self._logs = logs
        self._clock = clock
        self._notify = notify
        self._stream = ""
        self._until: datetime | None = None
        self._waiting: deque[Element] = deque(maxlen=WAITING)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def subscribed(self) -> bool:
        """Whether the session hears a stream."""
        return bool(self._stream)

    def begin(self, stream: Stream, since: datetime | None, until: datetime | None) -> None:
        """Hear *stream* from now on, and before that what it holds *since* an instant.

        Nothing is heard of what comes after *until*. Raises `RefusedError` where the session hears
        a stream already.
        """
        with self._changed:
            if self._stream:
                raise RefusedError("the session has a subscription already")
            self._stream, self._until = stream.log.name, until
            if since is not None:
                for number, event in self._logs.events(stream.log):
                    if event.time >= since and (until is None or event.time <= until):
                        self._waiting.append(notification(number, event))
                self._waiting.append(replay_complete(self._clock.now()))
        if until is not None and until <= self._clock.now():
            self._finish()
        else:
            self._logs.hear(self._heard)
        self._thread = threading.Thread(target=self._write, daemon=True, name="netconf-events")

    def start(self) -> None:
        """Write what is heard from now on, where something is: the request has been answered."""
        if self._thread is not None and self._thread.ident is None:
            self._thread.start()

    def end(self) -> None:
        """Hear nothing any more, from any thread; what waits is not written."""
        self._logs.ignore(self._heard)
        with self._changed:
            self._stream = ""
            self._waiting.clear()
            self._changed.notify()

    def _heard(self, log: Log, number: int, event: Event) -> None:
        if log.name != self._stream:
            return
        if self._until is not None and event.time > self._until:
            self._finish()
            return
        self._put(notification(number, event))

    def _put(self, element: Element) -> None:
        with self._changed:
            self._waiting.append(element)
            self._changed.notify()

    def _finish(self) -> None:
        """Tell that nothing more comes."""
        self._put(complete(self._clock.now()))
        with self._changed:
            self._stream = ""

    def _write(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    if not self._stream:
                        return
                    self._changed.wait()
                element = self._waiting.popleft()
            try:
                self._notify(element)
            except OSError:
                return
