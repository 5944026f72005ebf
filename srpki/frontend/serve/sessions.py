"""The sessions of those who have come in: at a terminal, by lines, or commands of one request."""

from __future__ import annotations

import codecs
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

from srpki.cli.engines import engines
from srpki.cli.session import Session
from srpki.frontend.batch import Run
from srpki.frontend.greeting import greeting
from srpki.frontend.netconf import netconf
from srpki.frontend.plain import converse
from srpki.frontend.serve import settings
from srpki.frontend.serve.commands import separated
from srpki.frontend.serve.keys import ChannelInput, ChannelPaper
from srpki.frontend.serve.octets import Octets
from srpki.frontend.variables import Line

if TYPE_CHECKING:
    from srpki.cli.engines import Dialect
    from srpki.frontend.serve.conduit import Conduit
    from srpki.frontend.serve.visiting import Visit

LONGEST: Final = 1 << 20
"""Most characters of what is sent without a line end."""
_DIALECTS: Final[dict[str, Dialect]] = {"md-cli": "md", "classic-cli": "classic"}
INSIST_AFTER: Final = 0.2
"""Seconds between two interruptions of a command whose caller has gone."""


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
            greeting=greeting(lab=visit.lab) + settings.after_log_in(visit.router.node),
        )
        conduit.expire = session.expire
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


def of_lines(conduit: Conduit, visit: Visit) -> int:
    """Answer the lines that are sent, and show them; return 0 or 1."""
    lines, paper = _Lines(conduit), ChannelPaper(conduit)
    with _session(conduit, visit) as session, _Caller(conduit, session).watched(lines.end):
        conduit.expire = session.expire
        return converse(
            session, lines, paper, echo=True, heeding=lambda _: nullcontext(), strict=True
        )


def of_netconf(conduit: Conduit, visit: Visit) -> int:
    """Let *visit* be a session of NETCONF, to its end; return its status.

    Idle is who neither waits for an answer nor hears events.
    """
    octets, resting = Octets(conduit), threading.Event()
    session = netconf(visit.router, visit.visitor.user, visit.address, visit.rights)

    def read() -> bytes:
        conduit.rest()
        resting.set()
        taken = octets.take()
        resting.clear()
        return taken

    def patience() -> float | None:
        if session.subscriber.subscribed or not resting.is_set():
            return None
        return settings.netconf_idle_seconds(session.device.datastore.running)

    def hang_up() -> None:
        octets.end()
        conduit.hang_up()

    session.hang_up = hang_up
    conduit.patience, conduit.expire = patience, session.expire
    session.serve(read, conduit.deliver)
    return 0


class _Lines:
    """The lines that come over a channel."""

    def __init__(self, conduit: Conduit) -> None:
        self._octets = Octets(conduit)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._text = ""
        self._over = False
        self.end = self._octets.end

    def readline(self) -> str:
        """Return the next line with its end, nothing when there is none."""
        while "\n" not in self._text and not self._over:
            octets = self._octets.take()
            self._over = not octets
            self._text += self._decode(octets, final=not octets).replace("\r\n", "\n")
            if len(self._text) > LONGEST:
                self._text = self._text[:LONGEST] + "\n"
        line, newline, self._text = self._text.partition("\n")
        return line + newline


def _said(paper: ChannelPaper, text: str) -> None:
    if text:
        paper.write(f"{text}\n")


@contextmanager
def _session(conduit: Conduit, visit: Visit) -> Iterator[Session]:
    with closing(
        Session(
            visit.router,
            dialect=_dialect(visit),
            user=visit.visitor.user,
            kind="ssh",
            address=visit.address,
            rights=visit.rights,
        )
    ) as session:
        conduit.over = lambda: session.gone
        yield session


def _dialect(visit: Visit) -> Dialect | None:
    """Return the CLI that the user's sessions begin in, None for that of the node."""
    wanted = [_DIALECTS[name] for name in visit.visitor.cli_engines]
    allowed = engines(visit.router.node)
    return next((each for each in wanted if each in allowed), None)


class _Caller:
    """Hears whether who has come in is still there; without him no command goes on."""

    def __init__(self, conduit: Conduit, session: Session) -> None:
        self._conduit = conduit
        self._session = session
        self._over = threading.Event()

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear him inside the block: Ctrl-C, and his leaving."""
        self._conduit.hear = self._arrived
        self._conduit.go_on()
        with self.watched(lambda: None):
            yield

    @contextmanager
    def watched(self, end: Callable[[], None]) -> Iterator[None]:
        """Let him be missed inside the block: *end* is called when he has gone."""

        def left() -> None:
            end()
            self._left()

        self._conduit.left = left
        if self._conduit.gone:
            left()
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
