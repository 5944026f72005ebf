"""Operations on the whole node: its configuration, its sessions, its restart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from srpki.config.json import Configured
from srpki.core.errors import NotFoundError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.configuration import (
    Configuration,
    EmptyRegion,
    PersistentIndices,
    SavedConfiguration,
    committed,
)
from srpki.device.records.sessions import EndedSessions
from srpki.schema.paths import Value

if TYPE_CHECKING:
    from srpki.device.sessions import Login


def save(call: Call) -> Outcome:
    """Write the running configuration to ``cf3:``, to another file than usual when named."""
    url = call.node.save(call.text("url")) if "url" in call.inputs else call.node.save()
    return Outcome(data=SavedConfiguration(url=url))


_REGIONS = ("bof", "debug", "li")
"""The regions that are not emulated."""


def show_configuration(call: Call) -> Outcome:
    """Show the running configuration; of the regions besides ``configure`` only that."""
    for region in _REGIONS:
        if region in call.inputs:
            return Outcome(data=EmptyRegion(region=region))
    return Outcome(data=_configuration(call))


def display_config(call: Call) -> Outcome:
    """Show the running configuration as a classic file, or its persistent indices: none."""
    if call.flag("index"):
        return Outcome(data=PersistentIndices())
    return Outcome(data=_configuration(call))


def _configuration(call: Call) -> Configuration:
    datastore, last = call.node.datastore, call.node.commits.last()
    return Configuration(
        configure=Configured(datastore.schema, datastore.running),
        generated=call.node.clock.now(),
        last=None if last is None else committed(last),
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
    return Outcome(data=EndedSessions(session_id=tuple(login.session_id for login in fitting)))


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
