"""The octets of a channel for a thread that waits for them: lines that are sent, or messages."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from srpki.frontend.serve.keys import WAITING

if TYPE_CHECKING:
    from srpki.frontend.serve.conduit import Conduit


class Octets:
    """What comes over a `Conduit`, to be taken by one thread."""

    def __init__(self, conduit: Conduit) -> None:
        """Take what comes over *conduit* from now on."""
        self._conduit = conduit
        self._changed = threading.Condition()
        self._waiting = bytearray()
        self._over = conduit.gone
        conduit.hear = self._arrived
        conduit.ended = conduit.left = self.end
        conduit.go_on()

    def _arrived(self, octets: bytes) -> None:
        with self._changed:
            self._waiting += octets
            if len(self._waiting) >= WAITING:
                self._conduit.keep_back()
            self._changed.notify()

    def end(self) -> None:
        """Let nothing more come; may be called from any thread."""
        with self._changed:
            self._over = True
            self._changed.notify()

    def take(self) -> bytes:
        """Wait for octets and return them, none at the end."""
        with self._changed:
            while not (self._waiting or self._over):
                self._changed.wait()
            taken, self._waiting = bytes(self._waiting), bytearray()
        self._conduit.go_on()
        return taken
