"""The ports of last time: certificates name them, so a lab CA comes back at the same ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

FILE: Final = "ports.json"
_HIGHEST: Final = 65535


def read(content: bytes) -> dict[str, int]:
    """Return the ports by protocol; damaged content is as good as none."""
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(name): port
        for name, port in found.items()
        if isinstance(port, int) and 0 < port <= _HIGHEST
    }


def write(ports: Mapping[str, int]) -> bytes:
    """Return what `read` reads."""
    return json.dumps(dict(ports)).encode("ascii")
