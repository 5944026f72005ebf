"""``admin rollback``: checkpoints of the classic CLI, which alone has them."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import EMPTY_TYPE
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.types import Enumeration, Integer, Text, Union

_NUMBER: Final = Integer("uint32", 1, 49)
_CHECKPOINT: Final = Union((Enumeration(("latest-rb", "rescue")), _NUMBER))
_SOURCE: Final = Union((Enumeration(("active-cfg", "latest-rb", "rescue")), _NUMBER))


def _which(help_: str, *, mandatory: bool = True) -> Leaf:
    return Leaf(name="checkpoint", type=_CHECKPOINT, help=help_, mandatory=mandatory)


ROLLBACK: Final = Container(
    name="rollback",
    help="Checkpoints of the configuration",
    children=(
        Action(
            name="compare",
            operation="rollback.compare",
            help="Show how two configurations differ",
            positional=("from",),
            inputs=(
                Leaf(
                    name="from",
                    type=_SOURCE,
                    default="active-cfg",
                    help="The configuration that is compared with another",
                ),
                Leaf(
                    name="to",
                    type=_SOURCE,
                    default="latest-rb",
                    help="The other configuration",
                ),
            ),
        ),
        Action(
            name="delete",
            operation="rollback.delete",
            help="Remove a checkpoint; older ones move up",
            positional=("checkpoint",),
            inputs=(_which("The checkpoint to remove, or the rescue configuration"),),
        ),
        Action(
            name="revert",
            operation="rollback.revert",
            help="Make a checkpoint the running configuration",
            positional=("checkpoint",),
            inputs=(
                _which("The checkpoint to return to, or the rescue configuration"),
                Leaf(name="now", type=EMPTY_TYPE, help="At once, as without this word"),
            ),
        ),
        Action(
            name="save",
            operation="rollback.save",
            help="Save the running configuration as the latest checkpoint",
            inputs=(
                Leaf(
                    name="comment",
                    type=Text(length=(1, 255)),
                    help="What this checkpoint is for",
                ),
                Leaf(
                    name="rescue",
                    type=EMPTY_TYPE,
                    help="Save it as the rescue configuration instead",
                ),
            ),
        ),
        Action(
            name="view",
            operation="rollback.view",
            help="Show a checkpoint as it was saved",
            positional=("checkpoint",),
            inputs=(_which("The checkpoint to show, the latest when not given", mandatory=False),),
        ),
    ),
)
