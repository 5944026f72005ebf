"""What the two profiles hold that every node has: one table.

The entries are those of public configurations, without lawful interception; that what is configured
under one of the names takes the place of the whole profile is decided, as is the default action of
``administrative``, and that ``default`` lets nobody change or see more than it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from srpki.management.access.rights import Entry, Profile
from srpki.schema.configure.profiles import ADMINISTRATIVE, DEFAULT, NETCONF_OPERATIONS

BUILT_IN: Final[Mapping[str, Profile]] = {
    ADMINISTRATIVE: Profile(
        default_action="permit-all",
        entries=(
            Entry(10, "configure system security", "permit"),
            Entry(20, "show system security", "permit"),
            Entry(30, "tools perform security", "permit"),
            Entry(40, "tools dump security", "permit"),
            Entry(42, "tools dump system security", "permit"),
            Entry(50, "admin system security", "permit"),
        ),
        operations=frozenset(NETCONF_OPERATIONS),
    ),
    DEFAULT: Profile(
        entries=(
            Entry(10, "exec", "permit"),
            Entry(20, "exit", "permit"),
            Entry(30, "help", "permit"),
            Entry(40, "logout", "permit"),
            Entry(50, "password", "permit"),
            Entry(60, "show config", "deny"),
            Entry(70, "show", "permit"),
            Entry(75, "state", "permit"),
            Entry(80, "enable-admin", "permit"),
            Entry(90, "enable", "permit"),
        ),
    ),
}
"""The profiles by name."""
