"""Messages as they are read: XML by expat, without DTDs, entities and processing instructions.

[XML 1.0; Namespaces in XML 1.0; RFC 6241 section 3]. Depth and the numbers of elements and
attributes are bounded; the size is by `srpki.netconf.framing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NoReturn
from xml.parsers import expat

from srpki.core.record import Record

MAXIMUM_DEPTH: Final = 64
MAXIMUM_ELEMENTS: Final = 300_000
MAXIMUM_ATTRIBUTES: Final = 64
"""Of one element, the namespaces that it declares among them."""

_SEPARATOR: Final = "\n"
"""Parts a namespace from a name; expat makes each white space of an attribute a blank."""

Name = tuple[str, str]
"""A namespace, empty where there is none, and a name in it."""


class DocumentError(Exception):
    """What came is no document, or one that goes beyond a limit; the message says why."""


class Scope(Record):
    """The prefixes that *declared* gives namespaces to, and those that hold *outside*."""

    declared: Mapping[str, str]
    outside: Scope | None = None

    def namespace(self, prefix: str) -> str | None:
        """Return the namespace of *prefix*, empty for the one without; None where it has none."""
        scope: Scope | None = self
        while scope is not None:
            if prefix in scope.declared:
                return scope.declared[prefix]
            scope = scope.outside
        return None


class Given:
    """An element that was read: *name* in *namespace*, its *attributes*, *text* and *children*."""

    __slots__ = ("attributes", "children", "name", "namespace", "scope", "text")

    def __init__(
        self, namespace: str, name: str, attributes: Mapping[Name, str], scope: Scope
    ) -> None:
        """Begin with nothing in it."""
        self.namespace = namespace
        self.name = name
        self.attributes = attributes
        self.scope = scope
        self.text = ""
        self.children: list[Given] = []

    @property
    def qualified(self) -> Name:
        """Namespace and name."""
        return self.namespace, self.name

    @property
    def value(self) -> str:
        """The text without white space around it."""
        return self.text.strip()

    def child(self, name: str, namespace: str | None = None) -> Given | None:
        """Return the first child called *name*, in *namespace* or else in that of this one."""
        wanted = self.namespace if namespace is None else namespace
        return next((one for one in self.children if one.qualified == (wanted, name)), None)

    def called(self, name: str) -> Given:
        """Return the same, called *name*."""
        other = Given(self.namespace, name, self.attributes, self.scope)
        other.text, other.children = self.text, self.children
        return other

    def everything(self) -> Iterator[Given]:
        """Yield this element and all that is in it."""
        yield self
        for child in self.children:
            yield from child.everything()


def read(message: bytes) -> Given:
    """Return the root element of *message*, UTF-8 whatever it says; raises `DocumentError`."""
    return _Reader().read(message)


class _Reader:
    """Builds the elements of one document."""

    def __init__(self) -> None:
        self._parser = parser = expat.ParserCreate("UTF-8", _SEPARATOR)
        parser.buffer_text = True
        parser.ordered_attributes = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartDoctypeDeclHandler = self._refuse_dtd
        parser.ProcessingInstructionHandler = self._refuse_instruction
        self._open: list[Given] = []
        self._texts: list[list[str]] = []
        self._root: Given | None = None
        self._declared: dict[str, str] = {}
        self._number = 0

    def read(self, message: bytes) -> Given:
        try:
            self._parser.Parse(message, True)
        except expat.ExpatError as error:
            raise DocumentError(expat.ErrorString(error.code)) from None
        assert self._root is not None
        return self._root

    def _start(self, name: str, attributes: list[str]) -> None:
        self._number += 1
        if self._number > MAXIMUM_ELEMENTS:
            raise DocumentError(f"there are more than {MAXIMUM_ELEMENTS} elements")
        if len(self._open) >= MAXIMUM_DEPTH:
            raise DocumentError(f"elements are nested more than {MAXIMUM_DEPTH} deep")
        if len(attributes) // 2 + len(self._declared) > MAXIMUM_ATTRIBUTES:
            raise DocumentError(f"an element has more than {MAXIMUM_ATTRIBUTES} attributes")
        outside = self._open[-1].scope if self._open else None
        scope = outside if outside and not self._declared else Scope(self._declared, outside)
        self._declared = {}
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        given = Given(*_split(name), {_split(one): value for one, value in pairs}, scope)
        if self._open:
            self._open[-1].children.append(given)
        else:
            self._root = given
        self._open.append(given)
        self._texts.append([])

    def _end(self, name: str) -> None:
        del name
        self._open.pop().text = "".join(self._texts.pop())

    def _characters(self, text: str) -> None:
        self._texts[-1].append(text)

    def _declare(self, prefix: str | None, namespace: str | None) -> None:
        self._declared[prefix or ""] = namespace or ""
        if len(self._declared) > MAXIMUM_ATTRIBUTES:
            raise DocumentError(f"an element has more than {MAXIMUM_ATTRIBUTES} attributes")

    def _refuse_dtd(self, *_: object) -> NoReturn:
        raise DocumentError("a document type is not allowed")

    def _refuse_instruction(self, *_: object) -> NoReturn:
        raise DocumentError("a processing instruction is not allowed")


def _split(name: str) -> Name:
    namespace, _, local = name.rpartition(_SEPARATOR)
    return namespace, local
