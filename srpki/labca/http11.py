"""HTTP/1.1 as a server needs it: read one request within bounds, write one reply.

Leaner than the standard library's request handler, whose header parser costs more than a key
update's signature. Reads Content-Length and chunked bodies (Go clients send CSRs chunked) and
writes header and body as one block of octets, always with Content-Length: strongSwan reads the
answer from one TLS record, and two writes cost 40 ms each on a kept connection [RFC 9112].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from typing import Final, Protocol

from srpki.core.wire import HttpReply, HttpRequest

MAX_BODY: Final = 256 * 1024
_MAX_LINE: Final = 8192
_MAX_HEADERS: Final = 64
_MAX_HEADER_OCTETS: Final = 32 * 1024
_TOKEN: Final = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")


class Readable(Protocol):
    """The two ways a buffered stream is read here."""

    def readline(self, size: int = -1, /) -> bytes:
        """Return one line, its end included, of at most *size* octets."""
        ...

    def read(self, size: int = -1, /) -> bytes:
        """Return *size* octets, fewer only at the end of the stream."""
        ...


class BadRequestError(Exception):
    """The octets are no request that is served here; *status* says why."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True, slots=True)
class Received:
    """A request, and whether the client keeps the connection."""

    request: HttpRequest
    keep_alive: bool


@dataclass(frozen=True, slots=True)
class _Head:
    method: str
    target: str
    http10: bool
    headers: tuple[tuple[str, str], ...]
    fields: Mapping[str, str]


class RequestReader:
    """Reads the requests of one connection; *origin* is what URLs begin with."""

    def __init__(
        self, stream: Readable, origin: str, send: Sender, binding: bytes = b"", client: str = ""
    ) -> None:
        """Read from *stream*; *send* is for ``100 Continue``.

        *binding* and *client* are those of requests.
        """
        self._stream = stream
        self._origin = origin
        self._send = send
        self._binding = binding
        self._client = client
        self._kept = False

    def read(self) -> Received | None:
        """Return the next request, None when the client has closed the connection.

        Raises `BadRequestError`; what the stream raises passes through.
        """
        line = self._stream.readline(_MAX_LINE + 1)
        if line in (b"\r\n", b"\n"):  # one empty line before a request is forgiven [9112, 2.2]
            line = self._stream.readline(_MAX_LINE + 1)
        if not line:
            return None
        head = self._head(line)
        if head.fields.get("expect", "").lower() == "100-continue":
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._body(head.fields)
        request = HttpRequest(
            method=head.method,
            url=self._origin + head.target,
            headers=head.headers,
            body=body,
            binding=self._binding,
            http10=head.http10,
            kept=self._kept,
            client=self._client,
        )
        self._kept = True
        return Received(request, _keeps(head))

    def _head(self, line: bytes) -> _Head:
        words = _text(line).split(" ")
        if len(words) != 3 or not words[0].isalpha() or not words[1].startswith("/"):
            raise BadRequestError(HTTPStatus.BAD_REQUEST)
        if not (words[1].isascii() and words[1].isprintable()):
            raise BadRequestError(HTTPStatus.BAD_REQUEST)
        method, target, version = words
        if version not in ("HTTP/1.1", "HTTP/1.0"):
            raise BadRequestError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED)
        headers = self._headers()
        fields = {_folded(name): value for name, value in headers}
        if len(fields) < len(headers):
            _refuse_repeated(headers)
        http10 = version == "HTTP/1.0"
        # RFC 9112, 3.2: no Host in HTTP/1.1; 6.1: what HTTP/1.0 does not know frames nothing.
        if "host" not in fields if not http10 else "transfer-encoding" in fields:
            raise BadRequestError(HTTPStatus.BAD_REQUEST)
        return _Head(method, target, http10, headers, fields)

    def _headers(self) -> tuple[tuple[str, str], ...]:
        headers: list[tuple[str, str]] = []
        octets = 0
        while (line := self._stream.readline(_MAX_LINE + 1)) not in (b"\r\n", b"\n"):
            octets += len(line)
            if octets > _MAX_HEADER_OCTETS or len(headers) == _MAX_HEADERS:
                raise BadRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            name, colon, value = _text(line).partition(":")
            if not colon or not _folded(name):
                raise BadRequestError(HTTPStatus.BAD_REQUEST)
            headers.append((name, value.strip(" \t")))
        return tuple(headers)

    def _body(self, fields: Mapping[str, str]) -> bytes:
        coding = fields.get("transfer-encoding", "").lower()
        if coding:
            # Both at once is how requests are smuggled [RFC 9112, section 6.1].
            if coding != "chunked" or "content-length" in fields:
                raise BadRequestError(HTTPStatus.BAD_REQUEST)
            return self._chunks()
        length = fields.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            raise BadRequestError(HTTPStatus.BAD_REQUEST)
        if len(length) > len(str(MAX_BODY)) or int(length) > MAX_BODY:
            raise BadRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        body = bytearray()
        while True:
            size = _text(self._stream.readline(_MAX_LINE + 1)).partition(";")[0].strip()
            if not size or len(size) > 8 or not set(size.lower()) <= set("0123456789abcdef"):
                raise BadRequestError(HTTPStatus.BAD_REQUEST)
            octets = int(size, 16)
            if len(body) + octets > MAX_BODY:
                raise BadRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            if not octets:
                self._headers()  # trailers, of which none means anything here
                return bytes(body)
            body += self._exactly(octets)
            if _text(self._stream.readline(_MAX_LINE + 1)):
                raise BadRequestError(HTTPStatus.BAD_REQUEST)

    def _exactly(self, count: int) -> bytes:
        data = self._stream.read(count)
        if len(data) < count:
            raise BadRequestError(HTTPStatus.BAD_REQUEST)
        return data


def _keeps(head: _Head) -> bool:
    """Whether the client keeps the connection [RFC 9112, 9.3]."""
    said = head.fields.get("connection", "").lower()
    options = {word.strip() for word in said.split(",")} if said else set()
    return "keep-alive" in options if head.http10 else "close" not in options


class Sender(Protocol):
    """Sends octets, all of them, at once."""

    def __call__(self, data: bytes, /) -> None:
        """Send *data*."""
        ...


def encode_reply(reply: HttpReply, *, keep_alive: bool, http10: bool = False) -> bytes:
    """Return *reply* as octets, header and body together."""
    try:
        phrase = HTTPStatus(reply.status).phrase
    except ValueError:
        phrase = "Unknown"
    # libest asks by HTTP/1.0 and reads no other status line.
    lines = [f"HTTP/1.{0 if http10 else 1} {reply.status} {phrase}"]
    lines += [f"{name.title()}: {value}" for name, value in reply.headers.items()]
    lines += [f"WWW-Authenticate: {value}" for value in reply.challenges]
    lines.append(f"Content-Length: {len(reply.body)}")
    if not keep_alive:
        lines.append("Connection: close")
    elif http10:  # a client of HTTP/1.0 must be told [RFC 9112, section C.2.2]
        lines.append("Connection: keep-alive")
    return "\r\n".join((*lines, "", "")).encode("latin-1") + reply.body


@lru_cache(maxsize=64)
def _folded(name: str) -> str:
    """Return the *name* of a field in lower case, empty where it is none [RFC 9110, 5.1]."""
    folded = name.lower()
    return folded if _TOKEN.issuperset(folded) else ""


def _text(line: bytes) -> str:
    """Return a line without its end; refuse one that has none within bounds."""
    if not line.endswith(b"\n"):
        raise BadRequestError(
            HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            if len(line) > _MAX_LINE
            else HTTPStatus.BAD_REQUEST
        )
    text = line[:-2] if line.endswith(b"\r\n") else line[:-1]
    if b"\r" in text or b"\0" in text:  # others would see two lines, or none [RFC 9112, 2.2]
        raise BadRequestError(HTTPStatus.BAD_REQUEST)
    return text.decode("latin-1")


def _refuse_repeated(headers: tuple[tuple[str, str], ...]) -> None:
    """Refuse headers that say the same thing twice where that would be ambiguous."""
    names = [name.lower() for name, _ in headers]
    for name in ("content-length", "transfer-encoding", "authorization", "content-type", "host"):
        if names.count(name) > 1:
            raise BadRequestError(HTTPStatus.BAD_REQUEST)
