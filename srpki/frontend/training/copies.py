"""What a lesson asks of the program around it; see `srpki.training.lesson.Copies`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.frontend.isolated import authorities, isolated, known_ports, still
from srpki.training.lesson import Lesson

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.device.node import Node
    from srpki.frontend.isolated import Copy


def lesson_of(node: Path, real: Clock) -> Lesson:
    """Return the lesson of *node*, which has one; raises what `Lesson` raises."""
    return Lesson(node, real, CopiesOf(node))


class CopiesOf:
    """Copies of the node in *place*, which runs in this process."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def still(self, node: Node, cancel: threading.Event) -> AbstractContextManager[None]:
        """Let nothing happen on *node* inside the block."""
        return still(node, cancel)

    def copy(
        self, node: Node, cancel: threading.Event, look: Callable[[], None]
    ) -> AbstractContextManager[Copy]:
        """Run an isolated copy of *node* inside the block; *look* is called as it is made."""
        return isolated(self._place, node, cancel, look)

    def ports(self) -> Mapping[str, frozenset[int]]:
        """Return the ports of each CA of the lab, present and past."""
        return {name: known_ports(self._place, name) for name in authorities(self._place)}
