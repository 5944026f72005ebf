"""Operations on the whole node: its configuration, its sessions, its restart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import NotFoundError
from srpki.device.operations import Inputs, Operation, Outcome, flag, text, told
from srpki.device.results import Configuration

if TYPE_CHECKING:
    from srpki.device.router import Router
    from srpki.device.sessions import Login


def save(router: Router, inputs: Inputs) -> Outcome:
    """Write the running configuration to ``cf3:``, to another file than usual when named."""
    url = router.save(text(inputs, "url")) if "url" in inputs else router.save()
    lines = (f"Writing configuration to {url}", "Saving configuration OK", "Completed.")
    return told(*lines)


_REGIONS = {
    "bof": "boot options",
    "debug": "debug output",
    "li": "lawful interception",
}
"""The regions that are not emulated, and what SR OS keeps there."""


def show_configuration(router: Router, inputs: Inputs) -> Outcome:
    """Show the running configuration; of the regions besides ``configure`` only that."""
    for region, what in _REGIONS.items():
        if region in inputs:
            line = f"# Nothing is configured in the {region} region: {what} are not emulated."
            return told(line)
    return Outcome(data=_configuration(router, inputs))


def display_config(router: Router, inputs: Inputs) -> Outcome:
    """Show the running configuration as a classic file, or its persistent indices: none."""
    if flag(inputs, "index"):
        line = "# Nothing that is emulated has a persistent index."
        return told(line)
    return Outcome(data=_configuration(router, inputs))


def _configuration(router: Router, inputs: Inputs) -> Configuration:
    return Configuration(
        tree=router.datastore.running,
        generated=router.clock.now(),
        last=router.commits.last(),
        detail=flag(inputs, "detail"),
    )


def reboot(router: Router, inputs: Inputs) -> Outcome:
    """Start the node anew; every session ends, and says so itself."""
    del inputs
    router.reboot()
    return Outcome()


def disconnect(router: Router, inputs: Inputs) -> Outcome:
    """End the sessions that fit what is given."""
    fitting = [login for login in router.sessions.all() if _fits(login, inputs)]
    if not fitting:
        given = " ".join(f"{name} {value}" for name, value in inputs.items())
        raise NotFoundError(f"no session fits {given}", hint="see who is there with show users")
    for login in fitting:
        router.sessions.end(login)
    return Outcome()


def _fits(login: Login, inputs: Inputs) -> bool:
    facts = {
        "address": login.address,
        "session-id": login.session_id,
        "session-type": login.kind,
        "username": login.user,
    }
    return all(facts[name] == value for name, value in inputs.items())


OPERATIONS: dict[str, Operation] = {
    "admin.disconnect": disconnect,
    "admin.display-config": display_config,
    "admin.reboot": reboot,
    "admin.save": save,
    "admin.show-configuration": show_configuration,
}
