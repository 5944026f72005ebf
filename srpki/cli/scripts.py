"""``exec``: runs the lines of a file in the session, one file inside another [cli.md 1.4]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from srpki.cli.port import Answer
from srpki.management.port import Device, Flash, text_at
from srpki.storage.urls import display

DEPTH = 8
"""Most files that run one inside another."""

LINES = 50_000
"""Most lines that one typed line may run."""

OUTPUT = 1 << 23
"""Most characters that one typed line may print by way of files."""


UNATTENDED = "the command asks a question, which nobody is there to answer"
"""Why a script that an event runs stops at a command that asks something."""

HIDDEN = "the command asks for a password, which a user types and no script"
"""Why a script stops at a question whose answer nobody is to see."""

UNANSWERED = "the line does not answer the question, which counts as n"
"""Why a script stops at a line that is neither y nor n."""


def counts(line: str) -> bool:
    """Return whether a script's *line* is more than white space or a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def answers(line: str) -> bool:
    """Return whether *line* answers a question; in a script any other counts as ``n``."""
    return line.strip().lower() in {"y", "n"}


class Runner(Protocol):
    """The session, as a file sees it."""

    @property
    def device(self) -> Device:
        """The router that holds the file."""
        ...

    @property
    def files(self) -> Flash:
        """The files that its user reaches."""
        ...

    @property
    def prompt(self) -> str:
        """What stands before the next line."""
        ...

    def control_z(self) -> Answer:
        """Take back the question that waits for an answer."""
        ...

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C was pressed since the last line was typed."""
        ...

    @property
    def gone(self) -> bool:
        """Whether the session has been ended from outside, or the node has rebooted."""
        ...

    @property
    def unattended(self) -> bool:
        """Whether nobody is there to answer a question."""
        ...

    def line(self, line: str) -> Answer:
        """Answer *line* as if typed."""
        ...

    def masked(self, line: str) -> str:
        """Return the command *line* without the secrets in it."""
        ...

    def mistake(self, sentence: str) -> str:
        """Return *sentence* as an error of the active CLI."""
        ...


class Words(Protocol):
    """The CLI that ``exec`` was typed in, as far as it frames the output of a file."""

    def script_begun(self, lines: int) -> str:
        """Return what is printed before a file of so many *lines* runs, or nothing."""
        ...

    def script_ended(self, lines: int, seconds: float, shown: str) -> str:
        """Return what is printed when all *lines* of the file *shown* have run."""
        ...


class Scripts:
    """What runs because of one typed line; *depth*, lines and output are bounded together."""

    def __init__(self, runner: Runner) -> None:
        """Run in the session *runner*."""
        self._runner = runner
        self._depth = self._lines = self._length = 0

    def run(self, url: str, words: Words) -> Answer:
        """Run the file at *url* to its end, or to the first line that fails, framed by *words*.

        Raises `SrpkiError` when it cannot be read.
        """
        clock = self._runner.device.clock
        lines = self._read(url)
        begun = clock.monotonic()
        told = list(filter(None, (words.script_begun(len(lines)),)))
        last = Answer()
        self._depth += 1
        try:
            for last in self._feed(lines, display(url)):
                told += [last.text] if last.text else []
                if last.closed or not last.ok or self._runner.gone:
                    return last._replace(text="\n".join(told))
        finally:
            self._depth -= 1
        took = clock.monotonic() - begun
        told.append(words.script_ended(len(lines), took, display(url)))
        return Answer("\n".join(told), question=last.question)

    def _read(self, url: str) -> list[str]:
        text = text_at(self._runner.files, url, hint="name a file of commands")
        return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []

    def _feed(self, lines: list[str], shown: str) -> Iterator[Answer]:
        asked: str | None = None
        for number, line in enumerate(lines, 1):
            self._lines += 1
            if reason := self._reason():
                yield self._stopped(reason, number, shown)
                return
            prompt = (self._runner.prompt if asked is None else asked).rpartition("\n")[2]
            answered = asked is not None
            if answered and not answers(line):
                if not counts(line):
                    continue
                yield self._runner.line("n")
                yield self._stopped(UNANSWERED, number, shown)
                return
            answer = self._runner.line(line)
            asked = answer.question
            if asked is not None and (self._runner.unattended or answer.hidden):
                if answer.hidden:
                    self._runner.control_z()
                else:
                    self._runner.line("n")
                reason = HIDDEN if answer.hidden else UNATTENDED
                yield self._stopped(reason, number, shown)
                return
            self._length += len(answer.text)
            if answer.ok:
                yield answer
            else:
                # The carets of an error stand under the line as echoed.
                echo = line if answered else self._runner.masked(line)
                yield Answer(f"{prompt}{echo}\n{answer.text}")
                yield self._stopped("", number, shown)._replace(fault=answer.fault)
                return

    def _reason(self) -> str:
        if self._runner.interrupted:
            return "interrupted"
        if self._depth > DEPTH:
            return f"more than {DEPTH} files run one inside another"
        if self._lines > LINES:
            return f"more than {LINES:,} lines"
        return f"more than {OUTPUT:,} characters of output" if self._length > OUTPUT else ""

    def _stopped(self, reason: str, number: int, shown: str) -> Answer:
        sentence = f'stopped at line {number} of file "{shown}"'
        sentence += f": {reason}" if reason else ""
        return Answer(self._runner.mistake(sentence), ok=False)
