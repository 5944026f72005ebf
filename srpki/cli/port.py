"""What the command line needs from below, and what it gives to a frontend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from srpki.schema.paths import Value

if TYPE_CHECKING:
    from srpki.config.datastore import Datastore
    from srpki.config.tree import Branch
    from srpki.device.results import Result
    from srpki.schema.tree import SchemaTree


class Device(Protocol):
    """The router, as far as a session sees it."""

    @property
    def schema(self) -> SchemaTree:
        """What can be configured, shown and run."""
        ...

    @property
    def datastore(self) -> Datastore:
        """The configuration, shared by all sessions."""
        ...

    def system_name(self) -> str:
        """Return the name for the prompt."""
        ...

    def run(self, operation: str, inputs: Mapping[str, Value]) -> Result:
        """Run *operation*; errors are messages of the result, never exceptions."""
        ...

    def state(self) -> Branch:
        """Return the live content of the state tree."""
        ...

    def choices(self, target: str) -> Sequence[str]:
        """Return the values that a reference to *target*, or a kind of file, may have now."""
        ...


class Answer(NamedTuple):
    """What came of a line: *text* to print and whether it went well.

    Unless it is empty, a newline is to be printed after the text, even where it ends in one.
    After a *question* the next line is its answer; a *closed* session takes no more lines.
    """

    text: str = ""
    ok: bool = True
    question: str | None = None
    closed: bool = False


class Offer(NamedTuple):
    """A completion: *text* takes the place of the last *replaces* characters before the cursor."""

    text: str
    replaces: int
    display: str


class RefusalError(Exception):
    """A line that the session refuses, in the words of its dialect."""

    def __init__(self, text: str) -> None:
        """Keep the *text*, of one line or more."""
        super().__init__(text)
        self.text = text
