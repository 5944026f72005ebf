"""EST requests that an operator makes by hand: CA certificates, enrolment, renewal [RFC 7030].

They run in the caller's thread and write no file: the caller stores what comes back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Final

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.engine import drive
from srpki.engine.peers import Peers
from srpki.protocol.est import client as est
from srpki.protocol.est.application import Application
from srpki.protocol.est.attributes import NONE
from srpki.protocol.steps import Machine, R
from srpki.transport.base import ExchangeFactory
from srpki.x509 import certificates

if TYPE_CHECKING:
    from srpki.keystore.store import Keystore

MAX_WAIT: Final = 3600.0
"""Seconds that an operator waits for an EST server at most."""


class EstRequests:
    """The EST requests by hand of one node."""

    def __init__(
        self,
        *,
        clock: Clock,
        entropy: Entropy,
        keystore: Keystore,
        exchanges: ExchangeFactory,
        peers: Callable[[], Peers],
    ) -> None:
        """Talk by *exchanges* to the servers that *peers* knows."""
        self._clock = clock
        self._entropy = entropy
        self._keystore = keystore
        self._exchanges = exchanges
        self._peers = peers

    def ca_certificates(
        self, est_profile: str, cancel: threading.Event | None = None
    ) -> tuple[bytes, ...]:
        """Return the CA certificates (DER) of the server of *est_profile*."""
        peers = self._peers()
        machine = est.cacerts(peers.est_server(est_profile), entropy=self._entropy)
        return self._converse(est_profile, machine, peers, cancel)

    def enroll(
        self,
        est_profile: str,
        *,
        key_file: str,
        subject_dn: str,
        domain_name: str = "",
        ip_address: str = "",
        hash_algorithm: str = "sha256",
        cancel: threading.Event | None = None,
    ) -> tuple[bytes, ...]:
        """Return a first certificate (DER) for the imported key *key_file*, and what came along."""
        peers = self._peers()
        application = Application(
            key=self._keystore.read_key(key_file),
            subject=certificates.parse_dn(subject_dn),
            san=certificates.san(domain_name, ip_address),
            hash_name=hash_algorithm,
        )
        application.request(NONE)  # what cannot be asked does not trouble the server
        machine = est.simple_enroll(
            peers.est_server(est_profile),
            application.request,
            entropy=self._entropy,
            clock=self._clock,
            max_wait=MAX_WAIT,
        )
        return self._converse(est_profile, machine, peers, cancel)

    def renew(
        self,
        est_profile: str,
        *,
        certificate_file: str,
        key_file: str,
        hash_algorithm: str = "sha256",
        cancel: threading.Event | None = None,
    ) -> tuple[bytes, ...]:
        """Return a certificate (DER) for *key_file* with the names of *certificate_file*."""
        peers = self._peers()
        old = self._keystore.read_certificate(certificate_file)
        application = Application(
            key=self._keystore.read_key(key_file),
            subject=certificates.parse(old).subject,
            san=certificates.san_of(old),
            hash_name=hash_algorithm,
            renewed=old,
        )
        application.request(NONE)
        machine = est.simple_reenroll(
            peers.est_server(est_profile),
            application.request,
            entropy=self._entropy,
            clock=self._clock,
            max_wait=MAX_WAIT,
        )
        return self._converse(est_profile, machine, peers, cancel)

    def _converse(
        self, name: str, machine: Machine[R], peers: Peers, cancel: threading.Event | None
    ) -> R:
        exchange = self._exchanges(tls=peers.tls_client(name), limits=peers.est_limits(name))
        with closing(exchange):
            return drive.drive(machine, exchange, self._clock, cancel or threading.Event())
