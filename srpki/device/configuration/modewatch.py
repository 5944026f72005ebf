"""Remembers when the configuration mode last changed, for ``show system information``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.management import configuration_mode

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.core.clock import Clock
    from srpki.device.logging.announcer import Announcer


class ModeWatch:
    """A participant of every commit that refuses nothing and dates a change of the mode."""

    def __init__(self, clock: Clock, announcer: Announcer) -> None:
        """Take the mode for changed now, when the node starts; *announcer* tells of changes."""
        self._announcer = announcer
        self._clock = clock
        self.changed = clock.now()

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse nothing."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Date a change of the mode, and tell of it."""
        before, after = configuration_mode(old), configuration_mode(new)
        if before != after:
            self.changed = self._clock.now()
            self._announcer.mode_changed(before, after)

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""
