"""Hashes of passwords, judged by what other programs make of them."""

import hashlib
import subprocess
import sys

import bcrypt
import pytest
from counting import met

from srpki.core import passwords
from srpki.core.entropy import SeededEntropy
from srpki.core.errors import RefusedError
from srpki.schema.configure.passwords import BCRYPT, SHA2_PBKDF2, SHA3_PBKDF2

ALGORITHMS = (BCRYPT, SHA2_PBKDF2, SHA3_PBKDF2)
FOREIGN = {
    # The example of a PHP framework, and those of the documentation of passlib.
    "$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi": "password",
    "$pbkdf2-sha256$6400$0ZrzXitFSGltTQnBWOsdAw$Y11AchqV4b0sUisdZd0Xr97KWoymNE0LNNrnEgY4H9M": (
        "password"
    ),
}


@pytest.mark.parametrize(("known", "password"), met(2, FOREIGN.items()))
def test_the_hash_of_another_program_is_verified(known, password):
    assert passwords.is_hash(known)
    assert passwords.verified(password, known)
    assert not passwords.verified(f"{password} ", known)


@pytest.mark.parametrize("algorithm", met(3, ALGORITHMS))
def test_what_is_hashed_here_is_verified_here_and_tells_nothing(algorithm):
    made = passwords.hashed("NokiaSros1!", algorithm, SeededEntropy(1))
    assert passwords.is_hash(made) and len(made) <= 136
    assert "Nokia" not in made
    assert passwords.verified("NokiaSros1!", made)
    assert not passwords.verified("NokiaSros1", made)
    assert made != passwords.hashed("NokiaSros1!", algorithm, SeededEntropy(2))


def test_bcrypt_hashes_are_what_the_library_checks():
    made = passwords.hashed("pä ss", BCRYPT, SeededEntropy(3))
    assert made.startswith("$2y$10$")
    assert bcrypt.checkpw("pä ss".encode(), made.encode())
    foreign = bcrypt.hashpw(b"other", bcrypt.gensalt(4)).decode().replace("$2b$", "$2y$")
    assert passwords.verified("other", foreign)


@pytest.mark.parametrize(
    ("algorithm", "digest", "size"), [(SHA2_PBKDF2, "SHA256", 32), (SHA3_PBKDF2, "SHA3-512", 64)]
)
def test_openssl_derives_the_same(algorithm, digest, size):
    made = passwords.hashed("secret word", algorithm, SeededEntropy(4))
    _, _, rounds, salt, derived = made.split("$")
    salt = passwords._octets(salt)
    options = [
        *("-keylen", str(size), "-kdfopt", f"digest:{digest}", "-kdfopt", "pass:secret word"),
        *("-kdfopt", f"hexsalt:{salt.hex()}", "-kdfopt", f"iter:{rounds}"),
    ]
    command = ["openssl", "kdf", *options, "PBKDF2"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert bytes.fromhex(told.strip().replace(":", "")) == passwords._octets(derived)


def test_hashlib_knows_both_digests():
    assert {"sha256", "sha3_512"} <= hashlib.algorithms_guaranteed


@pytest.mark.parametrize("algorithm", met(3, ALGORITHMS))
def test_a_decoy_is_the_hash_of_no_password_and_of_the_usual_form(algorithm):
    decoy = passwords.decoy(algorithm)
    assert passwords.is_hash(decoy)
    assert not passwords.verified("", decoy)
    real = passwords.hashed("x", algorithm, SeededEntropy(5))
    assert real.split("$")[1:3] == decoy.split("$")[1:3]  # the same work


@pytest.mark.parametrize(
    "known",
    [
        "",
        "admin",
        "$2y$10$short",
        "$2y$31$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi",  # days of work
        "$2y$03$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi",
        "$pbkdf2-sha256$9999999$AAAA$AAAA",
        "$pbkdf2-sha256$0$AAAA$AAAA",
        "$pbkdf2-sha256$1$A$AAAA",
        "$pbkdf2-md5$1$AAAA$AAAA",
    ],
)
def test_what_is_no_usable_hash_is_nobodys(known):
    assert not passwords.verified("password", known)
    assert not passwords.verified("", known)


@pytest.mark.parametrize("algorithm", met(3, ALGORITHMS))
def test_a_password_that_bcrypt_would_cut_is_refused(algorithm):
    with pytest.raises(RefusedError, match="72 octets"):
        passwords.hashed("ä" * 37, algorithm, SeededEntropy(6))
    longest = passwords.hashed("a" * 72, algorithm, SeededEntropy(6))
    assert passwords.verified("a" * 72, longest)
    assert not passwords.verified("a" * 73, longest)
    assert not passwords.verified("a" * 72 + "\0", longest)
    assert not passwords.verified("\udcff", longest)


def test_without_the_library_new_hashes_are_by_pbkdf2_and_old_ones_say_what_is_missing(monkeypatch):
    known = next(iter(FOREIGN))
    monkeypatch.setitem(sys.modules, "bcrypt", None)
    made = passwords.hashed("NokiaSros1!", BCRYPT, SeededEntropy(7))
    assert made.startswith("$pbkdf2-sha256$") and passwords.verified("NokiaSros1!", made)
    assert passwords.decoy(BCRYPT).startswith("$pbkdf2-sha256$")
    with pytest.raises(RefusedError, match="library is missing"):
        passwords.verified("password", known)
