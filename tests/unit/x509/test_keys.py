"""Keys: what can be made, what is refused, and that PKCS#8 is what others read."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519

from srpki.core.errors import InvalidInputError, UsageError
from srpki.x509 import keys
from srpki.x509.keys import KeySpec

EACH_KIND = [
    (KeySpec("rsa", 1024), "RSA 1024"),
    (KeySpec("rsa", 2048), "RSA 2048"),
    (KeySpec("dsa", 1024), "DSA 1024"),
    (KeySpec("ecdsa", curve="secp256r1"), "ECDSA secp256r1"),
    (KeySpec("ecdsa", curve="secp384r1"), "ECDSA secp384r1"),
    (KeySpec("ecdsa", curve="secp521r1"), "ECDSA secp521r1"),
]


@pytest.mark.parametrize(("spec", "words"), EACH_KIND)
def test_a_generated_key_is_of_the_kind_asked_for(spec, words):
    found = keys.spec_of(keys.generate(spec))
    assert (found.kind, found.curve) == (spec.kind, spec.curve)
    assert found.size == spec.size or spec.kind == "ecdsa"
    assert keys.describe(found) == words == keys.describe(spec)


def test_the_same_kind_of_key_can_be_made_again_from_a_key():
    for spec, _ in EACH_KIND:
        first = keys.generate(spec)
        second = keys.generate(keys.spec_of(first))
        assert keys.spec_of(second) == keys.spec_of(first)
        assert keys.spki(first) != keys.spki(second)


@pytest.mark.parametrize(
    "spec",
    [
        KeySpec("rsa", 512),
        KeySpec("rsa", 1023),
        KeySpec("rsa", 8193),
        KeySpec("dsa", 512),
        KeySpec("dsa", 1536),
        KeySpec("dsa", 8192),
        KeySpec("ecdsa", curve="secp256k1"),
        KeySpec("ed25519"),
    ],
)
def test_a_key_that_cannot_be_made_is_a_usage_error_with_a_hint(spec):
    with pytest.raises(UsageError) as caught:
        keys.generate(spec)
    assert caught.value.hint


def test_openssl_reads_the_pkcs8_form(openssl):
    for spec, _ in EACH_KIND:
        der = keys.private_der(keys.generate(spec))
        text = openssl("pkey", "-inform", "DER", "-noout", "-text", octets=der).decode()
        assert text.startswith(("Private-Key:", "Private key:"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("genrsa", "-traditional", "2048"),
        ("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
        ("ecparam", "-name", "secp384r1", "-genkey", "-noout"),
    ],
)
def test_keys_of_openssl_load_in_their_der_forms(openssl, arguments):
    pem = openssl(*arguments)
    expected = serialization.load_pem_private_key(pem, None)
    form = (
        ["rsa", "-traditional"]
        if "-traditional" in arguments
        else ["ec"]
        if "ecparam" in arguments
        else ["pkey"]
    )
    der = openssl(*form, "-outform", "DER", octets=pem)
    assert keys.load_private(der).private_numbers() == expected.private_numbers()


def test_a_damaged_truncated_or_overlong_key_is_refused():
    der = keys.private_der(keys.generate(KeySpec("ecdsa", curve="secp256r1")))
    for bad in (b"", b"\x00", der[:-1], der[: len(der) // 2], bytes(len(der)), bytes(7000)):
        with pytest.raises(InvalidInputError):
            keys.load_private(bad)


def test_key_types_and_curves_that_sr_os_lacks_are_refused_by_name():
    for key, word in (
        (ed25519.Ed25519PrivateKey.generate(), "Ed25519"),
        (x25519.X25519PrivateKey.generate(), "X25519"),
        (ec.generate_private_key(ec.SECP256K1()), "secp256k1"),
    ):
        der = key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        with pytest.raises(InvalidInputError, match=word):
            keys.load_private(der)


def test_an_encrypted_key_asks_for_its_password():
    key = keys.generate(KeySpec("ecdsa", curve="secp256r1"))
    der = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    with pytest.raises(InvalidInputError, match="encrypted"):
        keys.load_private(der)


def test_a_certificate_belongs_to_its_own_key_only(root):
    other = keys.generate(KeySpec("ecdsa", curve="secp256r1"))
    assert keys.same_public_key(root.der, root.key)
    assert not keys.same_public_key(root.der, other)


def test_a_key_too_short_for_the_hash_is_a_usage_error(openssl):
    short = serialization.load_pem_private_key(openssl("genrsa", "512"), None)
    with pytest.raises(UsageError):
        keys.sign(short, b"data", "sha512")
    with pytest.raises(UsageError):
        keys.sign(keys.generate(KeySpec("rsa", 1024)), b"data", "sha3")


def test_the_largest_key_fits_the_bound_and_a_giant_is_refused_at_once(openssl):
    largest = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521")
    assert keys.load_private(openssl("pkey", "-outform", "DER", octets=largest))
    # PKCS#8 of RSA holds n, d (8192 bits) and p, q, dp, dq, qinv (4096 bits) and little else
    assert keys.MAX_KEY_OCTETS > 2 * 1024 + 5 * 512 + 100
    with pytest.raises(InvalidInputError, match="too long"):
        keys.load_private(bytes(keys.MAX_KEY_OCTETS + 1))
