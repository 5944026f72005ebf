"""Lays out what is debugged, as the commands that have switched it on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from srpki.cli.render.layout import Lines, said
from srpki.device.records.debug import DebugState


def _state(data: DebugState) -> Lines:
    if not data.switch:
        return said()
    switches = (f'        {one.topic} "{one.name}"' for one in data.switch)
    return said("debug", "    certificate", *switches, "    exit", "exit")


LAYOUTS: Final[dict[type, Callable[[Any], Lines]]] = {DebugState: _state}
