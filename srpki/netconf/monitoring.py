"""What NETCONF says of itself: capabilities, datastores, schemas, sessions [RFC 6022], streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.management import netconf_candidate
from srpki.core.xml import Element, leafs
from srpki.device.system import rfc3339
from srpki.netconf.hello import capabilities
from srpki.netconf.namespaces import MONITORING, STREAMS
from srpki.netconf.streams import streams
from srpki.netconf.yang.modules import modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from srpki.device.counters import Counted
    from srpki.device.sessions import Sessions
    from srpki.netconf.exchange import Exchange

_OF_EACH: Final[tuple[Counted, ...]] = (
    *("in-rpcs", "in-bad-rpcs"),
    *("out-rpc-errors", "out-notifications"),
)
_OF_ALL: Final[tuple[Counted, ...]] = (
    *("in-bad-hellos", "in-sessions", "dropped-sessions"),
    *_OF_EACH,
)
"""What is counted of a session, and of all of them [RFC 6022 section 2.1.5]."""
_GET_CAPABLE: Final = ("running", "candidate", "startup")


def state(exchange: Exchange) -> Iterator[Element]:
    """Yield ``netconf-state`` [RFC 6022] and the streams of events [RFC 5277 section 3.4]."""

    def parts() -> Iterator[Element]:
        running = exchange.device.datastore.running
        said = leafs(MONITORING, (("capability", each) for each in capabilities(running)))
        yield Element("capabilities", MONITORING).holding(*said)
        yield Element("datastores", MONITORING).holding(*_datastores(exchange))
        yield Element("schemas", MONITORING, children=_schemas)
        yield Element("sessions", MONITORING).holding(*_sessions(exchange))
        yield Element("statistics", MONITORING).holding(*_statistics(exchange))

    yield Element("netconf-state", MONITORING, children=parts)
    yield Element("netconf", STREAMS, children=lambda: _streams(exchange))


def _datastores(exchange: Exchange) -> Iterator[Element]:
    holder = exchange.device.datastore.holder
    for name in _GET_CAPABLE:
        if name == "candidate" and not netconf_candidate(exchange.device.datastore.running):
            continue
        parts = [Element("name", MONITORING, name)]
        if holder is not None and name != "startup":
            lock = _within("global-lock", *_lock(exchange.device.sessions, holder.id))
            parts.append(_within("locks", lock))
        yield Element("datastore", MONITORING, keys=1).holding(*parts)


def _lock(sessions: Sessions, holder: int) -> Iterator[Element]:
    since = next((one.locked for one in sessions.all() if one.session_id == holder), None)
    pairs = (
        ("locked-by-session", sessions.id_by_netconf(holder)),
        ("locked-time", rfc3339(since or sessions.since)),
    )
    yield from leafs(MONITORING, pairs)


def _schemas() -> Iterator[Element]:
    for one in modules().values():
        pairs = (
            ("identifier", one.name),
            ("version", one.revision),
            ("format", "yang"),
            ("namespace", one.namespace),
            ("location", "NETCONF"),
        )
        yield Element("schema", MONITORING, keys=3).holding(*leafs(MONITORING, pairs))


def _sessions(exchange: Exchange) -> Iterator[Element]:
    for login in exchange.device.sessions.all():
        if login.kind == "netconf":
            pairs = (
                ("session-id", login.session_id),
                ("transport", "netconf-ssh"),
                ("username", login.user),
                ("source-host", login.address or None),
                ("login-time", rfc3339(login.since)),
                *((name, login.counters[name]) for name in _OF_EACH),
            )
            yield Element("session", MONITORING, keys=1).holding(*leafs(MONITORING, pairs))


def _statistics(exchange: Exchange) -> Iterator[Element]:
    sessions = exchange.device.sessions
    counts = ((name, sessions.counters[name]) for name in _OF_ALL)
    yield from leafs(MONITORING, (("netconf-start-time", rfc3339(sessions.since)), *counts))


def _streams(exchange: Exchange) -> Iterator[Element]:
    found = []
    for stream in streams(exchange.device.logs):
        pairs = (
            ("name", stream.name),
            ("description", f"The events of log {stream.log.name}"),
            ("replaySupport", "true"),
            ("replayLogCreationTime", rfc3339(stream.since) if stream.since else None),
        )
        found.append(Element("stream", STREAMS, keys=1).holding(*leafs(STREAMS, pairs)))
    yield Element("streams", STREAMS).holding(*found)


def _within(name: str, *children: Element) -> Element:
    return Element(name, MONITORING).holding(*children)
