"""What the lab CA refuses of a transaction, and of HTTP around it [RFC 4210, 5.3; RFC 9483, 3.6]."""

import hashlib
from datetime import timedelta

import other_clients
import pytest
from refused import fail_info

from srpki.labca.store import CONFIRMED, ISSUED, REVOKED
from srpki.protocol.cmp import bodies, messages, server_transactions
from srpki.protocol.cmp import header as headers
from srpki.protocol.cmp.status import StatusInfo
from srpki.x509 import der, keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


def begun(cmp, key, **parts):
    (response,), _ = bodies.decode_responses(cmp.ask(cmp.request("ir", key), **parts))
    return response.certificate


def test_a_transaction_identifier_in_use_is_refused(cmp, device_key):
    begun(cmp, device_key)
    again = cmp.ask(cmp.request("ir", device_key), recipient_nonce=None)
    assert fail_info(again) == ("transactionIdInUse",)
    assert cmp.states() == [ISSUED]


def test_an_identifier_is_not_used_again_soon_after_its_transaction(cmp, clock, device_key):
    assert cmp.ask(cmp.confirmation(begun(cmp, device_key))).kind == "pkiConf"
    again = cmp.ask(cmp.request("ir", device_key), recipient_nonce=None)
    assert fail_info(again) == ("transactionIdInUse",)
    clock.advance(server_transactions.REMEMBERED + timedelta(seconds=1))
    assert cmp.ask(cmp.request("ir", device_key), recipient_nonce=None).kind == "ip"


def test_the_number_of_remembered_identifiers_is_bounded(cmp, device_key, monkeypatch):
    monkeypatch.setattr(server_transactions, "MOST_OPEN", 2)
    for number in (0, 1, 2, 0):  # the first one has been forgotten by the third
        cmp.transaction_id = bytes([number]) * 16
        certificate = begun(cmp, device_key, recipient_nonce=None)
        assert cmp.ask(cmp.confirmation(certificate)).kind == "pkiConf"


@pytest.mark.parametrize("implicitly", [True, False])
def test_what_is_confirmed_is_not_confirmed_again(cmp, device_key, implicitly):
    infos = ((headers.IMPLICIT_CONFIRM, der.NULL),) if implicitly else ()
    certificate = begun(cmp, device_key, general_info=infos)
    body = cmp.confirmation(certificate)
    if not implicitly:
        assert cmp.ask(body).kind == "pkiConf"
    assert cmp.states() == [CONFIRMED]
    assert fail_info(cmp.ask(body)) == ("certConfirmed",)
    assert cmp.states() == [CONFIRMED]


def test_too_many_open_transactions_are_refused(cmp, device_key, monkeypatch):
    monkeypatch.setattr(server_transactions, "MOST_OPEN", 2)
    for number in range(2):
        cmp.transaction_id = bytes([number]) * 16
        begun(cmp, device_key, recipient_nonce=None)
    cmp.transaction_id = b"x" * 16
    answer = cmp.ask(cmp.request("ir", device_key), recipient_nonce=None)
    assert fail_info(answer) == ("systemUnavail",)


def test_a_confirmation_of_nothing_is_refused(cmp):
    assert fail_info(cmp.ask(cmp.confirmation(b"certificate"))) == ("badRequest",)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"cert_hash": b""}, "badPOP"),
        ({"cert_hash": hashlib.sha256(b"another").digest()}, "badPOP"),
        ({"cert_req_id": 1}, "badRequest"),
        ({"status": StatusInfo(0, (), ("badRequest",))}, "badRequest"),
        ({"status": StatusInfo(3)}, "badRequest"),
        ({"hash_algorithm": bytes.fromhex("300b0609608648016503040203")}, "badRequest"),
    ],
)
def test_a_confirmation_that_does_not_fit_ends_the_transaction(cmp, device_key, fields, expected):
    certificate = begun(cmp, device_key)
    assert fail_info(cmp.ask(cmp.confirmation(certificate, **fields))) == (expected,)
    assert cmp.states() == [REVOKED]


@pytest.mark.parametrize("content", ["", "0500", "30023000", "3006300402010004"])
def test_a_confirmation_that_cannot_be_read_ends_the_transaction(cmp, device_key, content):
    begun(cmp, device_key)
    number = 0xA0 | messages.NUMBERS["certConf"]
    answer = cmp.ask(der.encode(number, bytes.fromhex(content)))
    assert fail_info(answer) == ("badDataFormat",)
    assert cmp.states() == [REVOKED]


def test_an_unknown_hash_in_a_confirmation_is_refused(cmp, device_key):
    certificate = begun(cmp, device_key, pvno=3)
    unknown = der.encode(der.SEQUENCE, der.encode_oid("1.2.3.4"))
    body = cmp.confirmation(certificate, hash_algorithm=unknown)
    assert fail_info(cmp.ask(body, pvno=3)) == ("badAlg",)


def test_two_confirmations_in_one_message_are_refused(cmp, device_key):
    certificate = begun(cmp, device_key)
    one = bodies.Confirmation(cert_hash=hashlib.sha256(certificate).digest())
    assert fail_info(cmp.ask(bodies.encode_confirmations([one, one]))) == ("badRequest",)


@pytest.mark.parametrize("nonce", [None, b"w" * 16])
def test_a_wrong_nonce_is_refused_and_the_transaction_goes_on(cmp, device_key, nonce):
    certificate = begun(cmp, device_key)
    right = cmp.last
    body = cmp.confirmation(certificate)
    assert fail_info(cmp.ask(body, recipient_nonce=nonce)) == ("badRecipientNonce",)
    cmp.last = right
    assert cmp.ask(body).kind == "pkiConf"


def test_another_sender_may_not_go_on_with_a_transaction(cmp, authority, holder, device_key):
    certificate = begun(cmp, device_key)
    right, body = cmp.last, cmp.confirmation(certificate)
    assert fail_info(cmp.ask(body, signer=holder)) == ("wrongIntegrity",)
    authority.register("other", "password")
    cmp.last = right
    answer = cmp.ask(body, sender_kid=b"other", protector=cmp.mac("password"))
    assert fail_info(answer) == ("badMessageCheck",)
    cmp.last = right
    assert fail_info(cmp.ask(body, protector=None)) == ("badMessageCheck",)
    cmp.last = right
    assert cmp.ask(body).kind == "pkiConf"


def test_the_kind_of_mac_stays_the_same_in_a_transaction(cmp, device_key):
    certificate = begun(cmp, device_key)
    right, body = cmp.last, cmp.confirmation(certificate)
    other = other_clients.Pbmac1Protector("insecure", b"s" * 16)
    assert fail_info(cmp.ask(body, protector=other)) == ("badMessageCheck",)
    cmp.last = right
    assert cmp.ask(body).kind == "pkiConf"


def test_a_confirmation_is_not_signed_with_what_it_confirms(cmp, holder):
    new = keys.generate(P256)
    answer = cmp.ask(cmp.request("kur", new), signer=holder)
    certificate = bodies.decode_responses(answer)[0][0].certificate
    answer = cmp.ask(cmp.confirmation(certificate), signer=(new, certificate))
    assert fail_info(answer) == ("badMessageCheck",)


def test_a_poll_for_what_has_been_answered_is_refused(cmp, device_key):
    begun(cmp, device_key)
    assert fail_info(cmp.ask(bodies.encode_poll_request(0))) == ("badRequest",)


def test_a_poll_for_another_request_is_refused(cmp, faults, device_key):
    faults.add("ir waiting")
    begun(cmp, device_key)
    assert fail_info(cmp.ask(bodies.encode_poll_request(1))) == ("badRequest",)


def test_a_confirmation_before_there_is_a_certificate_is_refused(cmp, faults, device_key):
    faults.add("ir waiting")
    begun(cmp, device_key)
    assert fail_info(cmp.ask(cmp.confirmation(b""))) == ("badRequest",)


# --- HTTP, and octets that are nothing -----------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"content_type": "application/x-www-form-urlencoded"}, 415),
        ({"content_type": ""}, 415),
        ({"method": "GET"}, 405),
        ({"method": "PUT"}, 405),
        ({"path": "/nowhere"}, 404),
    ],
)
def test_what_is_no_cmp_transfer_is_refused_by_http(cmp, device_key, parts, status):
    reply = cmp.post(cmp.encode(cmp.request("ir", device_key)), **parts)
    assert reply.status == status
    assert cmp.states() == []


@pytest.mark.parametrize("path", ["/", "/pkix", "/pkix/", "/.well-known/cmp"])
def test_the_usual_paths_are_served(cmp, device_key, path):
    reply = cmp.post(cmp.encode(cmp.request("ir", device_key)), path=path)
    assert messages.decode(reply.body).kind == "ip"


@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x30\x00", b"\x30\x84\xff\xff\xff\xff"])
def test_octets_that_are_no_message_are_a_bad_request(cmp, data):
    assert cmp.post(data).status == 400
