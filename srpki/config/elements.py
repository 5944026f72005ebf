"""One element of a line: which node a word names, and which value or keys follow it.

What is taken is what the MD-CLI takes when it is typed: abbreviated words, values of enumerations
too; a boolean without a value is true [observed-2.md 1].
"""

from __future__ import annotations

from collections.abc import Sequence

from srpki.config.lexer import Token
from srpki.config.strictness import Mistake
from srpki.schema.nodes import Action, Container, DataNode, Leaf, LeafList, ListNode, data_children
from srpki.schema.paths import Key, Value
from srpki.schema.types import Boolean, Empty, ValueType, ValueTypeError

Context = Container | ListNode


class WrongElementError(Exception):
    """An element that cannot be read; its *mistake* says why."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.sentence)
        self.mistake = mistake


class Vocabulary:
    """The words of every context of a schema, each context looked through once."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, DataNode]] = {}

    def named(self, node: Context, token: Token) -> DataNode:
        """Return the child of *node* that *token* names; raises `WrongElementError`."""
        words = self._known.get(id(node)) or self._read(node)
        if not token.quoted and not token.mark:
            found = words.get(token.text)
            if found is not None:
                return found
            fits = [word for word in words if word.startswith(token.text)]
            if len(fits) == 1:
                return words[fits[0]]
            if fits:
                raise WrongElementError(Mistake("ambiguous", token.text, tuple(fits)))
        if not token.closed:
            raise WrongElementError(Mistake("quote", "missing closing quote"))
        raise WrongElementError(Mistake("unknown", token.text))

    def _read(self, node: Context) -> dict[str, DataNode]:
        keys = node.keys if isinstance(node, ListNode) else ()
        children = (child for child in data_children(node) if not isinstance(child, Action))
        words = {child.name: child for child in children if child.name not in keys}
        self._known[id(node)] = dict(sorted(words.items()))
        return self._known[id(node)]


class Words:
    """The tokens of a line, read one after another; every method raises `WrongElementError`."""

    def __init__(self, tokens: Sequence[Token], place: int = 0) -> None:
        """Begin at *place*."""
        self.tokens = tokens
        self.place = place

    def mark(self) -> str:
        """Return the mark that comes next, empty where a word or nothing does."""
        if self.place < len(self.tokens):
            token = self.tokens[self.place]
            return token.text if token.mark else ""
        return ""

    def keys(self, node: ListNode) -> tuple[Key, ...]:
        """Take the keys of an entry of *node*: the first bare or named, the others named."""
        found: list[Key] = []
        for number, leaf in enumerate(node.key_leafs):
            self._name_of_key(leaf, optional=not number)
            key = self._value(leaf.type, leaf.name)
            assert isinstance(key, str | int)
            found.append(key)
        return tuple(found)

    def _name_of_key(self, leaf: Leaf, *, optional: bool) -> None:
        """Take the name before the value of the key *leaf*."""
        token = self._peek()
        if token is None:
            if optional:
                return
            raise WrongElementError(Mistake("missing", names=(leaf.name,), element=leaf.name))
        word = "" if token.quoted or token.mark else token.text
        if word == leaf.name or (word and not optional and leaf.name.startswith(word)):
            self.place += 1
        elif not optional:
            raise WrongElementError(_unfit(token))

    def value(self, node: Leaf | LeafList) -> Value:
        """Take what gives *node* its value."""
        if isinstance(node, LeafList):
            return self._values(node)
        if isinstance(node.type, Empty):
            return True
        if isinstance(node.type, Boolean):
            token = self._peek()
            if token is None or token.text not in node.type.words() or token.mark:
                return True
        return self._value(node.type, node.name)

    def _values(self, node: LeafList) -> Value:
        if self.mark() != "[":
            return _alone(self._value(node.type, node.name))
        self.place += 1
        values: list[str | int] = []
        while not values or self.mark() != "]":
            taken = self._value(node.type, node.name, until="]")
            values += taken if isinstance(taken, tuple) else (taken,)
        self.place += 1
        return tuple(dict.fromkeys(values))

    def _value(self, kind: ValueType, element: str, until: str = "") -> Value:
        token = self._peek()
        if token is None:
            names = (until or element,)
            raise WrongElementError(Mistake("missing", names=names, element=element))
        if token.mark or not token.closed:
            raise WrongElementError(_unfit(token))
        text, words = token.text, kind.words()
        if text and text not in words and not token.quoted:
            fits = [word for word in words if word.startswith(text)]
            if len(fits) > 1:
                several = f"'{text}' is ambiguous: {', '.join(fits)}"
                raise WrongElementError(Mistake("value", several, tuple(fits), element))
            text = fits[0] if fits else text
        try:
            value = kind.parse(text)
        except ValueTypeError as error:
            raise WrongElementError(Mistake("value", str(error), element=element)) from None
        self.place += 1
        return value

    def _peek(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None


def _alone(value: Value) -> Value:
    return value if isinstance(value, tuple) else (value,)


def _unfit(token: Token) -> Mistake:
    if not token.closed:
        return Mistake("quote", "missing closing quote")
    return Mistake("unknown", token.text)
