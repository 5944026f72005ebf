"""Lays out a configuration for ``info`` and for a file of the classic CLI [cli.md 3.1, 3.3]."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final

from srpki.cli.classic.layout import Order, SectionPlace, required
from srpki.cli.classic.words import (
    begun,
    ending,
    entry_line,
    line_words,
    only_defaults,
    spelled_value,
)
from srpki.cli.reading import Context, context_at
from srpki.cli.render.rules import INFO
from srpki.cli.render.times import file_date
from srpki.config.defaults import effective
from srpki.config.text import INDENT, quote
from srpki.config.tree import EMPTY, Branch, Element, Entries, get
from srpki.device.system import version_lines
from srpki.schema.classic import Names, Place, further_words, keyword_of, shutdown_word
from srpki.schema.nodes import (
    Choice,
    Container,
    Deferred,
    Joined,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Numbered,
    Section,
    data_children,
)
from srpki.schema.paths import Path, path
from srpki.schema.types import Boolean, Empty

_BANNER: Final = "#" + "-" * 50


def classic_info(
    root: Container, tree: Branch, context: Path, margin: int, *, detail: bool = False
) -> str:
    """Return what ``info`` prints at *context*, below the *root*, between rules.

    *margin* is the depth of the context, the root counted. What is shut down by default says so;
    with *detail* all other defaults are there too, and the ``no`` forms of what has none.
    """
    listing = _Listing(root, detail=detail, states=True)
    return "\n".join((INFO, *listing.lines(tree, context, INDENT * margin), INFO))


def classic_file(
    root: Container, tree: Branch, generated: datetime, *, detail: bool = False
) -> str:
    """Return *tree* as a classic configuration file, which says what is there and no more.

    With *detail* default values are there too.
    """
    stamp = file_date(generated)
    return "\n".join(
        (
            "",
            *(f"# {line}" for line in version_lines()),
            f"# Generated {stamp}",
            "",
            "exit all",
            root.name,
            *classic_lines(root, tree, detail=detail),
            "exit all",
            "",
            f"# Finished {stamp}",
        )
    )


def classic_lines(root: Container, tree: Branch, *, detail: bool = False) -> Iterator[str]:
    """Yield the lines of *tree* as they stand in a file below the line of the *root*."""
    return _Listing(root, detail=detail, states=False).lines(tree, (), INDENT)


class _Listing:
    """Writes pieces of a configuration; *detail* shows defaults, *states* those of shutdown."""

    def __init__(self, root: Container, *, detail: bool, states: bool) -> None:
        self._root = root
        self._order = Order(root)
        self._detail = detail
        self._states = states

    def lines(self, tree: Branch, context: Path, indent: str) -> Iterator[str]:
        """Yield the content of *context*; sections in it stand under their banners."""
        node = context_at(self._root, context)
        if self._detail and not context:
            tree = effective(self._root, tree)
        found = get(tree, context)
        branch = found if isinstance(found, Branch) else EMPTY
        if self._detail and context:
            branch = effective(node, branch)
        steps = tuple(step.name for step in context)
        sectioned = node is self._root or isinstance(node.classic, Section)
        if not sectioned:
            yield from self._content(node, branch, steps, indent)
            return
        sections = self._order.sections()
        for section in sections:
            if section is sections[-1] and not self._states:
                # The last may end what can be done: what is switched on later comes before it.
                for other in (one for one in sections if one.section.later):
                    yield from self._section(node, branch, other, len(steps), indent, later=True)
            if section.steps[: len(steps)] == steps:
                yield from self._section(node, branch, section, len(steps), indent)

    def _section(
        self,
        node: Context,
        branch: Branch,
        section: SectionPlace,
        depth: int,
        indent: str,
        *,
        later: bool = False,
    ) -> Iterator[str]:
        """Yield *section* with the contexts that lead to it from *node*, *depth* steps down.

        Its *later* part switches on what the section itself leaves off.
        """
        below = section.steps[depth:]
        words: list[str] = []
        for step in path(*below):
            node = context_at(node, (step,))
            words.append(keyword_of(node))
        found = get(branch, path(*below))
        content = found if isinstance(found, Branch) else EMPTY
        inner = indent + INDENT * len(below)
        if later:
            title, lines = section.section.later, tuple(_switched_on(section.node, content, inner))
        else:
            title = section.section.title
            lines = tuple(self._content(section.node, content, section.steps, inner, section.holds))
        if not lines:
            return
        yield from (_BANNER, f"echo {quote(title)}", _BANNER)
        yield from (indent + INDENT * level + word for level, word in enumerate(words))
        yield from lines
        yield from (f"{indent}{INDENT * level}exit" for level in reversed(range(len(words))))

    def _content(
        self,
        node: Context,
        branch: Branch,
        steps: Names,
        indent: str,
        holds: Callable[[Place], bool] = lambda _: True,
    ) -> Iterator[str]:
        named = [leaf.name for leaf in required(node)] if isinstance(node, ListNode) else []
        named += _beside(node, branch)
        for place in self._order.children(node, steps):
            if isinstance(place.node.classic, Section) or not holds(place):
                continue
            if place.node.name not in named:
                yield from self._place(place, branch, steps, indent)

    def _place(self, place: Place, branch: Branch, steps: Names, indent: str) -> Iterator[str]:
        prefix, node = place
        found = get(branch, path(*prefix))
        held = found if isinstance(found, Branch) else EMPTY
        below = (*steps, *prefix, node.name)
        if isinstance(node, Choice):
            yield from self._choice(node, held, indent)
        elif isinstance(node, Leaf | LeafList):
            yield from self._joined(node, held, indent)
        elif isinstance(node, Container):
            yield from self._container(node, held.get(node.name), below, indent)
        elif isinstance(node, ListNode):
            yield from self._list(node, held.get(node.name), below, indent)

    def _choice(self, choice: Choice, branch: Branch, indent: str) -> Iterator[str]:
        assert isinstance(choice.classic, Line)
        scope = tuple(child for case in choice.cases for child in case.children)
        words = line_words(choice.classic.items, scope, branch)
        if words:
            yield " ".join((indent + choice.classic.keyword, *words))
        elif self._detail:
            yield f"{indent}no {choice.classic.keyword}"

    def _joined(self, node: Leaf | LeafList, held: Branch, indent: str) -> Iterator[str]:
        """Yield the line of *node*, with the value that belongs on it or without itself there."""
        line = list(self._value(node, held.get(node.name), indent))
        if isinstance(node.classic, Joined) and node.name in held and node.classic.beside in held:
            line = [f"{line[0]} {node.classic.beside} {held[node.classic.beside]}"]
        yield from line

    def _value(self, node: Leaf | LeafList, value: Element | None, indent: str) -> Iterator[str]:
        word = keyword_of(node)
        shutdown = shutdown_word(node)
        if shutdown:
            if value is None and self._states and isinstance(node, Leaf):
                value = node.default
            if value is not None:
                yield f"{indent}no {shutdown}" if value == "enable" else indent + shutdown
        elif isinstance(node.type, Boolean | Empty):
            if value is True:
                yield indent + word
            elif value is False or self._detail:
                yield f"{indent}no {word}"
        elif value is None or isinstance(value, Branch | Entries):
            if self._detail:
                yield f"{indent}no {word}"
        else:
            for item in value if isinstance(value, tuple) else (value,):
                yield f"{indent}{word} {spelled_value(node, item)}"

    def _container(
        self, node: Container, held: Element | None, steps: Names, indent: str
    ) -> Iterator[str]:
        inside = held if isinstance(held, Branch) else EMPTY
        if isinstance(node.classic, Deferred) and not self._states and _is_on(inside):
            inside = inside.but("admin-state", "disable")
        if isinstance(node.classic, Line):
            words = line_words(node.classic.items, node.children, begun(node.classic, node, inside))
            if words and not (self._detail and only_defaults(node.classic, node, inside)):
                yield " ".join((indent + node.classic.keyword, *words))
            elif self._detail:
                yield f"{indent}no {node.classic.keyword}"
        elif held is not None or (self._detail and not node.presence):
            lines = tuple(self._content(node, inside, steps, indent + INDENT))
            if lines or node.presence:
                create = ("create",) if node.presence else ()
                yield indent + " ".join((keyword_of(node), *further_words(node), *create))
                yield from lines
                yield f"{indent}exit"
        elif self._detail:
            yield " ".join((f"{indent}no", keyword_of(node), *further_words(node)))

    def _list(
        self, node: ListNode, entries: Element | None, steps: Names, indent: str
    ) -> Iterator[str]:
        if not isinstance(entries, Entries):
            return
        within = node.classic.within if isinstance(node.classic, Numbered) else ""
        if within:
            yield indent + within
            inside = self._entries(node, entries, steps, indent + INDENT)
            yield from (*inside, f"{indent}exit")
        else:
            yield from self._entries(node, entries, steps, indent)

    def _entries(
        self, node: ListNode, entries: Entries, steps: Names, indent: str
    ) -> Iterator[str]:
        for keys, entry in entries.items():
            if isinstance(node.classic, Line):
                held = dict(zip(node.keys, keys, strict=True))
                words = line_words(node.classic.items, node.children, Branch({**entry, **held}))
                if words:
                    yield " ".join((indent + node.classic.keyword, *words))
                continue
            yield indent + entry_line(node, keys, entry) + ending(node, keys)
            yield from self._content(node, entry, steps, indent + INDENT)
            yield f"{indent}exit"


def _is_on(branch: Branch) -> bool:
    return branch.get("admin-state") == "enable"


def _switched_on(node: Context, branch: Branch, indent: str) -> Iterator[str]:
    """Yield the lines that switch on what is `Deferred` in *node*, with the contexts around it."""
    for child in data_children(node):
        held = branch.get(child.name)
        if isinstance(child, Container) and isinstance(held, Branch):
            deferred = isinstance(child.classic, Deferred)
            on = [f"{indent}{INDENT}no shutdown"] if deferred and _is_on(held) else []
            yield from _around(
                keyword_of(child), on or _switched_on(child, held, indent + INDENT), indent
            )
        elif isinstance(child, ListNode) and isinstance(held, Entries):
            for keys, entry in held.items():
                inner = _switched_on(child, entry, indent + INDENT)
                yield from _around(entry_line(child, keys, entry), inner, indent)


def _around(head: str, inner: Iterable[str], indent: str) -> Iterator[str]:
    lines = tuple(inner)
    if lines:
        yield from (indent + head, *lines, f"{indent}exit")


def _beside(node: Context, branch: Branch) -> list[str]:
    """Return the leafs of *node* that stand on the lines of others."""
    leafs = [child for child in node.children if isinstance(child, Leaf) and child.name in branch]
    return [leaf.classic.beside for leaf in leafs if isinstance(leaf.classic, Joined)]
