"""A context as other management interfaces name it [cli.md 1.9: the forms of ``pwc``]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Literal

from srpki.cli.reading import context_at
from srpki.config.text import quote
from srpki.core.values import NamedTuple
from srpki.schema.nodes import Container, ListNode
from srpki.schema.paths import Path

Form = Literal["gnmi-path", "json-instance-path", "model-path"]

MODULES: Final = {"configure": "nokia-conf", "state": "nokia-state"}
"""The YANG module of each root that has one."""

_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class _Place(NamedTuple):
    """One step: its *name* and the names and texts of its *keys*."""

    name: str
    keys: tuple[tuple[str, str], ...]


def spelled(root: Container, path: Path, form: Form) -> str:
    """Return *path*, which starts with a root that has a YANG module, in *form*."""
    places = list(_places(root, path))
    match form:
        case "gnmi-path":
            parts = "".join(f"/{place.name}{_predicates(place, _gnmi)}" for place in places)
            return parts or "/"
        case "json-instance-path":
            parts = "".join(f"/{place.name}{_predicates(place, quote)}" for place in places)
        case "model-path":
            parts = "".join(f"/{place.name}{_list_keys(place)}" for place in places)
    return f"/{MODULES[path[0].name]}:{parts[1:]}" if path else "/"


def _places(root: Container, path: Path) -> Iterator[_Place]:
    for depth, step in enumerate(path, start=1):
        node = context_at(root, path[:depth])
        keys: tuple[tuple[str, str], ...] = ()
        if isinstance(node, ListNode) and step.keys:
            named = zip(node.key_leafs, step.keys, strict=True)
            keys = tuple((leaf.name, leaf.type.format(key)) for leaf, key in named)
        yield _Place(step.name, keys)


def _predicates(place: _Place, spell: Callable[[str], str]) -> str:
    return "".join(f"[{name}={spell(text)}]" for name, text in place.keys)


def _gnmi(text: str) -> str:
    """Return *text* as gNMI's path strings escape it."""
    return text.replace("\\", "\\\\").replace("]", "\\]")


def _list_keys(place: _Place) -> str:
    return "=" + ",".join(_percent(text) for _, text in place.keys) if place.keys else ""


def _percent(text: str) -> str:
    """Return *text* percent-encoded [RFC 3986 section 2.1]."""
    return "".join(
        character
        if character in _UNRESERVED
        else "".join(f"%{octet:02X}" for octet in character.encode())
        for character in text
    )
