"""The TLS listeners of a lab's nodes, as `srpki.device.lab_tls` asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.errors import NotFoundError, RefusedError
from srpki.device.records.lab_tls import LabTlsListener

if TYPE_CHECKING:
    from srpki.device.lab import Answering
    from srpki.frontend.tls_listener import TlsListener
    from srpki.transport.base import TlsServer

MOST: Final = 64
"""Listeners of one lab, however many nodes it has."""


class LabListeners:
    """Listens for nodes, each known by its directory, until it is told to stop."""

    def __init__(self) -> None:
        """Listen nowhere."""
        self._lock = threading.Lock()
        self._nodes: dict[Path, Answering] = {}
        self._open: dict[tuple[Path, str], TlsListener] = {}

    def serve(self, node: Answering) -> None:
        """Answer for *node* from now on, which has started, perhaps anew."""
        with self._lock:
            self._nodes[_place(node)] = node

    def start(self, node: Answering, profile: str, address: str, port: int) -> LabTlsListener:
        """Let the server-tls-profile *profile* of *node* answer at *address* and *port*.

        Raises `RefusedError`.
        """
        from srpki.frontend.tls_listener import TlsListener  # noqa: PLC0415 - start-up time

        place = _place(node)
        with self._lock:
            if (place, profile) in self._open:
                raise RefusedError(f'"{profile}" listens already', hint="see lab tls show")
            if len(self._open) >= MOST:
                raise RefusedError(f"a lab has {MOST} TLS listeners at most")
            self._nodes.setdefault(place, node)
            source: Callable[[], TlsServer] = partial(self._answer, place, profile)
            listener = TlsListener(address, port, source, place.parent / "state")
            self._open[place, profile] = listener
        return _listed(profile, listener)

    def stop(self, node: Answering, profile: str) -> int:
        """Close the port of *profile*, or of all where it is empty; return of how many.

        Raises `NotFoundError`.
        """
        with self._lock:
            mine = [key for key in self._open if key[0] == _place(node)]
            chosen = [key for key in mine if profile in ("", key[1])]
            if profile and not chosen:
                raise NotFoundError(f'"{profile}" does not listen', hint="see lab tls show")
            closing = [self._open.pop(key) for key in chosen]
        for listener in closing:
            listener.close()
        return len(closing)

    def listed(self, node: Answering) -> tuple[LabTlsListener, ...]:
        """Return the listeners of *node*, by the names of their profiles."""
        with self._lock:
            mine = [(key[1], one) for key, one in self._open.items() if key[0] == _place(node)]
        return tuple(_listed(*one) for one in sorted(mine, key=lambda one: one[0]))

    def close(self) -> None:
        """Close every port."""
        with self._lock:
            closing, self._open = [*self._open.values()], {}
        for listener in closing:
            listener.close()

    def _answer(self, place: Path, profile: str) -> TlsServer:
        with self._lock:
            node = self._nodes[place]
        return node.engine.tls_server(profile)


def _place(node: Answering) -> Path:
    return node.files.path("cf3:/")


def _listed(profile: str, listener: TlsListener) -> LabTlsListener:
    return LabTlsListener(
        profile=profile,
        address=listener.address,
        port=listener.port,
        handshakes=listener.handshakes,
        refused=listener.refused,
        last_refusal=listener.last_refusal or None,
    )
