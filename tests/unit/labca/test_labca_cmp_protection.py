"""What the lab CA refuses of a CMP message: header and protection [RFC 4210, 5.1; RFC 9483, 3]."""

from dataclasses import replace
from datetime import timedelta

import other_clients
import pytest
from counting import met
from refused import fail_info

from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.store import ISSUED
from srpki.protocol.cmp import bodies, messages, protect
from srpki.protocol.cmp import header as headers
from srpki.x509 import der, keys, names

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"pvno": 1}, "unsupportedVersion"),
        ({"pvno": 4}, "unsupportedVersion"),
        ({"transaction_id": None}, "badDataFormat"),
        ({"sender_nonce": None}, "badSenderNonce"),
        ({"sender_kid": b"4712"}, "badMessageCheck"),
        ({"sender_kid": b"\xff\xfe"}, "badMessageCheck"),
    ],
)
def test_a_wrong_header_is_refused(cmp, device_key, header, expected):
    reply = cmp.post(cmp.encode(cmp.request("ir", device_key), **header))
    answer = messages.decode(reply.body)
    assert fail_info(answer) == (expected,)
    assert answer.header.pvno in (2, 3)
    assert cmp.states() == []


SHORT = [
    ({"transaction_id": b"t"}, "badDataFormat"),
    ({"transaction_id": b"t" * 15}, "badDataFormat"),
    ({"sender_nonce": b"n"}, "badSenderNonce"),
    ({"sender_nonce": b"n" * 15}, "badSenderNonce"),
    ({"sender_kid": None}, "badMessageCheck"),
]


@pytest.fixture
def strict(clock, settings, faults, log, cmp):
    """A client of a CA that asks of messages what RFC 9483 asks."""
    settings = replace(settings, cmp_profile="rfc9483")
    return type(cmp)(Authority(None, clock, SystemEntropy(), settings), faults, log)


@pytest.mark.parametrize(("header", "expected"), SHORT)
def test_what_rfc_4210_leaves_open_is_refused_only_by_the_profile_of_rfc_9483(
    cmp, strict, device_key, header, expected
):
    body = cmp.request("ir", device_key)
    answer = messages.decode(cmp.post(cmp.encode(body, **header)).body)
    assert answer.kind == "ip"
    assert answer.header.transaction_id == header.get("transaction_id", cmp.transaction_id)
    assert answer.header.recipient_nonce == header.get("sender_nonce", cmp.nonce)
    assert answer.header.sender_kid == b"4711"
    answer = messages.decode(strict.post(strict.encode(body, **header)).body)
    assert fail_info(answer) == (expected,)
    assert strict.states() == []


def test_a_password_without_senderkid_is_that_of_the_senders_common_name_or_the_only_one(
    cmp, authority, device_key
):
    def asked(**parts):
        cmp.transaction_id = bytes((cmp.transaction_id[0] + 1,)) * 16
        return cmp.ask(
            cmp.request("ir", device_key), sender_kid=None, recipient_nonce=None, **parts
        )

    other = names.parse_dn("O=Lab,CN=4712").public_bytes()
    assert asked(sender=other).kind == "ip"
    authority.register("4712", "second")
    assert fail_info(asked()) == ("badMessageCheck",)
    assert fail_info(asked(sender=other)) == ("badMessageCheck",)  # the password is 4711's
    assert asked(sender=other, protector=cmp.mac("second")).kind == "ip"


@pytest.mark.parametrize("days", [-4000, 4000])
def test_the_time_of_a_message_is_not_judged(cmp, clock, device_key, days):
    body = cmp.request("ir", device_key)
    assert cmp.ask(body, message_time=clock.now() + timedelta(days=days)).kind == "ip"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(None, "badTime"), (-301, "badTime"), (301, "badTime"), (-300, ""), (0, ""), (300, "")],
)
def test_the_time_of_a_message_is_judged_where_that_is_wanted(
    clock, faults, log, cmp, device_key, seconds, expected
):
    settings = CaSettings(reference="4711", secret="insecure", message_time=300)
    strict = type(cmp)(Authority(None, clock, SystemEntropy(), settings), faults, log)
    told = None if seconds is None else clock.now() + timedelta(seconds=seconds)
    answer = strict.ask(strict.request("ir", device_key), message_time=told)
    if expected:
        assert fail_info(answer) == (expected,)
    else:
        assert answer.kind == "ip"


def test_a_message_without_protection_is_refused(cmp, device_key):
    answer = cmp.ask(cmp.request("ir", device_key), protector=None)
    assert fail_info(answer) == ("badMessageCheck",)
    assert cmp.states() == []


def test_a_wrong_password_is_refused(cmp, device_key):
    answer = cmp.ask(cmp.request("ir", device_key), protector=cmp.mac("wrong"))
    assert fail_info(answer) == ("badMessageCheck",)
    assert cmp.states() == []


def test_who_failed_to_prove_a_password_is_answered_with_a_signature(cmp, authority, device_key):
    answer = cmp.ask(cmp.request("ir", device_key), protector=cmp.mac("wrong"))
    protect.verify_signature(answer, authority.cmp_signer.certificate)
    assert answer.extra_certs[0] == authority.cmp_signer.certificate


def test_an_iteration_count_without_measure_is_refused_before_the_work(cmp, device_key):
    right = cmp.mac(iterations=1000)
    right.algorithm = right.algorithm.replace(b"\x02\x02\x03\xe8", b"\x02\x02\x7f\xff", 1)
    greedy = der.encode(0x02, (2_000_000_000).to_bytes(4, "big"))
    parameters = der.read(right.algorithm).content
    oid = der.read(parameters).whole
    salt, owf, _, mac = der.elements(der.read(parameters[len(oid) :]).content)
    right.algorithm = der.encode(
        der.SEQUENCE, oid, der.encode(der.SEQUENCE, salt.whole, owf.whole, greedy, mac.whole)
    )
    answer = cmp.ask(cmp.request("ir", device_key), protector=right)
    assert fail_info(answer) == ("badMessageCheck",)


def test_a_signature_by_another_key_is_refused(cmp, holder):
    key, certificate = holder
    answer = cmp.ask(cmp.request("kur", key), signer=(keys.generate(P256), certificate))
    assert fail_info(answer) == ("badMessageCheck",)


def test_a_signer_must_show_its_certificate(cmp, holder):
    answer = cmp.ask(cmp.request("kur", holder[0]), signer=holder, extra_certs=())
    assert fail_info(answer) == ("badMessageCheck",)


def test_the_sender_must_be_the_subject_of_the_signer(cmp, holder):
    other = names.parse_dn("CN=other").public_bytes()
    answer = cmp.ask(cmp.request("kur", holder[0]), signer=holder, sender=other)
    assert fail_info(answer) == ("badMessageCheck",)


def test_the_sender_may_be_spelled_differently(cmp, holder):
    other = names.parse_dn("CN= GW ", printable=True).public_bytes()
    assert cmp.ask(cmp.request("kur", holder[0]), signer=holder, sender=other).kind == "kup"


def test_the_sender_key_identifier_must_be_that_of_the_signer(cmp, holder):
    answer = cmp.ask(cmp.request("kur", holder[0]), signer=holder, sender_kid=b"k" * 20)
    assert fail_info(answer) == ("badMessageCheck",)


def test_a_certificate_of_another_ca_may_not_sign(cmp, clock, device_key):
    other = Authority(None, clock, SystemEntropy())
    stranger = other.issue(device_key.public_key(), names.parse_dn("CN=gw")).certificate
    for kind in ("ir", "cr", "kur"):
        answer = cmp.ask(cmp.request(kind, device_key), signer=(device_key, stranger))
        assert fail_info(answer) == ("signerNotTrusted",)
    assert cmp.states() == []


def test_a_device_of_a_vendor_that_nobody_trusts_may_not_sign(
    clock, settings, faults, log, cmp, device_key
):
    """Its certificate is good in its own PKI; the CA knows another vendor's."""
    known, unknown = (Authority(None, clock, SystemEntropy()) for _ in range(2))
    anchors = (known.root, known.issuing.certificate)
    trusting = Authority(None, clock, SystemEntropy(), replace(settings, vendor_anchors=anchors))
    client = type(cmp)(trusting, faults, log)
    chains = {vendor: (vendor.issuing.certificate, vendor.root) for vendor in (known, unknown)}
    for vendor, chain in met(2, chains.items()):
        factory = vendor.issue(device_key.public_key(), names.parse_dn("CN=SN1")).certificate
        body = client.request("ir", device_key)
        asked = {"signer": (device_key, factory), "extra_certs": (factory, *chain)}
        answer = client.ask(body, **asked, recipient_nonce=None)
        client.transaction_id = b"u" * 16
        if vendor is known:
            assert answer.kind == "ip"
        else:
            assert fail_info(answer) == ("signerNotTrusted",)
            assert "not trusted" in bodies.decode_error(answer).text[0]
    assert client.states() == [ISSUED]


def test_an_expired_certificate_may_not_sign(cmp, clock, holder):
    clock.advance(timedelta(hours=1, seconds=1))
    answer = cmp.ask(cmp.request("kur", holder[0]), signer=holder)
    assert fail_info(answer) == ("signerNotTrusted",)
    assert "expired" in bodies.decode_error(answer).text[0]


def test_a_revoked_certificate_may_not_sign(cmp, authority, holder):
    authority.revoke(holder[1])
    answer = cmp.ask(cmp.request("kur", holder[0]), signer=holder)
    assert fail_info(answer) == ("certRevoked",)


def test_the_cas_own_key_may_not_ask(cmp, authority):
    signer = (authority.cmp_signer.key, authority.cmp_signer.certificate)
    answer = cmp.ask(cmp.request("kur", signer[0]), signer=signer)
    assert fail_info(answer) == ("signerNotTrusted",)


@pytest.mark.parametrize("kind", ["krr", "nested", "ccr", "popdecr"])
def test_what_is_not_served_is_said_so(cmp, kind):
    body = bytes((0xA0 | messages.NUMBERS[kind], 2)) + b"\x30\x00"
    assert fail_info(cmp.ask(body)) == ("badRequest",)


@pytest.mark.parametrize("kind", ["ip", "kup", "pkiConf", "pollRep"])
def test_an_answer_is_no_request(cmp, kind):
    body = bytes((0xA0 | messages.NUMBERS[kind], 2)) + b"\x30\x00"
    assert fail_info(cmp.ask(body)) == ("badRequest",)


def test_the_sender_key_identifier_of_a_signer_may_be_absent(cmp, holder):
    answer = cmp.ask(cmp.request("kur", holder[0]), signer=holder, sender_kid=None)
    assert answer.kind == "kup"


def test_the_sender_key_identifier_of_a_signer_must_be_there_for_rfc_9483(strict, device_key):
    holder = device_key, strict.enrolled(device_key)
    answer = strict.ask(strict.request("kur", device_key), signer=holder, sender_kid=None)
    assert fail_info(answer) == ("badMessageCheck",)


def test_the_sender_is_a_directory_name(cmp, device_key):
    """Of another kind is an e-mail address; the protection is right."""
    data = cmp.encode(cmp.request("ir", device_key))
    message = messages.decode(data)
    address = der.encode(0x81, b"router@example.net")
    head = der.read(message.protected_part).content[: -len(message.body)]
    fields = list(der.elements(der.read(head).content))
    fields = [fields[0].whole, address, *(field.whole for field in fields[2:])]
    parts = [der.encode(der.SEQUENCE, *fields), message.body]
    bits = cmp.mac().protect(der.encode(der.SEQUENCE, *parts))
    parts.append(der.encode(0xA0, der.encode(der.BIT_STRING, b"\x00", bits)))
    answer = messages.decode(cmp.post(der.encode(der.SEQUENCE, *parts)).body)
    assert fail_info(answer) == ("badMessageCheck",)
    assert "directoryName" in bodies.decode_error(answer).text[0]


IMPLICIT = (headers.IMPLICIT_CONFIRM, der.NULL)
UNTIL = (headers.CONFIRM_WAIT_TIME, b"\x18\x0f20300517120500Z")


@pytest.mark.parametrize(
    ("infos", "expected"),
    [
        ([(headers.IMPLICIT_CONFIRM, b"\x01\x01\xff")], "badRequest"),
        ([IMPLICIT, UNTIL], "badRequest"),
        ([(headers.CONFIRM_WAIT_TIME, b"\x17\x0d300517120500Z")], "badDataFormat"),
        ([(headers.CONFIRM_WAIT_TIME, None)], "badDataFormat"),
    ],
    ids=["implicitConfirm-with-value", "both", "UTCTime", "no-time"],
)
def test_what_is_said_of_the_confirmation_makes_sense(cmp, device_key, infos, expected):
    answer = cmp.ask(cmp.request("ir", device_key), general_info=tuple(infos))
    assert fail_info(answer) == (expected,)
    assert cmp.states() == []


@pytest.mark.parametrize("infos", [[UNTIL], [("1.2.3.4", None)], [("1.2.3.4", der.NULL), IMPLICIT]])
def test_other_general_information_is_taken_or_passed_over(cmp, device_key, infos):
    answer = cmp.ask(cmp.request("ir", device_key), general_info=tuple(infos))
    assert answer.kind == "ip"
    assert cmp.states() != []


@pytest.mark.parametrize("kind", ["ir", "cr", "kur", "rr", "genm"])
def test_the_first_message_of_a_transaction_answers_none(cmp, holder, kind):
    if kind in ("rr", "genm"):
        body = bytes((0xA0 | messages.NUMBERS[kind], 2)) + b"\x30\x00"
    else:
        body = cmp.request(kind, holder[0])
    answer = cmp.ask(body, signer=holder, recipient_nonce=b"n" * 16)
    if kind == "rr":
        (info,) = other_clients.decode_revocation_answer(answer)
        assert info.fail_info == ("badRecipientNonce",)
    else:
        assert fail_info(answer) == ("badRecipientNonce",)
