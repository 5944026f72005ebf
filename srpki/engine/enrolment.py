"""The enrolment protocols of step 2, by name: each makes a machine and its exchange.

A machine returns the new certificate (DER), already judged: what must not replace the old one is
refused before it is confirmed to the CA. To add a protocol, add one line to `PROTOCOLS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import PeerError
from srpki.engine import checks
from srpki.engine.connections import Connections
from srpki.engine.peers import Peers
from srpki.protocol.cmp import client as cmp
from srpki.protocol.est import client as est
from srpki.protocol.est.application import Application
from srpki.protocol.steps import Machine
from srpki.transport.base import Exchange, ExchangeFactory
from srpki.x509 import certificates
from srpki.x509.keys import PrivateKey

if TYPE_CHECKING:
    from srpki.config.views import UpdateProfile

MAX_POLLED: Final = 86400.0
"""Seconds that an EST server may answer 202 to one renewal; CMPv2 has its own in `CmpPeer`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What building an enrolment needs beside the renewal itself.

    *skew* says how far ahead of our clock that of the CA may be.
    """

    clock: Clock
    entropy: Entropy
    exchanges: ExchangeFactory
    connections: Connections
    outstanding: Callable[[str], None]
    skew: Callable[[], timedelta]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """One certificate to be renewed; certificates are DER.

    *cancelled* says whether the update is still wanted: asked before the CA is told that it is.
    """

    profile: UpdateProfile
    peers: Peers
    certificate: bytes = field(repr=False)
    key: PrivateKey = field(repr=False)
    new_key: PrivateKey = field(repr=False)
    cancelled: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A machine that returns the new certificate, and the exchange to run it against."""

    machine: Machine[bytes]
    exchange: AbstractContextManager[Exchange]


def _objection(
    renewal: Renewal,
    new: bytes,
    others: Sequence[bytes],
    anchors: Sequence[bytes],
    services: Services,
) -> str | None:
    if renewal.cancelled():
        return "the update was cancelled"
    return checks.objection(
        new,
        old=renewal.certificate,
        key=renewal.new_key,
        others=(*renewal.peers.authorities.issuers_of(new), *others),
        anchors=anchors,
        now=services.clock.now(),
        skew=services.skew(),
        depth=renewal.peers.view.maximum_cert_chain_depth,
    )


def _cmpv2(renewal: Renewal, services: Services) -> Enrolment:
    """Update the key by CMPv2, signed with the old one [RFC 4210, 5.3.5]."""
    name, peers = renewal.profile.ca_profile, renewal.peers
    services.outstanding(name)
    peer = peers.cmp_peer(name)

    def accept(certificate: bytes, others: Sequence[bytes]) -> str | None:
        return _objection(renewal, certificate, others, peer.ca_certificates, services)

    def machine() -> Machine[bytes]:
        result = yield from cmp.key_update(
            peer,
            cmp.SignatureCredentials(
                renewal.key,
                renewal.certificate,
                peers.signer_chain(renewal.certificate),
                hash_algorithm=renewal.profile.hash_algorithm,
            ),
            renewal.new_key,
            clock=services.clock,
            entropy=services.entropy,
            accept=accept,
            poll=True,
        )
        if result.certificate is None:
            raise PeerError(f"the CA answered {result.status} without a certificate")
        return result.certificate

    return Enrolment(machine(), services.connections.borrowed(peer.url, peers.cmp_limits(name)))


def _est(renewal: Renewal, services: Services) -> Enrolment:
    """Renew by EST ``/simplereenroll``, over TLS as it is loaded now [RFC 7030, 4.2.2]."""
    name, peers = renewal.profile.est_profile, renewal.peers
    server, anchors = peers.est_server(name), peers.est_anchors(name)
    application = Application(
        key=renewal.new_key,
        subject=certificates.parse(renewal.certificate).subject,
        san=certificates.san_of(renewal.certificate),
        hash_name=renewal.profile.hash_algorithm,
        renewed=renewal.certificate,
    )

    def machine() -> Machine[bytes]:
        found = yield from est.simple_reenroll(
            server,
            application.request,
            entropy=services.entropy,
            clock=services.clock,
            max_wait=MAX_POLLED,
        )
        reason = _objection(renewal, found[0], found[1:], anchors, services)
        if reason is not None:
            raise PeerError(f"the certificate from the EST server is rejected: {reason}")
        return found[0]

    exchange = services.exchanges(tls=peers.tls_client(name), limits=peers.est_limits(name))
    return Enrolment(machine(), closing(exchange))


Builder = Callable[[Renewal, Services], Enrolment]
PROTOCOLS: Final[Mapping[str, Builder]] = {"cmpv2": _cmpv2, "est": _est}
"""The protocols that a certificate-update-profile can name."""
