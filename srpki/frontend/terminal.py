"""The interactive session on a real terminal, with prompt_toolkit.

Only keys, screen and signals live here; what a line means is `srpki.cli.session`'s business.
Input and output are arguments, so that a test can type without a terminal.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import AnyFormattedText
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.shortcuts import CompleteStyle

from srpki.cli.session import Answer, Session

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

CONTROL_Z = "\x1a"
"""What the prompt returns when Ctrl-Z was pressed: never part of a line that was typed."""


class Terminal:
    """One interactive session: reads lines, shows answers, until `logout` or end of input."""

    def __init__(
        self,
        session: Session,
        *,
        interrupt: Callable[[], None],
        source: Input | None = None,
        screen: Output | None = None,
    ) -> None:
        """Talk to *session*; *interrupt* is called when Ctrl-C is pressed during a command."""
        self._session = session
        self._interrupt = interrupt
        self._pasted: deque[str] = deque()
        self._prompt: PromptSession[str] = PromptSession(
            message=self._message,
            history=InMemoryHistory(),
            completer=_SessionCompleter(session),
            complete_style=CompleteStyle.READLINE_LIKE,
            complete_while_typing=False,
            key_bindings=self._keys(),
            enable_history_search=False,
            input=source,
            output=screen,
        )
        self._question: str | None = None

    def run(self) -> int:
        """Run the session to its end; return the exit status."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="command") as worker:
            while True:
                try:
                    line = self._read()
                except KeyboardInterrupt:
                    self._question = None
                    continue
                except EOFError:
                    return 0
                answer = self._wait(worker.submit(self._feed, line))
                self._show(answer)
                self._question = answer.question
                if answer.closed:
                    return 0

    def _read(self) -> str:
        default = ""
        if self._pasted:
            line = self._pasted.popleft()
            if self._pasted:
                self._write(f"{self._text()}{line}\n")
                return line
            default = line
        return self._prompt.prompt(default=default)

    def _feed(self, line: str) -> Answer:
        if line == CONTROL_Z:
            return self._session.control_z()
        return self._session.feed(line)

    def _wait(self, pending: Future[Answer]) -> Answer:
        while True:
            try:
                return pending.result()
            except KeyboardInterrupt:
                self._interrupt()
                self._write("^C\n")

    def _show(self, answer: Answer) -> None:
        if answer.text:
            self._write(answer.text if answer.text.endswith("\n") else answer.text + "\n")

    def _write(self, text: str) -> None:
        output = self._prompt.output
        output.write(text.replace("\n", "\r\n"))
        output.flush()

    def _message(self) -> AnyFormattedText:
        return [("", self._text())]

    def _text(self) -> str:
        return self._session.prompt if self._question is None else self._question

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("?")
        def _help(event: KeyPressEvent) -> None:
            before = event.current_buffer.document.text_before_cursor
            if self._question is not None or _inside_quotes(before):
                event.current_buffer.insert_text("?")
                return
            text = self._session.help(before)
            run_in_terminal(lambda: self._write(text if text.endswith("\n") else text + "\n"))

        @keys.add(" ")
        def _space(event: KeyPressEvent) -> None:
            buffer = event.current_buffer
            if self._question is None and buffer.document.is_cursor_at_the_end:
                buffer.insert_text(self._session.expand(buffer.text))
            buffer.insert_text(" ")

        @keys.add("c-z")
        def _control_z(event: KeyPressEvent) -> None:
            event.app.exit(result=CONTROL_Z)

        @keys.add(Keys.BracketedPaste)
        def _paste(event: KeyPressEvent) -> None:
            lines = event.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            event.current_buffer.insert_text(lines[0])
            if len(lines) > 1:
                self._pasted.extend(lines[1:])
                event.current_buffer.validate_and_handle()

        return keys


class _SessionCompleter(Completer):
    """Offers what the session's walker expects at the cursor."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield the continuations of the text before the cursor."""
        del complete_event
        text = document.text_before_cursor
        for offer in self._session.complete(text):
            yield Completion(offer.text, start_position=-offer.replaces, display=offer.display)


def _inside_quotes(text: str) -> bool:
    return text.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 1
