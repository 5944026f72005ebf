"""Rules for passwords of users, and how they are kept [configure-system-security-user-params.json].

Classic spellings: system management guides and public configurations.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN
from srpki.schema.nodes import Arg, Case, Choice, Container, Inline, Leaf, Line, Maybe
from srpki.schema.types import Enumeration, Integer

BCRYPT: Final = "bcrypt"
SHA2_PBKDF2: Final = "sha2-pbkdf2"
SHA3_PBKDF2: Final = "sha3-pbkdf2"

_CLASSES: Final = ("lowercase", "uppercase", "numeric", "special-character")
_SOME: Final = Integer("uint32", 1, 10)
_RUN: Final = Integer("uint32", 2, 8)

ATTEMPTS: Final = Container(
    name="attempts",
    help="When a user who fails to log in is locked out",
    classic=Line(
        "attempts",
        (
            Maybe((Arg("count"),)),
            Maybe((Arg("time", "time"),)),
            Maybe((Arg("lockout", "lockout"),)),
        ),
    ),
    children=(
        Leaf(
            name="count",
            type=Integer("uint32", 1, 64),
            default="3",
            help="Number of failures that lock a user out",
        ),
        Leaf(
            name="time",
            type=Integer("uint32", 0, 60),
            default="5",
            units="minutes",
            help="Time in which the failures count together",
        ),
        Leaf(
            name="lockout",
            type=Integer("uint32", 0, 1440),
            default="10",
            units="minutes",
            help="How long a user is locked out; 0 locks nobody out",
        ),
    ),
)


def _of_each_class(name: str, what: str) -> Container:
    return Container(
        name=name,
        help=f"How many characters of each class {what}",
        classic=Line(name, tuple(Maybe((Arg(one, one),)) for one in _CLASSES)),
        children=tuple(
            Leaf(name=one, type=_SOME, help=f"How many characters of the class {one} {what}")
            for one in _CLASSES
        ),
    )


_COMPLEXITY: Final = Container(
    name="complexity-rules",
    help="What a password must hold and must not",
    children=(
        Leaf(
            name="allow-user-name",
            type=BOOLEAN,
            default="false",
            help="Let a password hold the name of its user, forwards or backwards",
        ),
        Leaf(
            name="minimum-classes",
            type=Integer("uint32", 2, 4),
            help="How many of the four classes of characters a password must hold",
        ),
        Leaf(
            name="minimum-length",
            type=Integer("uint32", 6, 50),
            default="6",
            help="Number of characters that a password must have, less its credits",
        ),
        Leaf(
            name="repeated-characters",
            type=_RUN,
            help="So many times the same character in a row are refused",
        ),
        Leaf(
            name="disallow-sequence-keys",
            type=_RUN,
            help="So many neighbours on the keyboard in a row are refused",
        ),
        Choice(
            name="complexity-rules-type",
            cases=(
                Case(
                    name="credits",
                    children=(_of_each_class("credits", "count for one more in the length"),),
                ),
                Case(
                    name="required",
                    children=(_of_each_class("required", "a password must hold"),),
                ),
            ),
        ),
    ),
)

PASSWORD: Final = Container(
    name="password",
    help="How passwords are kept and when they must be changed",
    classic=Inline(),
    children=(
        Leaf(
            name="aging",
            type=Integer("uint32", 1, 500),
            units="days",
            help="Age at which a password must be changed at the next log-in",
        ),
        Leaf(
            name="hashing",
            type=Enumeration((BCRYPT, SHA2_PBKDF2, SHA3_PBKDF2)),
            default=BCRYPT,
            help="Algorithm that new passwords are hashed by",
        ),
        Leaf(
            name="history-size",
            type=Integer("uint32", 0, 20),
            help="Number of earlier passwords that a new one must differ from",
        ),
        Leaf(
            name="minimum-age",
            type=Integer("uint32", 0, 86400, named="time-duration"),
            default="600",
            units="seconds",
            help="Age at which users may change their password again",
        ),
        Leaf(
            name="minimum-change",
            type=Integer("uint32", 1, 20),
            default="5",
            help="Number of characters that must change when users change their password",
        ),
        _COMPLEXITY,
    ),
)
