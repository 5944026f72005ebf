"""``admin clear security`` and ``show system security user`` [nokia-oper-admin]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import EMPTY_TYPE, NAMED_ITEM
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf
from srpki.schema.types import Reference

_USER: Final = Reference(
    "/configure/system/security/user-params/local-user/user/user-name", "", NAMED_ITEM
)


def _whom(name: str, one: str, all_: str) -> Choice:
    """Return the input of what is done for one user or for all of them."""
    return Choice(
        name=name,
        mandatory=True,
        cases=(
            Case(name="user-name", children=(Leaf(name="user", type=_USER, help=one),)),
            Case(name="all", children=(Leaf(name="all", type=EMPTY_TYPE, help=all_),)),
        ),
    )


CLEAR: Final = Container(
    name="clear",
    help="Clear what is remembered of users",
    children=(
        Container(
            name="security",
            help="Clear what is remembered of those who log in",
            children=(
                Action(
                    name="lockout",
                    operation="admin.clear-lockout",
                    help="Let users who are locked out try again",
                    inputs=(
                        _whom("lockout-options", "User who may try again", "Let everybody try"),
                    ),
                ),
                Action(
                    name="password-history",
                    operation="admin.clear-password-history",
                    help="Forget which passwords users had before",
                    inputs=(
                        _whom(
                            "password-history-options",
                            "User whose earlier passwords are forgotten",
                            "Forget those of everybody",
                        ),
                    ),
                ),
            ),
        ),
    ),
)
"""The MD-CLI has it there; where the classic CLI has it is decided."""

SHOW_USER: Final = Action(
    name="user",
    operation="show.system.security.user",
    help="Print the users of the configuration, and how they have logged in",
    positional=("user-name",),
    inputs=(
        Leaf(name="user-name", type=_USER, help="Print this user alone"),
        Leaf(name="lockout", type=EMPTY_TYPE, help="Print who is locked out, and for how long"),
    ),
)
