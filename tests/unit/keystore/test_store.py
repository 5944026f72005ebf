"""The keystore: kinds, names, damage, and what an operator is told."""

import os
import stat
import subprocess
import sys
import zlib

import pytest
from counting import met

from srpki.core.errors import (
    CorruptError,
    ExistsError,
    InvalidInputError,
    InvalidNameError,
    NotFoundError,
    RefusedError,
    StorageError,
)
from srpki.keystore.store import Keystore
from srpki.x509 import keys


@pytest.fixture
def filled(store, pair):
    store.put("certificate", "gw.crt", pair[0])
    store.put("key", "gw.key", keys.private_der(pair[1]))
    return store


@pytest.fixture
def directory(node):
    return node / "cf3" / "system-pki"


def test_a_fresh_node_has_no_directory_and_no_names(store, directory):
    store.recover()
    assert store.names() == () and not store.exists("gw.crt")
    with pytest.raises(NotFoundError):
        store.read_certificate("gw.crt")
    assert not directory.exists()


def test_the_directory_comes_with_the_first_file(filled, directory):
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    for path in met(2, directory.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_put_is_read_back_by_the_next_process_too(filled, node, seal, pair):
    for store in (filled, Keystore(node / "cf3", seal)):
        assert store.names() == ("gw.crt", "gw.key")
        assert store.read_certificate("gw.crt") == pair[0]
        assert keys.private_der(store.read_key("gw.key")) == keys.private_der(pair[1])
        certificate, key = store.read_pair("gw.crt", "gw.key")
        assert keys.same_public_key(certificate, key)
        assert (store.kind_of("gw.crt"), store.kind_of("gw.key")) == ("certificate", "key")


def test_no_private_key_is_in_clear_on_the_disk(filled, pair, other_pair, node):
    """Neither the one that was imported, which is the previous one now, nor the renewed one."""
    filled.swap("gw.crt", other_pair[0], "gw.key", other_pair[1])
    filled.writable()
    for _, key in (pair, other_pair):
        secret = key.private_numbers().private_value.to_bytes(32, "big")
        for path in met(2, node.rglob("*")):
            assert path.is_dir() or secret not in path.read_bytes()


def test_stored_files_are_as_long_as_on_the_device(filled, directory, pair):
    """DER length plus about 64 octets, not a multiple of 16 (pki.md 6.4)."""
    extra = (directory / "gw.crt").stat().st_size - len(pair[0])
    assert 28 <= extra <= 64


def test_a_file_of_another_kind_is_named_for_what_it_is(filled):
    with pytest.raises(InvalidInputError, match=r'"gw\.key" is a private key, not a certificate'):
        filled.read_certificate("gw.key")
    with pytest.raises(InvalidInputError, match=r'"gw\.crt" is a certificate, not a private key'):
        filled.read_key("gw.crt")
    with pytest.raises(InvalidInputError, match="not a CRL"):
        filled.read_crl("gw.crt")


def test_a_file_dropped_in_by_hand_was_not_imported(filled, directory, pair):
    (directory / "hand.pem").write_bytes(b"-----BEGIN CERTIFICATE-----\n")
    (directory / "hand.der").write_bytes(pair[0])
    (directory / "empty").write_bytes(b"")
    for name in ("hand.pem", "hand.der", "empty"):
        assert name in filled.names()
        for read in (filled.read_certificate, filled.read_key, filled.read_crl, filled.kind_of):
            with pytest.raises(InvalidInputError, match="was not imported"):
                read(name)


def test_a_file_of_another_chassis_is_unusable(filled, directory, foreign_seal, pair):
    (directory / "a.crt").write_bytes(foreign_seal.seal(pair[0], b"certificate"))
    with pytest.raises(CorruptError, match=r'"a\.crt": .*another chassis'):
        filled.read_certificate("a.crt")


def test_a_file_cannot_be_passed_off_as_another_kind(filled, directory):
    sealed = (directory / "gw.key").read_bytes()
    (directory / "x.crt").write_bytes(sealed.replace(b"\x03key", b"\x0bcertificate", 1))
    with pytest.raises(CorruptError):
        filled.read_certificate("x.crt")


def test_a_damaged_or_truncated_file_is_corrupt(filled, directory):
    sealed = (directory / "gw.crt").read_bytes()
    for bad in (sealed[:-1], sealed[:25], sealed[:-3] + b"abc"):
        (directory / "gw.crt").write_bytes(bad)
        with pytest.raises(CorruptError):
            filled.read_certificate("gw.crt")


def test_links_pipes_and_directories_are_not_read(filled, directory, node):
    (node / "outside").write_bytes((directory / "gw.crt").read_bytes())
    (directory / "link").symlink_to(node / "outside")
    (directory / "directory").mkdir()
    os.mkfifo(directory / "pipe")
    for name in ("link", "directory", "pipe"):
        with pytest.raises(StorageError, match=name):
            filled.read_certificate(name)
        assert not filled.exists(name)


@pytest.mark.parametrize(
    "name", ["", "..", "../../state/chassis.key", "/etc/passwd", "a\\b", ".journal"]
)
def test_no_method_takes_a_bad_name(filled, pair, name):
    for call in (
        lambda: filled.read_certificate(name),
        lambda: filled.read_key(name),
        lambda: filled.read_crl(name),
        lambda: filled.kind_of(name),
        lambda: filled.exists(name),
        lambda: filled.remove(name),
        lambda: filled.put("certificate", name, pair[0]),
        lambda: filled.swap(name, pair[0], "gw.key", pair[1]),
        lambda: filled.swap("gw.crt", pair[0], name, pair[1]),
    ):
        with pytest.raises(InvalidNameError):
            call()


def test_put_replaces_unless_told_not_to(filled, pair, other_pair):
    filled.put("certificate", "gw.crt", other_pair[0])
    assert filled.read_certificate("gw.crt") == other_pair[0]
    assert filled.names() == ("gw.crt", "gw.key")
    with pytest.raises(ExistsError, match=r"gw\.crt"):
        filled.put("certificate", "gw.crt", pair[0], replace=False)
    filled.put("certificate", "new.crt", pair[0], replace=False)


def test_an_unknown_kind_or_a_giant_is_not_kept(store):
    with pytest.raises(InvalidInputError):
        store.put("csr", "a", b"")
    with pytest.raises(InvalidInputError):
        store.put("certificate", "a", bytes((1 << 23) + 1))


def test_a_crl_is_stored_compressed(store, directory):
    crl = b"\x30\x80" + b"revoked " * 20_000
    store.put("crl", "ca.crl", crl)
    assert (directory / "ca.crl").stat().st_size < len(crl) // 10
    assert store.read_crl("ca.crl") == crl


def test_a_crl_that_unpacks_without_end_is_refused(store, directory, seal):
    store.put("crl", "ca.crl", b"x")
    bomb = zlib.compress(bytes(100 << 20))
    (directory / "ca.crl").write_bytes(seal.seal(bomb, b"crl"))
    with pytest.raises(CorruptError, match="too long"):
        store.read_crl("ca.crl")
    (directory / "ca.crl").write_bytes(seal.seal(b"not zlib", b"crl"))
    with pytest.raises(CorruptError, match="damaged"):
        store.read_crl("ca.crl")


def test_a_swap_keeps_the_old_pair_as_previous_and_only_one(filled, pair, other_pair):
    filled.swap("gw.crt", other_pair[0], "gw.key", other_pair[1])
    assert filled.names() == ("gw.crt", "gw.crt.previous", "gw.key", "gw.key.previous")
    assert filled.read_certificate("gw.crt") == other_pair[0]
    assert filled.read_certificate("gw.crt.previous") == pair[0]
    assert keys.same_public_key(*filled.read_pair("gw.crt.previous", "gw.key.previous"))
    filled.swap("gw.crt", pair[0], "gw.key", pair[1])
    assert filled.read_certificate("gw.crt.previous") == other_pair[0]
    assert len(filled.names()) == 4


def test_a_swap_works_where_files_are_missing(store, pair):
    store.swap("gw.crt", pair[0], "gw.key", pair[1])
    assert store.names() == ("gw.crt", "gw.key")


def test_a_swap_of_what_does_not_belong_together_is_refused(filled, pair, other_pair):
    with pytest.raises(RefusedError, match="belong"):
        filled.swap("gw.crt", other_pair[0], "gw.key", pair[1])
    with pytest.raises(RefusedError, match="both"):
        filled.swap("same", pair[0], "same", pair[1])
    with pytest.raises(InvalidNameError):
        filled.swap("gw.crt.previous", pair[0], "gw.key", pair[1])
    assert filled.read_certificate("gw.crt") == pair[0]
    assert filled.names() == ("gw.crt", "gw.key")


def test_the_longest_name_can_be_renewed(store, pair, other_pair):
    certificate, key = "c" * 95, "ä" * 95
    store.swap(certificate, pair[0], key, pair[1])
    store.swap(certificate, other_pair[0], key, other_pair[1])
    assert len(store.names()) == 4


def test_remove_removes_and_says_when_there_is_nothing(filled):
    filled.remove("gw.key")
    assert filled.names() == ("gw.crt",)
    with pytest.raises(NotFoundError):
        filled.remove("gw.key")


def test_a_directory_that_cannot_be_written_is_found_by_the_probe(filled, directory, node, seal):
    filled.writable()
    assert filled.names() == ("gw.crt", "gw.key")
    assert len(list(directory.iterdir())) == 2
    (node / "flat").mkdir()
    (node / "flat" / "system-pki").write_bytes(b"a file in the way")
    blocked = Keystore(node / "flat", seal)
    with pytest.raises(StorageError, match="not a directory"):
        blocked.writable()
    (node / "linked").mkdir()
    (node / "linked" / "system-pki").symlink_to(directory)
    with pytest.raises(StorageError, match="not a directory"):
        Keystore(node / "linked", seal).writable()
    with pytest.raises(StorageError):
        Keystore(node / "absent", seal).writable()


def test_the_keystore_starts_without_the_cryptography_library():
    """A script that touches no certificate must not pay for it at start (performance.md)."""
    code = (
        "import sys, pathlib, tempfile\n"
        "import srpki.storage.filenames, srpki.storage.urls, srpki.storage.lock\n"
        "from srpki.keystore.seal import Seal\n"
        "from srpki.keystore.store import Keystore\n"
        "from srpki.core.entropy import SystemEntropy\n"
        "node = pathlib.Path(tempfile.mkdtemp())\n"
        "store = Keystore(node, Seal(node / 'key', SystemEntropy()))\n"
        "store.recover(); store.names()\n"
        "print([name for name in ('cryptography', 'pyasn1', 'ssl') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
