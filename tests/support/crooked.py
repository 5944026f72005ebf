"""Certificates, CRLs and requests put together octet by octet, so that they can be nearly DER.

A part that is not given is written as it should be. Everything is signed over the octets as they
stand, so what is made here is as good as what the CAs make that write such things.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from srpki.x509 import keys
from srpki.x509.der import (
    BIT_STRING,
    INTEGER,
    OCTET_STRING,
    SEQUENCE,
    elements,
    encode,
    encode_oid,
    read,
)

SET, BOOLEAN, NULL = 0x31, 0x01, b"\x05\x00"
UTF8, PRINTABLE, T61, IA5, BMP, VISIBLE = 0x0C, 0x13, 0x14, 0x16, 0x1E, 0x1A
TRUE, FALSE, TRUE_AS_01 = b"\x01\x01\xff", b"\x01\x01\x00", b"\x01\x01\x01"
ECDSA_SHA256 = encode(SEQUENCE, encode_oid("1.2.840.10045.4.3.2"))
ECDSA_SHA256_NULL = encode(SEQUENCE, encode_oid("1.2.840.10045.4.3.2"), NULL)


def integer(value: int) -> bytes:
    return encode(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def attribute(oid: str, tag: int, value: bytes) -> bytes:
    return encode(SEQUENCE, encode_oid(oid), encode(tag, value))


def name(*attributes: bytes) -> bytes:
    """A Name with one attribute in each RDN."""
    return encode(SEQUENCE, *(encode(SET, one) for one in attributes))


def common_name(text: str | bytes, tag: int = UTF8) -> bytes:
    return name(attribute("2.5.4.3", tag, text.encode() if isinstance(text, str) else text))


def extension(oid: str, value: bytes, critical: bytes = b"") -> bytes:
    return encode(SEQUENCE, encode_oid(oid), critical, encode(OCTET_STRING, value))


def utc_time(moment: datetime) -> bytes:
    return encode(0x17, f"{moment:%y%m%d%H%M%SZ}".encode())


@dataclass
class Maker:
    """A key under a name, which signs what it is given."""

    subject: bytes
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def spki(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, content: bytes, algorithm: bytes = ECDSA_SHA256) -> bytes:
        signature = self.key.sign(content, ec.ECDSA(hashes.SHA256()))
        return encode(SEQUENCE, content, algorithm, encode(BIT_STRING, b"\0" + signature))

    def certificate(
        self,
        subject: bytes,
        spki: bytes,
        extensions: Sequence[bytes] | None = (),
        *,
        start: datetime = datetime(2026, 1, 1, tzinfo=UTC),
        end: datetime = datetime(2036, 1, 1, tzinfo=UTC),
        serial: bytes = b"\x02\x01\x05",
        algorithm: bytes = ECDSA_SHA256,
        outer_algorithm: bytes | None = None,
        issuer: bytes | None = None,
        version: bytes = b"\xa0\x03\x02\x01\x02",
        validity: bytes | None = None,
    ) -> bytes:
        """A certificate for *subject* and *spki*; *extensions* None leaves the field out."""
        content = encode(
            SEQUENCE,
            version,
            serial,
            algorithm,
            self.subject if issuer is None else issuer,
            validity or encode(SEQUENCE, utc_time(start), utc_time(end)),
            subject,
            spki,
            b"" if extensions is None else encode(0xA3, encode(SEQUENCE, *extensions)),
        )
        return self.sign(content, algorithm if outer_algorithm is None else outer_algorithm)


BASIC, USAGE, PURPOSES, ALTERNATIVE = "2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17"
ISSUER_KEY, POLICIES, POINTS, CONSTRAINTS = "2.5.29.35", "2.5.29.32", "2.5.29.31", "2.5.29.30"
POLICY_CONSTRAINTS, ANY_POLICY, ACCESS = "2.5.29.36", "2.5.29.54", "1.3.6.1.5.5.7.1.1"
SUBJECT_KEY, ISSUER_ALTERNATIVE, TIMESTAMPS = "2.5.29.14", "2.5.29.18", "1.3.6.1.4.1.11129.2.4.2"


@dataclass(frozen=True)
class Kind:
    """A way in which CAs write what is not DER, or not as RFC 5280 has it.

    *field* is what is odd. An extension takes the place of the one with its number; *details* are
    those of `Maker.certificate`; *ca* says of which certificates it may be said, None of all.
    """

    field: str
    extension: bytes = b""
    details: dict[str, object] = field(default_factory=dict)
    ca: bool | None = None

    def extensions(self, *usual: bytes) -> list[bytes]:
        """The *usual* extensions with ours."""
        oid = self.extension[2 : 4 + self.extension[3]] if self.extension else b"none"
        kept = [one for one in usual if not one[2:].startswith(oid)]
        return [*kept, self.extension] if self.extension else kept


def policy(qualifier: str, *value: bytes) -> bytes:
    one = encode(SEQUENCE, encode_oid(qualifier), *value)
    return encode(SEQUENCE, encode(SEQUENCE, encode_oid("1.3.6.1.4.1.99"), encode(SEQUENCE, one)))


def notice(*texts: bytes) -> bytes:
    return policy("1.3.6.1.5.5.7.2.2", encode(SEQUENCE, *texts))


def named(tag: int, value: str | bytes) -> Kind:
    return Kind("subject", details={"subject": common_name(value, tag)})


def alternative(*names: bytes) -> Kind:
    return Kind("subjectAltName", extension(ALTERNATIVE, encode(SEQUENCE, *names)))


_GOOD_NAME = encode(0x82, b"gw.example.net")
_ISSUER_DN = encode(0xA1, encode(0xA4, common_name("root")))
KINDS = {
    "cA FALSE": Kind("basicConstraints", extension(BASIC, encode(SEQUENCE, FALSE)), ca=False),
    "critical FALSE": Kind(
        "extKeyUsage", extension(PURPOSES, encode(SEQUENCE, encode_oid("1.3.6.1.5.5.7.3.2")), FALSE)
    ),
    "cA TRUE as 01": Kind(
        "basicConstraints", extension(BASIC, encode(SEQUENCE, TRUE_AS_01), TRUE), ca=True
    ),
    "critical TRUE as 01": Kind("keyUsage", extension(USAGE, b"\x03\x02\x01\x86", TRUE_AS_01)),
    "path length without cA": Kind(
        "basicConstraints", extension(BASIC, encode(SEQUENCE, integer(0))), ca=False
    ),
    "bits set that are not used": Kind("keyUsage", extension(USAGE, b"\x03\x02\x01\x87")),
    "decipherOnly without keyAgreement": Kind(
        "keyUsage", extension(USAGE, b"\x03\x03\x07\x86\x80")
    ),
    "_ in PrintableString": named(PRINTABLE, "gw_1"),
    "@ in PrintableString": named(PRINTABLE, "a@b.example"),
    "* in PrintableString": named(PRINTABLE, "*.example.net"),
    "& in PrintableString": named(PRINTABLE, "A & B!#"),
    "UTF-8 in PrintableString": named(PRINTABLE, "Köln"),
    "Latin-1 in T61String": named(T61, "Köln".encode("latin-1")),
    "Latin-1 in IA5String": named(IA5, "Köln".encode("latin-1")),
    "a BIT STRING as a name": named(BIT_STRING, b"\0ab"),
    "RDN not sorted": Kind(
        "subject",
        details={
            "subject": encode(
                SEQUENCE,
                encode(SET, attribute("2.5.4.10", UTF8, b"Lab"), attribute("2.5.4.3", UTF8, b"gw")),
            )
        },
    ),
    "RDN empty": Kind(
        "subject",
        details={
            "subject": encode(
                SEQUENCE, encode(SET), *[encode(SET, attribute("2.5.4.3", UTF8, b"gw"))]
            )
        },
    ),
    "RDN with one attribute twice": Kind(
        "subject",
        details={
            "subject": encode(SEQUENCE, encode(SET, *[attribute("2.5.4.3", UTF8, b"gw")] * 2))
        },
    ),
    "CPS that is not ASCII": Kind(
        "certificatePolicies",
        extension(POLICIES, policy("1.3.6.1.5.5.7.2.1", encode(IA5, "http://köln/".encode()))),
    ),
    "notice in VisibleString, Latin-1": Kind(
        "certificatePolicies", extension(POLICIES, notice(encode(VISIBLE, b"K\xf6ln")))
    ),
    "notice in T61String": Kind(
        "certificatePolicies", extension(POLICIES, notice(encode(T61, b"K\xf6ln")))
    ),
    "qualifier that nobody knows": Kind(
        "certificatePolicies", extension(POLICIES, policy("1.2.3", NULL))
    ),
    "authority key: issuer alone": Kind(
        "authorityKeyIdentifier", extension(ISSUER_KEY, encode(SEQUENCE, _ISSUER_DN))
    ),
    "authority key: serial alone": Kind(
        "authorityKeyIdentifier",
        extension(ISSUER_KEY, encode(SEQUENCE, encode(0x80, b"key"), encode(0x82, b"\x07"))),
    ),
    "NULL beside ECDSA": Kind("signature", details={"algorithm": ECDSA_SHA256_NULL}),
    "x400Address": alternative(_GOOD_NAME, encode(0xA3, encode(SEQUENCE))),
    "ediPartyName": alternative(_GOOD_NAME, encode(0xA5, encode(0xA1, encode(UTF8, b"x")))),
    "an address of 5 octets": alternative(_GOOD_NAME, encode(0x87, b"12345")),
    "Latin-1 in dNSName": alternative(_GOOD_NAME, encode(0x82, b"k\xf6ln.example")),
    "directoryName with _": alternative(_GOOD_NAME, encode(0xA4, common_name("gw_1", PRINTABLE))),
    "no purpose": Kind("extKeyUsage", extension(PURPOSES, encode(SEQUENCE))),
    "a point that points nowhere": Kind(
        "cRLDistributionPoints", extension(POINTS, encode(SEQUENCE, encode(SEQUENCE)))
    ),
    "minimum 0": Kind(
        "nameConstraints",
        extension(
            CONSTRAINTS,
            encode(
                SEQUENCE, encode(0xA0, encode(SEQUENCE, encode(0x82, b""), encode(0x80, b"\0")))
            ),
        ),
        ca=True,
    ),
    "key identifier as BIT STRING": Kind(
        "subjectKeyIdentifier", extension(SUBJECT_KEY, b"\x03\x02\x00a")
    ),
    "issuerAltName is garbage": Kind("issuerAltName", extension(ISSUER_ALTERNATIVE, b"garbage")),
    "timestamps are garbage": Kind(
        "signedCertificateTimestampList", extension(TIMESTAMPS, b"garbage")
    ),
    "serial number 0": Kind("serialNumber", details={"serial": b"\x02\x01\x00"}),
    "serial number -1": Kind("serialNumber", details={"serial": b"\x02\x01\xff"}),
    "serial number of 20 octets, negative": Kind(
        "serialNumber", details={"serial": b"\x02\x14" + b"\x80" * 20}
    ),
    "times without seconds": Kind(
        "validity",
        details={
            "validity": encode(SEQUENCE, encode(0x17, b"2601010000Z"), encode(0x17, b"3601010000Z"))
        },
    ),
    "times with a zone": Kind(
        "validity",
        details={
            "validity": encode(
                SEQUENCE, encode(0x17, b"260101010000+0100"), encode(0x18, b"20360101000000.5Z")
            )
        },
    ),
}
"""Every kind that openssl reads and the strict reader does not."""


def authority(kind: Kind | None = None, subject: bytes | None = None) -> tuple[Maker, bytes]:
    """A root, and its certificate with what *kind* changes in it."""
    kind = kind or Kind("")
    details = dict(kind.details)
    maker = Maker(details.pop("subject", None) or subject or common_name("root"))
    usual = (
        extension(BASIC, encode(SEQUENCE, TRUE), TRUE),
        extension(USAGE, b"\x03\x02\x01\x06", TRUE),
    )
    return maker, maker.certificate(maker.subject, maker.spki, kind.extensions(*usual), **details)


def leaf(maker: Maker, spki: bytes, kind: Kind | None = None, **more: object) -> bytes:
    """A certificate by *maker* for the key *spki*, with what *kind* changes in it."""
    kind = kind or Kind("")
    details = {"subject": common_name("gw")} | dict(kind.details) | more
    usual = (extension(BASIC, encode(SEQUENCE)), extension(USAGE, b"\x03\x02\x07\x80"))
    return maker.certificate(spki=spki, extensions=kind.extensions(*usual), **details)


def rewritten(der: bytes, kind: Kind, key: object, serial: int | None = None) -> bytes:
    """The certificate *der* with what *kind* changes in it, signed anew by *key*."""
    content, algorithm, _ = elements(read(der).content)
    version, number, _, issuer, validity, subject, spki, *rest = elements(content.content)
    listed = elements(read(rest[-1].content).content)
    extensions = kind.extensions(*(one.whole for one in listed))
    details = kind.details
    written = details.get("algorithm", algorithm.whole)
    changed = encode(
        SEQUENCE,
        version.whole,
        number.whole if serial is None else integer(serial),
        written,
        issuer.whole,
        details.get("validity", validity.whole),
        details.get("subject", subject.whole),
        spki.whole,
        encode(0xA3, encode(SEQUENCE, *extensions)),
    )
    signature = keys.sign(key, changed, "sha256")
    return encode(SEQUENCE, changed, written, encode(BIT_STRING, b"\0" + signature))


def entry(serial: bytes, *extensions: bytes, at: bytes | None = None) -> bytes:
    """An entry of a CRL for *serial* (an INTEGER)."""
    more = (encode(SEQUENCE, *extensions),) if extensions else ()
    return encode(SEQUENCE, serial, at or utc_time(datetime(2026, 2, 1, tzinfo=UTC)), *more)


def revocation_list(
    maker: Maker,
    entries: Sequence[bytes] = (),
    extensions: Sequence[bytes] = (),
    *,
    algorithm: bytes = ECDSA_SHA256,
    issuer: bytes | None = None,
    this_update: bytes | None = None,
) -> bytes:
    """A CRL by *maker* of 2026/01/01, good until 2036."""
    content = encode(
        SEQUENCE,
        integer(1),
        algorithm,
        issuer or maker.subject,
        this_update or utc_time(datetime(2026, 1, 1, tzinfo=UTC)),
        utc_time(datetime(2036, 1, 1, tzinfo=UTC)),
        encode(SEQUENCE, *entries) if entries else b"",
        encode(0xA0, encode(SEQUENCE, *extensions)) if extensions else b"",
    )
    return maker.sign(content, algorithm)


def request(
    maker: Maker, *extensions: bytes, subject: bytes | None = None, algorithm: bytes = ECDSA_SHA256
) -> bytes:
    """A PKCS#10 by *maker* that asks for *extensions*."""
    asked = encode(
        SEQUENCE,
        encode_oid("1.2.840.113549.1.9.14"),
        encode(SET, encode(SEQUENCE, *extensions)),
    )
    content = encode(
        SEQUENCE,
        integer(0),
        maker.subject if subject is None else subject,
        maker.spki,
        encode(0xA0, asked if extensions else b""),
    )
    return maker.sign(content, algorithm)


def answer(
    signer: Maker,
    issuer: Maker,
    serial: bytes,
    *,
    status: bytes = b"\x80\x00",
    version: bytes = b"",
    extensions: Sequence[bytes] = (),
    certificates: Sequence[bytes] = (),
    algorithm: bytes = ECDSA_SHA256,
    statements: Sequence[bytes] = (),
) -> bytes:
    """An OCSP answer by *signer* about the certificate of *issuer* with number *serial*."""
    *_, bits = elements(read(issuer.spki).content)
    named = encode(
        SEQUENCE,
        encode(SEQUENCE, encode_oid("1.3.14.3.2.26"), NULL),
        encode(OCTET_STRING, hashlib.sha1(issuer.subject).digest()),
        encode(OCTET_STRING, hashlib.sha1(bits.content[1:]).digest()),
        serial,
    )
    begins, ends = (encode(0x18, f"20{year}0101000000Z".encode()) for year in (26, 36))
    about = encode(SEQUENCE, named, status, begins, encode(0xA0, ends))
    content = encode(
        SEQUENCE,
        version,
        encode(0xA1, signer.subject),
        begins,
        encode(SEQUENCE, *statements, about),
        encode(0xA1, encode(SEQUENCE, *extensions)) if extensions else b"",
    )
    content_and_signature = read(signer.sign(content, algorithm)).content
    more = encode(0xA0, encode(SEQUENCE, *certificates)) if certificates else b""
    basic = encode(SEQUENCE, content_and_signature, more)
    kind = encode_oid("1.3.6.1.5.5.7.48.1.1")
    outer = encode(0xA0, encode(SEQUENCE, kind, encode(OCTET_STRING, basic)))
    return encode(SEQUENCE, b"\x0a\x01\x00", outer)
