"""Lays out configurations, as a file or in part, and what became of them [cli.md 1.2, 1.4]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from srpki.cli.render.layout import ForReader, Layout, Lines, said
from srpki.cli.render.rules import DOUBLE, title
from srpki.cli.render.times import spell_time
from srpki.cli.render.tree import Form, info, with_defaults
from srpki.cli.render.xml import xml
from srpki.config import quick_writer
from srpki.config.defaults import effective
from srpki.config.text import INDENT, quote
from srpki.config.tree import Branch
from srpki.device.configuration.history import Author
from srpki.device.records.configuration import (
    CheckpointText,
    CommitHistory,
    CommitState,
    Configuration,
    DeletedCheckpoint,
    EmptyRegion,
    PersistentIndices,
    RevertedCheckpoint,
    SavedCheckpoint,
    SavedConfiguration,
)
from srpki.device.system import RELEASE, version_lines
from srpki.schema.nodes import Container
from srpki.schema.paths import Step

if TYPE_CHECKING:
    from srpki.config.json import Configured
    from srpki.config.tree import Element
    from srpki.schema.nodes import DataNode
    from srpki.schema.tree import SchemaTree


def configuration_file(
    schema: SchemaTree,
    data: Configuration,
    form: Form | Literal["xml"] = "braces",
    author: Author | None = None,
) -> Iterator[str]:
    """Yield the configuration as a file, as ``admin show configuration`` prints it to *author*."""
    root = schema.configure
    tree = branch(data.configure)
    if data.detail:
        tree = effective(root, tree)
    if form == "xml":
        yield xml(Container(name="", help="", children=(root,)), (Step(root.name),), tree)
        return
    if form == "json":
        yield info(root, tree, form, f"/{root.name}")
        return
    yield from _head(data, author)
    if form == "braces":
        yield f"{root.name} {{"
        yield from quick_writer.lines(root, tree, INDENT)
        yield from ("}", "", "persistent-indices {", "}")
    else:
        # Typed at the root, where this command is, the flat form needs the root's name too.
        place = f"/{root.name}" if form == "full-context" else root.name
        yield from info(root, tree, "full-context", place).splitlines()  # [observed-2.md 13]
    yield ""
    yield f"# Finished {spell_time(data.generated)}"


def _head(data: Configuration, author: Author | None) -> Iterator[str]:
    yield from (f"# {line}" for line in version_lines())
    yield f"# Configuration format version {RELEASE} revision 0"
    yield ""
    yield f"# Generated {spell_time(data.generated)}{_by(author)}"
    if data.last is not None:
        author = Author(data.last.user, data.last.interface, data.last.address or "")
        yield f"# Last modified {spell_time(data.last.time)}{_by(author, interface=True)}"
    yield ""


def _by(author: Author | None, *, interface: bool = False) -> str:
    if author is None:
        return ""
    how = f" ({author.interface})" if interface else ""
    return f" by {author.user}{how}" + (f" from {author.address}" if author.address else "")


def part(node: DataNode, element: Element, form: Form, place: str, *, detail: bool = False) -> str:
    """Return *element*, which *node* declares, without head; *place* is its full path."""
    return info(node, with_defaults(node, element) if detail else element, form, place)


def branch(configured: Configured) -> Branch:
    """Return the tree of a whole configuration."""
    assert isinstance(configured.element, Branch)
    return configured.element


# --- what was done --------------------------------------------------------------------------------

_REGIONS: Final = {
    "bof": "boot options",
    "debug": "debug output",
    "li": "lawful interception",
}
"""The regions that are not emulated, and what SR OS keeps there."""


def _commits(data: CommitHistory, moment: Callable[[datetime], str]) -> Iterator[str]:
    """Yield a block a commit [cli.md 1.4]."""
    yield ""
    yield from title("Commit History")
    yield f"Total Commits : {len(data.commit)}"
    for commit in data.commit:
        yield ""
        yield str(commit.commit_id)
        yield from about(commit, moment)
    yield DOUBLE


def about(commit: CommitState, moment: Callable[[datetime], str]) -> Iterator[str]:
    """Yield what there is to tell of a commit: who and when, why, and where it is saved."""
    origin = f" from {commit.address}" if commit.address else ""
    yield f"  Committed {moment(commit.time)} by {commit.user} ({commit.interface}){origin}"
    if commit.comment:
        yield f"  Comment   {quote(commit.comment)}"
    if commit.location:
        yield f'  Location  "{commit.location}"'


def _empty_region(data: EmptyRegion) -> Lines:
    what = f"{_REGIONS[data.region]} are not emulated"
    return said(f"# Nothing is configured in the {data.region} region: {what}.")


def _saved(data: SavedConfiguration) -> Lines:
    return said(f"Writing configuration to {data.url}", "Saving configuration OK", "Completed.")


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {  # those of both CLIs
    CheckpointText: lambda data: said(*data.lines),
    CommitHistory: lambda data: ForReader(lambda reader: _commits(data, reader.moment)),
    Configuration: lambda data: ForReader(lambda reader: configuration_file(reader.schema, data)),
    DeletedCheckpoint: lambda data: said(f"Deleting rollback configuration {data.url}... OK"),
    EmptyRegion: _empty_region,
    PersistentIndices: lambda _data: said("# Nothing that is emulated has a persistent index."),
    RevertedCheckpoint: lambda data: said(f"Restoring rollback configuration {data.url}... OK"),
    SavedCheckpoint: lambda data: said(f"Saving rollback configuration to {data.url}... OK"),
    SavedConfiguration: _saved,
}
