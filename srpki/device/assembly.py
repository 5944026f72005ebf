"""Assembles a node from its directory: every part, and who hears of what."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.config.datastore import Datastore
from srpki.config.tree import EMPTY, Branch
from srpki.config.viewer import view
from srpki.core.clock import SKEW, Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import CorruptError, NotFoundError, SrpkiError
from srpki.core.events import FILE_WRITE_FAILED, EventBus, EventType, Field
from srpki.core.timeline import timeline_of
from srpki.core.values import NamedTuple
from srpki.device.attempts import Attempts
from srpki.device.configuration import checkpoints
from srpki.device.configuration.checkpoints import Checkpoint, Checkpoints
from srpki.device.configuration.commits import Commits
from srpki.device.configuration.forms import Form, Forms
from srpki.device.configuration.history import History
from srpki.device.configuration.modewatch import ModeWatch
from srpki.device.configuration.rollback import Rollback
from srpki.device.configuration.unsaved import Unsaved
from srpki.device.filesystem import FileSystem
from srpki.device.flash import CONFIGURATION
from srpki.device.happenings import Happenings
from srpki.device.logging.announcer import Announcer
from srpki.device.logging.debug import Debugging
from srpki.device.logging.eventlog import EventLog
from srpki.device.logging.logs import Logs
from srpki.device.logging.logsinks import Sinks
from srpki.device.logging.messagelog import MessageLog
from srpki.device.node import STARTUP, Node, name_in
from srpki.device.password_records import PasswordRecords
from srpki.device.results import Result
from srpki.device.scripting.handlers import Handlers
from srpki.device.scripting.runs import Ran, Scripts
from srpki.device.sealed import sealed_thing
from srpki.device.sessions import Caller, Sessions
from srpki.engine.engine import Engine
from srpki.engine.settings import Settings
from srpki.keystore.seal import Seal
from srpki.keystore.store import DIRECTORY, Keystore
from srpki.schema.paths import Value
from srpki.schema.tree import LAB_SCHEMA, SCHEMA
from srpki.storage.files import OsFiles, sweep
from srpki.storage.versions import Versions
from srpki.transport.watched import WatchedExchanges

if TYPE_CHECKING:
    from srpki.device.lab import Laboratory
    from srpki.engine.applications import Daemon
    from srpki.transport.base import ExchangeFactory
    from srpki.transport.datagrams import Send


ScriptRunner = Callable[[Node, str, threading.Event, Callable[[], bool]], Ran]
"""Runs the file at a URL on a node, until it is cancelled or over."""


class Surroundings(NamedTuple):
    """What a node is put into, which outlasts its reboots: directories, time, chance, the network.

    *classic* is the classic form of a configuration, which the CLI knows. Events go to syslog
    collectors by *send*. *daemon* is a real program that uses the ipsec pairs, *settings* are
    those that a router does not have. Files of commands that events run are run by *runner*.
    """

    cf3: Path
    state: Path
    files: OsFiles
    clock: Clock
    entropy: Entropy
    exchanges: ExchangeFactory
    laboratory: Laboratory | None
    classic: Form | None
    send: Send
    daemon: Daemon | None
    settings: Settings
    runner: ScriptRunner | None

    def versions(self) -> Versions:
        """Return the saved configuration and those before it."""
        return Versions(self.cf3 / CONFIGURATION, STARTUP, self.files)

    def forms(self) -> Forms:
        """Return the forms that a configuration is saved in."""
        return Forms(SCHEMA.configure, self.clock, self.classic)


def assembled(around: Surroundings, reboot: Callable[[Caller], None]) -> Node:
    """Return a node put together in *around*: an interrupted swap is finished, nothing runs yet.

    Raises `CorruptError` or `StorageError` when the saved configuration cannot be loaded.
    """
    clock, bus, booted = around.clock, EventBus(), around.clock.now()
    # What comes later is looked up when it is needed.
    debug = Debugging(clock, lambda: engine.view, lambda event: logs.append(event))  # noqa: PLW0108
    log, logs = _logs(around, bus, debug, lambda: name_in(datastore.running))
    announcer = Announcer(_Now(bus, clock), SCHEMA.configure)
    seal, keystore, happenings = _keystore(around, bus)
    _sweep(around)
    forms, versions, flash = around.forms(), around.versions(), FileSystem(around.cf3, around.files)
    startup = load(versions, forms)
    datastore = Datastore(SCHEMA.configure, sealer=seal, running=startup.tree)
    logs.apply(datastore.running, datastore.running)
    messages = None
    exchanges = WatchedExchanges(around.exchanges, debug)
    if around.laboratory is not None:
        messages = MessageLog(around.state / "messages.jsonl", around.files, clock)
        exchanges = WatchedExchanges(exchanges, messages)
    running = datastore.running
    engine = _engine(around, bus, keystore, seal, exchanges=exchanges, running=running)
    unsaved, modes = Unsaved(), ModeWatch(clock, announcer)
    passwords = PasswordRecords(running, clock, around.state / "passwords.jsonl", around.files)
    for participant in (logs, _EngineParticipant(engine, seal), modes, unsaved, passwords):
        datastore.subscribe(participant)
    scripts, handlers = _scripting(around, bus, flash, datastore, lambda: node)
    node = Node(
        clock=clock,
        booted=booted,
        schema=SCHEMA if around.laboratory is None else LAB_SCHEMA,
        laboratory=around.laboratory,
        bus=bus,
        log=log,
        logs=logs,
        debug=debug,
        messages=messages,
        announcer=announcer,
        sessions=Sessions(clock, happenings.mark, announcer),
        attempts=Attempts(clock),
        passwords=passwords,
        happenings=happenings,
        forms=forms,
        files=flash,
        seal=seal,
        keystore=keystore,
        datastore=datastore,
        omitted=startup.omitted,
        unsaved=unsaved,
        modes=modes,
        engine=engine,
        commits=Commits(
            datastore,
            clock,
            checkpoints=Checkpoints(datastore, versions, forms),
            history=History(around.state / "commits.jsonl", around.files),
            plan=engine.plan,
            announcer=announcer,
            saved=unsaved.saved,
        ),
        rollback=Rollback(datastore, flash, clock, forms),
        scripts=scripts,
        handlers=handlers,
        perform=_Operations(),
        reboot=reboot,
    )
    return node


def load(versions: Versions, forms: Forms) -> Checkpoint:
    """Return the saved configuration, an empty one when nothing was saved.

    Raises `CorruptError`, which names an earlier version that is whole, or `StorageError`.
    """
    versions.recover()
    try:
        return checkpoints.load(versions, 0, forms.decode)
    except NotFoundError:
        return Checkpoint(STARTUP, EMPTY, 0)
    except CorruptError as error:
        good = checkpoints.newest_good(versions, forms.decode)
        if not good:
            raise
        cure = f"mend it, or put {good} in its place, which is whole"
        raise CorruptError(error.sentence, hint=cure) from None


def _logs(
    around: Surroundings, bus: EventBus, debug: Debugging, name: Callable[[], str]
) -> tuple[EventLog, Logs]:
    """Return what keeps events; it is told every one, as *debug* is."""
    log = EventLog(around.state / "events.jsonl", around.files)
    sinks = Sinks(
        around.files, around.cf3 / "log", name=name, console=debug.tell_all, send=around.send
    )
    logs = Logs(sinks, log)
    bus.subscribe(debug.happened)
    if around.laboratory is not None:
        bus.subscribe(around.laboratory.note)
    bus.controlled_by(logs.control)
    bus.subscribe(logs.append)
    return log, logs


def _keystore(around: Surroundings, bus: EventBus) -> tuple[Seal, Keystore, Happenings]:
    """Return the keystore, its interrupted swaps finished, with its key and what counts changes.

    A file that is refused is told, and why; the node starts without it.
    """
    cf3, state, files = around.cf3, around.state, around.files
    seal = Seal(
        state / "chassis.key", around.entropy, files, lambda: sealed_thing(files, cf3, state)
    )
    keystore = Keystore(cf3, seal, files)
    for name in keystore.recover():
        try:
            keystore.kind_of(name)
        except SrpkiError as error:
            bus.publish(
                around.clock.now(), FILE_WRITE_FAILED, "Cert", file=name, reason=error.sentence
            )
    happenings = Happenings(keystore)
    bus.subscribe(happenings.happened)
    return seal, keystore, happenings


def _sweep(around: Surroundings) -> None:
    """Remove what a killed process may have left: half-written files, keys for the TLS library.

    Those of the keystore are its own.
    """
    files, state = around.files, around.state
    sweep(files, around.cf3, but=DIRECTORY)
    sweep(files, state)
    with suppress(OSError):
        for name in files.names(state):
            if name.startswith("tls-") and name.endswith(".pem"):
                files.unlink(state / name)


def _engine(
    around: Surroundings,
    bus: EventBus,
    keystore: Keystore,
    seal: Seal,
    *,
    exchanges: ExchangeFactory,
    running: Branch,
) -> Engine:
    laboratory = around.laboratory
    return Engine(
        clock=around.clock,
        entropy=around.entropy,
        bus=bus,
        keystore=keystore,
        seal=seal,
        state_dir=around.state,
        exchanges=exchanges,
        view=view(running, seal.open_text),
        daemon=around.daemon,
        settings=around.settings,
        files=around.files,
        skew=SKEW if laboratory is None else laboratory.skew,
    )


def _scripting(
    around: Surroundings,
    bus: EventBus,
    flash: FileSystem,
    datastore: Datastore,
    node: Callable[[], Node],
) -> tuple[Scripts, Handlers]:
    """Return what runs files of commands, and what asks for it when events come."""
    runner, running, publish = around.runner, datastore.running, _Now(bus, around.clock)

    def run(url: str, cancel: threading.Event, over: Callable[[], bool]) -> Ran:
        assert runner is not None
        return runner(node(), url, cancel, over)

    scripts = Scripts(timeline_of(around.clock), flash, None if runner is None else run, publish)
    handlers = Handlers(scripts, around.clock, publish)
    for participant in (scripts, handlers):
        participant.apply(running, running)
        datastore.subscribe(participant)
    bus.subscribe(handlers.happened)
    return scripts, handlers


class _Now:
    """Makes events at the present instant."""

    def __init__(self, bus: EventBus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock

    def __call__(self, kind: EventType, subject: str, /, **fields: Field) -> None:
        self._bus.publish(self._clock.now(), kind, subject, **fields)


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


class _Operations:
    """Numbers the operations of a node and runs them."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def __call__(
        self,
        node: Node,
        operation: str,
        inputs: Mapping[str, Value],
        *,
        caller: Caller,
        cancel: threading.Event,
    ) -> Result:
        from srpki.device.operations import registry  # noqa: PLC0415 - start-up time

        number = next(self._ids)
        return registry.run(node, number, operation, inputs, caller=caller, cancel=cancel)
