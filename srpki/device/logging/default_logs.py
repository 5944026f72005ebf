"""The logs that SR OS has from the start, beneath what is configured [observed-2.md 10].

Their configuration stands in public ones, but for log 101, which is decided.
"""

from __future__ import annotations

from typing import Final

from srpki.config.tree import EMPTY, Branch, Entries
from srpki.schema.paths import Key

SYSTEM: Final = "99"
"""The log that outlives a restart."""
SIZE: Final = 500
"""Events that the logs hold; also one for NETCONF that does not say how many."""


def _log(description: str, streams: tuple[str, ...], kind: str, **more: str) -> Branch:
    return Branch(
        {
            **more,
            "description": description,
            "source": Branch(dict.fromkeys(streams, True)),
            "destination": Branch({kind: Branch({"max-entries": SIZE})}),
        }
    )


_SERIOUS: Final = Branch(
    {
        "action": "forward",
        "match": Branch({"severity": Branch({"gte": "major"})}),
    }
)
_DEFAULTS: Final[dict[str, dict[tuple[Key, ...], Branch]]] = {
    "log-id": {
        (SYSTEM,): _log("Default System Log", ("main",), "memory"),
        ("100",): _log("Default Serious Errors Log", ("main",), "memory", filter="1001"),
        ("101",): _log("Default NETCONF Log", ("main", "change"), "netconf"),
    },
    "filter": {
        ("1001",): Branch(
            {
                "description": "Collect events for Serious Errors Log",
                "default-action": "drop",
                "named-entry": Entries({("10",): _SERIOUS}),
            }
        ),
    },
}


def beneath(configured: Branch) -> Branch:
    """Return *configured*, the content of ``configure log``, with the defaults beneath it."""
    found = dict(configured.items())
    for kind, defaults in _DEFAULTS.items():
        held = configured.get(kind)
        known = dict(held.items()) if isinstance(held, Entries) else {}
        filled = {keys: _over(entry, known.pop(keys, EMPTY)) for keys, entry in defaults.items()}
        found[kind] = Entries({**known, **filled})
    return Branch(found)


def _over(default: Branch, configured: Branch) -> Branch:
    """Return *default* with what is *configured* in its place; a destination as a whole."""
    if not configured:
        return default
    found = dict(default.items())
    for name, element in configured.items():
        below = found.get(name)
        merged = isinstance(below, Branch) and isinstance(element, Branch) and name == "source"
        found[name] = _over(below, element) if merged else element  # type: ignore[arg-type]
    return Branch(found)
