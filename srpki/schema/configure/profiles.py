"""``configure system security aaa local-profiles``: what users may do.

[facts: configure-system-security-aaa-local-profiles.json; classic: public configurations]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, NOT_ALL_SPACES, description
from srpki.schema.nodes import Container, Inline, Leaf, ListNode, Numbered
from srpki.schema.types import Enumeration, Integer, Reference, Text

ADMINISTRATIVE: Final = "administrative"
DEFAULT: Final = "default"
"""The two profiles that every node has; a user who is member of none has this one."""

_PROFILE_NAME: Final = Text(
    length=(1, 32),
    patterns=(NOT_ALL_SPACES, "[^ ]*"),
    named="named-item",
    complaint="A name of a profile has no blank",
)
_SESSIONS: Final = Integer("int32", 0, 50, named="session-limit")


def to_profile(yang: str) -> Reference:
    """Return the type of a reference, spelled *yang* in the models, to a profile."""
    return Reference(
        "/configure/system/security/aaa/local-profiles/profile/user-profile-name",
        yang,
        _PROFILE_NAME,
        built_in=(ADMINISTRATIVE, DEFAULT),
    )


def _limit(kind: str, help_: str, *, emulated: bool = True) -> Leaf:
    return Leaf(name=f"{kind}-max-sessions", type=_SESSIONS, help=help_, emulated=emulated)


NETCONF_OPERATIONS: Final = (
    "action",
    "cancel-commit",
    "close-session",
    "commit",
    "copy-config",
    "create-subscription",
    "delete-config",
    "discard-changes",
    "edit-config",
    "get",
    "get-config",
    "get-data",
    "get-schema",
    "kill-session",
    "lock",
    "validate",
)
"""The operations of NETCONF that a profile allows one by one."""

_ENTRY: Final = ListNode(
    name="entry",
    keys=("entry-id",),
    help="Commands that are allowed or denied; the entry with the lowest number that fits decides",
    classic=Numbered(named=False),
    children=(
        Leaf(name="entry-id", type=Integer("uint32", 1, 9999), help="Number of the entry"),
        description("entry"),
        Leaf(
            name="match",
            type=Text(length=(1, 255), named="display-string"),
            help="First words of the commands that the entry is about",
        ),
        Leaf(
            name="action",
            type=Enumeration(("deny", "permit", "none", "read-only")),
            default="none",
            help="What becomes of a command that fits; none passes the entry over",
        ),
    ),
)

_PROFILE: Final = ListNode(
    name="profile",
    keys=("user-profile-name",),
    max_elements=128,
    help="Commands that users who are members of the profile may give",
    classic=Numbered(named=False),
    children=(
        Leaf(
            name="user-profile-name",
            type=_PROFILE_NAME,
            help="Name by which users are made members of the profile",
        ),
        _limit("combined", "Most sessions that all members may have at once"),
        _limit("ssh", "Most sessions over SSH that all members may have at once"),
        _limit(
            "telnet",
            "Not emulated: most sessions over Telnet that all members may have at once",
            emulated=False,
        ),
        Leaf(
            name="li",
            type=BOOLEAN,
            default="false",
            help="Not emulated: whether members may see lawful interception",
            emulated=False,
        ),
        Leaf(
            name="default-action",
            type=Enumeration(("deny-all", "permit-all", "none", "read-only-all")),
            default="none",
            help="What becomes of a command that no entry fits; none goes on to the next profile",
        ),
        _ENTRY,
        Container(
            name="netconf",
            help="What members may do by NETCONF",
            children=(
                Container(
                    name="base-op-authorization",
                    help="Operations of NETCONF that members may use",
                    children=tuple(
                        Leaf(
                            name=name,
                            type=BOOLEAN,
                            default="false",
                            help=f"Allow the operation {name}",
                        )
                        for name in NETCONF_OPERATIONS
                    ),
                ),
            ),
        ),
    ),
)

AAA: Final = Container(
    name="aaa",
    help="What users may do",
    classic=Inline(),
    children=(
        Container(
            name="local-profiles",
            help="Profiles of the node itself",
            classic=Inline(),
            children=(_PROFILE,),
        ),
    ),
)
