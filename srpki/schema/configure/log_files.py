"""``configure log file``: the files that logs are written to [nokia-conf-log.yang, 26.3]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import description
from srpki.schema.configure.log_types import FILE_NAME, FLASH
from srpki.schema.nodes import Arg, Container, Joined, Leaf, Line, ListNode, Maybe, Numbered
from srpki.schema.types import Integer

_FLASH_WORDS: Final = tuple(
    (name if name == "cf-unspecified" else f"{name}:", name) for name in FLASH.values
)


def _flash(name: str, help_: str) -> Leaf:
    return Leaf(name=name, type=FLASH, default="cf-unspecified", help=help_)


_LOCATION: Final = Container(
    name="compact-flash-location",
    help="Where the files are; a node has cf3 alone",
    classic=Line(
        "location",
        (Arg("primary", words=_FLASH_WORDS), Maybe((Arg("backup", words=_FLASH_WORDS),))),
    ),
    children=(
        _flash("primary", "Flash that the files are written to"),
        _flash("backup", "Flash that takes the place of the primary one where that is not there"),
    ),
)

FILE: Final = ListNode(
    name="file",
    keys=("file-policy-name",),
    max_elements=99,
    help="Files below cf3:\\log that logs are written to",
    classic=Numbered("file-id", order=("description", "compact-flash-location")),
    children=(
        Leaf(
            name="file-policy-name",
            type=FILE_NAME,
            help="Name by which logs refer to the files",
        ),
        description("files"),
        Leaf(
            name="rollover",
            type=Integer("int32", 5, 10080),
            units="minutes",
            default="1440",
            classic=Joined("retention"),
            help="Begin a new file after this time",
        ),
        Leaf(
            name="retention",
            type=Integer("int32", 1, 500),
            units="hours",
            default="12",
            help="Keep a file for this time at least; older ones are removed",
        ),
        _LOCATION,
    ),
)
