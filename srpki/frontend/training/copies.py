"""What a lesson asks of the program around it; see `srpki.training.lesson.Copies`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.frontend.isolated import authorities, known_ports, looked_at
from srpki.training.lesson import Lesson

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.device.node import Node
    from srpki.frontend.isolated import Copy
    from srpki.training.language.tree import Later


def lesson_of(node: Path, real: Clock) -> Lesson:
    """Return the lesson of *node*, which has one; raises what `Lesson` raises."""
    return Lesson(node, real, CopiesOf(node))


class CopiesOf:
    """Copies of the node in *place*, which runs in this process."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def look(
        self, node: Node, cancel: threading.Event, look: Callable[[], frozenset[Later]]
    ) -> AbstractContextManager[tuple[frozenset[Later], Copy | None]]:
        """Call *look* while nothing happens on *node*, and copy it where later is to be seen."""
        return looked_at(self._place, node, cancel, look)

    def ports(self) -> Mapping[str, frozenset[int]]:
        """Return the ports of each CA of the lab, present and past."""
        return {name: known_ports(self._place, name) for name in authorities(self._place)}
