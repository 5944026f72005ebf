"""The MD-CLI's settings of one session: a small configuration of its own."""

from __future__ import annotations

from collections.abc import Iterable

from srpki.config.edit import Edit
from srpki.config.tree import EMPTY, Branch, get
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import Container, Leaf, child_of
from srpki.schema.paths import Value, path


class Environment:
    """What ``environment`` has set, with the defaults behind it."""

    def __init__(self) -> None:
        self.tree: Branch = EMPTY

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make *edits*, whose paths begin below ``environment``."""
        for edit in edits:
            self.tree = edit.apply(ENVIRONMENT, self.tree)

    def value(self, *names: str) -> Value:
        """Return the value of the leaf that *names* lead to, or its default."""
        found = get(self.tree, path(*names))
        if isinstance(found, (str, int)):
            return found
        node: object = ENVIRONMENT
        for name in names:
            assert isinstance(node, Container)
            node = child_of(node, name)
        assert isinstance(node, Leaf)
        assert node.default is not None
        return node.type.parse(node.default)

    def is_set(self, *names: str) -> bool:
        """Return whether the leaf that *names* lead to has been set."""
        return get(self.tree, path(*names)) is not None

    def words(self, *names: str) -> tuple[str, ...]:
        """Return the values of the leaf-list that *names* lead to."""
        found = get(self.tree, path(*names))
        return tuple(map(str, found)) if isinstance(found, tuple) else ()

    def flag(self, *names: str) -> bool:
        """Return whether the boolean leaf that *names* lead to is true."""
        return bool(self.value(*names))

    def number(self, *names: str) -> int:
        """Return the number at the leaf that *names* lead to."""
        return int(str(self.value(*names)))
