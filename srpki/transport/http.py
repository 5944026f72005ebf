"""HTTP(S) exchanges with everything bounded; the only importer of requests.

Of requests, the preparation of URL and headers is used, and not the session nor the adapter: a
session reads proxies and passwords from the environment, keeps cookies and reads the body of a
redirect whatever its size. Nothing of that may happen here; and one connection needs no pool.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import SplitResult, urljoin, urlsplit

from requests import PreparedRequest
from requests.exceptions import RequestException

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import ConnectError, ProtocolError, TlsError, UnsentError, UsageError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.transport.base import Limits, TlsClient
from srpki.transport.connections import (
    Bond,
    Deadline,
    EndedError,
    PlainConnection,
    TlsConnection,
)
from srpki.transport.tls import make_context

_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_KEEP_METHOD: Final = frozenset((307, 308))
_MAX_URL: Final = 2048
_OURS: Final = frozenset(("content-length", "accept-encoding", "user-agent", "host"))

Origin = tuple[str, str, int]


class _Head(NamedTuple):
    """What goes before a body: the *target* in the first line, and headers."""

    target: str
    headers: Mapping[str, str]


class HttpExchange:
    """One kept connection to one server; implements `srpki.transport.base.Exchange`.

    One request at a time: threads that share an exchange wait for each other. The time limit
    covers everything from connecting to the last octet of the answer, redirects included, but not
    the look-up of the host name, which the system bounds.
    """

    def __init__(
        self,
        tls: TlsClient | None,
        limits: Limits,
        scratch: Path,
        *,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        """Obey *limits*; speak TLS as *tls* says. *scratch* is a directory for passing moments.

        Raises:
            TlsError: *tls* cannot be used; it has no trust anchor, say.
            StorageError: *scratch* cannot be written.
        """
        self._limits = limits
        self._lock = threading.Lock()
        self._prepared: tuple[object, _Head] | None = None
        context = None if tls is None else make_context(tls, scratch=scratch, entropy=entropy)
        self._line = _Line(tls, context, limits, clock)

    def send(self, request: HttpRequest) -> HttpReply:
        """Send *request* and return the whole answer, following redirects within the server.

        A kept connection may end at any time [RFC 9112, 9.3.1]: when that happens before the first
        octet of an answer, the same octets go out once more over a fresh one.

        Raises:
            UnsentError: the same for a request that is good for one write, or it is redirected.
            ConnectError: no connection, or it was lost before the answer was complete.
            ResponseTimeoutError: the answer was not complete in time.
            TlsError: the handshake failed or the server is not to be trusted.
            ProtocolError: the answer is not HTTP, too long or coded, or it leads elsewhere.
            UsageError: the URL of *request* is not one that HTTP can use.
        """
        origin = _origin(request.url)
        with self._lock:
            self._line.start(origin)
            while True:
                reply = self._persist(request)
                if reply.status not in _REDIRECTS:
                    return reply
                request = _redirected(request, reply, origin, self._limits.redirects)
                if request.written_once:
                    raise UnsentError(f"{_where(origin)} redirects to {request.url}", request)

    def connect(self, url: str) -> bytes:
        """Have a connection to the server of *url*; return its binding, empty where it has none.

        Raises:
            ConnectError, ResponseTimeoutError, TlsError, UsageError: as `send`.
        """
        origin = _origin(url)
        with self._lock:
            self._line.start(origin)
            return self._line.connect()

    def _persist(self, request: HttpRequest) -> HttpReply:
        """Return the answer to *request*, sent once more where the kept connection has ended."""
        try:
            return self._exchange(request)
        except EndedError as error:
            if request.written_once:
                raise UnsentError(error.sentence, request) from None
        self._line.close()
        return self._exchange(request).but(repeated=True)

    def close(self) -> None:
        """Close the kept connection; a later `send` opens another one."""
        with self._lock:
            self._line.close()

    def _exchange(self, request: HttpRequest) -> HttpReply:
        head, body = self._prepare(request), request.body
        headers = dict(head.headers)
        if body or request.method == "POST":
            headers["Content-Length"] = str(len(body))
        connection = self._line.connection()
        try:
            self._line.bond.binding = request.binding
            connection.request(request.method, head.target, body or None, headers)
            with connection.getresponse() as response:  # one that ends with it hangs up here
                found = self._read(response)
        except HTTPException as error:
            self._line.close()
            raise ProtocolError(
                f"the request to {self._line.where} cannot be sent ({type(error).__name__})"
            ) from None
        except BaseException:
            self._line.close()
            raise
        if self._limits.http_version == "1.0":
            self._line.close()
        return found

    def _prepare(self, request: HttpRequest) -> _Head:
        """Return what goes before the body; URL and headers are worked on once for many bodies."""
        key = (request.method, request.url, request.headers)
        if self._prepared is None or self._prepared[0] != key:
            headers = {name: value for name, value in request.headers if name.lower() not in _OURS}
            headers["Accept-Encoding"] = "identity"
            headers["User-Agent"] = "srpki"
            if self._limits.http_version == "1.0":
                headers["Host"] = urlsplit(request.url).netloc
            prepared = PreparedRequest()
            try:
                prepared.prepare_url(request.url, None)
                prepared.prepare_headers(headers)
            except RequestException as error:
                raise UsageError(f"the request cannot be sent: {error}") from None
            self._prepared = (key, _Head(prepared.path_url, dict(prepared.headers)))
        return self._prepared[1]

    def _read(self, response: HTTPResponse) -> HttpReply:
        """Read the body as far as the limit allows."""
        where, limit = self._line.where, self._limits.max_body
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            known = headers.get(name.lower())
            headers[name.lower()] = value if known is None else f"{known}, {value}"
        _check_coding(headers, where)
        body = bytearray()
        try:
            while chunk := response.read(limit + 1 - len(body)):
                body += chunk
                if len(body) > limit:
                    raise ProtocolError(f"the answer of {where} is longer than {limit} octets")
        except HTTPException:
            raise ConnectError(f"{where} closed the connection within the answer") from None
        except ValueError:  # a chunk of negative length: http.client reads numbers as Python does
            raise ProtocolError(f"the answer of {where} has a length that is none") from None
        if response.length:
            raise ConnectError(f"{where} closed the connection within the answer")
        return HttpReply(status=response.status, headers=headers, body=bytes(body))


class _Line:
    """One connection to one server, opened when it is needed."""

    def __init__(self, tls: TlsClient | None, context: Any, limits: Limits, clock: Clock) -> None:
        self._tls = tls
        self.context = context
        self._limits = limits
        self._clock = clock
        self._origin: Origin | None = None
        self._deadline = Deadline(clock, 0, "")
        self._connection: PlainConnection | TlsConnection | None = None
        self.bond = Bond()

    @property
    def where(self) -> str:
        """Host and port of the server, for messages."""
        return self._deadline.where

    def start(self, origin: Origin) -> None:
        """Begin the time of an exchange with *origin*."""
        if origin != self._origin:
            self.close()
            self._origin = origin
            self._deadline = Deadline(self._clock, self._limits.response_timeout, _where(origin))
        self._deadline.start()

    def connect(self) -> bytes:
        """Have a connection; return its binding."""
        connection = self.connection()
        try:
            connection.ready()
        except BaseException:
            self.close()
            raise
        return bytes(connection.binding)

    def connection(self) -> PlainConnection | TlsConnection:
        """Return the connection, open or not."""
        if self._connection is None:
            assert self._origin is not None
            self._connection = self._made(*self._origin)
        return self._connection

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _made(self, scheme: str, host: str, port: int) -> PlainConnection | TlsConnection:
        source = self._limits.source_address
        options: dict[str, Any] = {
            "deadline": self._deadline,
            "attempts": self._limits.retries + 1,
            "http_version": self._limits.http_version,
            "source_address": (source, 0) if source else None,
        }
        if scheme == "http":
            return PlainConnection(host, port, **options)
        if self._tls is None:
            raise TlsError(f"no TLS profile is given for {self.where}")
        return TlsConnection(
            host, port, ssl_context=self.context, tls=self._tls, bond=self.bond, **options
        )


def _origin(url: str) -> Origin:
    """Return scheme, host and port of *url*."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError(f'"{url}" is not a URL') from None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc:
        raise UsageError(f'"{url}" is not a URL of the form http(s)://host[:port]/path')
    return parts.scheme, parts.hostname, _PORTS[parts.scheme] if port is None else port


def _where(origin: Origin) -> str:
    _, host, port = origin
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _redirected(request: HttpRequest, reply: HttpReply, origin: Origin, most: int) -> HttpRequest:
    """Return *request* for the place that *reply* names, which must be on the same server."""
    where = _where(origin)
    location = reply.header("location")
    if (
        not location
        or len(location) > _MAX_URL
        or not (location.isascii() and location.isprintable())
    ):
        raise ProtocolError(f"{where} redirects with status {reply.status} to no usable place")
    try:
        url = urljoin(request.url, location)
        target = _origin(url)
    except (ValueError, UsageError):
        raise ProtocolError(f"{where} redirects to what is not an HTTP URL") from None
    if target != origin:
        raise ProtocolError(
            f"{where} redirects to {target[0]}://{_where(target)}, which is refused",
            hint="redirects are followed only within the same server",
        )
    if request.method not in ("GET", "HEAD") and reply.status not in _KEEP_METHOD:
        raise ProtocolError(
            f"{where} redirects a {request.method} with status {reply.status}, which loses its body"
        )
    if request.redirected >= most:
        place = urlsplit(url).path
        raise ProtocolError(
            f"{where} redirects "
            + (f"more often than {most} times" if most else f"to {place}, which is not allowed"),
            hint="see redirection of the transmission-profile",
        )
    return request.but(url=_without_fragment(urlsplit(url)), redirected=request.redirected + 1)


def _without_fragment(parts: SplitResult) -> str:
    return parts._replace(fragment="").geturl()


def _check_coding(headers: Mapping[str, str], where: str) -> None:
    """Refuse what would have to be unpacked: it was not asked for and has no bound."""
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise ProtocolError(f"the answer of {where} is compressed, which was not asked for")
    if headers.get("transfer-encoding", "chunked").strip().lower() != "chunked":
        raise ProtocolError(f"the answer of {where} has a transfer coding that is not known")
