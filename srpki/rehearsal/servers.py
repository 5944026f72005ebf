"""The CAs of a rehearsal as servers: who answers at which URL of the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.entropy import Entropy, serial_number
from srpki.core.errors import SrpkiError
from srpki.engine.protocols.registry import PROTOCOLS
from srpki.labca import profiles
from srpki.labca.authority import Authority
from srpki.labca.profiles import Subject
from srpki.labca.settings import CaSettings
from srpki.labca.store import CONFIRMED, Issued, IssuedStore
from srpki.labca.vault import Identity
from srpki.rehearsal.keyring import USUAL, Keyring
from srpki.rehearsal.network import Place, Server
from srpki.rehearsal.standins import StandIns
from srpki.x509 import certificates

if TYPE_CHECKING:
    from cryptography import x509

    from srpki.config.views import CaProfile, EstProfile, PkiView
    from srpki.core.clock import Clock
    from srpki.rehearsal.material import Material
    from srpki.rehearsal.standins import Authority as StandIn

PASSWORD: Final = "stand-in"  # noqa: S105 - what every secret of the configuration is taken for
_SIGNER: Final = "signer of answers (a stand-in)"


class SkewedClock:
    """The clock of a CA: that of the router, and *skew* more."""

    def __init__(self, clock: Clock, skew: timedelta) -> None:
        self._clock = clock
        self._skew = skew
        self.wait = clock.wait
        self.monotonic = clock.monotonic

    def now(self) -> datetime:
        """Return the instant that the CA believes it is."""
        return self._clock.now() + self._skew


class Servers:
    """Makes the servers of one rehearsal: one for each CA that issues."""

    def __init__(
        self,
        material: Material,
        standins: StandIns,
        keyring: Keyring,
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        """Make those of *material*, whose CAs are *standins* and have the time of *clock*."""
        self._view: PkiView = material.view
        self._material = material
        self._standins = standins
        self._keyring = keyring
        self._clock = clock
        self._entropy = entropy
        self._issued = IssuedStore(None)  # one CA knows what the others have issued
        self._made: dict[tuple[bytes, str], Server] = {}

    def adopt(self, certificate: bytes) -> None:
        """Take *certificate* (DER) for one that the CAs have issued."""
        serial = certificates.facts(certificate).serial
        self._issued.add(Issued(serial, certificate, CONFIRMED))

    def of(self, authority: StandIn, profile: CaProfile | None = None) -> Server:
        """Return the server of *authority*, whose answers are signed as *profile* wants them."""
        name = None if profile is None else self._signer_name(profile)
        shown = "" if name is None else name.rfc4514_string()
        key = authority.identity.certificate, shown
        if key not in self._made:
            self._made[key] = self._server(authority, name)
        return self._made[key]

    def other(self, profile: str) -> Server:
        """Return the server of the ca-profile *profile* where no certificate is renewed."""
        return self.of(self._standins.authority(profile))

    def _signer_name(self, profile: CaProfile) -> x509.Name | None:
        """Return who is to sign the answers, where *profile* says so."""
        given = self._material.files.get(profile.cmpv2.response_signing_cert)
        if given is not None:
            return certificates.parse(given).subject
        wanted = profile.cmpv2.signing_cert_subject
        try:
            return certificates.parse_dn(wanted) if wanted else None
        except SrpkiError:
            return None

    def _server(self, authority: StandIn, signer: x509.Name | None) -> Server:
        issuer = authority.issuer
        key = self._keyring.authority(USUAL)
        subject = Subject(signer or profiles.authority_name(_SIGNER), key.public_key())
        signing = profiles.cmp_signer(subject, issuer, serial_number(self._entropy))
        made = Authority(
            None,
            self._clock,
            self._entropy,
            CaSettings(est_schemes=("basic",), secret=PASSWORD, est_password=PASSWORD),
            identities={
                "root": authority.above or authority.identity,
                "issuing": authority.identity,
                "cmp-signer": Identity(key, signing),
            },
            store=self._issued,
        )
        for est in self._view.est_profiles.values():
            if est.username:
                made.register_user(est.username, PASSWORD)
        return Server(made)

    # --- where they are --------------------------------------------------------------------------

    def places(self) -> Mapping[str, Place]:
        """Return what each URL of the configuration leads to."""
        found: dict[str, Place] = {}
        for kind, protocol in (("cmp", "cmpv2"), ("est", "est")):
            for name, url in PROTOCOLS[protocol].servers(self._view).items():
                if url:
                    place = Place(profile=name, kind=kind, paths=self._paths(kind, name))
                    found.setdefault(_origin(url) if kind == "est" else url, place)
        for name, profile in self._view.ca_profiles.items():
            found.update(
                (url, place) for url, place in self._lists(name, profile) if url not in found
            )
            responder = profile.ocsp.responder_url
            if responder:
                url = responder if "://" in responder else f"http://{responder}"
                found.setdefault(url, Place(profile=name, kind="ocsp"))
        return found

    def _lists(self, name: str, profile: CaProfile) -> Iterator[tuple[str, Place]]:
        if profile.auto_crl_update is None:
            return
        issuer = self._standins.authority(name).issuer
        life = self._standins.crl_life(name)
        for entry in profile.auto_crl_update.crl_urls:
            yield entry.url, Place(profile=name, kind="crl", issuer=issuer, life=life)

    def _paths(self, kind: str, name: str) -> Mapping[str, str]:
        found: EstProfile | None = self._view.est_profiles.get(name) if kind == "est" else None
        if found is None:
            return {}
        server = found.server
        own = {
            "cacerts": server.cacerts,
            "simpleenroll": server.simpleenroll,
            "simplereenroll": server.simplereenroll,
        }
        return {path: f"/.well-known/est/{operation}" for operation, path in own.items() if path}

    def untrusted(self) -> tuple[bytes, ...]:
        """Return the certificates (DER) of all CAs that are there by now."""
        every = (one.authority.issuing.certificate for one in self._made.values())
        named = (
            self._standins.authority(name).identity.certificate for name in self._view.ca_profiles
        )
        return tuple(dict.fromkeys((*every, *named)))


def _origin(url: str) -> str:
    """Return scheme, host and port of *url* as they stand in it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"
