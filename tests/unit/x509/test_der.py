"""The small DER reader: bounded, exact, and in agreement with the library."""

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from srpki.core.errors import InvalidInputError
from srpki.x509 import der


@pytest.mark.parametrize("length", [0, 1, 127, 128, 255, 256, 65535, 65536])
def test_lengths_are_written_as_short_as_they_go_and_read_back(length):
    whole = der.encode(der.OCTET_STRING, bytes(length))
    header = {0: 2, 1: 2, 127: 2, 128: 3, 255: 3, 256: 4, 65535: 4, 65536: 5}[length]  # X.690, 10.1
    assert len(whole) == header + length
    element = der.read(whole + b"more")
    assert (element.tag, element.content, element.whole) == (0x04, bytes(length), whole)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        b"\x30\x01",
        b"\x30\x80\x00\x00",
        b"\x30\x81",
        b"\x30\x85\x00\x00\x00\x00\x00",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x1f\x01\x00",
        b"\x04\x82\x01",
    ],
)
def test_truncated_indefinite_and_giant_lengths_are_refused(data):
    with pytest.raises(InvalidInputError):
        der.read(data)


def test_elements_stop_at_the_first_error():
    found = der.elements(b"\x02\x01\x05\x05\x00\x30")
    assert [next(found).tag, next(found).tag] == [der.INTEGER, 0x05]
    with pytest.raises(InvalidInputError):
        next(found)


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(data):
    try:
        total = sum(len(element.whole) for element in der.elements(data))
    except InvalidInputError:
        return
    assert total == len(data)


@pytest.mark.parametrize(
    ("dotted", "octets"),
    [
        ("1.2.840.113549", "06062a864886f70d"),  # X.690, 8.19.5 and RFC 8017
        ("2.5.4.3", "0603550403"),
        ("2.999.3", "0603883703"),  # X.690, 8.19.5 example
        ("0.9.2342.19200300.100.1.1", "060a0992268993f22c640101"),
    ],
)
def test_object_identifiers(dotted, octets):
    assert der.encode_oid(dotted).hex() == octets
    assert der.decode_oid(bytes.fromhex(octets)[2:]) == dotted


@given(st.lists(st.integers(0, 2**32), max_size=8), st.integers(0, 2), st.integers(0, 39))
def test_object_identifiers_agree_with_the_library(arcs, first, second):
    dotted = ".".join(map(str, (first, second, *arcs)))
    general = x509.RegisteredID(x509.ObjectIdentifier(dotted))
    content = x509.SubjectAlternativeName([general]).public_bytes()
    assert der.encode_oid(dotted)[2:] == der.read(der.read(content).content).content


def test_octets_that_are_no_identifier_do_not_fail():
    assert der.decode_oid(b"") == "?"
    assert der.decode_oid(b"\x80" * 100) == "?"


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("", ""),
        ("02810105", "020105"),
        ("30820003010101", "30030101ff"),
        ("0101ff010100", "0101ff010100"),
        ("a08103020101", "a003020101"),
        ("04820001ff", "0401ff"),
        ("300101", "300101"),  # cut short within: left as it is
        ("3080", "3080"),
    ],
)
def test_what_is_nearly_der_is_brought_into_its_form(written, normal):
    assert der.normal(bytes.fromhex(written)) == bytes.fromhex(normal)


def test_what_lies_too_deep_is_left_as_it_is():
    data = b"\x02\x81\x01\x05"
    for _ in range(der.MAX_DEPTH + 5):
        data = der.encode(0x30, data)
    assert der.normal(data) == data
