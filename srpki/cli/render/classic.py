"""Lays out a configuration for ``info`` of the classic CLI [cli.md 3.1, 3.3]."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from srpki.cli.classic.lines import keyword_of, member
from srpki.config.text import INDENT, quote, spell_value
from srpki.config.tree import EMPTY, Branch, Element, Entries, get
from srpki.schema.nodes import (
    Absent,
    Arg,
    Case,
    Choice,
    Container,
    Either,
    Inline,
    Item,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Maybe,
    Node,
    Word,
)
from srpki.schema.paths import Key, Step, Value
from srpki.schema.types import SEALED_MARK, Boolean, Empty, Text

RULE = "-" * 46
Context = Container | ListNode


def classic_info(node: Context, branch: Branch, indent: str, *, detail: bool = False) -> str:
    """Return the content of *node* between rules, each line begun by *indent*.

    With *detail* also the ``no`` forms of what is not there.
    """
    return "\n".join((RULE, *content(node, branch, indent, detail=detail), RULE))


def classic_file(
    root: Container, tree: Branch, generated: datetime, *, detail: bool = False
) -> str:
    """Return *tree* as a classic configuration file, without section banners [cli.md 3.3].

    With *detail* also the ``no`` forms of what is not there.
    """
    stamp = f"{generated:%a %b %d %H:%M:%S %Y} UTC".upper()
    return "\n".join(
        (
            "# srpki, an emulator of SR OS 26.3",
            f"# Generated {stamp}",
            "",
            "exit all",
            root.name,
            *content(root, tree, INDENT, detail=detail),
            "exit all",
            "",
            f"# Finished {stamp}",
        )
    )


def content(node: Context, branch: Branch, indent: str, *, detail: bool) -> Iterator[str]:
    """Yield the lines of the content of *node*; its ``shutdown`` comes last."""
    skipped = node.keys if isinstance(node, ListNode) else ()
    children = tuple(child for child in node.children if child.name not in skipped)
    yield from _children(children, branch, indent, detail=detail)
    state = next((child for child in children if child.name == "admin-state"), None)
    if isinstance(state, Leaf):
        up = branch.get("admin-state", state.default) == "enable"
        yield f"{indent}no shutdown" if up else f"{indent}shutdown"


def _children(
    children: tuple[Node, ...], branch: Branch, indent: str, *, detail: bool
) -> Iterator[str]:
    for child in children:
        if isinstance(child, Case):
            yield from _children(child.children, branch, indent, detail=detail)
        elif isinstance(child, Choice):
            yield from _choice(child, branch, indent, detail=detail)
        elif isinstance(child, Leaf | LeafList):
            if child.name != "admin-state" and not isinstance(child.classic, Absent):
                yield from _value(child, branch, indent, detail=detail)
        elif isinstance(child, Container):
            yield from _container(child, branch, indent, detail=detail)
        elif isinstance(child, ListNode):
            yield from _list(child, branch, indent, detail=detail)


def _choice(choice: Choice, branch: Branch, indent: str, *, detail: bool) -> Iterator[str]:
    scope = tuple(child for case in choice.cases for child in case.children)
    if not isinstance(choice.classic, Line):
        yield from _children(scope, branch, indent, detail=detail)
        return
    words = _words(choice.classic.items, scope, branch)
    if words:
        yield " ".join((indent + choice.classic.keyword, *words))


def _value(node: Leaf | LeafList, branch: Branch, indent: str, *, detail: bool) -> Iterator[str]:
    word = keyword_of(node)
    value = branch.get(node.name)
    if isinstance(node.type, Boolean | Empty):
        if value is True:
            yield indent + word
        elif value is False or detail:
            yield f"{indent}no {word}"
    elif value is None or isinstance(value, Branch | Entries):
        if detail:
            yield f"{indent}no {word}"
    elif isinstance(node, LeafList):
        for item in value if isinstance(value, tuple) else (value,):
            yield f"{indent}{word} {spell_value(node.type, item)}"
    else:
        yield f"{indent}{word} {_spelled(node, value)}"


def _spelled(node: Leaf | LeafList, value: Value) -> str:
    if isinstance(node.type, Text) and node.type.secret:
        return quote(str(value).removesuffix(SEALED_MARK)) + SEALED_MARK
    return spell_value(node.type, value)


def _container(node: Container, branch: Branch, indent: str, *, detail: bool) -> Iterator[str]:
    held = branch.get(node.name)
    inside = held if isinstance(held, Branch) else EMPTY
    if isinstance(node.classic, Absent):
        return
    if isinstance(node.classic, Line):
        words = _words(node.classic.items, node.children, inside)
        if words and held is not None:
            yield " ".join((indent + node.classic.keyword, *words))
        elif detail:
            yield f"{indent}no {node.classic.keyword}"
    elif isinstance(node.classic, Inline):
        yield from _children(node.children, inside, indent, detail=detail)
    elif held is not None or (detail and not node.presence):
        lines = tuple(content(node, inside, indent + INDENT, detail=detail))
        if lines or node.presence:
            yield indent + keyword_of(node)
            yield from lines
            yield f"{indent}exit"


def _list(node: ListNode, branch: Branch, indent: str, *, detail: bool) -> Iterator[str]:
    entries = branch.get(node.name)
    if not isinstance(entries, Entries) or isinstance(node.classic, Absent):
        return
    for keys, entry in entries.items():
        if isinstance(node.classic, Line):
            held = dict(zip(node.keys, keys, strict=True))
            words = _words(node.classic.items, node.children, Branch({**entry, **held}))
            if words:
                yield " ".join((indent + node.classic.keyword, *words))
            continue
        yield f"{indent}{_entry(node, keys)} create"
        yield from content(node, entry, indent + INDENT, detail=detail)
        yield f"{indent}exit"


def _entry(node: ListNode, keys: tuple[Key, ...]) -> str:
    spelled = (spell_value(leaf.type, key) for leaf, key in zip(node.key_leafs, keys, strict=True))
    first, *others = spelled
    named = (f"{name} {key}" for name, key in zip(node.keys[1:], others, strict=True))
    return " ".join((keyword_of(node), first, *named))


# --- one-line commands ---


def _words(items: tuple[Item, ...], scope: tuple[Node, ...], branch: Branch) -> list[str] | None:
    """Return *items* with their values; None when one that cannot be left out has none."""
    words: list[str] = []
    for item in items:
        found = _item(item, scope, branch)
        if found is None:
            return None
        words += found
    return words


def _item(item: Item, scope: tuple[Node, ...], branch: Branch) -> list[str] | None:
    match item:
        case Maybe(items):
            return _words(items, scope, branch) or []
        case Either(alternatives):
            tried = (_words(items, scope, branch) for items in alternatives)
            return next((words for words in tried if words), None)
        case Word(keyword, leaf):
            there = not leaf or _held(leaf, branch) is not None
            return [keyword] if there else None
        case Arg():
            return _arg(item, scope, branch)


def _arg(item: Arg, scope: tuple[Node, ...], branch: Branch) -> list[str] | None:
    value = _held(item.leaf, branch)
    if value is None or value is False or isinstance(value, Branch | Entries):
        return None
    if value is True:
        return [item.keyword]
    node = member(scope, item.leaf)
    assert isinstance(node, Leaf | LeafList)
    text = next((word for word, meant in item.words if meant == value), _spelled(node, value))
    return [item.keyword, text] if item.keyword else [text]


def _held(name: str, branch: Branch) -> Element | None:
    return get(branch, tuple(map(Step, name.split("/"))))
