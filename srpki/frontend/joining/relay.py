r"""A thin relay: the keys and the window of this terminal go to the owner, his octets come here.

Nothing of the session runs here, so there is always a way out: Ctrl-\ leaves at once, whatever the
owner does.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from srpki.core.errors import BusyError
from srpki.frontend.joining.frames import packed, packed_raw

if TYPE_CHECKING:
    from types import FrameType

    from srpki.frontend.joining.frames import Frame, Wire

ESCAPE: Final = b"\x1c"
r"""Ctrl-\, which no other part of the program has a meaning for."""

MOST_WAITING: Final = 1 << 23
"""Octets that wait for an owner who takes none; one more, and there is no point in staying."""

_PIECE: Final = 1 << 16
_SIGNALS: Final = (signal.SIGWINCH, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCONT)


def window() -> tuple[int, int]:
    """Return columns and rows of the terminal."""
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return (80, 24)
    return (size.columns or 80, size.lines or 24)


class Relay:
    """One session that runs elsewhere; *raw* on a terminal, else lines are relayed."""

    def __init__(self, wire: Wire, *, raw: bool) -> None:
        """Relay between the standard streams and *wire*."""
        self._wire = wire
        self._raw = raw
        self._keys = sys.stdin.fileno() if sys.stdin is not None else -1
        self._screen = sys.stdout.fileno()
        self._waiting = bytearray()
        self._hearing = True
        self._signals: list[int] = []
        self._status: int | None = None
        self._lost = "the process that held the node has ended"

    def run(self) -> int:
        """Relay until one end has enough; return the exit status. Raises `BusyError` at a loss."""
        if self._keys < 0:
            self._close_input()
        with self._listening_to_signals() as woken, self._raw_mode():
            self._take_in()
            while self._status is None and self._hearing_wire(woken):
                pass
        if self._status is None:
            if self._raw:  # the cursor stands behind a prompt
                os.write(self._screen, b"\r\n")
            raise BusyError(self._lost, hint="try again")
        return self._status

    def _hearing_wire(self, woken: int) -> bool:
        """Wait for whatever comes next and relay it; return whether there is more."""
        readers = [self._wire.fileno(), woken, *([self._keys] if self._hearing else ())]
        writers = [self._wire.fileno()] if self._waiting else []
        readable, writable, _ = select.select(readers, writers, [])
        if woken in readable:
            self._obey_signals(woken)
        if self._hearing and self._keys in readable:
            self._take_keys()
        if writable:
            self._send()
        return self._wire.fileno() not in readable or self._take_in()

    # --- from the owner ---

    def _take_in(self) -> bool:
        """Show what has come; return whether more can come."""
        frames = self._wire.take()
        if frames is None:
            return False
        return all(map(self._show, frames))

    def _show(self, frame: Frame) -> bool:
        match frame.message:
            case None:
                rest = memoryview(frame.raw)
                while rest:
                    rest = rest[os.write(self._screen, rest) :]
            case {"ended": int(status)}:
                self._status = status
            case {"lost": str(sentence)} | {"refused": [_, str(sentence), *_]}:
                self._lost = sentence
                return False
        return True

    # --- to the owner ---

    def _take_keys(self) -> None:
        try:
            typed = os.read(self._keys, _PIECE)
        except OSError:
            typed = b""
        # At the end alone: what is pasted may hold the octet.
        if self._raw and (not typed or typed.endswith(ESCAPE)):
            self._leave("left the session, which ends" if typed else "")
        elif typed:
            self._tell(packed_raw(typed))
        else:
            self._close_input()

    def _close_input(self) -> None:
        self._hearing = False
        self._tell(packed({"eof": True}))

    def _tell(self, octets: bytes) -> None:
        self._waiting += octets
        if len(self._waiting) > MOST_WAITING:
            raise BusyError("the process that holds the node takes no more input", hint="try later")
        self._send()

    def _send(self) -> None:
        try:
            del self._waiting[: self._wire.send_some(bytes(self._waiting[:_PIECE]))]
        except BlockingIOError:
            pass
        except OSError:
            self._waiting.clear()  # he has gone, which the reading side hears
            self._hearing = False

    def _leave(self, sentence: str, status: int = 0) -> None:
        self._status = status
        if sentence:
            with suppress(OSError):
                os.write(self._screen, f"\r\nsrpki: {sentence}\r\n".encode())

    # --- signals and the terminal ---

    def _obey_signals(self, woken: int) -> None:
        os.read(woken, _PIECE)
        numbers, self._signals = self._signals, []
        for number in numbers:
            if number in (signal.SIGTERM, signal.SIGHUP):
                self._leave("", 0 if self._raw else 128 + number)
            elif number == signal.SIGINT:
                self._tell(packed_raw(b"\x03") if self._raw else packed({"interrupt": True}))
            elif self._raw:
                if number == signal.SIGCONT:
                    self._make_raw()
                self._tell(packed({"size": window()}))

    @contextmanager
    def _listening_to_signals(self) -> Iterator[int]:
        woken, waking = os.pipe()
        os.set_blocking(waking, False)

        def note(number: int, frame: FrameType | None) -> None:
            del frame
            self._signals.append(number)

        heeded = [each for each in _SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
        before = [(each, signal.signal(each, note)) for each in heeded]
        previous = signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        try:
            yield woken
        finally:
            signal.set_wakeup_fd(previous)
            for number, handler in before:
                signal.signal(number, handler)
            os.close(woken)
            os.close(waking)

    @contextmanager
    def _raw_mode(self) -> Iterator[None]:
        if not self._raw:
            yield
            return
        before = termios.tcgetattr(self._keys)
        self._make_raw()
        try:
            yield
        finally:
            with suppress(termios.error):  # the terminal itself has gone
                termios.tcsetattr(self._keys, termios.TCSADRAIN, before)

    def _make_raw(self) -> None:
        with suppress(termios.error):
            tty.setraw(self._keys, termios.TCSANOW)
