"""Paths to data: a tuple of steps, each a node name with the keys of its list entry."""

from __future__ import annotations

from srpki.core.values import NamedTuple

Value = str | int | bool | tuple[str | int, ...]
Key = str | int


class Step(NamedTuple):
    """One step down the tree; *keys* is empty for anything but a list entry."""

    name: str
    keys: tuple[Key, ...] = ()


Path = tuple[Step, ...]


def path(*parts: str | Step) -> Path:
    """Return the path made of *parts*; a plain string is a step without keys."""
    return tuple(part if isinstance(part, Step) else Step(part) for part in parts)
