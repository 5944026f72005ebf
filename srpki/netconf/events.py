"""Events of the log as notifications [RFC 5277 section 4, access.md section 3]."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from srpki.core.xml import Element, leafs
from srpki.device.logging.logfilters import ROUTER, application
from srpki.device.logging.sentences import sentence
from srpki.device.system import rfc3339
from srpki.netconf.namespaces import EVENTS, NOTIFICATION

if TYPE_CHECKING:
    from srpki.core.events import Event

_COMPLETE: Final = "urn:ietf:params:xml:ns:netmod:notification"


def notification(number: int, event: Event) -> Element:
    """Return *event*, the so many-th of its log, with its fields."""
    return _at(event.time, Element("sros-log-generic-event", EVENTS).holding(*_told(number, event)))


def replay_complete(now: datetime) -> Element:
    """Return what follows the events of the past."""
    return _at(now, Element("replayComplete", _COMPLETE))


def complete(now: datetime) -> Element:
    """Return what follows the last event of a subscription that has an end."""
    return _at(now, Element("notificationComplete", _COMPLETE))


def _at(time: datetime, content: Element) -> Element:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-5] + "Z"
    return Element("notification", NOTIFICATION).holding(
        Element("eventTime", NOTIFICATION, stamp), content
    )


def _told(number: int, event: Event) -> Iterator[Element]:
    kind = event.type
    yield from leafs(
        EVENTS,
        (
            ("sequence-number", number),
            ("severity", kind.severity.lower()),
            ("application", application(event)),
            ("event-id", kind.number),
            ("event-name", kind.name),
            ("router-name", ROUTER),
            ("subject", event.subject),
            ("message", sentence(event)),
        ),
    )
    yield Element("event-params", EVENTS).holding(*_fields(event))


def _fields(event: Event) -> Iterator[Element]:
    for name, value in event.fields.items():
        for one in value if isinstance(value, tuple) else (value,):
            text = rfc3339(one) if isinstance(one, datetime) else one
            yield from leafs(EVENTS, [(name.replace("_", "-"), text)])
