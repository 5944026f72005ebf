"""CRLs: what is read of them, and what makes them unfit for a CA profile [facts: pki.md 7.2]."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, crl, keys

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
P256 = keys.KeySpec("ecdsa", curve="secp256r1")


def authority(name, spec=P256):
    key, subject = keys.generate(spec), certificates.parse_dn(name)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=365))
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def revoking(key, issuer, *extensions):
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer)
        .last_update(NOW)
        .next_update(NOW + timedelta(days=7))
        .add_extension(x509.CRLNumber(3), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(key, hashes.SHA256())


@pytest.mark.parametrize("spec", [P256, keys.KeySpec("rsa", size=1024)])
def test_a_crl_of_the_ca_is_read_and_openssl_agrees(tmp_path, spec):
    key, certificate = authority("O=Test,CN=CA", spec)
    made = revoking(key, certificate.subject)
    facts = crl.check(made.public_bytes(DER), certificate.public_bytes(DER))
    assert facts == crl.CrlFacts(NOW, NOW + timedelta(days=7))
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(PEM))
    (tmp_path / "crl.pem").write_bytes(made.public_bytes(PEM))
    said = subprocess.run(
        ["openssl", "crl", "-in", tmp_path / "crl.pem", "-CAfile", tmp_path / "ca.pem", "-noout"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "verify OK" in said.stderr + said.stdout


def test_a_name_in_other_letters_is_the_same_ca():
    key, certificate = authority("O=Test,CN=CA")
    made = revoking(key, certificates.parse_dn("O=TEST,CN=ca"))
    crl.check(made.public_bytes(DER), certificate.public_bytes(DER))


@pytest.mark.parametrize(
    ("reason", "make"),
    [
        ("another CA", lambda key, issuer: revoking(key, certificates.parse_dn("CN=Other"))),
        ("not signed", lambda key, issuer: revoking(keys.generate(P256), issuer)),
        ("delta", lambda key, issuer: revoking(key, issuer, x509.DeltaCRLIndicator(2))),
    ],
)
def test_a_crl_that_does_not_do_is_refused_with_a_reason(reason, make):
    key, certificate = authority("O=Test,CN=CA")
    made = make(key, certificate.subject)
    with pytest.raises(InvalidInputError, match=reason):
        crl.check(made.public_bytes(DER), certificate.public_bytes(DER))


def test_no_octet_of_a_crl_can_be_changed_unnoticed():
    key, certificate = authority("O=Test,CN=CA")
    good = revoking(key, certificate.subject).public_bytes(DER)
    issuer = certificate.public_bytes(DER)
    for position in range(len(good)):
        bad = bytearray(good)
        bad[position] ^= 1
        with pytest.raises(InvalidInputError):
            crl.check(bytes(bad), issuer)


@pytest.mark.parametrize("data", [b"", b"garbage", b"0" * (crl.MAX_OCTETS + 1)])
def test_what_is_no_crl_is_refused(data):
    _, certificate = authority("O=Test,CN=CA")
    with pytest.raises(InvalidInputError):
        crl.check(data, certificate.public_bytes(DER))


@pytest.mark.parametrize("revoked", [0, 1, 300])
def test_what_a_crl_is_about_is_told_whoever_signed_it(revoked):
    builder = x509.CertificateRevocationListBuilder(
        issuer_name=certificates.parse_dn("C=DE,O=Lab,CN=CRL CA"),
        last_update=NOW,
        next_update=NOW + timedelta(days=7),
    )
    for serial in range(1, revoked + 1):
        entry = x509.RevokedCertificateBuilder(serial_number=serial, revocation_date=NOW)
        builder = builder.add_revoked_certificate(entry.build())
    found = crl.contents(builder.sign(keys.generate(P256), hashes.SHA256()).public_bytes(DER))
    assert found.entries == revoked
    assert found.issuer == "C=DE, O=Lab, CN=CRL CA"  # as a certificate is displayed [pki.md 6.3]
    assert found.dates == crl.CrlFacts(NOW, NOW + timedelta(days=7))


@pytest.mark.parametrize("data", [b"", b"garbage", b"0" * (crl.MAX_OCTETS + 1)])
def test_what_is_no_crl_is_about_nothing(data):
    with pytest.raises(InvalidInputError):
        crl.contents(data)
