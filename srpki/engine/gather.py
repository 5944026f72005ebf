"""Gathers what a decision depends on: configuration, references resolved, and the stored pair.

The only place that turns a `PkiView` and files into a `policy.Input`. What files say is kept until
`Gatherer.forget` is told that they changed, so 256 entries cost 256 looks once.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from srpki.core.errors import SrpkiError, StorageError
from srpki.engine.applications import client_pair
from srpki.engine.jobs import Lane
from srpki.engine.policy import ClientCertificate, Input, PairFacts, ProfileFacts, Schedule

if TYPE_CHECKING:
    from srpki.config.views import AutoUpdate, CaProfile, EstProfile, PkiView, UpdateProfile
    from srpki.keystore.store import Keystore
    from srpki.x509.keys import PrivateKey

EST_LANE: Lane = ("est",)


def cmp_url(authority: CaProfile) -> str:
    """Return the URL of a CMPv2 server; the scheme may be left out when it is configured."""
    url = authority.cmpv2.url.url_string
    return url if "://" in url else f"http://{url}"


def cmp_lane(authority: CaProfile) -> Lane:
    """Return the lane of a CMPv2 server: one outstanding request at a time."""
    return ("cmpv2", cmp_url(authority))


class Gatherer:
    """Looks things up in the present view and in the keystore; the register's lock guards it."""

    def __init__(self, keystore: Keystore, view: PkiView) -> None:
        """Start with configuration *view*."""
        self._keystore = keystore
        self._pairs: dict[tuple[str, str], PairFacts] = {}
        self._fingerprints: dict[str, str] = {}
        self.view = view

    # --- files -----------------------------------------------------------------------------------

    def uses(self, name: str, file: str) -> bool:
        """Say whether the entry *name* is about *file*."""
        entry = self.view.auto_updates.get(name)
        return file == name or (entry is not None and entry.key_file_name == file)

    def forget(self, file: str) -> None:
        """Forget what was known of *file*."""
        for pair in [pair for pair in self._pairs if file in pair]:
            del self._pairs[pair]
        self._fingerprints.pop(file, None)

    def read(self, certificate: str, key: str) -> tuple[bytes, PrivateKey] | None:
        """Read a pair again, whatever was known of it; None when a file cannot be read."""
        self._pairs.pop((certificate, key), None)
        self._fingerprints.pop(certificate, None)
        try:
            der, private = self._keystore.read_pair(certificate, key)
        except SrpkiError:
            return None
        self.remember(certificate, key, der, private)
        return der, private

    def remember(self, certificate: str, key: str, der: bytes, private: PrivateKey) -> None:
        """Take note of what two files hold now."""
        from srpki.x509 import certificates, keys  # noqa: PLC0415 - start-up time

        try:
            facts = certificates.facts(der)
            belong_together = keys.same_public_key(der, private)
        except SrpkiError:  # reading the files one by one will tell which and why
            return
        self._fingerprints[certificate] = facts.fingerprint
        self._pairs[certificate, key] = PairFacts(
            fingerprint=facts.fingerprint,
            not_before=facts.not_before,
            not_after=facts.not_after,
            belong_together=belong_together,
        )

    def fingerprint(self, name: str) -> str:
        """Return the fingerprint of the certificate file *name*, empty when it cannot be read."""
        from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

        if name not in self._fingerprints:
            try:
                der = self._keystore.read_certificate(name)
                self._fingerprints[name] = certificates.facts(der).fingerprint
            except SrpkiError:
                return ""
        return self._fingerprints[name]

    def _pair(self, certificate: str, key: str) -> PairFacts:
        known = self._pairs.get((certificate, key))
        if known is None:
            known = self._read_pair(certificate, key)
            if not known.storage_failed:
                self._pairs[certificate, key] = known
        return known

    def _read_pair(self, certificate: str, key: str) -> PairFacts:
        from srpki.x509 import certificates, keys  # noqa: PLC0415 - start-up time

        try:
            der = self._keystore.read_certificate(certificate)
            facts = certificates.facts(der)
        except SrpkiError as error:
            failed = isinstance(error, StorageError)
            return PairFacts(certificate_error=error.sentence, storage_failed=failed)
        key_error, belong_together, failed = "", False, False
        try:
            belong_together = keys.same_public_key(der, self._keystore.read_key(key))
        except SrpkiError as error:
            key_error, failed = error.sentence, isinstance(error, StorageError)
        return PairFacts(
            fingerprint=facts.fingerprint,
            not_before=facts.not_before,
            not_after=facts.not_after,
            key_error=key_error,
            storage_failed=failed,
            belong_together=belong_together,
        )

    # --- configuration ---------------------------------------------------------------------------

    def _entry(self, name: str) -> AutoUpdate:
        return self.view.auto_updates[name]

    def _profile(self, name: str) -> UpdateProfile | None:
        return self.view.update_profiles.get(self._entry(name).profile)

    def settings(self, name: str) -> tuple[AutoUpdate, UpdateProfile | None]:
        """Return the entry *name* and its update-profile: a changed one when either differs."""
        return self._entry(name), self._profile(name)

    def lane(self, name: str) -> Lane:
        """Return what the updates of the entry *name* use."""
        profile = self._profile(name)
        if profile is None:
            return ()
        if profile.protocol == "est":
            return EST_LANE
        authority = self.view.ca_profiles.get(profile.ca_profile)
        return cmp_lane(authority) if authority is not None else ()

    def input(
        self,
        name: str,
        now: datetime,
        *,
        manual: bool = False,
        resumed: bool = False,
        in_progress: bool = False,
        held_until: datetime | None = None,
    ) -> Input:
        """Return everything that a decision on the entry *name* at *now* depends on."""
        entry, profile = self._entry(name), self._profile(name)
        return Input(
            now=now,
            certificate_file=name,
            key_file=entry.key_file_name,
            profile_name=entry.profile,
            profile=None if profile is None else self._profile_facts(name, profile),
            pair=self._pair(name, entry.key_file_name) if entry.key_file_name else PairFacts(),
            manual=manual,
            resumed=resumed,
            in_progress=in_progress,
            held_until=held_until,
        )

    def _profile_facts(self, name: str, profile: UpdateProfile) -> ProfileFacts:
        schedule = Schedule(profile.schedule, profile.seconds)
        if profile.protocol == "cmpv2":
            return ProfileFacts(protocol="cmpv2", schedule=schedule, gap=self._cmp_gap(profile))
        est = self.view.est_profiles.get(profile.est_profile)
        return ProfileFacts(
            protocol="est",
            schedule=schedule,
            gap=self._est_gap(profile, est),
            http_authentication=bool(est is not None and est.username and est.password),
            client_certificate="none" if est is None else self._client_certificate(name, est),
        )

    def _cmp_gap(self, profile: UpdateProfile) -> str:
        """Say what an update by CMPv2 lacks; empty when it lacks nothing."""
        if not profile.ca_profile:
            return f'certificate-update-profile "{profile.name}" has no ca-profile'
        authority = self.view.ca_profiles.get(profile.ca_profile)
        if authority is None:
            return f'ca-profile "{profile.ca_profile}" does not exist'
        if not authority.cmpv2.url.url_string:
            return f'ca-profile "{authority.name}" has no cmpv2 url'
        return "" if authority.cert_file else f'ca-profile "{authority.name}" has no cert-file'

    def _est_gap(self, profile: UpdateProfile, est: EstProfile | None) -> str:
        """Say what an update by EST lacks; empty when it lacks nothing."""
        if not profile.est_profile:
            return f'certificate-update-profile "{profile.name}" has no est-profile'
        if est is None:
            return f'est-profile "{profile.est_profile}" does not exist'
        if not est.server.address:
            return f'est-profile "{est.name}" has no server'
        if not est.client_tls_profile:
            return f'est-profile "{est.name}" has no client-tls-profile'
        client = self.view.client_tls_profiles.get(est.client_tls_profile)
        if client is None:
            return f'client-tls-profile "{est.client_tls_profile}" does not exist'
        anchors = self.view.trust_anchor_profiles.get(client.trust_anchor_profile)
        if anchors is None or not anchors.trust_anchors:
            return f'client-tls-profile "{client.name}" has no trust anchor'
        return ""

    def _client_certificate(self, name: str, est: EstProfile) -> ClientCertificate:
        """Say whether the certificate *name* itself authenticates the EST client."""
        client = self.view.client_tls_profiles.get(est.client_tls_profile)
        profile = self.view.cert_profiles.get(client.cert_profile) if client is not None else None
        pair = client_pair(profile)
        if pair is None:
            return "none"
        known = self.fingerprint(name)
        same = pair[0] == name or (known and self.fingerprint(pair[0]) == known)
        return "same" if same else "other"
