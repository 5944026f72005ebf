"""The two forms of a saved configuration: braces, and the lines of the classic CLI.

Which is written says ``configuration-mode``; which is read says the text itself, for every way in.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, Protocol

from srpki.config import persist
from srpki.config.braces import BraceReader
from srpki.config.management import configuration_mode, in_mode, names_mode
from srpki.config.strictness import BOOT, Found, Strictness, check_size
from srpki.config.tree import EMPTY, Branch
from srpki.core.clock import Clock
from srpki.core.patterns import regex
from srpki.core.values import NamedTuple
from srpki.schema.nodes import Container

_CONFIGURE: Final = regex(r"^configure[ \t\r]*$", re.MULTILINE)
"""A line that a brace form never holds [cli.md 3.3]."""
_BRACE: Final = regex(r"\{[ \t\r]*$", re.MULTILINE)
_CLASSIC: Final = regex(r"(^[ \t]+exit|^exit all| create| shutdown)[ \t\r]*$", re.MULTILINE)
"""What lines of the classic CLI end in, where ``configure`` stands on each of them."""


class Reader(Protocol):
    """Reads one text of configuration into a tree."""

    @property
    def tree(self) -> Branch:
        """What was read so far."""
        ...

    def read(self, text: str) -> Found:
        """Read *text*; raises `InvalidInputError`, naming the line. What stands before it stays."""
        ...


class Form(Protocol):
    """A form that a configuration is written in."""

    def reader(self, root: Container, tree: Branch, strictness: Strictness) -> Reader:
        """Return what reads this form into a tree below *root*, which begins as *tree*."""
        ...

    def write(self, root: Container, tree: Branch, generated: datetime) -> str:
        """Return *tree* as text that a reader reads back."""
        ...


class Decoded(NamedTuple):
    """The *tree* that a text describes, and what was *found* on the way."""

    tree: Branch
    found: Found


class Forms:
    """Reads and writes configurations below *root*; without *classic*, braces only."""

    def __init__(self, root: Container, clock: Clock, classic: Form | None) -> None:
        self._root = root
        self._clock = clock
        self._classic = classic

    def dates(self, tree: Branch) -> bool:
        """Return whether the form of *tree* tells when it was made."""
        return self._classic is not None and configuration_mode(tree) == "classic"

    def encode(self, tree: Branch) -> str:
        """Return *tree* in the form of the configuration mode that it sets."""
        if self._classic is not None and self.dates(tree):
            return self._classic.write(self._root, tree, self._clock.now())
        return persist.dump(self._root, tree)

    def reader(self, text: str, tree: Branch = EMPTY, strictness: Strictness = BOOT) -> Reader:
        """Return what reads *text*, in either form, into a tree that begins as *tree*.

        Raises `InvalidInputError` where the text is longer than any configuration.
        """
        check_size(text)
        if self._classic is not None and is_classic(text):
            return self._classic.reader(self._root, tree, strictness)
        return BraceReader(self._root, tree, strictness)

    def decode(self, text: str, strictness: Strictness = BOOT) -> Decoded:
        """Return what *text*, a whole configuration, describes; raises `InvalidInputError`.

        The classic form of a node that says nothing of its mode is that of a classic node.
        """
        reader = self.reader(text, strictness=strictness)
        found, tree = reader.read(text), reader.tree
        if found.form == "classic" and not names_mode(tree):
            tree = in_mode(tree, "classic")
        return Decoded(tree, found)


def is_classic(text: str) -> bool:
    """Return whether *text* is of the classic CLI, rather than of the MD-CLI."""
    if _CONFIGURE.search(text):
        return True
    return not _BRACE.search(text) and bool(_CLASSIC.search(text))
