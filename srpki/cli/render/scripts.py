"""Lays out scripts, policies and handlers as transcripts of SR OS 21 to 26 have them.

The list of triggers, and what is said of a run that waits or is at work, are decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.cli.render.rules import DOUBLE, SINGLE, title
from srpki.cli.render.times import duration, instant

if TYPE_CHECKING:
    from srpki.device.scripting.handlers import Counts
    from srpki.device.scripting.pages import (
        HandlerPage,
        PolicyPage,
        Scripting,
        ScriptPage,
        TriggerRow,
    )
    from srpki.device.scripting.runs import Run

_WIDTH: Final = 29
_SECOND: Final = 40
_NOT_SPECIFIED: Final = "(Not Specified)"
_USER: Final = "not-specified"


def scripting(data: Scripting) -> Iterator[str]:
    """Yield the pages one below the other."""
    for script in data.scripts:
        yield from _script(script)
    for policy in data.policies:
        yield from _policy(policy)
    if data.triggers is not None:
        yield from _triggers(data.triggers)
    if data.handlers:
        yield from title("Event Handling System - Handlers")
    for handler in data.handlers:
        yield ""
        yield from _handler(handler)
    if not (data.scripts or data.policies or data.handlers or data.triggers is not None):
        yield "No Matching Entries"


def _pair(name: str, value: str, width: int = _WIDTH) -> str:
    return f"{name:<{width}}: {value}"


def _enabled(*states: bool) -> str:
    return "enabled" if all(states) else "disabled"


def _moment(time: datetime | None) -> str:
    return "never" if time is None else f"{instant(time)}  UTC"


def _script(page: ScriptPage) -> Iterator[str]:
    script, (name, owner) = page.script, page.key
    yield from title("Script Information")
    yield _pair("Script", name)
    yield _pair("Owner name", owner)
    yield _pair("Description", script.description or "none")
    yield _pair("Administrative status", _enabled(script.enabled))
    yield _pair("Operational status", _enabled(script.enabled, bool(script.location)))
    yield _pair("Script source location", script.location or "none")
    yield _pair("Last script error", page.error or "none")
    yield _pair("Last change", _moment(page.changed))
    yield ""
    yield DOUBLE


def _time(span: timedelta | None) -> str:
    return "forever" if span is None else f"{duration(span)} ({span.total_seconds():.0f} seconds)"


def _policy(page: PolicyPage) -> Iterator[str]:
    policy, script, (name, owner) = page.policy, page.script, page.key
    states = [run.state for run in page.runs]
    ready = script is not None and script.enabled and bool(script.location)
    yield from title("Script-policy Information")
    yield _pair("Script-policy", name)
    yield _pair("Script-policy Owner", owner)
    yield _pair("Administrative status", _enabled(policy.enabled))
    yield _pair("Operational status", _enabled(policy.enabled, ready, bool(policy.results)))
    yield _pair("Script", policy.script[0] or "N/A")
    yield _pair("Script owner", policy.script[1] if policy.script[0] else "N/A")
    yield _pair("Python script", "N/A")
    yield _pair("Source location", (script.location if script else "") or "N/A")
    yield _pair("Results location", policy.results or "N/A")
    yield _pair("Max running allowed", "1")
    yield _pair("Max completed run histories", str(policy.most))
    yield _pair("Max lifetime allowed", _time(policy.lifetime))
    yield _pair("Completed run histories", str(states.count("terminated")))
    yield _pair("Executing run histories", str(states.count("executing")))
    yield _pair("Initializing run histories", str(states.count("initializing")))
    yield _pair("Max time run history saved", _time(policy.expires))
    yield _pair("Script start error", page.failure or "N/A")
    yield _pair("Python script start error", "N/A")
    yield _pair("Last change", _moment(page.changed))
    yield _pair("Max row expire time", "never")
    yield _pair("Last application", "event-script" if page.runs else "N/A")
    yield _pair("Last auth. user account", _USER)
    yield ""
    yield DOUBLE
    yield "Script Run History Status Information"
    yield SINGLE
    if not page.runs:
        yield "No script run history entries"
    for run in page.runs:
        yield from _run(run, page)
    yield DOUBLE


def _beside(name: str, value: str, other: str, second: str) -> str:
    return f"{_pair(name, value, 14):<{_SECOND}}{_pair(other, second, 14)}"


def _run(run: Run, page: PolicyPage) -> Iterator[str]:
    policy = page.policy
    end = run.end or page.now
    elapsed = end - run.start if run.start is not None else timedelta()
    left = "forever"
    if policy.lifetime is not None:
        left = duration(timedelta() if run.end else policy.lifetime - elapsed)
    kept = "forever"
    if policy.expires is not None:
        kept = duration(policy.expires - (page.now - end))
    yield f"Script Run #{run.number}"
    yield SINGLE
    yield _pair("Start time", _moment(run.start), 14)
    yield _pair("End time", _moment(run.end), 14)
    yield _beside("Elapsed time", duration(elapsed), "Lifetime", left)
    yield _beside("State", run.state, "Run exit code", run.exit)
    yield _pair("Result time", _moment(run.end), 14)
    yield _pair("Keep history", kept, 14)
    yield _pair("Error time", _moment(run.end if run.error else None), 14)
    yield _pair("Source file", run.source or "N/A", 14)
    yield _pair("Results file", run.results or "N/A", 14)
    yield _pair("Run exit", "Success" if run.end and run.exit == "noError" else run.exit, 14)
    yield _pair("Error", run.error or "N/A", 14)
    yield _beside("Application", "event-script", "Auth. user ac*", _USER)
    yield "* indicates that the corresponding row element may have been truncated."


def _state(*, up: bool) -> str:
    return "up" if up else "down"


def _two(name: str, one: str, other: str, second: str, width: int) -> str:
    return f"{_pair(name, one, width):<53}{other} : {second}"


def _handler(page: HandlerPage) -> Iterator[str]:
    handler, counts = page.handler, page.counts
    yield DOUBLE
    yield _pair("Handler", page.name, 17)
    yield DOUBLE
    yield _pair("Description", handler.description or _NOT_SPECIFIED, 17)
    up = _state(up=handler.enabled)
    yield _two("Admin State", up, "Oper State", up, 17)
    yield ""
    yield SINGLE
    yield "Handler Execution Statistics"
    yield from _counted(
        counts,
        ("Success", counts.success),
        ("Err No Entry", counts.no_entry),
        ("Err Adm Status", counts.disabled),
    )
    yield ""
    yield SINGLE
    for action, done in page.actions:
        yield SINGLE
        yield "Handler Action-List Entry"
        yield SINGLE
        yield _pair("Entry-id", str(action.number), 17)
        yield _pair("Description", action.description or _NOT_SPECIFIED, 17)
        state = _state(up=action.enabled)
        yield _two("Admin State", state, "Oper State", state, 17)
        yield "Script"
        name, owner = action.policy or ("N/A", "N/A")
        yield _pair("  Policy Name", name, 17)
        yield _pair("  Policy Owner", owner, 17)
        yield _pair("Min Delay", f"{action.delay.total_seconds():.0f}", 17)
        yield _pair("Last Exec", _last(done), 17)
        yield SINGLE
        yield "Handler Action-List Entry Execution Statistics"
        yield from _counted(
            done,
            ("Success", done.success),
            ("Err Min Delay", done.min_delay),
            ("Err Launch", done.launch),
            ("Err Adm Status", done.disabled),
        )
    yield DOUBLE


def _last(counts: Counts) -> str:
    if counts.last is None:
        return "never"
    return f"{counts.last.astimezone(UTC):%m/%d/%y %H:%M:%S} UTC"


def _counted(counts: Counts, *pairs: tuple[str, int]) -> Iterator[str]:
    for name, count in pairs:
        yield _pair(f"  {name}", str(count), 17)
    yield _pair("Total", str(counts.total), 17)


def _triggers(rows: tuple[TriggerRow, ...]) -> Iterator[str]:
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
