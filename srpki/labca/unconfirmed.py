"""Certificates that nobody has confirmed are taken back, each at its own instant."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from srpki.core.timeline import Participant, Timeline
from srpki.labca.cmp_responder import CmpResponder


class Unconfirmed(Participant):
    """Lets a CMP responder forget transactions when their time is over."""

    def __init__(
        self, responder: CmpResponder, timeline: Timeline, log: Callable[[str], None]
    ) -> None:
        """Take part in *timeline* for *responder* from `start` to `stop`; *log* is told of bugs."""
        self._responder = responder
        self._timeline = timeline
        self._log = log
        self._lock = threading.Lock()
        self._said: datetime | None = None

    def start(self) -> None:
        """Begin to take part."""
        self._timeline.join(self)
        self.look()

    def stop(self) -> None:
        """Take part no more."""
        self._timeline.leave(self)

    def look(self) -> None:
        """Say when the next transaction is over, unless what was said comes before.

        After each message: most transactions are over long before their time, so the next instant
        is mostly that of one that is no more, and says then what comes after it.
        """
        with self._lock:
            at = self._responder.next_expiry()
            if at is not None and (self._said is None or at < self._said):
                self._said = at
                self._timeline.say(self, at)

    def step(self) -> None:
        """Take back what is over now."""
        with self._lock:
            self._said = None
            self._timeline.say(self, None)
        try:
            self._responder.expire()
        except Exception as error:  # noqa: BLE001 - the ports must go on
            self._log(f"internal error: {type(error).__name__}")
        self.look()

    def wake(self) -> None:
        """Take it back in another thread: a store is written."""
        threading.Thread(target=self._step_apart, name="labca-unconfirmed", daemon=True).start()

    def _step_apart(self) -> None:
        try:
            self.step()
        finally:
            self._timeline.end(self)
