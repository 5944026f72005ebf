"""The lab CA on the network: CMPv2, CRL and OCSP over HTTP, EST over HTTPS, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from srpki.core.clock import SystemClock
from srpki.core.errors import ConnectError, SrpkiError, StorageError
from srpki.core.timeline import timeline_of
from srpki.core.wire import HttpReply, HttpRequest
from srpki.labca.authority import Authority
from srpki.labca.cmp_responder import CmpResponder
from srpki.labca.est_responder import EstResponder
from srpki.labca.fault_script import FaultScript
from srpki.labca.listener import Contexts, Handler, Listener
from srpki.labca.profiles import Locations
from srpki.labca.revocation import OCSP_PATH, RevocationResponder, crl_path
from srpki.labca.tls import TlsContexts
from srpki.labca.unconfirmed import Unconfirmed


class LabCa:
    """A lab CA that listens; start it, use its URLs, stop it. Also a context manager.

    Ports that are not given are those of last time, else free ones; `moved` says which one was
    taken meanwhile. With *lab_time* the TLS library does not look at dates (it knows only real
    time): client certificates are judged at the authority's clock. *log* gets one line a
    transaction.
    """

    def __init__(
        self,
        authority: Authority,
        *,
        faults: FaultScript | None = None,
        host: str = "127.0.0.1",
        cmp_port: int = 0,
        est_port: int = 0,
        lab_time: bool = False,
        log: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare; nothing listens before `start`."""
        self.authority = authority
        self.faults = faults or FaultScript()
        self._host = host
        self._ports = {"cmp": cmp_port, "est": est_port}
        self.moved: tuple[str, ...] = ()
        self._lab_time = lab_time
        self._write = log
        self._stopping = threading.Event()
        self._listeners: list[Listener] = []
        self._unconfirmed: Unconfirmed | None = None
        self._cmp: CmpResponder | None = None

    def start(self) -> None:
        """Listen; raises `ConnectError` when a port cannot be had."""
        self._stopping.clear()
        # A client's patience is real time, so slowness is too, also while the lab's clock is moved.
        pace = SystemClock() if self._lab_time else self.authority.clock
        cmp_responder = self._cmp = CmpResponder(
            self.authority, self.faults, log=self._log, cancel=self._stopping, pace=pace
        )
        est_responder = EstResponder(
            self.authority, self.faults, log=self._log, cancel=self._stopping, pace=pace
        )
        revocation = RevocationResponder(
            self.authority, self.faults, log=self._log, cancel=self._stopping, pace=pace
        )

        unconfirmed = self._unconfirmed = Unconfirmed(
            cmp_responder, timeline_of(self.authority.clock), self._log
        )

        def plain(request: HttpRequest, peer_certificate: bytes | None = None) -> HttpReply | None:
            if revocation.serves(request):
                return revocation.handle(request)
            reply = cmp_responder.handle(request, peer_certificate)
            unconfirmed.look()
            return reply

        tls = TlsContexts(self.authority, check_time=not self._lab_time).present
        tls()  # what is wrong with it is told at the start
        try:
            self._listeners.append(self._listen("cmp", plain, None))
            self._listeners.append(self._listen("est", est_responder.handle, tls))
            with suppress(StorageError):  # then they may be others at the next start
                self.authority.keep_ports({"cmp": self.cmp_port, "est": self.est_port})
        except SrpkiError:
            self.stop()
            raise
        left = self.authority.revoke_unconfirmed(but=cmp_responder.take_up())
        if left:
            self._log(f"{left} certificates that nobody had confirmed are revoked")
        self.authority.locations = self._locations
        unconfirmed.start()
        for listener in self._listeners:
            listener.start()
        for told in self.moved:
            self._log(told)
        if self._lab_time:
            self._log("lab time: TLS certificates are judged at the lab's clock")

    def _listen(self, protocol: str, handler: Handler, tls: Contexts | None) -> Listener:
        chosen, last = self._ports[protocol], self.authority.ports.get(protocol, 0)
        try:
            return self._listener(chosen or last, handler, tls)
        except OSError as error:
            if chosen or not last:
                raise ConnectError(
                    f"the lab CA cannot listen on {self._host} port {chosen}: {error.strerror}",
                    hint="choose another port, or 0 for any free one",
                ) from None
        listener = self._listener(0, handler, tls)
        sentence = (
            f"port {last}, where the lab CA served {protocol.upper()}, is taken: "
            f"it is {listener.port} now; certificates issued before name the old one"
        )
        self.moved = (*self.moved, sentence)
        return listener

    def _listener(self, port: int, handler: Handler, tls: Contexts | None) -> Listener:
        return Listener((self._host, port), handler, tls, self._log, self.authority.clock)

    def stop(self) -> None:
        """Close the ports and every connection; returns when the last thread has ended."""
        self._stopping.set()
        self.moved = ()
        for listener in self._listeners:
            listener.stop()
        self._listeners.clear()
        if self._unconfirmed is not None:
            self._unconfirmed.stop()
        if self._cmp is not None:
            self._cmp.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def cmp_port(self) -> int:
        """The port of CMPv2: that of last time while it does not listen, 0 when there is none."""
        return self._port("cmp", 0)

    @property
    def est_port(self) -> int:
        """The port of EST: that of last time while it does not listen, 0 when there is none."""
        return self._port("est", 1)

    def _port(self, protocol: str, position: int) -> int:
        if self._listeners:
            return self._listeners[position].port
        return self.authority.ports.get(protocol, 0)

    @property
    def cmp_url(self) -> str:
        """Where CMPv2 requests go."""
        return f"http://{self._host}:{self.cmp_port}/pkix/"

    def _locations(self, generation: int) -> Locations:
        """Return where the state of what the key *generation* has signed is told."""
        crl = f"http://{self._host}:{self.cmp_port}{crl_path(generation)}"
        return Locations(crl, self.ocsp_url)

    @property
    def crl_url(self) -> str:
        """Where the CRL of the key that signs now is."""
        return self._locations(self.authority.generations.now.number).crl

    @property
    def ocsp_url(self) -> str:
        """Where OCSP requests go."""
        return f"http://{self._host}:{self.cmp_port}{OCSP_PATH}"

    @property
    def est_url(self) -> str:
        """Scheme, host and port of EST."""
        return f"https://{self._host}:{self.est_port}"

    @property
    def trust_anchor(self) -> Path | None:
        """The root certificate as a PEM file; None when the authority keeps no files."""
        return self.authority.trust_anchor_file

    @property
    def issuing_certificate(self) -> Path | None:
        """The issuing CA's certificate as a PEM file; None when the authority keeps no files."""
        return self.authority.issuing_certificate_file

    @property
    def reference(self) -> str:
        """The CMP reference that is registered from the start."""
        return self.authority.reference

    @property
    def secret(self) -> str:
        """The password that belongs to `reference`."""
        return self.authority.secret

    @property
    def est_username(self) -> str:
        """The EST user that is registered from the start."""
        return self.authority.est_username

    @property
    def est_password(self) -> str:
        """The password that belongs to `est_username`."""
        return self.authority.est_password

    def _log(self, text: str) -> None:
        if self._write is not None:
            now = self.authority.clock.now().isoformat(timespec="seconds")
            self._write(f"{now.removesuffix('+00:00')}Z {text}")
