"""Operations on the whole node: save and show the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.device.operations import Inputs, Operation, Outcome
from srpki.device.results import Configuration, Message

if TYPE_CHECKING:
    from srpki.device.router import Router


def save(router: Router, inputs: Inputs) -> Outcome:
    """Write the running configuration to ``cf3:`` [cli.md 1.4]."""
    del inputs
    url = router.save()
    lines = (f"Writing configuration to {url}", "Saving configuration OK", "Completed.")
    return Outcome(messages=tuple(Message("info", line) for line in lines))


def show_configuration(router: Router, inputs: Inputs) -> Outcome:
    """Show the running configuration."""
    del inputs
    tree = router.datastore.running
    return Outcome(data=Configuration(tree=tree, generated=router.clock.now()))


OPERATIONS: dict[str, Operation] = {
    "admin.save": save,
    "admin.show-configuration": show_configuration,
}
