"""The side of the owner: listens at one socket and serves each who joins in a thread."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from srpki import __version__
from srpki.core.errors import BusyError, ProtocolError, RefusedError, SrpkiError, UsageError
from srpki.frontend.joining.frames import PROTOCOL, Wire, trusted
from srpki.frontend.joining.holding import Guest, name_of
from srpki.frontend.parts import check_mode
from srpki.storage import sockets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from srpki.core.clock import Clock
    from srpki.frontend.joining.frames import Message
    from srpki.frontend.joining.holding import Holding

MOST: Final = 64
"""Most sessions that join one node."""
MOST_OF_ALL: Final = 512
"""Most sessions that join one process."""
LONGEST: Final = 1 << 24
"""Most octets of a frame that is taken from whoever joins."""
GREETING: Final = 5.0
"""Seconds in which whoever connects must say what he wants."""
LEAVING: Final = 5.0
"""Seconds that the end of the process waits for joined sessions to let go."""

_HERE: Final = os.path.curdir
"""What the node is called that has the socket."""

ENDED: Final = "the process that held the node has ended"


class Door:
    """Lets others join what the process holds, all at one socket: that of the first it let in to.

    The lock file of each node tells where the socket lies [ADR 25].
    """

    def __init__(self, clock: Clock) -> None:
        """Let nobody in yet; waiting is done by *clock*."""
        self._clock = clock
        self._changed = threading.Condition()
        self._held: dict[str, Holding] = {}
        self._guests: list[Guest] = []
        self._closed = threading.Event()
        self._home: Path | None = None
        self._listener: socket.socket | None = None
        self._thread = threading.Thread(target=self._accept_all, name="door", daemon=True)

    def open_to(self, holding: Holding) -> str:
        """Let others join what is held, too; return what it is called at the door.

        Where that cannot be, they are told why, and it is called nothing.
        """
        with self._changed:
            if self._closed.is_set():
                return ""
            try:
                home = self._home or self._settled(holding.node)
            except OSError as error:
                holding.router.alone(f"no socket: {error.strerror or error}")
                return ""
            name = name_of(holding.node, home)
            self._held[name] = holding
        holding.router.joined_at(name_of(home, holding.node))
        return name

    def _settled(self, node: Path) -> Path:
        """Listen in *node*, in a thread of its own; raises `OSError`."""
        self._listener = _bound(node)
        self._home = node
        self._thread.start()
        return node

    @property
    def guests(self) -> int:
        """How many have joined."""
        return len(self._guests)

    def wait_until_alone(self) -> None:
        """Wait until the last who has joined has left; nobody is let in after that."""
        with self._changed:
            while self._guests:
                self._changed.wait()
            self._closed.set()

    def shut_to(self, name: str) -> None:
        """Let nobody join any more what is called *name*; end the sessions there."""
        with self._changed:
            holding = self._held.pop(name, None)
            guests = [one for one in self._guests if one.holding is holding]
        if name == _HERE:
            self.close()
        elif holding is not None:
            self._dismiss(guests)

    def close(self) -> None:
        """Let nobody in any more; tell who has joined that it is over, and wait a moment."""
        with self._changed:
            self._closed.set()
            listener, self._listener = self._listener, None
        if listener is None:
            return
        assert self._home is not None
        with suppress(OSError):
            sockets.remove(self._home)
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        self._dismiss(tuple(self._guests))
        self._thread.join(LEAVING)
        listener.close()

    def _dismiss(self, guests: Sequence[Guest]) -> None:
        for guest in guests:
            guest.wire.farewell({"lost": ENDED})  # before his session can say that it has ended
            guest.dismiss()
        deadline = self._clock.monotonic() + LEAVING
        for guest in guests:
            if guest.thread is not None:
                guest.thread.join(max(0.0, deadline - self._clock.monotonic()))

    # --- who comes ---

    def _accept_all(self) -> None:
        listener = self._listener
        while listener is not None and not self._closed.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:  # closed, or no descriptor is free
                self._clock.wait(0.1, self._closed)
                continue
            self._let_in(Guest(Wire(connection, LONGEST)))

    def _let_in(self, guest: Guest) -> None:
        thread = threading.Thread(target=self._serve, args=(guest,), name="joined", daemon=True)
        guest.thread = thread
        with self._changed:
            most = min(MOST * len(self._held), MOST_OF_ALL)
            if self._closed.is_set() or len(self._guests) >= most:
                full = BusyError(f"{most} sessions have joined the node already")
                guest.wire.farewell({} if self._closed.is_set() else _refusal(full))
                guest.wire.close()
                return
            self._guests.append(guest)
        thread.start()

    def _serve(self, guest: Guest) -> None:
        wire = guest.wire
        try:
            self._attend(guest)
        except SrpkiError as error:
            wire.farewell(_refusal(error))
        except OSError:
            pass  # he has gone
        except Exception as error:  # noqa: BLE001 - a bug in one session must not end the others
            from srpki.frontend.keyboard import apology  # noqa: PLC0415 - only then

            wire.farewell({"lost": apology(error).removeprefix("srpki: ")})
        finally:
            wire.hang_up()
            with self._changed:
                self._guests.remove(guest)
                self._changed.notify_all()
            wire.close()

    def _attend(self, guest: Guest) -> None:
        """Serve one who has connected; raises `SrpkiError` for what he is refused."""
        wire = guest.wire
        if not trusted(wire.user):
            raise RefusedError(f"user {wire.user} may not join a session of another user")
        wire.patient(GREETING)
        hello = wire.first()
        if not hello:
            raise ProtocolError("nothing was asked for")
        wire.patient(0)
        _check_version(hello)
        holding = self._asked_for(guest, hello.get("node"))
        if holding is None:  # it is being opened, or let go
            return
        _check(holding, hello)
        from srpki.frontend.joining.serving import serve  # noqa: PLC0415 - needed by few

        serve(guest, holding, hello)

    def _asked_for(self, guest: Guest, name: object) -> Holding | None:
        """Return the node called *name*, which *guest* joins; raises `BusyError`."""
        with self._changed:
            holding = self._held.get(str(name))
            if sum(one.holding is holding for one in self._guests) >= MOST:
                raise BusyError(f"{MOST} sessions have joined the node already")
            guest.holding = holding
            return holding


def _bound(node: Path) -> socket.socket:
    """Return a socket in *node* that others of its user can connect to; raises `OSError`."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), 0o600)  # which the file gets
        with sockets.free_place(node) as name:
            listener.bind(name)
            listener.listen(MOST)
    except OSError:
        listener.close()
        raise
    return listener


def _check_version(hello: Message) -> None:
    other = hello.get("srpki")
    if other != __version__ or hello.get("protocol") != PROTOCOL:
        raise BusyError(
            f"the node is held by srpki {__version__}, and this is srpki {other}",
            hint="join with the same version",
        )


def _check(held: Holding, hello: Message) -> None:
    """Raise `SrpkiError` for what does not fit to what is *held*."""
    if hello.get("lab") and not held.lab:
        raise UsageError(
            "the process that holds the node runs it without --lab", hint="leave --lab out"
        )
    record = hello.get("record")
    if record is not None and (held.record is None or str(held.record.resolve()) != record):
        where = f"records into {held.record}" if held.record else "does not record"
        raise UsageError(
            f"--record: the process that holds the node {where}", hint="leave --record out"
        )
    check_mode(held.router, hello.get("mode"))


def _refusal(error: SrpkiError) -> Message:
    return {"refused": [error.code, error.sentence, error.hint]}
