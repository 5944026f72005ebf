"""What the lab CA refuses of a request: template, proof of possession, oldCertID [RFC 4211]."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from refused import fail_info, rejection

from srpki.labca.store import CONFIRMED
from srpki.protocol.cmp import bodies, messages
from srpki.protocol.cmp import header as headers
from srpki.x509 import certificates, csr, der, keys, names

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


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
