"""The legacy format of imported files: written, read, refused [pki.md section 7]."""

import pytest
from counting import met

from srpki.core.errors import CorruptError, ExistsError, InvalidInputError, RefusedError
from srpki.keystore.store import Keystore
from srpki.x509 import keys

CRL = "30820101"  # any octets do: the keystore does not look inside


@pytest.fixture
def filled(store, pair):
    store.put("certificate", "gw.crt", pair[0])
    store.put("key", "gw.key", keys.private_der(pair[1]))
    store.put("crl", "ca.crl", bytes.fromhex(CRL) * 100)
    for name in ("gw.crt", "gw.key", "ca.crl"):
        store.convert(name, f"old-{name}", "legacy", replace=False)
    return store


def content(node, name):
    return (node / "cf3" / "system-pki" / name).read_bytes()


def test_a_converted_file_is_read_as_the_one_it_comes_from(filled, pair):
    assert filled.read_certificate("old-gw.crt") == pair[0]
    assert keys.private_der(filled.read_key("old-gw.key")) == keys.private_der(pair[1])
    assert filled.read_crl("old-ca.crl") == bytes.fromhex(CRL) * 100
    kinds = [filled.kind_of(f"old-{name}") for name in ("gw.crt", "gw.key", "ca.crl")]
    assert kinds == ["certificate", "key", "crl"]


def test_legacy_files_are_listed(filled, node):
    (node / "cf3" / "system-pki" / "odd").mkdir()
    assert filled.legacy_names() == ("old-ca.crl", "old-gw.crt", "old-gw.key")


def test_only_the_key_is_not_in_clear(filled, node, pair):
    assert pair[0] in content(node, "old-gw.crt") and pair[0] not in content(node, "gw.crt")
    assert bytes.fromhex(CRL) * 100 in content(node, "old-ca.crl")
    der = keys.private_der(pair[1])
    assert not any(
        der[i : i + 16] in content(node, "old-gw.key") for i in met(90, range(len(der) - 16))
    )


def test_there_and_back_again(filled, pair, node):
    filled.convert("old-gw.crt", "old-gw.crt", "secure", replace=True)
    assert filled.read_certificate("old-gw.crt") == pair[0]
    assert pair[0] not in content(node, "old-gw.crt")
    filled.convert("old-gw.key", "back.key", "secure", replace=False)
    filled.convert("old-ca.crl", "back.crl", "secure", replace=False)
    assert keys.private_der(filled.read_key("back.key")) == keys.private_der(pair[1])
    assert len(content(node, "back.crl")) < len(content(node, "old-ca.crl"))


def test_a_file_that_exists_is_kept_unless_it_is_to_be_replaced(filled, pair):
    with pytest.raises(ExistsError):
        filled.convert("gw.crt", "gw.key", "legacy", replace=False)
    assert filled.kind_of("gw.key") == "key"


def test_where_only_the_secure_format_is_taken_the_legacy_one_is_refused(filled, pair):
    filled.secure_only = True
    for read, name in (
        (filled.read_certificate, "old-gw.crt"),
        (filled.read_key, "old-gw.key"),
        (filled.read_crl, "old-ca.crl"),
    ):
        with pytest.raises(RefusedError, match="legacy format"):
            read(name)
    assert filled.read_certificate("gw.crt") == pair[0]


def test_a_legacy_key_of_another_chassis_is_refused(filled, node, foreign_seal):
    stranger = Keystore(node / "cf3", foreign_seal)
    with pytest.raises(CorruptError):
        stranger.read_key("old-gw.key")


def test_bare_files_are_no_imports_still(filled, node, pair):
    (node / "cf3" / "system-pki" / "bare.crt").write_bytes(pair[0])
    (node / "cf3" / "system-pki" / "cut.crt").write_bytes(b"SRPKI\x00")
    (node / "cf3" / "system-pki" / "odd.crt").write_bytes(b"SRPKI\x00\x03csr" + pair[0])
    for name in ("bare.crt", "cut.crt", "odd.crt"):
        with pytest.raises(InvalidInputError, match="was not imported"):
            filled.read_certificate(name)


def test_a_legacy_file_of_another_kind_is_told_apart(filled):
    with pytest.raises(InvalidInputError, match="is a certificate, not a private key"):
        filled.read_key("old-gw.crt")
