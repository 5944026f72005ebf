"""Requests: openssl verifies each of ours, and we verify or refuse others'."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from prepared import dsa_key

from srpki.core.errors import InvalidInputError, UsageError
from srpki.x509 import csr, keys, names, signatures
from srpki.x509 import der as asn1
from srpki.x509.keys import KeySpec

SUBJECT = names.parse_dn("C=DE,O=Lab,CN=gw")
KEYS = {
    "rsa": keys.generate(KeySpec("rsa", 2048)),
    "dsa": dsa_key(),
    "ecdsa": keys.generate(KeySpec("ecdsa", curve="secp256r1")),
}
OPENSSL_NAMES = {  # the names openssl req prints, from its objects table
    ("rsa", "md5"): "md5WithRSAEncryption",
    ("rsa", "sha1"): "sha1WithRSAEncryption",
    ("rsa", "sha224"): "sha224WithRSAEncryption",
    ("rsa", "sha256"): "sha256WithRSAEncryption",
    ("rsa", "sha384"): "sha384WithRSAEncryption",
    ("rsa", "sha512"): "sha512WithRSAEncryption",
    ("dsa", "sha1"): "dsaWithSHA1",
    ("dsa", "sha224"): "dsa_with_SHA224",
    ("dsa", "sha256"): "dsa_with_SHA256",
    ("ecdsa", "sha1"): "ecdsa-with-SHA1",
    ("ecdsa", "sha224"): "ecdsa-with-SHA224",
    ("ecdsa", "sha256"): "ecdsa-with-SHA256",
    ("ecdsa", "sha384"): "ecdsa-with-SHA384",
    ("ecdsa", "sha512"): "ecdsa-with-SHA512",
}


@pytest.mark.parametrize(("kind", "hash_name"), OPENSSL_NAMES)
def test_openssl_verifies_every_kind_of_request(kind, hash_name, openssl):
    san = names.san("gw.example.net", "192.0.2.7")
    der = csr.build(KEYS[kind], SUBJECT, san, hash_name)
    shown = openssl(
        "req", "-inform", "DER", "-verify", "-noout", "-text", "-nameopt", "compat", octets=der
    ).decode()
    assert f"Signature Algorithm: {OPENSSL_NAMES[kind, hash_name]}" in shown
    assert "Subject: C=DE, O=Lab, CN=gw" in shown
    assert "DNS:gw.example.net, IP Address:192.0.2.7" in shown
    found = csr.check(der, own=True)
    assert found.subject == SUBJECT and found.san == san and found.hash_name == hash_name
    assert found.spki == keys.spki(KEYS[kind]) and found.challenge == ""


@pytest.mark.parametrize("hash_name", ["sha384", "sha512"])
def test_dsa_with_the_long_hashes_that_openssl_3_0_cannot_verify(hash_name):
    der = csr.build(KEYS["dsa"], SUBJECT, hash_name=hash_name)
    assert csr.check(der).hash_name == hash_name
    # NIST CSOR: id-dsa-with-sha384 and -sha512 are 2.16.840.1.101.3.4.3.3 and .4
    last = {"sha384": "03", "sha512": "04"}[hash_name]
    assert signatures.signed_parts(der).algorithm.hex() == "300b06096086480165030403" + last


def test_a_request_that_others_have_signed_over_md5_proves_nothing():
    der = csr.build(KEYS["rsa"], SUBJECT, hash_name="md5")
    with pytest.raises(csr.NotSignedError, match="MD5 digest is too weak"):
        csr.check(der)
    with pytest.raises(csr.NotSignedError, match="not signed by its own key"):
        csr.check(der[:-1] + bytes((der[-1] ^ 1,)), own=True)


@pytest.mark.parametrize("kind", ["dsa", "ecdsa"])
def test_md5_goes_with_rsa_only(kind):
    with pytest.raises(UsageError, match="md5"):
        csr.build(KEYS[kind], SUBJECT, hash_name="md5")


def test_printable_and_challenge(openssl):
    der = csr.build(KEYS["ecdsa"], SUBJECT, printable=True, challenge="tls-unique-value")
    shown = openssl(
        "req", "-inform", "DER", "-noout", "-subject", "-nameopt", "multiline,show_type", octets=der
    )
    assert shown.decode().count("PRINTABLESTRING:") == 3
    assert csr.check(der).challenge == "tls-unique-value"
    text = openssl("req", "-inform", "DER", "-noout", "-text", octets=der).decode()
    assert "challengePassword" in text and "tls-unique-value" in text


def test_an_empty_subject_makes_the_alternative_name_critical():
    # RFC 5280, 4.2.1.6
    der = csr.build(KEYS["ecdsa"], x509.Name([]), names.san("a.example"))
    assert x509.load_der_x509_csr(der).extensions[0].critical


def test_a_request_of_openssl_is_read(openssl, tmp_path):
    key = tmp_path / "key.pem"
    key.write_bytes(openssl("genrsa", "2048"))
    der = openssl(
        "req", "-new", "-key", str(key), "-outform", "DER", "-subj", "/C=DE/CN=peer",
        "-addext", "subjectAltName=DNS:peer.example",
    )  # fmt: skip
    found = csr.check(der)
    assert names.display(found.subject) == "C=DE, CN=peer"
    assert names.alternative_names(found.san) == (("dns", "peer.example"),)


def test_a_request_signed_with_eddsa_is_read():
    key = ed25519.Ed25519PrivateKey.generate()
    request = x509.CertificateSigningRequestBuilder(SUBJECT).sign(key, None)
    assert csr.check(request.public_bytes(Encoding.DER)).hash_name == ""


def test_a_request_signed_by_another_key_or_changed_is_refused():
    der = csr.build(KEYS["ecdsa"], SUBJECT)
    with pytest.raises(InvalidInputError, match="own key"):
        csr.check(der.replace(b"Lab", b"Bal"))
    other = csr.build(keys.generate(KeySpec("ecdsa", curve="secp256r1")), SUBJECT)
    mine, theirs = signatures.signed_parts(der), signatures.signed_parts(other)
    forged = asn1.encode(
        0x30, mine.content, mine.algorithm, asn1.encode(0x03, b"\x00" + theirs.signature)
    )
    with pytest.raises(InvalidInputError, match="own key"):
        csr.check(forged)


def test_an_algorithm_of_another_key_type_is_refused():
    der = csr.build(KEYS["ecdsa"], SUBJECT)
    parts = signatures.signed_parts(der)
    for wrong in (
        signatures.algorithm(KEYS["rsa"], "sha256"),
        signatures.algorithm(KEYS["dsa"], "sha256"),
    ):
        forged = asn1.encode(
            0x30, parts.content, wrong, asn1.encode(0x03, b"\x00" + parts.signature)
        )
        with pytest.raises(InvalidInputError):
            csr.check(forged)


def test_what_is_no_request_is_refused(root):
    der = csr.build(KEYS["ecdsa"], SUBJECT)
    for bad in (b"", der[:-1], der + b"\x00", root.der, bytes(70_000)):
        with pytest.raises(InvalidInputError):
            csr.check(bad)


def test_rsa_identifiers_have_null_and_the_others_nothing():
    # RFC 4055, 5 and RFC 5758, 3: octets written out by hand
    assert signatures.algorithm(KEYS["rsa"], "sha256").hex() == "300d06092a864886f70d01010b0500"
    assert signatures.algorithm(KEYS["ecdsa"], "sha256").hex() == "300a06082a8648ce3d040302"
    assert signatures.algorithm(KEYS["dsa"], "sha256").hex() == "300b0609608648016503040302"


def test_an_absent_rsa_parameter_verifies_too():
    bare = bytes.fromhex("300b06092a864886f70d01010b")
    signature = keys.sign(KEYS["rsa"], b"data", "sha256")
    public = KEYS["rsa"].public_key()
    assert signatures.verify(public, bare, signature, b"data")
    assert not signatures.verify(public, bare, signature, b"other")
    assert not signatures.verify(public, bare, signature[:-1], b"data")
    with pytest.raises(InvalidInputError):
        signatures.verify(public, bytes.fromhex("300506032a0304"), signature, b"data")
