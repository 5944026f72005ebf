"""The MD-CLI: its prompt, its navigation and its commands [cli.md section 1]."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from srpki.cli import wording
from srpki.cli.grammar import State
from srpki.cli.lexer import Token, lex_md
from srpki.cli.md.commands import line as line_grammar
from srpki.cli.md.dialect import EDITABLE, MdDialect
from srpki.cli.md.editing import MdEditing
from srpki.cli.md.environment import Environment
from srpki.cli.md.workflow import QUESTION, SHORT, Workflow
from srpki.cli.meaning import Meaning
from srpki.cli.pipes import PIPES
from srpki.cli.port import Answer, Device, Offer, RefusalError, Screen
from srpki.cli.shell import Host, Reading, Saved, Shell
from srpki.cli.walker import Failure
from srpki.config.tree import Branch
from srpki.core.errors import SrpkiError
from srpki.device.commits import Author
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import Container
from srpki.schema.paths import Path, path

if TYPE_CHECKING:
    from srpki.config.datastore import Mode
    from srpki.device.results import Data

Done = Callable[[list[str]], Answer]
CONFIGURE = path("configure")
_STOP = "Press Q to quit, Enter to print next line or any other key to print next page."
_MODES: Final[dict[str, Mode]] = {
    "private": "private",
    "exclusive": "exclusive",
    "global": "global",
    "read-only": "read-only",
}


class MdCli(Shell):
    """One session's MD-CLI."""

    def __init__(self, device: Device, saved: Saved, user: str, host: Host) -> None:
        """Begin at the operational root, outside every configuration mode."""
        super().__init__(device, saved, host)
        schema = device.schema
        self.dialect = MdDialect(
            Container(
                name="",
                help="The operational root",
                children=(
                    schema.configure,
                    ENVIRONMENT,
                    schema.state,
                    *schema.operations_md.children,
                ),
            )
        )
        self.environment = Environment()
        self.flow = Workflow(device, user)
        self._user = user
        self.author = Author(user)
        self._trail: list[Path] = []
        self._braces: list[Path] = []
        self._grammars: dict[Path, State] = {}
        self._editing = MdEditing(self)

    # --- prompt ---

    @property
    def prompt(self) -> str:
        """An empty line, the context, and the user at the node [cli.md 1.1]."""
        lines = [""] if self.environment.flag("prompt", "newline") else []
        if self.environment.flag("prompt", "context"):
            lines.append(self._context_line())
        lines.append(f"A:{self._user}@{self.device.system_name()}# ")
        return "\n".join(lines)

    def _context_line(self) -> str:
        marks = "!" if self.flow.outdated else ""
        if self.flow.dirty and self.environment.flag("prompt", "uncommitted-changes-indicator"):
            marks += "*"
        short = SHORT.get(self.flow.mode or "", "")
        if not short:
            return f"{marks}[{self.place(self.context)}]"
        if self.flow.explicit:
            return f"{marks}({short})[{self.place(self.context)}]"
        return f"{marks}[{short}:{self.place(self.context)}]"

    def place(self, context: Path) -> str:
        """Return *context* as the prompt shows it."""
        return "/" + self.dialect.words(context)

    # --- what the environment decides ---

    @property
    def screen(self) -> Screen:
        """Pages as long as ``environment console length``, where that was set; dots [1.7]."""
        environment = self.environment
        chosen = environment.is_set("console", "length")
        waits = environment.value("progress-indicator", "admin-state") == "enable"
        return Screen(
            length=environment.number("console", "length") if chosen else None,
            more=environment.flag("more"),
            stop=_STOP,
            progress=environment.number("progress-indicator", "delay") / 1000 if waits else None,
        )

    @property
    def remembered(self) -> int:
        """The number of commands that ``history`` shows."""
        return self.environment.number("history", "size")

    @property
    def recalls(self) -> bool:
        """Whether ``!`` calls an earlier command back."""
        return self.environment.flag("history", "recall")

    @property
    def match_styles(self) -> tuple[str, ...]:
        """The styles of ``environment match-highlight``; bold where it names none."""
        if self.environment.value("match-highlight", "admin-state") != "enable":
            return ()
        return self.environment.words("match-highlight", "style") or ("bold",)

    # --- reading ---

    def read(self, line: str) -> Reading:
        """Cut *line*; what follows a leading slash is read from the root."""
        tokens = lex_md(line)
        start = self.context
        if tokens and not tokens[0].quoted and tokens[0].text.startswith("/"):
            tokens = _without_slash(tokens)
            start = ()
        return Reading(tokens, (*self._grammar(start), PIPES), start)

    def _grammar(self, start: Path) -> State:
        if start not in self._grammars:
            edits = bool(start) and start[0].name in EDITABLE
            node = self.dialect.node(start)
            self._grammars = {start: line_grammar(self.dialect, node, edits=edits)}
        return self._grammars[start]

    def wrong(self, failure: Failure, reading: Reading, line: str) -> str:
        """Return the carets and the message."""
        return wording.md_failure(failure, reading.tokens, line, self.margin)

    def refused(self, error: SrpkiError) -> str:
        """Return *error* with its application and number."""
        return wording.md_error(error)

    def mistake(self, sentence: str) -> str:
        """Return *sentence* with the number of a command that cannot be processed."""
        return wording.md_mistake(sentence)

    def operation_failed(self, sentence: str) -> str:
        """Return the message of an operation that failed."""
        return wording.operation_failed(sentence)

    def shown(self, data: Data) -> str:
        """Return what an operation found, after an empty line."""
        return "\n" + super().shown(data)

    def help(self, text: str) -> str:
        """Return what ``?`` prints after *text*."""
        from srpki.cli.md.help import md_help  # noqa: PLC0415 - start-up time

        reading = self.read(text)
        width = self.environment.number("console", "width")
        configuring = self.flow.mode is not None
        shown = md_help(reading, text, width, configuring=configuring)
        return shown if isinstance(shown, str) else self.wrong(shown, reading, text)

    def complete(self, text: str) -> list[Offer]:
        """Return the completions of *text*, unless the environment switches them off."""
        wanted = self.environment.flag("command-completion", "tab")
        return super().complete(text) if wanted else []

    def expand(self, text: str) -> str:
        """Return what Space adds to *text*, unless the environment switches it off."""
        wanted = self.environment.flag("command-completion", "space")
        return super().expand(text) if wanted else ""

    def data(self, root: str) -> Branch:
        """Return the candidate, the running configuration, the state or the environment."""
        if root == "state":
            return self.device.state()
        if root == "environment":
            return self.environment.tree
        if root == "configure" and self.flow.mode is not None:
            return self.flow.candidate.tree
        return self.device.datastore.running if root == "configure" else Branch()

    # --- doing ---

    def perform(self, said: Meaning) -> Answer:
        """Run an operation or a command, or edit and go where the words lead."""
        if said.operation:
            return self.run(said)
        if said.command:
            return self._command(said)
        self._check_region(said.context)
        self._editing.apply(said)
        self._go(said)
        return Answer()

    def _command(self, said: Meaning) -> Answer:
        own: dict[str, Callable[[Meaning], Answer]] = {
            "back": self._back,
            "configure": self._configure,
            "edit-config": self._edit_config,
            "exit": self._exit,
            "logout": self._logout,
            "pwc": self._pwc,
            "quit-config": self._quit_config,
            "top": self._top,
        }
        handler = own.get(said.command)
        return handler(said) if handler is not None else self._editing.command(said)

    # --- navigation ---

    def _go(self, said: Meaning) -> None:
        for _ in range(said.closed):
            self._close_brace()
        self._braces.extend(said.opened)
        if not said.closed:
            self.move(said.context)

    def _close_brace(self) -> None:
        self.move(self._braces.pop() if self._braces else self.context[:-1])

    def _check_region(self, context: Path) -> None:
        inside = context[:1] == CONFIGURE
        if self.flow.mode is None:
            if inside:
                raise RefusalError(wording.not_allowed("currently in operational mode"))
        elif not self.flow.explicit and not inside:
            raise RefusalError(wording.not_allowed("cannot navigate out of configuration region"))

    def move(self, context: Path) -> None:
        """Go to *context*, remembering where the session came from."""
        if context != self.context:
            self._trail.append(self.context)
            self.context = context

    def settle(self) -> None:
        """Climb out of entries that are no longer there."""
        while len(self.context) > 1 and not self._editing.exists(self.context):
            self.context = self.context[:-1]

    def _back(self, said: Meaning) -> Answer:
        levels = int(str(said.inputs.get("levels", 1)))
        target = self.context[: max(len(self.context) - levels, 0)]
        return self._leave_for(target, lambda text: Answer("\n".join(text)))

    def _top(self, said: Meaning) -> Answer:
        del said
        self.move(self.context[:1])
        return Answer()

    def _exit(self, said: Meaning) -> Answer:
        if said.inputs.get("all"):
            target: Path = ()
        elif self._trail:
            target = self._trail[-1]
        else:
            target = self.context[:-1]
        return self._leave_for(target, lambda text: Answer("\n".join(text)))

    def _leave_for(self, target: Path, done: Done) -> Answer:
        """Go to *target*; in the implicit workflow that may mean leaving the mode."""
        if self.flow.mode is None or self.flow.explicit or target[:1] == CONFIGURE:
            return self._arrive(target, done, [])
        return self._leave(lambda said: self._arrive((), done, said))

    def _arrive(self, target: Path, done: Done, said: list[str]) -> Answer:
        if self._trail and self._trail[-1] == target:
            self._trail.pop()
        self._trail = [past for past in self._trail if len(past) < len(target)]
        self._braces.clear()
        self.context = target
        return done(said)

    def _pwc(self, said: Meaning) -> Answer:
        del said
        return Answer(f"Present Working Context:\n{self.place(self.context)}")

    # --- modes ---

    def _configure(self, said: Meaning) -> Answer:
        return self._enter(said, explicit=False)

    def _edit_config(self, said: Meaning) -> Answer:
        return self._enter(said, explicit=True)

    def _enter(self, said: Meaning, *, explicit: bool) -> Answer:
        if self.flow.mode is not None:
            reason = f"currently in {self.flow.mode} mode"
            raise RefusalError(wording.not_allowed(reason))
        text = self.flow.enter(_MODES[str(said.inputs["mode"])], explicit=explicit)
        if not explicit:
            self.move(CONFIGURE)
        return Answer("\n".join(text))

    def _quit_config(self, said: Meaning) -> Answer:
        del said
        if self.flow.mode is None:
            raise RefusalError(wording.not_allowed("currently in operational mode"))
        if not self.flow.explicit:
            raise RefusalError(wording.not_allowed("currently in implicit workflow"))
        if self.context:
            raise RefusalError(wording.not_allowed("currently not in the operational root"))
        return self._leave(lambda text: Answer("\n".join(text)))

    def _logout(self, said: Meaning) -> Answer:
        del said
        if self.flow.mode is None:
            return Answer(closed=True)
        return self._leave(lambda text: Answer("\n".join(text), closed=True))

    def close(self) -> None:
        """Leave whatever mode the session is in, without a question."""
        if self.flow.mode is not None:
            self.flow.leave()

    def control_z(self) -> Answer:
        """Return to the operational root, as ``exit all`` does."""
        return self._leave_for((), lambda text: Answer("\n".join(text)))

    def _leave(self, done: Done) -> Answer:
        """Leave the mode, after the question where something would be lost."""
        if not self.flow.must_ask:
            return done(self.flow.leave())
        return self.ask(QUESTION, self.flow.warning(), lambda word: self._answered(word, done))

    def _answered(self, word: str, done: Done) -> Answer:
        match word.strip().lower():
            case "y":
                return done(self.flow.leave())
            case "n":
                return Answer(self.flow.canceled())
            case _:
                return self.ask(QUESTION, "", lambda again: self._answered(again, done))


def _without_slash(tokens: list[Token]) -> list[Token]:
    first = tokens[0]
    if first.text == "/":
        return tokens[1:] and tokens
    return [Token(first.text[1:], first.start + 1, first.end), *tokens[1:]]
