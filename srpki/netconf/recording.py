"""What the journal of a lab has of a request of NETCONF: what it is about, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from srpki.core.xml import Element
    from srpki.netconf.documents import Given

MODE: Final = "netconf"
"""Stands where commands have the CLI that they were typed in."""
_DATASTORES: Final = ("source", "target")
_CONTENTS: Final = ("config", "filter", "subtree-filter")
_LONGEST: Final = 500


def summary(operation: Given) -> str:
    """Return *operation* in words, down to where it parts; values are left out, secrets or not."""
    named = {child.name: child for child in operation.children}
    words = [operation.name]
    for name in _DATASTORES:
        words += [one.name for one in named[name].children] if name in named else []
    contents = [named[name] for name in _CONTENTS if name in named]
    here = contents[0] if contents else operation
    while here.children and not (here is operation and here.children[0].name in _DATASTORES):
        inner = [child for child in here.children if child.children] or here.children
        if len(inner) > 1:
            break
        here = inner[0]
        words.append(here.name)
    return " ".join(words)[:_LONGEST]


def outcome(found: Sequence[Element]) -> tuple[str, bool]:
    """Return what went wrong by the elements of the reply, and whether nothing did."""
    said = [
        child.text
        for one in found
        for child in ((one,) if one.name == "error-message" else _inside(one))
        if child.name == "error-message"
    ]
    failed = any(one.name == "rpc-error" or one.text == "terminated-incomplete" for one in found)
    return "\n".join(said), not failed


def _inside(one: Element) -> Sequence[Element]:
    return tuple(one.children()) if one.name == "rpc-error" else ()
