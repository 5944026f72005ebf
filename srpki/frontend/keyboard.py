"""What keys do at the prompt: help, completion, paste, and the ways out of a line."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prompt_toolkit.application import get_app
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPress, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.search import accept_search, stop_search

from srpki.cli.lexer import lex_md
from srpki.cli.session import Session
from srpki.frontend.completing import complete, listed


@dataclass(frozen=True, slots=True)
class Aside:
    """Something to print before the prompt comes again with *draft* as it was.

    What is *whole* is printed without stopping.
    """

    text: str
    draft: Document
    whole: bool = False


class ControlZ:
    """Ctrl-Z was pressed; what stood on the line is dropped."""


Entered = str | Aside | ControlZ
"""What one prompt can end with."""

_ENTER = (Keys.ControlM, Keys.ControlJ)
_Handler = Callable[[KeyPressEvent], None]


def apology(error: Exception) -> str:
    """Return what is said about a bug: where it is, and nothing that could hold a secret."""
    import traceback  # noqa: PLC0415 - start-up time

    *_, frame = traceback.extract_tb(error.__traceback__)
    where = f"{frame.filename.rpartition('/')[2]}:{frame.lineno}"
    return f"srpki: internal error, please report it: {type(error).__name__} in {where}"


class Keyboard:
    """The keys of one session's prompt that differ from those of any line editor."""

    def __init__(
        self,
        session: Session,
        *,
        asking: Callable[[], bool],
        columns: Callable[[], int],
        head: Callable[[], None],
    ) -> None:
        """Help and complete by *session*, except while *asking*; lists fit into *columns*.

        *head* prints the prompt's lines above the one that is typed on.
        """
        self._session = session
        self._asking = asking
        self._columns = columns
        self._head = head
        self.pasted: deque[str] = deque()
        """The lines of a paste behind the first; the last of them is not ended."""

    def bindings(self) -> KeyBindings:
        """Return the bindings, for prompt_toolkit to put over its own."""
        keys = KeyBindings()
        typing = has_focus(DEFAULT_BUFFER)
        commanding = typing & Condition(self._commanding)
        keys.add("?", filter=commanding)(_carefully(self._help))
        keys.add(" ", filter=commanding)(_carefully(self._space))
        keys.add("tab", filter=typing)(_carefully(self._tab))
        keys.add("c-l")(self._clear)
        keys.add("c-z")(self._control_z)
        keys.add(Keys.BracketedPaste)(self._paste)
        return keys

    def whole_line(self, keys: Sequence[KeyPress]) -> tuple[str | None, int]:
        """Return the first line that *keys*, typed ahead, make and how many of them it takes.

        That saves drawing a prompt for each line of a long paste. There is none (None, 0) when the
        line is not whole yet, or when it holds keys that only a prompt can obey.
        """
        end = next((at for at, press in enumerate(keys) if press.key in _ENTER), None)
        if end is None:
            return None, 0
        line = ""
        for press in keys[:end]:
            if len(press.key) > 1:
                return None, 0
            special = press.key in "? " and not self._asking() and not _inside_text(line)
            if special and press.key == "?":
                return None, 0
            line += (self._session.expand(line) if special else "") + press.key
        return line, end + 1

    def _commanding(self) -> bool:
        """Return whether keys may mean more than their character."""
        before = get_app().current_buffer.document.text_before_cursor
        return not self._asking() and not _inside_text(before)

    def _help(self, event: KeyPressEvent) -> None:
        document = event.current_buffer.document
        if text := self._session.help(document.text_before_cursor):
            event.app.exit(result=Aside(text, document))

    def _space(self, event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        at_end = buffer.document.is_cursor_at_the_end
        rest = self._session.expand(buffer.text) if at_end else ""
        buffer.insert_text(rest + " ")

    def _tab(self, event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        before = buffer.document.text_before_cursor
        found = complete(before, self._session.complete(before))
        if found.choices:
            listing = listed(found.choices, self._columns())
            event.app.exit(result=Aside(listing, buffer.document))
            return
        buffer.delete_before_cursor(found.replaces)
        buffer.insert_text(found.text)
        if found.ends and buffer.document.is_cursor_at_the_end:
            buffer.insert_text(" ")

    def _clear(self, event: KeyPressEvent) -> None:
        event.app.renderer.clear()
        self._head()

    @staticmethod
    def _control_z(event: KeyPressEvent) -> None:
        if event.app.layout.is_searching:
            stop_search()
        event.app.exit(result=ControlZ())

    def _paste(self, event: KeyPressEvent) -> None:
        if event.app.layout.is_searching:
            accept_search()
        first, *others = _lines(event.data)
        event.current_buffer.insert_text(first)
        if others:
            self.pasted.extend(others)
            event.current_buffer.validate_and_handle()


def _carefully(handler: _Handler) -> _Handler:
    """Make a bug in *handler* an apology instead of prompt_toolkit's traceback."""

    def careful(event: KeyPressEvent) -> None:
        try:
            handler(event)
        except Exception as error:  # noqa: BLE001 - a bug must not end the session
            event.app.exit(result=Aside(apology(error), event.current_buffer.document))

    return careful


def _inside_text(before: str) -> bool:
    """Return whether the cursor is inside quotes or a comment, where every key is text."""
    if before.lstrip().startswith("#"):
        return True
    tokens = lex_md(before)
    return bool(tokens) and tokens[-1].quoted and not tokens[-1].closed


def _lines(paste: str) -> list[str]:
    """Return the lines of *paste*; what is no text in it would only disturb the screen."""
    lines = paste.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").split("\n")
    return ["".join(filter(str.isprintable, line)) for line in lines]
