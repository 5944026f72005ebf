"""What keys do at the prompt: help, completion, and the ways out of a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum, auto
from itertools import groupby
from typing import Final

from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys

from srpki.cli.session import Session
from srpki.config.lexer import LINE_LIMIT, lex_md
from srpki.core.patterns import regex
from srpki.core.record import Record
from srpki.frontend.ahead import ENTER, Ahead, Pasted
from srpki.frontend.completing import complete, listed
from srpki.frontend.display import Display
from srpki.frontend.editor import Editor


class Aside(Record):
    """Something to print before the prompt comes again with *draft* as it was.

    What is *whole* is printed without stopping; on a *clear* screen nothing else is left.
    """

    text: str
    draft: Document
    whole: bool = False
    clear: bool = False


class Way(Enum):
    """A way out of a line that drops it."""

    CONTROL_C = auto()
    CONTROL_Z = auto()
    END = auto()


Entered = str | Aside | Way
"""What one prompt can end with."""

RECALLED: Final = 1000
"""Most lines that the arrow keys bring back."""

_SPECIAL: Final = regex(r"[ ?]")
"""Characters that may mean more than themselves."""


def apology(error: Exception) -> str:
    """Return what is said about a bug: where it is, and nothing that could hold a secret."""
    import traceback  # noqa: PLC0415 - start-up time

    *_, frame = traceback.extract_tb(error.__traceback__)
    where = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
    return f"srpki: internal error, please report it: {type(error).__name__} in {where}"


class Keyboard:
    """The keys of one session's prompt."""

    def __init__(
        self,
        session: Session,
        display: Display,
        *,
        asking: Callable[[], bool],
        hiding: Callable[[], bool],
        columns: Callable[[], int],
    ) -> None:
        """Help and complete by *session*, except while *asking*; lists fit into *columns*.

        While *hiding* nothing of what is typed is shown.
        """
        self._session = session
        self._display = display
        self._asking = asking
        self._hiding = hiding
        self._columns = columns
        self._prompt = ""
        self._entered: Entered | None = None
        self.editor = Editor(self._bindings(), self._recalled)

    def begin(self, prompt: str, draft: Document) -> None:
        """Begin a line behind *prompt* that says *draft* already."""
        self._prompt = prompt
        self._entered = None
        self.editor.begin(draft)
        self._display.begin(prompt)
        self._draw()

    def obey(self, ahead: Ahead) -> Entered | None:
        """Obey the keys that wait until the line is left; return how, or None where it is not."""
        try:
            while ahead and self._entered is None:
                item = ahead.take()
                if isinstance(item, KeyPress):
                    self._press(item)
                else:
                    ahead.put_back(self._type(item))
                self._draw()
        except Exception as error:  # noqa: BLE001 - a bug must not end the session
            self._entered = Aside(apology(error), self.editor.document)
        if self._entered is not None:
            self.editor.stop_search()
            self._draw()
        return self._entered

    # --- characters ---

    def _type(self, text: str) -> str:
        """Type as much of *text* as means nothing but itself, and what follows; return the rest."""
        if isinstance(text, Pasted):
            self.editor.accept_search()
            self.editor.type(text)
            return ""
        if not self.editor.plain:
            self._press(KeyPress(text[0]))
            return text[1:]
        special = None if self._asking() else _SPECIAL.search(text)
        if special is None:
            self.editor.type(text)
            return ""
        self.editor.type(text[: special.start()])
        if special[0] == " ":
            self.editor.type(f"{self._session.expand(self.editor.text)} ")
        elif self._inside_text():
            self.editor.type("?")
        else:
            self._help()
        return text[special.end() :]

    def _inside_text(self) -> bool:
        """Return whether the cursor is inside quotes or a comment, where every key is text."""
        before = self.editor.document.text_before_cursor
        if before.lstrip().startswith("#") or len(before) > LINE_LIMIT:
            return True
        tokens = lex_md(before)
        return bool(tokens) and tokens[-1].quoted and not tokens[-1].closed

    def _draw(self) -> None:
        if self._hiding():
            self._display.show(self._prompt, len(self._prompt))
            return
        if search := self.editor.search:
            label, found = search
            self._display.show(label + found.text, len(label) + found.cursor_position)
        else:
            self._display.show(
                self._prompt + self.editor.text, len(self._prompt) + self.editor.cursor
            )

    # --- keys ---

    def _press(self, press: KeyPress) -> None:
        if self.editor.plain:
            if press.key in ENTER:
                self._entered = self.editor.text
                return
            if press.key == Keys.Tab:
                self._tab()
                return
        self.editor.press(press)
        if self._entered is None:
            self._entered = self.editor.entered

    def _bindings(self) -> KeyBindings:
        """Return the bindings that prompt_toolkit puts over its own."""
        keys = KeyBindings()
        typing = has_focus(DEFAULT_BUFFER)
        commanding = typing & Condition(lambda: not (self._asking() or self._inside_text()))
        empty = typing & Condition(lambda: not self.editor.text)
        keys.add("?", filter=commanding)(lambda _: self._help())
        keys.add(" ", filter=commanding)(lambda _: self._space())
        keys.add("tab", filter=typing)(lambda _: self._tab())
        keys.add("c-l")(lambda _: self._leave(Aside("", self.editor.document, clear=True)))
        keys.add("c-z")(lambda _: self._leave(Way.CONTROL_Z))
        keys.add("c-c", filter=typing)(lambda _: self._leave(Way.CONTROL_C))
        keys.add("c-d", filter=empty)(lambda _: self._leave(Way.END))
        keys.add("c-@")(_nothing)  # as some programs send it behind Enter
        return keys

    def _leave(self, entered: Entered) -> None:
        self._entered = entered

    def _help(self) -> None:
        document = self.editor.document
        if text := self._session.help(document.text_before_cursor):
            self._leave(Aside(text, document))

    def _space(self) -> None:
        at_end = self.editor.document.is_cursor_at_the_end
        self.editor.replace(0, f"{self._session.expand(self.editor.text) if at_end else ''} ")

    def _tab(self) -> None:
        before = self.editor.document.text_before_cursor
        found = complete(before, self._session.complete(before))
        if found.choices:
            self._leave(Aside(listed(found.choices, self._columns()), self.editor.document))
            return
        at_end = self.editor.document.is_cursor_at_the_end
        self.editor.replace(found.replaces, found.text + (" " if found.ends and at_end else ""))

    def _recalled(self) -> Sequence[str]:
        """Return what was typed before: each line once where it is repeated, none with a secret."""
        recent = self._session.history.recent(RECALLED)
        return [line for line, _ in groupby(entry.line for entry in recent if entry.whole)]


def _nothing(event: KeyPressEvent) -> None:
    del event
