"""A port at which a server-tls-profile answers: a handshake, and then the end.

It shows which certificate is in use, to ``openssl s_client`` or a browser. Each connection is
answered in a thread of its own; there are so many at a time, and who waits longest gives way.
"""

from __future__ import annotations

import ipaddress
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import RefusedError, SrpkiError
from srpki.labca.connections import Connection, Connections
from srpki.transport.tls_server import Handshake, server_context

if TYPE_CHECKING:
    from srpki.transport.base import TlsServer

CONNECTIONS: Final = 32
_POLL_SECONDS: Final = 0.05


class TlsListener(socketserver.TCPServer):
    """A listening socket from the moment it is made; answers until it is closed."""

    allow_reuse_address = True
    request_queue_size = CONNECTIONS

    def __init__(
        self, address: str, port: int, source: Callable[[], TlsServer], scratch: Path
    ) -> None:
        """Listen on *address* and *port*, 0 for any; *source* says at each connection what with.

        *scratch* is as for `load_identity`. Raises `RefusedError` when it cannot.
        """
        if ipaddress.ip_address(address).version == 6:
            self.address_family = socket.AF_INET6
        try:
            super().__init__((address, port), socketserver.BaseRequestHandler)
        except OSError as error:
            raise RefusedError(
                f"cannot listen on {address} port {port}: {error.strerror}", hint="see the port"
            ) from None
        self.address, self.port = address, int(self.server_address[1])
        self.source = source
        self.handshakes = self.refused = 0
        self.last_refusal = ""
        self._scratch = scratch
        self._count, self._over = threading.Lock(), threading.Event()
        self._connections = Connections(CONNECTIONS)
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_POLL_SECONDS,), name=f"tls-{self.port}", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Close the port and every connection; returns when their threads have ended."""
        self._over.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
        self._connections.end()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; where no file is left for it, the oldest gives way."""
        try:
            return super().get_request()
        except OSError:
            self._connections.give_way()
            self._over.wait(_POLL_SECONDS)
            raise

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        """Admit a connection: of those that are not through yet the oldest gives way."""
        return self._connections.admit()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Answer the accepted connection *request* in a thread of its own."""
        connection = Connection(request)
        connection.thread = threading.Thread(
            target=self._answer, args=(connection,), name="tls-connection", daemon=True
        )
        self._connections.add(connection)
        connection.thread.start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: there is nobody to tell, and the next connection is answered."""

    def _answer(self, connection: Connection) -> None:
        try:
            self._shake_hands(connection)
        except SrpkiError as error:
            self._refuse(error.sentence)
        except OSError:
            self._refuse("the client has gone")
        except Exception as error:  # noqa: BLE001 - no client ends in a traceback
            self._refuse(f"internal error: {type(error).__name__}")
        finally:
            connection.close()
            self._connections.remove(connection)

    def _shake_hands(self, connection: Connection) -> None:
        """Shake hands; whoever sees how it has ended has been counted."""
        tls = self.source()
        context = server_context(tls, scratch=self._scratch, entropy=SystemEntropy())
        handshake = Handshake(connection.socket, context, tls, SystemClock())
        try:
            handshake.shake()
            with self._count:
                self.handshakes += 1
        except SrpkiError as error:
            self._refuse(error.sentence)
        with suppress(SrpkiError, OSError):  # who has gone by now has seen what there is
            handshake.end()

    def _refuse(self, reason: str) -> None:
        with self._count:
            self.refused += 1
            self.last_refusal = reason
