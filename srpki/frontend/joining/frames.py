"""What goes over a node's socket: frames of a length, a kind and a content, both ways.

A frame is four octets of length, one octet of kind, and so many octets of content: raw octets of a
terminal, or one JSON object. Nothing that is received is ever run or unpickled.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from srpki.core.errors import ProtocolError

PROTOCOL: Final = 3
"""The version of these messages; the program's version is told beside it."""

MOST_OCTETS: Final = 1 << 26
"""Most octets of one frame."""

PATIENCE: Final = 60
"""Seconds after which a peer that takes no octet of what it is sent is given up."""

_HEAD: Final = struct.Struct(">IB")
_RAW, _OBJECT = 0, 1
_PIECE: Final = 1 << 16
_CREDENTIALS: Final = struct.Struct("3i")

Message = Mapping[str, Any]


class Frame(NamedTuple):
    """What has come: *raw* octets, or a *message*."""

    raw: bytes = b""
    message: Message | None = None


class Frames:
    """Frames out of octets as they come."""

    def __init__(self, most: int = MOST_OCTETS) -> None:
        """Refuse frames longer than *most* octets."""
        self._most = most
        self._held = bytearray()

    def feed(self, octets: bytes) -> Iterator[Frame]:
        """Yield what *octets* complete; raises `ProtocolError` for what is no frame."""
        self._held += octets
        while len(self._held) >= _HEAD.size:
            length, kind = _HEAD.unpack_from(self._held)
            if length > self._most:
                raise ProtocolError(f"a frame is longer than {self._most} octets")
            end = _HEAD.size + length
            if len(self._held) < end:
                return
            content = bytes(self._held[_HEAD.size : end])
            del self._held[:end]
            yield _frame(kind, content)


def _frame(kind: int, content: bytes) -> Frame:
    if kind == _RAW:
        return Frame(raw=content)
    try:
        found = json.loads(content) if kind == _OBJECT else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ProtocolError("a frame is neither octets nor an object")
    return Frame(message=found)


def packed(message: Message) -> bytes:
    """Return *message* as a frame; raises `ProtocolError` for one that is too long."""
    return _packed(_OBJECT, json.dumps(message).encode())


def packed_raw(octets: bytes) -> bytes:
    """Return *octets* as frames."""
    cut = (octets[at : at + _PIECE] for at in range(0, len(octets), _PIECE))
    return b"".join(_packed(_RAW, piece) for piece in cut)


def _packed(kind: int, content: bytes) -> bytes:
    if len(content) > MOST_OCTETS:
        raise ProtocolError(f"a message is longer than {MOST_OCTETS} octets")
    return _HEAD.pack(len(content), kind) + content


class Wire:
    """One connection; may be written to by any thread, and is read by one."""

    def __init__(self, connection: socket.socket, most: int = MOST_OCTETS) -> None:
        """Speak over *connection*; what it brings is at most *most* octets a frame."""
        self._socket = connection
        self._frames = Frames(most)
        self._sending = threading.Lock()
        self._kept: list[Frame] = []
        # A time-out of Python's would hold for both directions.
        _limit(connection, socket.SO_SNDTIMEO, PATIENCE)

    def fileno(self) -> int:
        """Return the descriptor of the connection."""
        return self._socket.fileno()

    @property
    def user(self) -> int:
        """The number of the user who runs the other end, as the system knows him."""
        packed = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        return int(_CREDENTIALS.unpack(packed)[1])

    def send(self, octets: bytes) -> None:
        """Send what was packed; raises `OSError` when nobody takes it for so long."""
        with self._sending:
            self._socket.sendall(octets)

    def tell(self, message: Message) -> None:
        """Send *message*; raises `OSError` and `ProtocolError`."""
        self.send(packed(message))

    def farewell(self, message: Message) -> None:
        """Send *message* if that can be done at once, and hang up."""
        if self._sending.acquire(timeout=0.2):
            try:
                self._socket.send(packed(message), socket.MSG_DONTWAIT)
            except OSError:
                pass
            finally:
                self._sending.release()
        self.hang_up()

    def hang_up(self) -> None:
        """End the connection, whoever reads or writes there now."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the descriptor back; nobody may use the connection any more."""
        self._socket.close()

    def patient(self, seconds: float) -> None:
        """Wait *seconds* for what comes, 0 for ever."""
        _limit(self._socket, socket.SO_RCVTIMEO, seconds)

    def first(self) -> Message:
        """Wait for the first message and return it, an empty one where none comes.

        Raises `TimeoutError` after as long as the wire is `patient`, and `ProtocolError`.
        """
        while (found := self._received(0)) == []:
            pass
        if not found:
            return {}
        self._kept = found[1:]
        return found[0].message or {}

    def take(self) -> list[Frame] | None:
        """Return what has come, None at the end; does not wait. Raises `ProtocolError`."""
        if self._kept:
            kept, self._kept = self._kept, []
            return kept
        return self._received(socket.MSG_DONTWAIT)

    def messages(self) -> Iterator[Frame]:
        """Yield frames until the other end has gone; raises `ProtocolError`."""
        kept, self._kept = self._kept, []
        yield from kept
        while (found := self._received(0)) is not None:
            yield from found

    def send_some(self, octets: bytes) -> int:
        """Send as much of *octets* as can be sent at once; return how much. Raises `OSError`."""
        return self._socket.send(octets, socket.MSG_DONTWAIT)

    def _received(self, flags: int) -> list[Frame] | None:
        try:
            octets = self._socket.recv(_PIECE, flags)
        except BlockingIOError:
            if flags:
                return []
            raise TimeoutError from None
        except OSError:
            return None
        return list(self._frames.feed(octets)) if octets else None


def _limit(connection: socket.socket, option: int, seconds: float) -> None:
    whole = int(seconds)
    packed = struct.pack("ll", whole, int((seconds - whole) * 1_000_000))
    connection.setsockopt(socket.SOL_SOCKET, option, packed)


def trusted(user: int, *others: int) -> bool:
    """Return whether the other end is run by our own *user*, by root, or by one of *others*."""
    return user in {0, os.geteuid(), *others}
