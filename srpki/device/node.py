"""A node: the record of its parts from one start to the next, and what they say together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from srpki.config.tree import Branch, Entries, get, put
from srpki.core.errors import StorageError
from srpki.core.values import NamedTuple
from srpki.device import live, live_log, live_system
from srpki.device.flash import CONFIGURATION
from srpki.device.sessions import NOBODY, Caller
from srpki.device.system import DEFAULT_NAME
from srpki.schema.paths import Value, path
from srpki.storage import urls

if TYPE_CHECKING:
    from srpki.config.datastore import Datastore
    from srpki.config.strictness import Omission
    from srpki.core.clock import Clock
    from srpki.core.events import EventBus
    from srpki.device.attempts import Attempts
    from srpki.device.configuration.commits import Commits
    from srpki.device.configuration.forms import Forms
    from srpki.device.configuration.modewatch import ModeWatch
    from srpki.device.configuration.rollback import Rollback
    from srpki.device.configuration.unsaved import Unsaved
    from srpki.device.filesystem import FileSystem
    from srpki.device.happenings import Happenings
    from srpki.device.lab import Laboratory
    from srpki.device.logging.announcer import Announcer
    from srpki.device.logging.debug import Debugging
    from srpki.device.logging.eventlog import EventLog
    from srpki.device.logging.logs import Logs
    from srpki.device.logging.messagelog import MessageLog
    from srpki.device.password_records import PasswordRecords
    from srpki.device.results import Result
    from srpki.device.scripting.handlers import Handlers
    from srpki.device.scripting.runs import Scripts
    from srpki.device.sessions import Sessions
    from srpki.engine.engine import Engine
    from srpki.keystore.seal import Seal
    from srpki.keystore.store import Keystore
    from srpki.schema.tree import SchemaTree

STARTUP: Final = f"cf3:\\{CONFIGURATION}"
"""The URL of the configuration that is loaded at the start."""


class Perform(Protocol):
    """Runs operations."""

    def __call__(
        self,
        node: Node,
        operation: str,
        inputs: Mapping[str, Value],
        *,
        caller: Caller,
        cancel: threading.Event,
    ) -> Result:
        """Run *operation* on *node*, as `Node.run` says."""
        ...


class Node(NamedTuple):
    """One node from one start to the next: a reboot makes another one.

    What its saved configuration holds beyond what is known was *omitted*. Nothing of a session or
    of a call rests here. *reboot* starts the node anew for a caller, whose session goes on; it
    raises `CorruptError` or `StorageError`, and nothing has stopped then.
    """

    clock: Clock
    booted: datetime
    schema: SchemaTree
    laboratory: Laboratory | None
    bus: EventBus
    log: EventLog
    logs: Logs
    debug: Debugging
    messages: MessageLog | None
    announcer: Announcer
    sessions: Sessions
    attempts: Attempts
    passwords: PasswordRecords
    happenings: Happenings
    forms: Forms
    files: FileSystem
    seal: Seal
    keystore: Keystore
    datastore: Datastore
    omitted: tuple[Omission, ...]
    unsaved: Unsaved
    modes: ModeWatch
    engine: Engine
    commits: Commits
    rollback: Rollback
    scripts: Scripts
    handlers: Handlers
    perform: Perform
    reboot: Callable[[Caller], None]

    @property
    def lab(self) -> bool:
        """Whether the node is in lab mode."""
        return self.laboratory is not None

    def run(
        self,
        operation: str,
        inputs: Mapping[str, Value],
        caller: Caller = NOBODY,
        cancel: threading.Event | None = None,
    ) -> Result:
        """Run *operation* with *inputs* for *caller*, who sets *cancel* to wait no longer.

        Errors become messages of the result, never exceptions.
        """
        cancel = cancel or threading.Event()
        return self.perform(self, operation, inputs, caller=caller, cancel=cancel)

    def system_name(self) -> str:
        """Return the name for the prompt."""
        return name_in(self.datastore.running)

    def state(self) -> Branch:
        """Return the live content of the state tree."""
        found = put(live.state(self.engine), path("log"), live_log.state(self.logs))
        found = put(found, path("chassis"), live_system.chassis(self.files.path(live_system.FLASH)))
        found = put(found, path("users"), live_system.users(self.sessions, self.clock.now()))
        for name, value in live_system.identity(self.system_name(), self.uptime()).items():
            found = put(found, path("system", name), value)
        return found

    def choices(self, target: str) -> Sequence[str]:
        """Return what a reference to *target* may name: completion only.

        *target* is a path of the configuration, ``pki-file-name`` or ``ipsec-tunnel``.
        """
        if target == "pki-file-name":
            return self.keystore.names()
        if target == "ipsec-tunnel":
            return self.engine.tunnels.names()
        *steps, _key = target.strip("/").split("/")[1:]
        entries = get(self.datastore.running, path(*steps))
        return [str(keys[0]) for keys in entries] if isinstance(entries, Entries) else []

    def changes(self) -> object:
        """Return a value that is another one when configuration, keystore or flash have changed."""
        return self.datastore.running, sum(self.keystore.changes.values()), self.files.changes

    def pending(self) -> Sequence[str]:
        """Return a sentence for each request by hand that its CA has not decided yet."""
        return [
            f'The request of ca-profile "{name}" is pending: poll for it later.'
            for name in self.engine.outstanding()
        ]

    def uptime(self) -> timedelta:
        """Return how long the node has been up, by its own clock, which may be set back."""
        return max(timedelta(), self.clock.now() - self.booted)

    def save(self, url: str = STARTUP) -> str:
        """Write the running configuration to *url*, which is returned as SR OS shows it.

        Where it is loaded from at the start, earlier versions are kept. Raises
        `InvalidNameError`, `InvalidInputError` or `StorageError`, and `RefusedError` while a
        confirmed commit waits.
        """
        if self._loads(url):
            self.commits.save()
            return urls.display(url)
        return self.write(url, self.forms.encode(self.datastore.running))

    def write(self, url: str, configuration: str) -> str:
        """Write the *configuration*, in whatever form, to *url*, which is returned as above.

        Raises `InvalidNameError`, `InvalidInputError` or `StorageError`.
        """
        try:
            self.files.save(url, configuration)
        except StorageError as error:
            self.announcer.not_saved(urls.display(url), error.sentence)
            raise
        self.announcer.saved(urls.display(url))
        if self._loads(url):
            self.unsaved.saved()
        return urls.display(url)

    def _loads(self, url: str) -> bool:
        return self.files.path(url) == self.files.path(STARTUP)


def name_in(running: Branch) -> str:
    """Return the name of a node whose configuration is *running*."""
    name = get(running, path("system", "name"))
    return name if isinstance(name, str) else DEFAULT_NAME
