"""Lays out whole configurations: as a file, or a part of one [cli.md 1.2, 1.4]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from srpki.cli.render.times import spell_time
from srpki.cli.render.tree import Layout, info, with_defaults
from srpki.cli.render.xml import xml
from srpki.config.defaults import effective
from srpki.config.text import INDENT, brace_lines
from srpki.device.results import Configuration
from srpki.device.system import RELEASE, version_lines
from srpki.schema.nodes import Container
from srpki.schema.paths import Step

if TYPE_CHECKING:
    from srpki.config.tree import Element
    from srpki.device.configuration.history import Author
    from srpki.schema.nodes import DataNode
    from srpki.schema.tree import SchemaTree


def configuration_file(
    schema: SchemaTree,
    data: Configuration,
    layout: Layout | Literal["xml"] = "braces",
    author: Author | None = None,
) -> Iterator[str]:
    """Yield the configuration as a file, as ``admin show configuration`` prints it to *author*."""
    root = schema.configure
    tree = effective(root, data.tree) if data.detail else data.tree
    if layout == "xml":
        yield xml(Container(name="", help="", children=(root,)), (Step(root.name),), tree)
        return
    if layout == "json":
        yield info(root, tree, layout, f"/{root.name}")
        return
    yield from _head(data, author)
    if layout == "braces":
        yield f"{root.name} {{"
        yield from brace_lines(root, tree, INDENT)
        yield from ("}", "", "persistent-indices {", "}")
    else:
        # Typed at the root, where this command is, the flat form needs the root's name too.
        place = f"/{root.name}" if layout == "full-context" else root.name
        yield from info(root, tree, "full-context", place).splitlines()  # [observed-2.md 13]
    yield ""
    yield f"# Finished {spell_time(data.generated)}"


def _head(data: Configuration, author: Author | None) -> Iterator[str]:
    yield from (f"# {line}" for line in version_lines())
    yield f"# Configuration format version {RELEASE} revision 0"
    yield ""
    yield f"# Generated {spell_time(data.generated)}{_by(author)}"
    if data.last is not None:
        yield f"# Last modified {spell_time(data.last.time)}{_by(data.last.author, interface=True)}"
    yield ""


def _by(author: Author | None, *, interface: bool = False) -> str:
    if author is None:
        return ""
    how = f" ({author.interface})" if interface else ""
    return f" by {author.user}{how}" + (f" from {author.address}" if author.address else "")


def part(
    node: DataNode, element: Element, layout: Layout, place: str, *, detail: bool = False
) -> str:
    """Return *element*, which *node* declares, without head; *place* is its full path."""
    return info(node, with_defaults(node, element) if detail else element, layout, place)
