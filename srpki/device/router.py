"""The router: builds every part from a node directory, starts them and stops them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.config.datastore import Datastore
from srpki.config.tree import Branch, Entries, get, put
from srpki.config.viewer import view
from srpki.core.clock import SKEW, Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import CorruptError, NotFoundError, SrpkiError, StorageError
from srpki.core.events import FILE_WRITE_FAILED, Event, EventBus, EventType
from srpki.device import checkpoints, directories, live, live_log
from srpki.device.announcer import Announcer
from srpki.device.checkpoints import Checkpoints
from srpki.device.commits import Commits
from srpki.device.debug import Debugging
from srpki.device.directories import make_directories
from srpki.device.eventlog import EventLog
from srpki.device.filesystem import CONFIGURATION, FileSystem
from srpki.device.forms import Form, Forms
from srpki.device.happenings import Happenings, Mark
from srpki.device.history import History
from srpki.device.logs import Logs
from srpki.device.logsinks import Sinks
from srpki.device.modewatch import ModeWatch
from srpki.device.results import Result
from srpki.device.rollback import Rollback
from srpki.device.sealed import sealed_thing
from srpki.device.sessions import NOBODY, Caller, Sessions
from srpki.device.system import DEFAULT_NAME
from srpki.device.versions import Versions
from srpki.engine.engine import Engine
from srpki.engine.settings import DEFAULT, Settings
from srpki.keystore import names
from srpki.keystore.seal import Seal
from srpki.keystore.store import DIRECTORY, Keystore
from srpki.schema.paths import Value, path
from srpki.schema.tree import LAB_SCHEMA, SCHEMA
from srpki.storage.files import OsFiles, sweep
from srpki.storage.lock import NodeLock
from srpki.transport import datagrams
from srpki.transport.watched import WatchedExchanges

if TYPE_CHECKING:
    from srpki.device.lab import Laboratory
    from srpki.engine.applications import Daemon
    from srpki.transport.base import ExchangeFactory
    from srpki.transport.datagrams import Send

_SAVED = f"cf3:\\{CONFIGURATION}"
"""The URL of the configuration that is loaded at the start."""


class Router:
    """One node: configuration, keystore, engine and log over one directory.

    Building it takes the node's lock, finishes an interrupted swap and loads the saved
    configuration; `start` lets the scheduler run. Raises `BusyError` when another process owns the
    node and `CorruptError` when the saved configuration cannot be read.
    """

    def __init__(
        self,
        node: Path,
        *,
        clock: Clock,
        entropy: Entropy,
        exchanges: ExchangeFactory,
        laboratory: Laboratory | None = None,
        classic: Form | None = None,
        send: Send = datagrams.send,
        daemon: Daemon | None = None,
        settings: Settings = DEFAULT,
    ) -> None:
        """Build the router over the directory *node*, making it when it is not there.

        *classic* is the classic form of a configuration, which the CLI knows. Events go to syslog
        collectors by *send*. *daemon* is a real program that uses the ipsec pairs, *settings* are
        those that a router does not have.
        """
        self.clock = clock
        self.entropy = entropy
        self.laboratory = laboratory
        self.schema = SCHEMA if laboratory is None else LAB_SCHEMA
        self.announcer = Announcer(self._publish, SCHEMA.configure)
        self.sessions = Sessions(clock, self._mark, self.announcer)
        self._daemon = daemon
        self._settings = settings
        self._send = send
        self.debug = Debugging(clock, lambda: self.engine.view, self._traced)
        self._exchanges = WatchedExchanges(exchanges, self.debug)
        self.forms = Forms(SCHEMA.configure, clock, classic)
        self._ids = itertools.count(1)
        self._node, self._files = node, OsFiles(node)
        self._cf3, self._state = make_directories(node)
        self._lock = NodeLock(self._state / "lock")
        self._lock.acquire()
        try:
            self._build()
        except BaseException:
            self._lock.release()
            raise

    def _build(self) -> None:
        """Build everything that a restart builds anew."""
        cf3, state = self._cf3, self._state
        self.booted = self.clock.now()
        self.bus = EventBus()
        files = self._files
        self.log = EventLog(state / "events.jsonl", files)
        self.bus.subscribe(self.debug.happened)
        sinks = Sinks(
            files,
            cf3 / "log",
            name=self.system_name,
            console=self.debug.tell_all,
            send=self._send,
        )
        self.logs = Logs(sinks, self.log)
        self.bus.subscribe(self.logs.append)
        self.files = FileSystem(cf3, files)
        self.seal = Seal(
            state / "chassis.key", self.entropy, files, lambda: sealed_thing(files, cf3, state)
        )
        self.keystore = Keystore(cf3, self.seal, files)
        for name in self.keystore.recover():
            self._tell_unsettled(name)
        self.happenings = Happenings(self.keystore)
        self.bus.subscribe(self.happenings.happened)
        self._sweep()
        versions = self._saved()
        running = _load(versions, self.forms)
        self.datastore = Datastore(SCHEMA.configure, sealer=self.seal, running=running)
        self.logs.apply(running, running)
        self.datastore.subscribe(self.logs)
        self.engine = Engine(
            clock=self.clock,
            entropy=self.entropy,
            bus=self.bus,
            keystore=self.keystore,
            seal=self.seal,
            state_dir=state,
            exchanges=self._exchanges,
            view=view(self.datastore.running, self.seal.open_text),
            daemon=self._daemon,
            settings=self._settings,
            files=files,
            skew=SKEW if self.laboratory is None else self.laboratory.skew,
        )
        self.datastore.subscribe(_EngineParticipant(self.engine, self.seal))
        self.commits = Commits(
            self.datastore,
            self.clock,
            checkpoints=Checkpoints(self.datastore, versions, self.forms),
            history=History(state / "commits.jsonl", files),
            plan=self.engine.plan,
            announcer=self.announcer,
        )
        self.rollback = Rollback(self.datastore, self.files, self.clock)
        self.modes = ModeWatch(self.clock, self.announcer)
        self.datastore.subscribe(self.modes)

    def _publish(self, kind: EventType, subject: str, /, **fields: object) -> None:
        """Make an event of what an operator does now."""
        self.bus.publish(self.clock.now(), kind, subject, **fields)

    def _traced(self, event: Event) -> None:
        """Give the logs what sessions are shown for debugging."""
        self.logs.append(event)

    def _tell_unsettled(self, name: str) -> None:
        """Say that the file *name* is refused, and why; the node starts without it."""
        try:
            self.keystore.kind_of(name)
        except SrpkiError as error:
            self.bus.publish(
                self.clock.now(), FILE_WRITE_FAILED, "Cert", file=name, reason=error.sentence
            )

    def _saved(self) -> Versions:
        return Versions(self._cf3 / CONFIGURATION, _SAVED, self._files)

    def _sweep(self) -> None:
        """Remove what a killed process may have left: half-written files, keys for the TLS library.

        Those of the keystore are its own.
        """
        sweep(self._files, self._cf3, but=DIRECTORY)
        sweep(self._files, self._state)
        with suppress(OSError):
            for name in self._files.names(self._state):
                if name.startswith("tls-") and name.endswith(".pem"):
                    self._files.unlink(self._state / name)

    @property
    def lab(self) -> bool:
        """Whether the node is in lab mode."""
        return self.laboratory is not None

    def start(self) -> None:
        """Let the scheduler run, and the lab add what is its own."""
        self.engine.start()
        if self.laboratory is not None:
            self.laboratory.equip(self)

    def stop(self) -> None:
        """Stop the engine, which goes on where it was at the next start, and free the node."""
        self.engine.stop()
        self._lock.release()

    def reboot(self) -> None:
        """Start anew on the same directory: what is not saved is lost, all sessions end.

        Raises `CorruptError` or `StorageError` when the saved configuration cannot be loaded:
        nothing has stopped then.
        """
        with self.datastore.lock:
            _load(self._saved(), self.forms)
            self.commits.end()
        for login in self.sessions.all():
            self.sessions.end(login)
        self.engine.stop()
        self.debug.switch_off()
        self._build()
        self.start()

    def warnings(self) -> Sequence[str]:
        """Return a sentence for each directory of the node that somebody else may change."""
        return tuple(directories.warnings(self._node))

    def system_name(self) -> str:
        """Return the name for the prompt."""
        name = get(self.datastore.running, path("system", "name"))
        return name if isinstance(name, str) else DEFAULT_NAME

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
        from srpki.device.operations import registry  # noqa: PLC0415 - start-up time

        number, cancel = next(self._ids), cancel or threading.Event()
        return registry.run(self, number, operation, inputs, caller=caller, cancel=cancel)

    def state(self) -> Branch:
        """Return the live content of the state tree."""
        return put(live.state(self.engine), path("log"), live_log.state(self.logs))

    def choices(self, target: str) -> Sequence[str]:
        """Return the keys that a reference to *target* may name: completion only."""
        if target == "pki-file-name":
            return self.keystore.names()
        *steps, _key = target.strip("/").split("/")[1:]
        entries = get(self.datastore.running, path(*steps))
        return [str(keys[0]) for keys in entries] if isinstance(entries, Entries) else []

    def _mark(self) -> Mark:
        return self.happenings.mark()

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
        """Return how long this router has been up, by its own clock, which may be set back."""
        return max(timedelta(), self.clock.now() - self.booted)

    def save(self, url: str = _SAVED) -> str:
        """Write the running configuration to *url*, which is returned as SR OS shows it.

        Where it is loaded from at the start, earlier versions are kept. Raises
        `InvalidNameError`, `InvalidInputError` or `StorageError`, and `RefusedError` while a
        confirmed commit waits.
        """
        if self.files.path(url) == self._cf3 / CONFIGURATION:
            self.commits.save()
            return names.display(url)
        return self.write(url, self.forms.encode(self.datastore.running))

    def write(self, url: str, configuration: str) -> str:
        """Write the *configuration*, in whatever form, to *url*, which is returned as above.

        Raises `InvalidNameError`, `InvalidInputError` or `StorageError`.
        """
        try:
            self.files.save(url, configuration)
        except StorageError as error:
            self.announcer.not_saved(names.display(url), error.sentence)
            raise
        self.announcer.saved(names.display(url))
        return names.display(url)


class _EngineParticipant:
    """Hands every commit to the engine; nothing it does may fail."""

    def __init__(self, engine: Engine, seal: Seal) -> None:
        self._engine = engine
        self._seal = seal

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse nothing: what is incomplete is an entry's state, not a commit's error."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Let the engine see the new configuration."""
        self._engine.apply(view(new, self._seal.open_text, (old, self._engine.view)))

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""


def _load(versions: Versions, forms: Forms) -> Branch:
    """Return the saved configuration, an empty one when nothing was saved."""
    versions.recover()
    try:
        return checkpoints.load(versions, 0, forms.decode).tree
    except NotFoundError:
        return Branch()
    except CorruptError as error:
        good = checkpoints.newest_good(versions, forms.decode)
        if not good:
            raise
        cure = f"mend it, or put {good} in its place, which is whole"
        raise CorruptError(error.sentence, hint=cure) from None
