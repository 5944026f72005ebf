"""The interactive session on a real terminal, with prompt_toolkit.

Only keys, screen and signals live here; what a line means is `srpki.cli.session`'s business.
Input and output are arguments, so that a test can type without a terminal.

The terminal stays in raw mode from the first prompt to the end. So nothing that is typed or
pasted while a command runs is echoed between its output or lost in the line discipline, and
Ctrl-C is a key at all times.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_input
from prompt_toolkit.input.typeahead import clear_typeahead, get_typeahead, store_typeahead
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.styles import Style

from srpki.cli.port import Answer
from srpki.cli.session import Session
from srpki.frontend.keyboard import Aside, ControlZ, Entered, Keyboard, apology
from srpki.frontend.marking import marked
from srpki.frontend.pager import Pager
from srpki.frontend.progress import Dots

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.key_binding import KeyPress
    from prompt_toolkit.output import Output

    from srpki.cli.port import Highlight

FLUSH_AFTER = 0.1
"""Seconds after which Escape is a key of its own and not the beginning of another one's code."""

INSIST_AFTER = 0.2
"""Seconds between two interruptions of a command that Ctrl-C is to stop."""

_DRAWN = "ansidefault"
"""A colour that changes nothing, except that blanks at the end are drawn and not skipped:
programs that wait for a prompt wait for ``# ``."""

_STYLE = Style.from_dict({"aborting": "noinherit", "exiting": "noinherit"})
"""A line looks the same whichever way it was left."""


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
        self._input = create_input() if source is None else source
        self._output = _screen() if screen is None else screen
        self._question: str | None = None
        self._keyboard = Keyboard(
            session,
            asking=lambda: self._question is not None,
            columns=lambda: self._output.get_size().columns,
            head=self._write_head,
        )
        self._pasted = self._keyboard.pasted
        self._draft = Document()
        self._ended = False
        self._insisting: asyncio.TimerHandle | None = None
        self._dots: Dots | None = None
        self._awaited: asyncio.Future[list[KeyPress]] | None = None
        self._flushing: asyncio.TimerHandle | None = None
        self._history = _History()
        self._prompt: PromptSession[Entered] = PromptSession(
            message=lambda: [(_DRAWN, self._text().rpartition("\n")[2])],
            style=_STYLE,
            history=self._history,
            complete_while_typing=False,
            key_bindings=self._keyboard.bindings(),
            input=self._input,
            output=self._output,
        )

    def run(self) -> int:
        """Run the session to its end; return the exit status."""
        try:
            with self._input.raw_mode():
                asyncio.run(self._converse())
        except OSError:
            return 1  # the terminal itself has gone: nobody is left to tell
        return 0

    async def _converse(self) -> None:
        with self._ending_on_signals(), self._hearing_news():
            while not self._ended:
                try:
                    entered = await self._read()
                except EOFError:
                    break
                except KeyboardInterrupt:
                    self._drop()
                    continue
                if isinstance(entered, Aside):
                    await self._show(Answer(entered.text, whole=entered.whole))
                    self._draft = entered.draft
                    continue
                answer = await self._answer(entered)
                await self._show(answer)
                self._question = answer.question
                if answer.closed:
                    break
        self._output.disable_bracketed_paste()
        self._output.flush()

    # --- the prompt ---

    def _text(self) -> str:
        return self._session.prompt if self._question is None else self._question

    async def _read(self) -> Entered:
        """Return the next line that was pasted or typed ahead, or what comes of a prompt.

        Raises `KeyboardInterrupt` and `EOFError` as prompt_toolkit does.
        """
        line = self._next_pasted()
        if line is None and not self._draft.text:
            line = self._next_typed_ahead()
        if line is not None:
            self._write(f"{self._text()}{line}\n")
            self._note(line)
            return line
        self._write_head()
        draft, self._draft = self._draft, Document()
        entered = await self._prompt.prompt_async(default=draft, pre_run=self._bring_news)
        if isinstance(entered, str):
            self._note(entered)
        return entered

    def _next_pasted(self) -> str | None:
        if not self._pasted:
            return None
        line = self._pasted.popleft()
        if self._pasted:
            return line
        self._draft = Document(line)  # the paste ended within this line: go on typing
        return None

    def _next_typed_ahead(self) -> str | None:
        keys = get_typeahead(self._input)
        line, taken = None, 0
        with suppress(Exception):  # a bug: the prompt meets it again and says so
            line, taken = self._keyboard.whole_line(keys)
        store_typeahead(self._input, keys[taken:])
        return line

    def _write_head(self) -> None:
        """Print the prompt's lines above the one that is typed on, which prompt_toolkit draws."""
        head, newline, _ = self._text().rpartition("\n")
        self._write(head + newline)

    def _note(self, line: str) -> None:
        """Remember *line* for the arrow keys, unless it answered a question or holds a secret."""
        if self._question is not None:
            return
        with suppress(Exception):  # a bug: the session meets it again and says so
            if self._session.masked(line) == line:
                self._history.note(line)

    def _drop(self) -> None:
        """Forget the line that Ctrl-C was pressed on; a question is taken back."""
        if self._question is not None:
            self._question = self._session.control_z().question

    # --- what comes unasked ---

    @contextmanager
    def _hearing_news(self) -> Iterator[None]:
        """Let the session tell of its news, from whichever thread they come."""
        loop = asyncio.get_running_loop()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has ended just now
                loop.call_soon_threadsafe(self._bring_news)

        self._session.wake = wake
        try:
            yield
        finally:
            self._session.wake = None

    def _bring_news(self) -> None:
        """Print news above the prompt; what comes during a command is part of its answer."""
        app = self._prompt.app
        if app.is_running and not app.is_done and (text := self._session.news()):
            app.exit(result=Aside(text, app.current_buffer.document, whole=True))

    # --- a command ---

    async def _answer(self, entered: str | ControlZ) -> Answer:
        """Let the session answer in a thread, so that keys are read meanwhile."""
        loop = asyncio.get_running_loop()
        self._output.enable_bracketed_paste()  # a prompt switches it off when it is done
        self._output.flush()
        loop.add_signal_handler(signal.SIGINT, self._stop_command)
        self._dots = Dots(self._write, self._session.screen.progress)
        try:
            pending = loop.run_in_executor(None, self._feed, entered)
            self._obey(get_typeahead(self._input))
            with self._input.attach(self._type_ahead):
                return await pending
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            self._dots.stop()
            if self._insisting is not None:
                self._insisting.cancel()

    def _feed(self, entered: str | ControlZ) -> Answer:
        try:
            if isinstance(entered, ControlZ):
                return self._session.control_z()
            return self._session.feed(entered)
        except Exception as error:  # noqa: BLE001 - a bug must not end the session
            return Answer(apology(error), ok=False)

    def _type_ahead(self) -> None:
        self._obey(self._input.read_keys())
        if self._input.closed:
            self._end()

    def _obey(self, keys: list[KeyPress]) -> None:
        """Keep *keys* for the next prompt; Ctrl-C takes back those before it, as terminals do."""
        for position in range(len(keys) - 1, -1, -1):
            if keys[position].key == Keys.ControlC:
                clear_typeahead(self._input)
                del keys[: position + 1]
                self._stop_command()
                break
        store_typeahead(self._input, keys)

    def _stop_command(self) -> None:
        self._pasted.clear()
        if self._dots is not None:
            self._dots.stop()
        self._write("^C\n")
        self._insist()

    def _insist(self) -> None:
        """Interrupt until the command ends: it may not have begun when Ctrl-C was pressed."""
        self._session.interrupt()
        self._interrupt()
        if self._insisting is not None:
            self._insisting.cancel()
        self._insisting = asyncio.get_running_loop().call_later(INSIST_AFTER, self._insist)

    # --- its output ---

    async def _show(self, answer: Answer) -> None:
        """Print the text of *answer*; it stops after each page, unless keys wait already.

        What was typed ahead or pasted was not meant for the pager.
        """
        if not answer.text:
            return
        screen = self._session.screen
        write = partial(self._write, found=answer.found)
        ahead = get_typeahead(self._input)
        store_typeahead(self._input, ahead)
        if ahead or self._pasted or answer.whole or answer.closed or not screen.more:
            write(f"{answer.text}\n")
            return
        pager = Pager(write, self._key, self._output.get_size)
        if paste := await pager.show(answer.text, screen):
            store_typeahead(self._input, [paste])

    async def _key(self) -> KeyPress | None:
        """Return the next key, None when there will be none; others stay typed ahead."""
        keys = get_typeahead(self._input)
        if not keys and not self._ended:
            self._awaited = asyncio.get_running_loop().create_future()
            with self._input.attach(self._keys_come):
                keys = await self._awaited
            if self._flushing is not None:
                self._flushing.cancel()
        store_typeahead(self._input, keys[1:])
        return keys[0] if keys else None

    def _keys_come(self) -> None:
        self._hand_over(self._input.read_keys())
        if self._input.closed:
            self._end()
        # A lone Escape is held back until it is sure that nothing follows.
        if self._flushing is not None:
            self._flushing.cancel()
        self._flushing = asyncio.get_running_loop().call_later(
            FLUSH_AFTER, lambda: self._hand_over(self._input.flush_keys())
        )

    def _hand_over(self, keys: list[KeyPress]) -> None:
        if self._awaited is not None and not self._awaited.done() and keys:
            self._awaited.set_result(keys)
        else:
            store_typeahead(self._input, keys)

    # --- the end ---

    @contextmanager
    def _ending_on_signals(self) -> Iterator[None]:
        """End the session in order when the terminal's window is closed or a kill asks for it."""
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGHUP, signal.SIGTERM)
        for number in numbers:
            loop.add_signal_handler(number, self._end)
        try:
            yield
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def _end(self) -> None:
        self._ended = True
        self._pasted.clear()
        self._insist()
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result([])
        app = self._prompt.app
        if app.is_running and not app.is_done:
            app.exit(exception=EOFError)

    def _write(self, text: str, found: Sequence[Highlight] = ()) -> None:
        for piece, style in marked(text, found):
            self._output.write_raw(style)
            self._output.write(piece.replace("\n", "\r\n"))
            if style:
                self._output.reset_attributes()
        self._output.flush()


class _History(InMemoryHistory):
    """What the arrow keys bring back: the session says what belongs there, not the prompt."""

    def append_string(self, string: str) -> None:
        """Do nothing: the prompt cannot tell a command from the answer to a question."""

    def note(self, line: str) -> None:
        """Remember *line*, once where it is repeated, unless it is empty."""
        if line.strip() and self.get_strings()[-1:] != [line]:
            super().append_string(line)


def _screen() -> Output:
    """Return the terminal as it is, never asked where its cursor stands.

    prompt_toolkit asks to make room for menus, which are not used here. A terminal that does not
    answer would get a warning, and an answer could arrive in the middle of a paste.
    """
    output = create_output()
    if isinstance(output, Vt100_Output):
        output.enable_cpr = False
    return output
