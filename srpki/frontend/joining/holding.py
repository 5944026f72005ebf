"""What a process holds, and who has joined it there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.core.values import NamedTuple

if TYPE_CHECKING:
    import threading

    from srpki.device.router import Router
    from srpki.frontend.joining.frames import Wire


class Holding(NamedTuple):
    """What a process holds: a *router*, of the directory *node*, and the options it was given."""

    router: Router
    node: Path
    lab: bool
    record: Path | None


def name_of(node: Path, home: Path) -> str:
    """Return what *node* is called at a door that lies in *home*: the way there.

    Both ends find it, also where the directories have been moved together.
    """
    return os.path.relpath(node.resolve(), home.resolve())


class Guest:
    """One who has joined: his *wire*, what he has joined, and how his session is ended."""

    def __init__(self, wire: Wire) -> None:
        """Speak over *wire*."""
        self.wire = wire
        self.holding: Holding | None = None
        self.dismiss = wire.hang_up
        self.thread: threading.Thread | None = None
