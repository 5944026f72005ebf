"""CRLs: what is read of them, and what makes them unfit for a CA profile [facts: pki.md 7.2]."""

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from issuing import Ca

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, crl, keys, signatures
from srpki.x509 import der as asn1

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
    assert facts == crl.CrlFacts(NOW, NOW + timedelta(days=7), 3)
    (tmp_path / "ca.pem").write_bytes(certificate.public_bytes(PEM))
    (tmp_path / "crl.pem").write_bytes(made.public_bytes(PEM))
    said = subprocess.run(
        ["openssl", "crl", "-in", tmp_path / "crl.pem", "-CAfile", tmp_path / "ca.pem", "-noout"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "verify OK" in said.stderr + said.stdout


@pytest.mark.parametrize(("mask", "salt"), [(hashes.SHA256(), 32), (hashes.SHA384(), 0)])
def test_a_crl_with_rsassa_pss_is_read(mask, salt):
    key, certificate = authority("O=Test,CN=CA", keys.KeySpec("rsa", size=2048))
    scheme = padding.PSS(padding.MGF1(mask), salt)
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(NOW)
        .next_update(NOW + timedelta(days=7))
        .sign(key, hashes.SHA256(), rsa_padding=scheme)
        .public_bytes(DER)
    )
    ca = certificate.public_bytes(DER)
    assert crl.check(made, ca).this_update == NOW
    with pytest.raises(InvalidInputError, match="sign"):
        crl.check(made[:-1] + bytes((made[-1] ^ 1,)), ca)


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
    for position in met(100, range(len(good))):
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


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")


def test_a_critical_extension_that_is_not_known_makes_a_crl_unfit():
    key, certificate = authority("O=Test,CN=CA")
    made = revoking(key, certificate.subject, UNKNOWN)
    with pytest.raises(InvalidInputError, match=r"critical extension 1\.3\.6\.1\.4\.1\.99999\.1"):
        crl.check(made.public_bytes(DER), certificate.public_bytes(DER))


def test_a_crl_that_covers_a_part_loads():
    """[pki.md 7.2]: format, version, no delta, signature; what it covers is judged at use."""
    key, certificate = authority("O=Test,CN=CA")
    uri = x509.UniformResourceIdentifier("http://192.0.2.1/shard1.crl")
    for scope in ({"full_name": [uri]}, {"only_contains_ca_certs": True}, {"indirect_crl": True}):
        point = {
            "full_name": None,
            "relative_name": None,
            "only_contains_user_certs": False,
            "only_contains_ca_certs": False,
            "only_some_reasons": None,
            "indirect_crl": False,
            "only_contains_attribute_certs": False,
        } | scope
        made = revoking(key, certificate.subject, x509.IssuingDistributionPoint(**point))
        assert crl.check(made.public_bytes(DER), certificate.public_bytes(DER)).number == 3


def test_a_crl_that_is_signed_over_md5_does_not_count():
    key, certificate = authority("O=Test,CN=CA", keys.KeySpec("rsa", size=1024))
    made = revoking(key, certificate.subject).public_bytes(DER)
    algorithm = signatures.algorithm(key, "md5")
    signed = signatures.signed_parts(made)
    content = signed.content.replace(signed.algorithm, algorithm)
    weak = asn1.encode(
        asn1.SEQUENCE,
        content,
        algorithm,
        asn1.encode(asn1.BIT_STRING, b"\0" + keys.sign(key, content, "md5")),
    )
    with pytest.raises(InvalidInputError, match=r"the CRL is refused: .* MD5 digest is too weak"):
        crl.check(weak, certificate.public_bytes(DER))


def test_a_ca_that_may_not_sign_crls_has_none():
    key, subject = keys.generate(P256), certificates.parse_dn("O=Test,CN=CA")
    usage = x509.KeyUsage(*[False] * 5, True, *[False] * 3)  # keyCertSign
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=365))
        .add_extension(x509.BasicConstraints(True, None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    with pytest.raises(InvalidInputError, match="keyUsage"):
        crl.check(revoking(key, subject).public_bytes(DER), certificate.public_bytes(DER))


@pytest.mark.parametrize(
    ("days", "numbers", "newer"),
    [
        (1, (1, 5), True),
        (-1, (5, 1), False),
        (0, (2, 1), True),
        (0, (1, 1), False),
        (0, (None, 1), False),
        (0, (1, None), False),
        (1, (None, None), True),
    ],
)
def test_the_later_date_is_newer_and_then_the_higher_number(days, numbers, newer):
    """[pki.md 13]: thisUpdate, then CRL number."""
    one, other = numbers
    held = crl.CrlFacts(NOW, None, other)
    assert crl.CrlFacts(NOW + timedelta(days=days), None, one).newer_than(held) is newer


@pytest.mark.parametrize(("octets", "read"), [(16_777_216, True), (16_777_217, False)])
def test_a_list_has_16_mib_however_right_it_is(octets, read):
    """What fills it is an extension that nobody needs; the signature holds."""
    ca = Ca(NOW)
    oid = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")

    def filled(size):
        return (
            x509.CertificateRevocationListBuilder()
            .issuer_name(ca.name)
            .last_update(NOW)
            .next_update(NOW + timedelta(days=1))
            .add_extension(x509.UnrecognizedExtension(oid, bytes(size)), critical=False)
            .sign(ca.key, hashes.SHA256())
            .public_bytes(DER)
        )

    made = b""
    while len(made) != octets:  # an ECDSA signature is an octet shorter at times
        made = filled(octets - len(filled(16_000_000)) + 16_000_000)
    if read:
        assert crl.check(made, ca.certificate).this_update == NOW
    else:
        with pytest.raises(InvalidInputError, match="too long"):
            crl.check(made, ca.certificate)
