"""Operations on the whole node: its configuration, its sessions, its restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from srpki.core.errors import NotFoundError
from srpki.device.operations.call import Call, Operation, Outcome, told
from srpki.device.results import Configuration
from srpki.schema.paths import Value

if TYPE_CHECKING:
    from srpki.device.sessions import Login


def save(call: Call) -> Outcome:
    """Write the running configuration to ``cf3:``, to another file than usual when named."""
    url = call.node.save(call.text("url")) if "url" in call.inputs else call.node.save()
    lines = (f"Writing configuration to {url}", "Saving configuration OK", "Completed.")
    return told(*lines)


_REGIONS = {
    "bof": "boot options",
    "debug": "debug output",
    "li": "lawful interception",
}
"""The regions that are not emulated, and what SR OS keeps there."""


def show_configuration(call: Call) -> Outcome:
    """Show the running configuration; of the regions besides ``configure`` only that."""
    for region, what in _REGIONS.items():
        if region in call.inputs:
            line = f"# Nothing is configured in the {region} region: {what} are not emulated."
            return told(line)
    return Outcome(data=_configuration(call))


def display_config(call: Call) -> Outcome:
    """Show the running configuration as a classic file, or its persistent indices: none."""
    if call.flag("index"):
        line = "# Nothing that is emulated has a persistent index."
        return told(line)
    return Outcome(data=_configuration(call))


def _configuration(call: Call) -> Configuration:
    return Configuration(
        tree=call.node.datastore.running,
        generated=call.node.clock.now(),
        last=call.node.commits.last(),
        detail=call.flag("detail"),
    )


def reboot(call: Call) -> Outcome:
    """Start the node anew; every session ends, and says so itself."""
    call.node.reboot(call.caller)
    return Outcome()


def disconnect(call: Call) -> Outcome:
    """End the sessions that fit what is given."""
    fitting = [login for login in call.node.sessions.all() if _fits(login, call.inputs)]
    if not fitting:
        given = " ".join(f"{name} {value}" for name, value in call.inputs.items())
        raise NotFoundError(f"no session fits {given}", hint="see who is there with show users")
    for login in fitting:
        call.node.sessions.end(login)
    return Outcome()


def _fits(login: Login, inputs: Mapping[str, Value]) -> bool:
    facts = {
        "address": login.address,
        "session-id": login.session_id,
        "session-type": login.kind,
        "username": login.user,
    }
    return all(facts[name] == value for name, value in inputs.items())


def synchronize_certificate(call: Call) -> Outcome:
    """Copy nothing: there is one CPM [observed-2.md 14]."""
    del call
    return Outcome()


OPERATIONS: dict[str, Operation] = {
    "admin.disconnect": disconnect,
    "admin.display-config": display_config,
    "admin.reboot": reboot,
    "admin.save": save,
    "admin.show-configuration": show_configuration,
    "admin.synchronize-certificate": synchronize_certificate,
}
