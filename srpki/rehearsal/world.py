"""The throw-away node: made of what is given of a router, on nothing but memory."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from srpki.core.clock import LabClock, SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import SrpkiError
from srpki.core.events import EventBus
from srpki.engine import policy
from srpki.engine.applications import client_pair
from srpki.engine.engine import Engine
from srpki.engine.gather import Gatherer
from srpki.engine.jobs import worked_for
from srpki.engine.protocols.registry import PROTOCOLS
from srpki.keystore.seal import Seal
from srpki.rehearsal.keyring import Keyring
from srpki.rehearsal.keystore import MemoryKeystore
from srpki.rehearsal.material import judges, pairs
from srpki.rehearsal.network import Network, Server
from srpki.rehearsal.servers import Servers, SkewedClock
from srpki.rehearsal.shortened import Shortened
from srpki.rehearsal.standins import YEAR, Authority, StandIns
from srpki.storage.memory import MemoryFiles
from srpki.x509 import certificates

if TYPE_CHECKING:
    from srpki.config.views import PkiView, UpdateProfile
    from srpki.keystore.store import Kind
    from srpki.rehearsal.material import Material
    from srpki.rehearsal.outages import Calendar

_SHORTEST: timedelta = timedelta(minutes=1)


class Terms(NamedTuple):
    """What a rehearsal is to be: from *start* to *end*, with CAs that issue for *ca_life*.

    None is the life of the certificate that was given. *skew* is how far the clock of every CA is
    ahead of the router's.
    """

    start: datetime
    end: datetime
    calendar: Calendar
    ca_life: timedelta | None = None
    skew: timedelta = timedelta()


class World:
    """A node and the CAs that its configuration names; nothing of it is real."""

    def __init__(self, material: Material, terms: Terms) -> None:
        """Make everything of *material*, to be rehearsed on *terms*.

        `first` has the dates of each certificate as it is at the start, `above` when the first of
        the CAs above it ends, and the ca-profile of that.
        """
        self.material, self.terms, self._view = material, terms, material.view
        self.clock = LabClock(SystemClock())
        self.clock.run_at(0, terms.start)
        self.bus = EventBus()
        self.first: dict[str, tuple[datetime, datetime]] = {}
        self.above: dict[str, tuple[datetime, str]] = {}
        self._made_up: dict[str, str] = {}
        entropy, keyring = SystemEntropy(), Keyring()
        users = Counter(one.key_file_name for one in self._view.auto_updates.values())
        self._sharing = {
            name for name, one in self._view.auto_updates.items() if users[one.key_file_name] > 1
        }
        self.standins = StandIns(material, keyring, entropy, terms.start, terms.end)
        there = SkewedClock(self.clock, terms.skew)
        self._servers = Servers(material, self.standins, keyring, there, entropy)
        seal = Seal(Path("state/chassis.key"), entropy, MemoryFiles())
        self.keystore = MemoryKeystore(seal)
        self.lives = {name: self._life(name) for name in self._view.auto_updates}
        renewing = self._entries()
        self._equip()
        self.network = Network(
            self.clock,
            terms.calendar,
            places=self._servers.places(),
            servers={name: (server, self.lives[name]) for name, server in renewing.items()},
            others=self._servers.other,
            untrusted=self._servers.untrusted(),
        )
        self.engine = Engine(
            clock=self.clock,
            entropy=entropy,
            bus=self.bus,
            keystore=self.keystore,
            seal=seal,
            state_dir=Path("state"),
            exchanges=self.network,
            # A gap is one of a certificate: nobody asks whether tunnels are up, and to look at each
            # of them whenever a CRL is fetched takes longer than all the rest.
            view=self._view.but(ipsec_cert_profiles={}, ipsec_trust_anchor_profiles={}),
            files=MemoryFiles(),
            generate=lambda spec: keyring.generate(
                spec, worked_for() if worked_for() in self._sharing else ""
            ),
            protocols={name: Shortened(real, self.network) for name, real in PROTOCOLS.items()},
        )

    @property
    def made_up(self) -> dict[str, str]:
        """What was not given of certificate files, and what stands in, by their names."""
        return {name: text for name, text in self._made_up.items() if text}

    def profile(self, name: str) -> UpdateProfile | None:
        """Return the certificate-update-profile of the entry *name*."""
        return self._view.update_profiles.get(self._view.auto_updates[name].profile)

    def _life(self, name: str) -> timedelta:
        """Return for how long the CA issues what takes the place of *name*."""
        if self.terms.ca_life is not None:
            return self.terms.ca_life
        der = self.material.files.get(name)
        if der is None:
            return YEAR
        facts = certificates.facts(der)
        return max(facts.not_after - facts.not_before, _SHORTEST)

    # --- what is known beforehand ----------------------------------------------------------------

    def invalid(self, name: str) -> str:
        """Return why the entry *name* cannot be updated as it is now; empty where it can."""
        found = policy.decide(Gatherer(self.keystore, self._view).input(name, self.clock.now()))
        return found.reason if isinstance(found, policy.Invalid) else ""

    def hopeless(self, name: str) -> bool:
        """Say whether nothing renews *name* once it has expired."""
        profile = self.profile(name)
        if profile is None or PROTOCOLS[profile.protocol].gap(profile, self._view):
            return True
        found = PROTOCOLS[profile.protocol].once_expired(profile, self._view, name.__eq__)
        return bool(found)

    def authenticates_itself(self, name: str) -> bool:
        """Say whether the CA looks at *name* itself to know who asks for its update."""
        profile = self.profile(name)
        return profile is None or profile.protocol == "cmpv2" or self.client(profile) == name

    def client(self, profile: UpdateProfile) -> str:
        """Return the certificate that authenticates EST by *profile*; empty where none does."""
        if profile.protocol != "est":
            return ""
        est = self._view.est_profiles[profile.server]
        client = self._view.client_tls_profiles[est.client_tls_profile]
        pair = client_pair(self._view.cert_profiles.get(client.cert_profile))
        return "" if pair is None else pair[0]

    def client_of(self, name: str) -> str:
        """Return what `client` does for the entry *name*; empty where it has no profile for EST."""
        profile = self.profile(name)
        if profile is None or PROTOCOLS[profile.protocol].gap(profile, self._view):
            return ""
        return self.client(profile)

    def until(self, name: str) -> datetime | None:
        """Return when the last CA ends by which updates of *name* are judged, if one does."""
        profile = self.profile(name)
        if profile is None:
            return None
        known = self._view.ca_profiles
        names = [one for one in judges(profile, self._view) if one in known]
        if profile.protocol == "est":
            names = [one for one in names if known[one].enabled]
        own = (self.standins.authority(one).identity.certificate for one in names)
        return max((certificates.facts(one).not_after for one in own), default=None)

    # --- files -----------------------------------------------------------------------------------

    def _entries(self) -> dict[str, Server]:
        """Make the pair of each entry; return the CA that renews it, where there is one."""
        found: dict[str, Server] = {}
        for name, entry in self._view.auto_updates.items():
            profile = self.profile(name)
            authority = self._authority(name, profile)
            self._put_pair(name, entry.key_file_name, authority)
            if profile is None or PROTOCOLS[profile.protocol].gap(profile, self._view):
                continue
            signs = self._view.ca_profiles.get(profile.server)
            signer = signs if profile.protocol == "cmpv2" else None
            server = found[name] = self._servers.of(authority, signer)
            if signer is not None and signer.cmpv2.response_signing_cert:
                own = server.authority.cmp_signer.certificate
                self._put("certificate", signer.cmpv2.response_signing_cert, own)
        return found

    def _authority(self, name: str, profile: UpdateProfile | None) -> Authority:
        beside = "" if profile is None else _beside(profile, self._view)
        beside = beside or next(iter(self._view.ca_profiles), "")
        return self.standins.issuing(self.material.files.get(name), beside)

    def _equip(self) -> None:
        """Put the files of CAs, and the pairs that nothing renews, into the keystore."""
        for name, profile in self._view.ca_profiles.items():
            if profile.cert_file:
                own = self.standins.authority(name).identity.certificate
                self._put("certificate", profile.cert_file, own)
            if profile.crl_file:
                self._put("crl", profile.crl_file, self.standins.revocation_list(name))
        for name, key in pairs(self._view):
            if name not in self._made_up:
                self._put_pair(name, key, self._authority(name, None))

    def _put_pair(self, name: str, key_file: str, authority: Authority) -> None:
        """Put what stands in for a pair into the keystore, unless it is there."""
        if name in self._made_up:
            return
        life = self.lives.get(name) or self.terms.ca_life or YEAR
        der, key, self._made_up[name] = self.standins.certificate(name, authority, life)
        self._servers.adopt(der)
        facts = certificates.facts(der)
        self.first[name] = facts.not_before, facts.not_after
        if (ends := self.standins.ends(authority)) is not None:
            self.above[name] = ends
        self._put("certificate", name, der)
        try:
            if key_file and not self.keystore.exists(key_file):
                self.keystore.put_key(key_file, key)
        except SrpkiError:
            return  # the engine says of the same name that no file can have it

    def _put(self, kind: Kind, name: str, content: bytes) -> None:
        try:
            self.keystore.put(kind, name, content)
        except SrpkiError:
            return  # as above


def _beside(profile: UpdateProfile, view: PkiView) -> str:
    """Return the ca-profile whose CA answers where *profile* sends its updates."""
    return next(iter(judges(profile, view)), "")
