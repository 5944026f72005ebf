"""Scripted sessions: the lines of a command file go in, what came of each comes out.

Must not import prompt_toolkit: a script never pays for the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Final, Protocol

from srpki.cli.port import Answer, Fault
from srpki.cli.scripts import HIDDEN, UNANSWERED, answers, counts
from srpki.cli.session import UNCOMMITTED, Session
from srpki.cli.shell import failed
from srpki.core.plain import plain
from srpki.core.record import Record

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.frontend.variables import Line

LATER: Final = frozenset({"busy", "locked", "pending"})
"""The errors that trying again later can cure: exit status 3, where a script had no other."""

_OPEN: Final = "The script ends before this question is answered, which counts as n."

_CUT_OFF: Final = "The script ends inside of a block that is passed over: a brace is missing."


class Exchange(Record):
    """One command of a script: what was shown before it, what it was, what came of it.

    *line* is its number in the file, None for what the end of the script brought to light. It took
    *seconds* of real time. Running configuration, keystore or flash are other than before when it
    *changed* something. The session has ended with it when it is *closed*. *data*, as JSON has it,
    is what the output was made of, before any modifier.
    """

    prompt: str
    command: str
    output: str
    ok: bool
    line: int | None = None
    fault: Fault = Fault()
    seconds: float = 0.0
    changed: bool = False
    closed: bool = False
    data: object = None


class Tally:
    """How many commands a script has run, how many failed, and what that makes of it."""

    def __init__(self) -> None:
        self.commands = 0
        self.failed = 0
        self.changed = False
        self.errors: set[str] = set()

    @property
    def status(self) -> int:
        """The exit status: 0 well, 3 when every failure may be over later, else 1."""
        if not self.failed:
            return 0
        return 3 if self.errors <= LATER else 1

    def count(self, exchange: Exchange) -> None:
        """Take note of *exchange*."""
        self.commands += exchange.line is not None
        self.changed |= exchange.changed
        if not exchange.ok:
            self.failed += 1
            self.errors.add(exchange.fault.error)


class Writer(Protocol):
    """Where the exchanges of a script are written to, as they happen."""

    def exchange(self, exchange: Exchange) -> None:
        """Write *exchange*."""
        ...

    def end(self, tally: Tally, prompt: str) -> None:
        """Write what ends a script that *tally* tells of; no *prompt* when it ended before."""
        ...


class Run:
    """A run of the lines of a script in *session*.

    A question that the next line answers with neither ``y`` nor ``n`` counts as ``n`` and is an
    error of that line, which runs as a command when the caller goes on.
    """

    def __init__(self, session: Session, changes: Callable[[], object] = tuple) -> None:
        """Feed *session*; *changes* tells by its value whether something was changed meanwhile."""
        self._session = session
        self._clock: Clock = session.device.clock
        self._changes = changes
        self.question: str | None = None

    def exchanges(self, lines: Iterable[Line]) -> Iterator[Exchange]:
        """Feed *lines* and yield what happened, one value a line fed, until the session is closed.

        Empty lines and comments are passed over.
        """
        for line in lines:
            if not counts(line.shown):
                continue
            if self.question is not None and not answers(line.typed):
                yield self._refused(line)
            exchange = self._fed(line)
            yield exchange
            if exchange.closed:
                return

    def ended(self) -> Iterator[Exchange]:
        """Yield what is wrong with the end of the script, if anything: no line follows.

        That is a question without its answer, changes that nobody has committed, and requests that
        their CA has not decided yet.
        """
        session = self._session
        if self.question is not None:
            yield Exchange(prompt=self.question, command="", output=_OPEN, ok=False)
            session.feed("n")
        if session.passing:
            yield Exchange(prompt=session.prompt, command="", output=_CUT_OFF, ok=False)
        if session.uncommitted:
            yield Exchange(prompt=session.prompt, command="", output=UNCOMMITTED, ok=False)
        if not session.gone:
            fault = Fault(error="pending")
            for sentence in session.device.pending():
                prompt = session.prompt
                yield Exchange(prompt=prompt, command="", output=sentence, ok=False, fault=fault)

    def _fed(self, line: Line) -> Exchange:
        """Feed *line*; return what came of it."""
        session, question = self._session, self.question
        prompt = session.prompt if question is None else question
        before, begun = self._changes(), self._clock.monotonic()
        answer = session.feed(line.typed, line.shown if line.spans else None)
        if answer.hidden:
            session.control_z()
            answer = failed(session.mistake(HIDDEN))
        seconds = self._clock.monotonic() - begun
        self.question = answer.question
        return Exchange(
            prompt=prompt,
            command=line.shown,
            output=_told(line, answer, prompt),
            ok=answer.ok,
            line=line.number,
            fault=_fault(line, answer),
            seconds=seconds,
            changed=self._changes() != before,
            closed=answer.closed,
            data=plain(answer.data, line.masked),
        )

    def _refused(self, line: Line) -> Exchange:
        """Answer the open question with ``n``, which *line* does not do."""
        question, self.question = self.question or "", None
        said = self._session.feed("n")
        sentence = self._session.mistake(f"line {line.number}: {UNANSWERED}")
        return Exchange(
            prompt=question,
            command="n",
            output="\n".join(filter(None, (said.text, sentence))),
            ok=False,
            line=line.number,
        )


def _fault(line: Line, answer: Answer) -> Fault:
    fault = answer.fault or Fault()
    if fault.column is None:
        return fault
    return fault._replace(column=line.place(fault.column - 1) + 1)


def _told(line: Line, answer: Answer, prompt: str) -> str:
    """Return the text of *answer*; carets stand under the line as it was written."""
    first, newline, rest = answer.text.partition("\n")
    if line.spans and not answer.ok and first.strip("^ ") == "" and "^" in first:
        margin = len(prompt.rpartition("\n")[2])
        at = line.place(max(first.index("^") - margin, 0))
        first = " " * (margin + at) + first.strip()
    return line.masked(first + newline + rest)


def run_script(
    session: Session,
    lines: Iterable[Line],
    writer: Writer,
    *,
    keep_going: bool,
    changes: Callable[[], object] = tuple,
) -> int:
    """Run *lines* and write what happens to *writer*; return the exit status of `Tally`.

    After a failure nothing runs unless *keep_going*.
    """
    run, tally, ended = Run(session, changes), Tally(), False
    for exchange in chain(run.exchanges(lines), run.ended()):
        tally.count(exchange)
        writer.exchange(exchange)
        ended = exchange.closed or not (exchange.ok or keep_going or exchange.line is None)
        if ended:
            break
    writer.end(tally, "" if ended else session.prompt)
    return tally.status
