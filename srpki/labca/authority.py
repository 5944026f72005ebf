"""The authority itself: its keys, what it issues, what it has issued, whom it knows.

It decides nothing about protocols: the responders ask it for certificates once their protocol is
satisfied. Time is the clock's, which in a lab is the router's too.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy, serial_number
from srpki.core.errors import RefusedError, SrpkiError
from srpki.labca import crls, profiles
from srpki.labca.certifiable import check_key, check_names
from srpki.labca.desk import Desk
from srpki.labca.generations import Generation, Generations
from srpki.labca.grants import granted
from srpki.labca.profiles import Locations, Subject
from srpki.labca.rules import Rules
from srpki.labca.settings import CaSettings
from srpki.labca.store import CONFIRMED, ISSUED, REVOKED, SUPERSEDED, Issued, IssuedStore
from srpki.labca.vault import Identity, Vault
from srpki.x509 import certificates, chain, names
from srpki.x509.wishes import Wishes

_NOT_OURS: Final = "not issued by this CA"
_BACKDATED: Final = timedelta(hours=1)


class Authority:
    """Root, issuing CA, CMP signer and TLS server identity, with the store of what was issued.

    With a *directory* all of it lasts; without, it ends with the process. Safe between threads.
    Raises what `Vault` and `IssuedStore` raise.
    """

    def __init__(
        self,
        directory: Path | None,
        clock: Clock,
        entropy: Entropy,
        settings: CaSettings | None = None,
        *,
        identities: Mapping[str, Identity] = MappingProxyType({}),
        store: IssuedStore | None = None,
    ) -> None:
        """Take up the CA in *directory*, or found a new one on *identities*, by their names.

        With a *store* it remembers what it issues beside what other CAs do.
        """
        self.clock = clock
        self.entropy = entropy
        self.settings = settings or CaSettings()
        self._vault = Vault(directory, entropy)
        try:
            for name, identity in identities.items():
                self._vault.replace(name, identity)
            self._found()
            self.rules = Rules(directory)
            self.desk = Desk(directory, clock)
            self._store = store or IssuedStore(directory)
        except BaseException:
            self._vault.close()
            raise

    def close(self) -> None:
        """Let go of the directory."""
        self._store.close()
        self._vault.close()

    def _found(self) -> None:
        self.generations = Generations(self._vault, self.clock, self.entropy, self.settings.key)
        given = self.settings
        kept = self._vault.credentials(self._make_credentials)
        self.reference = given.reference or kept.get("reference", "")
        self.secret = given.secret or kept.get("secret", "")
        self.est_username = given.est_username or kept.get("est_username", "")
        self.est_password = given.est_password or kept.get("est_password", "")
        self.locations: Callable[[int], Locations] | None = None
        self._secrets = {self.reference: self.secret}
        self._est_users = {self.est_username: self.est_password}

    @property
    def root(self) -> bytes:
        """The root certificate (DER) above the key that signs now."""
        return self.generations.now.root

    @property
    def issuing(self) -> Identity:
        """Who issues now."""
        return self.generations.now.issuing

    @property
    def cmp_signer(self) -> Identity:
        """Who signs CMP answers now."""
        return self.generations.now.cmp_signer

    @property
    def tls(self) -> Identity:
        """Whom EST clients meet now."""
        return self.generations.now.tls

    def _make_credentials(self) -> dict[str, str]:
        given = self.settings
        return {
            "reference": given.reference or f"ref-{self.entropy.octets(3).hex()}",
            "secret": given.secret or self.entropy.octets(12).hex(),
            "est_username": given.est_username or "est-user",
            "est_password": given.est_password or self.entropy.octets(12).hex(),
        }

    # What it knows

    @property
    def directory(self) -> Path | None:
        """Where it keeps what lasts, None when nothing does."""
        return self._vault.directory

    @property
    def ports(self) -> dict[str, int]:
        """The ports that its servers had last time, by protocol."""
        return self._vault.ports()

    def keep_ports(self, numbers: Mapping[str, int]) -> None:
        """Keep the ports of its servers for next time; raises `StorageError`."""
        self._vault.keep_ports(numbers)

    @property
    def trust_anchor_file(self) -> Path | None:
        """The root certificate as a PEM file, when there is a directory."""
        return self._vault.certificate_file("root")

    @property
    def issuing_certificate_file(self) -> Path | None:
        """The issuing certificate as a PEM file, when there is a directory."""
        return self._vault.certificate_file("issuing")

    def register(self, reference: str, secret: str) -> None:
        """Let *reference* enrol by CMP with *secret*, as long as this process lives."""
        self._secrets[reference] = secret

    def register_user(self, username: str, password: str) -> None:
        """Let *username* enrol by EST with *password*, as long as this process lives."""
        self._est_users[username] = password

    def adopt(self, certificate: bytes) -> None:
        """Take *certificate* (DER) for one that was issued here and that its owner has taken."""
        serial = certificates.parse(certificate).serial_number
        self._store.add(Issued(serial, certificate, CONFIRMED))

    def secret_of(self, reference: bytes) -> str | None:
        """Return the password registered for *reference*, None when there is none."""
        return self._secrets.get(reference.decode("utf-8", "replace"))

    def only_reference(self) -> bytes | None:
        """Return the registered reference when there is only one."""
        return next(iter(self._secrets)).encode() if len(self._secrets) == 1 else None

    def judge_key(self, key: CertificatePublicKeyTypes) -> str:
        """Return why no certificate is issued for *key*, empty when one may be."""
        try:
            check_key(key)
        except RefusedError as error:
            return error.sentence
        return ""

    def est_password_of(self, username: str) -> str | None:
        """Return the password of EST user *username*, None when there is none."""
        return self._est_users.get(username)

    # What it issues

    def issue(
        self,
        public_key: CertificatePublicKeyTypes,
        subject: x509.Name,
        alternative: x509.SubjectAlternativeName | None = None,
        *,
        extensions: Wishes = (),
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        start: datetime | None = None,
        spoil: Callable[[bytes], bytes] | None = None,
    ) -> Issued:
        """Issue a certificate from now and remember it.

        Of *extensions* it gets what `grants.granted` grants, and *alternative* when that is given.
        *not_before* is granted when it lies within the last hour or before the end; it ends as the
        settings say, or at *not_after* when that is earlier. *start* is no wish, but obeyed, and
        *spoil* changes the certificate (DER) before it is remembered: a lab's faults, both.
        Raises `RefusedError` for a key, names or an end that it does not certify, and what
        `IssuedStore.add` raises.
        """
        if alternative is not None:
            extensions = (x509.Extension(alternative.oid, not subject.rdns, alternative),)
        check_key(public_key)
        check_names(subject, extensions)
        grant = granted(subject, public_key, extensions)
        generation = self.generations.now
        certificate = profiles.end_entity(
            Subject(subject, public_key),
            generation.issuer,
            serial_number(self.entropy),
            self._life(not_before, not_after, start),
            grant,
            locations=self.locations(generation.number) if self.locations else None,
            added=self.rules.policy.added(),
        )
        if spoil is not None:
            certificate = spoil(certificate)
        record = Issued(certificates.parse(certificate).serial_number, certificate)
        self._store.add(record)
        return record

    def judge(
        self, public_key: CertificatePublicKeyTypes, subject: x509.Name, wanted: Wishes
    ) -> None:
        """Raise `RefusedError` for what the policy does not let this CA certify."""
        self.rules.policy.check(public_key, subject, wanted)

    @property
    def vendor_anchors(self) -> tuple[bytes, ...]:
        """The roots (DER) of the vendors whose devices may enrol by certificates of their own."""
        return (*self.settings.vendor_anchors, *self.rules.vendors)

    def _life(
        self, not_before: datetime | None, not_after: datetime | None, start: datetime | None
    ) -> tuple[datetime, datetime]:
        now = self.clock.now()
        begin = (start or now).replace(microsecond=0)
        wished = not_before or begin
        if start is None and now - _BACKDATED <= wished < self._end(begin, not_after):
            begin = wished.replace(microsecond=0)
        end = self._end(begin, not_after)
        if end <= begin:
            raise RefusedError("the end that was asked for has passed")
        return begin, end

    def _end(self, begin: datetime, not_after: datetime | None) -> datetime:
        life = self.rules.policy.life or self.settings.validity
        end = min(begin + timedelta(seconds=life), profiles.WIDE_END)
        return end if not_after is None else min(end, not_after.replace(microsecond=0))

    def issued(self, certificate: bytes) -> Issued | None:
        """Return the record of exactly this *certificate* (DER), None when it is not ours."""
        serial = certificates.parse(certificate).serial_number
        return self._store.find_certificate(certificate, serial)

    def numbered(self, serial: int) -> Issued | None:
        """Return the record of the certificate with this number, None when there is none.

        The CA's own servers have certificates too, which nobody can revoke.
        """
        owned = (own for one in self.generations.all for own in (one.cmp_signer, one.tls))
        for own in owned:
            if certificates.parse(own.certificate).serial_number == serial:
                return Issued(serial, own.certificate)
        return self._store.find(serial)

    def all_issued(self) -> tuple[Issued, ...]:
        """Return the record of every certificate issued, in order."""
        return self._store.all()

    def revoked(self) -> tuple[Issued, ...]:
        """Return the record of every certificate that is revoked."""
        return self._store.revoked()

    def newest_start(self) -> datetime | None:
        """Return the latest notBefore of all certificates issued, None when there are none."""
        issued = (certificates.facts(record.certificate) for record in self._store.all())
        return max((facts.not_before for facts in issued), default=None)

    def judge_signer(
        self, certificate: bytes, others: tuple[bytes, ...], *, foreign: bool
    ) -> tuple[str, str]:
        """Return PKIFailureInfo and reason why *certificate* (DER) may not speak now, or empty.

        With *foreign* a device of a known vendor may speak too; *others* came with it.
        """
        record = self.issued(certificate)
        if record is None:
            reason = self._judge_vendor(certificate, others) if foreign else _NOT_OURS
            return ("signerNotTrusted", reason) if reason else ("", "")
        if record.state == REVOKED:
            return "certRevoked", "revoked"
        signer, now = certificates.parse(certificate), self.clock.now()
        if now < signer.not_valid_before_utc:
            return "signerNotTrusted", "not yet valid"
        if now > signer.not_valid_after_utc:
            return "signerNotTrusted", "expired"
        return "", ""

    def _judge_vendor(self, certificate: bytes, others: tuple[bytes, ...]) -> str:
        if not self.vendor_anchors:
            return _NOT_OURS
        try:
            chain.check_chain(certificate, others, self.vendor_anchors, self.clock.now())
        except SrpkiError as error:
            return f"not trusted: {error.sentence}"
        return ""

    def knows(
        self, subject: names.Canonical, alternative: tuple[names.AlternativeName, ...]
    ) -> bool:
        """Whether a certificate with these names has been issued here and is not revoked."""
        return any(record.state != REVOKED for record in self._store.bearing(subject, alternative))

    def confirm(self, certificate: bytes) -> None:
        """Note that its owner has taken *certificate* (DER)."""
        self._set_state(certificate, CONFIRMED)

    def supersede(self, certificate: bytes) -> None:
        """Note that its owner has a newer one; it stays good until it ends.

        A router whose import failed must be able to update the old pair once more.
        """
        self._set_state(certificate, SUPERSEDED)

    def revoke(self, certificate: bytes, reason: str = "") -> None:
        """Revoke *certificate* (DER) now; nothing undoes it. *reason* is a CRLReason name."""
        now = self.clock.now().replace(microsecond=0)
        self._store.set_state(certificates.parse(certificate).serial_number, REVOKED, now, reason)

    def awaits(self, certificate: bytes) -> bool:
        """Whether the owner of *certificate* (DER) has not said yet that he takes it."""
        record = self.issued(certificate)
        return record is not None and record.state == ISSUED

    def revoke_unconfirmed(self, but: Container[bytes] = ()) -> int:
        """Revoke what was sent and not confirmed before the start, and return how many.

        *but* are the certificates (DER) whose transactions go on; of others nobody knows any more.
        """
        left = [
            record
            for record in self._store.all()
            if record.state == ISSUED and record.certificate not in but
        ]
        for record in left:
            self.revoke(record.certificate)
        return len(left)

    def look_up(self, serial: int) -> tuple[bytes, bool] | None:
        """Return the certificate (DER) with this number, and whether it is revoked."""
        record = self._store.find(serial)
        return None if record is None else (record.certificate, record.state == REVOKED)

    def current_crl(self, number: int = 0) -> bytes:
        """Return the CRL (DER) as it is now of the key that signs, or of generation *number*.

        Each key speaks of what it has signed.
        """
        every = self.generations
        one = every.now if number == 0 else every.all[number - 1]
        now = self.clock.now().replace(microsecond=0)
        revoked = self.revoked()
        if len(every.all) > 1:
            ours = _key_identifier(one)
            revoked = tuple(r for r in revoked if _signer_identifier(r.certificate) == ours)
        end = now + timedelta(seconds=self.settings.crl_life)
        return crls.crl(one.issuer, revoked, now, end)

    def _set_state(self, certificate: bytes, state: str) -> None:
        self._store.set_state(certificates.parse(certificate).serial_number, state)


def _key_identifier(generation: Generation) -> bytes | None:
    return certificates.facts(generation.issuing.certificate).subject_key_identifier


def _signer_identifier(certificate: bytes) -> bytes | None:
    return certificates.facts(certificate).authority_key_identifier
