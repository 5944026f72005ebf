"""The sentence of an event, which is made of its fields wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from srpki.core import events, operator_events
from srpki.core.events import Event, EventType, Field
from srpki.device.system import rfc3339

MESSAGE: Final = "message"
"""The only field of an event that an earlier release has logged as a sentence."""

_NONE: Final = {"address": "Console"}
"""What stands for a field that is None: a session without an address is at the console."""

_Words = Callable[[Event], dict[str, str]]


def sentence(event: Event) -> str:
    """Return what *event* says.

    Where its fields are those of another release, they are named one by one.
    """
    fields = event.fields
    if MESSAGE in fields:
        return str(fields[MESSAGE])
    said = {name: _spelled(name, value) for name, value in fields.items()}
    words = _WORDS.get((event.type.application, event.type.number))
    try:
        return event.type.text.format_map(said if words is None else said | words(event))
    except (KeyError, TypeError):
        return ", ".join(f"{name} {value}" for name, value in said.items())


def _spelled(name: str, value: Field) -> str:
    match value:
        case None:
            return _NONE.get(name, "")
        case tuple():
            return " ".join(value)
        case datetime():
            return rfc3339(value)
    return str(value)


# --- words that are no field as it stands ---------------------------------------------------------


def _state(event: Event) -> dict[str, str]:
    """Return why a CA profile is down, or what may yet go wrong with one that is up."""
    flags, errors, unprocessed = (
        event.fields[name] or () for name in ("oper_flags", "errors", "unprocessed")
    )
    if flags:
        wrong = f" ({_several(errors)})" if errors else ""
        return {"reason": f": {_several(flags, ' ')}{wrong}"}
    if unprocessed:
        return {"reason": f", but chains through it may be refused: {_several(unprocessed)}"}
    return {"reason": ""}


def _several(found: Field, between: str = "; ") -> str:
    if not isinstance(found, tuple):
        raise TypeError(f"{found!r} is no list")
    return between.join(found)


def _finished(event: Event) -> dict[str, str]:
    """Return what comes next where the new certificate is due sooner than it should be."""
    due, waits = event.fields["due"], event.fields["next_update"]
    if not isinstance(due, datetime) or not isinstance(waits, datetime):
        return {"detail": ""}
    again = "already" if due <= event.time else f"again at {_spelled('due', due)}"
    until = _spelled("next_update", waits)
    detail = f"; the new certificate is due {again}, the next update waits until {until}"
    return {"detail": detail}


def _asked(event: Event) -> dict[str, str]:
    """Return what a CA was asked for and has answered."""
    fields = event.fields
    action = str(fields["action"]).replace("-", " ")
    return {"action": action, "detail": str(fields["text"] or fields["code"])}


def _part(event: Event) -> dict[str, str]:
    return {"kind": str(event.fields["kind"]).capitalize()}


def _outcome(event: Event) -> dict[str, str]:
    outcome, reason = event.fields["outcome"], event.fields["reason"]
    return {"outcome": f"{outcome}: {reason}" if reason else str(outcome)}


def _change(event: Event) -> dict[str, str]:
    """Return which element is other than before, or how many more are that have no name here."""
    more = event.fields["more"]
    return {"element": f"{more} more elements"} if more else {}


def _tunnel(event: Event) -> dict[str, str]:
    detail = event.fields["detail"]
    return {"reason": f": {detail}" if detail else ""}


def _by_type(words: Mapping[EventType, _Words]) -> dict[tuple[str, int], _Words]:
    return {(kind.application, kind.number): found for kind, found in words.items()}


_WORDS: Final = _by_type(
    {
        events.CA_PROFILE_STATE_CHANGE: _state,
        events.CA_PROFILE_ACTION: _asked,
        events.CERTIFICATE_IMPORTED: _outcome,
        events.FILE_EXPORTED: _outcome,
        events.FILE_RELOADED: _part,
        events.KEY_PAIR_GENERATED: _outcome,
        events.TUNNEL_STATE_CHANGE: _tunnel,
        events.UPDATE_FINISHED: _finished,
        operator_events.CONFIGURATION_CHANGED: _change,
    }
)
