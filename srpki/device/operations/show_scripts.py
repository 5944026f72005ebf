"""``show system script-control`` and ``show log event-handling``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import NotFoundError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.scripting.pages import HandlerPage, PolicyPage, Scripting, ScriptPage, TriggerRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from srpki.device.scripting.control import Key


def script(call: Call) -> Outcome:
    """Show scripts."""
    scripts = call.node.scripts
    known = scripts.control.scripts
    failures = {
        policy.script: scripts.failure(key) for key, policy in scripts.control.policies.items()
    }
    pages = tuple(
        ScriptPage(
            key=key,
            script=known[key],
            error=failures.get(key, ""),
            changed=scripts.changed("script", key),
        )
        for key in _wanted(call, "script", known)
    )
    return Outcome(data=Scripting(scripts=pages))


def policy(call: Call) -> Outcome:
    """Show script policies with their runs."""
    scripts = call.node.scripts
    known = scripts.control.policies
    pages = tuple(
        PolicyPage(
            key=key,
            policy=known[key],
            script=scripts.control.scripts.get(known[key].script),
            runs=scripts.runs(key),
            failure=scripts.failure(key),
            changed=scripts.changed("policy", key),
            now=call.node.clock.now(),
        )
        for key in _wanted(call, "script-policy", known)
    )
    return Outcome(data=Scripting(policies=pages))


def _wanted(call: Call, kind: str, known: Mapping[Key, object]) -> list[Key]:
    """Return the keys that the name and owner of a call leave; raises `NotFoundError` for none."""
    name, owner = call.text("name"), call.text("owner")
    found = [key for key in known if name in ("", key[0]) and owner in ("", key[1])]
    if name and not found:
        raise NotFoundError(f'{kind} "{name}" does not exist')
    return found


def handler(call: Call) -> Outcome:
    """Show event handlers and what became of them."""
    known, name = call.node.handlers.handlers(), call.text("name")
    if name and name not in known:
        raise NotFoundError(f'handler "{name}" does not exist')
    return Outcome(data=Scripting(handlers=_pages(call, [name] if name else list(known))))


def information(call: Call) -> Outcome:
    """Show which events ask which handlers, and the handlers."""
    handlers = call.node.handlers
    triggers = tuple(
        TriggerRow(
            application=application,
            event=event,
            handler=trigger.handler,
            times=trigger.times,
            within=trigger.within,
        )
        for application, event, trigger in handlers.triggers()
    )
    pages = _pages(call, list(handlers.handlers()))
    return Outcome(data=Scripting(handlers=pages, triggers=triggers))


def _pages(call: Call, names: list[str]) -> tuple[HandlerPage, ...]:
    handlers = call.node.handlers
    known = handlers.handlers()
    return tuple(
        HandlerPage(
            name=name,
            handler=known[name],
            counts=handlers.counts(name),
            actions=tuple(
                (action, handlers.counts(name, action.number)) for action in known[name].actions
            ),
        )
        for name in names
    )


OPERATIONS: dict[str, Operation] = {
    "show.log.event-handling.handler": handler,
    "show.log.event-handling.information": information,
    "show.system.script": script,
    "show.system.script-policy": policy,
}
