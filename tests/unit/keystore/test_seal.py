"""Encryption at rest: opened on this chassis, for this purpose, undamaged; else refused."""

import base64
import os
import stat
import threading

import pytest
from counting import met
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srpki.core.entropy import SeededEntropy, SystemEntropy
from srpki.core.errors import CorruptError, StorageError, UsageError
from srpki.keystore.seal import Seal

SECRET = b"-----a private key-----"


def test_what_is_sealed_opens_again_and_is_not_seen_in_it(seal):
    sealed = seal.seal(SECRET, b"key")
    assert seal.open(sealed, b"key") == SECRET
    assert SECRET not in sealed and seal.is_sealed(sealed) and seal.purpose_of(sealed) == b"key"
    assert seal.seal(SECRET, b"key") != sealed  # another nonce


def test_a_new_process_opens_it(seal, node):
    sealed = seal.seal(SECRET, b"key")
    assert Seal(node / "state" / "chassis.key", SystemEntropy()).open(sealed, b"key") == SECRET


def test_the_cipher_is_aes_256_gcm_over_the_header(seal, node):
    """Opened here with the library directly, from what the module's docstring says."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = seal.seal(SECRET, b"key")
    key = (node / "state" / "chassis.key").read_bytes()
    header = b"SRPKI\x01\x03key"
    assert len(key) == 32 and sealed.startswith(header)
    nonce, ciphertext = sealed[len(header) :][:12], sealed[len(header) + 12 :]
    assert AESGCM(key).decrypt(nonce, ciphertext, header) == SECRET


def test_the_chassis_key_is_for_its_owner_only_and_made_once(seal, node):
    path = node / "state" / "chassis.key"
    assert not path.exists()
    seal.seal(b"", b"")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    key = path.read_bytes()
    Seal(path, SeededEntropy(1)).seal(b"", b"")
    assert path.read_bytes() == key


def test_threads_that_start_together_make_one_key(node):
    seals = [Seal(node / "state" / "chassis.key", SystemEntropy()) for _ in range(2)]
    sealed, gate = [], threading.Barrier(8)

    def work(seal):
        gate.wait()
        sealed.append(seal.seal(SECRET, b"key"))

    threads = [threading.Thread(target=work, args=(seals[0],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [seals[1].open(item, b"key") for item in sealed] == [SECRET] * 8


def test_another_purpose_or_chassis_does_not_open_it(seal, foreign_seal):
    sealed = seal.seal(SECRET, b"key")
    with pytest.raises(CorruptError, match="not sealed as certificate"):
        seal.open(sealed, b"certificate")
    relabelled = sealed.replace(b"\x03key", b"\x03crl", 1)
    with pytest.raises(CorruptError, match="damaged"):
        seal.open(relabelled, b"crl")
    foreign_seal.seal(b"", b"")
    with pytest.raises(CorruptError, match="another chassis"):
        foreign_seal.open(sealed, b"key")


def test_every_changed_or_missing_octet_is_noticed(seal):
    sealed = seal.seal(SECRET, b"key")
    for position in met(40, range(len(sealed))):
        for bad in (
            sealed[:position],
            sealed[:position] + bytes((sealed[position] ^ 1,)) + sealed[position + 1 :],
        ):
            with pytest.raises(CorruptError):
                seal.open(bad, b"key")
    with pytest.raises(CorruptError):
        seal.open(sealed + b"\0", b"key")


def test_opening_without_a_chassis_key_does_not_make_one(seal, node):
    sealed = seal.seal(SECRET, b"key")
    path = node / "state" / "chassis.key"
    path.unlink()
    with pytest.raises(CorruptError, match="missing"):
        Seal(path, SystemEntropy()).open(sealed, b"key")
    assert not path.exists()


@pytest.mark.parametrize("sealed", ["gw.key", ""])
def test_a_lost_chassis_key_is_not_replaced_while_something_is_sealed_with_it(node, sealed):
    """A new one would make the loss of all that is sealed a fact."""
    path = node / "state" / "chassis.key"
    seal = Seal(path, SystemEntropy(), in_use=lambda: sealed)
    if sealed:
        with pytest.raises(CorruptError, match=r"with which gw\.key is sealed") as caught:
            seal.seal(SECRET, b"key")
        assert "or remove gw.key" in caught.value.hint
        assert list(path.parent.iterdir()) == []
    else:
        seal.seal(SECRET, b"key")
        assert path.exists()


@pytest.mark.parametrize("content", [b"", b"short", bytes(33), bytes(5000)])
def test_a_damaged_chassis_key_is_never_replaced(content, node):
    path = node / "state" / "chassis.key"
    path.write_bytes(content)
    with pytest.raises((CorruptError, StorageError), match="chassis key"):
        Seal(path, SystemEntropy()).seal(b"", b"")
    assert path.read_bytes() == content


def test_a_chassis_key_that_is_a_link_is_refused(node):
    (node / "elsewhere").write_bytes(bytes(32))
    (node / "state" / "chassis.key").symlink_to(node / "elsewhere")
    with pytest.raises(StorageError):
        Seal(node / "state" / "chassis.key", SystemEntropy()).seal(b"", b"")


@pytest.mark.parametrize("left", ["a key", "half a key", "a link", "a link to nothing"])
def test_a_new_key_that_an_earlier_start_has_left_aside_is_not_used(node, left):
    """Its process may have ended before it was synced, or somebody has put it there."""
    path, aside = node / "state" / "chassis.key", node / "state" / ".chassis.key.new"
    precious = node / "elsewhere"
    precious.write_bytes(b"k" * 32)
    match left:
        case "a key":
            aside.write_bytes(b"k" * 32)
        case "half a key":
            aside.write_bytes(b"k" * 7)
        case "a link":
            aside.symlink_to(precious)
        case "a link to nothing":
            aside.symlink_to(node / "nothing")
    sealed = Seal(path, SystemEntropy()).seal(SECRET, b"key")
    assert list(path.parent.iterdir()) == [path]
    assert (len(path.read_bytes()), path.read_bytes() == b"k" * 32) == (32, False)
    assert precious.read_bytes() == b"k" * 32 and not (node / "nothing").exists()
    assert Seal(path, SystemEntropy()).open(sealed, b"key") == SECRET


def test_a_directory_in_the_new_keys_way_is_told(node):
    (node / "state" / ".chassis.key.new").mkdir()
    with pytest.raises(StorageError, match="chassis key"):
        Seal(node / "state" / "chassis.key", SystemEntropy()).seal(b"", b"")


def test_a_state_directory_that_is_missing_is_a_storage_error(node):
    with pytest.raises(StorageError, match="No such file"):
        Seal(node / "nothing" / "chassis.key", SystemEntropy()).seal(b"", b"")


def test_a_pipe_in_place_of_the_chassis_key_does_not_hang(node):
    os.mkfifo(node / "state" / "chassis.key")
    with pytest.raises(StorageError):
        Seal(node / "state" / "chassis.key", SystemEntropy()).seal(b"", b"")


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_secrets_of_the_configuration_come_back(seal, plain):
    token = seal.seal_text(plain)
    assert seal.open_text(token) == plain == seal.open_text(f"{token} hash2")
    assert token.isascii() and " " not in token and "=" not in token and len(token) <= 506


def test_the_longest_secret_fits_the_longest_token(seal):
    token = seal.seal_text("x" * 340)
    assert len(token) + len(" hash2") <= 512
    assert seal.open_text(token) == "x" * 340
    with pytest.raises(UsageError):
        seal.seal_text("ä" * 171)


@pytest.mark.parametrize(("octets", "fits"), [(340, True), (341, False)])
def test_a_secret_has_340_octets(seal, octets, fits):
    if fits:
        assert seal.open_text(seal.seal_text("x" * octets)) == "x" * octets
    else:
        with pytest.raises(UsageError, match="at most 340 octets"):
            seal.seal_text("x" * octets)


def test_a_token_has_512_characters(seal):
    """A longer one would open, were it looked at: it is sealed on this chassis."""
    header = len(b"SRPKI\x01\x0dconfiguration")

    def token(octets):
        sealed = seal.seal(b"x" * octets, b"configuration")[header:]
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    assert (len(token(356)), len(token(357))) == (512, 514)
    assert seal.open_text(token(356)) == "x" * 356
    with pytest.raises(CorruptError, match="not sealed on this chassis"):
        seal.open_text(token(357))


@pytest.mark.parametrize(("octets", "fits"), [(64, True), (65, False)])
def test_a_purpose_has_64_octets(seal, octets, fits):
    if fits:
        assert seal.open(seal.seal(SECRET, b"p" * octets), b"p" * octets) == SECRET
    else:
        with pytest.raises(UsageError, match="too long"):
            seal.seal(SECRET, b"p" * octets)


@pytest.mark.parametrize(
    "token",
    ["", "hash2", "plain password", "a" * 44, "a" * 43, "ä", "\0", "====", "A" * 600, "-_" * 30],
)
def test_what_is_no_token_is_refused_without_showing_it(seal, token):
    seal.seal_text("make the key")
    with pytest.raises(CorruptError, match="not sealed on this chassis") as caught:
        seal.open_text(token)
    assert not token or token not in str(caught.value)


def test_a_token_of_another_chassis_or_a_sealed_file_is_no_secret(seal, foreign_seal):
    seal.seal_text("make the key")
    with pytest.raises(CorruptError):
        seal.open_text(foreign_seal.seal_text("secret"))
    import base64

    file = seal.seal(b"secret", b"key")
    header = len(b"SRPKI\x01\x03key")
    with pytest.raises(CorruptError):
        seal.open_text(base64.urlsafe_b64encode(file[header:]).decode())


def test_repr_tells_no_secret(seal):
    seal.seal_text("hunter2")
    assert "hunter2" not in repr(seal) and "AESGCM" not in repr(seal)
