"""Events, messages, typed lines, times and answers, as checks ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from srpki.core.durations import parse_duration
from srpki.core.event_types import EVENT_TYPES

if TYPE_CHECKING:
    from srpki.training.chronicle import Message
    from srpki.training.history import History
    from srpki.training.language.tree import Condition
    from srpki.training.sight.seen import Sight


def number_of(text: str) -> tuple[str, int] | None:
    """Return application and number of an event written as *text*, None for no known one."""
    application, colon, number = text.rpartition(":")
    found = (
        (application.upper() if colon else "SECURITY", int(number)) if number.isdecimal() else None
    )
    return found if found in EVENT_TYPES else None


def instants(history: History, event: str, about: str = "") -> list[datetime]:
    """Return the lab times of the *event*, about something where that is given."""
    wanted = number_of(event)
    return [
        lab
        for lab, one in history.happenings()
        if (one.application, one.number) == wanted and (not about or one.about(about))
    ]


def event(sight: Sight, about: Condition) -> object:
    """Return a property of the events of a number."""
    found = instants(sight.history, about.words[0], about.option)
    match about.property:
        case "seen":
            return bool(found)
        case "count":
            return len(found)
        case "first":
            return found[0] if found else None
        case "last":
            return found[-1] if found else None
        case "each":
            return found or None
    others = instants(sight.history, about.arguments[-1])
    if about.property == "before event NUMBER":
        return bool(found) and (not others or found[0] <= others[0])
    longest = parse_duration(about.arguments[0])
    return any(abs(one - other) <= longest for one in found for other in others[:1000])


def message(sight: Sight, about: Condition) -> object:
    """Return a property of the messages of a kind."""
    kind = about.words[0].lower()
    found = [
        one
        for one in sight.history.messages()
        if kind in ("any", one.kind.lower()) and _goes_to(sight, one, about.option)
    ]
    if about.property in ("sent", "received", "failed"):
        return sum(one.direction == about.property for one in found)
    if about.property == "protection":
        return tuple(dict.fromkeys(one.protection for one in found))
    several = (one.status if about.property == "status" else one.failinfo for one in found)
    return tuple(dict.fromkeys(word for words in several for word in words))


def _goes_to(sight: Sight, one: Message, authority: str) -> bool:
    if not authority:
        return True
    try:
        port = urlsplit(one.url).port
    except ValueError:
        return False
    return port in sight.ports.get(authority, frozenset())


def typed(sight: Sight, about: Condition) -> object:
    """Return how many commands a pattern is found in, or whether it is in one."""
    assert about.pattern is not None
    found = sum(
        about.pattern.found_in(one.command)
        for one in sight.history.typed()
        if about.option in ("", one.cli)
    )
    return found if about.property == "count" else bool(found)


def commands(sight: Sight, about: Condition) -> object:
    """Return how many commands were typed."""
    del about
    return sum(1 for _ in sight.history.typed())


def clock(sight: Sight, about: Condition) -> object:
    """Return what the lab's clock shows, or how far it has come."""
    return sight.elapsed if about.property == "elapsed" else sight.now


def time(sight: Sight, about: Condition) -> object:
    """Return the real time since the beginning."""
    del about
    return sight.real - sight.initial.real


def answer(sight: Sight, about: Condition) -> object:
    """Return a property of the answer to a question."""
    number = int(about.words[0]) if about.words[0].isdecimal() else 0
    found = sight.answers.get(number)
    match about.property:
        case "correct":
            return found is not None and found.correct
        case "given":
            return found is not None
    return 0 if found is None else found.tries


READERS: Final = {
    "event": event,
    "message": message,
    "typed": typed,
    "commands": commands,
    "clock": clock,
    "time": time,
    "answer": answer,
}
