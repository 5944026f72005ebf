"""What certificates, CRLs, requests and OCSP answers say, whichever reader has read it.

The types of the library are kept wherever they can say it. An extension that no reader could read
stays in its place as `Unreadable`: who asks for it is told so, who does not is not troubled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from srpki.core.errors import InvalidInputError

_Value = TypeVar("_Value", bound=x509.ExtensionType)

NAMES: Final = {
    "1.3.6.1.5.5.7.1.1": "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",
    "1.3.6.1.5.5.7.48.1.2": "nonce",
    "1.3.6.1.4.1.11129.2.4.2": "signedCertificateTimestampList",
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.15": "keyUsage",
    "2.5.29.17": "subjectAltName",
    "2.5.29.18": "issuerAltName",
    "2.5.29.19": "basicConstraints",
    "2.5.29.20": "cRLNumber",
    "2.5.29.21": "reasonCode",
    "2.5.29.24": "invalidityDate",
    "2.5.29.27": "deltaCRLIndicator",
    "2.5.29.28": "issuingDistributionPoint",
    "2.5.29.29": "certificateIssuer",
    "2.5.29.30": "nameConstraints",
    "2.5.29.31": "cRLDistributionPoints",
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.36": "policyConstraints",
    "2.5.29.37": "extKeyUsage",
    "2.5.29.46": "freshestCRL",
    "2.5.29.54": "inhibitAnyPolicy",
}
"""Extensions by the names that the RFCs give them."""


class Unreadable(x509.UnrecognizedExtension):
    """The value of an extension that could not be read, and *reason*, what is wrong with it."""

    def __init__(self, oid: x509.ObjectIdentifier, value: bytes, reason: str) -> None:
        super().__init__(oid, value)
        self.reason = reason


class UnsupportedName(x509.GeneralName):
    """A GeneralName of a *form* that is not processed, with its octets (one DER element)."""

    def __init__(self, form: str, value: bytes) -> None:
        self.form = form
        self._value = value

    @property
    def value(self) -> bytes:
        """The name as it stands."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UnsupportedName) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return f"<UnsupportedName({self.form})>"


class ReadName(x509.Name):
    """A name as it was read: its octets are kept, so that it is sent as the CA wrote it."""

    def __init__(self, rdns: Sequence[x509.RelativeDistinguishedName], octets: bytes) -> None:
        super().__init__(rdns)
        self._octets = octets

    def public_bytes(self, backend: object = None) -> bytes:  # noqa: ARG002 - the library's
        """Return the octets of the name."""
        return self._octets


class ReadAlternativeName(x509.SubjectAlternativeName):
    """A subjectAltName as it was read, whose octets are kept."""

    def __init__(self, names: list[x509.GeneralName], octets: bytes) -> None:
        super().__init__(names)
        self._octets = octets

    def public_bytes(self) -> bytes:
        """Return the octets of the extension's value."""
        return self._octets


class Extensions(x509.Extensions):
    """Extensions, those that could not be read among them as `Unreadable`.

    To ask for one of these raises `InvalidInputError`, which names it: absent it is not.
    """

    def __init__(self, found: list[x509.Extension[x509.ExtensionType]], owner: str) -> None:
        """Keep what was *found* in *owner*, as in ``certificate``."""
        super().__init__(found)
        self._owner = owner

    def find(self, kind: type[_Value]) -> _Value | None:
        """Return the value of the extension *kind*, None when there is none.

        Raises:
            InvalidInputError: when it is there, but cannot be read.
        """
        for extension in self:
            if extension.oid != kind.oid:
                continue
            if isinstance(extension.value, kind):
                return extension.value
            if isinstance(extension.value, Unreadable):
                raise InvalidInputError(
                    f"the {self._owner}'s {label(extension.oid)} cannot be read:"
                    f" {extension.value.reason}"
                )
        return None

    def get_extension_for_class(self, extclass: type[_Value]) -> x509.Extension[_Value]:
        """Return the extension with a value of *extclass*; raises as `find` does."""
        self.find(extclass)
        return super().get_extension_for_class(extclass)


def label(oid: x509.ObjectIdentifier) -> str:
    """Return the name of the extension *oid*, its number where it is none of the RFCs'."""
    return NAMES.get(oid.dotted_string, oid.dotted_string)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate [RFC 5280, 4.1]; *octets* are those that were signed and read.

    The names of the fields are the library's. *not_der* names the fields that are not as RFC 5280
    has them, in their order; *load_key* loads the public key and raises as the library does.
    """

    octets: bytes = field(repr=False)
    version: int
    serial_number: int
    signature_algorithm_oid: x509.ObjectIdentifier
    issuer: x509.Name
    not_valid_before_utc: datetime
    not_valid_after_utc: datetime
    subject: x509.Name
    extensions: Extensions = field(repr=False, compare=False)
    signature: bytes = field(repr=False)
    load_key: Callable[[], CertificatePublicKeyTypes] = field(repr=False, compare=False)
    not_der: tuple[str, ...] = ()

    def public_key(self) -> CertificatePublicKeyTypes:
        """Return the public key; raises what the library raises where it has no such key."""
        return self.load_key()


class Revoked(Protocol):
    """An entry of a CRL [RFC 5280, 5.3]; the names are the library's."""

    @property
    def serial_number(self) -> int: ...  # noqa: D102
    @property
    def revocation_date_utc(self) -> datetime: ...  # noqa: D102
    @property
    def extensions(self) -> x509.Extensions: ...  # noqa: D102


class Entries(Protocol):
    """The entries of a CRL, in their order."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Revoked]: ...

    def get_revoked_certificate_by_serial_number(self, serial_number: int) -> Revoked | None:
        """Return the first entry with *serial_number*."""


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A CRL [RFC 5280, 5.1]; the names of the fields are the library's.

    An entry is looked at when it is asked for; its extensions raise what the reader raises.
    """

    issuer: x509.Name
    last_update_utc: datetime
    next_update_utc: datetime | None
    signature_algorithm_oid: x509.ObjectIdentifier
    signature: bytes = field(repr=False)
    extensions: Extensions = field(repr=False, compare=False)
    entries: Entries = field(repr=False, compare=False)
    not_der: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A certification request [RFC 2986, 4]; the names of the fields are the library's.

    *challenge* is the challengePassword, empty without.
    """

    subject: x509.Name
    signature_algorithm_oid: x509.ObjectIdentifier
    signature: bytes = field(repr=False)
    extensions: Extensions = field(repr=False, compare=False)
    challenge: str = field(repr=False)
    load_key: Callable[[], CertificatePublicKeyTypes] = field(repr=False, compare=False)
    not_der: tuple[str, ...] = ()

    def public_key(self) -> CertificatePublicKeyTypes:
        """Return the public key; raises what the library raises where it has no such key."""
        return self.load_key()


@dataclass(frozen=True, slots=True)
class Signed:
    """The three parts of a SIGNED structure: what is signed, AlgorithmIdentifier, signature."""

    content: bytes
    algorithm: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """A SingleResponse [RFC 6960, 4.2.1], the one with *number* in its answer, from 0.

    The certificate is named by its number and by hashes, with the algorithm *hash_oid*, of its
    issuer's name and key; *status* is good, revoked or unknown.
    """

    number: int
    hash_oid: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial_number: int
    status: Literal["good", "revoked", "unknown"]
    revocation_time_utc: datetime | None
    this_update_utc: datetime
    next_update_utc: datetime | None
    extensions: bytes
    """Its own Extensions (DER), an empty SEQUENCE without."""


@dataclass(frozen=True, slots=True)
class OcspAnswer:
    """A BasicOCSPResponse [RFC 6960, 4.2.1]; its responder has a name or the hash of a key."""

    responder_name: x509.Name | None
    responder_key_hash: bytes | None
    produced_at_utc: datetime
    statements: tuple[Statement, ...]
    certificates: tuple[bytes, ...]
    extensions: Extensions
    signed: Signed
