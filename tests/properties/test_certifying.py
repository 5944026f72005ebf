"""Certificates put together here are those of the library's builder, octet for octet."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.x509 import certifying, keys, signatures

EC = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
P521 = keys.generate(keys.KeySpec("ecdsa", curve="secp521r1"))
RSA = rsa.generate_private_key(public_exponent=65537, key_size=1024)
DSA = dsa.generate_private_key(key_size=1024)
SIGNERS = (EC, P521, RSA, DSA)
KEYS = tuple(key.public_key() for key in (*SIGNERS, ed25519.Ed25519PrivateKey.generate()))

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=16)
"""As long as a name may be, 64 octets of UTF-8, which the library refuses to exceed."""
ATTRIBUTES = st.one_of(
    st.builds(
        x509.NameAttribute,
        st.sampled_from([NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.USER_ID]),
        TEXT,
    ),
    st.builds(x509.NameAttribute, st.just(NameOID.COUNTRY_NAME), st.sampled_from(["DE", "FR"])),
    st.builds(
        x509.NameAttribute, st.just(NameOID.DOMAIN_COMPONENT), st.sampled_from(["lab", "net"])
    ),
)
RDNS = st.lists(ATTRIBUTES, min_size=1, max_size=3, unique_by=lambda one: one.oid).map(
    x509.RelativeDistinguishedName
)
NAMES = st.lists(RDNS, max_size=5).map(x509.Name)
INSTANTS = st.datetimes(datetime(1950, 1, 1), datetime(2190, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
ZONES = st.sampled_from(
    [UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=9))]
)
HOSTS = st.from_regex(r"[a-z]{1,20}(\.[a-z]{1,20}){0,4}", fullmatch=True)
VALUES = (
    st.builds(x509.BasicConstraints, st.just(True), st.none() | st.integers(0, 5)),
    st.just(x509.BasicConstraints(False, None)),
    st.builds(
        lambda bits: x509.KeyUsage(*bits, False, False),
        st.lists(st.booleans(), min_size=7, max_size=7),
    ),
    st.lists(
        st.sampled_from([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]),
        min_size=1,
        unique=True,
    ).map(x509.ExtendedKeyUsage),
    st.lists(HOSTS.map(x509.DNSName), min_size=1, max_size=8).map(x509.SubjectAlternativeName),
    st.binary(max_size=300).map(
        lambda octets: x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.1.2"), octets)
    ),
)
EXTENSIONS = st.lists(
    st.tuples(st.one_of(*VALUES), st.booleans()),
    min_size=1,
    max_size=6,
    unique_by=lambda pair: pair[0].oid,
)


@settings(deadline=None, max_examples=150)
@given(
    issuer=NAMES,
    subject=NAMES,
    key=st.sampled_from(KEYS),
    signer=st.sampled_from(SIGNERS),
    serial=st.integers(1, (1 << 159) - 1) | st.sampled_from([1, 127, 128, 255, 256]),
    begin=INSTANTS,
    life=st.timedeltas(timedelta(seconds=1), timedelta(days=36500)),
    zone=ZONES,
    extensions=EXTENSIONS,
)
def test_it_is_what_the_library_makes(
    issuer, subject, key, signer, serial, begin, life, zone, extensions
):
    end = (begin + life).replace(microsecond=0)
    made = certifying.certificate(
        certifying.Fields(
            serial=serial,
            issuer=issuer.public_bytes(),
            begin=begin.astimezone(zone),
            end=end.astimezone(zone),
            subject=subject.public_bytes(),
            public_key=keys.spki(key),
            extensions=[
                certifying.extension(value, critical=critical) for value, critical in extensions
            ],
        ),
        signer,
    )
    builder = x509.CertificateBuilder(issuer, subject, key, serial, begin, end)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    theirs = builder.sign(signer, SHA256())
    read = x509.load_der_x509_certificate(made)
    assert read.tbs_certificate_bytes == theirs.tbs_certificate_bytes
    assert read.signature_algorithm_oid == theirs.signature_algorithm_oid
    assert signatures.verify_certificate(made, signer.public_key())
    if signer is RSA:  # the same signature each time
        assert made == theirs.public_bytes(Encoding.DER)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: type(key).__name__)
def test_a_key_is_identified_as_the_library_does(key):
    theirs = x509.SubjectKeyIdentifier.from_public_key(key).digest
    assert certifying.key_identifier(keys.spki(key)) == theirs
