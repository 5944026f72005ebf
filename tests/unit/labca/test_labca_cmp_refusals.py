"""What the lab CA refuses over CMPv2, and what it says then [RFC 4210, 5.2.3; RFC 9483, 3.6]."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.store import CONFIRMED, ISSUED, REVOKED
from srpki.protocol.cmp import bodies, mac, messages, revocations, server_transactions
from srpki.protocol.cmp import header as headers
from srpki.protocol.cmp.status import StatusInfo
from srpki.x509 import certificates, csr, der, keys, names

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


def fail_info(answer):
    """Return the failInfo of an error message."""
    assert answer.kind == "error"
    info = bodies.decode_error(answer)
    assert info.word == "rejection"
    assert info.text
    return info.fail_info


def rejection(answer, kind="ip"):
    """Return the failInfo of a rejection that stands where the certificate would have been."""
    assert answer.kind == kind
    (response,), ca_pubs = bodies.decode_responses(answer)
    assert response.status.word == "rejection"
    assert response.status.text
    assert response.certificate is None
    assert ca_pubs == ()
    return response.status.fail_info


@pytest.fixture
def holder(cmp, device_key):
    """Key and certificate of an enrolled device, in a fresh transaction."""
    certificate = cmp.enrolled(device_key)
    cmp.transaction_id = b"h" * 16
    return device_key, certificate


# --- how it is asked: header and protection ------------------------------------------------------


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
    from srpki.protocol.cmp import protect

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
    for vendor, chain in chains.items():
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
        (info,) = revocations.decode_revocation_answer(answer)
        assert info.fail_info == ("badRecipientNonce",)
    else:
        assert fail_info(answer) == ("badRecipientNonce",)


# --- what is asked: template, proof of possession, oldCertID -------------------------------------


@pytest.mark.parametrize("octets", [b"\xa0\x02\x30\x00", b"\xa0\x02\x05\x00", b"\xa0\x00"])
def test_a_body_that_is_no_request_is_refused(cmp, octets):
    assert fail_info(cmp.ask(octets)) == ("badDataFormat",)


def test_two_requests_in_one_message_are_refused(cmp, device_key):
    body = cmp.request("ir", device_key)
    item = der.read(der.read(body).content).content
    twice = der.encode(0xA0, der.encode(der.SEQUENCE, item, item))
    assert rejection(cmp.ask(twice)) == ("badRequest",)


@pytest.mark.parametrize("number", [-1, 1, 2**31 - 1])
def test_the_only_request_of_a_message_has_number_0(cmp, device_key, number):
    answer = cmp.ask(cmp.request("ir", device_key, cert_req_id=number))
    assert rejection(answer) == ("badRequest",)
    assert cmp.states() == []


def extensions(*values):
    """Return Extensions (DER) of (identifier, value) pairs."""
    items = (
        der.encode(der.SEQUENCE, der.encode_oid(oid), der.encode(der.OCTET_STRING, value))
        for oid, value in values
    )
    return der.encode(der.SEQUENCE, *items)


SAN = ("2.5.29.17", bytes.fromhex("3003820161"))  # GeneralNames: dNSName "a"
CA = ("2.5.29.19", bytes.fromhex("30030101ff"))  # BasicConstraints: cA TRUE


def test_a_template_whose_key_cannot_be_read_is_rejected(cmp, device_key):
    """The SubjectPublicKeyInfo is well formed; the point is not one of the curve."""
    good = keys.spki(device_key)
    assert good[26] == 0x04  # an uncompressed point [SEC 1, 2.3.3]
    for spki in (good[:-1] + bytes((good[-1] ^ 1,)), good[:26] + b"\x05" + good[27:]):
        cmp.transaction_id = bytes((cmp.transaction_id[0] + 1,)) * 16
        body = cmp.request("ir", device_key, public_key=spki)
        answer = cmp.ask(body, recipient_nonce=None)
        assert rejection(answer) == ("badCertTemplate",)
    assert cmp.states() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"public_key": None},
        {"subject": None},
        {"subject": x509.Name([])},
        {"extensions": extensions(CA)},
        {"extensions": extensions(SAN, SAN)},
        {"extensions": extensions(("2.5.29.17", b"\x30\x01"))},
        {"extensions": extensions(("2.5.29.17", b"\x30\x00"))},
        {"extensions": extensions(("2.5.29.17", bytes.fromhex("3002a903")))},  # no form of name
        {"extensions": b"\x30\x02\x30\x00"},
    ],
)
def test_a_template_that_cannot_be_certified_is_rejected(cmp, device_key, fields):
    answer = cmp.ask(cmp.request("ir", device_key, **fields))
    assert rejection(answer) == ("badCertTemplate",)
    assert cmp.states() == []


@pytest.mark.parametrize("kind", ["ir", "cr"])
def test_a_rejection_stands_where_the_certificate_would_have_been(cmp, device_key, kind):
    answer = cmp.ask(cmp.request(kind, device_key, public_key=None))
    assert rejection(answer, {"ir": "ip", "cr": "cp"}[kind]) == ("badCertTemplate",)


def signed_request(cmp, key, kind="ir", algorithm="1.2.840.10045.4.3.2", **fields):
    """Return a request whose proof has any algorithm; the signature is over SHA-256."""
    name = names.parse_dn("CN=gw").public_bytes()
    data = bodies.encode_request(
        bodies.CertificateRequest(
            **(
                {"cert_req_id": 0, "subject": name, "public_key": keys.spki(key.public_key())}
                | fields
            )
        )
    )
    if isinstance(key, ec.EllipticCurvePrivateKey):
        signature = key.sign(data, ec.ECDSA(hashes.SHA256()))
    else:
        signature = key.sign(data)
    identifier = der.encode(der.SEQUENCE, der.encode_oid(algorithm))
    return bodies.encode_signed_request(kind, data, identifier, signature)


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP192R1()), "1.2.840.10045.4.3.2"),
        (ed448.Ed448PrivateKey.generate(), "1.3.101.113"),
    ],
)
def test_a_key_that_is_not_certified_is_rejected(cmp, key, algorithm):
    answer = cmp.ask(signed_request(cmp, key, algorithm=algorithm))
    assert rejection(answer) == ("badCertTemplate",)
    assert cmp.states() == []


def test_ed25519_is_certified_for_other_clients(cmp):
    key = ed25519.Ed25519PrivateKey.generate()
    answer = cmp.ask(signed_request(cmp, key, algorithm="1.3.101.112"))
    (response,), _ = bodies.decode_responses(answer)
    assert response.status.word == "accepted"
    assert x509.load_der_x509_certificate(response.certificate).public_key() == key.public_key()


@pytest.mark.parametrize(("bits", "certified"), [(1016, False), (8192, True), (8200, False)])
@pytest.mark.parametrize("kind", ["ir", "p10cr"])
def test_rsa_keys_have_1024_to_8192_bits(cmp, kind, bits, certified):
    """The proof is wrong, so that a key of a good size is refused for that, and only then."""
    spki = keys.spki(rsa.RSAPublicNumbers(65537, (1 << bits - 1) + 1).public_key())
    if kind == "ir":
        body = cmp.request("ir", keys.generate(P256), public_key=spki)
    else:
        body = with_key(csr.build(keys.generate(P256), names.parse_dn("CN=gw")), spki)
    answer = cmp.ask(body)
    expected = "badPOP" if certified else "badCertTemplate"
    assert rejection(answer, answer.kind) == (expected,)
    (response,), _ = bodies.decode_responses(answer)
    assert (response.status.text == (f"keys of {bits} bits are not certified",)) != certified


def with_key(request, spki):
    """Return a p10cr of *request* (DER) for another key, its signature as it was."""
    parts = der.elements(der.read(request).content)
    content, algorithm, signature = (part.whole for part in parts)
    fields = [field.whole for field in der.elements(der.read(content).content)]
    content = der.encode(der.SEQUENCE, fields[0], fields[1], spki, fields[3])
    return der.encode(0xA4, der.encode(der.SEQUENCE, content, algorithm, signature))


@pytest.mark.parametrize("kind", ["ir", "p10cr"])
def test_a_key_is_measured_before_its_proof_is_verified(cmp, kind):
    """The proof is wrong too: what is said is the size."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=1023 + 1)
    short = rsa.RSAPublicNumbers(65537, key.public_key().public_numbers().n >> 24).public_key()
    spki = keys.spki(short)
    if kind == "ir":
        body = cmp.request("ir", keys.generate(P256), public_key=spki)
    else:
        body = with_key(csr.build(keys.generate(P256), names.parse_dn("CN=gw")), spki)
    answer = cmp.ask(body)
    (response,), _ = bodies.decode_responses(answer)
    assert response.status.fail_info == ("badCertTemplate",)
    assert response.status.text == ("keys of 1000 bits are not certified",)


def test_a_kind_of_key_that_nobody_knows_is_rejected(cmp, device_key):
    unknown = keys.spki(device_key).replace(
        der.encode_oid("1.2.840.10045.2.1"), der.encode_oid("1.2.840.10045.2.9")
    )
    answer = cmp.ask(cmp.request("ir", device_key, public_key=unknown))
    assert rejection(answer) in (("badAlg",), ("badCertTemplate",))


def test_a_proof_by_another_key_is_rejected(cmp, device_key):
    answer = cmp.ask(cmp.request("ir", device_key, proof=keys.generate(P256)))
    assert rejection(answer) == ("badPOP",)
    assert cmp.states() == []


@pytest.mark.parametrize("algorithm", ["1.2.840.113549.1.1.4", "1.2.3.4"])
def test_a_proof_with_an_unusable_algorithm_is_rejected(cmp, device_key, algorithm):
    answer = cmp.ask(signed_request(cmp, device_key, algorithm=algorithm))
    assert rejection(answer) == ("badPOP",)


def with_proof(cmp, key, popo, kind="ir"):
    """Return a request whose ProofOfPossession is *popo* (DER), or absent when it is empty."""
    item = der.read(der.read(der.read(cmp.request(kind, key)).content).content)
    request = next(der.elements(item.content)).whole
    message = der.encode(der.SEQUENCE, request + popo)
    return der.encode(0xA0 | messages.NUMBERS[kind], der.encode(der.SEQUENCE, message))


def test_an_end_entity_is_no_registration_authority(cmp, device_key):
    answer = cmp.ask(with_proof(cmp, device_key, b"\x80\x00"))  # raVerified
    assert rejection(answer) == ("notAuthorized",)
    assert cmp.states() == []


@pytest.mark.parametrize(
    "popo",
    [b"", bytes.fromhex("a203800101"), bytes.fromhex("a303800101")],
    ids=["absent", "keyEncipherment", "keyAgreement"],
)
def test_possession_is_proved_by_a_signature_and_nothing_else(cmp, device_key, popo):
    assert rejection(cmp.ask(with_proof(cmp, device_key, popo))) == ("badPOP",)
    assert cmp.states() == []


def input_proof(signer, key, name, public_key=None):
    """Return a POPOSigningKey (DER) over a POPOSigningKeyInput [RFC 4211, 4.1]."""
    sender = der.encode(0xA0, headers.general_name(name))
    content = sender + (public_key or keys.spki(key))
    signature = keys.sign(key, der.encode(der.SEQUENCE, content), "sha256")
    algorithm = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.10045.4.3.2"))
    bits = der.encode(der.BIT_STRING, b"\x00" + signature)
    return der.encode(0xA1, der.encode(0xA0, content), algorithm, bits)


def test_a_proof_over_a_signing_key_input_names_the_sender_and_the_key(cmp, holder):
    name = names.parse_dn("CN=gw").public_bytes()
    other = names.parse_dn("CN=other").public_bytes()
    new = keys.generate(P256)

    def ask(proof):
        return cmp.ask(with_proof(cmp, new, proof, "kur"), signer=holder, recipient_nonce=None)

    assert rejection(ask(input_proof(holder, new, other)), "kup") == ("badPOP",)
    foreign_key = keys.spki(keys.generate(P256))
    assert rejection(ask(input_proof(holder, new, name, foreign_key)), "kup") == ("badPOP",)
    wrong = input_proof(holder, new, name)
    wrong = wrong[:-1] + bytes((wrong[-1] ^ 1,))
    assert rejection(ask(wrong), "kup") == ("badPOP",)
    (response,), _ = bodies.decode_responses(ask(input_proof(holder, new, name)))
    assert response.status.word == "accepted"


def input_of(signer, name, *parts):
    """Return a POPOSigningKey over an input of the sender and *parts*, whatever they are."""
    content = der.encode(0xA0, headers.general_name(name)) + b"".join(parts)
    signature = keys.sign(signer, der.encode(der.SEQUENCE, content), "sha256")
    algorithm = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.10045.4.3.2"))
    bits = der.encode(der.BIT_STRING, b"\x00" + signature)
    return der.encode(0xA1, der.encode(0xA0, content), algorithm, bits)


@pytest.mark.parametrize("parts", [0, 1, 2])
def test_a_signing_key_input_is_a_sender_and_a_key_and_no_more(cmp, holder, parts):
    """Each is signed rightly; only the one of two elements is what RFC 4211, 4.1 has."""
    new, name = keys.generate(P256), names.parse_dn("CN=gw").public_bytes()
    proof = input_of(new, name, *([keys.spki(new)] * parts))
    answer = cmp.ask(with_proof(cmp, new, proof, "kur"), signer=holder)
    if parts == 1:
        assert bodies.decode_responses(answer)[0][0].status.word == "accepted"
    else:
        assert rejection(answer, "kup") == ("badPOP",)


def test_a_signing_key_input_proves_nothing_under_a_password(cmp, device_key):
    name = names.parse_dn("CN=gw").public_bytes()
    popo = input_proof(None, device_key, name)
    assert rejection(cmp.ask(with_proof(cmp, device_key, popo))) == ("badPOP",)


def test_a_pkcs10_must_be_signed_by_its_own_key(cmp, device_key):
    request = bytearray(csr.build(device_key, names.parse_dn("CN=gw")))
    request[-1] ^= 1
    body = der.encode(0xA4, bytes(request))
    assert rejection(cmp.ask(body), "cp") == ("badPOP",)


@pytest.mark.parametrize(
    "change",
    [
        (b"\x02\x01\x00", b"\x02\x01\x01"),  # the version
        (der.encode_oid("1.2.840.10045.2.1"), der.encode_oid("1.2.840.10045.2.9")),  # the key
    ],
)
def test_a_pkcs10_that_cannot_be_read_is_a_bad_template(cmp, device_key, change):
    request = csr.build(device_key, names.parse_dn("CN=gw")).replace(*change, 1)
    assert rejection(cmp.ask(der.encode(0xA4, request)), "cp") == ("badCertTemplate",)
    assert cmp.states() == []


@pytest.mark.parametrize("ca", [True, False])
def test_a_pkcs10_for_a_ca_certificate_is_rejected(cmp, device_key, ca):
    builder = x509.CertificateSigningRequestBuilder(names.parse_dn("CN=gw"))
    builder = builder.add_extension(x509.BasicConstraints(ca, None), critical=True)
    request = builder.sign(device_key, hashes.SHA256()).public_bytes(Encoding.DER)
    answer = cmp.ask(der.encode(0xA4, request))
    if ca:
        assert rejection(answer, "cp") == ("badCertTemplate",)
        assert cmp.states() == []
    else:
        assert bodies.decode_responses(answer)[0][0].certificate is not None


@pytest.mark.parametrize("octets", [b"\xa4\x00", b"\xa4\x02\x30\x05", b"\xa4\x04\x05\x00\x05\x00"])
def test_a_p10cr_whose_body_is_no_element_is_a_bad_format(cmp, octets):
    assert fail_info(cmp.ask(octets)) == ("badDataFormat",)


def test_a_pkcs10_signed_with_an_unknown_algorithm_proves_nothing(cmp, device_key):
    known, unknown = der.encode_oid("1.2.840.10045.4.3.2"), der.encode_oid("1.2.840.10045.4.3.9")
    request = csr.build(device_key, names.parse_dn("CN=gw")).replace(known, unknown)
    assert rejection(cmp.ask(der.encode(0xA4, request)), "cp") == ("badPOP",)


@pytest.mark.parametrize("number", [0, -1])
def test_a_pkcs10_is_confirmed_by_either_number(cmp, device_key, number):
    answer = cmp.ask(der.encode(0xA4, csr.build(device_key, names.parse_dn("CN=gw"))))
    certificate = bodies.decode_responses(answer)[0][0].certificate
    assert cmp.ask(cmp.confirmation(certificate, cert_req_id=number)).kind == "pkiConf"
    assert cmp.states() == [CONFIRMED]


def test_a_key_update_is_signed_not_protected_by_a_password(cmp, device_key):
    answer = cmp.ask(cmp.request("kur", device_key))
    assert rejection(answer, "kup") == ("wrongIntegrity",)


@pytest.mark.parametrize("wrong", ["serial", "issuer", "no-name"])
def test_a_key_update_names_the_certificate_that_signs_it(cmp, holder, wrong):
    key, certificate = holder
    facts = certificates.facts(certificate)
    issuer = certificates.parse(certificate).issuer.public_bytes()
    old = {
        "serial": (issuer, facts.serial + 1),
        "issuer": (names.parse_dn("CN=another CA").public_bytes(), facts.serial),
        "no-name": (headers.NULL_DN, facts.serial),
    }[wrong]
    answer = cmp.ask(cmp.request("kur", key, old_certificate=old), signer=holder)
    assert rejection(answer, "kup") == ("badCertId",)
    assert cmp.states() == [CONFIRMED]


def test_a_key_update_changes_no_names(cmp, holder):
    key, _ = holder
    other = names.parse_dn("CN=other")
    answer = cmp.ask(cmp.request("kur", key, other), signer=holder)
    assert rejection(answer, "kup") == ("badCertTemplate",)
    body = cmp.request("kur", key, extensions=extensions(SAN))
    answer = cmp.ask(body, signer=holder, recipient_nonce=None)
    assert rejection(answer, "kup") == ("badCertTemplate",)


# --- the transaction -----------------------------------------------------------------------------


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
    infos = (IMPLICIT,) if implicitly else ()
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
    other = mac.Pbmac1Protector("insecure", b"s" * 16)
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
