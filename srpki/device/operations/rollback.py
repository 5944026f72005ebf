"""``admin rollback`` of the classic CLI [cli.md 3.1]."""

from __future__ import annotations

from srpki.config.json import Configured
from srpki.device.configuration.rollback import ACTIVE, LATEST, Which
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.configuration import (
    CheckpointText,
    Compared,
    Comparison,
    DeletedCheckpoint,
    RevertedCheckpoint,
    SavedCheckpoint,
)


def save(call: Call) -> Outcome:
    """Save the running configuration as a checkpoint or as the rescue configuration."""
    url = call.node.rollback.save(call.text("comment"), rescue=call.flag("rescue"))
    return Outcome(data=SavedCheckpoint(url=url))


def revert(call: Call) -> Outcome:
    """Make a checkpoint the running configuration."""
    url = call.node.rollback.revert(_which(call, "checkpoint", LATEST))
    return Outcome(data=RevertedCheckpoint(url=url))


def delete(call: Call) -> Outcome:
    """Remove a checkpoint."""
    url = call.node.rollback.delete(_which(call, "checkpoint", LATEST))
    return Outcome(data=DeletedCheckpoint(url=url))


def view(call: Call) -> Outcome:
    """Show a checkpoint as it was saved."""
    which = _which(call, "checkpoint", LATEST)
    rollback = call.node.rollback
    found = CheckpointText(lines=rollback.lines(which), url=rollback.url(which))
    return Outcome(data=found)


def compare(call: Call) -> Outcome:
    """Compare two checkpoints, or one with the running configuration."""
    old, new = (_compared(call, *one) for one in (("from", ACTIVE), ("to", LATEST)))
    return Outcome(data=Comparison(old=old, new=new))


def _compared(call: Call, name: str, default: str) -> Compared:
    which, rollback = _which(call, name, default), call.node.rollback
    began = call.node.clock.monotonic()
    tree = rollback.tree(which)
    url = None if which == ACTIVE else rollback.url(which)
    return Compared(
        url=url,
        seconds=call.node.clock.monotonic() - began,
        configure=Configured(call.node.datastore.schema, tree),
    )


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
