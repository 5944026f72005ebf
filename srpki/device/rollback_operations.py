"""``admin rollback`` of the classic CLI [cli.md 3.1]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.device.operations import Inputs, Operation, Outcome, flag, text, told
from srpki.device.results import Comparison, Lines
from srpki.device.rollback import ACTIVE, LATEST, Which

if TYPE_CHECKING:
    from srpki.device.router import Router


def save(router: Router, inputs: Inputs) -> Outcome:
    """Save the running configuration as a checkpoint or as the rescue configuration."""
    url = router.rollback.save(text(inputs, "comment"), rescue=flag(inputs, "rescue"))
    return told(f"Saving rollback configuration to {url}... OK")


def revert(router: Router, inputs: Inputs) -> Outcome:
    """Make a checkpoint the running configuration."""
    url = router.rollback.revert(_which(inputs, "checkpoint", LATEST))
    return told(f"Restoring rollback configuration {url}... OK")


def delete(router: Router, inputs: Inputs) -> Outcome:
    """Remove a checkpoint."""
    url = router.rollback.delete(_which(inputs, "checkpoint", LATEST))
    return told(f"Deleting rollback configuration {url}... OK")


def view(router: Router, inputs: Inputs) -> Outcome:
    """Show a checkpoint as it was saved."""
    which = _which(inputs, "checkpoint", LATEST)
    return Outcome(data=Lines(lines=router.rollback.lines(which)))


def compare(router: Router, inputs: Inputs) -> Outcome:
    """Compare two checkpoints, or one with the running configuration."""
    trees, read = [], []
    for name, default in (("from", ACTIVE), ("to", LATEST)):
        which = _which(inputs, name, default)
        began = router.clock.monotonic()
        trees.append(router.rollback.tree(which))
        told_as = "current config" if which == ACTIVE else f'"{router.rollback.url(which)}"'
        read.append((told_as, router.clock.monotonic() - began))
    return Outcome(data=Comparison(old=trees[0], new=trees[1], read=tuple(read)))


def _which(inputs: Inputs, name: str, default: str) -> Which:
    found = inputs.get(name, default)
    return found if isinstance(found, int) else str(found)


OPERATIONS: dict[str, Operation] = {
    "rollback.save": save,
    "rollback.revert": revert,
    "rollback.delete": delete,
    "rollback.view": view,
    "rollback.compare": compare,
}
