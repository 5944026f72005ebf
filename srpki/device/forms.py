"""The two forms of a saved configuration: braces, and the lines of the classic CLI.

Which is written says ``configuration-mode``; which is read says the text itself.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final, Protocol

from srpki.config import persist
from srpki.config.management import configuration_mode, in_mode, names_mode
from srpki.config.tree import Branch
from srpki.core.clock import Clock
from srpki.schema.nodes import Container

_CLASSIC: Final = re.compile(r"^configure[ \t\r]*$", re.MULTILINE)
"""A line that a brace form never holds [cli.md 3.3]."""


class Form(Protocol):
    """A form that a configuration is written in."""

    def read(self, root: Container, text: str) -> Branch:
        """Return the tree that *text* describes; raises `InvalidInputError`, naming the line."""
        ...

    def write(self, root: Container, tree: Branch, generated: datetime) -> str:
        """Return *tree* as text that `read` reads back."""
        ...


class Forms:
    """Reads and writes configurations below *root*; without *classic*, braces only."""

    def __init__(self, root: Container, clock: Clock, classic: Form | None) -> None:
        self._root = root
        self._clock = clock
        self._classic = classic

    def encode(self, tree: Branch) -> str:
        """Return *tree* in the form of the configuration mode that it sets."""
        if self._classic is not None and configuration_mode(tree) == "classic":
            return self._classic.write(self._root, tree, self._clock.now())
        return persist.dump(self._root, tree)

    def decode(self, text: str) -> Branch:
        """Return the tree that *text*, in either form, describes; raises `InvalidInputError`.

        The classic form of a node that says nothing of its mode is that of a classic node.
        """
        if self._classic is not None and _CLASSIC.search(text):
            tree = self._classic.read(self._root, text)
            return tree if names_mode(tree) else in_mode(tree, "classic")
        return persist.load(self._root, text)
