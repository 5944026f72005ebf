"""``show log``: the logs of the node, their events, sifted as is wanted, and the filters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from srpki.core.errors import NotFoundError
from srpki.device.logging.logfilters import application, compared, entries, inner, ordered
from srpki.device.logging.logs import numbered
from srpki.device.logging.sentences import sentence
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.filters import FilterCondition, FilterRule, Filters, FilterState
from srpki.device.records.log import LogPage, LogState, LogTable, logged

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.core.events import Event
    from srpki.device.logging.logfilters import Compared
    from srpki.device.logging.logs import Log

NOT_SPECIFIED: Final = "(Not Specified)"
_BUFFERS: Final = {"memory": "Memory", "snmp": "SNMP", "netconf": "NETCONF", "cli": "CLI"}


def log(call: Call) -> Outcome:
    """Show the events of a log, the newest first, or which logs there are."""
    wanted = call.text("log-id")
    if not wanted:
        return Outcome(data=LogTable(log=tuple(map(_state, call.node.logs.all()))))
    found = next((one for one in call.node.logs.all() if one.name == wanted), None)
    if found is None:
        raise NotFoundError(f"log-id {wanted} does not exist", hint="see show log log-id")
    if found.kept is None:
        raise NotFoundError(
            f"log-id {wanted} keeps no events: they go to {found.destination.kind or 'nowhere'}",
            hint="see show log log-id",
        )
    events = list(_sifted(call.node.logs.events(found), call))
    if not call.flag("ascending"):
        events.reverse()
    count = call.inputs.get("count")
    page = LogPage(
        log_id=str(found.number),
        log_name=wanted,
        description=str(found.entry.get("description", "")) or NOT_SPECIFIED,
        events=tuple(
            logged(number, event)
            for number, event in events[: count if isinstance(count, int) else None]
        ),
        next_event=found.count + 1,
        kind=_BUFFERS[found.destination.kind],
        size=found.destination.size,
    )
    return Outcome(data=page)


def _sifted(events: Sequence[tuple[int, Event]], call: Call) -> Iterator[tuple[int, Event]]:
    severity = call.text("severity")
    wanted = call.text("application").lower().replace("_", "-")
    subject, message = call.text("subject"), call.text("message")
    first = call.inputs.get("sequence", 1)
    for number, event in events:
        if isinstance(first, int) and number < first:
            continue
        if severity and event.type.severity.lower() != severity:
            continue
        if wanted and application(event) != wanted:
            continue
        if (not subject or subject == event.subject) and message in sentence(event):
            yield number, event


def _state(log: Log) -> LogState:
    destination = log.destination
    return LogState(
        log_name=log.name,
        log_id=log.number,
        source=tuple(log.streams),
        filter=str(log.entry.get("filter", "")) or None,
        admin_state=log.entry["admin-state"] == "enable",
        oper_state=log.up,
        logged=log.count,
        dropped=log.dropped,
        destination=destination.kind or None,
        target=destination.target or None,
        size=destination.size or None,
    )


def filters(call: Call) -> Outcome:
    """Show a filter with its rules, or which filters there are."""
    tree, wanted = call.node.logs.tree, call.text("filter-id")
    numbers = numbered(tree, "filter")
    applied = {str(log.entry.get("filter", "")) for log in call.node.logs.all()}
    found = {
        name: _filter(numbers[name], name, entry, applied=name in applied)
        for name, entry in entries(tree, "filter")
    }
    if wanted:
        if wanted not in found:
            raise NotFoundError(f"filter {wanted} does not exist", hint="see show log filter-id")
        return Outcome(data=found[wanted])
    states = sorted(found.values(), key=lambda one: one.filter_id)
    return Outcome(data=Filters(filter=tuple(states)))


def _filter(number: int, name: str, entry: Branch, *, applied: bool) -> FilterState:
    return FilterState(
        filter_id=number,
        filter_name=name,
        applied=applied,
        default_action=str(entry.get("default-action", "forward")),
        description=str(entry.get("description", "")) or None,
        entry=tuple(_rule(rule, below) for rule, below in ordered(entry)),
    )


def _rule(name: str, entry: Branch) -> FilterRule:
    return FilterRule(
        name=name,
        action=str(entry["action"]) if "action" in entry else None,
        description=str(entry.get("description", "")) or None,
        match=tuple(map(_condition, compared(inner(entry, "match")))),
    )


def _condition(found: Compared) -> FilterCondition:
    value = found.value
    return FilterCondition(
        element=found.element,
        operator=found.operator,
        value=value if isinstance(value, int | None) else str(value),
        regexp=found.regexp,
    )


OPERATIONS: dict[str, Operation] = {"show.log": log, "show.log.filter": filters}
