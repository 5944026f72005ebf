"""Runs scripts, one at a time, and remembers how they ended [7705 SAR basic system guide].

A run has a thread of its own, which takes part in the timeline: while it works no lab's clock is
moved, and where it sleeps the clock comes to the instant at which it goes on. The words for states
and ends are those of RFC 3165, as routers show them.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, Protocol

from srpki.config.tree import get
from srpki.core.errors import RefusedError, SrpkiError
from srpki.core.operator_events import SCRIPT_FAILED
from srpki.core.record import Record
from srpki.core.timeline import Pause, Timeline
from srpki.core.values import NamedTuple
from srpki.device.scripting.control import CONTROL, NOTHING, Control, Key, Policy, Script, control

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.config.tree import Branch
    from srpki.device.logging.announcer import Publish

WAITING: Final = 32
"""Most runs that wait for the one before them."""
OFTEN: Final = 20
WITHIN: Final = timedelta(minutes=1)
"""Most runs of one policy in this time: scripts and events must not chase each other for ever."""
GRACE: Final = 5.0
"""Seconds that a run is waited for when the node stops."""
NOWHERE: Final = "/null"
"""The results location that keeps nothing."""

State = Literal["initializing", "executing", "terminated"]
Exit = Literal["noError", "halted", "lifeTimeExceeded", "runtimeError", "genericError"]


class Ran(NamedTuple):
    """What came of the commands of a file: their *output*, and the *error* that stopped them."""

    output: str
    error: str = ""


class Results(Protocol):
    """Where the output of scripts is written."""

    def write(self, url: str, content: bytes, *, force: bool = False) -> None:
        """Write *content* to *url*, over another file only with *force*."""
        ...


class Runner(Protocol):
    """Runs the commands in a file; the command line provides it."""

    def __call__(self, url: str, cancel: threading.Event, over: Callable[[], bool]) -> Ran:
        """Run the file at *url* to its end, until *cancel* is set or until it is *over*.

        Raises `SrpkiError` when the file cannot be read.
        """
        ...


class Run(Record, frozen=False):
    """One run of a *policy*; *chain* are the policies whose runs have led to it, itself last."""

    number: int
    policy: Key
    chain: tuple[Key, ...]
    cancel: threading.Event
    state: State = "initializing"
    start: datetime | None = None
    end: datetime | None = None
    exit: Exit = "noError"
    error: str = ""
    source: str = ""
    results: str = ""

    def __init__(self, number: int, policy: Key, chain: tuple[Key, ...]) -> None:
        super().__init__(number, policy, chain, cancel=threading.Event())


class _Time(Pause):
    """The time of one run after the other: no wait outlasts the life of the run."""

    def __init__(self, timeline: Timeline) -> None:
        super().__init__(timeline)
        self._clock = timeline.clock
        self.ends: datetime | None = None

    def over(self) -> bool:
        """Return whether the life of the run is over."""
        return self.ends is not None and self._clock.now() >= self.ends

    def wait(self, seconds: float, cancel: threading.Event | None = None) -> bool:
        """Wait *seconds*, if there is life enough left; else until its end, and return False."""
        if self.ends is None:
            return super().wait(seconds, cancel)
        left = (self.ends - self._clock.now()).total_seconds()
        waited = super().wait(min(seconds, left), cancel)
        return waited and seconds <= left


class Scripts:
    """The scripts of one node; a `srpki.config.datastore.Participant`."""

    def __init__(
        self, timeline: Timeline, files: Results, runner: Runner | None, publish: Publish
    ) -> None:
        """Run files of *files* by *runner*, in the time of *timeline*; tell of it by *publish*."""
        self._publish = publish
        self.timeline = timeline
        self._clock = timeline.clock
        self._files = files
        self._runner = runner
        self._lock = threading.Lock()
        self._control = NOTHING
        self._changed: dict[tuple[str, Key], datetime] = {}
        self._waiting: list[Run] = []
        self._running: Run | None = None
        self._ended: list[Run] = []
        self._asked: dict[Key, deque[datetime]] = {}
        self._failures: dict[Key, str] = {}
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._number = 0

    # --- configuration ---------------------------------------------------------------------------

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse nothing: what is missing is told when it is to run."""

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Take the configuration *new* into use; what runs goes on as it was asked for."""
        if old is not new and get(old, CONTROL) == get(new, CONTROL):
            return
        found, now = control(new), self._clock.now()
        with self._lock:
            for kind, known, fresh in (
                ("script", self._control.scripts, found.scripts),
                ("policy", self._control.policies, found.policies),
            ):
                for key, value in fresh.items():
                    if known.get(key) != value:
                        self._changed[kind, key] = now
            self._control = found

    @property
    def control(self) -> Control:
        """What is configured."""
        return self._control

    def changed(self, kind: str, key: Key) -> datetime:
        """Return when the ``script`` or ``policy`` *key* was last changed."""
        with self._lock:
            return self._changed.get((kind, key), self._clock.now())

    # --- runs ------------------------------------------------------------------------------------

    def launch(self, policy: Key | None) -> None:
        """Let *policy* run its script, when those asked for before have ended.

        Raises `RefusedError` saying why it does not.
        """
        if policy is None:
            raise RefusedError("no script policy is named")
        with self._lock:
            try:
                self._check(policy)
            except RefusedError as error:
                self._failures[policy] = error.sentence
                raise
            self._failures.pop(policy, None)
            self._number += 1
            chain = (*_chain(), policy)
            self._waiting.append(Run(self._number, policy, chain))
            if self._thread is None:
                self._begin()

    def _check(self, key: Key) -> None:
        policy, script = self._of(key)
        if self._stopped or self._runner is None:
            raise RefusedError("the node runs no scripts now")
        if not policy.enabled:
            raise RefusedError("the script policy is disabled")
        if not policy.results:
            raise RefusedError("the script policy has no results location")
        if not script.enabled:
            raise RefusedError("the script is disabled")
        if not script.location:
            raise RefusedError("the script has no location")
        if key in _chain():
            raise RefusedError("a run of the same policy has led to it")
        if any(run.policy == key for run in self._present()):
            raise RefusedError("the policy runs already")
        if len(self._waiting) >= WAITING:
            raise RefusedError(f"{WAITING} runs are waiting already")
        now = self._clock.now()
        asked = self._asked.setdefault(key, deque(maxlen=OFTEN))
        if len(asked) == OFTEN and timedelta() <= now - asked[0] < WITHIN:
            raise RefusedError(f"the policy has run {OFTEN} times within a minute")
        asked.append(now)

    def _of(self, key: Key) -> tuple[Policy, Script]:
        policy = self._control.policies.get(key)
        if policy is None:
            raise RefusedError("the script policy does not exist")
        script = self._control.scripts.get(policy.script)
        if script is None:
            raise RefusedError("the script does not exist")
        return policy, script

    def _present(self) -> list[Run]:
        return [*([self._running] if self._running else []), *self._waiting]

    def _begin(self) -> None:
        """Start the thread; time stands still from now on, until it sleeps (the lock is held)."""
        time = _Time(self.timeline)
        self.timeline.engage(time)
        self._thread = threading.Thread(
            target=self._work, args=(time,), name="srpki-script", daemon=True
        )
        self._thread.start()

    def _work(self, time: _Time) -> None:
        try:
            with self.timeline.taking_part(time):
                while (run := self._next()) is not None:
                    _here.chain = run.chain
                    self._execute(run, time)
        finally:
            with self._lock:  # after a mistake of ours the next event finds a thread again
                if self._thread is threading.current_thread():
                    self._thread = self._running = None

    def _next(self) -> Run | None:
        with self._lock:
            if self._running is not None:
                self._ended.append(self._running)
            self._running = self._waiting.pop(0) if self._waiting else None
            if self._running is None:
                self._thread = None
            self._expire()
            return self._running

    def _execute(self, run: Run, time: _Time) -> None:
        now = self._clock.now()
        ran = Ran("")
        try:
            with self._lock:
                policy, script = self._of(run.policy)
                run.state, run.start, run.source = "executing", now, script.location
            time.ends = None if policy.lifetime is None else now + policy.lifetime
            assert self._runner is not None
            ran = self._runner(script.location, run.cancel, time.over)
            run.results = self._keep(policy.results, ran.output, now)
            if ran.error:
                run.exit, run.error = "runtimeError", ran.error
        except SrpkiError as error:
            run.exit, run.error = "genericError", error.sentence
        if run.cancel.is_set():
            run.exit = "halted"
        elif ran.error and time.over():
            run.exit, run.error = "lifeTimeExceeded", "the lifetime of the run was over"
        run.end, run.state = self._clock.now(), "terminated"
        if run.exit != "noError":
            self._publish(
                SCRIPT_FAILED,
                "EHS script",
                policy=run.policy[0],
                file=run.source,
                exit=run.exit,
                reason=run.error or "it was stopped",
            )

    def _keep(self, location: str, output: str, now: datetime) -> str:
        """Write *output* into a file of its own, whose name is returned; raises `SrpkiError`."""
        if location == NOWHERE:
            return ""
        url = f"{location}_{now:%Y%m%d-%H%M%S}-UTC.{now.microsecond:06}.out"
        self._files.write(url, f"{output}\n".encode() if output else b"")
        return url

    # --- what is remembered ----------------------------------------------------------------------

    def _expire(self) -> None:
        """Forget runs that are too old or too many for their policies (the lock is held)."""
        now = self._clock.now()
        kept: list[Run] = []
        for run in reversed(self._ended):
            policy = self._control.policies.get(run.policy)
            if policy is None or run.end is None:
                continue
            young = policy.expires is None or now - run.end < policy.expires
            if young and sum(other.policy == run.policy for other in kept) < policy.most:
                kept.append(run)
        self._ended = kept[::-1]

    def runs(self, policy: Key) -> tuple[Run, ...]:
        """Return the runs of *policy* that are waiting, at work or remembered, eldest first."""
        with self._lock:
            self._expire()
            found = [*self._ended, *self._present()]
        return tuple(run for run in found if run.policy == policy)

    def failure(self, policy: Key) -> str:
        """Return why *policy* did not run when it was last asked to; empty when it did."""
        with self._lock:
            return self._failures.get(policy, "")

    def stop(self) -> None:
        """Run nothing more, and end what runs before its next command."""
        with self._lock:
            self._stopped = True
            self._waiting.clear()
            running, thread = self._running, self._thread
        if running is not None:
            running.cancel.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(GRACE)


_here = threading.local()


def _chain() -> tuple[Key, ...]:
    """Return the policies whose runs have led to what this thread does."""
    found: tuple[Key, ...] = getattr(_here, "chain", ())
    return found
