"""What of a line a user may do and is offered, alike in both CLIs.

Edits and operations are judged where they are done, whoever does them (`srpki.management`); here
are the commands of the session itself, where they lead, and what Tab, ``?`` and ``tree`` show.
What is hidden is refused before anything is told of it, as that it does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from srpki.cli import pipes
from srpki.cli.meaning import Meaning, meaning
from srpki.cli.walker import Match, Permits, anything
from srpki.config.lexer import Token
from srpki.core.errors import NotAuthorizedError
from srpki.management.access import spelling
from srpki.schema.nodes import Action, Case, Choice, Container, ListNode
from srpki.schema.paths import Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from srpki.cli.grammar import Keyword
    from srpki.management.access.rights import Rights
    from srpki.schema.nodes import DataNode, Node
    from srpki.schema.paths import Path

_MODES: Final = ("configure", "edit-config")
"""Commands that enter a configuration mode."""
_WRITE: Final = "file copy"
"""What a user must be permitted before he may write the output of a command to a file."""


class Host(Protocol):
    """The session, as far as it tells what its user may do."""

    @property
    def rights(self) -> Rights:
        """What the user may do."""
        ...


class Shell(Protocol):
    """One of the two CLIs."""

    context: Path

    @property
    def host(self) -> Host:
        """The session."""
        ...


def check(shell: Shell, said: Meaning) -> None:
    """Raise `NotAuthorizedError` for a command, a context or a redirect that is not the user's."""
    rights = shell.host.rights
    if rights.unlimited:
        return
    if not _commanded(rights, said):
        raise NotAuthorizedError(said.command)
    context = () if said.context == shell.context else said.context
    for place in (context, *(edit.path for edit in said.edits)):
        if not rights.reaches(place):
            raise NotAuthorizedError(place[-1].name)
    if said.modifiers and pipes.target(said.modifiers) and not rights.permits(_WRITE):
        raise NotAuthorizedError(">")


def _commanded(rights: Rights, said: Meaning) -> bool:
    """Return whether the session's own command that *said* names, if any, may be given."""
    if said.command in _MODES and "mode" in said.inputs:
        return rights.permits_mode(said.command, str(said.inputs["mode"]))
    if said.command in ("", "alias", *_MODES):
        return True  # what an alias stands for is judged when it runs
    return rights.permits(f"{said.command} {said.inputs.get('way', '')}")


def part(rights: Rights, node: DataNode, place: Path) -> DataNode:
    """Return of *node*, the schema at *place*, what may be shown to who has *rights*."""
    if rights.unlimited or not isinstance(node, Container | ListNode):
        return node
    return node._replace(children=tuple(_parts(rights, node.children, place)))


def _parts(rights: Rights, nodes: tuple[Node, ...], place: Path) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, Choice):
            cases = _parts(rights, node.cases, place)
            yield node._replace(cases=tuple(case for case in cases if isinstance(case, Case)))
        elif isinstance(node, Case):
            yield node._replace(children=tuple(_parts(rights, node.children, place)))
        elif isinstance(node, Action):
            if rights.begins(node.operation):
                yield node
        elif rights.reaches(here := (*place, Step(node.name))):
            yield part(rights, node, here)


def offered(shell: Shell, start: Path) -> Permits:
    """Return what tells which words of a line, read from *start*, the user is offered."""
    rights = shell.host.rights
    if rights.unlimited:
        return anything

    def permits(matches: Sequence[Match], keyword: Keyword) -> bool:
        typed = Match(keyword, Token(keyword.word, 0, 0))
        said = meaning((*matches, typed), shell.context, start)
        if said.operation:
            return rights.begins(said.operation)
        if not _commanded(rights, said):
            return False
        if not all(map(rights.reaches, (said.target, *(edit.path for edit in said.edits)))):
            return False
        # The name of a leaf says nothing by itself: its value will.
        named = () if keyword.effects else tuple(spelling.children(said.target, keyword.word))
        return not named or any(map(rights.reads, named))

    return permits
