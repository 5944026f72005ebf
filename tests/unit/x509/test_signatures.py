"""Signatures of every kind of key: only what that key has made, named by its own algorithm."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from prepared import dsa_key

from srpki.core.errors import InvalidInputError
from srpki.x509 import der, signatures

SHA256 = hashes.SHA256()
DATA = b"what is signed"
PSS = padding.PSS(padding.MGF1(SHA256), 32)
# RSASSA-PSS-params of SHA-256 with MGF1 and a salt of 32 octets [RFC 4055, 3.1]
PSS_PARAMETERS = bytes.fromhex(
    "3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d0609608648016503040201"
    "0500a203020120"
)
MAKERS = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "pss": lambda: rsa.generate_private_key(65537, 2048),
    "dsa": dsa_key,
    "ecdsa": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
}
# RFC 4055, 5; RFC 5758, 3; RFC 8410, 3
IDENTIFIERS = {
    "rsa": ("1.2.840.113549.1.1.11", der.NULL),
    "pss": ("1.2.840.113549.1.1.10", PSS_PARAMETERS),
    "dsa": ("2.16.840.1.101.3.4.3.2", b""),
    "ecdsa": ("1.2.840.10045.4.3.2", b""),
    "ed25519": ("1.3.101.112", b""),
    "ed448": ("1.3.101.113", b""),
}


def identifier(kind):
    dotted, parameters = IDENTIFIERS[kind]
    return der.encode(der.SEQUENCE, der.encode_oid(dotted), parameters)


def sign(kind, key, data=DATA):
    match kind:
        case "rsa":
            return key.sign(data, padding.PKCS1v15(), SHA256)
        case "pss":
            return key.sign(data, PSS, SHA256)
        case "dsa":
            return key.sign(data, SHA256)
        case "ecdsa":
            return key.sign(data, ec.ECDSA(SHA256))
        case _:
            return key.sign(data)


@pytest.fixture(scope="module")
def made():
    """A key of each kind and another one, with the signature of the first."""
    made = {}
    for kind, maker in MAKERS.items():
        key, other = maker(), maker()
        made[kind] = key.public_key(), other.public_key(), sign(kind, key)
    return made


@pytest.mark.parametrize("kind", MAKERS)
def test_a_signature_is_by_one_key_over_one_content(made, kind):
    key, other, signature = made[kind]
    assert signatures.verify(key, identifier(kind), signature, DATA)
    assert not signatures.verify(key, identifier(kind), signature, DATA + b".")
    assert not signatures.verify(other, identifier(kind), signature, DATA)
    for broken in (b"", signature[:-1], signature + b"\0", bytes(len(signature))):
        assert not signatures.verify(key, identifier(kind), broken, DATA)
    for place in (0, len(signature) // 2, len(signature) - 1):
        flipped = bytearray(signature)
        flipped[place] ^= 1
        assert not signatures.verify(key, identifier(kind), bytes(flipped), DATA)


@pytest.mark.parametrize("said", IDENTIFIERS)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_signature_is_named_by_the_algorithm_that_made_it(made, kind, said):
    """As of an RSA key, by PKCS#1, with the identifier of ecdsa-with-SHA256."""
    key, _, signature = made[kind]
    assert signatures.verify(key, identifier(said), signature, DATA) == (kind == said)


@pytest.mark.parametrize("said", IDENTIFIERS)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_key_takes_no_signature_of_another_key(made, kind, said):
    key, _, _ = made[kind]
    _, _, foreign = made[said]
    assert signatures.verify(key, identifier(said), foreign, DATA) == (kind == said)


@pytest.mark.parametrize(
    ("kind", "dotted"),
    [
        ("rsa", "1.2.840.113549.1.1.12"),
        ("dsa", "2.16.840.1.101.3.4.3.1"),
        ("ecdsa", "1.2.840.10045.4.3.3"),
    ],
)
def test_a_signature_over_another_digest_than_is_said_does_not_count(made, kind, dotted):
    key, _, signature = made[kind]
    other = der.encode(der.SEQUENCE, der.encode_oid(dotted), IDENTIFIERS[kind][1])
    assert not signatures.verify(key, other, signature, DATA)


def test_what_is_signed_over_md5_counts_only_where_nothing_rests_on_it():
    key = MAKERS["rsa"]()
    digest = der.encode(  # DigestInfo [RFC 8017, 9.2], by hand: the library makes none
        der.SEQUENCE,
        der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.2.5"), der.NULL),
        der.encode(der.OCTET_STRING, hashlib.md5(DATA).digest()),
    )
    numbers = key.private_numbers()
    padded = b"\x00\x01" + b"\xff" * (256 - len(digest) - 3) + b"\x00" + digest
    signature = pow(int.from_bytes(padded, "big"), numbers.d, numbers.public_numbers.n)
    octets = signature.to_bytes(256, "big")
    md5 = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.1.1.4"), der.NULL)
    with pytest.raises(InvalidInputError, match="MD5 digest is too weak"):
        signatures.verify(key.public_key(), md5, octets, DATA)
    assert signatures.verify(key.public_key(), md5, octets, DATA, weak=True)
    assert not signatures.verify(key.public_key(), md5, octets, DATA + b".", weak=True)


# --- the signature is a BIT STRING of whole octets ------------------------------------------------


@pytest.mark.parametrize("tag", [0x04, 0x23, 0x02, 0x83, 0x30])
def test_a_signature_is_a_bit_string(root, tag):
    """The octets are right; another type is no coding of a SIGNED structure."""
    parts = list(der.elements(der.read(root.der).content))
    assert signatures.signed_parts(root.der).signature == parts[2].content[1:]
    twin = der.encode(
        der.SEQUENCE, parts[0].whole, parts[1].whole, der.encode(tag, parts[2].content)
    )
    with pytest.raises(InvalidInputError, match="not a signed structure"):
        signatures.signed_parts(twin)


@pytest.mark.parametrize("count", [2, 4])
def test_a_signed_structure_has_three_parts(root, count):
    parts = [part.whole for part in der.elements(der.read(root.der).content)]
    with pytest.raises(InvalidInputError, match="not a signed structure"):
        signatures.signed_parts(der.encode(der.SEQUENCE, *(parts + parts[:1])[:count]))
