"""``script-control`` as it is configured: scripts, and the policies that run them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from srpki.config.defaults import effective
from srpki.config.tree import EMPTY, Branch, Entries, get
from srpki.core.values import NamedTuple
from srpki.device.logging.logfilters import inner
from srpki.schema.configure.script_control import FOREVER, OWNER, SCRIPT_CONTROL
from srpki.schema.paths import path

Key = tuple[str, str]
"""The name and the owner of a script or of a policy."""


class Script(NamedTuple):
    """A file of commands at *location*."""

    enabled: bool
    description: str
    location: str


class Policy(NamedTuple):
    """How the *script* is run; *lifetime* and *expires* are None for ever, *most* counts runs."""

    enabled: bool
    script: Key
    results: str
    most: int
    lifetime: timedelta | None
    expires: timedelta | None


class Control(NamedTuple):
    """All that is configured."""

    scripts: Mapping[Key, Script]
    policies: Mapping[Key, Policy]


CONTROL: Final = path("system", "script-control")
NOTHING: Final = Control({}, {})


def control(running: Branch) -> Control:
    """Return what *running* says of scripts."""
    found = get(running, CONTROL)
    tree = effective(SCRIPT_CONTROL, found if isinstance(found, Branch) else EMPTY)
    return Control(
        {key: _script(entry) for key, entry in _listed(tree, "script")},
        {key: _policy(entry) for key, entry in _listed(tree, "script-policy")},
    )


def _listed(tree: Branch, name: str) -> list[tuple[Key, Branch]]:
    found = tree.get(name)
    entries = found.items() if isinstance(found, Entries) else ()
    return [((str(keys[0]), str(keys[1])), entry) for keys, entry in entries]


def _script(entry: Branch) -> Script:
    return Script(
        entry["admin-state"] == "enable",
        str(entry.get("description", "")),
        str(entry.get("location", "")),
    )


def _policy(entry: Branch) -> Policy:
    script = inner(entry, "script")
    most = entry["max-completed"]
    assert isinstance(most, int)
    return Policy(
        enabled=entry["admin-state"] == "enable",
        script=(str(script.get("name", "")), str(script.get("owner", OWNER))),
        results=str(entry.get("results", "")),
        most=most,
        lifetime=_time(entry.get("lifetime", 3600)),
        expires=_time(entry.get("expire-time", 3600)),
    )


def _time(value: object) -> timedelta | None:
    return None if value == FOREVER else timedelta(seconds=int(str(value)))
