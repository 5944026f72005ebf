"""The sessions of those who have come in: at a terminal, by lines, or commands of one request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.cli.session import Session
from srpki.frontend.batch import Run
from srpki.frontend.greeting import greeting
from srpki.frontend.serve.commands import separated
from srpki.frontend.serve.keys import ChannelInput, ChannelPaper
from srpki.frontend.variables import Line

if TYPE_CHECKING:
    from srpki.device.router import Router
    from srpki.frontend.serve.conduit import Conduit
    from srpki.frontend.serve.gate import Visitor

INSIST_AFTER: Final = 0.2
"""Seconds between two interruptions of a command whose caller has gone."""


class Visit(NamedTuple):
    """Where a *visitor* from *address* has come in: at *router*, which may be in a *lab*."""

    router: Router
    lab: bool
    visitor: Visitor
    address: str


def at_terminal(conduit: Conduit, visit: Visit) -> int:
    """Let *visit* be a session at the terminal of *conduit*, to its end; return its status."""
    from srpki.frontend.remote import remote_terminal  # noqa: PLC0415 - needed by few

    process = conduit.process
    with _session(conduit, visit) as session:
        columns, rows, *_ = process.term_size
        source = ChannelInput(conduit, columns, rows)
        term = process.term_type or ""
        terminal = remote_terminal(
            session,
            source,
            ChannelPaper(conduit),
            term=term,
            moves=term.lower() not in ("", "dumb", "unknown"),
            greeting=greeting(lab=visit.lab),
        )
        conduit.left = source.close
        if conduit.gone:
            return 1
        return terminal.run()


def of_commands(conduit: Conduit, visit: Visit, command: str) -> int:
    """Run the commands in *command*, one after the other until one fails; return 0 or 1.

    What they print is all that is sent.
    """
    paper = ChannelPaper(conduit, raw=conduit.process.term_type is None)
    with _session(conduit, visit) as session, _Caller(conduit, session).heard():
        session.at_once = lambda line: _said(paper, line)
        run = Run(session)
        lines = (Line(at, text, text) for at, text in enumerate(separated(command), 1))
        for exchange in run.exchanges(lines):
            _said(paper, exchange.output)
            if not exchange.ok or conduit.gone:
                return 1
            if exchange.closed:
                return 0
        left = [each for each in run.ended() if each.fault.error != "pending"]
        for exchange in left:
            _said(paper, exchange.output)
        return 1 if left else 0


def _said(paper: ChannelPaper, text: str) -> None:
    if text:
        paper.write(f"{text}\n")


@contextmanager
def _session(conduit: Conduit, visit: Visit) -> Iterator[Session]:
    with closing(
        Session(visit.router, user=visit.visitor.user, kind="ssh", address=visit.address)
    ) as session:
        conduit.over = lambda: session.gone
        yield session


class _Caller:
    """Hears whether who has come in is still there; without him no command goes on."""

    def __init__(self, conduit: Conduit, session: Session) -> None:
        self._conduit = conduit
        self._session = session
        self._over = threading.Event()

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear him inside the block."""
        self._conduit.hear, self._conduit.left = self._arrived, self._left
        if self._conduit.gone:
            self._left()
        try:
            yield
        finally:
            self._over.set()

    def _arrived(self, octets: bytes) -> None:
        if b"\x03" in octets:
            self._session.interrupt()

    def _left(self) -> None:
        threading.Thread(target=self._insist, name="interrupting", daemon=True).start()

    def _insist(self) -> None:
        while not self._over.is_set():
            self._session.interrupt()  # more than once: the command may not have begun
            self._over.wait(INSIST_AFTER)
