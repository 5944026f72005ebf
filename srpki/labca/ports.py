"""The ports of last time: certificates name them, so a lab CA comes back at the same ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

FILE: Final = "ports.json"
_EARLIER: Final = "earlier"
_MOST_EARLIER: Final = 200
_HIGHEST: Final = 65535


def read(content: bytes) -> dict[str, int]:
    """Return the ports by protocol; damaged content is as good as none."""
    return {str(name): port for name, port in _object(content).items() if _is_port(port)}


def earlier(content: bytes) -> tuple[int, ...]:
    """Return the ports of times before, which certificates may still name."""
    found = _object(content).get(_EARLIER)
    return tuple(port for port in found if _is_port(port)) if isinstance(found, list) else ()


def write(ports: Mapping[str, int], before: bytes) -> bytes:
    """Return what `read` reads, and `earlier`: what *before* says as well is kept."""
    known = dict.fromkeys((*earlier(before), *read(before).values()))
    gone = [port for port in known if port not in ports.values()]
    kept = {_EARLIER: gone[-_MOST_EARLIER:]} if gone else {}
    return json.dumps({**ports, **kept}).encode("ascii")


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_port(found: object) -> bool:
    return isinstance(found, int) and 0 < found <= _HIGHEST
