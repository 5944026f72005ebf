"""Aliases: words of the operator's own for commands, where they are mounted [cli.md 1.7]."""

from __future__ import annotations

from typing import Final, Protocol

from srpki.cli.effects import Command, Input
from srpki.cli.grammar import Grammar, Keyword, Many, Seq, Slot
from srpki.cli.md.environment import Environment, enabled_aliases
from srpki.cli.meaning import Meaning
from srpki.cli.port import Answer, RefusalError
from srpki.config.lexer import is_plain
from srpki.config.text import quote
from srpki.config.tree import Branch, Entries
from srpki.schema.types import Text

_DEEPEST: Final = 16
"""Aliases that may stand for one another; more are taken for a circle."""

_GLOBAL: Final = "global"
_ARGUMENT: Final = Slot(
    "argument", Text(length=(1, 255)), "A word that is added to the command",
    (Input("argument", many=True),),
)  # fmt: skip


def mounted(aliases: Branch, place: str) -> tuple[Grammar, ...]:
    """Return the *aliases* that are known at *place*, a context after a slash, or everywhere."""
    return tuple(
        Seq((_keyword(name, alias), Many(_ARGUMENT)))
        for name, alias in enabled_aliases(aliases)
        if place in _points(alias)
    )


def everywhere(aliases: Branch) -> tuple[Grammar, ...]:
    """Return the *aliases* that are known in every context."""
    return mounted(aliases, _GLOBAL)


def places(aliases: Branch) -> frozenset[str]:
    """Return the contexts in which some of *aliases* are known."""
    found = (point for _, alias in enabled_aliases(aliases) for point in _points(alias))
    return frozenset(found) - {_GLOBAL}


def _points(alias: Branch) -> frozenset[str]:
    entries = alias.get("mount-point")
    return (
        frozenset(str(keys[0]) for keys in entries) if isinstance(entries, Entries) else frozenset()
    )


def _keyword(name: str, alias: Branch) -> Keyword:
    help_ = str(alias.get("description") or f"Alias of: {alias['cli-command']}")
    return Keyword(name, help_, (Command("alias"), Input("alias", constant=name)))


class Feeder(Protocol):
    """The CLI, as far as an alias sees it."""

    @property
    def environment(self) -> Environment:
        """The settings of the session, the aliases among them."""
        ...

    def feed(self, line: str) -> Answer:
        """Answer *line*."""
        ...


class Aliases:
    """Runs what an alias stands for."""

    def __init__(self, shell: Feeder) -> None:
        """Work for *shell*, which runs the command."""
        self._shell = shell
        self._depth = 0
        self.commands = {"alias": self._run}

    @property
    def running(self) -> bool:
        """Whether the line that is read comes from an alias."""
        return self._depth > 0

    def _run(self, said: Meaning) -> Answer:
        name = str(said.inputs["alias"])
        if self._depth == _DEEPEST:
            raise RefusalError(
                "MINOR: CLI #2005: Error while processing command -"
                f" alias '{name}' leads back to itself"
            )
        wanted = dict(enabled_aliases(self._shell.environment.aliases))[name]
        given = said.inputs.get("argument", ())
        words = [str(word) for word in given] if isinstance(given, tuple) else []
        spelled = [word if is_plain(word) else quote(word) for word in words]
        self._depth += 1
        try:
            return self._shell.feed(" ".join([str(wanted["cli-command"]), *spelled]))
        finally:
            self._depth -= 1
