"""Shared value types, against what pki.md section 1 says of them."""

import pytest

from srpki.schema import common
from srpki.schema.types import ValueTypeError


def accepts(kind, text):
    try:
        kind.parse(text)
    except ValueTypeError:
        return False
    return True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cf3:\\system-pki\\a.crt", "cf3:\\system-pki\\a.crt"),
        ("cf3:/system-pki/a.crt", "cf3:\\system-pki\\a.crt"),
        ("cf1-A:\\x y", "cf1-A:\\x y"),
        ("cf3:name", "cf3:name"),
        ("cf3:\\" + "x" * 99, "cf3:\\" + "x" * 99),
    ],
)
def test_a_cflash_url_is_read_in_its_backslash_form(text, value):
    assert common.CFLASH_URL.parse(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cf3:",
        "cf5:\\x",
        "/etc/passwd",
        "ftp://h/x",
        "cf3:\\" + "x" * 100,
        "cf3:\\" + "\\".join(["abcdefghi"] * 20),
        "cf3:\\a\\\\b",
        "cf3:\\a;b",
        "cf3:\\a\nb",
        "x cf3:\\a",
    ],
)
def test_what_is_no_cflash_url_is_refused(text):
    assert not accepts(common.CFLASH_URL, text)


@pytest.mark.parametrize("text", ["a", "a b.crt", "x" * 95, "ä"])
def test_pki_file_names_are_free_names(text):
    assert common.PKI_FILE_NAME.parse(text) == text
    assert common.TLS_FILE_NAME.parse(text) == text


@pytest.mark.parametrize("text", ["", "   ", "a/b", "a\\b", "cf3:a", "x" * 96, "a\x00b"])
def test_pki_file_names_hold_no_path(text):
    assert not accepts(common.PKI_FILE_NAME, text)
    assert not accepts(common.TLS_FILE_NAME, text)


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("http://172.20.20.6:8080/ejbca/publicweb/cmp/CMP-Server", True),
        ("172.20.20.6:8080/cmp", True),
        ("HTTP://[2001:db8::1]:65535/", True),
        ("host", True),
        ("http://user:pw@host/x", True),
        ("https://host/x", False),
        ("http://host:65536/", False),
        ("http://", False),
        ("http://" + "h" * 174, False),
    ],
)
def test_a_cmp_url_may_leave_out_its_scheme(text, valid):
    assert accepts(common.HTTP_OPTIONAL_URL, text) is valid


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("http://host/ca.crl", True),
        ("http://host:80/", True),
        ("http://host", False),
        ("host/ca.crl", False),
        ("https://host/ca.crl", False),
    ],
)
def test_a_crl_url_needs_scheme_and_path(text, valid):
    assert accepts(common.HTTP_PATH_URL, text) is valid


def test_an_address_is_brought_to_its_canonical_form():
    assert common.IP_ADDRESS.parse("2001:DB8:0::1") == "2001:db8::1"
    assert common.IP_ADDRESS.parse("192.0.2.1") == "192.0.2.1"
    assert not accepts(common.IPV4_UNICAST, "224.0.0.1")
    assert not accepts(common.IP_ADDRESS, "fe80::1%eth0")
    assert not accepts(common.IPV6, "192.0.2.1")


def test_a_sealed_secret_may_be_longer_than_a_plain_one():
    assert common.ENCRYPTED.parse("x" * 115)
    assert not accepts(common.ENCRYPTED, "x" * 116)
    assert common.ENCRYPTED.parse("x" * 200 + " hash2")
    assert not accepts(common.ENCRYPTED, "x" * 600 + " hash2")
    assert not accepts(common.PKI_FILE_NAME, "x" * 96 + " hash2")


def test_a_node_name_is_printable_and_not_empty():
    from srpki.schema.tree import SCHEMA, node_at

    name = node_at(SCHEMA.configure, "system", "name").type
    assert name.parse("x" * 64)
    for text in ("", " ", "x" * 65, "ä", "a\tb"):
        assert not accepts(name, text), text
