"""The chart of a node's certificates over time: read from one consistent view of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core import events
from srpki.core.errors import InvalidInputError, SrpkiError
from srpki.device.lifelines import Arrival, Dates, Known, Plan, row
from srpki.device.logging.eventlog import CAPACITY
from srpki.engine.policy import Schedule
from srpki.engine.state import EntryState
from srpki.pictures.chart import Chart, Mark
from srpki.storage.filenames import PREVIOUS

if TYPE_CHECKING:
    from srpki.core.events import Event
    from srpki.device.node import Node

SHORTEST: Final = timedelta(hours=1)
LONGEST: Final = timedelta(days=3653)
"""How far a chart goes back, and how far ahead, at least and at most."""
SPAN: Final = timedelta(days=30)
"""The same where nobody says."""
_ATTEMPTS: Final = 8
_FIRST: Final = datetime(1950, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_SUCCESS: Final = "success"


def chart(node: Node, span: timedelta = SPAN) -> Chart:
    """Return the certificates of *node* from *span* before now to *span* after it.

    It is of one moment: where something changed meanwhile it is read again. Raises
    `InvalidInputError` for a span that is too short or too long, and `StorageError`.
    """
    check_span(span)
    for _ in range(_ATTEMPTS):
        seen = _moment(node)
        found = _read(node, span)
        if _moment(node) == seen:
            break
    return found


def check_span(span: timedelta) -> None:
    """Raise `InvalidInputError` for a *span* that is too short or too long."""
    if not SHORTEST <= span <= LONGEST:
        raise InvalidInputError("a timeline goes back and ahead an hour to ten years")


def _moment(node: Node) -> tuple[object, ...]:
    return node.changes(), node.log.next_number, tuple(node.engine.states().items())


def _read(node: Node, span: timedelta) -> Chart:
    now = node.clock.now()
    start, end = max(_FIRST, now - span), min(_LAST, now + span)
    logged = [event for _, event in node.log.events() if event.time <= now]
    told = _told(logged)
    states = node.engine.states()
    names = [name for name in node.keystore.names() if not name.endswith(PREVIOUS)]
    known = (_known(node, name, states.get(name), told.get(name, [])) for name in {*names, *states})
    rows = [one for one in known if one is not None]
    rows.sort(key=lambda one: (one.plan is None, one.name))
    return Chart(
        title=f"Certificates of {node.system_name()}",
        start=start,
        end=end,
        now=now,
        rows=tuple(row(one, now, start, end) for one in rows),
        remarks=tuple(_remarks(logged, rows)),
    )


def _remarks(logged: list[Event], rows: list[Known]) -> Iterator[str]:
    if len(logged) >= CAPACITY:
        yield (
            f"The log keeps {CAPACITY} events, the eldest of {logged[0].time:%Y-%m-%d %H:%M:%S}"
            " UTC: what happened before is known from the files alone."
        )
    if any(one.plan is not None for one in rows):
        yield (
            "Windows are those of the profiles as they are now. What is planned takes each new"
            " certificate to live as long as the present one, and each update to succeed."
        )


def _told(logged: list[Event]) -> Mapping[str, list[Event]]:
    """Return the events on each certificate file."""
    found: defaultdict[str, list[Event]] = defaultdict(list)
    for event in logged:
        if event.type.application == "SECURITY":
            name = event.fields.get(_NAMED.get(event.type.number, ""))
            if isinstance(name, str):
                found[name].append(event)
    return found


_NAMED: Final = {
    events.CERTIFICATE_IMPORTED.number: "file",
    events.UPDATE_FINISHED.number: "certificate",
    events.UPDATE_FAILED.number: "certificate",
}


def _known(node: Node, name: str, state: EntryState | None, told: list[Event]) -> Known | None:
    """Return all that is known of the file *name*, None when it is no certificate."""
    dates, missing = _dates(node, name)
    if dates is None and state is None and not _is_certificate(node, name):
        return None
    previous, _ = _dates(node, f"{name}{PREVIOUS}")
    return Known(
        name=name,
        present=dates,
        missing=missing,
        previous=previous,
        arrivals=tuple(_arrivals(told)),
        marks=tuple(_marks(told)),
        plan=None if state is None else _plan(node, name, state),
    )


def _is_certificate(node: Node, name: str) -> bool:
    try:
        return node.keystore.kind_of(name) == "certificate"
    except SrpkiError:
        return False


def _dates(node: Node, name: str) -> tuple[Dates | None, str]:
    """Return the dates of the certificate in the file *name*, or why there are none."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    try:
        facts = certificates.facts(node.keystore.read_certificate(name))
    except SrpkiError as error:
        return None, error.sentence
    return Dates(facts.not_before, facts.not_after), ""


def _plan(node: Node, name: str, state: EntryState) -> Plan:
    entry = node.engine.view.auto_updates.get(name)
    profile = None if entry is None else node.engine.view.update_profiles.get(entry.profile)
    if profile is None:
        return Plan(state, entry.profile if entry is not None else "")
    schedule = Schedule(profile.schedule, profile.seconds)
    return Plan(state, profile.name, schedule, profile.retry_interval)


def _arrivals(told: list[Event]) -> Iterator[Arrival]:
    for event in told:
        number = event.type.number
        if number == events.UPDATE_FINISHED.number or (
            number == events.CERTIFICATE_IMPORTED.number and _came(event)
        ):
            begins, ends = event.fields.get("not_before"), event.fields.get("not_after")
            known = isinstance(begins, datetime) and isinstance(ends, datetime)
            yield Arrival(event.time, Dates(begins, ends) if known else None)  # type: ignore[arg-type]


def _came(event: Event) -> bool:
    return event.fields.get("outcome") == _SUCCESS and event.fields.get("kind") == "certificate"


def _marks(told: list[Event]) -> Iterator[Mark]:
    for event in told:
        match event.type.number:
            case events.UPDATE_FINISHED.number:
                yield Mark("renewed", event.time)
            case events.UPDATE_FAILED.number:
                step, reason = event.fields.get("step"), event.fields.get("reason")
                yield Mark("failed", event.time, f"step {step}: {reason}")
            case events.CERTIFICATE_IMPORTED.number if _came(event):
                yield Mark("imported", event.time)
