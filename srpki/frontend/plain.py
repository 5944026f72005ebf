"""A session without a terminal: lines in, a transcript out (``echo "show version" | srpki shell``).

Must not import prompt_toolkit, which could do nothing here.
"""

from __future__ import annotations

import io
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, Protocol, TextIO

from srpki.cli.port import Answer
from srpki.cli.scripts import UNANSWERED, answers, counts
from srpki.cli.session import UNCOMMITTED, Session
from srpki.config.lexer import lex_md
from srpki.core.patterns import regex
from srpki.core.text import screen
from srpki.frontend.completing import listed

UNSEEN: Final = "a password is typed at a terminal that does not show it"
CONTROL_C: Final = "\x03"
CONTROL_Z: Final = "\x1a"
WIDTH: Final = 80
"""Columns of a list of completions."""

_PIECE: Final = regex(r"[^\x03\x1a]*[\x03\x1a]|[^\x03\x1a]+|^$")


class Source(Protocol):
    """Where lines come from."""

    def readline(self) -> str:
        """Return the next line with its end, nothing when there is none."""
        ...


class Sink(Protocol):
    """Where text goes to."""

    def write(self, text: str, /) -> object:
        """Write *text*."""
        ...

    def flush(self) -> None:
        """See that it has gone out."""
        ...


def has_terminal() -> bool:
    """Return whether standard input and output are a terminal."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def run_plain(session: Session) -> int:
    """Feed standard input to *session* until it ends; return the exit status of `converse`.

    Ctrl-C interrupts a command; elsewhere it drops the line.
    """
    source, out = _lenient(sys.stdin), _lenient(sys.stdout)
    # A terminal shows what is typed by itself.
    echo = not source.isatty()
    return converse(
        session, source, out, echo=echo, heeding=_control_c, hiding=lambda: _unseen(source)
    )


def converse(
    session: Session,
    source: Source,
    out: Sink,
    *,
    echo: bool,
    heeding: Callable[[Session], AbstractContextManager[None]],
    strict: bool = False,
    hiding: Callable[[], AbstractContextManager[None]] | None = None,
) -> int:
    """Feed the lines of *source* to *session* until it ends; return the exit status.

    It is 0, but 1 for a pipe that leaves changes uncommitted, or a question without its answer:
    there the session stops. A *strict* one is 1, too, where a command has failed. Lines are shown
    where *echo* says so. A command runs inside *heeding*, which lets it be interrupted. A password
    is typed inside *hiding*; where what is typed cannot be hidden it is not asked for.
    """
    pieces: list[str] = []
    answer, failed = Answer(), False
    session.at_once = lambda line: _print(out, f"{line}\n")
    with ThreadPoolExecutor(max_workers=1) as worker:
        while not answer.closed:
            question, hidden = answer.question, answer.hidden
            _print(out, session.prompt if question is None else question)
            try:
                with hiding() if hidden and hiding is not None else nullcontext():
                    pieces = pieces or _pieces(source)
            except KeyboardInterrupt:
                pieces = [CONTROL_C]
                _print(out, "" if echo else "\n")
            if not pieces:
                _print(out, "\n")
                break
            piece = pieces.pop(0)
            decided = hidden or answers(piece) or _is_key(piece)
            if echo and question is not None and not decided:
                if not counts(piece):
                    continue
                said = session.feed("n").text
                _print(out, "\n".join(("n", *filter(None, (said,)), session.mistake(UNANSWERED))))
                _print(out, "\n")
                return 1
            shown = "" if hidden else piece.rstrip(CONTROL_C + CONTROL_Z)
            _print(out, f"{shown}\n" if echo or hidden else "")
            with heeding(session):
                asked = question is not None
                answer = worker.submit(_answer, session, piece, asked=asked).result()
            if answer.hidden and not echo and hiding is None:
                session.control_z()
                answer = Answer(session.mistake(UNSEEN), ok=False)
            failed |= not answer.ok
            _print(out, f"{answer.text}\n" if answer.text else "")
    if echo and (answer.question is not None or session.uncommitted):
        _print(out, f"{UNCOMMITTED}\n" if session.uncommitted else "")
        return 1
    return int(strict and failed)


def _pieces(source: Source) -> list[str]:
    """Return the next line, cut behind each key in it that ends a line; nothing at the end."""
    line = source.readline()
    return _PIECE.findall(line.rstrip("\r\n")) if line else []


def _is_key(piece: str) -> bool:
    """Return whether *piece* ends with a key that takes a question back."""
    return piece.endswith((CONTROL_C, CONTROL_Z))


def _answer(session: Session, line: str, *, asked: bool) -> Answer:
    """Return what comes of *line*: help for a lone ``?`` at its end, a list for a Tab there."""
    if line.endswith(CONTROL_Z) or (asked and line.endswith(CONTROL_C)):
        return session.control_z()
    if line.endswith(CONTROL_C):
        return Answer()
    if not asked and line.strip():
        last = lex_md(line)[-1:]
        if last and last[0].text == "?" and not last[0].quoted:
            return Answer(session.help(line[: last[0].start]))
        if line.endswith("\t") and (offers := session.complete(line.rstrip("\t"))):
            return Answer(listed(offers, WIDTH))
    return session.feed(line)


@contextmanager
def _control_c(session: Session) -> Iterator[None]:
    """Make Ctrl-C interrupt *session* inside the block."""
    before = signal.signal(signal.SIGINT, lambda *_: session.interrupt())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _unseen(source: TextIO) -> Iterator[None]:
    """Let the terminal *source*, if it is one, show nothing of what is typed inside the block."""
    if not source.isatty():
        yield
        return
    before = termios.tcgetattr(source)
    silent = [*before]
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(source, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)


def _print(out: Sink, text: str) -> None:
    out.write(screen(text))
    out.flush()


def _lenient(stream: TextIO | None) -> TextIO:
    """Return *stream* such that no byte can end the session; a closed one is empty."""
    if stream is None:
        return io.StringIO()
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    return stream
