"""The saved configuration: a tree to brace text and back.

The text is that of `text.brace_lines` inside ``configure { }``. A value stands on the line of its
name; ``#`` outside quotes begins a comment. Reading is bounded in size and, by the schema, depth.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple, NoReturn

from srpki.config.comments import MARK, accepted
from srpki.config.edit import always_there, rivals
from srpki.config.text import INDENT, brace_lines
from srpki.config.tree import Branch, Element, Entries
from srpki.core.errors import InvalidInputError
from srpki.core.text import printable
from srpki.schema.nodes import Container, DataNode, Leaf, LeafList, ListNode, child_of
from srpki.schema.paths import Key, Value
from srpki.schema.types import Empty, ValueType, ValueTypeError

MAXIMUM_SIZE: Final = 64 * 2**20
"""Characters; all maxima without ``ipsec`` make 3 Mi, the 10,200 profiles of ``ipsec`` 40 Mi."""

_LONGEST: Final = 200
"""Characters of a sentence about what is wrong."""

_TOKEN: Final = re.compile(
    r"""[ \t\r]*
      (?: (?P<newline>\n)
       | \#\ comment:\ (?P<comment>[^\n]*)
      | \#[^\n]*
      | (?P<mark>[{}\[\]])
      | "(?P<quoted>(?:[^"\\\n]|\\[^\n])*)"
      | (?P<word>[^\s"{}\[\]]+)
      | \Z)""",
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r'\\(["\\])')


class _Token(NamedTuple):
    """A *text* on a *line*; a *mark* is one of the brackets, not a value.

    A *comment* is no part of the configuration where it does not stand before an element.
    """

    text: str
    line: int
    mark: bool
    comment: bool = False


def dump(root: Container, tree: Branch) -> str:
    """Return *tree*, the content of *root*, as text that `load` reads back."""
    return "\n".join([f"{root.name} {{", *brace_lines(root, tree, INDENT), "}", ""])


def load(root: Container, text: str) -> Branch:
    """Return the tree that *text* describes.

    References, mandatory elements and maximum numbers are not looked at. Raises
    `InvalidInputError` that names the line.
    """
    check_size(text)
    return _Reader(text).read(root)


def _tokens(text: str) -> Iterator[_Token]:
    line, place, begun = 1, 0, 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            refuse(line, "a quoted string does not end on its line")
        place = found.end()
        if found["newline"]:
            line += 1
        elif found["comment"]:
            if begun < line and accepted(found["comment"].rstrip()):
                yield _Token(found["comment"].rstrip(), line, mark=False, comment=True)
        elif found["quoted"] is not None:
            begun = line
            yield _Token(_ESCAPE.sub(r"\1", found["quoted"]), line, mark=False)
        elif found["mark"] or found["word"]:
            begun = line
            yield _Token(found["mark"] or found["word"], line, mark=bool(found["mark"]))


def refuse(line: int, sentence: str) -> NoReturn:
    """Raise the `InvalidInputError` about a *line* of a configuration."""
    # The sentence quotes the file, which may hold anything of any length.
    raise InvalidInputError(f"line {line}: {printable(sentence[:_LONGEST])}")


def check_size(text: str) -> None:
    """Raise `InvalidInputError` where *text* is longer than a configuration may be."""
    if len(text) > MAXIMUM_SIZE:
        raise InvalidInputError(
            f"the configuration is longer than {MAXIMUM_SIZE} characters", hint="shorten it"
        )


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = 0

    def read(self, root: Container) -> Branch:
        if not self._tokens:
            return Branch()
        self._word(root.name)
        self._mark("{")
        content = self._block(root)
        if self._place < len(self._tokens):
            refuse(self._next().line, "nothing may follow the closing brace")
        return content

    def _block(self, node: Container | ListNode) -> Branch:
        """Read to the brace that closes the content of *node*, and that brace."""
        items: dict[str, Element] = {}
        lists: dict[str, dict[tuple[Key, ...], Branch]] = {}
        while True:
            said = self._comment()
            if self._take("}"):
                break
            name = self._next()
            child = None if name.mark else child_of(node, name.text)
            if not isinstance(child, Container | ListNode | Leaf | LeafList) or _is_key(
                node, child
            ):
                refuse(name.line, f"unknown element '{name.text}'")
            others = rivals(node, child.name) & (items.keys() | lists.keys())
            if others:
                refuse(name.line, f"'{name.text}' excludes '{min(others)}'")
            if isinstance(child, ListNode):
                self._entry(child, name, lists.setdefault(child.name, {}), said)
            elif child.name in items:
                refuse(name.line, f"'{name.text}' is there twice")
            else:
                self._element(node, child, name, items, said)
        return Branch(items | {name: Entries(entries) for name, entries in lists.items()})

    def _entry(
        self,
        node: ListNode,
        name: _Token,
        entries: dict[tuple[Key, ...], Branch],
        said: dict[str, Element],
    ) -> None:
        keys = self._keys(node, name)
        if keys in entries:
            refuse(name.line, f"'{name.text}' is there twice with the same key")
        self._mark("{")
        entries[keys] = Branch({**said, **self._block(node)})

    def _element(
        self,
        parent: Container | ListNode,
        node: Container | Leaf | LeafList,
        name: _Token,
        items: dict[str, Element],
        said: dict[str, Element],
    ) -> None:
        if said and not isinstance(node, Container):
            items[MARK + node.name] = said[MARK]
        if isinstance(node, Container):
            self._mark("{")
            content = Branch({**said, **self._block(node)})
            if content or not always_there(parent, node):
                items[node.name] = content
        elif isinstance(node, LeafList):
            items[node.name] = self._values(node, name)
        else:
            empty = isinstance(node.type, Empty)
            items[node.name] = True if empty else self._value(node.type, name)

    def _keys(self, node: ListNode, name: _Token) -> tuple[Key, ...]:
        keys: list[Key] = []
        for place, leaf in enumerate(node.key_leafs):
            if place:
                self._word(leaf.name)
            key = self._value(leaf.type, name)
            assert isinstance(key, str | int)
            keys.append(key)
        return tuple(keys)

    def _values(self, node: LeafList, name: _Token) -> Value:
        self._mark("[")
        values: list[str | int] = []
        while not self._take("]"):
            value = self._value(node.type, name._replace(line=self._tokens[self._place].line))
            assert isinstance(value, str | int)
            values.append(value)
        return tuple(dict.fromkeys(values))

    def _value(self, kind: ValueType, name: _Token) -> Value:
        token = self._next()
        if token.mark or token.line != name.line:
            refuse(name.line, f"'{name.text}' lacks a value")
        try:
            return kind.parse(token.text)
        except ValueTypeError as error:
            refuse(token.line, f"'{name.text}': {error}")

    def _word(self, wanted: str) -> None:
        token = self._next()
        if token.mark or token.text != wanted:
            refuse(token.line, f"'{wanted}' is expected, not '{token.text}'")

    def _mark(self, wanted: str) -> None:
        token = self._next()
        if not token.mark or token.text != wanted:
            refuse(token.line, f"'{wanted}' is expected, not '{token.text}'")

    def _comment(self) -> dict[str, Element]:
        """Return the last comment before the next word, as the content of an element has it."""
        found: dict[str, Element] = {}
        while self._place < len(self._tokens) and self._tokens[self._place].comment:
            found[MARK] = self._tokens[self._place].text
            self._place += 1
        return found

    def _take(self, mark: str) -> bool:
        token = self._next()
        if token.mark and token.text == mark:
            return True
        self._place -= 1
        return False

    def _next(self) -> _Token:
        self._comment()
        if self._place == len(self._tokens):
            last = self._tokens[-1].line if self._tokens else 1
            refuse(last, "the text ends before a brace or bracket is closed")
        self._place += 1
        return self._tokens[self._place - 1]


def _is_key(parent: Container | ListNode, node: DataNode) -> bool:
    return isinstance(parent, ListNode) and node.name in parent.keys
