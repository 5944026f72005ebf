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
from srpki.netconf import documents
from srpki.netconf.candidates import Candidates
from srpki.netconf.errors import RpcError, bad, of_error, refused
from srpki.netconf.framing import MAXIMUM_MESSAGE, FramingError, Incoming, framed
from srpki.netconf.hello import Client, hello, understood
from srpki.netconf.namespaces import BASE
from srpki.netconf.operations.registry import operation_of
from srpki.netconf.subscriptions import Subscriber

if TYPE_CHECKING:
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
            self.close()

    def _converse(self, read: Read) -> None:
        incoming = Incoming()
        self._send(hello(self.device.datastore.running, self._login.session_id), chunked=False)
        greeted = False
        while not self.gone and (data := read()):
            incoming.feed(data)
            while (message := incoming.next()) is not None:
                if greeted:
                    self._send(self._answered(message), chunked=self._client.chunked)
                    self.subscriber.start()
                elif not self._greet(message):
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

    # --- one request ---

    def _answered(self, message: bytes) -> Element:
        """Return the reply to *message*, whatever it is."""
        try:
            request = documents.read(message)
        except documents.DocumentError as error:
            return _reply(None, _errors(refused("malformed-message", str(error), "rpc")))
        try:
            found = self._performed(request)
        except RpcError as error:
            found = self._refused(request, error)
        except SrpkiError as error:
            found = self._refused(request, of_error(error, self.device.schema.configure))
        except Exception as error:  # noqa: BLE001 - a bug must not end a session without a word
            told = f"an error of the program: {type(error).__name__}"
            found = _errors(refused("operation-failed", told, "application"))
        return _reply(request, found)

    def _performed(self, request: Given) -> Iterable[Element]:
        if request.qualified != (BASE, "rpc"):
            raise bad("unknown-element", f"'{request.name}'", request.name, type_="rpc")
        if ("", "message-id") not in request.attributes:
            sentence = "a request needs the attribute message-id"
            raise bad("missing-attribute", sentence, "rpc", "message-id", type_="rpc")
        if not self._client.known:
            raise refused("operation-failed", "Common base capability not found")
        if len(request.children) != 1:
            raise bad("missing-element", "a request holds one operation", "rpc", type_="rpc")
        if not self.begin():
            raise refused("operation-failed", "the session has ended")
        (given,) = request.children
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
        return _errors(error)

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


def _errors(error: RpcError) -> tuple[Element, ...]:
    return tuple(refusal.element for refusal in error.refusals)


def _reply(request: Given | None, found: Iterable[Element]) -> Element:
    """Return *found* as the reply to *request*, whose attributes it has [RFC 6241 section 4.2]."""
    children = tuple(found)
    reply = Element("rpc-reply", BASE, children=lambda: children)
    if request is None or request.qualified != (BASE, "rpc"):
        return reply
    spaces = {namespace for namespace, _ in request.attributes if namespace}
    prefixes = {namespace: f"ns{number}" for number, namespace in enumerate(sorted(spaces))}
    attributes = tuple(
        (f"{prefixes[namespace]}:{name}" if namespace else name, value)
        for (namespace, name), value in request.attributes.items()
    )
    declared = tuple((prefix, namespace) for namespace, prefix in prefixes.items())
    return reply._replace(attributes=attributes, prefixes=declared)
