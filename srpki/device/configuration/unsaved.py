"""Remembers whether there is something to save [observed-2.md 15]."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from srpki.config.tree import Branch


class Unsaved:
    """A participant of every commit that refuses nothing and notes that one took place.

    An edit that is undone again leaves its note: only `saved` takes it away.
    """

    def __init__(self) -> None:
        """Begin with a configuration that was just loaded."""
        self.changed = False
        """Whether the running configuration was changed since it was loaded or saved."""

    def saved(self) -> None:
        """Forget what has changed: it is saved, or will be there at the next start anyway."""
        self.changed = False

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse nothing."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Note a change."""
        self.changed |= old != new

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""
