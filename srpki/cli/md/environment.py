"""The MD-CLI's settings of one session: a small configuration of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from srpki.config.edit import Edit, restore
from srpki.config.tree import EMPTY, Branch, Element, Entries, get
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import Leaf
from srpki.schema.paths import Value, path
from srpki.schema.tree import node_at

CONFIGURED = path("system", "management-interface", "cli", "md-cli", "environment")
"""Where the configuration says what sessions begin with."""


class Environment:
    """What ``environment`` has set; behind it what was *configured*, and the default values."""

    def __init__(self, configured: Branch = EMPTY) -> None:
        """Begin with what is *configured* for new sessions."""
        self._configured = configured
        self.tree: Branch = configured
        self._values: dict[tuple[str, ...], Value] = {}
        self._found: dict[tuple[str, ...], Element | None] = {}

    @classmethod
    def of(cls, running: Branch) -> Environment:
        """Return what a session begins with while *running* is in use."""
        found = get(running, CONFIGURED)
        return cls(found if isinstance(found, Branch) else EMPTY)

    def apply(self, edits: Iterable[Edit]) -> None:
        """Make *edits*, whose paths begin below ``environment``.

        What is deleted goes back to what was configured when the session began [cli.md 1.7].
        """
        self._values.clear()
        self._found.clear()
        for edit in edits:
            if edit.kind == "delete":
                self.tree = restore(ENVIRONMENT, self.tree, self._configured, edit.path)
            else:
                self.tree = edit.apply(ENVIRONMENT, self.tree)

    def value(self, *names: str) -> Value:
        """Return the value of the leaf that *names* lead to, or its default.

        Each line that is typed asks for a dozen, so they are remembered until something is set, as
        what is set is.
        """
        if names not in self._values:
            self._values[names] = self._value(*names)
        return self._values[names]

    def _value(self, *names: str) -> Value:
        found = self._at(*names)
        if isinstance(found, (str, int)):
            return found
        node = node_at(ENVIRONMENT, *names)
        assert isinstance(node, Leaf)
        assert node.default is not None
        return node.type.parse(node.default)

    def is_set(self, *names: str) -> bool:
        """Return whether the leaf that *names* lead to has been set."""
        return self._at(*names) is not None

    def words(self, *names: str) -> tuple[str, ...]:
        """Return the values of the leaf-list that *names* lead to."""
        found = self._at(*names)
        return tuple(map(str, found)) if isinstance(found, tuple) else ()

    def flag(self, *names: str) -> bool:
        """Return whether the boolean leaf that *names* lead to is true."""
        return bool(self.value(*names))

    def number(self, *names: str) -> int:
        """Return the number at the leaf that *names* lead to."""
        return int(str(self.value(*names)))

    @property
    def aliases(self) -> Branch:
        """The content of ``command-alias``; the same object until an alias is changed."""
        found = self._at("command-alias")
        return found if isinstance(found, Branch) else EMPTY

    def _at(self, *names: str) -> Element | None:
        if names not in self._found:
            self._found[names] = get(self.tree, path(*names))
        return self._found[names]


def enabled_aliases(aliases: Branch) -> Iterator[tuple[str, Branch]]:
    """Yield the name and the settings of every alias that may be used."""
    entries = aliases.get("alias")
    for keys, alias in entries.items() if isinstance(entries, Entries) else ():
        if alias.get("admin-state") == "enable" and "cli-command" in alias:
            yield str(keys[0]), alias
