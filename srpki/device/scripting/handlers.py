"""``event-trigger`` and ``event-handling``: which events make which script policies run.

[facts: configure-log-event-handling.json; documentation: 7750 SR system management guide]
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from srpki.config.defaults import effective
from srpki.config.tree import EMPTY, Branch, get
from srpki.core.errors import RefusedError
from srpki.core.operator_events import HANDLER_HELD_BACK, HANDLER_INVOKED
from srpki.core.record import Record
from srpki.core.values import NamedTuple
from srpki.device.logging.logfilters import (
    Takes,
    application,
    entries,
    entry_of,
    inner,
    takes,
)
from srpki.schema.configure.event_handling import EVENT_HANDLING, EVENT_TRIGGER
from srpki.schema.configure.log_filters import FILTER
from srpki.schema.configure.script_control import OWNER
from srpki.schema.paths import path

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.core.events import Event
    from srpki.device.logging.announcer import Publish
    from srpki.device.scripting.control import Key
    from srpki.device.scripting.runs import Scripts


class Action(NamedTuple):
    """One entry of a handler; *delay* is the least time between two times that it is done."""

    number: int
    enabled: bool
    description: str
    delay: timedelta
    policy: Key | None


class Handler(NamedTuple):
    """What is done when an event asks."""

    enabled: bool
    description: str
    actions: tuple[Action, ...]


class _Trigger(NamedTuple):
    """Which *handler* an event asks that *takes* lets pass, at every so many *times* *within*."""

    place: tuple[str, str, str]
    handler: str
    takes: Takes
    times: int
    within: timedelta | None


class Counts(Record, frozen=False):
    """How often something was asked for, and what came of it; *last* is when it was done last."""

    success: int = 0
    no_entry: int = 0
    min_delay: int = 0
    launch: int = 0
    disabled: int = 0
    last: datetime | None = None

    @property
    def total(self) -> int:
        """How often it was asked for."""
        return self.success + self.no_entry + self.min_delay + self.launch + self.disabled


class _Memory:
    """What is remembered of the handlers and triggers of one node."""

    def __init__(self) -> None:
        self.handlers: dict[str, Counts] = {}
        self.actions: dict[tuple[str, int], Counts] = {}
        self.happened: dict[tuple[str, str, str], deque[datetime]] = {}


class Handlers:
    """Asks handlers when events happen; a `srpki.config.datastore.Participant`.

    It must hear of events after all others: those that it causes come after the one that asks.
    """

    def __init__(self, scripts: Scripts, clock: Clock, publish: Publish) -> None:
        """Run script policies by *scripts*; tell of it by *publish*."""
        self._scripts = scripts
        self._clock = clock
        self._publish = publish
        self._lock = threading.RLock()
        self._handlers: Mapping[str, Handler] = {}
        self._triggers: Mapping[tuple[str, str], tuple[_Trigger, ...]] = {}
        self._memory = _Memory()

    # --- configuration ---------------------------------------------------------------------------

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse nothing."""

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Take the configuration *new* into use; at the start *old* is the same."""
        before, after = (_log(one) for one in (old, new))
        if old is not new and before is after:
            return
        handling = inner(after, EVENT_HANDLING.name)
        with self._lock:
            self._triggers = dict(_all_triggers(after))
            if old is new or handling is not inner(before, EVENT_HANDLING.name):
                tree = effective(EVENT_HANDLING, handling)
                self._handlers = {name: _handler(entry) for name, entry in entries(tree, "handler")}

    # --- events ----------------------------------------------------------------------------------

    def happened(self, event: Event) -> None:
        """Ask the handlers that *event* is to ask."""
        with self._lock:
            for trigger in self._triggers.get((application(event), event.type.name), ()):
                if trigger.takes(event) and self._often_enough(trigger, event.time):
                    self._ask(trigger.handler)

    def _often_enough(self, trigger: _Trigger, now: datetime) -> bool:
        """Count what happened; say whether it is the time that asks, after which it begins anew."""
        if trigger.times < 2:
            return True
        times = self._memory.happened.setdefault(trigger.place, deque())
        times.append(now)
        if trigger.within is not None:
            while now - times[0] > trigger.within:
                times.popleft()
        if len(times) < trigger.times:
            return False
        times.clear()
        return True

    def _ask(self, name: str) -> None:
        handler = self._handlers.get(name)
        if handler is None:
            return
        counts = self._memory.handlers.setdefault(name, Counts())
        if not handler.enabled:
            counts.disabled += 1
        elif not handler.actions:
            counts.no_entry += 1
        else:
            counts.success += 1
            self._publish(
                HANDLER_INVOKED, "EHS script", handler=name, description=handler.description
            )
            for action in handler.actions:
                self._do(name, action)

    def _do(self, name: str, action: Action) -> None:
        counts = self._memory.actions.setdefault((name, action.number), Counts())
        now = self._clock.now()
        if not action.enabled:
            counts.disabled += 1
        elif counts.last is not None and timedelta() <= now - counts.last < action.delay:
            counts.min_delay += 1
            self._publish(HANDLER_HELD_BACK, "EHS script", handler=name, entry=action.number)
        else:
            try:
                self._scripts.launch(action.policy)
            except RefusedError:
                counts.launch += 1
            else:
                counts.success += 1
                counts.last = now

    # --- what is shown ---------------------------------------------------------------------------

    def handlers(self) -> Mapping[str, Handler]:
        """Return the handlers by name."""
        return self._handlers

    def counts(self, name: str, action: int | None = None) -> Counts:
        """Return what became of the handler *name*, or of one of its entries."""
        with self._lock:
            if action is None:
                return self._memory.handlers.get(name, Counts())
            return self._memory.actions.get((name, action), Counts())

    def triggers(self) -> Iterator[tuple[str, str, _Trigger]]:
        """Yield application, event and what it asks, of each trigger that is up."""
        for (application_, event), found in self._triggers.items():
            for trigger in found:
                yield application_, event, trigger


def _log(tree: Branch) -> Branch:
    found = get(tree, path("log"))
    return found if isinstance(found, Branch) else EMPTY


def _all_triggers(log: Branch) -> Iterator[tuple[tuple[str, str], tuple[_Trigger, ...]]]:
    """Yield the triggers that are up, by application and event, of what is configured in *log*."""
    tree = effective(EVENT_TRIGGER, inner(log, EVENT_TRIGGER.name))
    for name in (child.name for child in EVENT_TRIGGER.children):
        for event, entry in entries(tree, name):
            if entry["admin-state"] == "enable":
                yield (name, event), tuple(_triggers((name, event), entry, log))


def _triggers(place: tuple[str, str], entry: Branch, log: Branch) -> Iterator[_Trigger]:
    for number, one in entries(entry, "entry"):
        if one["admin-state"] != "enable" or "handler" not in one:
            continue
        debounce, chosen = inner(one, "debounce"), one.get("filter")
        within = debounce.get("time")
        yield _Trigger(
            (*place, number),
            str(one["handler"]),
            takes(None if chosen is None else _filter(log, str(chosen))),
            int(str(debounce.get("value", 1))),
            None if within is None else timedelta(seconds=int(str(within))),
        )


def _filter(log: Branch, name: str) -> Branch | None:
    """Return the filter *name* with its defaults, None where it is not there."""
    found = entry_of(log, "filter", name)
    return None if found is None else effective(FILTER, found)


def _handler(entry: Branch) -> Handler:
    return Handler(
        entry["admin-state"] == "enable",
        str(entry.get("description", "")),
        tuple(
            sorted(_action(int(number), one) for number, one in entries(entry, "entry")),
        ),
    )


def _action(number: int, entry: Branch) -> Action:
    policy = inner(entry, "script-policy")
    return Action(
        number,
        entry["admin-state"] == "enable",
        str(entry.get("description", "")),
        timedelta(seconds=int(str(entry.get("min-delay", 0)))),
        (str(policy["name"]), str(policy.get("owner", OWNER))) if "name" in policy else None,
    )
