"""The profiles of the configuration, as the judge of rights wants them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from srpki.config.tree import EMPTY, Branch, Entries, get
from srpki.management.access.rights import Entry, Profile
from srpki.schema.paths import path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from srpki.management.access.rights import DefaultAction
    from srpki.management.access.verdicts import Action

PROFILES: Final = path("system", "security", "aaa", "local-profiles", "profile")
"""Where profiles are configured, below ``configure``."""
_OPERATIONS: Final = path("netconf", "base-op-authorization")


def profiles(running: Branch) -> Mapping[str, Profile]:
    """Return the profiles that are configured in *running*, by name."""
    found = get(running, PROFILES)
    if not isinstance(found, Entries):
        return {}
    return {str(keys[0]): _profile(content) for keys, content in found.items()}


def _profile(content: Branch) -> Profile:
    entries = content.get("entry")
    rows = entries.items() if isinstance(entries, Entries) else ()
    operations = get(content, _OPERATIONS)
    permitted = operations if isinstance(operations, Branch) else EMPTY
    return Profile(
        cast("DefaultAction", content.get("default-action", "none")),
        tuple(_entry(int(keys[0]), entry) for keys, entry in rows),
        frozenset(name for name, value in permitted.items() if value is True),
    )


def _entry(number: int, content: Branch) -> Entry:
    action = cast("Action", content.get("action", "none"))
    return Entry(number, str(content.get("match", "")), action)
