"""Stand-ins for the certificates of a router and its CAs: real names and dates, keys of our own.

What was not given is made up, and said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from srpki.core.entropy import Entropy, serial_number
from srpki.core.errors import InvalidInputError
from srpki.core.record import Record
from srpki.core.text import printable
from srpki.labca import crls
from srpki.labca.profiles import Issuer
from srpki.labca.vault import Identity
from srpki.rehearsal.keyring import USUAL, Keyring, spec_of
from srpki.x509 import certificates, crl
from srpki.x509.keys import PrivateKey

if TYPE_CHECKING:
    from srpki.config.views import CaProfile
    from srpki.rehearsal.material import Material
    from srpki.x509.names import Canonical

YEAR: Final = timedelta(days=365)
CRL_LIFE: Final = timedelta(days=7)
_CA_LIFE: Final = timedelta(days=20 * 365)
_LONGEST_NAME: Final = 60
_COPIED: Final = (x509.KeyUsage, x509.ExtendedKeyUsage, x509.SubjectAlternativeName)
_OF_CAS: Final = (x509.BasicConstraints, x509.KeyUsage, x509.NameConstraints)
_Value = TypeVar("_Value", bound=x509.ExtensionType)


class Authority(Record):
    """What stands in for one CA: its *identity*, and that of who issued it, *above*, if known."""

    identity: Identity
    above: Identity | None = None

    @property
    def issuer(self) -> Issuer:
        """Who signs."""
        return issuer_of(self.identity)


def issuer_of(identity: Identity) -> Issuer:
    """Return *identity* as one that signs."""
    return Issuer(certificates.parse(identity.certificate).subject, identity.key)


class StandIns:
    """Makes the stand-ins of one rehearsal."""

    def __init__(
        self, material: Material, keyring: Keyring, entropy: Entropy, start: datetime, end: datetime
    ) -> None:
        """Prepare those of *material* for a rehearsal from *start* to *end*."""
        self._material = material
        self._keyring = keyring
        self._entropy = entropy
        self._start = start
        self._end = end
        self.said: list[str] = []
        self._authorities: dict[str, Authority] = {}
        self._keys: dict[bytes, PrivateKey] = {}
        self._by_subject: dict[Canonical, str] = {}
        self._made_up: dict[tuple[Canonical, str], Authority] = {}
        self._longest: dict[Canonical, tuple[datetime, str]] = {}
        for name, profile in material.view.ca_profiles.items():
            der = material.files.get(profile.cert_file)
            if der is not None:
                facts = certificates.facts(der)
                subject, ends = facts.canonical_subject, (facts.not_after, name)
                self._by_subject.setdefault(subject, name)
                self._longest[subject] = max(self._longest.get(subject, ends), ends)

    # --- CAs -------------------------------------------------------------------------------------

    def authority(self, name: str) -> Authority:
        """Return what stands in for the CA of the ca-profile *name*."""
        found = self._authorities.get(name)
        if found is None:
            found = self._authorities[name] = self._authority(name, ())
        return found

    def _authority(self, name: str, below: tuple[str, ...]) -> Authority:
        profile = self._material.view.ca_profiles.get(name)
        der = None if profile is None else self._material.files.get(profile.cert_file)
        if der is None:
            return self._unknown_authority(name, profile)
        facts = certificates.facts(der)
        subject = certificates.parse(der).subject
        key = self._key(der)
        above = self._by_subject.get(facts.canonical_issuer, "")
        if facts.canonical_issuer == facts.canonical_subject or above == name:
            issuer, root = Issuer(subject, key), None
        elif above and above not in below:
            if above not in self._authorities:
                self._authorities[above] = self._authority(above, (*below, name))
            root = self._authorities[above].identity
            issuer = issuer_of(root)
        else:  # nobody knows it, so its name is all there is
            issuer = Issuer(certificates.parse(der).issuer, self._keyring.authority(USUAL))
            root = None
        extensions = [found for kind in _OF_CAS if (found := _read(der, kind)) is not None]
        made = self._signed(
            subject, key, issuer, (facts.not_before, facts.not_after), extensions, authority=True
        )
        return Authority(Identity(key, made), root)

    def _key(self, der: bytes) -> PrivateKey:
        """Return what stands in for the key of the CA *der*, which may have several profiles."""
        real = certificates.public_key(der).public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )
        if real not in self._keys:
            self._keys[real] = self._keyring.authority(spec_of(der))
        return self._keys[real]

    def _unknown_authority(self, name: str, profile: CaProfile | None) -> Authority:
        """Make up a CA that nothing is known of but the certificates that it may have issued."""
        subject = self._issuer_of_some(name) or _named(f"stand-in for ca-profile {name}")
        if profile is not None:
            file = profile.cert_file or "no cert-file"
            self.said.append(
                f'ca-profile "{name}": its certificate ({file}) was not given;'
                " a CA that is valid all the time stands in"
            )
        key = self._keyring.authority(USUAL)
        dates = self._start - YEAR, self._start + _CA_LIFE
        made = self._signed(subject, key, Issuer(subject, key), dates, [], authority=True)
        return Authority(Identity(key, made))

    def _issuer_of_some(self, name: str) -> x509.Name | None:
        """Return who has issued a certificate that the ca-profile *name* renews, if that is known.

        A CA that is known by a ca-profile of its own is another one.
        """
        view = self._material.view
        for file, entry in view.auto_updates.items():
            profile = view.update_profiles.get(entry.profile)
            der = self._material.files.get(file)
            if profile is None or profile.protocol != "cmpv2" or profile.server != name or not der:
                continue
            if certificates.facts(der).canonical_issuer not in self._by_subject:
                return certificates.parse(der).issuer
        return None

    def issuing(self, der: bytes | None, beside: str) -> Authority:
        """Return who issues what takes the place of *der*, by the CA of the ca-profile *beside*.

        An issuer that no ca-profile knows is taken for one below that CA.
        """
        if der is None:
            return self.authority(beside)
        issuer = certificates.facts(der).canonical_issuer
        above = self.authority(beside)
        if certificates.facts(above.identity.certificate).canonical_subject == issuer:
            return above
        known = self._by_subject.get(issuer)
        if known is not None:
            return self.authority(known)
        found = self._made_up.get((issuer, beside))
        if found is None:
            found = self._made_up[issuer, beside] = self._below(der, above)
            self.said.append(
                f"the CA {printable(certificates.facts(der).issuer)} has no ca-profile: it is taken"
                f' for one below that of ca-profile "{beside}"'
            )
        return found

    def _below(self, der: bytes, above: Authority) -> Authority:
        subject = certificates.parse(der).issuer
        facts = certificates.facts(above.identity.certificate)
        key = self._keyring.authority(USUAL)
        made = self._signed(
            subject, key, above.issuer, (facts.not_before, facts.not_after), [], authority=True
        )
        return Authority(Identity(key, made), above.identity)

    def ends(self, authority: Authority) -> tuple[datetime, str] | None:
        """Return when the first CA ends above what *authority* issues, and its ca-profile.

        None where no certificate of them was given. Of two of one name the last counts.
        """
        subject = certificates.facts(authority.identity.certificate).canonical_subject
        if subject not in self._longest and authority.above is not None:
            subject = certificates.facts(authority.above.certificate).canonical_subject
        found: list[tuple[datetime, str]] = []
        while subject in self._longest and self._longest[subject] not in found:
            found.append(self._longest[subject])
            profile = self._material.view.ca_profiles[found[-1][1]]
            subject = certificates.facts(self._material.files[profile.cert_file]).canonical_issuer
        return min(found, default=None)

    # --- certificates ----------------------------------------------------------------------------

    def certificate(
        self, name: str, authority: Authority, life: timedelta
    ) -> tuple[bytes, PrivateKey, str]:
        """Return what stands in for the certificate file *name*, its key, and what was made up.

        One that was not given was issued at the start and lives for *life*.
        """
        der = self._material.files.get(name)
        if der is None:
            key = self._keyring.generate(USUAL)
            dates = self._start, self._start + life
            made = self._signed(_named(name), key, authority.issuer, dates, [])
            reason = self._material.problems.get(name, "")
            why = f"cannot be read ({reason})" if reason else "was not given"
            return made, key, f"{why}; one that is issued at the start stands in"
        facts = certificates.facts(der)
        key = self._keyring.generate(spec_of(der))
        extensions = [found for kind in _COPIED if (found := _read(der, kind)) is not None]
        subject = certificates.parse(der).subject
        dates = facts.not_before, facts.not_after
        return self._signed(subject, key, authority.issuer, dates, extensions), key, ""

    def revocation_list(self, name: str) -> bytes:
        """Return what stands in for the CRL file of the ca-profile *name*."""
        profile = self._material.view.ca_profiles[name]
        der = self._material.files.get(profile.crl_file)
        issuer = self.authority(name).issuer
        if der is not None:
            dates = crl.contents(der).dates
            until = dates.next_update or self._end + YEAR
            if dates.this_update < until:
                return crls.crl(issuer, (), dates.this_update, until)
        self.said.append(
            f'ca-profile "{name}": its CRL ({profile.crl_file}) was not given;'
            " one that is valid all the time stands in"
        )
        return crls.crl(issuer, (), self._start - CRL_LIFE, self._end + YEAR)

    def crl_life(self, name: str) -> timedelta:
        """Return how long a CRL of the ca-profile *name* lives: as the one that was given."""
        profile = self._material.view.ca_profiles[name]
        der = self._material.files.get(profile.crl_file)
        dates = None if der is None else crl.contents(der).dates
        if dates is None or dates.next_update is None:
            return CRL_LIFE
        return max(dates.next_update - dates.this_update, timedelta(minutes=10))

    def _signed(
        self,
        subject: x509.Name,
        key: PrivateKey,
        issuer: Issuer,
        dates: tuple[datetime, datetime],
        extensions: Iterable[x509.ExtensionType],
        *,
        authority: bool = False,
    ) -> bytes:
        copied: Mapping[x509.ObjectIdentifier, x509.ExtensionType] = {
            one.oid: one for one in extensions
        }
        builder = (
            x509.CertificateBuilder(issuer.name, subject, key.public_key())
            .serial_number(serial_number(self._entropy))
            .not_valid_before(dates[0])
            .not_valid_after(max(dates[1], dates[0] + timedelta(seconds=1)))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False
            )
        )
        if x509.BasicConstraints.oid not in copied:
            builder = builder.add_extension(x509.BasicConstraints(authority, None), authority)
        for oid, one in copied.items():
            critical = oid in (x509.BasicConstraints.oid, x509.KeyUsage.oid) or (
                oid == x509.SubjectAlternativeName.oid and not list(subject)
            )
            builder = builder.add_extension(one, critical=critical)
        return builder.sign(issuer.key, SHA256()).public_bytes(Encoding.DER)


def _read(der: bytes, kind: type[_Value]) -> _Value | None:
    """Return the extension *kind* of *der*, None where it is not there or cannot be read."""
    with suppress(InvalidInputError):
        return certificates.parse(der).extensions.find(kind)
    return None


def _named(text: str) -> x509.Name:
    name = printable(text)[:_LONGEST_NAME].strip() or "stand-in"
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
