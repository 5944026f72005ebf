"""Faults that put requests off, or spoil what is issued, as another reader sees the octets."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from srpki.labca.fault_script import FaultScript
from srpki.labca.faults import Fault
from srpki.labca.store import CONFIRMED, ISSUED
from srpki.protocol.cmp import bodies, messages
from srpki.x509 import certificates, der

SAN = x509.SubjectAlternativeName([x509.DNSName("a.lab.example"), x509.DNSName("b.lab.example")])


def poll(cmp, number, nonce=b"p" * 16):
    """Send a pollReq; return the answer, whose nonce is the caller's to judge."""
    body = bodies.encode_poll_request(number)
    data = cmp.encode(body, sender_nonce=nonce)
    cmp.last = messages.decode(cmp.post(data).body)
    return cmp.last


def certificate(answer):
    (response,), _ = bodies.decode_responses(answer)
    return response.certificate


def word(answer):
    (response,), _ = bodies.decode_responses(answer)
    return response.status.word


def test_a_late_nonce_is_that_of_the_request_that_was_put_off(cmp, clock, faults, device_key):
    faults.add("ir late-nonce seconds 60")
    assert word(cmp.ask(cmp.request("ir", device_key), recipient_nonce=None)) == "waiting"
    waiting = poll(cmp, 0, b"1" * 16)
    assert (waiting.kind, waiting.header.recipient_nonce) == ("pollRep", b"1" * 16)
    clock.advance(timedelta(seconds=60))
    answer = poll(cmp, 0, b"2" * 16)
    assert (answer.kind, answer.header.recipient_nonce) == ("ip", cmp.nonce)
    assert cmp.ask(cmp.confirmation(certificate(answer))).kind == "pkiConf"
    assert cmp.states() == [CONFIRMED]


def test_waiting_alone_answers_with_the_nonce_of_the_poll(cmp, faults, clock, device_key):
    faults.add("ir waiting seconds 60")
    cmp.ask(cmp.request("ir", device_key), recipient_nonce=None)
    clock.advance(timedelta(seconds=60))
    assert poll(cmp, 0, b"2" * 16).header.recipient_nonce == b"2" * 16


def test_a_request_may_be_put_off_by_an_error(cmp, clock, faults, device_key):
    """RFC 9810, 5.3.21 and 5.3.22: status waiting, then pollReq with certReqId -1."""
    faults.add("ir error-waiting seconds 60")
    answer = cmp.ask(cmp.request("ir", device_key), recipient_nonce=None)
    assert answer.kind == "error"
    assert bodies.decode_error(answer).word == "waiting"
    assert cmp.states() == []
    waiting = poll(cmp, -1)
    assert waiting.kind == "pollRep"
    assert bodies.decode_poll_answers(waiting)[0].cert_req_id == -1
    clock.advance(timedelta(seconds=60))
    answer = poll(cmp, -1)
    assert cmp.ask(cmp.confirmation(certificate(answer))).kind == "pkiConf"
    assert cmp.states() == [CONFIRMED]


def test_a_confirmation_may_be_put_off_by_an_error(cmp, clock, faults, device_key):
    faults.add("certconf error-waiting seconds 60")
    issued = certificate(cmp.ask(cmp.request("ir", device_key), recipient_nonce=None))
    answer = cmp.ask(cmp.confirmation(issued))
    assert bodies.decode_error(answer).word == "waiting"
    assert poll(cmp, -1).kind == "pollRep"
    clock.advance(timedelta(seconds=60))
    assert poll(cmp, -1).kind == "pkiConf"
    assert cmp.states() == [CONFIRMED]
    clock.advance(timedelta(days=30))
    cmp.last, cmp.transaction_id = None, b"z" * 16
    cmp.ask(cmp.request("ir", device_key))
    assert cmp.states() == [CONFIRMED, ISSUED]  # who polled late has lost nothing


def test_a_request_that_was_put_off_by_its_answer_is_not_polled_for_as_a_whole(
    cmp, faults, device_key
):
    faults.add("ir waiting seconds 60")
    cmp.ask(cmp.request("ir", device_key), recipient_nonce=None)
    assert poll(cmp, -1).kind == "error"


def test_a_bad_pkiconf_has_something_in_it(cmp, faults, device_key):
    faults.add("certconf bad-pkiconf")
    issued = certificate(cmp.ask(cmp.request("ir", device_key), recipient_nonce=None))
    answer = cmp.ask(cmp.confirmation(issued))
    assert answer.body == bytes.fromhex("b3 02 30 00")


@pytest.mark.parametrize("action", ["not-yet-valid seconds 700", "added-name", "reordered-names"])
def test_what_is_issued_is_wrong_as_asked(cmp, clock, faults, device_key, action):
    faults.add(f"ir {action}")
    extension = x509.Extension(SAN.oid, False, SAN)
    listed = template(extension)
    found = x509.load_der_x509_certificate(
        certificate(cmp.ask(cmp.request("ir", device_key, extensions=listed)))
    )
    has = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    told = has.get_values_for_type(x509.DNSName)
    began = (found.not_valid_before_utc - clock.now()).total_seconds()
    usual = ["a.lab.example", "b.lab.example"]
    expected = {
        "not-yet-valid": (usual, 700),
        "added-name": ([*usual, "added.lab.example"], 0),
        "reordered-names": (usual[::-1], 0),
    }
    assert (told, began) == expected[action.split()[0]]


def template(extension):
    value = der.encode(der.OCTET_STRING, extension.value.public_bytes())
    name = der.encode_oid(extension.oid.dotted_string)
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, name, value))


def test_a_wrong_issuer_is_another_ca_with_another_key(cmp, authority, faults, device_key):
    faults.add("ir wrong-issuer")
    found = x509.load_der_x509_certificate(certificate(cmp.ask(cmp.request("ir", device_key))))
    assert found.issuer.rfc4514_string() == "CN=another CA"
    key = certificates.parse(authority.issuing.certificate).public_key()
    with pytest.raises(Exception):  # noqa: B017 - whatever the library says of a wrong signature
        key.verify(found.signature, found.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))


def test_serial_number_zero_is_signed_by_the_ca(cmp, authority, faults, device_key):
    faults.add("ir serial-zero")
    found = x509.load_der_x509_certificate(certificate(cmp.ask(cmp.request("ir", device_key))))
    assert found.serial_number == 0
    key = certificates.parse(authority.issuing.certificate).public_key()
    key.verify(found.signature, found.tbs_certificate_bytes, ec.ECDSA(hashes.SHA256()))
    (record,) = authority.all_issued()
    authority.revoke(record.certificate)
    assert x509.load_der_x509_crl(authority.current_crl()) is not None


def test_close_second_lets_the_first_request_of_a_connection_pass():
    script = FaultScript((Fault("certconf", "close-second"),))
    assert script.take("certconf") is None
    assert script.take("certconf", kept=True).action == "close-second"
    assert script.lines() == ()
