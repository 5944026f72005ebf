"""A caller's session: logged in at a node, told of what happens there, ended by him or by others.

It knows neither a command line nor a terminal nor a protocol: those that do build on it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, ClassVar

from srpki.core.errors import NotAuthorizedError
from srpki.core.text import screen
from srpki.device.sessions import Caller
from srpki.management.access.files import Confined
from srpki.management.access.rights import ADMINISTRATOR, Rights
from srpki.management.editing import Editing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from srpki.device.configuration.history import Author
    from srpki.device.results import Result
    from srpki.device.sessions import Ending, Kind
    from srpki.management.access.own_password import OwnPassword
    from srpki.management.port import Machine
    from srpki.schema.paths import Value


class CallerSession:
    """One caller at a node, from his log-in to his end; another node after one that he reboots.

    A front end calls `begin` before it answers something and `settle` afterwards. What the
    session holds of the configuration is let go when it ends, however that comes.
    """

    interface: ClassVar[str] = "MD-CLI"
    """What SR OS calls the way in which candidates are edited here."""

    def __init__(
        self,
        machine: Machine,
        user: str,
        kind: Kind = "console",
        address: str = "",
        rights: Rights | Callable[[], Rights] = ADMINISTRATOR,
    ) -> None:
        """Log *user* in at *machine*, over a connection of *kind* from *address*, with *rights*.

        What tells them is asked again at each request: a commit changes them at once.
        """
        self._machine = machine
        self._rights = rights
        self.rights = self._present()
        self._user = user
        self._kind: Kind = kind
        self._address = address
        self._interruption = threading.Event()
        self._lent = False
        self.wake: Callable[[], None] | None = None
        self.watch: Callable[[str], None] | None = None
        self.at_once: Callable[[str], None] | None = None
        self._log_in()

    def _log_in(self) -> None:
        """Come to the node that runs now, with nothing remembered."""
        self.device = self._machine.node
        self._traces = self.device.debug.listener(
            self._news_came, self._watched, self._show_at_once
        )
        self._login = self.device.sessions.open(
            self._user, self._kind, self._address, self._traces, self._leave
        )
        self.files = Confined(self.device.files, self.rights)
        """The files of the node, as far as the user reaches them."""
        self.editing = Editing(self.device, self._login, self.interface, self._author, self.rights)

    def _author(self) -> Author:
        return self.caller(self.interface).author

    def close(self) -> None:
        """Log out: what the session holds is let go, debug output comes no more."""
        self.device.sessions.close(self._login)
        self.device.debug.forget(self._traces)
        self.editing.end()

    # --- one request after the other ---

    def begin(self) -> bool:
        """Begin to answer what the caller asks; return whether he still has a session."""
        if self._lent or self.interrupted:
            self._interruption, self._lent = threading.Event(), False
        if self.gone:
            return False
        self._have(self._present())
        self.device.sessions.touch(self._login)
        return True

    def _present(self) -> Rights:
        return self._rights if isinstance(self._rights, Rights) else self._rights()

    def _have(self, rights: Rights) -> None:
        """Let *rights* hold from now on."""
        if rights is not self.rights:
            self.rights = self.files.rights = rights
            self.editing.restrict(rights)

    def settle(self) -> Ending | None:
        """Return what has ended the session while the caller was answered, if anything has.

        One whose caller has rebooted the node has begun again there, and goes on.
        """
        ended = self._login.ended
        if ended == "rebooted":
            self.device.debug.forget(self._traces)
            self._log_in()
        return ended

    def interrupt(self) -> None:
        """Stop, from any thread, what is being answered: its waiting, its files of lines."""
        self._interruption.set()

    @property
    def _cancel(self) -> threading.Event:
        """What ends the waiting of an operation: of no request but this one."""
        self._lent = True
        return self._interruption

    @property
    def interrupted(self) -> bool:
        """Whether `interrupt` was called since the last `begin`."""
        return self._interruption.is_set()

    def expire(self) -> None:
        """End the session, from any thread: its caller has asked for nothing for too long."""
        self.device.sessions.end(self._login)

    def caller(self, origin: str) -> Caller:
        """Return who calls, by the interface that SR OS calls *origin*."""
        return Caller(user=self._user, session=self._login, origin=origin)

    def own_password(self, origin: str) -> OwnPassword:
        """Return the change of the caller's own password, by what SR OS calls *origin*."""
        from srpki.management.access.own_password import OwnPassword  # noqa: PLC0415 - start-up

        return OwnPassword(self.device, self.caller(origin).author, self._kind)

    def run(self, operation: str, inputs: Mapping[str, Value], origin: str) -> Result:
        """Run *operation* on the node, for the caller by *origin*; `interrupt` ends its waiting.

        What his rights do not permit does not run, and what it would show him is not in the result.
        """
        if self.rights.unlimited and not self.rights.home:
            return self.device.run(operation, inputs, self.caller(origin), self._cancel)
        from srpki.management.access import operations  # noqa: PLC0415 - start-up time

        try:
            self.check(operation, inputs)
        except NotAuthorizedError as error:
            return operations.refusal(error, self.device.clock.now())
        result = self.device.run(operation, inputs, self.caller(origin), self._cancel)
        return operations.seen(self.rights, result)

    def check(self, operation: str, inputs: Mapping[str, Value]) -> None:
        """Raise `NotAuthorizedError` unless the user may run *operation* with *inputs*."""
        if not self.rights.unlimited or self.rights.home:
            from srpki.management.access import operations  # noqa: PLC0415 - start-up time

            operations.check(self.rights, self.files, operation, inputs)

    # --- what happens meanwhile ---

    def news(self) -> str:
        """Return what has come since the last call: debug output, events for the console.

        `wake`, where a frontend has set it, is called from any thread when something comes, and
        when the session is `gone`; so is `watch`, with a line that passes while a command runs and
        that is not told again. What a command has to say before it ends goes to `at_once`, from the
        thread that answers it.
        """
        return screen(self._traces.take())

    def _news_came(self) -> None:
        if self.wake is not None:
            self.wake()

    def _watched(self, line: str) -> None:
        if self.watch is not None:
            self.watch(line)

    def _show_at_once(self, line: str) -> bool:
        """Show *line*, which a command has for who waits for it, by `at_once` of the frontend."""
        if self.at_once is None:
            return False
        self.at_once(line)
        return True

    # --- its end from outside ---

    @property
    def gone(self) -> bool:
        """Whether the session has been ended from outside, or the node has rebooted."""
        return self._login.ended is not None

    def _leave(self, why: Ending) -> None:
        """End at once, for somebody else wants it so; what is being answered ends first.

        What the session holds is let go, whatever thread this is.
        """
        if why == "rebooted":
            return
        self._interruption.set()
        self.editing.end()
        self._news_came()
