"""Protection: known answers, every algorithm both ways, and what is refused."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import (
    ec,
    ed448,
    ed25519,
    padding,
    rsa,
)
from prepared import dsa_key
from pyasn1.codec.der.encoder import encode
from pyasn1.type import univ
from pyasn1_modules import rfc2459, rfc4055, rfc4210

from srpki.core.errors import ProtocolError, UsageError
from srpki.protocol.cmp import bodies, mac, messages, protect
from srpki.protocol.cmp.header import Header
from srpki.x509 import keys

RSA = rsa.generate_private_key(65537, 2048)
DSA = dsa_key()
EC = ec.generate_private_key(ec.SECP256R1())
SALT = b"0123456789abcdef"
OWF = {
    "1.3.14.3.2.26": "sha1",
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
MACS = {
    "1.3.6.1.5.5.8.1.2": "sha1",
    "1.2.840.113549.2.7": "sha1",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.11": "sha512",
}


class Recorded:
    """Protects with an algorithm and a function given to it."""

    def __init__(self, algorithm: bytes, function) -> None:
        self.algorithm = algorithm
        self.protect = function


def message(protector, extra_certs=()):
    header = Header(transaction_id=b"t" * 16)
    data = messages.encode(header, bodies.encode_pki_confirm(), protector, extra_certs)
    return messages.decode(data)


def algorithm(oid: str, parameters=None) -> rfc2459.AlgorithmIdentifier:
    identifier = rfc2459.AlgorithmIdentifier()
    identifier["algorithm"] = univ.ObjectIdentifier(oid)
    if parameters is not None:
        identifier["parameters"] = univ.Any(parameters)
    return identifier


def pbm(owf: str, mac: str, *, salt: bytes = SALT, iterations: int = 500) -> bytes:
    parameters = rfc4210.PBMParameter()
    parameters["salt"] = salt
    parameters["owf"]["algorithm"] = univ.ObjectIdentifier(owf)
    parameters["iterationCount"] = iterations
    parameters["mac"]["algorithm"] = univ.ObjectIdentifier(mac)
    return encode(algorithm("1.2.840.113533.7.66.13", encode(parameters)))


def mac_of(data: bytes, secret: bytes, owf: str, mac: str, iterations: int = 500) -> bytes:
    """RFC 4210, 5.1.3.1, step by step."""
    key = secret + SALT
    for _ in range(iterations):
        key = hashlib.new(owf, key).digest()
    return hmac.new(key, data, mac).digest()


def pbmac1(
    prf: str | None = "1.2.840.113549.2.9",
    mac: str = "1.2.840.113549.2.9",
    *,
    salt: bytes = SALT,
    iterations: int = 500,
    length: int | None = 32,
    derivation: str = "1.2.840.113549.1.5.12",
) -> bytes:
    """An AlgorithmIdentifier of PBMAC1, put together by pyasn1 [RFC 8018, A.2 and A.5]."""
    inner = univ.Sequence()
    fields = [univ.OctetString(salt), univ.Integer(iterations)]
    fields += [] if length is None else [univ.Integer(length)]
    fields += [] if prf is None else [algorithm(prf, b"\x05\x00")]
    for place, field in enumerate(fields):
        inner.setComponentByPosition(place, field)
    outer = univ.Sequence()
    outer.setComponentByPosition(0, algorithm(derivation, encode(inner)))
    outer.setComponentByPosition(1, algorithm(mac, b"\x05\x00"))
    return encode(algorithm("1.2.840.113549.1.5.14", encode(outer)))


# --- password-based MAC ----------------------------------------------------------------------------


@pytest.mark.parametrize("owf", OWF)
@pytest.mark.parametrize("function", MACS)
def test_mac_of_every_usual_algorithm_is_verified(owf, function):
    def protection(data):
        return mac_of(data, b"insecure", OWF[owf], MACS[function])

    received = message(Recorded(pbm(owf, function), protection))
    assert mac.is_mac(received)
    mac.MacVerifier("insecure").verify(received)
    with pytest.raises(ProtocolError, match="MAC of the pkiConf is wrong"):
        mac.MacVerifier("Insecure").verify(received)


@pytest.mark.parametrize("prf", [None, "1.2.840.113549.2.9", "1.2.840.113549.2.11"])
@pytest.mark.parametrize("mac_name", ["1.2.840.113549.2.9", "1.2.840.113549.2.11"])
@pytest.mark.parametrize("length", [None, 20, 32, 64])
def test_pbmac1_is_verified_as_pythons_hashlib_computes_it(prf, mac_name, length):
    parameters = pbmac1(prf, mac_name, length=length)
    octets = length or hashlib.new(MACS[mac_name]).digest_size
    function = MACS[prf] if prf else "sha1"  # DEFAULT algid-hmacWithSHA1
    key = hashlib.pbkdf2_hmac(function, b"insecure", SALT, 500, octets)

    def protection(data):
        return hmac.new(key, data, MACS[mac_name]).digest()

    received = message(Recorded(parameters, protection))
    assert mac.is_mac(received)
    mac.MacVerifier("insecure").verify(received)
    with pytest.raises(ProtocolError, match="MAC of the pkiConf is wrong"):
        mac.MacVerifier("Insecure").verify(received)


def test_our_mac_is_that_of_the_rfc():
    received = message(mac.MacProtector("schlüssel", SALT, 700))
    expected = mac_of(received.protected_part, "schlüssel".encode(), "sha256", "sha256", 700)
    assert received.protection == expected
    assert received.header.protection_algorithm == pbm(
        "2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.9", iterations=700
    )


def test_verifier_follows_a_peer_that_changes_its_salt():
    verifier = mac.MacVerifier("secret")
    for salt in (b"saltsalt1", b"saltsalt2", b"saltsalt1"):
        verifier.verify(message(mac.MacProtector("secret", salt)))


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (pbm("2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.9", iterations=99), "iteration count"),
        (pbm("2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.9", iterations=10**9), "iteration count"),
        (pbm("2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.9", iterations=-5), "iteration count"),
        (
            pbm("2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.9", salt=b"1234567"),
            "salt of the MAC has 7",
        ),
        (mac.MacProtector("insecure", bytes(129)).algorithm, "salt of the MAC has 129"),
        (pbm("1.2.840.113549.2.5", "1.2.840.113549.2.9"), "one-way function"),
        (pbm("2.16.840.1.101.3.4.2.1", "1.3.6.1.5.5.8.1.1"), "MAC 1.3.6.1.5.5.8.1.1"),
        (encode(algorithm("1.2.840.113533.7.66.13")), "not a password-based MAC"),
        (encode(algorithm("1.2.840.113533.7.66.13", b"\x05\x00")), "PBMParameter"),
        (encode(algorithm("1.2.840.113549.1.5.14")), "not a password-based MAC"),
        (pbmac1(iterations=99), "PBKDF2 iteration count"),
        (pbmac1(iterations=2**31 - 1), "PBKDF2 iteration count"),
        (pbmac1(iterations=2**63), "PBKDF2 iteration count"),
        (pbmac1(salt=b"1234567"), "salt of the MAC has 7"),
        (pbmac1(salt=bytes(129)), "salt of the MAC has 129"),
        (pbmac1(length=15), "PBKDF2 key length"),
        (pbmac1(length=10**6), "PBKDF2 key length"),
        (pbmac1(prf="1.2.840.113549.2.5"), "PRF 1.2.840.113549.2.5"),
        (pbmac1(mac="1.2.840.113549.2.5"), "MAC 1.2.840.113549.2.5"),
        (pbmac1(derivation="1.2.840.113549.1.5.13"), "key derivation 1.2.840.113549.1.5.13"),
        (encode(algorithm("1.2.840.113549.1.5.14", b"\x05\x00")), "PBMAC1-params"),
    ],
)
def test_parameters_of_a_peer_are_bounded(parameters, words):
    received = message(Recorded(parameters, lambda data: b"m" * 32))
    with pytest.raises(ProtocolError, match=words):
        mac.MacVerifier("insecure").verify(received)


@pytest.mark.parametrize("bits", [b"", b"m" * 31, b"m" * 33])
def test_mac_of_another_length_is_wrong(bits):
    parameters = pbm("2.16.840.1.101.3.4.2.1", "1.2.840.113549.2.9")
    with pytest.raises(ProtocolError, match="wrong"):
        mac.MacVerifier("insecure").verify(message(Recorded(parameters, lambda data: bits)))


# --- signatures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("hash_name", ["sha1", "sha224", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("key", [RSA, DSA, EC], ids=["rsa", "dsa", "ec"])
def test_signature_of_every_kind_is_verified(ca, key, hash_name):
    certificate = ca.issue(key)
    received = message(protect.SignatureProtector(key, hash_name))
    assert not mac.is_mac(received)
    protect.verify_signature(received, certificate)
    with pytest.raises(ProtocolError, match="wrong"):
        protect.verify_signature(received, ca.device)


def test_rsa_without_parameters_is_verified(ca):
    bare = encode(algorithm("1.2.840.113549.1.1.11"))  # as OpenSSL 3.0 writes it
    sign = protect.SignatureProtector(RSA, "sha256").protect
    protect.verify_signature(message(Recorded(bare, sign)), ca.issue(RSA))


@pytest.mark.parametrize(
    ("oid", "key"),
    [
        ("1.3.101.112", ed25519.Ed25519PrivateKey.generate()),
        ("1.3.101.113", ed448.Ed448PrivateKey.generate()),
    ],
)
def test_eddsa_is_verified(ca, oid, key):
    certificate = ca.issue(key)
    protect.verify_signature(message(Recorded(encode(algorithm(oid)), key.sign)), certificate)
    with pytest.raises(ProtocolError, match="wrong"):
        protect.verify_signature(
            message(Recorded(encode(algorithm(oid)), lambda data: key.sign(data + b"x"))),
            certificate,
        )


def pss(digest: str, mask: str, salt: int) -> bytes:
    parameters = rfc4055.RSASSA_PSS_params()
    parameters["hashAlgorithm"]["algorithm"] = univ.ObjectIdentifier(digest)
    parameters["maskGenAlgorithm"]["algorithm"] = univ.ObjectIdentifier("1.2.840.113549.1.1.8")
    parameters["maskGenAlgorithm"]["parameters"] = encode(algorithm(mask, b"\x05\x00"))
    parameters["saltLength"] = salt
    return encode(algorithm("1.2.840.113549.1.1.10", encode(parameters)))


@pytest.mark.parametrize("salt", [32, 20, 0])
def test_rsassa_pss_is_verified(ca, salt):
    sha256 = "2.16.840.1.101.3.4.2.1"
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), salt)
    received = message(
        Recorded(pss(sha256, sha256, salt), lambda data: RSA.sign(data, scheme, hashes.SHA256()))
    )
    protect.verify_signature(received, ca.issue(RSA))
    with pytest.raises(ProtocolError, match="wrong"):
        protect.verify_signature(received, ca.device)


def test_rsassa_pss_with_default_parameters_is_verified(ca):
    empty = encode(algorithm("1.2.840.113549.1.1.10", b"\x30\x00"))  # RFC 4055, 3.1: SHA-1, 20
    scheme = padding.PSS(padding.MGF1(hashes.SHA1()), 20)
    received = message(Recorded(empty, lambda data: RSA.sign(data, scheme, hashes.SHA1())))
    protect.verify_signature(received, ca.issue(RSA))


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        (encode(algorithm("1.2.840.113549.1.1.10")), "parameters are missing"),
        (encode(algorithm("1.2.840.113549.1.1.10", b"\x05\x00")), "not well formed"),
        (pss("1.2.3", "2.16.840.1.101.3.4.2.1", 32), "1.2.3 is not supported"),
        (pss("2.16.840.1.101.3.4.2.1", "1.2.3", 32), "1.2.3 is not supported"),
        (pss("2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.1", 10**12), "out of range"),
        (encode(algorithm("1.2.840.113549.1.1.4", b"\x05\x00")), "MD5"),
        (encode(algorithm("1.2.3.4")), "1.2.3.4 is not supported"),
    ],
)
def test_signature_algorithms_that_are_not_taken(ca, identifier, words):
    received = message(Recorded(identifier, lambda data: b"s" * 256))
    with pytest.raises(ProtocolError, match=words):
        protect.verify_signature(received, ca.issue(RSA))


def test_signature_by_a_key_of_another_type_is_wrong(ca):
    sign = protect.SignatureProtector(EC, "sha256").protect
    claimed = encode(algorithm("1.2.840.113549.1.1.11", b"\x05\x00"))
    with pytest.raises(ProtocolError, match="wrong"):
        protect.verify_signature(message(Recorded(claimed, sign)), ca.issue(EC))


def test_message_without_protection_is_not_verified(ca):
    with pytest.raises(ProtocolError, match="not protected"):
        protect.verify_signature(message(None), ca.device)
    with pytest.raises(ProtocolError, match="not protected"):
        mac.MacVerifier("insecure").verify(message(None))


def test_certificate_that_cannot_be_read_verifies_nothing():
    received = message(protect.SignatureProtector(EC, "sha256"))
    with pytest.raises(ProtocolError, match="cannot be verified"):
        protect.verify_signature(received, b"\x30\x00")


def test_hash_that_does_not_go_with_the_key_is_refused():
    with pytest.raises(UsageError):
        protect.SignatureProtector(EC, "md5")
    assert keys.spec_of(EC).kind == "ecdsa"
