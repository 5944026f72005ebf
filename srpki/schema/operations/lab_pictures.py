"""``lab timeline``, ``messages``, ``chain``: certificates at a glance; not SR OS."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import PKI_FILE_NAME
from srpki.schema.nodes import Action, Leaf
from srpki.schema.operations.lab_types import DURATION
from srpki.schema.types import Integer

MOST_TRANSACTIONS: Final = 500
PICTURES: Final = (
    Action(
        name="chain",
        operation="lab.chain",
        help="Draw the chain of a certificate, with what is wrong",
        positional=("certificate",),
        inputs=(
            Leaf(
                name="certificate",
                type=PKI_FILE_NAME,
                mandatory=True,
                help="Imported certificate",
            ),
        ),
    ),
    Action(
        name="messages",
        operation="lab.messages",
        help="Draw what was said between the node and its CAs, a ladder a transaction",
        inputs=(
            Leaf(
                name="last",
                type=Integer("uint32", 1, MOST_TRANSACTIONS),
                default="3",
                help="How many transactions",
            ),
        ),
    ),
    Action(
        name="timeline",
        operation="lab.timeline",
        help="Draw the certificates over time: validity, renewals, failures, gaps, what is planned",
        positional=("duration",),
        inputs=(
            Leaf(
                name="duration",
                type=DURATION,
                default="30d",
                help="How far back and how far ahead, as 12h, 30d or 1y",
            ),
        ),
    ),
)
