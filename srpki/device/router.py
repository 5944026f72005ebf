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
from srpki.config.tree import Branch, Entries, get
from srpki.config.views import view
from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import CorruptError, SrpkiError, StorageError, UsageError
from srpki.core.events import EventBus
from srpki.device import live, operations
from srpki.device.commits import Commits
from srpki.device.eventlog import EventLog
from srpki.device.filesystem import CONFIGURATION, FileSystem
from srpki.device.forms import Form, Forms
from srpki.device.results import Result
from srpki.device.sessions import Sessions
from srpki.device.system import DEFAULT_NAME
from srpki.engine.engine import Engine
from srpki.keystore import names
from srpki.keystore.lock import NodeLock
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.schema.paths import Value, path
from srpki.schema.tree import LAB_SCHEMA, SCHEMA

if TYPE_CHECKING:
    from srpki.device.lab import Laboratory
    from srpki.transport.base import ExchangeFactory

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
    ) -> None:
        """Build the router over the directory *node*, making it when it is not there.

        *classic* is the classic form of a configuration, which the CLI knows.
        """
        self.clock = clock
        self.entropy = entropy
        self.laboratory = laboratory
        self.schema = SCHEMA if laboratory is None else LAB_SCHEMA
        self.booted = clock.now()
        self.forms = Forms(SCHEMA.configure, clock, classic)
        self._ids = itertools.count(1)
        self._cancel = threading.Event()
        cf3, state = make_directories(node)
        self._lock = NodeLock(state / "lock")
        self._lock.acquire()
        try:
            self._build(cf3, state, exchanges)
        except BaseException:
            self._lock.release()
            raise

    def _build(self, cf3: Path, state: Path, exchanges: ExchangeFactory) -> None:
        self.bus = EventBus()
        self.log = EventLog(state / "events.jsonl")
        self.bus.subscribe(self.log.append)
        self.files = FileSystem(cf3)
        self.seal = Seal(state / "chassis.key", self.entropy)
        self.keystore = Keystore(cf3, self.seal)
        self.keystore.recover()
        _sweep(state)
        running = _load(cf3 / CONFIGURATION, self.forms)
        self.datastore = Datastore(SCHEMA.configure, sealer=self.seal, running=running)
        self.engine = Engine(
            clock=self.clock,
            entropy=self.entropy,
            bus=self.bus,
            keystore=self.keystore,
            seal=self.seal,
            state_dir=state,
            exchanges=exchanges,
            view=view(self.datastore.running, self.seal.open_text),
        )
        self.datastore.subscribe(_EngineParticipant(self))
        self.commits = Commits(self.datastore, self.clock, save=self.save)
        self.sessions = Sessions(self.clock)

    @property
    def lab(self) -> bool:
        """Whether the node is in lab mode."""
        return self.laboratory is not None

    def start(self) -> None:
        """Let the scheduler run."""
        self.engine.start()

    def stop(self) -> None:
        """Stop the engine, which goes on where it was at the next start, and free the node."""
        self.engine.stop()
        self._lock.release()

    def interrupt(self) -> None:
        """End the waiting of the operation that runs in the foreground (Ctrl-C)."""
        self._cancel.set()

    @property
    def cancel(self) -> threading.Event:
        """Set when the operator no longer wants to wait."""
        return self._cancel

    def system_name(self) -> str:
        """Return the name for the prompt."""
        name = get(self.datastore.running, path("system", "name"))
        return name if isinstance(name, str) else DEFAULT_NAME

    def run(self, operation: str, inputs: Mapping[str, Value]) -> Result:
        """Run *operation* with *inputs*; errors become messages of the result, never exceptions."""
        self._cancel.clear()
        return operations.run(self, next(self._ids), operation, inputs)

    def state(self) -> Branch:
        """Return the live content of the state tree."""
        return live.state(self)

    def choices(self, target: str) -> Sequence[str]:
        """Return the keys that a reference to *target* may name: completion only."""
        if target == "pki-file-name":
            return self.keystore.names()
        if target == "cflash-url":
            return self.files.urls()
        *steps, _key = target.strip("/").split("/")[1:]
        entries = get(self.datastore.running, path(*steps))
        return [str(keys[0]) for keys in entries] if isinstance(entries, Entries) else []

    def uptime(self) -> timedelta:
        """Return how long this router has been up, by its own clock, which may be set back."""
        return max(timedelta(), self.clock.now() - self.booted)

    def save(self, url: str = _SAVED) -> str:
        """Write the running configuration to *url*, which is returned as SR OS shows it.

        Raises `InvalidNameError`, `InvalidInputError` or `StorageError`.
        """
        self.files.save(url, self.forms.encode(self.datastore.running))
        return names.display(url)


class _EngineParticipant:
    """Hands every commit to the engine; nothing it does may fail."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse nothing: what is incomplete is an entry's state, not a commit's error."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Let the engine see the new configuration."""
        del old
        self._router.engine.apply(view(new, self._router.seal.open_text))

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""


def _load(path: Path, forms: Forms) -> Branch:
    try:
        return forms.decode(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Branch()
    except OSError as error:
        raise StorageError(f'open file "{_SAVED}": {error.strerror}') from None
    except (SrpkiError, UnicodeDecodeError) as error:
        reason = str(error) if isinstance(error, SrpkiError) else "it is not UTF-8 text"
        raise CorruptError(
            f'"{_SAVED}" is damaged: {reason}', hint="mend the file or move it away"
        ) from None


def _sweep(state: Path) -> None:
    """Remove what a killed process may have left: sealed key files for the TLS library."""
    for stale in state.glob("tls-*.pem"):
        with suppress(OSError):
            stale.unlink()


def make_directories(node: Path) -> tuple[Path, Path]:
    """Make what is missing of a node directory; return its ``cf3`` and ``state``."""
    cf3, state = node / "cf3", node / "state"
    try:
        for directory in (node, cf3, state):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{node} is not a directory", hint="name another one") from None
    except OSError as error:
        raise StorageError(
            f"cannot make the node directory {node}: {error.strerror}", hint="name another one"
        ) from None
    return cf3, state
