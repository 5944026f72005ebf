"""``admin rollback`` of the classic CLI [cli.md 3.1]."""

from __future__ import annotations

from srpki.device.configuration.rollback import ACTIVE, LATEST, Which
from srpki.device.operations.call import Call, Operation, Outcome, told
from srpki.device.results import Comparison, Lines


def save(call: Call) -> Outcome:
    """Save the running configuration as a checkpoint or as the rescue configuration."""
    url = call.node.rollback.save(call.text("comment"), rescue=call.flag("rescue"))
    return told(f"Saving rollback configuration to {url}... OK")


def revert(call: Call) -> Outcome:
    """Make a checkpoint the running configuration."""
    url = call.node.rollback.revert(_which(call, "checkpoint", LATEST))
    return told(f"Restoring rollback configuration {url}... OK")


def delete(call: Call) -> Outcome:
    """Remove a checkpoint."""
    url = call.node.rollback.delete(_which(call, "checkpoint", LATEST))
    return told(f"Deleting rollback configuration {url}... OK")


def view(call: Call) -> Outcome:
    """Show a checkpoint as it was saved."""
    which = _which(call, "checkpoint", LATEST)
    return Outcome(data=Lines(lines=call.node.rollback.lines(which)))


def compare(call: Call) -> Outcome:
    """Compare two checkpoints, or one with the running configuration."""
    trees, read = [], []
    for name, default in (("from", ACTIVE), ("to", LATEST)):
        which = _which(call, name, default)
        began = call.node.clock.monotonic()
        trees.append(call.node.rollback.tree(which))
        told_as = "current config" if which == ACTIVE else f'"{call.node.rollback.url(which)}"'
        read.append((told_as, call.node.clock.monotonic() - began))
    return Outcome(data=Comparison(old=trees[0], new=trees[1], read=tuple(read)))


def _which(call: Call, name: str, default: str) -> Which:
    found = call.inputs.get(name, default)
    return found if isinstance(found, int) else str(found)


OPERATIONS: dict[str, Operation] = {
    "rollback.save": save,
    "rollback.revert": revert,
    "rollback.delete": delete,
    "rollback.view": view,
    "rollback.compare": compare,
}
