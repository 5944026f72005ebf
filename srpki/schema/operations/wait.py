"""``wait until``: the emulator's own command, for scripts, in both CLIs; not SR OS."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import EMPTY_TYPE, PKI_FILE_NAME
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf
from srpki.schema.operations.inputs import STATE
from srpki.schema.state.pki import UPDATE_STATE
from srpki.schema.types import Integer, Reference

TIMEOUT: Final = 300
"""Seconds of the node's clock that are waited for at most, unless a timeout is given."""

_CERTIFICATE: Final = Reference(
    f"{STATE}/certificate-auto-update/certificate-file-name", "", PKI_FILE_NAME
)
_EVENT: Final = Integer("uint32", 1, 65535)
_LIMIT: Final = Leaf(
    name="timeout",
    type=Integer("uint32", 1, 1_000_000_000),
    default=str(TIMEOUT),
    units="seconds",
    help="How long to wait at most, by the node's clock",
)

WAIT: Final = Container(
    name="wait",
    help="Wait for something to happen (not part of SR OS)",
    children=(
        Container(
            name="until",
            help="Wait until it has happened since the session began; on a lab's clock it moves",
            children=(
                Action(
                    name="certificate",
                    operation="wait.certificate",
                    help="Wait for the renewal, a state or an event of one certificate",
                    positional=("name",),
                    inputs=(
                        Leaf(
                            name="name",
                            type=_CERTIFICATE,
                            mandatory=True,
                            help="Certificate file that is renewed",
                        ),
                        Choice(
                            name="condition",
                            mandatory=True,
                            cases=(
                                Case(
                                    "renewed",
                                    (
                                        Leaf(
                                            name="renewed",
                                            type=EMPTY_TYPE,
                                            help="Until another certificate is in its place",
                                        ),
                                    ),
                                ),
                                Case(
                                    "state",
                                    (
                                        Leaf(
                                            name="state",
                                            type=UPDATE_STATE,
                                            help="Until its entry is in this state",
                                        ),
                                    ),
                                ),
                                Case(
                                    "event",
                                    (
                                        Leaf(
                                            name="event",
                                            type=_EVENT,
                                            help="Until an event of this number tells of it",
                                        ),
                                    ),
                                ),
                            ),
                        ),
                        _LIMIT,
                    ),
                ),
                Action(
                    name="event",
                    operation="wait.event",
                    help="Wait for an event",
                    positional=("number",),
                    inputs=(
                        Leaf(
                            name="number",
                            type=_EVENT,
                            mandatory=True,
                            help="Number of the event, as show log prints it",
                        ),
                        _LIMIT,
                    ),
                ),
            ),
        ),
    ),
)
