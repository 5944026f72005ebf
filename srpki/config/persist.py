"""The saved configuration: a tree to brace text, and back.

The text is that of `text.brace_lines` inside ``configure { }``.
"""

from __future__ import annotations

from srpki.config.braces import BraceReader
from srpki.config.strictness import LOAD
from srpki.config.text import INDENT
from srpki.config.tree import Branch
from srpki.schema.nodes import Container


def dump(root: Container, tree: Branch) -> str:
    """Return *tree*, the content of *root*, as text that `load` reads back."""
    from srpki.config import quick_writer  # noqa: PLC0415 - start-up time

    return "\n".join([f"{root.name} {{", *quick_writer.lines(root, tree, INDENT), "}", ""])


def load(root: Container, text: str) -> Branch:
    """Return the tree that *text* describes, nothing passed over that is not foreign.

    References, mandatory elements and maximum numbers are not looked at. Raises
    `InvalidInputError` that names the line.
    """
    reader = BraceReader(root, strictness=LOAD)
    reader.read(text)
    return reader.tree
