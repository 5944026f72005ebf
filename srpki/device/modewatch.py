"""Remembers when the configuration mode last changed, for ``show system information``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.management import configuration_mode

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.core.clock import Clock


class ModeWatch:
    """A participant of every commit that refuses nothing and dates a change of the mode."""

    def __init__(self, clock: Clock) -> None:
        """Take the mode for changed now, when the node starts."""
        self._clock = clock
        self.changed = clock.now()

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse nothing."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Date a change of the mode."""
        if configuration_mode(old) != configuration_mode(new):
            self.changed = self._clock.now()

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""
