"""Lays out scripts, policies and handlers as transcripts of SR OS 21 to 26 have them.

The list of triggers, and what is said of a run that waits or is at work, are decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from srpki.cli.render.layout import Layout, said
from srpki.cli.render.rules import DOUBLE, SINGLE, title
from srpki.cli.render.times import duration, instant
from srpki.cli.render.words import NOT_SPECIFIED
from srpki.device.records.scripts import (
    EventHandling,
    EventTrigger,
    Handlers,
    HandlerState,
    ScriptPolicyState,
    ScriptPolicyStates,
    ScriptRun,
    ScriptState,
    ScriptStates,
)

_WIDTH: Final = 29
_SECOND: Final = 40
_USER: Final = "not-specified"


def _pair(name: str, value: str, width: int = _WIDTH) -> str:
    return f"{name:<{width}}: {value}"


def _pages(pages: Iterable[Iterator[str]]) -> Iterator[str]:
    """Yield *pages* one below the other."""
    lines = [line for page in pages for line in page]
    yield from ("", *(lines or ["No Matching Entries"]))


def _enabled(state: bool) -> str:
    return "enabled" if state else "disabled"


def _moment(time: datetime | None) -> str:
    return "never" if time is None else f"{instant(time)}  UTC"


def _script(script: ScriptState) -> Iterator[str]:
    yield from title("Script Information")
    yield _pair("Script", script.script_name)
    yield _pair("Owner name", script.owner)
    yield _pair("Description", script.description or "none")
    yield _pair("Administrative status", _enabled(script.admin_state))
    yield _pair("Operational status", _enabled(script.oper_state))
    yield _pair("Script source location", script.location or "none")
    yield _pair("Last script error", script.error or "none")
    yield _pair("Last change", _moment(script.last_change))
    yield ""
    yield DOUBLE


def _time(span: timedelta | None) -> str:
    return "forever" if span is None else f"{duration(span)} ({span.total_seconds():.0f} seconds)"


def _policy(policy: ScriptPolicyState) -> Iterator[str]:
    states = [run.state for run in policy.run]
    yield from title("Script-policy Information")
    yield _pair("Script-policy", policy.policy_name)
    yield _pair("Script-policy Owner", policy.owner)
    yield _pair("Administrative status", _enabled(policy.admin_state))
    yield _pair("Operational status", _enabled(policy.oper_state))
    yield _pair("Script", policy.script_name or "N/A")
    yield _pair("Script owner", policy.script_owner or "N/A")
    yield _pair("Python script", "N/A")
    yield _pair("Source location", policy.location or "N/A")
    yield _pair("Results location", policy.results or "N/A")
    yield _pair("Max running allowed", "1")
    yield _pair("Max completed run histories", str(policy.max_completed))
    yield _pair("Max lifetime allowed", _time(policy.lifetime))
    yield _pair("Completed run histories", str(states.count("terminated")))
    yield _pair("Executing run histories", str(states.count("executing")))
    yield _pair("Initializing run histories", str(states.count("initializing")))
    yield _pair("Max time run history saved", _time(policy.expire_time))
    yield _pair("Script start error", policy.error or "N/A")
    yield _pair("Python script start error", "N/A")
    yield _pair("Last change", _moment(policy.last_change))
    yield _pair("Max row expire time", "never")
    yield _pair("Last application", "event-script" if policy.run else "N/A")
    yield _pair("Last auth. user account", _USER)
    yield ""
    yield DOUBLE
    yield "Script Run History Status Information"
    yield SINGLE
    if not policy.run:
        yield "No script run history entries"
    for run in policy.run:
        yield from _run(run)
    yield DOUBLE


def _beside(name: str, value: str, other: str, second: str) -> str:
    return f"{_pair(name, value, 14):<{_SECOND}}{_pair(other, second, 14)}"


def _run(run: ScriptRun) -> Iterator[str]:
    yield f"Script Run #{run.number}"
    yield SINGLE
    yield _pair("Start time", _moment(run.start), 14)
    yield _pair("End time", _moment(run.end), 14)
    yield _beside("Elapsed time", duration(run.elapsed), "Lifetime", _left(run.lifetime_left))
    yield _beside("State", run.state, "Run exit code", run.exit)
    yield _pair("Result time", _moment(run.end), 14)
    yield _pair("Keep history", _left(run.kept), 14)
    yield _pair("Error time", _moment(run.end if run.error else None), 14)
    yield _pair("Source file", run.source or "N/A", 14)
    yield _pair("Results file", run.results or "N/A", 14)
    yield _pair("Run exit", "Success" if run.end and run.exit == "noError" else run.exit, 14)
    yield _pair("Error", run.error or "N/A", 14)
    yield _beside("Application", "event-script", "Auth. user ac*", _USER)
    yield "* indicates that the corresponding row element may have been truncated."


def _left(span: timedelta | None) -> str:
    return "forever" if span is None else duration(span)


def _state(*, up: bool) -> str:
    return "up" if up else "down"


def _two(name: str, one: str, other: str, second: str, width: int) -> str:
    return f"{_pair(name, one, width):<53}{other} : {second}"


def _handlers(handlers: tuple[HandlerState, ...]) -> Iterator[str]:
    if handlers:
        yield from title("Event Handling System - Handlers")
    for handler in handlers:
        yield ""
        yield from _handler(handler)


def _handler(handler: HandlerState) -> Iterator[str]:
    yield DOUBLE
    yield _pair("Handler", handler.name, 17)
    yield DOUBLE
    yield _pair("Description", handler.description or NOT_SPECIFIED, 17)
    up = _state(up=handler.admin_state)
    yield _two("Admin State", up, "Oper State", up, 17)
    yield ""
    yield SINGLE
    yield "Handler Execution Statistics"
    yield from _counted(
        handler.total,
        ("Success", handler.success),
        ("Err No Entry", handler.err_no_entry),
        ("Err Adm Status", handler.err_adm_status),
    )
    yield ""
    yield SINGLE
    for entry in handler.entry:
        yield SINGLE
        yield "Handler Action-List Entry"
        yield SINGLE
        yield _pair("Entry-id", str(entry.entry_id), 17)
        yield _pair("Description", entry.description or NOT_SPECIFIED, 17)
        state = _state(up=entry.admin_state)
        yield _two("Admin State", state, "Oper State", state, 17)
        yield "Script"
        yield _pair("  Policy Name", entry.policy_name or "N/A", 17)
        yield _pair("  Policy Owner", entry.policy_owner or "N/A", 17)
        yield _pair("Min Delay", f"{entry.min_delay.total_seconds():.0f}", 17)
        yield _pair("Last Exec", _last(entry.last_exec), 17)
        yield SINGLE
        yield "Handler Action-List Entry Execution Statistics"
        yield from _counted(
            entry.total,
            ("Success", entry.success),
            ("Err Min Delay", entry.err_min_delay),
            ("Err Launch", entry.err_launch),
            ("Err Adm Status", entry.err_adm_status),
        )
    yield DOUBLE


def _last(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment.astimezone(UTC):%m/%d/%y %H:%M:%S} UTC"


def _counted(total: int, *pairs: tuple[str, int]) -> Iterator[str]:
    for name, count in pairs:
        yield _pair(f"  {name}", str(count), 17)
    yield _pair("Total", str(total), 17)


def _triggers(rows: tuple[EventTrigger, ...]) -> Iterator[str]:
    yield from title("Event Handling System - Event Trigger List")
    yield f"{'Application':<13}{'Event':<34}{'Debounce':<12}Handler"
    yield SINGLE
    for row in rows:
        often = "none" if row.times < 2 else str(row.times)
        if row.within is not None:
            often += f" in {row.within.total_seconds():.0f}s"
        yield f"{row.application:<13}{row.event:<34}{often:<12}{row.handler}"
    if not rows:
        yield "No Matching Entries"
    yield DOUBLE


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {
    EventHandling: lambda data: said(
        *_pages((_triggers(data.trigger), _handlers(data.handler))),
    ),
    Handlers: lambda data: said(*_pages((_handlers(data.handler),))),
    ScriptPolicyStates: lambda data: said(*_pages(map(_policy, data.script_policy))),
    ScriptStates: lambda data: said(*_pages(map(_script, data.script))),
}
