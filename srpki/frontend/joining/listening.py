"""The side of the owner: listens at the node's socket and serves each who joins in a thread."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from srpki import __version__
from srpki.core.errors import BusyError, ProtocolError, RefusedError, SrpkiError, UsageError
from srpki.frontend.joining.frames import PROTOCOL, Wire, trusted
from srpki.frontend.joining.holding import Guest
from srpki.frontend.parts import check_mode
from srpki.storage import sockets

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.frontend.joining.frames import Message
    from srpki.frontend.joining.holding import Holding

MOST: Final = 64
"""Most sessions that join one process."""
LONGEST: Final = 1 << 24
"""Most octets of a frame that is taken from whoever joins."""
GREETING: Final = 5.0
"""Seconds in which whoever connects must say what he wants."""
LEAVING: Final = 5.0
"""Seconds that the end of the process waits for joined sessions to let go."""

ENDED: Final = "the process that held the node has ended"


class Door:
    """Lets others join, from `listen` until `close`."""

    def __init__(self, holding: Holding, clock: Clock) -> None:
        """Let others join what is held, by *clock*."""
        self._holding = holding
        self._clock = clock
        self._changed = threading.Condition()
        self._guests: list[Guest] = []
        self._closed = threading.Event()
        self._listener: socket.socket | None = None
        self._thread = threading.Thread(target=self._accept_all, name="door", daemon=True)

    def listen(self) -> None:
        """Listen, in a thread of its own."""
        self._thread.start()

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

    def close(self) -> None:
        """Let nobody in any more; tell who has joined that it is over, and wait a moment."""
        with self._changed:
            self._closed.set()
            guests = tuple(self._guests)
            listener = self._listener
        if listener is not None:
            with suppress(OSError):
                sockets.remove(self._holding.node)
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
        for guest in guests:
            guest.wire.farewell({"lost": ENDED})  # before his session can say that it has ended
            guest.dismiss()
        self._thread.join(LEAVING)
        deadline = self._clock.monotonic() + LEAVING
        for guest in guests:
            if guest.thread is not None:
                guest.thread.join(max(0.0, deadline - self._clock.monotonic()))

    # --- who comes ---

    def _accept_all(self) -> None:
        try:
            listener = self._bound()
        except OSError as error:
            self._holding.router.alone(f"no socket: {error.strerror or error}")
            return
        with listener:
            while not self._closed.is_set():
                try:
                    connection, _ = listener.accept()
                except OSError:  # closed, or no descriptor is free
                    self._clock.wait(0.1, self._closed)
                    continue
                self._let_in(Guest(Wire(connection, LONGEST)))

    def _bound(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            os.fchmod(listener.fileno(), 0o600)  # which the file gets
            with self._changed, sockets.free_place(self._holding.node) as name:
                if not self._closed.is_set():
                    listener.bind(name)
                    listener.listen(MOST)
                    self._listener = listener
        except OSError:
            listener.close()
            raise
        return listener

    def _let_in(self, guest: Guest) -> None:
        thread = threading.Thread(target=self._serve, args=(guest,), name="joined", daemon=True)
        guest.thread = thread
        with self._changed:
            if self._closed.is_set() or len(self._guests) >= MOST:
                full = BusyError(f"{MOST} sessions have joined the node already")
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
        self._check(hello)
        from srpki.frontend.joining.serving import serve  # noqa: PLC0415 - needed by few

        serve(guest, self._holding, hello)

    def _check(self, hello: Message) -> None:
        """Raise `SrpkiError` for what does not fit to what is held."""
        other = hello.get("srpki")
        if other != __version__ or hello.get("protocol") != PROTOCOL:
            raise BusyError(
                f"the node is held by srpki {__version__}, and this is srpki {other}",
                hint="join with the same version",
            )
        held = self._holding
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
