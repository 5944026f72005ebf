"""Connections that keep a deadline, write a message at once and judge the server in time.

What urllib3's connections lack: a socket's timeout begins anew with every octet, so a server that
drips could hold a request for ever; header and body leave in two writes, which wakes a delayed
acknowledgement at the peer; and nothing looks at the server before the request goes. Errors are
made here, where host, port and reason are known; urllib3 and requests let them pass.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from typing import TYPE_CHECKING, Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from srpki.core.clock import Clock
from srpki.core.errors import ConnectError, ProtocolError, ResponseTimeoutError, TlsError
from srpki.transport.base import TlsClient
from srpki.transport.tls import channel_binding, check_session, words

if TYPE_CHECKING:  # what the mixin is mixed into
    _Base = HTTPConnection
else:
    _Base = object


class Deadline:
    """The instant at which the whole answer must be there, for one exchange after another."""

    def __init__(self, clock: Clock, seconds: float, where: str) -> None:
        """Allow *seconds* of *clock* for each answer of *where* (host and port)."""
        self._clock = clock
        self._seconds = seconds
        self._instant = clock.monotonic()
        self.where = where

    def start(self) -> None:
        """Begin the time of one exchange."""
        self._instant = self._clock.monotonic() + self._seconds

    def remaining(self) -> float:
        """Return the seconds that are left; raises `ResponseTimeoutError` when none are."""
        left = self._instant - self._clock.monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> ResponseTimeoutError:
        """Return the error for an answer that did not come in time."""
        return ResponseTimeoutError(
            f"{self.where} has not answered within {self._seconds:g} seconds"
        )


class _Reader(io.RawIOBase):
    """Reads from a socket, allowing each read no more than what is left of the deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._socket = connection
        # A socket counts its files and stays open until this one is closed, too.
        self._file = connection.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(self._deadline.remaining())
        try:
            return self._file.readinto(buffer)
        except ssl.SSLError as error:  # before OSError, of which it is a kind
            raise TlsError(f"TLS with {self._deadline.where} failed: {words(error)}") from None
        except TimeoutError:
            raise self._deadline.passed() from None
        except OSError as error:
            raise _lost(self._deadline, error) from None

    def close(self) -> None:
        self._file.close()
        super().close()


class _Source:
    """The one thing `http.client.HTTPResponse` wants of a socket."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._reader = _Reader(connection, deadline)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader)


class _Bounded(_Base):
    """What is added to both of urllib3's connection classes."""

    def __init__(
        self, *args: Any, deadline: Deadline, attempts: int, http_version: str, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._deadline = deadline
        self._attempts = attempts
        self._message: bytearray | None = None
        self._http_vsn = 10 if http_version == "1.0" else 11
        self._http_vsn_str = f"HTTP/{http_version}"

    def response_class(  # type: ignore[override]
        self, connection: Any, **options: Any
    ) -> http.client.HTTPResponse:
        """Return a response that reads within the deadline; named by `http.client`."""
        source: Any = _Source(connection, self._deadline)
        return http.client.HTTPResponse(source, **options)

    def _new_conn(self) -> socket.socket:
        """Connect, again when that failed: nothing has been sent by then."""
        for _ in range(self._attempts - 1):
            try:
                return self._try_addresses()
            except ConnectError:
                continue
        return self._try_addresses()

    def _try_addresses(self) -> socket.socket:
        """Connect to the first address of the host that answers."""
        try:
            found = socket.getaddrinfo(self._dns_host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise ConnectError(f"no address is known for host {self._dns_host}") from None
        failure: OSError = TimeoutError()
        for family, kind, protocol, _, address in found:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(self._deadline.remaining())
                for option in self.socket_options or ():
                    connection.setsockopt(*option)
                if self.source_address:
                    connection.bind(self.source_address)
                connection.connect(address)
                # A handshake has what connecting has left over, not as much again.
                connection.settimeout(self._deadline.remaining())
            except OSError as error:
                connection.close()
                failure = error
            except BaseException:
                connection.close()
                raise
            else:
                return connection
        reason = "no answer" if isinstance(failure, TimeoutError) else _reason(failure)
        raise ConnectError(f"cannot connect to {self._deadline.where}: {reason}")

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request in one write, connecting first when that has not happened."""
        self._message = bytearray()
        try:
            super().request(*args, **options)
            message = self._message
        finally:
            self._message = None
        if self.sock is None:
            self.connect()
        self._write(message)

    def send(self, data: Any) -> None:
        """Gather what `request` sends piece by piece."""
        assert self._message is not None
        self._message += data

    def _write(self, message: bytearray) -> None:
        connection: socket.socket = self.sock
        try:
            connection.settimeout(self._deadline.remaining())
            connection.sendall(message)
        except ssl.SSLError as error:
            raise TlsError(f"TLS with {self._deadline.where} failed: {words(error)}") from None
        except TimeoutError:
            raise self._deadline.passed() from None
        except (BrokenPipeError, ConnectionResetError):
            return  # the server may have said why before it closed
        except OSError as error:
            raise _lost(self._deadline, error) from None

    def getresponse(self) -> Any:
        """Read the head of the answer."""
        try:
            return super().getresponse()
        except http.client.RemoteDisconnected:
            raise ConnectError(
                f"{self._deadline.where} closed the connection without an answer"
            ) from None
        except (http.client.HTTPException, HTTPError, ValueError):
            raise ProtocolError(f"the answer of {self._deadline.where} is not HTTP") from None


class _PlainConnection(_Bounded, HTTPConnection):
    """One TCP connection."""


class _TlsConnection(_Bounded, HTTPSConnection):
    """One TLS connection; the server is judged before the request goes."""

    def __init__(self, *args: Any, tls: TlsClient, **options: Any) -> None:
        super().__init__(*args, **options)
        self._tls = tls
        self.binding = b""

    def connect(self) -> None:
        """Connect and shake hands."""
        where = self._deadline.where
        try:
            super().connect()
            assert isinstance(self.sock, ssl.SSLSocket)
            check_session(self.sock, self._tls)
            self.binding = channel_binding(self.sock)
        except ssl.SSLError as error:
            raise TlsError(f"TLS with {where} failed: {words(error)}") from None
        except TimeoutError:
            raise self._deadline.passed() from None
        except OSError as error:
            raise TlsError(f"{where} broke off the TLS handshake: {_reason(error)}") from None


class PlainPool(HTTPConnectionPool):
    """Keeps one TCP connection to one host."""

    ConnectionCls = _PlainConnection


class TlsPool(HTTPSConnectionPool):
    """Keeps one TLS connection to one host."""

    ConnectionCls = _TlsConnection


def _reason(error: OSError) -> str:
    return (error.strerror or "no reason given").lower()


def _lost(deadline: Deadline, error: OSError) -> ConnectError:
    return ConnectError(f"the connection to {deadline.where} was lost: {_reason(error)}")
