"""Revocation by rr at the lab CA [RFC 4210, 5.3.9; RFC 9483, 4.2]."""

from datetime import timedelta

import pytest
from counting import met
from cryptography import x509
from other_clients import decode_revocation_answer, encode_revocation_request

from srpki.labca.store import CONFIRMED, REVOKED, IssuedStore
from srpki.protocol.cmp import messages
from srpki.protocol.cmp.revocations import RevocationRequest
from srpki.x509 import certificates, der, keys, names

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


def reason_code(number, tag=0x0A):
    value = der.encode(der.OCTET_STRING, bytes((tag, 1, number)))
    return der.encode(der.SEQUENCE, der.encode_oid("2.5.29.21"), value)


def request(certificate, **fields):
    """Return an rr for *certificate*; *fields* say otherwise."""
    said = {
        "serial": certificates.facts(certificate).serial,
        "issuer": certificates.parse(certificate).issuer.public_bytes(),
    }
    return encode_revocation_request(RevocationRequest(**(said | fields)))


@pytest.fixture
def holder(cmp, device_key):
    certificate = cmp.enrolled(device_key)
    cmp.transaction_id = b"r" * 16
    return device_key, certificate


def ask(cmp, body, **parts):
    """Send an rr and return the status of the rp."""
    answer = cmp.ask(body, **parts)
    assert answer.kind == "rp"
    (info,) = decode_revocation_answer(answer)
    assert info.text
    return info


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ((), None),
        ((reason_code(0),), None),
        ((reason_code(1),), x509.ReasonFlags.key_compromise),
        ((reason_code(4),), x509.ReasonFlags.superseded),
        ((reason_code(5),), x509.ReasonFlags.cessation_of_operation),
        ((reason_code(9),), x509.ReasonFlags.privilege_withdrawn),
    ],
)
def test_the_holder_revokes_its_certificate_and_the_crl_says_so(
    cmp, authority, clock, holder, entry, reason
):
    info = ask(cmp, request(holder[1], entry_extensions=entry), signer=holder)
    assert (info.word, info.fail_info) == ("accepted", ())
    assert cmp.states() == [REVOKED]
    crl = x509.load_der_x509_crl(authority.current_crl())
    assert crl.is_signature_valid(certificates.parse(authority.issuing.certificate).public_key())
    listed = crl.get_revoked_certificate_by_serial_number(certificates.facts(holder[1]).serial)
    assert listed.revocation_date_utc == clock.now()
    said = [extension.value.reason for extension in listed.extensions]
    assert said == ([] if reason is None else [reason])


def test_the_reason_outlasts_the_process(tmp_path, authority, device_key):
    record = authority.issue(device_key.public_key(), names.parse_dn("CN=gw"))
    store = IssuedStore(tmp_path)
    store.add(record)
    store.set_state(record.serial, REVOKED, authority.clock.now(), "keyCompromise")
    store.close()
    again = IssuedStore(tmp_path)
    assert again.find(record.serial).reason == "keyCompromise"
    again.close()


def test_more_may_be_said_of_the_certificate_when_it_is_so(cmp, holder):
    parsed = certificates.parse(holder[1])
    usage = parsed.extensions.get_extension_for_class(x509.BasicConstraints)
    value = der.encode(der.OCTET_STRING, usage.value.public_bytes())
    extension = der.encode(
        der.SEQUENCE, der.encode_oid(usage.oid.dotted_string), b"\x01\x01\xff", value
    )
    body = request(
        holder[1],
        subject=parsed.subject.public_bytes(),
        public_key=keys.spki(holder[1]),
        version=2,
        extensions=(extension,),
    )
    assert ask(cmp, body, signer=holder).word == "accepted"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"serial": None}, "addInfoNotAvailable"),
        ({"issuer": None}, "addInfoNotAvailable"),
        ({"serial": 4711}, "badCertId"),
        ({"serial": -1}, "badCertId"),
        ({"serial": 2**200}, "badCertId"),
        ({"issuer": names.parse_dn("CN=another CA").public_bytes()}, "badCertId"),
        ({"issuer": b"\x30\x02\x05\x00"}, "badDataFormat"),
        ({"subject": names.parse_dn("CN=other").public_bytes()}, "badCertId"),
        ({"public_key": keys.spki(keys.generate(P256))}, "badCertId"),
        ({"version": 0}, "badRequest"),
        ({"extensions": (der.encode(der.SEQUENCE, b"\x06\x01\x2a", b"\x04\x00"),)}, "badCertId"),
        ({"entry_extensions": (reason_code(7),)}, "badDataFormat"),
        ({"entry_extensions": (reason_code(99),)}, "badDataFormat"),
        ({"entry_extensions": (reason_code(1, tag=0x02),)}, "badDataFormat"),
        ({"entry_extensions": (reason_code(0), reason_code(1))}, "badRequest"),
        ({"entry_extensions": (reason_code(8),)}, "badCertId"),
        ({"entry_extensions": (b"\x30\x02\x30\x05",)}, "badDataFormat"),
    ],
)
def test_what_does_not_fit_is_rejected_in_the_answer(cmp, holder, fields, expected):
    info = ask(cmp, request(holder[1], **fields), signer=holder)
    assert (info.word, info.fail_info) == ("rejection", (expected,))
    assert cmp.states() == [CONFIRMED]


def test_another_name_for_the_same_certificate_revokes_it_only_by_its_own_names(
    cmp, authority, holder
):
    """A device may revoke its old certificate with its newer one, but not another's."""
    other_key = keys.generate(P256)
    other = authority.issue(other_key.public_key(), names.parse_dn("CN=other")).certificate
    info = ask(cmp, request(holder[1]), signer=(other_key, other))
    assert info.fail_info == ("notAuthorized",)
    newer_key = keys.generate(P256)
    newer = authority.issue(newer_key.public_key(), names.parse_dn("CN=gw")).certificate
    assert ask(cmp, request(holder[1]), signer=(newer_key, newer), recipient_nonce=None).word == (
        "accepted"
    )


def test_what_is_revoked_is_neither_revoked_again_nor_revived(cmp, authority, holder):
    newer_key = keys.generate(P256)
    newer = authority.issue(newer_key.public_key(), names.parse_dn("CN=gw")).certificate
    authority.revoke(holder[1])
    signers = {"its own": holder, "a newer one": (newer_key, newer)}
    for signer in met(2, signers.values()):
        for entry in ((), (reason_code(8),)):
            cmp.last = None
            info = ask(cmp, request(holder[1], entry_extensions=entry), signer=signer)
            assert info.fail_info == ("certRevoked",)
    assert cmp.states() == [REVOKED, "issued"]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, "wrongIntegrity"),  # by password
        ({"protector": None}, "badMessageCheck"),
        ({"sender_nonce": None}, "badSenderNonce"),
        ({"pvno": 1}, "unsupportedVersion"),
    ],
)
def test_a_request_that_is_not_signed_rightly_is_rejected_in_the_answer(
    cmp, holder, parts, expected
):
    data = cmp.encode(request(holder[1]), **parts)
    answer = messages.decode(cmp.post(data).body)
    assert answer.kind == "rp"
    (info,) = decode_revocation_answer(answer)
    assert info.fail_info == (expected,)
    assert cmp.states() == [CONFIRMED]


def test_an_expired_certificate_revokes_nothing(cmp, clock, holder):
    clock.advance(timedelta(hours=2))
    assert ask(cmp, request(holder[1]), signer=holder).fail_info == ("signerNotTrusted",)


def test_two_certificates_in_one_message_are_refused(cmp, holder):
    body = request(holder[1])
    item = der.read(der.read(body).content).content
    twice = der.encode(body[0], der.encode(der.SEQUENCE, item, item))
    assert ask(cmp, twice, signer=holder).fail_info == ("badRequest",)
    assert cmp.states() == [CONFIRMED]


def test_a_body_that_is_none_is_refused(cmp, holder):
    body = bytes((0xA0 | messages.NUMBERS["rr"], 2)) + b"\x30\x00"
    assert ask(cmp, body, signer=holder).fail_info == ("badDataFormat",)


def test_it_is_noted_who_revoked_what(cmp, log, holder):
    ask(cmp, request(holder[1], entry_extensions=(reason_code(1),)), signer=holder)
    serial = certificates.facts(holder[1]).serial
    assert log[-1] == f"cmp rr CN=gw: revoked CN=gw serial {serial:x} keyCompromise"
