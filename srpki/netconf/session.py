"""A session of NETCONF: hello, requests and answers, over whatever carries its octets.

[RFC 6241 sections 4 and 8.1, RFC 6242]. It knows no SSH: it reads and writes by what it is given.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from srpki.core.errors import NotAuthorizedError, SrpkiError
from srpki.core.xml import Element, lines
from srpki.management.access.rights import ADMINISTRATOR
from srpki.management.session import CallerSession
from srpki.netconf import documents, recording
from srpki.netconf.candidates import Candidates
from srpki.netconf.errors import RpcError, bad, of_error, refused, unexpected_namespace
from srpki.netconf.framing import MAXIMUM_MESSAGE, FramingError, Incoming, framed
from srpki.netconf.hello import Client, hello, understood
from srpki.netconf.namespaces import BASE, XML, declarable
from srpki.netconf.operations.registry import operation_of
from srpki.netconf.subscriptions import Subscriber
from srpki.schema.operations.global_operations import RAW_COMMAND

if TYPE_CHECKING:
    from srpki.device.counters import Counted
    from srpki.device.sessions import Ending, Login
    from srpki.management.access.rights import Rights
    from srpki.management.port import Machine
    from srpki.netconf.documents import Given
    from srpki.netconf.port import Commands

Read = Callable[[], bytes]
"""Returns what came, nothing at the end."""
Write = Callable[[bytes], None]
"""Writes; it may block until the peer reads."""

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'


def _no_commands(session: CallerSession, line: str) -> tuple[str, bool]:
    del session, line
    return "MINOR: CLI #2005: Error while processing command - there is no MD-CLI here", False


class NetconfSession(CallerSession):
    """One client of NETCONF at a node, from his hello to his end.

    `hang_up`, where a front end has set it, is called from any thread when the session is ended
    from outside: it makes `read` return nothing and `write` raise. It must not block.
    """

    interface: ClassVar[str] = "NETCONF"

    def __init__(
        self,
        machine: Machine,
        user: str = "admin",
        address: str = "",
        commands: Commands = _no_commands,
        rights: Rights | Callable[[], Rights] = ADMINISTRATOR,
    ) -> None:
        """Log *user* in at *machine*, from *address*, with *rights*.

        *commands* answers what he tells the CLI.
        """
        self.hang_up: Callable[[], None] | None = None
        self._commands = commands
        self._client = Client(known=False)
        self._leaving = False
        self._writing = threading.Lock()
        self._write: Write = lambda _: None
        super().__init__(machine, user, "netconf", address, rights)

    def _log_in(self) -> None:
        super()._log_in()
        self.candidates = Candidates(self.device, self.editing, private=self._client.private)
        self.subscriber = Subscriber(self.device.logs, self.device.clock, self._notify)

    # --- the conversation ---

    def serve(self, read: Read, write: Write) -> None:
        """Converse with a client until he or the node ends it, or an `OSError` of either."""
        self._write = write
        try:
            self._converse(read)
        except (OSError, FramingError):
            pass
        finally:
            self._end()

    def _end(self) -> None:
        if not self._leaving and not self.gone:
            self.device.sessions.counters.count("dropped-sessions")
        self.close()

    def _converse(self, read: Read) -> None:
        incoming = Incoming()
        self.device.sessions.counters.count("in-sessions")
        self._send(hello(self.device.datastore.running, self._login.session_id), chunked=False)
        greeted = False
        while not self.gone and (data := read()):
            incoming.feed(data)
            while (message := incoming.next()) is not None:
                if greeted:
                    self._send(self._answered(message), chunked=self._client.chunked)
                    self.subscriber.start()
                elif not self._greet(message):
                    self.device.sessions.counters.count("in-bad-hellos")
                    return
                else:
                    greeted = True
                    incoming.maximum = MAXIMUM_MESSAGE
                    incoming.chunked = self._client.chunked
                if self._leaving or self.gone:
                    return

    def _greet(self, message: bytes) -> bool:
        """Take the hello of the client; return whether the session goes on."""
        try:
            client = understood(documents.read(message))
        except documents.DocumentError:
            return False
        if client is None:
            return False
        self._client = client
        self.candidates = Candidates(self.device, self.editing, private=client.private)
        return True

    def _send(self, element: Element, *, chunked: bool) -> None:
        with self._writing:
            for piece in framed(_document(element), chunked=chunked):
                self._write(piece)

    def _notify(self, notification: Element) -> None:
        self._send(notification, chunked=self._client.chunked)
        self._count("out-notifications")

    def _count(self, what: Counted) -> None:
        self._login.counters.count(what)
        self.device.sessions.counters.count(what)

    # --- one request ---

    def _answered(self, message: bytes) -> Element:
        """Return the reply to *message*, whatever it is."""
        try:
            request = documents.read(message)
        except documents.DocumentError as error:
            self._count("in-bad-rpcs")
            return _reply(None, self._errors(refused("malformed-message", str(error), "rpc")))
        clock = self.device.clock
        began = clock.monotonic()
        found = self._found(request)
        self._record(request, found, clock.monotonic() - began)
        return _reply(request, found)

    def _found(self, request: Given) -> tuple[Element, ...]:
        """Return what stands in the reply to *request*."""
        try:
            return self._performed(request)
        except RpcError as error:
            return self._refused(request, error)
        except SrpkiError as error:
            return self._refused(request, of_error(error, self.device.schema.configure))
        except Exception as error:  # noqa: BLE001 - a bug must not end a session without a word
            told = f"an error of the program: {type(error).__name__}"
            return self._errors(refused("operation-failed", told, "application"))

    def _record(self, request: Given, found: tuple[Element, ...], seconds: float) -> None:
        """Note in the journal of a lab what was asked for; commands of the CLI stand there."""
        laboratory = self.device.laboratory
        if laboratory is None or not request.children:
            return
        command = recording.summary(request.children[0])
        if RAW_COMMAND.name in command.split():
            return
        output, ok = recording.outcome(found)
        laboratory.record(
            self._login.typed(
                mode=recording.MODE,
                prompt="",
                command=command,
                output=output,
                ok=ok,
                seconds=seconds,
            )
        )

    def _performed(self, request: Given) -> tuple[Element, ...]:
        try:
            given = _operation(request)
        except RpcError:
            self._count("in-bad-rpcs")
            raise
        self._count("in-rpcs")
        if not self._client.known:
            raise refused("operation-failed", "Common base capability not found")
        if not self.begin():
            raise refused("operation-failed", "the session has ended")
        operation = operation_of(given)
        try:
            self._check_permitted(given)
            found = operation(self, given)
            return (Element("ok", BASE),) if found is None else tuple(found)
        finally:
            self.settle()

    def _check_permitted(self, given: Given) -> None:
        """Raise `NotAuthorizedError` unless a profile permits the operation *given*."""
        if not self.rights.permits_netconf(given.name):
            raise NotAuthorizedError(given.name)
        self.device.announcer.typed(self._login, "netconf", given.name, edits=False)

    def _refused(self, request: Given, error: RpcError) -> tuple[Element, ...]:
        """Return *error* as elements; what was not permitted is an event, too."""
        if any(refusal.kind.tag == "access-denied" for refusal in error.refusals):
            asked = " ".join(child.name for child in request.children)
            self.device.announcer.not_permitted(self._login, "netconf", asked, edits=False)
        return self._errors(error)

    def _errors(self, error: RpcError) -> tuple[Element, ...]:
        """Return *error* as the elements of the reply that tells it."""
        self._count("out-rpc-errors")
        return tuple(refusal.element for refusal in error.refusals)

    # --- what operations see ---

    @property
    def login(self) -> Login:
        """The session, as others see it."""
        return self._login

    @property
    def stopped(self) -> threading.Event:
        """What is set when the session is to wait no longer."""
        return self._cancel

    def command(self, line: str) -> tuple[str, bool]:
        """Return what the MD-CLI answers to *line*, and whether that went well."""
        return self._commands(self, line)

    def leave(self) -> None:
        """End the session after the answer to what is asked now."""
        self._leaving = True

    def expire(self) -> None:
        """End the session, from any thread: its client has asked for nothing for too long."""
        self.device.sessions.counters.count("dropped-sessions")
        super().expire()

    # --- its end ---

    def close(self) -> None:
        """Log out; a confirmed commit that only this session may confirm is taken back."""
        self.subscriber.end()
        super().close()

    def _leave(self, why: Ending) -> None:
        super()._leave(why)
        if why != "rebooted":
            self.subscriber.end()
            if self.hang_up is not None:
                self.hang_up()


def _document(element: Element) -> Iterator[str]:
    yield _XML
    yield from lines(element)


def _operation(request: Given) -> Given:
    """Return what *request* asks for; raises `RpcError` where it is no request."""
    if request.qualified != (BASE, "rpc"):
        raise bad("unknown-element", f"'{request.name}'", request.name, type_="rpc")
    if ("", "message-id") not in request.attributes:
        sentence = "a request needs the attribute message-id"
        raise bad("missing-attribute", sentence, "rpc", "message-id", type_="rpc")
    for namespace in request.scope.declared.values():
        if not declarable(namespace):
            raise unexpected_namespace(namespace)
    if len(request.children) != 1:
        raise bad("missing-element", "a request holds one operation", "rpc", type_="rpc")
    return request.children[0]


def _reply(request: Given | None, found: Iterable[Element]) -> Element:
    """Return *found* as the reply to *request*, whose attributes and prefixes it has.

    [RFC 6241 section 4.2; 7750 SR system management guide 22.7]
    """
    children = tuple(found)
    reply = Element("rpc-reply", BASE, children=lambda: children)
    if request is None or request.qualified != (BASE, "rpc"):
        return reply
    declared = {
        prefix: namespace
        for prefix, namespace in request.scope.declared.items()
        if prefix not in ("", "xml")
    }
    prefixes = {XML: "xml"} | {namespace: prefix for prefix, namespace in declared.items()}
    attributes = tuple(
        (f"{prefixes[namespace]}:{name}" if namespace else name, value)
        for (namespace, name), value in request.attributes.items()
    )
    return reply._replace(attributes=attributes, prefixes=tuple(declared.items()))
