"""Where one message ends and the next one begins [RFC 6242 section 4].

Until both sides have said that they know better, a message ends in ``]]>]]>``; then it comes in
chunks. What a peer sends is bounded, and what breaks these rules ends the session.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_END: Final = b"]]>]]>"
_HEAD: Final = re.compile(rb"\n#(?:([1-9][0-9]{0,9})|(#))\n")
_BEGUN: Final = re.compile(rb"(\n(#([1-9][0-9]{0,9}|#)?)?)?")
"""What a head may begin with while the rest of it has not come."""
_LARGEST_CHUNK: Final = 4294967295
_BLANK: Final = b" \t\r\n"
_WRITTEN: Final = 1 << 15
"""Octets of a chunk that is written, at least, while there is more."""

MAXIMUM_HELLO: Final = 1 << 16
MAXIMUM_MESSAGE: Final = 16 << 20
"""Octets; an edit-config of all maxima without ``ipsec`` has 10 Mi."""


class FramingError(Exception):
    """What came is no message, or one that is too long; the session ends."""


class Incoming:
    """Cuts what comes into messages, none of them longer than *maximum* octets."""

    def __init__(self, maximum: int = MAXIMUM_HELLO) -> None:
        """Begin with nothing, waiting for the hello."""
        self.chunked = False
        self.maximum = maximum
        self._buffer = bytearray()
        self._message = bytearray()
        self._left = 0
        self._begun = False
        self._seen = 0

    def feed(self, data: bytes) -> None:
        """Take *data*, which has come."""
        self._buffer += data

    def next(self) -> bytes | None:
        """Return the next message, white space before it left out, or None until more comes.

        Raises `FramingError`.
        """
        message = self._next_of_chunks() if self.chunked else self._next_by_end()
        return None if message is None else message.lstrip(_BLANK)

    def _next_by_end(self) -> bytes | None:
        at = self._buffer.find(_END, max(0, self._seen - len(_END)))
        if at < 0:
            self._seen = len(self._buffer)
            self._check(self._seen - len(_END))
            return None
        self._check(at)
        message = bytes(self._buffer[:at])
        del self._buffer[: at + len(_END)]
        self._seen = 0
        return message

    def _next_of_chunks(self) -> bytes | None:
        while self._buffer:
            if self._left:
                taken = self._buffer[: self._left]
                self._message += taken
                self._left -= len(taken)
                del self._buffer[: len(taken)]
                continue
            if not self._begun:
                self._skip_blank()
            head = _HEAD.match(self._buffer)
            if head is None:
                if not _BEGUN.fullmatch(self._buffer):
                    raise FramingError("no chunk begins where one should")
                return None
            size, last = head[1], head[2]  # of the buffer as it is now
            del self._buffer[: head.end()]
            if last:
                return self._ended()
            self._begin(int(size))
        return None

    def _skip_blank(self) -> None:
        """Drop white space between messages, but for the newline that begins a chunk."""
        blank = len(self._buffer) - len(self._buffer.lstrip(_BLANK))
        del self._buffer[: max(0, blank - 1)]

    def _begin(self, size: int) -> None:
        if size > _LARGEST_CHUNK:
            raise FramingError("a chunk is longer than any may be")
        self._check(len(self._message) + size)
        self._left, self._begun = size, True

    def _ended(self) -> bytes:
        if not self._begun:
            raise FramingError("a message has no chunk")
        message, self._message, self._begun = bytes(self._message), bytearray(), False
        return message

    def _check(self, size: int) -> None:
        if size > self.maximum:
            raise FramingError(f"a message is longer than {self.maximum} octets")


def framed(lines: Iterable[str], *, chunked: bool) -> Iterator[bytes]:
    """Yield the message of *lines* as it is written; lines are not parted by anything.

    No text between tags holds what ends a message, for ``>`` is escaped there.
    """
    piece = bytearray()
    for line in lines:
        piece += line.encode()
        if len(piece) >= _WRITTEN:
            yield _chunk(piece) if chunked else bytes(piece)
            piece = bytearray()
    if piece:
        yield _chunk(piece) if chunked else bytes(piece)
    yield b"\n##\n" if chunked else _END


def _chunk(content: bytearray) -> bytes:
    return b"\n#%d\n" % len(content) + content
