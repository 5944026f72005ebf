"""``debug certificate``: shows sessions what the node says to CAs, in words [pki.md 3.2].

The lines of logs that go to the console reach the sessions the same way.

Nothing here is configuration: what is switched on belongs to the session that did it, and ends
with it. Lines wait for their session, the oldest dropped when there are too many.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from srpki.core.clock import Clock
from srpki.core.errors import RefusedError, SrpkiError
from srpki.core.events import (
    FILE_RELOADED,
    FILE_WRITE_FAILED,
    UPDATE_FAILED,
    UPDATE_FINISHED,
    UPDATE_STARTED,
    Event,
)
from srpki.core.operator_events import DEBUG_TRACE
from srpki.core.text import utc
from srpki.device.logging.sentences import sentence
from srpki.engine.jobs import worked_for
from srpki.protocol.text import peer_text

if TYPE_CHECKING:
    from srpki.config.views import CaProfile, PkiView
    from srpki.core.wire import HttpReply, HttpRequest

TOPICS: Final = ("auto-certificate-update", "auto-crl-update", "cmpv2", "est", "ocsp")
LINES: Final = 2000
"""Most lines that wait for one session."""
SWITCHES: Final = 64
"""Most that one session switches on."""

_LOGGED: Final = 4100
"""Most characters of a message in a log [state-log.json]."""

_ABOUT: Final = {
    UPDATE_STARTED.number: "certificate",
    UPDATE_FINISHED.number: "certificate",
    UPDATE_FAILED.number: "certificate",
    FILE_RELOADED.number: "file",
    FILE_WRITE_FAILED.number: "file",
}
"""The events of an update, and the field that names its certificate."""

Switch = tuple[str, str]
"""A topic, and the name of the profile or file that it is about."""


class Listener:
    """What one session wants to see, and the lines that wait for it."""

    def __init__(
        self,
        wake: Callable[[], None] | None = None,
        watch: Callable[[str], None] | None = None,
        at_once: Callable[[str], bool] | None = None,
    ) -> None:
        """Call *wake*, from any thread, when lines have come; it must not block or raise.

        *watch*, of which the same is true, shows a line while a command of the session runs.
        *at_once* shows a line that such a command has to say itself, and says whether it could.
        """
        self.watch: Callable[[str], None] | None = None
        """What is told each event that passes, while a command lets it."""
        self.switches: frozenset[Switch] = frozenset()
        self._watch = watch
        self._wake = wake
        self._at_once = at_once
        self._lock = threading.Lock()
        self._lines: deque[str] = deque(maxlen=LINES)
        self._dropped = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Show each event inside the block as it passes, where a person watches the session."""
        self.watch = self._watch
        try:
            yield
        finally:
            self.watch = None

    def put(self, lines: Sequence[str]) -> None:
        """Let *lines* wait for the session."""
        with self._lock:
            self._dropped += max(0, len(self._lines) + len(lines) - LINES)
            self._lines.extend(lines)
        if self._wake is not None:
            self._wake()

    def tell_now(self, line: str) -> None:
        """Show *line* at once, where that can be done; else let it wait."""
        if self._at_once is None or not self._at_once(line):
            self.put([line])

    def take(self) -> str:
        """Return the lines that have come since the last call, as text; empty for none."""
        with self._lock:
            lines, dropped = list(self._lines), self._dropped
            self._lines.clear()
            self._dropped = 0
        if dropped:
            lines.insert(0, f"({dropped} lines of debug output were lost)")
        return "\n".join(lines)


class Debugging:
    """Who debugs what on one node; a `srpki.transport.watched.Watcher`, safe between threads."""

    def __init__(
        self,
        clock: Clock,
        view: Callable[[], PkiView],
        trace: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        """Tell by *view*, the present configuration, what a message is about.

        What sessions are shown goes to *trace* too, for logs of the debug stream.
        """
        self._clock = clock
        self._trace = trace
        self._view = view
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._number = 0

    def exists(self, switch: Switch) -> bool:
        """Say whether the profile or entry of *switch* is configured."""
        view, (topic, name) = self._view(), switch
        if topic == "auto-certificate-update":
            return name in view.auto_updates
        servers = _servers(view, topic)
        return name in (view.ca_profiles if servers is None else servers)

    def listener(
        self,
        wake: Callable[[], None] | None = None,
        watch: Callable[[str], None] | None = None,
        at_once: Callable[[str], bool] | None = None,
    ) -> Listener:
        """Return a listener for a new session, as `Listener` says; `forget` it later."""
        listener = Listener(wake, watch, at_once)
        with self._lock:
            self._listeners.append(listener)
        return listener

    def forget(self, listener: Listener) -> None:
        """End what *listener* sees."""
        with self._lock:
            self._listeners = [other for other in self._listeners if other is not listener]

    def switch_on(self, listener: Listener, switch: Switch) -> None:
        """Show *switch* to *listener*; raises `RefusedError` when it has too many already."""
        with self._lock:
            if len(listener.switches | {switch}) > SWITCHES:
                raise RefusedError(f"{SWITCHES} are debugged already", hint="type no debug first")
            listener.switches |= {switch}

    def switch_off(self) -> None:
        """Show nothing to any session any more."""
        with self._lock:
            for listener in self._listeners:
                listener.switches = frozenset()

    def switches(self) -> tuple[Switch, ...]:
        """Return what is switched on, sorted."""
        with self._lock:
            return tuple(sorted({one for some in self._listeners for one in some.switches}))

    def tell_all(self, lines: Sequence[str]) -> None:
        """Let *lines* wait for every session: what a log sends to the console."""
        with self._lock:
            for listener in self._listeners:
                listener.put(lines)

    # --- what happens ----------------------------------------------------------------------------

    def sent(self, request: HttpRequest) -> None:
        """Show *request*, which is about to be sent."""
        from srpki.protocol import describe  # noqa: PLC0415 - start-up time

        self._show(request, "sent", lambda: describe.request_lines(request))

    def received(self, request: HttpRequest, reply: HttpReply) -> None:
        """Show the *reply* to *request*."""
        from srpki.protocol import describe  # noqa: PLC0415 - start-up time

        self._show(request, "received", lambda: describe.reply_lines(reply))

    def failed(self, request: HttpRequest, error: SrpkiError) -> None:
        """Show that *request* got no answer."""
        self._show(request, "no answer", lambda: (peer_text(error.sentence),))

    def happened(self, event: Event) -> None:
        """Show *event* when somebody watches it pass, or debugs the update that it is about."""
        with self._lock:
            watches = [one.watch for one in self._listeners if one.watch is not None]
        for watch in watches:
            watch(f"{utc(event.time)}  {sentence(event)}")
        about = event.fields.get(_ABOUT.get(event.type.number, ""))
        wanted = ("auto-certificate-update", about)
        self._tell(lambda switch: switch == wanted, "step", lambda: (sentence(event),))

    def _show(self, request: HttpRequest, what: str, describe: Callable[[], Sequence[str]]) -> None:
        if not self.switches():
            return
        view, place, update = self._view(), _place(request.url), worked_for()

        def wanted(switch: Switch) -> bool:
            if switch[0] == "auto-certificate-update":
                return switch[1] == update
            return place in _places(view, switch)

        self._tell(wanted, what, describe)

    def _tell(
        self,
        wanted: Callable[[Switch], bool],
        what: str,
        describe: Callable[[], Sequence[str]],
    ) -> None:
        """Give every listener with a wanted switch the lines, under the first such switch."""
        with self._lock:
            found = [
                (listener, switch)
                for listener in self._listeners
                for switch in list(filter(wanted, sorted(listener.switches)))[:1]
            ]
            if not found:
                return
            self._number += 1
            number = self._number
        time = self._clock.now()
        stamp = f"{time:%Y/%m/%d %H:%M:%S}.{time.microsecond // 1000:03} UTC"
        body = [f"    {line}" for line in describe()]
        text = "\n".join((f"{what}:", *body))[:_LOGGED]
        for topic, name in sorted({switch for _, switch in found}):
            self._trace(Event(time, DEBUG_TRACE, f'{topic} "{name}"', {"lines": text}))
        for listener, (topic, name) in found:
            heading = f'{number} {stamp} MINOR: DEBUG #2001 Base {topic} "{name}"'
            listener.put(["", heading, f"{what}:", *body])


Place = tuple[str, str, str]
"""Host, port and path of a URL; the path is empty where any will do."""


def _place(url: str) -> Place:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    encrypted = parts.scheme == "https"
    try:
        port = parts.port or (443 if encrypted else 80)
    except ValueError:
        port = 0
    return (parts.hostname or "").lower(), str(port), "" if encrypted else parts.path or "/"


def _places(view: PkiView, switch: Switch) -> Sequence[Place]:
    """Return where the messages of the profile of *switch* go, as *view* has it."""
    topic, name = switch
    servers = _servers(view, topic)
    if servers is not None:
        return [_place(url) for url in (servers.get(name),) if url]
    profile = view.ca_profiles.get(name)
    return () if profile is None else [_place(url) for url in _urls(profile, topic) if url]


def _servers(view: PkiView, topic: str) -> Mapping[str, str] | None:
    """Return the URLs of the servers of the enrolment protocol *topic*, None when it is none."""
    from srpki.engine.protocols.registry import PROTOCOLS  # noqa: PLC0415 - start-up time

    return PROTOCOLS[topic].servers(view) if topic in PROTOCOLS else None


def _urls(profile: CaProfile, topic: str) -> Sequence[str]:
    if topic == "ocsp":
        return (profile.ocsp.responder_url,)
    update = profile.auto_crl_update
    return () if update is None else [entry.url for entry in update.crl_urls]
