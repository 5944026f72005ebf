"""What an enrolment protocol is to the engine: one object that answers all that differs.

Nothing outside this folder asks for a protocol by its name; `srpki.engine.protocols.registry`
lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.engine import checks
from srpki.engine.connections import Connections
from srpki.engine.jobs import Lane
from srpki.engine.peers import Peers
from srpki.protocol.steps import Machine
from srpki.transport.base import Exchange, ExchangeFactory
from srpki.x509.keys import PrivateKey

if TYPE_CHECKING:
    from srpki.config.views import PkiView, UpdateProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What building an enrolment needs beside the renewal itself.

    *outstanding* raises `BusyError` when the CMPv2 server of a ca-profile still owes an answer;
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
    """A machine that returns the new certificate, and the exchange to run it against.

    The certificate (DER) is already judged: what must not replace the old one is refused before
    it is confirmed to the CA.
    """

    machine: Machine[bytes]
    exchange: AbstractContextManager[Exchange]


class EnrolmentProtocol(Protocol):
    """One protocol by which certificates are renewed; without state, safe between threads."""

    @property
    def name(self) -> str:
        """The name of its case of ``certificate-update-profile protocol``."""
        ...

    def servers(self, view: PkiView) -> Mapping[str, str]:
        """Return the URL of each server by the name of its profile; empty where it has none."""
        ...

    def gap(self, profile: UpdateProfile, view: PkiView) -> str:
        """Say what an update by *profile* lacks; empty when it lacks nothing."""
        ...

    def lane(self, profile: UpdateProfile, view: PkiView) -> Lane | None:
        """Return what the updates by *profile* share with others, None where they share nothing."""
        ...

    def once_expired(
        self, profile: UpdateProfile, view: PkiView, same: Callable[[str], bool]
    ) -> str:
        """Say why *profile* cannot renew an expired certificate; empty when it can.

        *same* says whether a certificate file holds the one to be renewed. Called for profiles
        without a gap.
        """
        ...

    def enrolment(self, renewal: Renewal, services: Services) -> Enrolment:
        """Return what carries out *renewal*; raises for profiles and files that will not do."""
        ...


def objection(
    renewal: Renewal,
    new: bytes,
    others: Sequence[bytes],
    anchors: Sequence[bytes],
    services: Services,
) -> str | None:
    """Say why the certificate *new* must not replace the old one; None when nothing is wrong.

    *others* (DER) came along with it, *anchors* (DER) are those that it has to lead to.
    """
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
