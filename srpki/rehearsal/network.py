"""The network of a rehearsal: every URL leads to a stand-in in this process, no packet to anywhere.

Requests and answers are the real ones, as octets; only the connection between them is none.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit, urlunsplit

from srpki.core.errors import (
    ConnectError,
    RefusedError,
    ResponseTimeoutError,
    SrpkiError,
    TlsError,
)
from srpki.core.record import Record
from srpki.core.wire import HttpReply, HttpRequest
from srpki.engine.jobs import worked_for
from srpki.labca import crls
from srpki.labca.cmp_responder import CmpResponder
from srpki.labca.est_responder import EstResponder
from srpki.labca.fault_script import FaultScript
from srpki.labca.revocation import OCSP_PATH, RevocationResponder
from srpki.x509 import certificates
from srpki.x509.chain import check_chain

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

    from srpki.core.clock import Clock
    from srpki.labca.authority import Authority
    from srpki.labca.profiles import Issuer
    from srpki.rehearsal.outages import Calendar
    from srpki.transport.base import Exchange, Limits, TlsClient

_CMP_PATH: Final = "/pkix/"
_EST_PATH: Final = "/.well-known/est/"
_LONGEST_URL: Final = 200
_OK: Final = 200


class Server:
    """A stand-in CA as it is spoken to, by every protocol."""

    def __init__(self, authority: Authority) -> None:
        """Answer for *authority*."""
        self.authority = authority
        faults, stop = FaultScript(), threading.Event()
        self.cmp = CmpResponder(authority, faults, log=_unheard)
        self.est = EstResponder(authority, faults, log=_unheard)
        self.revocation = RevocationResponder(
            authority, faults, log=_unheard, cancel=stop, pace=authority.clock
        )


def _unheard(_line: str) -> None:
    """Keep no log."""


class Place(Record):
    """What a URL leads to: the CA of *profile*, to be asked for *kind*.

    A CRL is that of *issuer* and lives for *life*; *paths* are those of EST operations that the
    configuration has changed.
    """

    profile: str
    kind: str
    issuer: Issuer | None = None
    life: timedelta = timedelta()
    paths: Mapping[str, str] = {}


class Network:
    """An `ExchangeFactory` whose exchanges go nowhere; safe between threads.

    *places* are by URL, that of EST by scheme, host and port. *servers* are those that renew each
    certificate, with the life that it is to have; *others* those that answer where no certificate
    is renewed, by profile. Requests are counted in `requests`, by profile and hour.
    """

    def __init__(
        self,
        clock: Clock,
        calendar: Calendar,
        *,
        places: Mapping[str, Place],
        servers: Mapping[str, tuple[Server, timedelta]],
        others: Callable[[str], Server],
        untrusted: Sequence[bytes],
    ) -> None:
        """Lead to what is given; *untrusted* are the certificates (DER) of all CAs."""
        self.clock = clock
        self._calendar = calendar
        self._places = places
        self._servers = servers
        self._others = others
        self._untrusted = untrusted
        self._lock = threading.Lock()
        self.requests: Counter[tuple[str, datetime]] = Counter()
        self._told: Counter[str] = Counter()
        self._spoken: dict[str, int] = {}

    def __call__(self, *, tls: TlsClient | None, limits: Limits) -> Exchange:
        """Return an exchange; *limits* do not matter where no time passes."""
        del limits
        return _Wire(self, tls)

    def connect(self, url: str, tls: TlsClient | None) -> None:
        """Have the CA at *url* answer, and judge it as TLS would; raises `TransportError`."""
        place = self._place(url)
        if self._calendar.away(place.profile, self.clock.now()) is not None:
            self._count(place, 1)
        self._reach(place, url)
        if tls is None:
            return
        server = self._server(place)
        own = server.authority.tls.certificate
        try:
            chain = check_chain(own, self._untrusted, tls.trust_anchors, None)
        except SrpkiError as error:
            raise TlsError(f"the server's certificate is refused: {error.sentence}") from None
        if tls.judge is not None:
            tls.judge(chain)

    def send(self, request: HttpRequest, tls: TlsClient | None) -> HttpReply:
        """Return what the stand-in at the URL of *request* answers; raises `TransportError`."""
        place = self._place(request.url)
        self._count(place, 1)
        self._reach(place, request.url)
        reply = self._answer(place, request, tls)
        if reply is None:
            raise ResponseTimeoutError("no answer")
        if not reply.challenges:
            return reply
        headers = {**reply.headers, "www-authenticate": ", ".join(reply.challenges)}
        return reply.but(headers=headers, challenges=())

    def _count(self, place: Place, requests: int) -> None:
        hour = self.clock.now().replace(minute=0, second=0, microsecond=0)
        with self._lock:
            self.requests[place.profile, hour] += requests
            self._told[worked_for()] += requests

    # --- what was said before --------------------------------------------------------------------

    def begin(self, name: str) -> None:
        """Note that the renewal of *name* begins to be spoken in full."""
        self._told[name] = 0

    def end(self, name: str) -> None:
        """Note that it has succeeded."""
        self._spoken[name] = self._told[name]

    def spoken(self, name: str) -> bool:
        """Say whether a renewal of *name* was spoken in full, and has succeeded."""
        return name in self._spoken

    def renew(
        self, url: str, tls: TlsClient | None, old: bytes, key: CertificatePublicKeyTypes
    ) -> tuple[bytes, tuple[bytes, ...]]:
        """Return what the CA at *url* issues for *key* in the place of *old* (DER).

        With it come the CA's own certificates. Raises `ConnectError` in an outage, else whatever
        keeps the CA from it.
        """
        place = self._place(url)
        away = self._calendar.away(place.profile, self.clock.now()) is not None
        self._count(place, 1 if away else self._spoken[worked_for()])
        self._reach(place, url)
        if tls is not None:
            self.connect(url, tls)
        authority = self._server(place).authority
        chain = (old,) if tls is None else tls.certificate_chain[:1]
        for signer in chain:
            fault, reason = authority.judge_signer(signer, (), foreign=False)
            if fault:
                raise RefusedError(reason)
        certificate = certificates.parse(old)
        kept = certificates.san_of(old)
        issued = authority.issue(key, certificate.subject, kept)
        authority.confirm(issued.certificate)
        return issued.certificate, authority.generations.view.handed_out

    def _answer(
        self, place: Place, request: HttpRequest, tls: TlsClient | None
    ) -> HttpReply | None:
        match place.kind:
            case "crl":
                return self._crl(place)
            case "ocsp":
                return self._server(place).revocation.handle(_at(request, OCSP_PATH))
            case "cmp":
                return self._server(place).cmp.handle(_at(request, _CMP_PATH))
            case _:
                chain = () if tls is None else tls.certificate_chain
                path = urlsplit(request.url).path
                asked = _at(request, place.paths.get(path) or _EST_PATH + path.rpartition("/")[2])
                return self._server(place).est.handle(asked, chain[0] if chain else None)

    def _crl(self, place: Place) -> HttpReply:
        assert place.issuer is not None
        now = self.clock.now().replace(microsecond=0)
        body = crls.crl(place.issuer, (), now, now + place.life)
        return HttpReply(status=_OK, headers={"content-type": "application/pkix-crl"}, body=body)

    def _server(self, place: Place) -> Server:
        """Return the CA that is to answer: that of the certificate at work, if one is."""
        found = self._servers.get(worked_for())
        if found is None or place.kind == "ocsp":
            return self._others(place.profile)
        server, life = found
        settings = server.authority.settings
        if settings.validity != (seconds := int(life.total_seconds())):
            server.authority.settings = replace(settings, validity=seconds)
        return server

    def _place(self, url: str) -> Place:
        parts = urlsplit(url)
        found = self._places.get(url) or self._places.get(f"{parts.scheme}://{parts.netloc}")
        if found is None:
            raise ConnectError(f"cannot connect to {url[:_LONGEST_URL]}: no such server")
        return found

    def _reach(self, place: Place, url: str) -> None:
        window = self._calendar.away(place.profile, self.clock.now())
        if window is not None:
            raise ConnectError(f"cannot connect to {url[:_LONGEST_URL]}: outage ({window.text})")


class _Wire:
    """One exchange; TLS is judged when it is first used."""

    def __init__(self, network: Network, tls: TlsClient | None) -> None:
        self._network = network
        self._tls = tls
        self._connected = False

    def send(self, request: HttpRequest) -> HttpReply:
        self._connect(request.url)
        return self._network.send(request, self._tls)

    def connect(self, url: str) -> bytes:
        self._connect(url)
        return b""

    def close(self) -> None:
        """Have nothing to close."""

    def _connect(self, url: str) -> None:
        if self._tls is not None and not self._connected:
            self._network.connect(url, self._tls)
            self._connected = True


def _at(request: HttpRequest, path: str) -> HttpRequest:
    """Return *request* as it is sent to *path*, where a stand-in has what a URL leads to."""
    parts = urlsplit(request.url)
    return request.but(url=urlunsplit(parts._replace(path=path)))
