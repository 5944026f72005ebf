"""What passwords protect: counted as a whole before anything is derived, and blamed rightly."""

import hmac
import shutil
import subprocess
import time
import warnings
from pathlib import Path

import crooked
import cryptography_vectors
import pytest
from counting import met
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from srpki.core.errors import InvalidInputError
from srpki.x509 import der, derivations, formats, keys
from srpki.x509 import pkcs12 as opener
from srpki.x509.pem import write as to_pem

KEY = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
CLEAR = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
SHROUDED = "1.2.840.113549.1.12.10.1.2"
DATA, ENCRYPTED = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.6"


def sequence(*parts):
    return der.encode(der.SEQUENCE, *parts)


def integer(value):
    return der.encode(der.INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def algorithm(oid, *parameters):
    return sequence(der.encode_oid(oid), sequence(*parameters))


SALT = der.encode(der.OCTET_STRING, b"saltsalt")
IV = der.encode(der.OCTET_STRING, bytes(16))


def pbes2(kdf):
    aes = sequence(der.encode_oid("2.16.840.1.101.3.4.1.42"), IV)
    return algorithm("1.2.840.113549.1.5.13", kdf, aes)


def pbkdf2(iterations):
    prf = sequence(der.encode_oid("1.2.840.113549.2.9"), der.NULL)
    return pbes2(algorithm("1.2.840.113549.1.5.12", SALT, integer(iterations), prf))


def scrypt(cost, block, parallel):
    numbers = map(integer, (cost, block, parallel))
    return pbes2(algorithm("1.3.6.1.4.1.11591.4.11", SALT, *numbers))


def legacy(iterations):
    return algorithm("1.2.840.113549.1.12.1.3", SALT, integer(iterations))


def shrouded(protection):
    key = sequence(protection, der.encode(der.OCTET_STRING, bytes(160)))
    return sequence(der.encode_oid(SHROUDED), der.encode(0xA0, key))


def data(content):
    return sequence(der.encode_oid(DATA), der.encode(0xA0, der.encode(der.OCTET_STRING, content)))


def encrypted(protection):
    content = sequence(der.encode_oid(DATA), protection, der.encode(0x80, bytes(160)))
    return sequence(der.encode_oid(ENCRYPTED), der.encode(0xA0, sequence(b"\x02\x01\x00", content)))


def pfx(*contents, mac=b""):
    return sequence(b"\x02\x01\x03", data(sequence(*contents)), mac)


def mac(iterations, identifier=None):
    sha256 = sequence(der.encode_oid("2.16.840.1.101.3.4.2.1"), der.NULL)
    digest = sequence(identifier or sha256, der.encode(der.OCTET_STRING, bytes(32)))
    return sequence(digest, SALT, integer(iterations))


def pbmac1(iterations):
    hmac = sequence(der.encode_oid("1.2.840.113549.2.9"), der.NULL)
    kdf = algorithm("1.2.840.113549.1.5.12", SALT, integer(iterations), hmac)
    return algorithm("1.2.840.113549.1.5.14", kdf, hmac)


MANY = 3
ONE_OF_MANY = derivations.MAX_ITERATIONS // MANY
TOO_MANY = {
    "bags": pfx(data(sequence(*[shrouded(pbkdf2(ONE_OF_MANY + 1))] * MANY))),
    "bags of the old schemes": pfx(data(sequence(*[shrouded(legacy(ONE_OF_MANY + 1))] * MANY))),
    "contents": pfx(*[encrypted(pbkdf2(ONE_OF_MANY + 1))] * MANY),
    "everything": pfx(
        encrypted(legacy(ONE_OF_MANY)),
        data(sequence(shrouded(pbkdf2(ONE_OF_MANY)))),
        mac=mac(ONE_OF_MANY + 10),
    ),
    "PBMAC1": pfx(encrypted(pbkdf2(ONE_OF_MANY * 2)), mac=mac(1, pbmac1(ONE_OF_MANY + 10))),
    "a number of many octets": pfx(encrypted(pbkdf2(1 << 200))),
    "thousands": pfx(*[encrypted(pbkdf2(2048))] * 3000),
}


@pytest.mark.parametrize("title", TOO_MANY)
def test_all_derivations_of_a_file_are_counted_together(title):
    begun = time.process_time()
    for read in (formats.read_key, formats.read_certificates):
        with pytest.raises(InvalidInputError, match=r"too many iterations|too deep or too long"):
            read(TOO_MANY[title], "pkcs12", "secret")
    assert time.process_time() - begun < 5


def test_what_is_just_within_the_limit_is_only_counted():
    derivations.check(
        pfx(*[encrypted(pbkdf2(ONE_OF_MANY))] * (MANY - 1), mac=mac(ONE_OF_MANY - 10))
    )


@pytest.mark.parametrize(
    ("numbers", "word"),
    [
        ((16, 1, 1 << 20), "iterations"),
        ((1 << 10, 8, 1000), "iterations"),
        ((1 << 20, 8, 1), "memory"),
        ((16, 1 << 20, 1), "memory"),
        ((1 << 100, 1, 1), "memory"),
    ],
)
def test_scrypt_is_counted_by_all_its_numbers_and_its_memory(numbers, word):
    key = sequence(scrypt(*numbers), der.encode(der.OCTET_STRING, bytes(160)))
    for content, form in ((key, "der"), (to_pem(key, "ENCRYPTED PRIVATE KEY"), "pem")):
        with pytest.raises(InvalidInputError, match=f"too (many|much) {word}"):
            formats.read_key(content, form, "secret")
    with pytest.raises(InvalidInputError, match=f"too (many|much) {word}"):
        formats.read_key(pfx(data(sequence(shrouded(scrypt(*numbers))))), "pkcs12", "secret")


def test_scrypt_as_openssl_writes_it_is_read(openssl):
    made = openssl("pkcs8", "-topk8", "-scrypt", "-passout", "pass:secret", octets=CLEAR)
    assert keys.spki(formats.read_key(made, "pem", "secret")) == keys.spki(KEY)


CIPHERS = [
    "aes-128-cbc",
    "aes-192-cbc",
    "aes-256-cbc",
    "des-ede3-cbc",
    "aria-256-cbc",
    "camellia-128-cbc",
    "camellia-192-cbc",
    "camellia-256-cbc",
    "sm4-cbc",
    "des-cbc",
    "bf-cbc",
    "cast5-cbc",
    "seed-cbc",
    "rc2-cbc",
]
SCHEMES = [
    "PBE-MD5-DES",
    "PBE-SHA1-DES",
    "PBE-SHA1-RC4-128",
    "PBE-SHA1-3DES",
    "PBE-SHA1-2DES",
    "PBE-SHA1-RC2-128",
    "PBE-SHA1-RC2-40",
    "PBE-MD5-RC2-64",
]
DIGESTS = ("hmacWithSHA1", "hmacWithSHA224", "hmacWithSHA512", "hmacWithSHA512-256", "hmacWithMD5")
OPENED = 10
"""Of the 27 below; the others are refused by name."""


@pytest.fixture(scope="module")
def protected(openssl):
    """The key under every cipher that this openssl has, by the option that asks for it."""
    made = {}
    wanted = [("-v2", name) for name in CIPHERS] + [("-v1", name) for name in SCHEMES]
    wanted += [("-v2prf", name) for name in DIGESTS]
    for option, name in wanted:
        try:
            made[name] = openssl(
                "pkcs8", "-topk8", "-passout", "pass:secret", option, name, "-iter", "1000",
                "-provider", "default", "-provider", "legacy", octets=CLEAR,
            )  # fmt: skip
        except AssertionError:
            continue  # a build without it
    return made


def test_a_cipher_that_cannot_be_opened_is_named_and_the_password_is_not(protected):
    opened, refused = [], {}
    for name, made in met(2, protected.items()):
        try:
            assert keys.spki(formats.read_key(made, "pem", "secret")) == keys.spki(KEY)
            opened.append(name)
        except InvalidInputError as error:
            refused[name] = str(error)
    for name, said in met(2, refused.items()):
        assert f"encrypted with {name}, which is not supported - write it again: openssl" in said
    assert {"aes-256-cbc", "des-ede3-cbc", "PBE-SHA1-3DES", "hmacWithSHA512"} <= set(opened)
    assert "camellia-256-cbc" in refused or "camellia-256-cbc" not in protected
    assert len(opened) >= OPENED


def test_a_wrong_password_is_still_asked_about(protected):
    for name in ("aes-256-cbc", "PBE-SHA1-3DES"):
        with pytest.raises(InvalidInputError) as caught:
            formats.read_key(protected[name], "pem", "wrong")
        assert caught.value.hint == "is the password right?"


def test_a_cipher_of_the_old_pem_form_is_blamed_too(openssl):
    made = openssl("ec", "-camellia256", "-passout", "pass:secret", octets=CLEAR)
    assert b"DEK-Info: CAMELLIA" in made
    with pytest.raises(InvalidInputError, match="cipher that is not supported"):
        formats.read_key(made, "pem", "secret")


def test_a_key_of_another_curve_is_not_blamed_on_the_password(openssl):
    clear = openssl("ecparam", "-name", "secp112r1", "-genkey", "-noout")
    made = openssl("pkcs8", "-topk8", "-passout", "pass:secret", octets=clear)
    with pytest.raises(InvalidInputError) as caught:
        formats.read_key(made, "pem", "secret")
    assert "password" not in str(caught.value)


def test_an_openssh_key_is_told_from_ours(tmp_path):
    openssh = KEY.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    with pytest.raises(InvalidInputError) as caught:
        formats.read_key(openssh, "pem")
    assert caught.value.sentence == "this is an OpenSSH private key, not a private key"
    assert "ssh-keygen -p -m PKCS8 -f" in caught.value.hint
    if program := shutil.which("ssh-keygen"):  # the cure cures
        file = tmp_path / "key"
        file.write_bytes(openssh)
        file.chmod(0o600)
        subprocess.run([program, "-q", "-p", "-m", "PKCS8", "-N", "", "-f", str(file)], check=True)
        assert keys.spki(formats.read_key(file.read_bytes(), "pem")) == keys.spki(KEY)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PuTTY-User-Key-File-3: ecdsa-sha2-nistp256\r\n", "a PuTTY private key"),
        (b"\xfe\xed\xfe\xed\x00\x00\x00\x02", "a Java keystore"),
    ],
)
def test_other_keepers_of_keys_are_named(content, sentence):
    for form in ("pem", "der", "pkcs12"):
        with pytest.raises(InvalidInputError) as caught:
            formats.read_key(content, form, "secret")
        assert sentence in caught.value.sentence and "convert it" in caught.value.hint


@pytest.mark.parametrize("label", ["SM2 PRIVATE KEY", "X25519 PRIVATE KEY", "ANY PRIVATE KEY"])
def test_a_key_in_a_block_of_another_name_is_not_said_to_be_no_key(label):
    with pytest.raises(InvalidInputError, match=f"this is a PEM {label} block, not a private key"):
        formats.read_key(to_pem(b"\x30\x00", label), "pem")


def test_pkcs12_of_the_library_is_within_the_limits():
    made = pkcs12.serialize_key_and_certificates(
        None, KEY, None, None, BestAvailableEncryption(b"secret")
    )
    assert keys.spki(formats.read_key(made, "pkcs12", "secret")) == keys.spki(KEY)


def sealed(content, password):
    """A ContentInfo with *content* encrypted under *password*."""
    salt, iv = b"saltsalt", bytes(16)
    key = PBKDF2HMAC(hashes.SHA256(), 32, salt, 1000).derive(password)
    padding = 16 - len(content) % 16
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    octets = cipher.update(content + bytes([padding]) * padding) + cipher.finalize()
    inner = sequence(der.encode_oid(DATA), pbkdf2(1000), der.encode(0x80, octets))
    return sequence(der.encode_oid(ENCRYPTED), der.encode(0xA0, sequence(b"\x02\x01\x00", inner)))


def test_a_key_hidden_in_encrypted_contents_costs_nothing():
    """What it would cost is known only when they are open: two thousand million rounds."""
    file = pfx(sealed(sequence(shrouded(pbkdf2(0x7FFFFFFF))), b"secret"))
    begun = time.process_time()
    with pytest.raises(InvalidInputError, match="holds no private key"):
        formats.read_key(file, "pkcs12", "secret")
    with pytest.raises(InvalidInputError, match="holds no certificate"):
        formats.read_certificates(file, "pkcs12", "secret")
    assert time.process_time() - begun < 5


VECTORS = sorted((Path(cryptography_vectors.__file__).parent / "pkcs12").glob("*.p12"))


@pytest.mark.parametrize("path", met(20, VECTORS), ids=lambda path: path.stem)
def test_public_files_are_opened_as_the_library_opens_them(path):
    content = path.read_bytes()
    for password in ("cryptography", "password", ""):
        try:
            with warnings.catch_warnings():  # one of them is not DER
                warnings.simplefilter("ignore")
                theirs = pkcs12.load_pkcs12(content, password.encode() or None)
        except ValueError:
            with pytest.raises(InvalidInputError):
                opener.certificates(content, password)
            continue
        held = ([theirs.cert] if theirs.cert else []) + theirs.additional_certs
        expected = [one.certificate.public_bytes(Encoding.DER) for one in held]
        assert sorted(opener.certificates(content, password)) == sorted(expected)
        key = opener.key(content, password)
        assert (key is None) == (theirs.key is None)
        assert key is None or keys.spki(key) == keys.spki(theirs.key)
        if theirs.cert:
            assert formats.read_certificates(content, "pkcs12", password)[0] == expected[0]


@pytest.mark.parametrize(
    "options",
    [
        ("-macalg", "sha1"),
        ("-macalg", "sha512"),
        ("-macalg", "sha3-256"),
        ("-nomac",),
        ("-iter", "5000"),
        ("-keypbe", "NONE", "-certpbe", "NONE"),
        ("-keypbe", "camellia-256-cbc"),
        ("-legacy",),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("password", ["secret", "", "Schlüssel"])
def test_files_of_the_openssl_program_are_opened(options, password, openssl, tmp_path):
    (tmp_path / "key.pem").write_bytes(CLEAR)
    (tmp_path / "both.pem").write_bytes(
        CLEAR + openssl("req", "-x509", "-new", "-key", str(tmp_path / "key.pem"), "-subj", "/CN=a")
    )
    made = openssl(
        "pkcs12", "-export", "-in", str(tmp_path / "both.pem"), "-passout", f"pass:{password}",
        *options,
    )  # fmt: skip
    assert keys.spki(formats.read_key(made, "pkcs12", password)) == keys.spki(KEY)
    (certificate,) = formats.read_certificates(made, "pkcs12", password)
    assert keys.same_public_key(certificate, KEY)
    with pytest.raises(InvalidInputError, match="cannot be opened"):
        formats.read_key(made, "pkcs12", "wrong")


def test_pbmac1_is_checked():
    """A key by PBKDF2 in the place of the old derivation [RFC 9579, 4]."""
    octets = sequence(data(b"\x30\x00"))
    key = PBKDF2HMAC(hashes.SHA256(), 32, b"saltsalt", 2048).derive(b"1234")
    value = hmac.digest(key, octets, "sha256")
    for right in (value, bytes(32)):
        prf = sequence(der.encode_oid("1.2.840.113549.2.9"), der.NULL)
        kdf = algorithm("1.2.840.113549.1.5.12", SALT, integer(2048), integer(32), prf)
        digest = sequence(algorithm("1.2.840.113549.1.5.14", kdf, prf), der.encode(4, right))
        made = pfx(data(b"\x30\x00"), mac=sequence(digest, der.encode(4, b"NOT USED"), integer(1)))
        if right == value:
            assert opener.certificates(made, "1234") == []
        else:
            with pytest.raises(InvalidInputError, match="cannot be opened"):
                opener.certificates(made, "1234")


def test_a_certificate_that_is_not_der_does_not_hide_the_key(openssl, tmp_path):
    maker = crooked.Maker(crooked.common_name("gw"), KEY)
    odd = crooked.leaf(crooked.authority()[0], maker.spki, crooked.KINDS["@ in PrintableString"])
    (tmp_path / "both.pem").write_bytes(CLEAR + to_pem(odd, "CERTIFICATE"))
    made = openssl(
        "pkcs12", "-export", "-in", str(tmp_path / "both.pem"), "-passout", "pass:secret"
    )
    assert keys.spki(formats.read_key(made, "pkcs12", "secret")) == keys.spki(KEY)
    with pytest.raises(InvalidInputError, match="a certificate that is not DER"):
        formats.read_certificates(made, "pkcs12", "secret")
