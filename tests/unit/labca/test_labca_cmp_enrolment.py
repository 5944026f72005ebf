"""CMPv2 at the lab CA: what is granted, and what happens afterwards."""

import hashlib
import hmac
from datetime import timedelta

import other_clients
import pytest
from cryptography import x509
from pyasn1.codec.der import decoder
from pyasn1_modules import rfc4210, rfc5280

from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.store import CONFIRMED, ISSUED, REVOKED, SUPERSEDED
from srpki.protocol.cmp import asn1, bodies, mac, protect
from srpki.protocol.cmp.client import (
    CmpPeer,
    MacCredentials,
    SignatureCredentials,
    initial_registration,
    key_update,
)
from srpki.protocol.cmp.header import IMPLICIT_CONFIRM
from srpki.protocol.cmp.status import StatusInfo
from srpki.protocol.steps import Send
from srpki.x509 import certificates, csr, der, keys, names, signatures

NULL = b"\x05\x00"
IMPLICITLY = {"general_info": ((IMPLICIT_CONFIRM, NULL),)}


def granted(answer):
    (response,), _ = bodies.decode_responses(answer)
    assert response.status.word == "accepted", response.status
    return response.certificate


def drive(machine, responder, clock):
    """Run a client machine against a responder."""
    reply = None
    while True:
        try:
            step = machine.send(reply)
        except StopIteration as end:
            return end.value
        if isinstance(step, Send):
            reply = responder.handle(step.request)
        else:
            clock.wait(step.seconds)
            reply = None


@pytest.fixture
def peer(authority):
    return CmpPeer(
        url="http://127.0.0.1/pkix/",
        ca_certificates=(authority.issuing.certificate, authority.root),
        response_signing_use_extracert=True,
    )


def test_a_registered_reference_enrols_and_confirms(cmp, device_key):
    certificate = granted(cmp.ask(cmp.request("ir", device_key)))
    assert keys.same_public_key(certificate, device_key)
    assert certificates.facts(certificate).subject == "CN=gw"
    assert cmp.states() == [ISSUED]
    assert cmp.ask(cmp.confirmation(certificate)).kind == "pkiConf"
    assert cmp.states() == [CONFIRMED]


def test_an_answer_to_a_password_has_the_same_protection_and_the_root(cmp, authority, device_key):
    answer = cmp.ask(cmp.request("ir", device_key))
    mac.MacVerifier("insecure").verify(answer)
    assert answer.header.sender_kid == b"4711"
    _, ca_pubs = bodies.decode_responses(answer)
    assert ca_pubs == (authority.root,)
    assert answer.extra_certs == (authority.issuing.certificate,)


def test_an_answer_to_pbmac1_has_pbmac1(cmp, device_key):
    """The key is derived here, by the parameters that the answer names [RFC 8018, 7.1]."""
    right = other_clients.Pbmac1Protector("insecure", b"s" * 16)
    answer = cmp.ask(cmp.request("ir", device_key), protector=right)
    algorithm = rfc5280.AlgorithmIdentifier()
    found, rest = decoder.decode(answer.header.protection_algorithm, asn1Spec=algorithm)
    assert not rest
    assert str(found["algorithm"]) == "1.2.840.113549.1.5.14"
    parameters, _ = decoder.decode(found["parameters"])
    derivation, scheme = parameters[0], parameters[1]
    assert str(scheme[0]) == "1.2.840.113549.2.9"
    assert str(derivation[0]) == "1.2.840.113549.1.5.12"
    salt, count, length, prf = (derivation[1][index] for index in range(4))
    assert str(prf[0]) == "1.2.840.113549.2.9"
    assert bytes(salt) != b"s" * 16
    key = hashlib.pbkdf2_hmac("sha256", b"insecure", bytes(salt), int(count), int(length))
    assert hmac.digest(key, answer.protected_part, "sha256") == answer.protection
    assert cmp.ask(cmp.confirmation(granted(answer)), protector=right).kind == "pkiConf"


@pytest.mark.parametrize(
    ("owf", "count", "mac_name"),
    [
        ("1.3.14.3.2.26", 1000, "1.3.6.1.5.5.8.1.2"),  # SHA-1 with HMAC-SHA1, as of RFC 4210
        ("2.16.840.1.101.3.4.2.3", 777, "1.2.840.113549.2.11"),
    ],
)
def test_the_mac_of_an_answer_follows_the_parameters_of_the_request(
    cmp, device_key, owf, count, mac_name
):
    hashes = {"1.3.14.3.2.26": "sha1", "2.16.840.1.101.3.4.2.3": "sha512"}
    key = b"insecure" + b"s" * 16
    for _ in range(count):
        key = hashlib.new(hashes[owf], key).digest()
    parameters = der.encode(
        der.SEQUENCE,
        der.encode(der.OCTET_STRING, b"s" * 16),
        der.encode(der.SEQUENCE, der.encode_oid(owf)),
        der.encode(der.INTEGER, count.to_bytes(2, "big")),
        der.encode(der.SEQUENCE, der.encode_oid(mac_name)),
    )

    class Protector:
        algorithm = der.encode(der.SEQUENCE, der.encode_oid(mac.PBM), parameters)

        def protect(self, part):
            return hmac.digest(key, part, hashes[owf])

    answer = cmp.ask(cmp.request("ir", device_key), protector=Protector())
    found, _ = decoder.decode(answer.header.protection_algorithm)
    salt, one_way, iterations, scheme = (found[1][index] for index in range(4))
    assert (str(one_way[0]), int(iterations), str(scheme[0])) == (owf, count, mac_name)
    assert bytes(salt) != b"s" * 16
    key = b"insecure" + bytes(salt)
    for _ in range(count):
        key = hashlib.new(hashes[owf], key).digest()
    assert hmac.digest(key, answer.protected_part, hashes[owf]) == answer.protection


def test_an_answer_to_a_signature_is_signed_and_hands_out_no_root(cmp, authority, device_key):
    old = cmp.enrolled(device_key)
    new_key = keys.generate(keys.KeySpec("ecdsa", curve="secp384r1"))
    answer = cmp.ask(cmp.request("kur", new_key), signer=(device_key, old))
    assert answer.kind == "kup"
    signer = authority.cmp_signer.certificate
    assert answer.extra_certs == (signer, authority.issuing.certificate)
    protect.verify_signature(answer, signer)
    assert answer.header.sender == certificates.parse(signer).subject.public_bytes()
    assert answer.header.sender_kid == certificates.facts(signer).subject_key_identifier
    assert bodies.decode_responses(answer)[1] == ()


def test_the_answers_time_is_the_labs(cmp, clock, device_key):
    clock.advance(timedelta(days=400))
    assert cmp.ask(cmp.request("ir", device_key)).header.message_time == clock.now()


def test_the_answer_is_what_another_codec_reads(cmp, device_key):
    answer = cmp.post(cmp.encode(cmp.request("ir", device_key)))
    message, rest = decoder.decode(answer.body, asn1Spec=rfc4210.PKIMessage())
    assert not rest
    assert message["body"].getName() == "ip"
    assert int(message["header"]["pvno"]) == 2


def test_a_key_update_supersedes_the_old_certificate_which_stays_good(cmp, device_key):
    old = cmp.enrolled(device_key, extensions=_san("gw.example.net"))
    new_key = keys.generate(keys.KeySpec("rsa", size=2048))
    body = cmp.request("kur", new_key, None, old_certificate=_old(old))
    new = granted(cmp.ask(body, signer=(device_key, old)))
    assert certificates.same_subject(old, new)
    assert certificates.facts(new).san == (("dns", "gw.example.net"),)
    assert cmp.ask(cmp.confirmation(new), signer=(device_key, old)).kind == "pkiConf"
    assert cmp.states() == [SUPERSEDED, CONFIRMED]
    # the router could not store the new pair and begins again with the old one
    cmp.last, cmp.transaction_id = None, b"t" * 16
    granted(cmp.ask(cmp.request("kur", new_key), signer=(device_key, old)))


def _old(certificate):
    facts = certificates.facts(certificate)
    return certificates.parse(certificate).issuer.public_bytes(), facts.serial


def _san(name):
    value = x509.SubjectAlternativeName([x509.DNSName(name)]).public_bytes()
    octets = der.encode(der.OCTET_STRING, value)
    extension = der.encode(der.SEQUENCE, der.encode_oid("2.5.29.17"), octets)
    return der.encode(der.SEQUENCE, extension)


def test_a_pkcs10_is_certified_too(cmp, device_key):
    request = csr.build(device_key, names.parse_dn("CN=p10"), names.san("p10.example.net"))
    answer = cmp.ask(b"\xa4" + der.encode(der.SEQUENCE, request)[1:])
    assert answer.kind == "cp"
    (response,), _ = bodies.decode_responses(answer)
    assert response.cert_req_id == -1
    facts = certificates.facts(response.certificate)
    assert (facts.subject, facts.san) == ("CN=p10", (("dns", "p10.example.net"),))
    assert cmp.ask(cmp.confirmation(response.certificate, cert_req_id=-1)).kind == "pkiConf"


def test_implicit_confirmation_is_granted_when_asked(cmp, device_key):
    answer = cmp.ask(cmp.request("ir", device_key), **IMPLICITLY)
    assert answer.header.implicit_confirm
    assert cmp.states() == [CONFIRMED]
    # the transaction has come to its end: another one has another name
    cmp.last, cmp.transaction_id = None, b"t" * 16
    granted(cmp.ask(cmp.request("ir", device_key)))


def test_implicit_confirmation_is_not_granted_where_it_is_not_allowed(
    clock, faults, log, cmp, device_key
):
    settings = CaSettings(reference="4711", secret="insecure", implicit_confirm=False)
    strict = type(cmp)(Authority(None, clock, SystemEntropy(), settings), faults, log)
    answer = strict.ask(strict.request("ir", device_key), **IMPLICITLY)
    assert not answer.header.implicit_confirm
    assert strict.states() == [ISSUED]


def test_a_certificate_that_the_client_rejects_is_revoked(cmp, device_key):
    certificate = granted(cmp.ask(cmp.request("ir", device_key)))
    rejection = StatusInfo(2, ("wrong name",), ("badCertTemplate",))
    assert cmp.ask(cmp.confirmation(certificate, status=rejection)).kind == "pkiConf"
    assert cmp.states() == [REVOKED]


def test_an_empty_confirmation_rejects_everything(cmp, device_key):
    granted(cmp.ask(cmp.request("ir", device_key)))
    assert cmp.ask(bodies.encode_confirmations([])).kind == "pkiConf"
    assert cmp.states() == [REVOKED]


def test_a_client_that_gives_up_is_confirmed_and_its_certificate_revoked(cmp, device_key):
    granted(cmp.ask(cmp.request("ir", device_key)))
    assert cmp.ask(bodies.encode_error(StatusInfo(2, ("no",)))).kind == "pkiConf"
    assert cmp.states() == [REVOKED]


def test_a_certificate_that_nobody_confirms_in_time_is_revoked(cmp, clock, device_key):
    certificate = granted(cmp.ask(cmp.request("ir", device_key)))
    clock.advance(timedelta(minutes=5, seconds=1))
    answer = cmp.ask(cmp.confirmation(certificate))
    assert bodies.decode_error(answer).fail_info == ("badRequest",)
    assert cmp.states() == [REVOKED]


@pytest.mark.parametrize(("version", "hash_name"), [(3, "sha512"), (3, "sha1")])
def test_a_confirmation_may_name_its_hash_in_version_3(cmp, device_key, version, hash_name):
    import hashlib

    oids = {"sha512": "2.16.840.1.101.3.4.2.3", "sha1": "1.3.14.3.2.26"}
    certificate = granted(cmp.ask(cmp.request("ir", device_key), pvno=version))
    assert cmp.last.header.pvno == 3
    body = cmp.confirmation(
        certificate,
        cert_hash=hashlib.new(hash_name, certificate).digest(),
        hash_algorithm=der.encode(der.SEQUENCE, der.encode_oid(oids[hash_name])),
    )
    assert cmp.ask(body, pvno=version).kind == "pkiConf"
    assert cmp.states() == [CONFIRMED]


def until(cmp, key, time, tag=0xA1):
    """Return an ir whose template has the OptionalValidity of *time* (DER), as notAfter."""
    request = asn1.decode(
        asn1.CertRequest,
        bodies.encode_request(
            bodies.CertificateRequest(
                cert_req_id=0,
                subject=names.parse_dn("CN=gw").public_bytes(),
                public_key=keys.spki(key),
            )
        ),
        "request",
    )
    request.cert_template.validity = [asn1.tlv(der.encode(tag, time))]
    data = asn1.encode(request)
    signature, algorithm = keys.sign(key, data, "sha256"), signatures.algorithm(key, "sha256")
    return bodies.encode_signed_request("ir", data, algorithm, signature)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        # the CA's clock stands at 2030-05-17 12:00, it issues for one hour
        (b"\x17\x0d300517121000Z", ("accepted", "2030-05-17 12:10")),
        (b"\x18\x0f20500517121000Z", ("granted-with-mods", "2030-05-17 13:00")),
        (b"\x17\x0d300517115959Z", ("rejection", "")),
        (b"\x17\x02xx", ("rejection", "")),
        (b"\x02\x01\x01", ("rejection", "")),
    ],
)
def test_an_end_that_is_asked_for_is_granted_when_it_is_earlier(cmp, device_key, time, expected):
    (response,), _ = bodies.decode_responses(cmp.ask(until(cmp, device_key, time)))
    word, end = expected
    assert response.status.word == word
    if end:
        assert f"{certificates.facts(response.certificate).not_after:%Y-%m-%d %H:%M}" == end
    else:
        assert response.status.fail_info == ("badCertTemplate",)


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        # the CA's clock stands at 2030-05-17 12:00, it issues for one hour
        (b"\x17\x0d300517114500Z", ("accepted", "11:45", "12:45")),
        (b"\x17\x0d300517123000Z", ("accepted", "12:30", "13:30")),
        (b"\x17\x0d300517105900Z", ("granted-with-mods", "12:00", "13:00")),
        (b"\x17\x0d310517120000Z", ("granted-with-mods", "12:00", "13:00")),
    ],
)
def test_a_begin_that_is_asked_for_is_granted_when_it_is_near(cmp, device_key, time, expected):
    (response,), _ = bodies.decode_responses(cmp.ask(until(cmp, device_key, time, 0xA0)))
    facts = certificates.facts(response.certificate)
    begin, end = f"{facts.not_before:%H:%M}", f"{facts.not_after:%H:%M}"
    assert (response.status.word, begin, end) == expected


def test_polling_ends_when_the_clock_says_so(cmp, clock, faults, device_key):
    faults.add("ir waiting seconds 90")
    (response,), _ = bodies.decode_responses(cmp.ask(cmp.request("ir", device_key)))
    assert (response.status.word, response.certificate) == ("waiting", None)
    (poll,) = bodies.decode_poll_answers(cmp.ask(bodies.encode_poll_request(0)))
    assert (poll.cert_req_id, poll.check_after) == (0, 90)
    clock.advance(timedelta(seconds=80, milliseconds=100))
    (poll,) = bodies.decode_poll_answers(cmp.ask(bodies.encode_poll_request(0)))
    assert poll.check_after == 10
    clock.advance(timedelta(seconds=10))
    answer = cmp.ask(bodies.encode_poll_request(0))
    assert answer.kind == "ip"
    certificate = granted(answer)
    assert certificates.facts(certificate).not_before == clock.now().replace(microsecond=0)
    assert cmp.ask(cmp.confirmation(certificate)).kind == "pkiConf"


def test_a_poll_may_repeat_the_recipient_nonce_of_the_last_answer(cmp, faults, device_key):
    faults.add("ir waiting")
    cmp.ask(cmp.request("ir", device_key))
    answer = cmp.ask(bodies.encode_poll_request(0), recipient_nonce=cmp.nonce)
    assert answer.kind == "pollRep"


def test_our_client_enrols_polls_and_updates(cmp, clock, faults, peer, device_key):
    faults.add("ir waiting seconds 30")
    faults.add("kur waiting seconds 30")
    said = []

    def accept(certificate, others):
        said.append(certificate)

    options = {"clock": clock, "entropy": SystemEntropy(), "accept": accept, "poll": True}
    subject = names.parse_dn("C=DE,O=Lab,CN=gw")
    first = drive(
        initial_registration(
            peer,
            MacCredentials("4711", "insecure"),
            device_key,
            subject,
            names.san("gw.example.net"),
            **options,
        ),
        cmp.responder,
        clock,
    )
    new_key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    credentials = SignatureCredentials(device_key, first.certificate)
    second = drive(key_update(peer, credentials, new_key, **options), cmp.responder, clock)
    assert said == [first.certificate, second.certificate]
    assert certificates.same_subject(first.certificate, second.certificate)
    assert cmp.states() == [SUPERSEDED, CONFIRMED]


def test_a_device_of_a_known_vendor_enrols_with_its_makers_certificate(clock, faults, log, cmp):
    vendor = Authority(None, clock, SystemEntropy())
    factory_key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    factory = vendor.issue(factory_key.public_key(), names.parse_dn("O=Vendor,CN=SN1")).certificate
    settings = CaSettings(vendor_anchors=(vendor.root,))
    client = type(cmp)(Authority(None, clock, SystemEntropy(), settings), faults, log)
    parts = {
        "signer": (factory_key, factory),
        "extra_certs": (factory, vendor.issuing.certificate),
    }
    certificate = granted(client.ask(client.request("ir", factory_key), **parts))
    assert client.ask(client.confirmation(certificate), **parts).kind == "pkiConf"
    # a key update is for certificates of this CA
    client.last, client.transaction_id = None, b"u" * 16
    answer = client.ask(client.request("kur", factory_key), **parts)
    assert bodies.decode_error(answer).fail_info == ("signerNotTrusted",)


def test_each_transaction_step_is_one_line_of_log(cmp, log, device_key):
    certificate = cmp.enrolled(device_key)
    serial = certificates.facts(certificate).serial
    assert log == [
        f"cmp ir reference 4711: accepted CN=gw serial {serial:x}",
        "cmp certConf reference 4711: confirmed CN=gw",
    ]
