"""A session without a terminal: lines in, a transcript out, no escape codes.

For pipes (``echo "show version" | srpki shell``) and for terminals that cannot move a cursor.
Must not import prompt_toolkit, which could do nothing here.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TextIO

from srpki.cli.scripts import UNANSWERED, answers, counts
from srpki.cli.session import UNCOMMITTED, Session


def has_terminal() -> bool:
    """Return whether standard input and output are a terminal that can be drawn on."""
    streams = (sys.stdin, sys.stdout)
    if not all(stream is not None and stream.isatty() for stream in streams):
        return False
    return os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def run_plain(session: Session, *, interrupt: Callable[[], None]) -> int:
    """Feed standard input to *session* until it ends; return the exit status.

    It is 0, but 1 for a pipe that leaves changes uncommitted, or a question without its answer:
    there the session stops. *interrupt* is called when Ctrl-C is pressed during a command;
    elsewhere it drops the line.
    """
    source, out = _lenient(sys.stdin), _lenient(sys.stdout)
    echo = not source.isatty()  # a terminal shows what is typed by itself
    question: str | None = None
    closed = False
    with ThreadPoolExecutor(max_workers=1) as worker:
        while not closed:
            _print(out, session.prompt if question is None else question)
            try:
                line = source.readline()
            except KeyboardInterrupt:
                question = None if question is None else session.control_z().question
                _print(out, "\n")
                continue
            if not line:
                _print(out, "\n")
                break
            line = line.rstrip("\r\n")
            if echo and question is not None and not answers(line):
                if not counts(line):
                    continue
                said = session.feed("n").text
                _print(out, "\n".join(("n", *filter(None, (said,)), session.mistake(UNANSWERED))))
                _print(out, "\n")
                return 1
            _print(out, f"{line}\n" if echo else "")
            with _control_c(session, interrupt):
                answer = worker.submit(session.feed, line).result()
            _print(out, f"{answer.text}\n" if answer.text else "")
            question, closed = answer.question, answer.closed
    if echo and (question is not None or session.uncommitted):
        _print(out, f"{UNCOMMITTED}\n" if session.uncommitted else "")
        return 1
    return 0


@contextmanager
def _control_c(session: Session, interrupt: Callable[[], None]) -> Iterator[None]:
    """Make Ctrl-C interrupt *session*, and call *interrupt*, inside the block."""

    def stop(*_: object) -> None:
        session.interrupt()
        interrupt()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _print(out: TextIO, text: str) -> None:
    out.write(text)
    out.flush()


def _lenient(stream: TextIO | None) -> TextIO:
    """Return *stream* such that no byte can end the session; a closed one is empty."""
    if stream is None:
        return io.StringIO()
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream
