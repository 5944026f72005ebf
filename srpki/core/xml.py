"""XML that is written: elements, made when they are asked for, and how they are laid out.

[XML 1.0; Namespaces in XML 1.0]. What a document cannot hold is replaced, so that what is written
is well-formed whatever it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Final, NamedTuple

Children = Callable[[], Iterable["Element"]]

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no character of XML [section 2.2]."""
_SPECIAL: Final = re.compile("[^\t\n\x20-%'-;=?-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What cannot stand between tags as it is."""


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
    siblings: Iterator[Element] = iter((element,))
    outside: list[tuple[Iterator[Element], str, str]] = []  # no recursion: a line costs one step
    while True:
        for child in siblings:
            name, namespace, text, children, attributes, prefixes, _ = child
            head = name
            if namespace != above or attributes or prefixes:
                head += _declared(child, above)
            if text:
                yield f"{indent}<{head}>{escaped(text)}</{name}>"
                continue
            within = iter(children())
            first = next(within, None)
            if first is None:
                yield f"{indent}<{head}/>"
                continue
            yield f"{indent}<{head}>"
            outside.append((siblings, above, f"{indent}</{name}>"))
            siblings, above, indent = chain((first,), within), namespace, indent + step
            break
        else:
            if not outside:
                return
            siblings, above, end = outside.pop()
            yield end
            indent = indent[len(step) :]


def escaped(text: str) -> str:
    """Return *text* as it stands between tags."""
    if not _SPECIAL.search(text):
        return text
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
