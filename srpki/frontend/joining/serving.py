"""The sessions of those who have joined: at a terminal, at a pipe, or a script."""

from __future__ import annotations

import codecs
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final

from srpki.cli.session import Session
from srpki.core.errors import ProtocolError
from srpki.core.plain import plain
from srpki.frontend.batch import run_script
from srpki.frontend.console import console
from srpki.frontend.greeting import greeting
from srpki.frontend.variables import Line

if TYPE_CHECKING:
    from srpki.frontend.batch import Exchange, Tally
    from srpki.frontend.joining.frames import Frame, Message, Wire
    from srpki.frontend.joining.holding import Guest, Holding

INSIST_AFTER: Final = 0.2
"""Seconds between two interruptions of a command whose caller has gone."""

WAITING: Final = 64
"""Most pieces of lines that wait here; the rest waits where it comes from."""


def serve(guest: Guest, holding: Holding, hello: Message) -> None:
    """Give *guest* the session that *hello* asks for, to its end; raises `SrpkiError`."""
    if hello.get("wants") == "lesson":
        from srpki.frontend.training.answering import answer  # noqa: PLC0415 - needed by few

        answer(guest, holding, hello)
        return
    if hello.get("wants") == "timeline":
        _timeline(guest, holding, hello)
        return
    dialect, user = hello.get("cli"), hello.get("user")
    served = _SERVED.get(str(hello.get("wants")))
    if served is None:
        raise ProtocolError("it is not known what was asked for")
    with closing(console(holding.router, dialect, user and str(user))) as session:
        laboratory = holding.router.node.laboratory
        guest.wire.tell({"welcome": {} if laboratory is None else plain(laboratory.describe())})
        served(guest, session, holding, hello)


def _timeline(guest: Guest, holding: Holding, hello: Message) -> None:
    """Tell *guest*, who needs no session for it, of the certificates over time."""
    from srpki.device.certificate_chart import chart  # noqa: PLC0415 - few ask
    from srpki.frontend.timelines import tell  # noqa: PLC0415 - few ask

    try:
        span = timedelta(seconds=int(str(hello.get("seconds"))))
    except (ValueError, OverflowError):
        raise ProtocolError("it is not known how long the timeline is to be") from None
    found = chart(holding.router.node, span)
    guest.wire.tell({"welcome": {}})
    tell(found, guest.wire)


def _terminal(guest: Guest, session: Session, holding: Holding, hello: Message) -> None:
    from srpki.frontend.joining.hearing import Paper, WireInput, size_of  # noqa: PLC0415
    from srpki.frontend.remote import remote_terminal  # noqa: PLC0415 - a script needs none

    terminal = remote_terminal(
        session,
        WireInput(guest.wire, size_of(hello)),
        Paper(guest.wire),
        term=str(hello.get("term", "")),
        moves=bool(hello.get("moves")),
        greeting=greeting(lab=holding.lab),
    )
    guest.dismiss = terminal.dismiss
    guest.wire.tell({"ended": terminal.run()})


def _plain(guest: Guest, session: Session, holding: Holding, hello: Message) -> None:
    from srpki.frontend.joining.hearing import Paper  # noqa: PLC0415 - a script needs none
    from srpki.frontend.plain import converse  # noqa: PLC0415

    del holding
    lines, paper = _Lines(guest.wire, session), Paper(guest.wire)
    echo = bool(hello.get("echo"))
    with lines.heard():
        status = converse(session, lines, paper, echo=echo, heeding=lines.heeding)
        guest.wire.tell({"ended": status})


def _script(guest: Guest, session: Session, holding: Holding, hello: Message) -> None:
    del hello
    wire, node = guest.wire, holding.router.node
    found = next((frame.message for frame in wire.messages() if frame.message), None)
    if found is None or not isinstance(found.get("lines"), list):
        return
    session.at_once = lambda line: wire.tell({"now": line})
    caller = _Caller(wire, session)
    with caller.heard():
        status = run_script(
            session,
            caller.while_there(_line(each) for each in found["lines"]),
            _Written(wire),
            keep_going=bool(found.get("keep_going")),
            changes=node.changes if found.get("json") else tuple,
        )
        wire.tell({"ended": status})


_SERVED: Final = {"terminal": _terminal, "plain": _plain, "script": _script}


def _line(found: Any) -> Line:
    number, shown, typed, spans, secrets = found
    return Line(number, shown, typed, tuple(map(tuple, spans)), tuple(map(tuple, secrets)))


class _Written:
    """The writer of a script whose exchanges are written elsewhere."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def exchange(self, exchange: Exchange) -> None:
        """Send *exchange*."""
        told = {
            "prompt": exchange.prompt,
            "command": exchange.command,
            "output": exchange.output,
            "ok": exchange.ok,
            "line": exchange.line,
            "fault": list(exchange.fault),
            "seconds": exchange.seconds,
            "changed": exchange.changed,
            "closed": exchange.closed,
            "data": exchange.data,
        }
        self._wire.tell({"exchange": told})

    def end(self, tally: Tally, prompt: str) -> None:
        """Send the last *prompt*; the sum is made there."""
        del tally
        self._wire.tell({"prompt": prompt})


class _Caller:
    """Hears, in a thread, whether who has joined is still there; without him nothing goes on."""

    def __init__(self, wire: Wire, session: Session) -> None:
        self._wire = wire
        self._session = session
        self.gone = False
        self._over = threading.Event()

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Hear him inside the block."""
        thread = threading.Thread(target=self._hear, name="joined-caller", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            self._wire.hang_up()
            thread.join()

    def while_there(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield *lines* until he has gone."""
        for line in lines:
            if self.gone:
                return
            yield line

    def _hear(self) -> None:
        with suppress(ProtocolError):
            for frame in self._wire.messages():
                self._arrived(frame)
        self.gone = True
        self._left()
        while not self._over.is_set():
            self._session.interrupt()  # more than once: the command may not have begun
            self._over.wait(INSIST_AFTER)

    def _arrived(self, frame: Frame) -> None:
        """Take *frame*."""

    def _left(self) -> None:
        """Take note that nothing more comes."""


class _Lines(_Caller):
    """The lines that a caller types or sends, and Ctrl-C between them."""

    def __init__(self, wire: Wire, session: Session) -> None:
        super().__init__(wire, session)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._waiting: SimpleQueue[str] = SimpleQueue()
        self._room = threading.Semaphore(WAITING)
        self._text = ""
        self._ended = False
        self._busy = False

    def _arrived(self, frame: Frame) -> None:
        if frame.message is None:
            while not self._room.acquire(timeout=INSIST_AFTER):
                if self._over.is_set():
                    return
            self._waiting.put(self._decode(frame.raw) or "\0")
        elif "eof" in frame.message:
            self._waiting.put("")
        elif self._busy:
            self._session.interrupt()
        else:
            self._waiting.put("\x03\n")

    def _left(self) -> None:
        self._waiting.put("")

    def readline(self) -> str:
        """Return the next line with its end, nothing when there is none."""
        while "\n" not in self._text and not self._ended:
            more = self._waiting.get()
            self._room.release()
            self._ended = not more
            self._text += more.replace("\0", "")
        if self.gone:
            return ""
        line, newline, self._text = self._text.partition("\n")
        return line + newline

    @contextmanager
    def heeding(self, session: Session) -> Iterator[None]:
        """Let Ctrl-C interrupt *session* inside the block."""
        del session
        self._busy = True
        try:
            yield
        finally:
            self._busy = False
