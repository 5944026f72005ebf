"""OCSP at the lab CA: of whose certificates it speaks, and what it says [RFC 6960, 4.1.1, 4.2]."""

import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp

from srpki.core.entropy import SystemEntropy
from srpki.labca import revocation
from srpki.labca.authority import Authority
from srpki.x509 import certificates, names

HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}


def named(certificate, algorithm):
    """Return the hashes of name and key of a CA's *certificate* (DER), as a CertID has them."""
    parsed = x509.load_der_x509_certificate(certificate)
    key = x509.SubjectKeyIdentifier.from_public_key(parsed.public_key()).digest
    if algorithm != "sha1":  # the library makes it by SHA-1 alone: over the bits of the key
        public = parsed.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        key = hashlib.new(algorithm, public).digest()
    return hashlib.new(algorithm, parsed.subject.public_bytes()).digest(), key


@pytest.fixture
def issued(authority, device_key):
    return authority.issue(device_key.public_key(), names.parse_dn("CN=gw"))


@pytest.mark.parametrize("algorithm", HASHES)
@pytest.mark.parametrize("name", ["ours", "another"])
@pytest.mark.parametrize("key", ["ours", "another"])
@pytest.mark.parametrize("state", ["good", "revoked"])
def test_our_serial_number_under_another_issuer_is_unknown(
    authority, clock, issued, algorithm, name, key, state
):
    """Another CA may have given out the number, and may have our name or our key."""
    other = Authority(None, clock, SystemEntropy())
    issuers = {"ours": authority.issuing.certificate, "another": other.root}
    name_hash, _ = named(issuers[name], algorithm)
    _, key_hash = named(issuers[key], algorithm)
    if state == "revoked":
        authority.revoke(issued.certificate)
    question = (
        ocsp.OCSPRequestBuilder()
        .add_certificate_by_hash(name_hash, key_hash, issued.serial, HASHES[algorithm])
        .build()
    )
    answer = revocation.status(authority, question)
    expected = state if (name, key) == ("ours", "ours") else "unknown"
    assert answer.certificate_status.name.lower() == expected
    assert answer.serial_number == issued.serial


def test_a_serial_number_that_was_never_given_out_is_unknown(authority, issued):
    name_hash, key_hash = named(authority.issuing.certificate, "sha1")
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        name_hash, key_hash, issued.serial + 1, hashes.SHA1()
    )
    answer = revocation.status(authority, builder.build())
    assert answer.certificate_status == ocsp.OCSPCertStatus.UNKNOWN


def test_the_servers_of_the_ca_are_known(authority):
    name_hash, key_hash = named(authority.issuing.certificate, "sha1")
    for own in (authority.cmp_signer, authority.tls):
        serial = certificates.facts(own.certificate).serial
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
            name_hash, key_hash, serial, hashes.SHA1()
        )
        answer = revocation.status(authority, builder.build())
        assert answer.certificate_status == ocsp.OCSPCertStatus.GOOD
