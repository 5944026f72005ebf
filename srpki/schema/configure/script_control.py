"""``configure system script-control``: scripts, and the policies that say how they run.

[facts: configure-system-script-control.json; classic: 7705 SAR basic system guide]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, NAMED_ITEM, admin_state, description
from srpki.schema.nodes import (
    Absent,
    Arg,
    Case,
    Choice,
    Container,
    Leaf,
    Line,
    ListNode,
    Maybe,
    Numbered,
)
from srpki.schema.types import Enumeration, Integer, Text, Union

OWNER: Final = "TiMOS CLI"
"""The owner of what is made without naming one."""
FOREVER: Final = "forever"

_LOCATION: Final = Text(length=(1, 255), patterns=(r"(.*\S.*)|()",), named="string-not-all-spaces")
_SECONDS: Final = Union((Integer("uint32", 0, 21474836), Enumeration((FOREVER,))))


def _owner(help_: str) -> Leaf:
    return Leaf(name="owner", type=NAMED_ITEM, help=help_)


_SCRIPT: Final = ListNode(
    name="script",
    keys=("script-name", "owner"),
    presumed=(("owner", OWNER),),
    max_elements=1500,
    help="A file of commands that script policies can run",
    classic=Numbered(named=False),
    children=(
        Leaf(name="script-name", type=NAMED_ITEM, help="Name by which policies refer to it"),
        _owner("Who it belongs to: any text, not a user"),
        admin_state("Whether it may be run"),
        description("script"),
        Leaf(
            name="location",
            type=_LOCATION,
            auto_restart=True,
            help="File on cf3: with the commands",
        ),
    ),
)

_POLICY: Final = ListNode(
    name="script-policy",
    keys=("policy-name", "owner"),
    presumed=(("owner", OWNER),),
    max_elements=1500,
    help="Which script is run, for how long, and what is kept of it",
    classic=Numbered(named=False),
    children=(
        Leaf(name="policy-name", type=NAMED_ITEM, help="Name by which handlers refer to it"),
        _owner("Who it belongs to: any text, not a user"),
        admin_state("Whether its script is run when an event asks for it"),
        Leaf(
            name="expire-time",
            type=_SECONDS,
            default="3600",
            units="seconds",
            help="How long it is remembered how a run has ended",
        ),
        Leaf(
            name="max-completed",
            type=Integer("uint32", 1, 1500),
            default="1",
            help="Of how many runs it is remembered how they have ended",
        ),
        Leaf(
            name="results",
            type=_LOCATION,
            help="Beginning of the names of files with the output; without it nothing runs",
        ),
        Leaf(
            name="lock-override",
            type=BOOLEAN,
            default="false",
            help="Not emulated: whether the script edits what another session has locked",
            emulated=False,
        ),
        Choice(
            name="script-type",
            cases=(
                Case(
                    name="scriptcontrol",
                    children=(
                        Leaf(
                            name="lifetime",
                            type=_SECONDS,
                            default="3600",
                            units="seconds",
                            help="How long a run may take before it is ended",
                        ),
                        Container(
                            name="script",
                            help="The script that is run",
                            classic=Line("script", (Arg("name"), Maybe((Arg("owner", "owner"),)))),
                            children=(
                                Leaf(
                                    name="name",
                                    type=NAMED_ITEM,
                                    auto_restart=True,
                                    help="Name of the script",
                                ),
                                Leaf(
                                    name="owner",
                                    type=NAMED_ITEM,
                                    auto_restart=True,
                                    help=f"Owner of the script; {OWNER} when left out",
                                ),
                            ),
                        ),
                    ),
                ),
                Case(
                    name="python3script",
                    children=(
                        Leaf(
                            name="python-lifetime",
                            type=Integer("uint32", 30, 86400),
                            units="seconds",
                            help="Not emulated: how long a Python script may take",
                            emulated=False,
                        ),
                        Container(
                            name="python-script",
                            help="Not emulated: a Python script in the place of commands",
                            classic=Absent(),
                            children=(
                                Leaf(
                                    name="name",
                                    type=NAMED_ITEM,
                                    auto_restart=True,
                                    help="Not emulated: name of the Python script",
                                    emulated=False,
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
)

SCRIPT_CONTROL: Final = Container(
    name="script-control",
    help="Scripts, and the policies that say how they run",
    children=(_SCRIPT, _POLICY),
)
