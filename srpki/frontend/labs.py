"""Lab mode: a clock that moves, a CA beside the router, and profiles made for it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.core.clock import LabClock, SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import NotFoundError, RefusedError, StorageError
from srpki.core.timeline import Participant, timeline_of
from srpki.device.directories import make_directories
from srpki.device.router import Router
from srpki.frontend import modes
from srpki.frontend.applications import configured
from srpki.frontend.clock_file import ClockFile, ClockRecord
from srpki.frontend.journal import Journal
from srpki.frontend.lab_authority import RunningCa
from srpki.frontend.lab_lock import Lock
from srpki.frontend.lab_tls import LabListeners
from srpki.frontend.parts import ClassicForm, Exchanges, recorded, run_script, running
from srpki.frontend.profiles import configure_lab_profiles
from srpki.frontend.settings import chosen
from srpki.storage.files import OsFiles
from srpki.storage.lock import NodeLock

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.core.clock import Clock
    from srpki.core.events import Event
    from srpki.training.chronicle import Chronicle
    from srpki.training.lesson import Lesson
    from srpki.transport.base import ExchangeFactory

    Lessons = Callable[[Path, Clock], Lesson]
    from srpki.config.management import ConfigurationMode
    from srpki.device.node import Node
    from srpki.device.records.lab import LabCaListed, LabCaState

TRAINING = "training"
LAB_FILE = "lab.toml"
MESSAGES = "messages"
"""Where a node of a lesson has its lab file, and the messages that it has sent and received."""

LAB_DIRECTORY = "lab-ca"
"""The lab CA's own directory inside a node directory; the router never looks into it."""

OTHERS = "others"
"""The directory of the other CAs, inside of that of the lab."""
MOST_AUTHORITIES = 4
"""CAs of one lab, its own included."""

VALIDITY = timedelta(days=30)
"""The life of the certificates that the lab CA of a node issues."""


class Lab:
    """The lab of one node, or of several, as `srpki.device.lab.Laboratory` asks for it."""

    def __init__(
        self,
        node: Path,
        *,
        profiles: bool = True,
        validity: timedelta = VALIDITY,
        lessons: Lessons | None = None,
    ) -> None:
        """Prepare the lab of *node*; its clock goes on where it was left, by whatever end.

        With *profiles* the node's configuration gets the ready-made ones that it lacks. What its
        CA issues is good for *validity*. *lessons* returns the lesson of a node that has one.
        """
        self._profiles = profiles
        self._validity = validity
        directory = node / LAB_DIRECTORY
        self._files = OsFiles(node)
        try:
            self._files.make_directory(directory)
        except OSError as error:
            raise StorageError(f"the lab CA cannot use {directory}: {error.strerror}") from None
        self._real = SystemClock()
        self._clock_file = ClockFile(self._files, directory / "clock.json", self._real)
        left = self._clock_file.read()
        self.skew, self.passes = left.skew, left.passes
        self.clock = LabClock(
            self._real, left.offset_when_closed(self._real.now()), self._note_clock
        )
        self._place = _Place(self)
        if left.at is not None:
            self.clock.run_at(0, left.at)
        elif left.factor != 1:
            self.clock.run_at(left.factor)
        self._directory = directory
        self.lock = Lock(directory, SystemEntropy())
        self.tls = LabListeners()
        self._first = RunningCa("lab", directory, self.clock, validity)
        self._others: dict[str, RunningCa] = {}
        try:
            for name in self._kept_names():
                self._others[name] = self._another(name)
            if left.offset is None and left.at is None:
                self._find_clock()
        except BaseException:
            self._close()
            raise
        self.server = self._first.server
        journal = Journal(directory, self._files, self._real, self.clock, self._secrets)
        self.record = journal.record
        self.lesson: Lesson | None = None
        self.chronicle: Chronicle | None = None
        if self._files.kind(node / TRAINING / LAB_FILE) == "file":
            from srpki.training.chronicle import Chronicle  # noqa: PLC0415 - start-up time

            self.chronicle = Chronicle(node / TRAINING, self._files, self._real, self.clock)
            if lessons is not None:
                self.lesson = lessons(node, self._real)

    def _kept_names(self) -> list[str]:
        """Return the names of the other CAs."""
        others = self._directory / OTHERS
        try:
            if self._files.kind(others) == "absent":
                return []
            return sorted(self._files.names(others))[:MOST_AUTHORITIES]
        except OSError as error:
            raise StorageError(f"the lab CA cannot use {others}: {error.strerror}") from None

    def _another(self, name: str) -> RunningCa:
        return RunningCa(name, self._directory / OTHERS / name, self.clock, self._validity)

    def _secrets(self) -> Iterator[str]:
        for one in self._every():
            yield from (one.server.secret, one.server.est_password)

    def _every(self) -> tuple[RunningCa, ...]:
        return (self._first, *self._others.values())

    def running(self) -> tuple[RunningCa, ...]:
        """Return the CAs, that of the lab first."""
        return self._every()

    def note(self, event: Event) -> None:
        """Take note of *event*, where there is a lesson."""
        if self.chronicle is not None:
            self.chronicle.event(event)

    def watched(self, exchanges: ExchangeFactory) -> ExchangeFactory:
        """Return *exchanges*, with their messages noted where there is a lesson."""
        if self.chronicle is None:
            return exchanges
        from srpki.transport.watched import WatchedExchanges  # noqa: PLC0415 - start-up time

        return WatchedExchanges(exchanges, self.chronicle)

    def _close(self) -> None:
        for one in self._every():
            one.close()

    def _find_clock(self) -> None:
        """Set the clock, whose record is lost, to where the newest certificate is valid."""
        newest = self._first.authority.newest_start()
        if newest is not None:
            timeline_of(self.clock).move(newest, "the lab", threading.Event(), back=True)

    def start(self) -> None:
        """Remember the clock; listen on the ports of last time, or others, which is said."""
        self._remember_or_tell(opened=True)
        timeline_of(self.clock).join(self._place)
        for one in self._every():
            one.start()
            for sentence in one.server.moved:
                sys.stderr.write(f"srpki: {sentence}\n")

    def stop(self) -> None:
        """Stop listening and remember the clock."""
        self.tls.close()
        for one in self._every():
            one.server.stop()
        timeline_of(self.clock).leave(self._place)
        self._remember_or_tell(opened=False)
        self._close()

    def equip(self, node: Node) -> None:
        """Answer TLS for *node*; add the ready-made profiles, with the CA's present addresses."""
        self.tls.serve(node)
        if self._profiles:
            configure_lab_profiles(node, self.server, self.certificates())

    def certificates(self) -> Mapping[str, bytes]:
        """Return the CA's certificates (DER) by the name a node gives them."""
        return self._first.roots()

    def describe(self) -> LabCaState:
        """Return what a client of the first CA needs to know."""
        return self._first.describe()

    def authority(self, name: str) -> RunningCa:
        """Return the CA called *name*; raises `NotFoundError`."""
        found = {one.name: one for one in self._every()}.get(name)
        if found is None:
            raise NotFoundError(f"the lab has no CA '{name}'", hint="see lab ca list")
        return found

    def authorities(self) -> tuple[LabCaListed, ...]:
        """Return all CAs, that of the lab first."""
        return tuple(one.state for one in self._every())

    def create(self, name: str) -> Mapping[str, bytes]:
        """Make a CA called *name*; return its certificates (DER) by the names for their files.

        Raises `RefusedError`, and `StorageError`.
        """
        if name in {one.name for one in self._every()}:
            raise RefusedError(f"the lab has a CA '{name}' already")
        if len(self._others) + 1 >= MOST_AUTHORITIES:
            raise RefusedError(f"a lab has {MOST_AUTHORITIES} CAs at most")
        others = self._directory / OTHERS
        try:
            self._files.make_directory(others)
        except OSError as error:
            raise StorageError(f"the lab CA cannot use {others}: {error.strerror}") from None
        made = self._another(name)
        try:
            made.start()
        except BaseException:
            made.close()
            raise
        self._others[name] = made
        return made.roots()

    def remember_clock(self) -> None:
        """Keep where the clock is, and how fast it runs, for the next start of this node.

        Raises `StorageError`.
        """
        self._remember(opened=True)

    def _remember(self, *, opened: bool, sync: bool = True) -> None:
        with self.clock.unmoved() as instant:
            following = self.clock.factor == 1
            offset = self.clock.offset if following else instant - self._real.now()
            self._clock_file.write(self._record(instant, offset, opened=opened), sync=sync)

    def _remember_or_tell(self, *, opened: bool) -> None:
        """Keep where the clock is, or say that it is not kept: a full disk ends no lab."""
        try:
            self._remember(opened=opened)
        except StorageError as error:
            sys.stderr.write(f"srpki: the lab's clock is not kept: {error}\n")

    def see_clock(self) -> None:
        """Keep where a clock is that runs as real time does, for the case of a kill."""
        if self.clock.factor == 1:
            with suppress(StorageError):  # it is tried again
                self._remember(opened=True, sync=False)

    def let_pass(self, *, passes: bool) -> None:
        """Set and keep whether time passes while the lab is closed."""
        self.passes = passes
        self.remember_clock()

    def allow_skew(self, skew: timedelta) -> None:
        """Set and keep how far ahead a certificate may begin that was just issued."""
        self.skew = skew
        self.remember_clock()

    def _note_clock(self, instant: datetime) -> None:
        """Keep *instant* so that it survives a kill, though perhaps no power cut: it is quick."""
        record = self._record(instant, instant - self._real.now())
        self._clock_file.write(record, sync=False)

    def _record(self, instant: datetime, offset: timedelta, *, opened: bool = True) -> ClockRecord:
        factor = self.clock.factor
        return ClockRecord(
            at=None if factor else instant,
            offset=offset if factor else None,
            seen=instant if factor else None,
            factor=factor,
            skew=self.skew,
            opened=opened,
            passes=self.passes,
        )


class _Place(Participant):
    """Sees where the clock of a lab is, every few seconds."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def tick(self) -> None:
        """Keep it."""
        self._lab.see_clock()

    def wake(self) -> None:
        """Have nothing to do when the clock was set."""
        timeline_of(self._lab.clock).end(self)


@contextmanager
def opened_lab(
    node: Path,
    *,
    profiles: bool = True,
    validity: timedelta = VALIDITY,
    record: Path | None = None,
    mode: ConfigurationMode | None = None,
    lessons: Lessons | None = None,
) -> Iterator[tuple[Router, Lab]]:
    """Run the router of *node* and its `Lab` inside the block.

    What the router sends and receives is kept in the directory *record* when that is given. A new
    node is made in the configuration mode *mode*; raises `UsageError` where one is in another.
    """
    modes.prepare(node, mode)
    _, state = make_directories(node)
    with NodeLock(state / "lock"):  # the router takes it for good; this one tells who has it
        pass
    with (
        running_lab(node, profiles=profiles, validity=validity, lessons=lessons) as lab,
        opened_in(lab, node, record=record, mode=mode) as router,
    ):
        yield router, lab


@contextmanager
def running_lab(
    place: Path,
    *,
    profiles: bool = True,
    validity: timedelta = VALIDITY,
    lessons: Lessons | None = None,
) -> Iterator[Lab]:
    """Run the lab in the directory *place*, of one node or of several, inside the block.

    Raises `BusyError` where another process runs it, `CorruptError` and `StorageError`.
    """
    try:
        OsFiles(place).make_root()
    except OSError as error:
        raise StorageError(f"the lab CA cannot use {place}: {error.strerror}") from None
    lab = Lab(place, profiles=profiles, validity=validity, lessons=lessons)
    try:
        lab.start()
        yield lab
    finally:
        lab.stop()


@contextmanager
def opened_in(
    lab: Lab, node: Path, *, record: Path | None = None, mode: ConfigurationMode | None = None
) -> Iterator[Router]:
    """Run the router of *node* in *lab*, which runs, inside the block; see `opened_lab`."""
    modes.prepare(node, mode)
    if record is None and lab.chronicle is not None:
        record = node / TRAINING / MESSAGES
    exchanges = lab.watched(recorded(Exchanges(node), record, lab.clock))
    router = Router(
        node,
        clock=lab.clock,
        entropy=SystemEntropy(),
        exchanges=exchanges,
        laboratory=lab,
        daemon=configured(node),
        settings=chosen(node),
        classic=ClassicForm(),
        runner=run_script,
    )
    with running(router, mode):
        yield router
