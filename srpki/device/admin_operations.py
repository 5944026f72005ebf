"""Operations on the whole node: save and show the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.device.operations import Inputs, Operation, Outcome, flag, text
from srpki.device.results import Configuration, Message

if TYPE_CHECKING:
    from srpki.device.router import Router


def save(router: Router, inputs: Inputs) -> Outcome:
    """Write the running configuration to ``cf3:``, to another file than usual when named."""
    url = router.save(text(inputs, "url")) if "url" in inputs else router.save()
    lines = (f"Writing configuration to {url}", "Saving configuration OK", "Completed.")
    return Outcome(messages=tuple(Message("info", line) for line in lines))


def show_configuration(router: Router, inputs: Inputs) -> Outcome:
    """Show the running configuration, with *detail* the defaults too."""
    tree, now = router.datastore.running, router.clock.now()
    return Outcome(data=Configuration(tree=tree, generated=now, detail=flag(inputs, "detail")))


OPERATIONS: dict[str, Operation] = {
    "admin.save": save,
    "admin.show-configuration": show_configuration,
}
