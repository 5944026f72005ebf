"""The line that is being typed: prompt_toolkit edits it, but draws nothing.

prompt_toolkit's application is never run; it lends its buffer, its keys and its search. It is not
even made before a key is pressed that is no text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from prompt_toolkit.application import Application
from prompt_toolkit.application.current import set_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER, SEARCH_BUFFER
from prompt_toolkit.history import History
from prompt_toolkit.input import DummyInput
from prompt_toolkit.key_binding import KeyBindings, KeyPress
from prompt_toolkit.layout import BufferControl, HSplit, Layout, SearchBufferControl, Window
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.search import SearchDirection, SearchState, accept_search, stop_search

from srpki.config.lexer import LINE_LIMIT

MOST: Final = 2 * LINE_LIMIT
"""Characters of a line that are kept; the session refuses it long before."""


class Search(NamedTuple):
    """A search in what was typed before: its *label*, and what is *found*."""

    label: str
    found: Document


class Editor:
    """One line at a time, and the cursor in it."""

    def __init__(self, bindings: KeyBindings, recalled: Callable[[], Sequence[str]]) -> None:
        """Obey *bindings* before prompt_toolkit's own; arrow keys bring back what is *recalled*."""
        self._bindings = bindings
        self._recalled = recalled
        self._toolkit: _Toolkit | None = None
        self._edited = False  # by prompt_toolkit, which then has all but what was typed since
        self._typed = ""
        self._former: list[str] = []  # what was typed when something took the place of its end

    def begin(self, draft: Document) -> None:
        """Begin a line that says *draft*."""
        self._edited = False
        self._typed = draft.text
        self._former.clear()
        if not draft.is_cursor_at_the_end:
            self._toolkit_now().buffer.cursor_position = draft.cursor_position

    @property
    def text(self) -> str:
        """What stands on the line."""
        before = self._toolkit.buffer.text if self._toolkit and self._edited else ""
        return before + self._typed

    @property
    def cursor(self) -> int:
        """How many characters stand before the cursor."""
        before = self._toolkit.buffer.cursor_position if self._toolkit and self._edited else 0
        return before + len(self._typed)

    @property
    def document(self) -> Document:
        """The line, with the cursor in it."""
        if self._toolkit and self._edited and not self._typed:
            return self._toolkit.buffer.document
        return Document(self.text)

    @property
    def plain(self) -> bool:
        """Whether a character that comes is put at the end of the line, and nothing else."""
        return not self._edited or self._toolkit is None or self._toolkit.idle

    @property
    def entered(self) -> str | None:
        """The line that prompt_toolkit has taken for ended, if it has."""
        return self._toolkit.entered if self._toolkit and self._edited else None

    @property
    def search(self) -> Search | None:
        """The search that goes on, if any."""
        return self._toolkit.search if self._toolkit and self._edited else None

    def stop_search(self) -> None:
        """Go back to the line as it was."""
        if self._toolkit and self.search is not None:
            with set_app(self._toolkit.application):
                stop_search()

    def accept_search(self) -> None:
        """Go back to the line, which becomes what has been found."""
        if self._toolkit and self.search is not None:
            with set_app(self._toolkit.application):
                accept_search()

    def type(self, text: str) -> None:
        """Put *text* where the cursor is."""
        text = text[: max(0, MOST - len(self.text))]
        if self.plain:
            self._typed += text
        else:
            self._toolkit_now().buffer.insert_text(text)

    def replace(self, count: int, text: str) -> None:
        """Put *text* in the place of *count* characters before the cursor."""
        if self.plain and count <= len(self._typed):
            typed = self._typed[: len(self._typed) - count] + text
            if typed != self._typed:
                self._former.append(self._typed)
                self._typed = typed
            return
        buffer = self._toolkit_now().buffer
        buffer.delete_before_cursor(count)
        buffer.insert_text(text)

    def press(self, press: KeyPress) -> None:
        """Do what *press* asks for."""
        toolkit = self._toolkit_now()
        with set_app(toolkit.application):
            toolkit.application.key_processor.feed(press)
            toolkit.application.key_processor.process_keys()

    def _toolkit_now(self) -> _Toolkit:
        if self._toolkit is None:
            self._toolkit = _Toolkit(self._bindings)
        if not self._edited:
            self._toolkit.begin(self._recalled())
            self._edited = True
        buffer = self._toolkit.buffer
        for former in self._former:  # which undoing goes back to
            buffer.insert_text(former)
            buffer.save_to_undo_stack()
            buffer.delete_before_cursor(len(former))
        self._former.clear()
        if self._typed:
            buffer.insert_text(self._typed)
            self._typed = ""
        return self._toolkit


class _Toolkit:
    """What prompt_toolkit edits a line with."""

    def __init__(self, bindings: KeyBindings) -> None:
        self._past = _Past()
        self.entered: str | None = None
        self.buffer = _Line(
            name=DEFAULT_BUFFER, multiline=False, history=self._past, accept_handler=self._accept
        )
        self._sought = Buffer(name=SEARCH_BUFFER, multiline=False)
        sought = SearchBufferControl(buffer=self._sought, ignore_case=False)
        self._line = BufferControl(buffer=self.buffer, search_buffer_control=sought)
        self.application: Application[None] = Application(
            layout=Layout(HSplit([Window(self._line), Window(sought)])),
            key_bindings=bindings,
            input=DummyInput(),
            output=DummyOutput(),
        )
        # No timer decides what keys mean; prompt_toolkit documents None for that.
        self.application.timeoutlen = None  # type: ignore[assignment]

    def begin(self, recalled: Sequence[str]) -> None:
        """Begin an empty line; before it there is what is *recalled*."""
        self.entered = None
        if self.search is not None:
            with set_app(self.application):
                stop_search()
        self.application.key_processor.reset()
        self.application.quoted_insert = False
        self._past.lines = list(recalled)
        self.buffer.begin(self._past.lines)

    @property
    def idle(self) -> bool:
        """Whether the cursor is at the end of the line and no key has begun anything."""
        keys = self.application.key_processor
        return (
            self.buffer.document.is_cursor_at_the_end
            and not self.application.layout.is_searching
            and not self.application.quoted_insert
            and not self.application.emacs_state.is_recording
            and self.buffer.selection_state is None
            and not keys.key_buffer
            and keys.arg is None
        )

    @property
    def search(self) -> Search | None:
        """The search that goes on, if any."""
        if not self.application.layout.is_searching:
            return None
        direction = self._line.search_state.direction
        wanted = SearchState(self._sought.text, direction)
        name = "reverse-i-search" if direction == SearchDirection.BACKWARD else "i-search"
        label = f"({name})`{self._sought.text}': "
        return Search(label, self.buffer.document_for_search(wanted))

    def _accept(self, buffer: Buffer) -> bool:
        self.entered = buffer.text
        return True


class _Line(Buffer):
    """A buffer that has its history at once: prompt_toolkit's own loads it when it is drawn."""

    def begin(self, before: Iterable[str]) -> None:
        """Begin an empty line, with the lines *before* it for the arrow keys."""
        self.reset()
        self._working_lines.extendleft(reversed(list(before)))
        self.working_index = len(self._working_lines) - 1


class _Past(History):
    """What was typed before; the session says what that is, not prompt_toolkit."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def get_strings(self) -> list[str]:
        """Return the lines, the eldest first."""
        return self.lines

    def append_string(self, string: str) -> None:
        """Do nothing: a command cannot be told from the answer to a question here."""

    def load_history_strings(self) -> Iterable[str]:
        """Return the lines, the youngest first."""
        return reversed(self.lines)

    def store_string(self, string: str) -> None:
        """Do nothing."""
