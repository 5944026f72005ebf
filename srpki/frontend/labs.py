"""Lab mode: a clock that moves, a CA beside the router, and profiles made for it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.core.clock import LabClock, SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import RefusedError, StorageError
from srpki.core.timeline import timeline_of
from srpki.device.directories import make_directories
from srpki.device.records.lab import LabCaState, LabFault
from srpki.device.router import Router
from srpki.frontend import modes
from srpki.frontend.applications import configured
from srpki.frontend.clock_file import ClockFile, ClockRecord
from srpki.frontend.parts import ClassicForm, Exchanges, recorded, run_script, running
from srpki.frontend.profiles import configure_lab_profiles
from srpki.frontend.settings import chosen
from srpki.labca.authority import Authority
from srpki.labca.documents import Document
from srpki.labca.fault_lines import parse_fault
from srpki.labca.fault_script import FAULTS, FaultScript
from srpki.labca.faults import ALWAYS, Fault
from srpki.labca.server import LabCa
from srpki.labca.settings import CaSettings
from srpki.storage.files import OsFiles
from srpki.storage.lock import NodeLock

if TYPE_CHECKING:
    from srpki.config.management import ConfigurationMode
    from srpki.device.node import Node

LAB_DIRECTORY = "lab-ca"
"""The lab CA's own directory inside a node directory; the router never looks into it."""

VALIDITY = timedelta(days=30)
"""The life of the certificates that the lab CA of a node issues."""


class Lab:
    """The lab of one node, or of several, as `srpki.device.lab.Laboratory` asks for it."""

    def __init__(
        self, node: Path, *, profiles: bool = True, validity: timedelta = VALIDITY
    ) -> None:
        """Prepare the lab of *node*; its clock goes on where it was left, by whatever end.

        With *profiles* the node's configuration gets the ready-made ones that it lacks. What its
        CA issues is good for *validity*.
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
        self.skew = left.skew
        self.clock = LabClock(self._real, left.offset or timedelta(), self._note_clock)
        if left.at is not None:
            self.clock.run_at(0, left.at)
        elif left.factor != 1:
            self.clock.run_at(left.factor)
        settings = CaSettings(validity=int(validity.total_seconds()))
        self._authority = Authority(directory, self.clock, SystemEntropy(), settings)
        try:
            self._script = FaultScript(document=Document(directory, FAULTS))
            if left.offset is None and left.at is None:
                self._find_clock()
        except BaseException:
            self._authority.close()
            raise
        self.server = LabCa(self._authority, faults=self._script, lab_time=True)

    def _find_clock(self) -> None:
        """Set the clock, whose record is lost, to where the newest certificate is valid."""
        newest = self._authority.newest_start()
        if newest is not None:
            timeline_of(self.clock).move(newest, "the lab", threading.Event(), back=True)

    def start(self) -> None:
        """Remember the clock; listen on the ports of last time, or others, which is said."""
        self.remember_clock()
        self.server.start()
        for sentence in self.server.moved:
            sys.stderr.write(f"srpki: {sentence}\n")

    def stop(self) -> None:
        """Stop listening and remember the clock."""
        self.server.stop()
        self.remember_clock()
        self._authority.close()

    def equip(self, node: Node) -> None:
        """Add the ready-made profiles, with the CA's present addresses, to *node*."""
        if self._profiles:
            configure_lab_profiles(node, self.server, self.certificates())

    def certificates(self) -> Mapping[str, bytes]:
        """Return the CA's certificates (DER) by the name a node gives them."""
        authority = self._authority
        return {"lab-root": authority.root, "lab-issuing": authority.issuing.certificate}

    def describe(self) -> LabCaState:
        """Return what a client of the CA needs to know; the secrets are the lab's own."""
        server = self.server
        return LabCaState(
            cmpv2_url=server.cmp_url,
            est_url=server.est_url,
            crl_url=server.crl_url,
            ocsp_url=server.ocsp_url,
            reference=server.reference,
            secret=server.secret,
            est_username=server.est_username,
            est_password=server.est_password,
            certificate_life=self._validity,
        )

    def revoke(self, certificate: bytes) -> None:
        """Revoke *certificate* (DER); raises `RefusedError` when the lab CA did not issue it."""
        if self._authority.issued(certificate) is None:
            raise RefusedError("the lab CA did not issue this certificate")
        self._authority.revoke(certificate)

    def add_fault(self, line: str) -> None:
        """Script one fault; raises `UsageError` when *line* is not one."""
        self._script.add(line)

    def faults(self) -> tuple[LabFault, ...]:
        """Return the faults that wait to happen, in order."""
        return tuple(_waiting(parse_fault(line)) for line in self._script.lines())

    def clear_faults(self) -> None:
        """Forget every fault."""
        self._script.clear()

    def remember_clock(self) -> None:
        """Keep where the clock is, and how fast it runs, for the next start of this node.

        Raises `StorageError`.
        """
        with self.clock.unmoved() as instant:
            following = self.clock.factor == 1
            offset = self.clock.offset if following else instant - self._real.now()
            self._clock_file.write(self._record(instant, offset))

    def allow_skew(self, skew: timedelta) -> None:
        """Set and keep how far ahead a certificate may begin that was just issued."""
        self.skew = skew
        self.remember_clock()

    def _note_clock(self, instant: datetime) -> None:
        """Keep *instant* so that it survives a kill, though perhaps no power cut: it is quick."""
        record = self._record(instant, instant - self._real.now())
        self._clock_file.write(record, sync=False)

    def _record(self, instant: datetime, offset: timedelta) -> ClockRecord:
        factor = self.clock.factor
        if not factor:
            return ClockRecord(at=instant, factor=factor, skew=self.skew)
        return ClockRecord(offset=offset, factor=factor, skew=self.skew)


def _waiting(fault: Fault) -> LabFault:
    when = fault.when
    return LabFault(
        line=str(fault),
        operation=fault.operation,
        action=fault.action,
        failinfo=fault.failinfo or None,
        text=fault.text or None,
        seconds=fault.seconds or None,
        after=fault.after,
        times=None if fault.times == ALWAYS else fault.times,
        key=when.key or None,
        begin=when.begin,
        end=when.end,
        every=when.every or None,
        subject=when.subject or None,
        client=when.client or None,
    )


@contextmanager
def opened_lab(
    node: Path,
    *,
    profiles: bool = True,
    validity: timedelta = VALIDITY,
    record: Path | None = None,
    mode: ConfigurationMode | None = None,
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
        running_lab(node, profiles=profiles, validity=validity) as lab,
        opened_in(lab, node, record=record, mode=mode) as router,
    ):
        yield router, lab


@contextmanager
def running_lab(
    place: Path, *, profiles: bool = True, validity: timedelta = VALIDITY
) -> Iterator[Lab]:
    """Run the lab in the directory *place*, of one node or of several, inside the block.

    Raises `BusyError` where another process runs it, `CorruptError` and `StorageError`.
    """
    try:
        OsFiles(place).make_root()
    except OSError as error:
        raise StorageError(f"the lab CA cannot use {place}: {error.strerror}") from None
    lab = Lab(place, profiles=profiles, validity=validity)
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
    router = Router(
        node,
        clock=lab.clock,
        entropy=SystemEntropy(),
        exchanges=recorded(Exchanges(node), record, lab.clock),
        laboratory=lab,
        daemon=configured(node),
        settings=chosen(node),
        classic=ClassicForm(),
        runner=run_script,
    )
    with running(router, mode):
        yield router
