"""Gathers what a decision depends on: configuration, references resolved, and the stored pair.

The only place that turns a `PkiView` and files into a `policy.Input`. What files say is kept until
`Gatherer.forget` is told that they changed, so 256 entries cost 256 looks once.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from srpki.core.errors import SrpkiError, StorageError
from srpki.engine.jobs import Lane
from srpki.engine.policy import Input, PairFacts, ProfileFacts, Schedule
from srpki.engine.protocols.registry import PROTOCOLS

if TYPE_CHECKING:
    from srpki.config.views import AutoUpdate, PkiView, UpdateProfile
    from srpki.keystore.store import Keystore
    from srpki.x509.keys import PrivateKey


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

    def lane(self, name: str) -> Lane | None:
        """Return what the updates of the entry *name* use, None for nothing that is shared."""
        profile = self._profile(name)
        return None if profile is None else PROTOCOLS[profile.protocol].lane(profile, self.view)

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
        protocol = PROTOCOLS[profile.protocol]
        gap = protocol.gap(profile, self.view)

        def same(file: str) -> bool:
            known = self.fingerprint(name)
            return file == name or bool(known and self.fingerprint(file) == known)

        return ProfileFacts(
            schedule=Schedule(profile.schedule, profile.seconds),
            gap=gap,
            once_expired="" if gap else protocol.once_expired(profile, self.view, same),
        )
