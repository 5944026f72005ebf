"""The end of a program by a signal: in order, with the status that its caller expects."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType


def as_a_shell(number: int) -> int:
    """Return the exit status by which shells know a program that the signal *number* ended."""
    return 128 + number


@contextmanager
def ending_on(numbers: Sequence[int], status: Callable[[int], int]) -> Iterator[None]:
    """Let the first signal of *numbers* unwind the block and end the program with its *status*.

    Raises `SystemExit` wherever the main thread is: a handler may not set an event that its thread
    waits on. Later signals are ignored while it unwinds. One that was ignored when the block began,
    as by nohup, stays so.
    """
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]

    def end(number: int, frame: FrameType | None) -> None:
        del frame
        for other in heeded:
            signal.signal(other, signal.SIG_IGN)
        raise SystemExit(status(number))

    before = [(number, signal.signal(number, end)) for number in heeded]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def wait_for_a_signal() -> None:
    """Wait in the main thread until a signal is handled there, by a handler that raises.

    Whichever thread the system hands a signal to, it is written where this one reads.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        while True:
            os.read(reading, 1)
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
