"""``show system script-control`` and ``show log event-handling``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from srpki.core.errors import NotFoundError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.scripts import (
    EventHandling,
    EventTrigger,
    HandlerEntryState,
    Handlers,
    HandlerState,
    ScriptPolicyState,
    ScriptPolicyStates,
    ScriptRun,
    ScriptState,
    ScriptStates,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from srpki.device.scripting.control import Key, Policy, Script
    from srpki.device.scripting.handlers import Action, Counts
    from srpki.device.scripting.runs import Run


def script(call: Call) -> Outcome:
    """Show scripts."""
    known = call.node.scripts.control.scripts
    found = tuple(_script(call, key, known[key]) for key in _wanted(call, "script", known))
    return Outcome(data=ScriptStates(script=found))


def _script(call: Call, key: Key, script: Script) -> ScriptState:
    scripts = call.node.scripts
    failures = {one.script: scripts.failure(key) for key, one in scripts.control.policies.items()}
    name, owner = key
    return ScriptState(
        script_name=name,
        owner=owner,
        description=script.description or None,
        admin_state=script.enabled,
        oper_state=script.enabled and bool(script.location),
        location=script.location or None,
        error=failures.get(key) or None,
        last_change=scripts.changed("script", key),
    )


def policy(call: Call) -> Outcome:
    """Show script policies with their runs."""
    known = call.node.scripts.control.policies
    found = tuple(_policy(call, key, known[key]) for key in _wanted(call, "script-policy", known))
    return Outcome(data=ScriptPolicyStates(script_policy=found))


def _policy(call: Call, key: Key, policy: Policy) -> ScriptPolicyState:
    scripts, now = call.node.scripts, call.node.clock.now()
    script = scripts.control.scripts.get(policy.script)
    ready = script is not None and script.enabled and bool(script.location)
    (name, owner), (script_name, script_owner) = key, policy.script
    return ScriptPolicyState(
        policy_name=name,
        owner=owner,
        admin_state=policy.enabled,
        oper_state=policy.enabled and ready and bool(policy.results),
        script_name=script_name or None,
        script_owner=script_owner if script_name else None,
        location=(script.location or None) if script is not None else None,
        results=policy.results or None,
        max_completed=policy.most,
        lifetime=policy.lifetime,
        expire_time=policy.expires,
        error=scripts.failure(key) or None,
        last_change=scripts.changed("policy", key),
        run=tuple(_run(run, policy, now) for run in scripts.runs(key)),
    )


def _run(run: Run, policy: Policy, now: datetime) -> ScriptRun:
    end = run.end or now
    elapsed = end - run.start if run.start is not None else timedelta()
    left = policy.lifetime
    if left is not None:
        left = timedelta() if run.end else left - elapsed
    return ScriptRun(
        number=run.number,
        start=run.start,
        end=run.end,
        elapsed=elapsed,
        lifetime_left=left,
        kept=None if policy.expires is None else policy.expires - (now - end),
        state=run.state,
        exit=run.exit,
        source=run.source or None,
        results=run.results or None,
        error=run.error or None,
    )


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
    found = tuple(_handler(call, one) for one in ([name] if name else known))
    return Outcome(data=Handlers(handler=found))


def information(call: Call) -> Outcome:
    """Show which events ask which handlers, and the handlers."""
    handlers = call.node.handlers
    triggers = tuple(
        EventTrigger(
            application=application,
            event=event,
            handler=trigger.handler,
            times=trigger.times,
            within=trigger.within,
        )
        for application, event, trigger in handlers.triggers()
    )
    found = tuple(_handler(call, name) for name in handlers.handlers())
    return Outcome(data=EventHandling(trigger=triggers, handler=found))


def _handler(call: Call, name: str) -> HandlerState:
    handlers = call.node.handlers
    known, counts = handlers.handlers()[name], handlers.counts(name)
    return HandlerState(
        name=name,
        description=known.description or None,
        admin_state=known.enabled,
        success=counts.success,
        err_no_entry=counts.no_entry,
        err_adm_status=counts.disabled,
        total=counts.total,
        entry=tuple(_entry(one, handlers.counts(name, one.number)) for one in known.actions),
    )


def _entry(action: Action, counts: Counts) -> HandlerEntryState:
    name, owner = action.policy or (None, None)
    return HandlerEntryState(
        entry_id=action.number,
        description=action.description or None,
        admin_state=action.enabled,
        policy_name=name,
        policy_owner=owner,
        min_delay=action.delay,
        last_exec=counts.last,
        success=counts.success,
        err_min_delay=counts.min_delay,
        err_launch=counts.launch,
        err_adm_status=counts.disabled,
        total=counts.total,
    )


OPERATIONS: dict[str, Operation] = {
    "show.log.event-handling.handler": handler,
    "show.log.event-handling.information": information,
    "show.system.script": script,
    "show.system.script-policy": policy,
}
