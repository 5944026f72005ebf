"""``global-operations``: the actions of NETCONF that no CLI has [fact sheet ``oper-global.json``].

Their inputs hold containers, which inputs of commands do not; NETCONF reads them by itself.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import CFLASH_URL, EMPTY_TYPE
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf
from srpki.schema.types import Enumeration, Integer, Text, ValueType

RAW_COMMAND: Final = Action(
    name="md-cli-raw-command",
    operation="netconf.md-cli-raw-command",
    help="Run a command of the MD-CLI from its operational root",
    inputs=(
        Leaf(
            name="md-cli-input-line",
            type=Text(length=(0, 2600)),
            mandatory=True,
            help="The command, as it is typed",
        ),
    ),
)
RAW_RESULTS: Final = (
    Leaf(name="md-cli-output-block", type=Text(), help="What the command has printed"),
)


def _one(name: str, kind: ValueType, help_: str) -> Case:
    return Case(name, (Leaf(name=name, type=kind, help=help_),))


def _side(name: str, help_: str) -> Container:
    return Container(
        name=name,
        help=help_,
        children=(
            Choice(
                name="destination-type",
                cases=(
                    _one("candidate", EMPTY_TYPE, "What is being edited in the session"),
                    _one("baseline", EMPTY_TYPE, "What was running when the editing began"),
                    _one("url", CFLASH_URL, "A configuration in a file"),
                    _one("running", EMPTY_TYPE, "What the node works with"),
                    _one("startup", EMPTY_TYPE, "What the node starts with"),
                    _one("booted", EMPTY_TYPE, "What the node has started with"),
                    _one("rollback-id", Integer("uint32", 0, 200), "An earlier saved version"),
                    _one("commit-id", Integer("uint32", 1), "What a commit has led to"),
                ),
            ),
        ),
    )


COMPARE: Final = Action(
    name="md-compare",
    operation="netconf.md-compare",
    help="Tell what turns one configuration into another one",
    inputs=(
        Leaf(
            name="configuration-region",
            type=Enumeration(("configure", "li", "bof", "debug")),
            help="The region to compare; only configure is emulated",
        ),
        _side("source", "The configuration with the changes"),
        _side("destination", "The configuration without them"),
        Leaf(
            name="format",
            type=Enumeration(("xml", "md-cli", "md-cli-full")),
            default="xml",
            help="How the differences are told",
        ),
    ),
)
COMPARE_RESULTS: Final = (
    Leaf(name="md-compare-output", type=Text(), help="What differs, nothing where nothing does"),
)

GLOBAL_OPERATIONS: Final = Container(
    name="global-operations",
    help="Actions that belong to no branch",
    children=(COMPARE, RAW_COMMAND),
)
