"""What a certificate is asked for, made into a request as the EST server wants it [RFC 9908].

A server's wish that cannot be granted ends the enrolment with `PeerRefusedError`: a request that
passes over it would be refused, or be answered by a certificate that nobody asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from srpki.core.errors import InvalidInputError, PeerRefusedError
from srpki.protocol.est import messages
from srpki.protocol.est.attributes import CsrAttributes, WantedExtension
from srpki.x509 import certificates, csr, keys, names
from srpki.x509 import der as asn1
from srpki.x509.csr import Extension
from srpki.x509.keys import KeySpec, PrivateKey

_SAN: Final = ExtensionOID.SUBJECT_ALTERNATIVE_NAME.dotted_string
_CONSTRAINTS: Final = ExtensionOID.BASIC_CONSTRAINTS.dotted_string
_KEY_USAGE: Final = ExtensionOID.KEY_USAGE.dotted_string
_PURPOSES: Final = ExtensionOID.EXTENDED_KEY_USAGE.dotted_string
_KEY_IDENTIFIER: Final = ExtensionOID.SUBJECT_KEY_IDENTIFIER.dotted_string


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Key and names to be certified; *renewed* (DER) is the certificate that has them now."""

    key: PrivateKey = field(repr=False)
    subject: x509.Name
    san: x509.SubjectAlternativeName | None = None
    hash_name: str = "sha256"
    renewed: bytes = field(default=b"", repr=False)

    def request(self, asked: CsrAttributes, binding: bytes = b"") -> bytes:
        """Return the request (PKCS#10 in DER) with everything that *asked* asks for.

        *binding* is the tls-unique of the session it goes over, empty where there is none.

        Raises:
            PeerRefusedError: when something of it cannot be had.
            UsageError: when key and hash do not go together.
        """
        spec = keys.spec_of(self.key)
        _check_key(spec, asked.keys)
        if asked.challenge and not binding:
            raise PeerRefusedError(
                "the EST server wants the request linked to the TLS session, which needs TLS 1.2",
                hint="set protocol-version of the client-tls-profile to tls-version-12",
            )
        extensions = list(self._extensions(asked.extensions))
        own_san = self.san if all(one.oid != _SAN for one in extensions) else None
        made = csr.build(
            self.key,
            self._subject(asked.subject),
            own_san,
            self._hash(spec, asked.signatures),
            challenge=messages.linking(binding) if asked.challenge else "",
            extensions=extensions,
        )
        try:
            csr.check(made, own=True)
        except InvalidInputError:  # what the server dictates goes into it unread
            raise PeerRefusedError(
                "the EST server wants what makes the request unreadable"
            ) from None
        return made

    def _hash(self, spec: KeySpec, wanted: tuple[tuple[str, str], ...]) -> str:
        """Return the hash to sign with: the one that was chosen here, when the server takes it."""
        fitting = [hash_name for kind, hash_name in wanted if kind == spec.kind]
        if not wanted or self.hash_name in fitting:
            return self.hash_name
        if not fitting:
            shown = ", ".join(sorted({f"{kind.upper()} with {name}" for kind, name in wanted}))
            raise PeerRefusedError(
                f"the EST server wants the request signed by {shown},"
                f" which a key of type {keys.describe(spec)} cannot"
            )
        return fitting[0]

    def _subject(self, wanted: tuple[tuple[str, bytes | None], ...]) -> x509.Name:
        """Return the subject; what the server dictates is added to an enrolment where it lacks."""
        subject = self.subject
        for oid, value in wanted:
            found = subject.get_attributes_for_oid(x509.ObjectIdentifier(oid))
            if value is None:
                if not found:
                    raise PeerRefusedError(
                        f"the EST server wants the attribute {names.label(oid)} in the subject"
                    )
                continue
            dictated = _name(oid, value)
            if any(names.same_name(x509.Name([one]), dictated) for one in found):
                continue
            if found or self.renewed:
                raise PeerRefusedError(
                    f'the EST server wants "{names.display(dictated)}" in the subject,'
                    f' which is "{names.display(subject)}"'
                )
            subject = x509.Name([*subject.rdns, *dictated.rdns])
        return subject

    def _extensions(self, wanted: tuple[WantedExtension, ...]) -> Iterator[Extension]:
        for one in wanted:
            if one.oid == _CONSTRAINTS and one.value not in (None, b"\x30\x00"):
                raise PeerRefusedError("the EST server wants a request for a CA certificate")
            if one.oid == _SAN:
                value = self._alternative_names(one.value)
            else:
                value = one.value if one.value is not None else self._own_value(one.oid)
            if value is not None:
                yield Extension(one.oid, one.critical, value)
            elif one.critical:
                raise PeerRefusedError(
                    f"the EST server wants the critical extension {one.oid} in the request,"
                    " for which there is no value"
                )

    def _alternative_names(self, dictated: bytes | None) -> bytes | None:
        """Return our alternative names with those that the server dictates."""
        own = _general_names(self.san.public_bytes()) if self.san is not None else []
        more = [name for name in _general_names(dictated or b"\x30\x00") if name not in own]
        if more and self.renewed:
            raise PeerRefusedError(
                "the EST server wants alternative names in the request that the certificate to be"
                " renewed has not"
            )
        return asn1.encode(asn1.SEQUENCE, *own, *more) if own or more else None

    def _own_value(self, oid: str) -> bytes | None:
        """Return what the certificate to be renewed has, else what a router's has."""
        if oid == _KEY_IDENTIFIER:
            return x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()).public_bytes()
        if self.renewed:
            for extension in certificates.parse(self.renewed).extensions:
                if extension.oid.dotted_string == oid:
                    value: bytes = extension.value.public_bytes()
                    return value
        if oid == _KEY_USAGE:
            return _key_usage(keys.spec_of(self.key))
        if oid == _PURPOSES:
            return x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
            ).public_bytes()
        return None


def _check_key(spec: KeySpec, wanted: tuple[KeySpec, ...]) -> None:
    fits = any(
        one.kind == spec.kind and one.size in (0, spec.size) and one.curve in ("", spec.curve)
        for one in wanted
    )
    if wanted and not fits:
        shown = " or ".join(
            f"{one.kind.upper()} {one.curve or one.size or ''}".rstrip() for one in wanted
        )
        raise PeerRefusedError(
            f"the EST server wants a key of type {shown}, not {keys.describe(spec)}",
            hint="generate such a key, or have key-generation of the update profile do so",
        )


def _key_usage(spec: KeySpec) -> bytes:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=spec.kind == "rsa",
        data_encipherment=False,
        key_agreement=spec.kind == "ecdsa",
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    ).public_bytes()


def _general_names(value: bytes) -> list[bytes]:
    """Return the names (DER) that are in a GeneralNames; an empty one is only a placeholder."""
    try:
        outer = asn1.read(value)
        return [name.whole for name in asn1.elements(outer.content) if name.content]
    except InvalidInputError:
        raise PeerRefusedError(
            "the EST server wants alternative names that cannot be read"
        ) from None


def _name(oid: str, value: bytes) -> x509.Name:
    """Return the name with the one attribute that the server dictates."""
    single = asn1.encode(asn1.SEQUENCE, asn1.encode_oid(oid), value)
    try:
        return names.parse_name(asn1.encode(asn1.SEQUENCE, asn1.encode(0x31, single)))
    except InvalidInputError:
        raise PeerRefusedError(
            f"the EST server wants a value of {names.label(oid)} that cannot be read"
        ) from None
