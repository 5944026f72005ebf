"""The second reader passes nothing over: a field that it does not know could be the one that counts.

What is signed is right, one field beside is not; openssl does not read it either.
"""

import subprocess

import pytest
from crooked import (
    FALSE,
    SEQUENCE,
    TRUE,
    Maker,
    authority,
    common_name,
    encode,
    entry,
    extension,
    request,
    revocation_list,
)

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, crl, csr, der, distribution_points
from srpki.x509.lenient import asn1

FIVE = b"\x02\x01\x05"
TIME = encode(0x17, b"360101000000Z")


def openssl_reads(kind, octets):
    """Say whether openssl reads *octets* as *kind*, a command of its own."""
    done = subprocess.run(
        ["openssl", kind, "-inform", "DER", "-noout", "-text"],
        input=octets, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode == 0


def bent(maker, octets, change):
    """Return the SIGNED structure *octets* with its fields as *change* has them, signed anew."""
    content, algorithm, _ = der.elements(der.read(octets).content)
    fields = [one.whole for one in der.elements(content.content)]
    return maker.sign(encode(SEQUENCE, *change(fields)), algorithm.whole)


CRLS = {  # number, algorithm, issuer, thisUpdate, nextUpdate, entries, extensions
    "nextUpdate of another type": lambda f: [*f[:4], encode(0x37, b"360101000000Z"), *f[5:]],
    "nextUpdate that is text": lambda f: [*f[:4], encode(0x16, b"360101000000Z"), *f[5:]],
    "nextUpdate twice": lambda f: [*f[:5], TIME, *f[5:]],
    "entries under another tag": lambda f: [*f[:5], encode(0x31, f[5][2:]), *f[6:]],
    "entries behind the extensions": lambda f: [*f[:5], f[6], f[5]],
    "extensions under another tag": lambda f: [*f[:6], encode(0xA1, f[6][2:])],
    "extensions twice": lambda f: [*f, f[6]],
    "something at the end": lambda f: [*f, b"\x05\x00"],
}


@pytest.fixture
def listed():
    """A CA, its certificate, and a CRL that lists number 5, as the strict reader does not take it."""
    maker, certificate = authority()
    extensions = [extension("2.5.29.20", b"\x02\x01\x07", FALSE)]
    return maker, certificate, revocation_list(maker, [entry(FIVE)], extensions)


@pytest.mark.parametrize("change", CRLS.values(), ids=CRLS)
def test_a_list_hides_no_entries_behind_what_is_not_known(listed, change):
    maker, certificate, right = listed
    crl.check(right, certificate)
    assert crl.entry(right, 5) is not None
    assert openssl_reads("crl", right)
    wrong = bent(maker, right, change)
    assert not openssl_reads("crl", wrong)
    with pytest.raises(InvalidInputError):
        crl.check(wrong, certificate)


CERTIFICATES = {  # version, number, algorithm, issuer, validity, subject, key, extensions
    "extensions under another tag": lambda f: [*f[:7], encode(0xA4, f[7][2:])],
    "extensions twice": lambda f: [*f, f[7]],
    "extensions before a unique identifier": lambda f: [*f, encode(0x82, b"\x00x")],
    "something at the end": lambda f: [*f, b"\x05\x00"],
}


@pytest.mark.parametrize("change", CERTIFICATES.values(), ids=CERTIFICATES)
def test_a_certificate_hides_no_extensions_behind_what_is_not_known(change):
    """A CA's basicConstraints and nameConstraints stand there."""
    maker = Maker(common_name("root"))
    basic = extension("2.5.29.19", encode(SEQUENCE, b"\x01\x01\x01"), TRUE)  # TRUE as 01
    right = maker.certificate(maker.subject, maker.spki, [basic])
    assert certificates.facts(right).is_ca
    assert openssl_reads("x509", right)
    wrong = bent(maker, right, change)
    assert not openssl_reads("x509", wrong)
    with pytest.raises(InvalidInputError):
        certificates.facts(wrong)


def test_unique_identifiers_are_known():
    maker = Maker(common_name("root"))
    right = maker.certificate(
        maker.subject, maker.spki, [extension("2.5.29.19", b"\x30\x00", FALSE)]
    )
    both = [encode(0x81, b"\x00x"), encode(0x82, b"\x00y")]
    with_both = bent(maker, right, lambda fields: [*fields[:7], *both, fields[7]])
    assert openssl_reads("x509", with_both)
    assert certificates.facts(with_both).subject == "CN=root"


def test_a_request_hides_no_attributes_behind_what_is_not_known():
    maker = Maker(common_name("gw"))
    ca = extension("2.5.29.19", encode(SEQUENCE, b"\x01\x01\x01"), TRUE)
    right = request(maker, ca)
    assert csr.asks_for_ca(right)
    for change in (
        lambda fields: [*fields[:3], encode(0xA1, fields[3][2:])],
        lambda fields: [*fields, fields[3]],
        lambda fields: [*fields, b"\x05\x00"],
    ):
        with pytest.raises(InvalidInputError):
            csr.check(bent(maker, right, change))


@pytest.mark.parametrize(
    "tags", [(0x81, 0xA0), (0xA0, 0xA0), (0xA0, 0x83), (0xA1,), (0xA0, 0x81, 0x05)]
)
def test_optional_fields_stand_in_their_order_once_each_and_nothing_else(tags):
    found = [der.read(encode(tag, b"")) for tag in tags]
    with pytest.raises(InvalidInputError):
        asn1.optional(found, 0xA0, 0x81)


def test_what_is_absent_is_none():
    one = der.read(encode(0x81, b"x"))
    assert asn1.optional([one], 0xA0, 0x81, 0xA2) == (None, one, None)
    assert asn1.optional([], 0xA0) == (None,)


NAMED = encode(0xA0, encode(0xA0, encode(0x86, b"http://a.example/1.crl")))
USERS, SOME, ISSUER = (
    encode(0x81, b"\xff"),
    encode(0x83, b"\x05\x60"),
    encode(0xA4, common_name("x")),
)
NOT_FIELDS = [
    (USERS, NAMED),  # not in their order
    (NAMED, NAMED),
    (NAMED, encode(0x86, b"\xff")),  # of no known tag
    (NAMED, b"\x01\x01\xff"),
    (encode(0xA6, b""),),
]


@pytest.mark.parametrize("fields", NOT_FIELDS)
def test_a_scope_has_no_field_that_is_passed_over(fields):
    """Not critical, so the list loads all the same; what it is a list of nobody can tell."""
    maker, certificate = authority()
    listed = revocation_list(
        maker, [entry(FIVE)], [extension("2.5.29.28", encode(SEQUENCE, *fields))]
    )
    crl.check(listed, certificate)
    with pytest.raises(InvalidInputError, match="issuingDistributionPoint"):
        distribution_points.scope_of(listed, certificates.facts(certificate).canonical_subject)
    right = revocation_list(
        maker, [entry(FIVE)], [extension("2.5.29.28", encode(SEQUENCE, NAMED, USERS, SOME))]
    )
    scope = distribution_points.scope_of(right, certificates.facts(certificate).canonical_subject)
    assert (scope.user_certificates, scope.reasons) == (True, {1, 2})


@pytest.mark.parametrize("fields", NOT_FIELDS)
def test_a_distribution_point_has_no_field_that_is_passed_over(fields):
    maker = Maker(common_name("root"))

    def pointing(*point):
        value = encode(SEQUENCE, encode(SEQUENCE, *point))
        return maker.certificate(maker.subject, maker.spki, [extension("2.5.29.31", value)])

    issuer = encode(0xA2, ISSUER)
    point, last = distribution_points.points_of(pointing(NAMED, encode(0x81, b"\x05\x60"), issuer))
    assert point.reasons == {1, 2}
    assert point.crl_issuer is not None
    assert last.names is not None
    with pytest.raises(InvalidInputError, match="cRLDistributionPoints"):
        distribution_points.points_of(pointing(*fields))
