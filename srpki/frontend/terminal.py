"""The interactive session on a real terminal.

Only keys, screen and signals live here; what a line means is `srpki.cli.session`'s business.
Input and output are arguments, so that a test can type without a terminal.

What goes to the terminal is what a router writes: prompt, echo and answer as text, lines ended by
CR LF. The terminal stays in raw mode from the first prompt to the end. So nothing that is typed or
pasted while a command runs is echoed between its output or lost in the line discipline, and
Ctrl-C is a key at all times.
"""

from __future__ import annotations

import asyncio
import signal
import termios
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from prompt_toolkit.document import Document
from prompt_toolkit.input import create_input
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import create_output

from srpki.cli.port import Answer
from srpki.cli.session import Session
from srpki.core.text import printable
from srpki.frontend.ahead import Ahead
from srpki.frontend.display import FLAT, Display
from srpki.frontend.keyboard import Aside, Entered, Keyboard, Way, apology
from srpki.frontend.knocking import Knock, Passing
from srpki.frontend.marking import marked
from srpki.frontend.pager import Pager
from srpki.frontend.parsing import TextParser
from srpki.frontend.progress import Dots

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

    from srpki.cli.port import Highlight

FLUSH_AFTER = 0.1
"""Seconds after which Escape is a key of its own and not the beginning of another one's code."""

AT_ONCE = 0.005
"""Seconds that nothing else is done until a command has ended: most take a tenth of that."""

INSIST_AFTER = 0.2
"""Seconds between two interruptions of a command that Ctrl-C is to stop."""


class Terminal:
    """One interactive session: reads lines, shows answers, until `logout` or end of input."""

    def __init__(
        self,
        session: Session,
        *,
        greeting: str = "",
        moves: bool = True,
        source: Input | None = None,
        parser: TextParser | None = None,
        screen: Output | None = None,
        alone: bool = True,
    ) -> None:
        """Talk to *session* after *greeting*.

        A *source* that is no local terminal says by which *parser* its keys come. A terminal that
        *moves* its cursor takes the escape codes that all but a dumb one know. One that is not
        *alone* in the process leaves its signals: `resize` and `dismiss` are called.
        """
        self._session = session
        self._greeting = greeting
        self._moves = moves
        self._input = create_input() if source is None else source
        self._parser = parser
        if isinstance(self._input, Vt100Input):
            keep = self._input.vt100_parser.feed_key_callback
            self._input.vt100_parser = self._parser = TextParser(keep)  # type: ignore[arg-type]
        self._output = create_output() if screen is None else screen
        self._question: str | None = None
        self._hides = False
        self._display = Display(
            self._output.write_raw, lambda: self._output.get_size().columns if moves else FLAT
        )
        self._keyboard = Keyboard(
            session,
            self._display,
            asking=lambda: self._question is not None,
            hiding=lambda: self._hides,
            columns=lambda: self._output.get_size().columns,
        )
        self._ahead = Ahead()
        self._draft = Document()
        self._ended = False
        self._lost: OSError | None = None
        self._hearing = False
        self._editing = False
        self._running = False
        self._stirred = asyncio.Event()
        self._ears = ExitStack()
        self._flushing: asyncio.TimerHandle | None = None
        self._insisting: asyncio.TimerHandle | None = None
        self._dots: Dots | None = None
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._alone = alone
        self._loop: asyncio.AbstractEventLoop | None = None
        self.killed = False

    def run(self) -> int:
        """Run the session to its end; return the exit status."""
        try:
            with self._input.raw_mode(), self._worker:
                if self._alone:
                    _write_untouched(self._input.fileno())
                asyncio.run(self._converse())
        except OSError:
            return 1  # the terminal itself has gone: nobody is left to tell
        return 0

    async def _converse(self) -> None:
        self._loop = asyncio.get_running_loop()
        with self._heeding_signals(), self._hearing_news(), self._ears:
            self._listen()
            self._write(self._greeting)
            while not self._ended:
                entered = await self._read()
                match entered:
                    case Way.END:
                        break
                    case Way.CONTROL_C:
                        self._drop()
                    case Aside():
                        self._draft = entered.draft
                        await self._show(Answer(entered.text, whole=entered.whole))
                    case _:
                        answer = await self._answer(entered)
                        await self._show(answer)
                        self._question, self._hides = answer.question, answer.hidden
                        self._ended |= answer.closed
            self._output.flush()

    # --- the prompt ---

    async def _read(self) -> Entered:
        """Return what comes of a prompt, which is left behind."""
        self._write(_lines(self._session.news()))
        text = self._session.prompt if self._question is None else self._question
        head, newline, prompt = text.rpartition("\n")
        self._write(head + newline)
        self._keyboard.begin(prompt, self._draft)
        self._draft = Document()
        self._editing = True
        entered = await self._typed()
        self._editing = False
        if self._moves and isinstance(entered, Aside) and entered.clear:
            self._output.erase_screen()
            self._output.cursor_goto(0, 0)
        else:
            self._display.end()
        return entered

    async def _typed(self) -> Entered:
        while not self._ended:
            if self._session.gone:
                return ""  # the answer says so
            if (entered := self._keyboard.obey(self._ahead)) is not None:
                return entered
            if news := self._session.news():
                return Aside(news, self._keyboard.editor.document, whole=True)
            await self._stir()
        return Way.END

    async def _stir(self) -> None:
        """Wait until keys, news or the end come."""
        self._output.flush()
        self._listen()
        self._stirred.clear()
        await self._stirred.wait()
        if self._lost is not None:
            raise self._lost

    def _drop(self) -> None:
        """Forget the line that Ctrl-C was pressed on; a question is taken back."""
        if self._question is not None:
            self._question, self._hides = self._session.control_z().question, False

    # --- what comes ---

    def _listen(self) -> None:
        """Take in what is typed from now on, unless too much waits already."""
        if not (self._hearing or self._ahead.full):
            self._ears.enter_context(self._input.attach(self._arrived))
            self._hearing = True

    def _arrived(self) -> None:
        self._take(self._input.read_keys())
        if self._input.closed:
            self._end()
        # A lone Escape is held back until it is sure that nothing follows.
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None
        if self._parser is not None and self._parser.holding:
            self._flushing = asyncio.get_running_loop().call_later(
                FLUSH_AFTER, lambda: self._take(self._input.flush_keys())
            )

    def _take(self, keys: list[KeyPress]) -> None:
        """Keep *keys* until they are obeyed."""
        self._ahead.add(keys)
        if self._running:
            self._heed_interruption()
        if self._ahead.full:
            self._ears.close()
            self._hearing = False
        if not self._line_goes_on():
            self._stirred.set()

    def _line_goes_on(self) -> bool:
        """Obey what is typed at a prompt as it comes; return whether that was all there is to do.

        Most keys change the line and no more: nothing else need run for them.
        """
        if not self._editing or self._ended or self._session.gone:
            return False
        if self._keyboard.obey(self._ahead) is not None:
            return False
        try:
            self._output.flush()
        except OSError as error:
            self._lost = error
        return self._hearing and self._lost is None

    @contextmanager
    def _hearing_news(self) -> Iterator[None]:
        """Let the session tell of its news, from whichever thread they come.

        What comes during a command is part of its answer, but for what it says it waits for.
        """
        loop = asyncio.get_running_loop()
        watch = Passing(loop, self._pass_by)
        self._session.wake = Knock(loop, self._stirred.set)
        self._session.watch = self._session.at_once = watch
        try:
            yield
        finally:
            self._session.wake = self._session.watch = self._session.at_once = None

    def _pass_by(self, line: str) -> None:
        """Print *line*, which passes while a command runs."""
        if self._dots is not None:
            self._dots.pause()
        self._write(f"{printable(line)}\n")

    # --- a command ---

    async def _answer(self, entered: str | Way) -> Answer:
        """Let the session answer in a thread, so that keys are read while it takes long."""
        self._output.flush()
        self._listen()
        self._running = True
        self._heed_interruption()
        delay = self._session.screen.progress
        answering = self._worker.submit(self._feed, entered)
        try:
            return answering.result(AT_ONCE)
        except TimeoutError:
            self._dots = Dots(self._show_now, delay)
            return await asyncio.wrap_future(answering)
        finally:
            self._running = False
            if self._dots is not None:
                self._dots.stop()
                self._dots = None
            if self._insisting is not None:
                self._insisting.cancel()

    def _feed(self, entered: str | Way) -> Answer:
        try:
            if isinstance(entered, Way):
                return self._session.control_z()
            return self._session.feed(entered)
        except Exception as error:  # noqa: BLE001 - a bug must not end the session
            return Answer(apology(error), ok=False)

    def _heed_interruption(self) -> None:
        """Stop the command on Ctrl-C, which takes back what was typed before, as terminals do."""
        if self._ahead.cut():
            if self._dots is not None:
                self._dots.stop()
            self._show_now("^C\n")
            self._insist()

    def _insist(self) -> None:
        """Interrupt until the command ends: it may not have begun when Ctrl-C was pressed."""
        self._session.interrupt()
        if self._insisting is not None:
            self._insisting.cancel()
        self._insisting = asyncio.get_running_loop().call_later(INSIST_AFTER, self._insist)

    # --- its output ---

    async def _show(self, answer: Answer) -> None:
        """Print the text of *answer*; it stops after each page, unless keys wait already.

        What was typed ahead was not meant for the pager.
        """
        if not answer.text:
            return
        screen = self._session.screen
        write = partial(self._write, found=answer.found)
        if self._ahead or answer.whole or answer.closed or not screen.more:
            write(_lines(answer.text))
            return
        await Pager(write, self._key, self._output.get_size).show(answer.text, screen)

    async def _key(self) -> KeyPress | None:
        """Return the next key, None when there will be none."""
        while not (self._ahead or self._ended or self._session.gone):
            await self._stir()
        return self._ahead.take_key() if self._ahead and not self._ended else None

    def _write(self, text: str, found: Sequence[Highlight] = ()) -> None:
        for piece, style in marked(text, found if self._moves else ()):
            self._output.write_raw(style)
            self._output.write(piece.replace("\n", "\r\n"))
            if style:
                self._output.reset_attributes()

    def _show_now(self, text: str) -> None:
        self._write(text)
        self._output.flush()

    # --- signals ---

    @contextmanager
    def _heeding_signals(self) -> Iterator[None]:
        """End in order when the window is closed or a kill asks for it; draw when it is resized."""
        loop = asyncio.get_running_loop()
        handlers = {
            signal.SIGHUP: self._kill,
            signal.SIGTERM: self._kill,
            signal.SIGINT: lambda: self._take([KeyPress(Keys.ControlC)]),
            signal.SIGWINCH: self.resize,
        }
        if not self._alone:
            handlers = {}
        for number, handler in handlers.items():
            loop.add_signal_handler(number, handler)
        try:
            yield
        finally:
            for number in handlers:
                loop.remove_signal_handler(number)

    def dismiss(self) -> None:
        """End the session in order; may be called from any thread."""
        loop = self._loop
        with suppress(RuntimeError):  # the loop has ended already
            if loop is not None:
                loop.call_soon_threadsafe(self._end)

    def _kill(self) -> None:
        self.killed = True  # the whole process is to end, not the session alone
        self._end()

    def _end(self) -> None:
        self._ended = True
        self._ahead.drop()
        self._stirred.set()
        if self._running:
            self._insist()

    def resize(self) -> None:
        """Draw the line for a window that has another size now."""
        if self._editing and self._moves:
            self._display.resize()
            self._output.flush()


def _lines(text: str) -> str:
    return f"{text}\n" if text else ""


def _write_untouched(descriptor: int) -> None:
    """Let the terminal take output as it is written; leaving raw mode undoes it."""
    with suppress(termios.error):  # not a terminal
        attributes = termios.tcgetattr(descriptor)
        attributes[1] &= ~termios.OPOST
        termios.tcsetattr(descriptor, termios.TCSANOW, attributes)
