"""Standard streams that are closed or cannot be written; Ctrl-C at the start: told in a line."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from srpki.core.text import screen

INTERRUPTED = 128 + signal.SIGINT


def occupy() -> None:
    """See that no file of a node gets the number of a standard stream that is closed."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which takes the lowest free number: this one
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for good


def complain(sentence: str) -> None:
    """Write *sentence* to standard error, if that can be."""
    with suppress(OSError, ValueError):
        sys.stderr.write(screen(f"srpki: {sentence}\n"))
        sys.stderr.flush()


def output_failed(error: OSError) -> int:
    """Say that standard output cannot be written; return the exit status.

    A reader who has gone is not told. What waits to be written is given up, also at the exit.
    """
    if not isinstance(error, BrokenPipeError):
        complain(f"cannot write the output: {error.strerror or error}")
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def flushed(status: int) -> int:
    """Return *status*, or that of a failure when the last output cannot be written."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        return output_failed(error)
    return status


def end_at_once(*_: object) -> NoReturn:
    """End on Ctrl-C while the program starts: what it imports cannot be interrupted half-way.

    Nothing is lost: a node that is being opened is one that may be killed.
    """
    with suppress(OSError):
        os.write(2, b"srpki: interrupted\n")
    os._exit(INTERRUPTED)


def started() -> None:
    """Let Ctrl-C be `KeyboardInterrupt` from now on, where it ended the program at once."""
    if signal.getsignal(signal.SIGINT) is end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)
