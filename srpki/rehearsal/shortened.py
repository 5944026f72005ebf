"""Protocols without their messages, once these have been spoken for a certificate.

The first renewal of each certificate goes through the whole protocol, octet by octet. Those that
follow say the same to the same CA: only what differs is looked at again, the profiles, the outage,
what the CA makes of the dates, and the checks before step 3. What does not succeed so is spoken in
full again, so that it fails for the reason that it has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING

from srpki.core.errors import ConnectError, PeerError, SrpkiError
from srpki.engine.jobs import Lane, worked_for
from srpki.engine.protocols import cmpv2, est
from srpki.engine.protocols.base import Enrolment, EnrolmentProtocol, Renewal, Services, objection
from srpki.protocol.steps import Machine

if TYPE_CHECKING:
    from srpki.config.views import PkiView, UpdateProfile
    from srpki.rehearsal.network import Network
    from srpki.transport.base import TlsClient


class Shortened:
    """The protocol *real*, spoken over *network*."""

    def __init__(self, real: EnrolmentProtocol, network: Network) -> None:
        self._real = real
        self._network = network

    @property
    def name(self) -> str:
        """That of the protocol."""
        return self._real.name

    def servers(self, view: PkiView) -> Mapping[str, str]:
        """Return what the protocol does."""
        return self._real.servers(view)

    def gap(self, profile: UpdateProfile, view: PkiView) -> str:
        """Return what the protocol does."""
        return self._real.gap(profile, view)

    def lane(self, profile: UpdateProfile, view: PkiView) -> Lane | None:
        """Return what the protocol does."""
        return self._real.lane(profile, view)

    def once_expired(
        self, profile: UpdateProfile, view: PkiView, same: Callable[[str], bool]
    ) -> str:
        """Return what the protocol does."""
        return self._real.once_expired(profile, view, same)

    def enrolment(self, renewal: Renewal, services: Services) -> Enrolment:
        """Return the whole enrolment, or the short one where the whole one was carried out."""
        whole = self._real.enrolment(renewal, services)
        name = worked_for()
        if not self._network.spoken(name):
            return Enrolment(self._noted(whole.machine, name), whole.exchange)
        with whole.exchange as exchange:
            return Enrolment(self._short(whole, renewal, services), nullcontext(exchange))

    def _noted(self, machine: Machine[bytes], name: str) -> Machine[bytes]:
        self._network.begin(name)
        found = yield from machine
        self._network.end(name)
        return found

    def _short(self, whole: Enrolment, renewal: Renewal, services: Services) -> Machine[bytes]:
        try:
            return self._renewed(renewal, services)
        except ConnectError:
            raise
        except SrpkiError:
            return (yield from whole.machine)

    def _renewed(self, renewal: Renewal, services: Services) -> bytes:
        """Return what the CA issues; raises what keeps it from that, in whatever words."""
        url, anchors, tls = self._peer(renewal)
        new, others = self._network.renew(
            url, tls, renewal.certificate, renewal.new_key.public_key()
        )
        reason = objection(renewal, new, others, anchors, services)
        if reason is not None:
            raise PeerError(reason)
        return new

    def _peer(self, renewal: Renewal) -> tuple[str, tuple[bytes, ...], TlsClient | None]:
        peers, name = renewal.peers, renewal.profile.server
        if self._real.name == "cmpv2":
            found = cmpv2.peer(peers, name)
            return found.url, found.ca_certificates, None
        asked = est.server(peers, name)
        return asked.base_url, est.trust_anchors(peers, name), est.tls_client(peers, name)
