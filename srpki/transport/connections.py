"""Connections that keep a deadline, write a message at once and judge the server in time.

What urllib3's connections lack: a socket's timeout begins anew with every octet, so a server that
drips could hold a request for ever; header and body leave in two writes, which wakes a delayed
acknowledgement at the peer; and nothing looks at the server before the request goes. Nor does it
tell a kept connection that ended, which servers may do at any time, from a server that has nothing
to say. Requests and answers are those of `http.client`, which urllib3's connections are made of:
what its pools and answers add is of no use to one connection. Errors are made here, where host,
port and reason are known.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from urllib3.connection import HTTPConnection, HTTPSConnection

from srpki.core.clock import Clock
from srpki.core.errors import ConnectError, ProtocolError, ResponseTimeoutError, TlsError
from srpki.transport.alerts import CERTIFICATE_WANTED, failure
from srpki.transport.base import TlsClient
from srpki.transport.tls import channel_binding, check_session

if TYPE_CHECKING:  # what the mixin is mixed into
    _Base = HTTPConnection
else:
    _Base = object

_ENDS: Final = (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError)
"""How the end of a connection shows: reset, or closed without TLS's farewell."""


MOST_INTERIM: Final = 32
"""Interim answers (1xx) that are passed over before the final one."""


class EndedError(ConnectError):
    """A kept connection is no more: no octet of an answer came, or it is another one by now."""


@dataclass(slots=True)
class Bond:
    """What a connection must have as its *binding* to be written to; empty: any will do."""

    binding: bytes = b""


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

    def __init__(self, connection: socket.socket, deadline: Deadline, tls: TlsClient) -> None:
        self._socket = connection
        self._tls = tls
        # A socket counts its files and stays open until this one is closed, too.
        self._file = connection.makefile("rb", buffering=0)
        self._deadline = deadline
        self.octets = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(self._deadline.remaining())
        try:
            count = self._file.readinto(buffer)
        except _ENDS as error:
            raise _lost(self._deadline, error) from None
        except ssl.SSLError as error:  # before OSError, of which it is a kind
            raise failure(error, self._deadline.where, self._tls) from None
        except TimeoutError:
            raise self._deadline.passed() from None
        except OSError as error:
            raise _lost(self._deadline, error) from None
        self.octets += count or 0
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


class _Source:
    """The one thing `http.client.HTTPResponse` wants of a socket."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader)


class _Response(http.client.HTTPResponse):
    """The final answer; interim ones before it are passed over [RFC 9110, 15.2]."""

    def begin(self) -> None:
        """Read the heads of answers until one is final."""
        for _ in range(MOST_INTERIM):
            super().begin()
            if self.status >= http.HTTPStatus.OK:
                self._check_lengths()
                return
            self.headers = self.msg = None  # type: ignore[assignment]
        raise http.client.HTTPException("no final answer")

    def _check_lengths(self) -> None:
        """Refuse an answer with two lengths: where it ends is anybody's guess."""
        said = ",".join(self.headers.get_all("Content-Length", ())).split(",")
        if len({length.strip() for length in said}) > 1:
            raise http.client.HTTPException("two lengths")

    def _safe_read(self, amt: int) -> bytes:
        """Refuse a chunk of negative length, for which `http.client` reads all that comes."""
        if amt < 0:
            raise ValueError("negative length")
        found: bytes = super()._safe_read(amt)  # type: ignore[misc]
        return found


class _Bounded(_Base):
    """What is added to both of urllib3's connection classes."""

    _tls = TlsClient(trust_anchors=())  # in clear nothing of it is looked at

    def __init__(
        self, *args: Any, deadline: Deadline, attempts: int, http_version: str, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._deadline = deadline
        self._attempts = attempts
        self._message: bytearray | None = None
        self._reader: _Reader | None = None
        self._written = self._reused = False
        self._http_vsn = 10 if http_version == "1.0" else 11
        self._http_vsn_str = f"HTTP/{http_version}"

    def response_class(  # type: ignore[override]
        self, connection: Any, **options: Any
    ) -> http.client.HTTPResponse:
        """Return a response that reads within the deadline; named by `http.client`."""
        self._reader = _Reader(connection, self._deadline, self._tls)
        source: Any = _Source(self._reader)
        return _Response(source, **options)

    def _new_conn(self) -> socket.socket:
        """Connect, again when that failed: nothing has been sent by then."""
        self._written = False
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

    def ready(self) -> None:
        """Be connected, anew where the kept connection has ended meanwhile."""
        if self.sock is not None and not self.is_connected:
            self.close()
        if self.sock is None:
            self.connect()

    def request(self, *args: Any, **options: Any) -> None:
        """Send a request in one write, connecting first when that has not happened."""
        self.ready()
        self._message = bytearray()
        try:
            http.client.HTTPConnection.request(self, *args, **options)
            message = self._message
        finally:
            self._message = None
        self._check_bond()
        self._reused, self._written = self._written, True
        self._write(message)

    def _check_bond(self) -> None:
        """Raise `EndedError` when this is not the connection that must be written to."""

    def send(self, data: Any) -> None:
        """Gather what `request` sends piece by piece."""
        assert self._message is not None
        self._message += data

    def _write(self, message: bytearray) -> None:
        connection: socket.socket = self.sock
        try:
            connection.settimeout(self._deadline.remaining())
            connection.sendall(message)
        except _ENDS:
            return  # the server may have said why before it closed
        except ssl.SSLError as error:
            raise failure(error, self._deadline.where, self._tls) from None
        except TimeoutError:
            raise self._deadline.passed() from None
        except OSError as error:
            raise _lost(self._deadline, error) from None

    def getresponse(self) -> Any:
        """Read the head of the answer; `EndedError` when a kept connection ends before it."""
        try:
            return http.client.HTTPConnection.getresponse(self)
        except http.client.RemoteDisconnected:
            raise self._broken(
                f"{self._deadline.where} closed the connection without an answer"
            ) from None
        except ConnectError as error:
            raise self._broken(error.sentence) from None
        except (http.client.HTTPException, ValueError):
            raise ProtocolError(f"the answer of {self._deadline.where} is not HTTP") from None

    def _broken(self, sentence: str) -> ConnectError:
        """Return the error for a connection that ended before the head of an answer was read."""
        if self._reader is not None and self._reader.octets:
            return ConnectError(sentence)
        return EndedError(sentence) if self._reused else ConnectError(sentence, hint=self._doubt())

    def _doubt(self) -> str:
        """Return what a server may have meant that closes a fresh connection without a word."""
        return ""


class PlainConnection(_Bounded, HTTPConnection):
    """One TCP connection."""

    binding = b""


class TlsConnection(_Bounded, HTTPSConnection):
    """One TLS connection; the server is judged before the request goes."""

    def __init__(self, *args: Any, tls: TlsClient, bond: Bond, **options: Any) -> None:
        super().__init__(*args, **options)
        self._tls = tls
        self._bond = bond
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
            raise failure(error, where, self._tls) from None
        except TimeoutError:
            raise self._deadline.passed() from None
        except OSError as error:
            raise TlsError(f"{where} broke off the TLS handshake: {_reason(error)}") from None

    def _doubt(self) -> str:
        # In TLS 1.3 the alert comes after the request has gone out, and may be lost with it.
        wanted = f"it may want a client certificate: {CERTIFICATE_WANTED}"
        return "" if self._tls.certificate_chain else wanted

    def _check_bond(self) -> None:
        if self._bond.binding not in (b"", self.binding):
            raise EndedError(f"the connection to {self._deadline.where} has ended")


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return "it was closed"
    return (error.strerror or "no reason given").lower()


def _lost(deadline: Deadline, error: OSError) -> ConnectError:
    return ConnectError(f"the connection to {deadline.where} was lost: {_reason(error)}")
