"""What a classic line changes, and whether the classic CLI may change it [cli.md 1.8, 3.1]."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from srpki.cli.classic.dialect import ClassicDialect
from srpki.cli.meaning import Meaning
from srpki.cli.port import RefusalError
from srpki.cli.remarks import without_effect
from srpki.config.edit import Edit
from srpki.config.management import check_classic, check_immediate
from srpki.config.text import spell_entry
from srpki.config.tree import Branch
from srpki.core.errors import NotFoundError, SrpkiError
from srpki.management.port import Flash
from srpki.schema.classic import keyword_of
from srpki.schema.nodes import Container, Leaf, ListNode, Numbered, child_of
from srpki.schema.paths import Path, path
from srpki.schema.types import ValueTypeError

Holds = Callable[[Path], bool]
"""Tells whether there is something at a path below ``configure``."""
_MANAGEMENT: Final = path("system", "management-interface")
_LOCATION: Final = (*_MANAGEMENT, *path("cli", "classic-cli", "rollback", "location"))


def entry_words(dialect: ClassicDialect, context: Path) -> str:
    """Return the entry at *context* as it is typed."""
    node = dialect.node(context)
    assert isinstance(node, ListNode)
    return spell_entry(node._replace(name=keyword_of(node)), context[-1].keys)


def made(
    dialect: ClassicDialect, said: Meaning, holds: Holds, *, create_needed: bool
) -> list[Path]:
    """Return the entries that *said* enters and that are not there; the paths begin below the root.

    Raises `RefusalError` where *create_needed* and the word ``create`` is not there.
    """
    found = [
        path
        for path in said.entered
        if path[0].name == "configure" and path[-1].keys and not holds(path[1:])
    ]
    wanted = [path for path in found if not isinstance(dialect.node(path).classic, Numbered)]
    if wanted and create_needed and not said.create:
        entry = entry_words(dialect, wanted[0])
        raise RefusalError(f'MINOR: CLI Cannot create {entry} - missing "create" keyword.')
    return [path[1:] for path in found]


def edits(dialect: ClassicDialect, said: Meaning, holds: Holds) -> Iterator[Edit]:
    """Yield the edits of *said* below ``configure`` that may change what is there.

    Raises `RefusalError` for a value that is none, and an entry that is removed and not there.
    """
    for edit in said.edits:
        place = edit.path[1:]
        if edit.kind == "create" and holds(place):
            continue
        parent = dialect.node(edit.path[:-1])
        node = child_of(parent, place[-1].name)
        if edit.kind == "delete" and isinstance(node, ListNode) and not holds(place):
            raise RefusalError(
                f"MINOR: CLI Entry does not exist - {entry_words(dialect, edit.path)}."
            )
        if edit.kind == "set" and isinstance(node, Leaf) and node.units == "seconds":
            _check_range(node, edit)
        yield Edit(edit.kind, place, edit.value)


def _check_range(leaf: Leaf, edit: Edit) -> None:
    """Refuse a number that was given in days, hours, minutes and seconds and does not fit."""
    try:
        leaf.type.parse(str(edit.value))
    except ValueTypeError as error:
        raise RefusalError(f"Error: Invalid parameter. {error}") from None


def check_allowed(running: Branch, wanted: Sequence[Edit]) -> None:
    """Raise `RefusedError` where the *running* configuration does not allow the *wanted* edits.

    What allows them can itself be edited without ``allow-immediate``: a node in classic mode could
    not be changed at all otherwise.
    """
    if not wanted:
        return
    check_classic(running)
    if any(edit.path[: len(_MANAGEMENT)] != _MANAGEMENT for edit in wanted):
        check_immediate(running)


def remark(root: Container, files: Flash, made_edits: Sequence[Edit]) -> str:
    """Return what is told after *made_edits*, below *root*.

    A value may have no effect here, and a new rollback location no checkpoint.
    """
    told = [*without_effect(root, made_edits), _no_checkpoint(files, made_edits)]
    return "\n".join(filter(None, told))


def _no_checkpoint(files: Flash, made_edits: Sequence[Edit]) -> str:
    for edit in made_edits:
        if edit.kind == "set" and edit.path == _LOCATION:
            try:
                files.read(f"{edit.value}.rb")
            except NotFoundError:
                return "INFO: CLI No checkpoints currently exist at the rollback location."
            except SrpkiError:  # it is there, whatever is wrong with it
                return ""
    return ""
