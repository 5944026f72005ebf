"""The words of one line of a classic configuration: an entry's, a value's, a one-line command's."""

from __future__ import annotations

from srpki.cli.classic.layout import required
from srpki.cli.classic.lines import member
from srpki.config.defaults import effective
from srpki.config.lexer import is_plain
from srpki.config.text import quote, spell_value
from srpki.config.tree import EMPTY, Branch, Element, Entries, get
from srpki.schema.classic import keyword_of
from srpki.schema.configure.log_types import NAMES, EventName
from srpki.schema.nodes import (
    Arg,
    Bare,
    Container,
    Either,
    Item,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Maybe,
    Node,
    Numbered,
    Quoted,
    Spelled,
    Word,
)
from srpki.schema.paths import Key, Value, path
from srpki.schema.types import SEALED_MARK, Reference, Text, ValueType


def ending(node: ListNode, keys: tuple[Key, ...]) -> str:
    """Return what makes an entry of *node* on its line: its name beside its number, or nothing."""
    if not isinstance(node.classic, Numbered):
        return " create"
    return f" name {quote(str(keys[0]))}" if node.classic.named else ""


def spelled_value(node: Leaf | LeafList, value: Value) -> str:
    """Return *value* of *node* as its line has it."""
    if isinstance(node.type, Text) and node.type.secret:
        return quote(str(value).removesuffix(SEALED_MARK)) + SEALED_MARK
    spelled = spell_value(node.type, value)
    if isinstance(node.classic, Quoted):
        return quote(str(value))
    if isinstance(node.classic, Spelled):
        spelled = next((word for word, meant in node.classic.words if meant == value), spelled)
    if isinstance(node.type, EventName):
        return node.type.number(str(value))
    bare = isinstance(node.classic, Bare) or (_is_numbered_name(node.type) and _is_number(value))
    return str(value) if bare and is_plain(str(value)) else spelled


def _is_numbered_name(kind: ValueType) -> bool:
    named = kind.type if isinstance(kind, Reference) else kind
    return isinstance(named, Text) and named.named in NAMES


def _is_number(value: Value) -> bool:
    """Return whether *value* is the name of a log that routers print as a number."""
    return str(value).isascii() and str(value).isdigit()


def entry_line(node: ListNode, keys: tuple[Key, ...], entry: Branch) -> str:
    """Return the line that begins the *entry* of *node* under *keys*, without what makes it."""
    spelled = (spelled_value(leaf, key) for leaf, key in zip(node.key_leafs, keys, strict=True))
    first, *others = spelled
    word = node.classic.word if isinstance(node.classic, Numbered) else ""
    words = [keyword_of(node), *([word] if word else ()), first]
    words += [f"{name} {key}" for name, key in zip(node.keys[1:], others, strict=True)]
    for leaf in required(node):
        value = entry.get(leaf.name)
        if value is not None and not isinstance(value, Branch | Entries):
            words.append(f"{keyword_of(leaf)} {spelled_value(leaf, value)}")
    return " ".join(words)


# --- one-line commands ---


def only_defaults(line: Line, node: Container, inside: Branch) -> bool:
    """Return whether the *line* lacks its first value and all that it says is so by default."""
    first = _item(line.items[0], node.children, inside)
    filled = effective(node, EMPTY)
    return not first and all(filled.get(name) == value for name, value in inside.items())


def begun(line: Line, node: Container, inside: Branch) -> Branch:
    """Return *inside* with the defaults of what its *line* cannot leave out, if it has anything."""
    leafs = (member(node.children, item.leaf) for item in line.items if isinstance(item, Arg))
    defaults = {
        leaf.name: leaf.type.parse(leaf.default)
        for leaf in leafs
        if isinstance(leaf, Leaf) and leaf.default is not None and inside
    }
    return Branch({**defaults, **inside})


def line_words(
    items: tuple[Item, ...], scope: tuple[Node, ...], branch: Branch
) -> list[str] | None:
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
            return line_words(items, scope, branch) or []
        case Either(alternatives):
            tried = (line_words(items, scope, branch) for items in alternatives)
            return next((words for words in tried if words), None)
        case Word(keyword, leaf):
            there = not leaf or _held(leaf, branch) is not None
            return [quote(keyword) if item.quoted else keyword] if there else None
        case Arg():
            return _arg(item, scope, branch)


def _arg(item: Arg, scope: tuple[Node, ...], branch: Branch) -> list[str] | None:
    value = _held(item.leaf, branch)
    if value is None or isinstance(value, Branch | Entries):
        return None
    if isinstance(value, bool) and not item.words:
        return [item.keyword] if value else None
    node = member(scope, item.leaf)
    assert isinstance(node, Leaf | LeafList)
    if isinstance(value, tuple):
        text = " ".join(spelled_value(node, one) for one in value)
        return [item.keyword, text] if item.keyword else [text]
    said = node.type.format(value)
    text = next((word for word, meant in item.words if meant == said), spelled_value(node, value))
    return [item.keyword, text] if item.keyword else [text]


def _held(name: str, branch: Branch) -> Element | None:
    return get(branch, path(*name.split("/")))
