"""Match strings and commands in one canonical form: the steps of the MD-CLI's tree, then values.

Profiles may hold the words of either CLI [7750 SR system management guide 22.7, authorization
profiles for different interfaces]; a router compares them with what was typed. Here both are read
by the schema, so that one entry covers what it names in whatever way that is reached. Decided:

* words may be abbreviated where only one fits, quotes and a leading slash mean nothing;
* the keys of a list entry may be left out, which means every entry, and so does ``*``; a word that
  is the name of an element of the list is that element, not a key;
* what stands after a leaf is its value, after a command its inputs;
* ``shutdown`` is ``admin-state``, ``no`` means nothing;
* what the tree does not have stays as its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from srpki.config.lexer import lex_md
from srpki.core.values import NamedTuple
from srpki.schema.classic import Names, Placed, keyword_of, places, shutdown_word
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import (
    Action,
    Choice,
    Container,
    Leaf,
    Line,
    ListNode,
    Numbered,
    Word,
    child_of,
    data_children,
)
from srpki.schema.once import once_a_node
from srpki.schema.paths import Key, Path, Step, Value, path
from srpki.schema.tree import LAB_SCHEMA, actions
from srpki.schema.types import ValueTypeError

Context = Container | ListNode

COMMANDS: Final = frozenset(
    (
        *("annotate", "back", "commit", "compare", "delete", "discard", "echo", "edit-config"),
        *("exec", "exit", "help", "history", "info", "load", "logout", "password", "pwc"),
        *("quit-config", "rollback", "top", "tree", "update", "validate"),
    )
)
"""First words of the sessions' own commands, which are not in the tree."""
DATA: Final = ("configure", "environment", "state")
"""The roots that are data; what stands below the others runs."""


class _Option(NamedTuple):
    """A *node* that a word of a context leads to, by the *prefix* of steps before its own."""

    prefix: Names
    node: Placed


_Known = Mapping[str, Sequence[_Option]]
"""What the words of a context lead to; in the classic CLI one word may stand for several nodes."""


@cache
def _md() -> Container:
    """Return what the MD-CLI has."""
    tree = LAB_SCHEMA
    children = (tree.configure, ENVIRONMENT, tree.state, *tree.operations_md.children)
    return Container(name="", help="What the MD-CLI has", children=children)


@cache
def _classic() -> Container:
    """Return what the classic CLI has."""
    children = (LAB_SCHEMA.configure, *LAB_SCHEMA.operations_classic.children)
    return Container(name="", help="What the classic CLI has", children=children)


def readings(text: str) -> tuple[Path, ...]:
    """Return the places that *text*, a command or its beginning in either CLI's words, names.

    There are several where one word of the classic CLI stands for several of the MD-CLI.
    """
    words = tuple(token.text for token in lex_md(text))
    if words and words[0].startswith(("/", "\\")):
        words = tuple(filter(None, (words[0][1:], *words[1:])))
    if not words:
        return ()
    if words[0] in COMMANDS:
        return (path(*words),)
    found: list[Path] = []
    for options, root in ((_md_options, _md()), (_classic_options, _classic())):
        for place in _read(options, root, words):
            found += [place] if options is _md_options else []
            found += _canonical(place)
    return _without_covered(found) or (path(*words),)


def operation(name: str, inputs: Mapping[str, Value]) -> Path:
    """Return the place of the operation *name* of the schema, with its *inputs* after it.

    Positional inputs come first, the others after their names, in the order of the schema.
    """
    action = actions().get(name)
    if action is None:
        return path(*name.removeprefix("absent.").split(" "))
    named = [leaf.name for leaf in data_children(Container("", action.inputs, ""))]
    words: list[str] = []
    for key in (*action.positional, *(one for one in named if one not in action.positional)):
        value = inputs.get(key)
        if value is None or value is False:
            continue
        words += [] if key in action.positional else [key]
        words += [] if value is True else spelled(value)
    return (*_places()[name], *path(*words))


def operations_below(place: Path) -> tuple[str, ...]:
    """Return the operations that either CLI has below *place*, none where it has no such place."""
    return _below(tuple(step.name for step in place))


@cache
def _below(names: Names) -> tuple[str, ...]:
    found: list[str] = []
    for root in (_md(), _classic()):
        node: object = root
        for name in names:
            node = child_of(node, name) if isinstance(node, Container | ListNode) else None
        if isinstance(node, Container) and names:
            found += [action.operation for _, action in _actions(node, ())]
    return tuple(dict.fromkeys(found))


def children(place: Path, word: str) -> Iterator[Path]:
    """Yield what *word* is called in either CLI at *place*, a context of data."""
    node: object = _md()
    for step in place:
        node = child_of(node, step.name) if isinstance(node, Container | ListNode) else None
    if isinstance(node, Container | ListNode):
        for known in (_md_options(node), _classic_options(node)):
            for prefix, child in known.get(word, ()):
                yield (*place, *path(*prefix, child.name))


def spelled(value: Value) -> list[str]:
    """Return the words of *value*."""
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return [str(value).lower() if isinstance(value, bool) else str(value)]


# --- reading words --------------------------------------------------------------------------------


def _read(
    options: Callable[[Context], _Known], node: Context, words: Names, place: Path = ()
) -> Iterator[Path]:
    """Yield where *words* lead from *node* at *place*; nothing where one leads nowhere."""
    if not words:
        yield place
        return
    word, *others = words
    known, rest = options(node), tuple(others)
    found = _fitting(known, word)
    if not found and word == "no":
        yield from _read(options, node, rest, place)
    for prefix, target in found:
        here = (*place, *path(*prefix))
        if isinstance(target, Choice):
            yield from ((*here, Step(leaf.name)) for leaf in _leafs(target))
        elif isinstance(target, ListNode):
            if isinstance(target.classic, Numbered) and word == target.classic.within:
                yield from _read(options, node, rest, place)
            elif (left := _without_literal(target, rest, known)) is not None:
                keys, left = _keys(target, options(target), left)
                yield from _read(options, target, left, (*here, Step(target.name, keys)))
        elif isinstance(target, Container):
            yield from _read(options, target, rest, (*here, Step(target.name)))
        else:
            left = _inputs(target, rest) if isinstance(target, Action) else rest
            yield (*here, Step(target.name), *path(*left))


def _fitting(known: _Known, word: str) -> Sequence[_Option]:
    if word in known:
        return known[word]
    fits = [options for name, options in known.items() if name.startswith(word)]
    return fits[0] if len(fits) == 1 else ()


def _without_literal(node: ListNode, words: Names, known: _Known) -> Names | None:
    """Return *words* without the fixed one that the line of *node* begins with; None for others.

    Only where *known* has the node by its line, as the classic CLI does.
    """
    line = node.classic if isinstance(node.classic, Line) else None
    if line is None or line.keyword not in known or not words:
        return words
    first = line.items[0]
    if not isinstance(first, Word):
        return words
    return words[1:] if words[0] == first.keyword else None


def _leafs(choice: Choice) -> Iterator[Placed]:
    for case in choice.cases:
        yield from data_children(case)


def _keys(node: ListNode, known: _Known, words: Names) -> tuple[tuple[Key, ...], Names]:
    """Return the keys of *node* that *words* begin with, and the words after them."""
    keys: list[Key] = []
    before = node.classic.word if isinstance(node.classic, Numbered) else ""
    if before and words[:1] == (before,):
        words = words[1:]
    for leaf in node.key_leafs:
        if words[:1] == (leaf.name,) and len(words) > 1:
            words = words[1:]
        if not words or words[0] in known:
            break
        if words[0] == "*":
            return (), words[1:]
        keys.append(_key(leaf, words[0]))
        words = words[1:]
    return tuple(keys), words


def _key(leaf: Leaf, text: str) -> Key:
    try:
        value = leaf.type.parse(text)
    except ValueTypeError:
        return text
    return value if isinstance(value, int) else str(value)


def _inputs(action: Action, words: Names) -> Names:
    """Return *words* without the names of positional inputs, which may be left out."""
    for at, name in enumerate(action.positional):
        if words[at : at + 1] == (name,) and len(words) > at + 1:
            words = (*words[:at], *words[at + 1 :])
    return words


@once_a_node
def _md_options(node: Context) -> _Known:
    keys = node.keys if isinstance(node, ListNode) else ()
    return {
        child.name: (_Option((), child),) for child in data_children(node) if child.name not in keys
    }


@once_a_node
def _classic_options(node: Context) -> _Known:
    found: dict[str, list[_Option]] = {}
    for place in places(node):
        option = _Option(place.prefix, place.node)
        found.setdefault(_word(place.node), []).append(option)
        if isinstance(place.node.classic, Numbered) and place.node.classic.within:
            found.setdefault(place.node.classic.within, []).append(option)
    return found


def _word(node: Placed) -> str:
    if isinstance(node, Choice):
        return getattr(node.classic, "keyword", node.name)
    return shutdown_word(node) or keyword_of(node)


# --- operations, which the two CLIs have at different places --------------------------------------


@cache
def _places() -> Mapping[str, Path]:
    """Return the place of every operation: that of the MD-CLI where it has one."""
    classic = {action.operation: place for place, action in _actions(_classic(), ())}
    return {**classic, **{action.operation: place for place, action in _actions(_md(), ())}}


def _actions(node: Container, above: Path) -> Iterator[tuple[Path, Action]]:
    for child in data_children(node):
        if isinstance(child, Action):
            yield (*above, Step(child.name)), child
        elif isinstance(child, Container) and (above or child.name not in DATA):
            yield from _actions(child, (*above, Step(child.name)))


def _canonical(place: Path) -> Iterator[Path]:
    """Yield the places, as `operation` has them, of what *place* covers in either CLI."""
    if not place or place[0].name in DATA:
        yield place
        return
    for root in (_md(), _classic()):
        for known, action in _actions(root, ()):
            if known[: len(place)] == place:
                yield _places()[action.operation]
            elif place[: len(known)] == known:
                yield (*_places()[action.operation], *place[len(known) :])


def _without_covered(found: list[Path]) -> tuple[Path, ...]:
    """Return *found*, each once, without what lies below another of them."""
    unique = sorted(dict.fromkeys(found), key=len)
    kept: list[Path] = []
    for place in unique:
        if not any(place[: len(above)] == above for above in kept):
            kept.append(place)
    return tuple(kept)
