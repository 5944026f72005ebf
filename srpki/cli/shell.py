"""What both CLIs have in common: read a line, answer it, help with it, ask back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from srpki.cli import permitted, pipes, wording
from srpki.cli.grammar import Slot, State
from srpki.cli.history import masked
from srpki.cli.meaning import Meaning, Modifier, meaning
from srpki.cli.port import Answer, Offer, RefusalError, Screen
from srpki.cli.walker import Failure, Match, Permits, Walk, Walker, anything, whole
from srpki.config.lexer import LINE_LIMIT, Token, in_comment
from srpki.config.tree import Branch
from srpki.core.errors import SrpkiError
from srpki.core.values import NamedTuple
from srpki.management.port import FLASH, Device
from srpki.schema.nodes import ABSENT
from srpki.schema.paths import Path

FILE = "file."
"""Begins the names of the operations on files."""

Note = Callable[[str], None]
"""What is told a command without the secrets in it."""


class Reading(NamedTuple):
    """A line cut into *tokens*, to be read from *state*, which begins at *start*.

    Help offers what is *permitted*.
    """

    tokens: Sequence[Token]
    state: State
    start: Path
    permits: Permits = anything


if TYPE_CHECKING:
    from datetime import datetime

    from srpki.cli.host import Host
    from srpki.core.record import Record


class Shell(ABC):
    """One of the two CLIs, with a context of its own."""

    origin: ClassVar[str]
    """What SR OS calls the CLI where it says by which interface something was done."""

    def __init__(self, device: Device, host: Host) -> None:
        self.device = device
        self.host = host
        self.context: Path = ()
        self.directory = host.rights.home or FLASH
        self._asked: Callable[[str], Answer] | None = None
        self._hides = False
        self._walker = Walker()

    @property
    @abstractmethod
    def prompt(self) -> str:
        """What stands before the next line."""

    @property
    @abstractmethod
    def screen(self) -> Screen:
        """How a terminal is used."""

    @property
    @abstractmethod
    def remembered(self) -> int:
        """The number of commands that ``history`` shows."""

    @property
    def recalls(self) -> bool:
        """Whether ``!`` calls an earlier command back."""
        return True

    @property
    def match_styles(self) -> tuple[str, ...]:
        """The styles in which what ``| match`` has found is shown."""
        return ()

    @property
    def asking(self) -> bool:
        """Whether the next line is the answer to a question."""
        return self._asked is not None

    @property
    def hiding(self) -> bool:
        """Whether that answer is one that nobody is to see."""
        return self.asking and self._hides

    @abstractmethod
    def read(self, line: str) -> Reading:
        """Cut *line* and find the grammar that it is to be read with."""

    @abstractmethod
    def perform(self, said: Meaning) -> Answer:
        """Do what a line says; raises `RefusalError` and `SrpkiError`."""

    def passed_over(self, found: Walk, reading: Reading, line: str) -> Answer | None:
        """Return the answer to a *line* of a block that SR OS understands, and this program not.

        None is returned where the line is refused. Raises as `perform`.
        """
        del found, reading, line
        return None

    @property
    def passing(self) -> bool:
        """Whether the next line belongs to a block that is passed over."""
        return False

    @abstractmethod
    def wrong(self, failure: Failure, reading: Reading, line: str) -> str:
        """Return what is printed for a line that went wrong."""

    @abstractmethod
    def refused(self, error: SrpkiError) -> str:
        """Return *error* in the words of the dialect."""

    @abstractmethod
    def mistake(self, sentence: str) -> str:
        """Return *sentence*, a fact of the session itself, as an error of the dialect."""

    def script_begun(self, lines: int) -> str:
        """Return what is printed before a file of so many *lines* runs: nothing."""
        del lines
        return ""

    def script_ended(self, lines: int, seconds: float, shown: str) -> str:
        """Return what is printed when all *lines* of the file *shown* have run [cli.md 1.4]."""
        return f'Executed {lines:,} lines in {seconds:.1f} seconds from file "{shown}"'

    @abstractmethod
    def data(self, root: str) -> Branch:
        """Return the tree that the session sees below *root*."""

    @abstractmethod
    def help(self, text: str) -> str:
        """Return what ``?`` prints after *text*."""

    def forget_question(self) -> None:
        """Take the question back that waits for an answer."""
        self._asked = None

    @property
    def uncommitted(self) -> bool:
        """Whether edits of this CLI would be lost if the session ended now."""
        return False

    def close(self) -> None:
        """Let go of what the session holds."""
        self.forget_question()

    @abstractmethod
    def control_z(self) -> Answer:
        """Answer Ctrl-Z."""

    @property
    def margin(self) -> int:
        """The width of the prompt's last line, which the echoed line stands behind."""
        return len(self.prompt.rpartition("\n")[2])

    @property
    def abbreviations(self) -> bool:
        """Whether Enter takes the beginning of a keyword for all of it."""
        return True

    def feed(self, line: str, note: Note | None = None) -> Answer:
        """Answer *line*, or the question asked last by it; a command is *noted* before it runs."""
        if len(line) > LINE_LIMIT:
            return failed(self.mistake(wording.TOO_LONG))
        try:
            if self._asked is not None:
                asked, self._asked = self._asked, None
                return asked(line)
            return self._feed(line, note)
        except RefusalError as refusal:
            return failed(refusal.text)
        except SrpkiError as error:
            return failed(self.refused(error), error.code)

    def _feed(self, line: str, note: Note | None) -> Answer:
        reading = self.read(line)
        found = self._walker.walk(reading.state, reading.tokens)
        if (ended := _before_comment(found, reading)) is not None:
            reading = ended
            found = self._walker.walk(reading.state, reading.tokens)
        if note is not None:
            note(masked(found, reading.tokens, line))
        found = whole(found, len(reading.tokens), abbreviations=self.abbreviations)
        if found.failure is not None:
            if (passed := self.passed_over(found, reading, line)) is not None:
                return passed
            column = wording.column(found.failure, reading.tokens, line)
            return failed(self.wrong(found.failure, reading, line), column=column)
        said = meaning(found.matches, self.context, reading.start)
        answer = self.execute(said)
        if not said.modifiers or not answer.ok or answer.question is not None:
            return answer
        return self._modified(answer, said.modifiers)

    def _offering(self, reading: Reading) -> Reading:
        """Return *reading*, which offers nothing that the user may not use."""
        permits = permitted.offered(self, reading.start)
        return reading if permits is reading.permits else reading._replace(permits=permits)

    def execute(self, said: Meaning) -> Answer:
        """Do what a line says where the user may: what both CLIs do alike, else by `perform`."""
        permitted.check(self, said)
        match said.command:
            case "exec":
                return self.host.run_file(str(said.inputs["url"]), self)
            case "history":
                return self._history()
            case "password":
                from srpki.cli.password import ChangingPassword  # noqa: PLC0415 - start-up time

                own = self.host.own_password(self.origin)
                return ChangingPassword(own, self.ask_hidden).begin()
            case _:
                return self.perform(said)

    def _modified(self, answer: Answer, modifiers: Sequence[Modifier]) -> Answer:
        text = pipes.apply(answer.text, modifiers)
        if url := pipes.target(modifiers):
            content = f"{text}\n" if text else ""
            self.host.files.write(url, content.encode(), force=True)
            return answer._replace(text="")
        return answer._replace(
            text=text,
            whole=pipes.whole(modifiers),
            found=pipes.found(modifiers, self.match_styles),
        )

    def _history(self) -> Answer:
        entries = self.host.history.recent(self.remembered)
        return Answer("\n".join(f"{entry.number:>4} {entry.line}" for entry in entries))

    def masked(self, line: str) -> str:
        """Return *line* without the secrets that it holds, as it may be remembered."""
        if len(line) > LINE_LIMIT:
            return line
        reading = self.read(line)
        return masked(self._walker.walk(reading.state, reading.tokens), reading.tokens, line)

    def leads_to(self, line: str) -> Path:
        """Return where the words of *line* lead, as far as they are understood."""
        reading = self.read(line)
        found = self._walker.walk(reading.state, reading.tokens)
        return meaning(found.matches, self.context, reading.start).target

    def confirm(
        self, question: str, text: str, yes: Callable[[], Answer], no: Callable[[], Answer]
    ) -> Answer:
        """Print *text* and ask *question*, again until the answer is y or n."""

        def answered(word: str) -> Answer:
            match word.strip().lower():
                case "y":
                    return yes()
                case "n":
                    return no()
                case _:
                    return self.confirm(question, "", yes, no)

        self._asked, self._hides = answered, False
        return Answer(text, question=question)

    def ask_hidden(self, question: str, answered: Callable[[str], Answer]) -> Answer:
        """Ask *question*, whose answer nobody sees; what comes of it is *answered*."""
        self._asked, self._hides = answered, True
        return Answer(question=question, hidden=True)

    def complete(self, text: str) -> list[Offer]:
        """Return the completions of *text*, which ends at the cursor."""
        reading = self._begun(text)
        if reading is None:
            return []
        from srpki.cli import completion  # noqa: PLC0415 - start-up time
        from srpki.cli.existing import Existing  # noqa: PLC0415 - start-up time

        host = self.host
        existing = Existing(
            self.device,
            self.data,
            self.moment,
            self.directory,
            rights=host.rights,
            files=host.files,
        )

        def source(slot: Slot, matches: Sequence[Match], typed: str) -> Iterator[str]:
            said = meaning(matches, self.context, reading.start)
            return existing.values(slot, matches, said, typed)

        return completion.complete(
            reading.state,
            reading.tokens,
            text,
            source,
            existing.details,
            walker=self._walker,
            permits=reading.permits,
        )

    def expand(self, text: str) -> str:
        """Return the rest of the last keyword of *text* where only one fits, else nothing."""
        reading = self._begun(text)
        if reading is None:
            return ""
        from srpki.cli import completion  # noqa: PLC0415 - start-up time

        state, tokens = reading.state, reading.tokens
        return completion.expand(state, tokens, text, self._walker, permits=reading.permits)

    def _begun(self, text: str) -> Reading | None:
        """Return the reading of a line that begins with *text*, unless it is none to complete."""
        if self._asked is not None or len(text) > LINE_LIMIT:
            return None
        reading = self.read(text)
        return None if in_comment(text, reading.tokens) else self._offering(reading)

    def run(self, said: Meaning) -> Answer:
        """Run the operation that *said* names."""
        if said.operation.startswith(FILE):
            from srpki.cli import files  # noqa: PLC0415 - start-up time

            return files.run(self, said)
        return self.asked(said)

    @abstractmethod
    def about_file(self, url: str) -> str:
        """Return the question before the file at *url* is removed, one of several."""

    def asked(self, said: Meaning) -> Answer:
        """Run the operation that *said* names, after its question if it has one."""
        if said.question and not {"now", "force"} & said.inputs.keys():
            self.host.check(said.operation, said.inputs)
            return self.confirm(said.question, "", lambda: self._run(said), Answer)
        return self._run(said)

    def _run(self, said: Meaning) -> Answer:
        from srpki.cli.commands import answered  # noqa: PLC0415 - start-up time

        if said.operation.startswith(ABSENT):
            command = said.operation.removeprefix(ABSENT)
            return failed(self.not_emulated(command))
        result = self.host.run(said.operation, said.inputs, self.origin)
        return answered(result, self.operation_failed, self.shown)

    @abstractmethod
    def not_emulated(self, command: str) -> str:
        """Return the message for a *command* of SR OS that this program has not."""

    @abstractmethod
    def operation_failed(self, sentence: str) -> str:
        """Return the message for an operation that failed with *sentence*."""

    def shown(self, data: Record) -> str:
        """Return what an operation found, as this CLI prints it."""
        from srpki.cli.render.layout import Reader  # noqa: PLC0415 - start-up time
        from srpki.cli.render.results import render  # noqa: PLC0415 - start-up time

        return render(data, Reader(self.device.schema, self.moment, self.operation_failed))

    def moment(self, time: datetime) -> str:
        """Return *time* as this CLI prints it where SR OS has no form of its own."""
        from srpki.cli.render.times import spell_time  # noqa: PLC0415 - start-up time

        return spell_time(time)


def _before_comment(found: Walk, reading: Reading) -> Reading | None:
    """Return *reading* without the comment that it ends in: ``#`` where no word fits."""
    failure = found.failure
    if failure is None or failure.kind != "unknown" or failure.at >= len(reading.tokens):
        return None
    token = reading.tokens[failure.at]
    if token.quoted or not token.text.startswith("#"):
        return None
    return reading._replace(tokens=reading.tokens[: failure.at])


def failed(text: str, error: str = "", column: int | None = None) -> Answer:
    """Return the answer to a line that did not go well, with what *text* tells programs."""
    return Answer(text, ok=False, fault=wording.fault(text, error, column))
