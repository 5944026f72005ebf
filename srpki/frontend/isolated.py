"""An isolated copy of a lab node: what it will come to can be seen, and nobody is touched.

The copy lies in a directory of its own, with copies of the lab's CAs at ports of their own. Every
URL that leads to a CA of the lab, also those inside of certificates, leads to its copy; any other
leads nowhere. No daemon is told, no syslog message is sent, and nothing but its owner moves its
clock, which stands.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from srpki.core.entropy import SystemEntropy
from srpki.core.errors import RefusedError, StorageError
from srpki.core.timeline import timeline_of
from srpki.device.flash import CONFIGURATION
from srpki.device.router import Router
from srpki.frontend.confining import ConfinedExchanges
from srpki.frontend.labs import LAB_DIRECTORY, OTHERS, Lab
from srpki.frontend.parts import ClassicForm, Exchanges, run_script
from srpki.frontend.settings import FILE, chosen
from srpki.labca import ports
from srpki.storage.files import OsFiles, replace, replace_file
from srpki.storage.lock import NodeLock

if TYPE_CHECKING:
    from srpki.device.node import Node
    from srpki.frontend.lab_authority import RunningCa

MOST_FILES: Final = 20_000
MOST_OCTETS: Final = 1 << 28
"""Files of a node that are copied, and their octets together."""
PARTS: Final = ("cf3", "state", LAB_DIRECTORY, "training")
_LEFT_OUT: Final = frozenset({"initial", "checkpoint", "messages"})
"""What a copy does without, below ``training``."""
_PORTS: Final = 1 << 16
_Wanted = TypeVar("_Wanted", bound=Sized)


class Copy(NamedTuple):
    """A copy that runs: its *router*, its *lab*, and the directory *place*."""

    router: Router
    lab: Lab
    place: Path

    @property
    def node(self) -> Node:
        """The node."""
        return self.router.node

    def move(self, target: datetime, cancel: threading.Event | None = None) -> bool:
        """Move its clock to *target*, with all that becomes due; False where *cancel* came first.

        Raises what `srpki.engine.engine.Engine.run_until` raises.
        """
        mover = "the owner of the copy"
        return not self.node.engine.run_until(target, cancel, mover=mover).interrupted


@contextmanager
def isolated(
    place: Path, node: Node | None = None, cancel: threading.Event | None = None
) -> Iterator[Copy]:
    """Run a copy of the node in *place* inside the block; it is gone afterwards.

    *node* is the one that runs there, where this process has it: what it is now is copied, its
    clock standing meanwhile. Raises `BusyError` where another process has it or somebody moves its
    clock, `StoppedError` once *cancel* is set, and `RefusedError` or `StorageError` for what cannot
    be copied.
    """
    with tempfile.TemporaryDirectory(prefix="srpki-") as directory:
        copy = Path(directory) / "node"
        instant = None
        if node is None:
            with NodeLock(place / "state" / "lock"):
                copied(place, copy)
        else:
            instant = copied_live(place, node, copy, cancel=cancel or threading.Event())
        with opened_apart(copy, instant) as found:
            yield found


@contextmanager
def looked_at(
    place: Path, node: Node, cancel: threading.Event, look: Callable[[], _Wanted]
) -> Iterator[tuple[_Wanted, Copy | None]]:
    """Call *look* while nothing happens on *node* in *place*; give what it returns.

    Unless that is empty there is a copy of what *node* was then; see `isolated`.
    """
    with tempfile.TemporaryDirectory(prefix="srpki-") as directory:
        copy = Path(directory) / "node"
        with still(node, cancel):
            wanted = look()
            instant = _copied_still(place, node, copy, _LEFT_OUT) if wanted else None
        if instant is None:
            yield wanted, None
            return
        with opened_apart(copy, instant) as found:
            yield wanted, found


def copied_live(
    place: Path,
    node: Node,
    copy: Path,
    *,
    cancel: threading.Event,
    left_out: frozenset[str] = _LEFT_OUT,
) -> datetime:
    """Copy what *node* in *place* is at one moment, which is returned; see `copied`."""
    with still(node, cancel):
        return _copied_still(place, node, copy, left_out)


def _copied_still(place: Path, node: Node, copy: Path, left_out: frozenset[str]) -> datetime:
    with node.datastore.lock, node.keystore.held():
        copied(place, copy, left_out=left_out)
        text = node.forms.encode(node.datastore.running)
    replace_file(
        OsFiles(copy), copy / "cf3" / CONFIGURATION, text.encode(), shown=CONFIGURATION, sync=False
    )
    return node.clock.now()


@contextmanager
def still(node: Node, cancel: threading.Event) -> Iterator[None]:
    """Let no time pass on *node* inside the block, where nothing is at work.

    Raises `BusyError` where somebody moves its clock, `StoppedError` once *cancel* is set.
    """
    with timeline_of(node.clock).still("who looks at it", cancel):
        yield


def copied(
    place: Path,
    copy: Path,
    parts: tuple[str, ...] = PARTS,
    left_out: frozenset[str] = _LEFT_OUT,
) -> None:
    """Copy the files of the node in *place* to *copy*, those of *parts*; no link is followed.

    Below ``training`` the names of *left_out* are left out.

    Raises `StorageError`, and `RefusedError` where there is too much.
    """
    source, target = OsFiles(place), OsFiles(copy)
    count = octets = 0
    try:
        target.make_root()
        for part in parts:
            for path in source.walk(place / part):
                inner = path.relative_to(place)
                if inner.name == "lock" or (part == "training" and inner.parts[1] in left_out):
                    continue
                content = source.read(path, MOST_OCTETS)
                count, octets = count + 1, octets + len(content)
                if count > MOST_FILES or octets > MOST_OCTETS:
                    raise RefusedError(f"the node in {place} is too large to be copied")
                for parent in reversed(inner.parents[:-1]):
                    target.make_directory(copy / parent)
                target.write_new(copy / inner, content, sync=False)
        if source.kind(place / FILE) == "file":
            target.write_new(copy / FILE, source.read(place / FILE, MOST_OCTETS), sync=False)
    except OSError as error:
        raise StorageError(f"cannot copy {place}: {error.strerror or error}") from None


@contextmanager
def opened_apart(copy: Path, instant: datetime | None = None) -> Iterator[Copy]:
    """Run the node in *copy*, which is nobody else's, inside the block, apart from everything.

    Its clock stands at *instant*, else where it was left.
    """
    before = {name: known_ports(copy, name) for name in authorities(copy)}
    for name in before:
        _let_go(copy, name)
    lab = Lab(copy, profiles=False)
    lab.clock.run_at(0, instant)
    try:
        lab.start()
        routes = {
            way: to
            for one in lab.running()
            for way, to in _routes(one, before.get(one.name, frozenset()))
        }
        exchanges = ConfinedExchanges(Exchanges(copy), routes)
        router = Router(
            copy,
            clock=lab.clock,
            entropy=SystemEntropy(),
            exchanges=lab.watched(exchanges),
            laboratory=lab,
            settings=chosen(copy),
            classic=ClassicForm(),
            runner=run_script,
            send=_nobody,
        )
        try:
            router.start()
            found = Copy(router, lab, copy)
            found.move(lab.clock.now())  # what is due by now, as after a restart
            yield found
        finally:
            router.stop()
    finally:
        lab.stop()


def _nobody(address: str, port: int, data: bytes) -> None:
    """Send no datagram."""


def _routes(one: RunningCa, before: frozenset[int]) -> Iterator[tuple[tuple[str, int], int]]:
    server = one.server
    for port in {*before, server.cmp_port, server.est_port}:
        yield ("http", port), server.cmp_port
        yield ("https", port), server.est_port


def authorities(place: Path) -> tuple[str, ...]:
    """Return the names of the CAs of the lab in *place*; raises `StorageError`."""
    others = place / LAB_DIRECTORY / OTHERS
    try:
        return ("lab", *OsFiles(place).names(others))
    except OSError as error:
        raise StorageError(f"cannot look into {others}: {error.strerror}") from None


def known_ports(place: Path, authority: str) -> frozenset[int]:
    """Return the ports, present and past, of one of the CAs of the lab in *place*."""
    try:
        content = OsFiles(place).read(_ports_file(place, authority), _PORTS)
    except OSError:
        return frozenset()
    return frozenset((*ports.read(content).values(), *ports.earlier(content)))


def _let_go(copy: Path, authority: str) -> None:
    """Let a CA of *copy* listen elsewhere than the original, whose ports are remembered."""
    files, path = OsFiles(copy), _ports_file(copy, authority)
    with suppress(OSError):
        replace(files, path, ports.write({}, files.read(path, _PORTS)), sync=False)


def _ports_file(place: Path, authority: str) -> Path:
    directory = place / LAB_DIRECTORY
    return (directory if authority == "lab" else directory / OTHERS / authority) / ports.FILE
