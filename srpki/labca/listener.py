"""One port of the lab CA: accepts connections, bounds them, serves each in a thread.

Connections are kept open; every reply is one write with Nagle's delay switched off. No request,
however broken, ends in a traceback: what a handler did not foresee is one log line and HTTP 500.
"""

from __future__ import annotations

import errno
import io
import socket
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from srpki.core.clock import Clock
from srpki.core.wire import HttpReply, HttpRequest
from srpki.labca.connections import MAX_CONNECTIONS, Connection, Connections, room
from srpki.labca.http11 import BadRequestError, Received, RequestReader, encode_reply
from srpki.labca.striking import CLOSED, Dropped
from srpki.labca.tls import channel_binding

_IDLE_SECONDS: Final = 300.0
_REQUEST_SECONDS: Final = 60.0
"""From the wait for a request to its last octet, however steadily the octets drip in."""
_POLL_SECONDS: Final = 0.05

Handler = Callable[[HttpRequest, bytes | None], HttpReply | None]
"""Request and TLS client certificate (DER) in; reply out, or None to close without one."""

Contexts = Callable[[], ssl.SSLContext]
"""Gives what TLS is spoken with on a connection that begins now."""


class Listener(socketserver.TCPServer):
    """A listening socket from the moment it is made; serves between `start` and `stop`."""

    allow_reuse_address = True
    request_queue_size = MAX_CONNECTIONS

    def __init__(
        self,
        address: tuple[str, int],
        handler: Handler,
        tls: Contexts | None,
        log: Callable[[str], None],
        clock: Clock,
    ) -> None:
        """Listen on *address*, by TLS when *tls* is given, which is asked for each connection.

        Raises OSError when it cannot. Requests are timed by *clock*.
        """
        super().__init__(address, socketserver.BaseRequestHandler)
        self.port: int = self.server_address[1]
        self._origin = f"{'http' if tls is None else 'https'}://{address[0]}:{self.port}"
        self._handler = handler
        self._tls = tls
        self._log = log
        self._clock = clock
        self._dropped = Dropped()
        self._connections = Connections(room())
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to accept."""
        self._thread = threading.Thread(
            target=self.serve_forever, args=(_POLL_SECONDS,), name=f"labca-{self.port}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Close the port and every connection; returns when their threads have ended."""
        self._stopping.set()
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        self.server_close()
        self._connections.end()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; where no file is left for it, one that waits gives way."""
        try:
            return super().get_request()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE):
                self._connections.give_way()
                self._stopping.wait(_POLL_SECONDS)
            raise

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        """Admit a connection; while there is no room, it waits, and so does who comes after it."""
        while not self._connections.admit():
            if self._stopping.wait(_POLL_SECONDS):
                return False
        return True

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve the accepted connection *request* in a thread of its own."""
        connection = Connection(request)
        connection.thread = threading.Thread(
            target=self._serve,
            args=(connection, client_address),
            name="labca-connection",
            daemon=True,
        )
        self._connections.add(connection)
        connection.thread.start()

    def _serve(self, connection: Connection, client_address: Any) -> None:
        try:
            self._shake_hands(connection)
        except Exception:  # noqa: BLE001 - the end of a thread: nobody is left to tell
            self.handle_error(connection, client_address)
        finally:
            connection.close()
            self._connections.remove(connection)

    def _shake_hands(self, connection: Connection) -> None:
        """Converse over the connection, by TLS where that is spoken, until one side ends it."""
        plain = connection.socket
        plain.settimeout(_IDLE_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._tls is None:
            self._converse(connection, None, b"")
            return
        try:
            secure = connection.secure(self._tls())
        except ssl.SSLError as error:
            self._log(f"TLS refused: {error.reason or 'the client went away'}")
            return
        certificate = secure.getpeercert(binary_form=True)
        self._converse(connection, certificate, channel_binding(secure))

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Note what was not foreseen; that a client has gone or kept us waiting is no news."""
        error = sys.exception()
        if not isinstance(error, OSError):
            self._log(f"internal error: {type(error).__name__}")

    def _converse(self, connection: Connection, certificate: bytes | None, binding: bytes) -> None:
        source = _Source(connection, self._clock)
        client = str(connection.socket.getpeername()[0])
        with io.BufferedReader(source) as stream:
            send = connection.socket.sendall
            reader = RequestReader(stream, self._origin, send, binding, client)
            try:
                while (received := reader.read()) is not None:
                    connection.answer()
                    if not self._answer(connection.socket, received, certificate):
                        return
                    connection.wait()
                    source.start()
            except BadRequestError as error:
                self._log(f"bad HTTP request: {error.status.value} {error.status.phrase}")
                refusal = encode_reply(HttpReply(status=error.status), keep_alive=False)
                connection.socket.sendall(refusal)

    def _answer(
        self, connection: socket.socket, received: Received, certificate: bytes | None
    ) -> bool:
        """Send the handler's reply; return whether the connection goes on."""
        if self._dropped.again(received.request):
            return False
        try:
            reply = self._handler(received.request, certificate)
        except Exception as error:  # noqa: BLE001 - the last line: no peer may cause a traceback
            self._log(f"internal error: {type(error).__name__}")
            reply = HttpReply(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        if reply is None:
            if received.request.kept:
                self._dropped.note(received.request)
            return False
        if reply is CLOSED:
            return False
        http10 = received.request.http10
        connection.sendall(encode_reply(reply, keep_alive=received.keep_alive, http10=http10))
        return received.keep_alive


class _Source(io.RawIOBase):
    """Reads from a connection, for no longer than one request may take, and until it is ended."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self.start()

    def start(self) -> None:
        """Begin the time of one request."""
        self._end = self._clock.monotonic() + _REQUEST_SECONDS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._clock.monotonic() > self._end:
            raise TimeoutError
        return 0 if self._connection.ended else self._connection.socket.recv_into(buffer)
