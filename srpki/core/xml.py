"""XML that is written: elements, made when they are asked for, and how they are laid out.

[XML 1.0; Namespaces in XML 1.0]. What a document cannot hold is replaced, so that what is written
is well-formed whatever it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

Children = Callable[[], Iterable["Element"]]

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML [section 2.2]."""


def _none() -> Iterable[Element]:
    return ()


class Element(NamedTuple):
    """One element: its *name* in a *namespace*, its *text*, or the *children* in it.

    *attributes* are names with their values; those with a namespace have a prefix, which is among
    the *prefixes*, each with its namespace. Children are made anew each time they are asked for.
    The first so many *keys* of them tell the element from its siblings.
    """

    name: str
    namespace: str
    text: str = ""
    children: Children = _none
    attributes: tuple[tuple[str, str], ...] = ()
    prefixes: tuple[tuple[str, str], ...] = ()
    keys: int = 0

    @property
    def qualified(self) -> tuple[str, str]:
        """Namespace and name."""
        return self.namespace, self.name

    def holding(self, *children: Element) -> Element:
        """Return the same with *children*."""
        return self._replace(children=lambda: children)


def leafs(namespace: str, pairs: Iterable[tuple[str, object]]) -> Iterator[Element]:
    """Yield an element for each name with its value; without a value there is none."""
    for name, value in pairs:
        if value is not None:
            yield Element(name, namespace, str(value))


def lines(element: Element, step: str = "", above: str = "", indent: str = "") -> Iterator[str]:
    """Yield *element* line by line, each level indented by one more *step*.

    *above* is the namespace that holds where it is put.
    """
    head = element.name + _declared(element, above)
    inner, empty = indent + step, True
    if element.text:
        yield f"{indent}<{head}>{escaped(element.text)}</{element.name}>"
        return
    for child in element.children():
        if empty:
            yield f"{indent}<{head}>"
            empty = False
        yield from lines(child, step, element.namespace, inner)
    yield f"{indent}<{head}/>" if empty else f"{indent}</{element.name}>"


def escaped(text: str) -> str:
    """Return *text* as it stands between tags."""
    clean = _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    clean = clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return clean.replace("\r", "&#13;")


def _declared(element: Element, above: str) -> str:
    said = [] if element.namespace == above else [("xmlns", element.namespace)]
    said += [(f"xmlns:{prefix}", namespace) for prefix, namespace in element.prefixes]
    return "".join(f' {name}="{_quoted(value)}"' for name, value in (*said, *element.attributes))


def _quoted(text: str) -> str:
    whole = escaped(text).replace('"', "&quot;")
    return whole.replace("\n", "&#10;").replace("\t", "&#9;")
