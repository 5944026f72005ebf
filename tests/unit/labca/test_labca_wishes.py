"""What the lab CA makes of the wishes in a request, and what it says of that [RFC 4210, 5.2.3]."""

import base64

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID

from srpki.core.wire import HttpRequest
from srpki.labca.est_responder import EstResponder
from srpki.protocol.cmp import bodies
from srpki.x509 import certificates, der, keys, names

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
SIGNING_CODE = ExtendedKeyUsageOID.CODE_SIGNING
SUBJECT = names.parse_dn("CN=gw")
NOBODY = x509.Name([])
USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def usage(*wanted):
    return x509.KeyUsage(**{name: name in wanted for name in USAGES})


SAN = names.san("gw.lab.example")
POLICY = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)])
NO_CA = x509.BasicConstraints(ca=False, path_length=None)


def template(extensions):
    """Return Extensions (DER) of pairs of value and criticality."""
    return der.encode(
        der.SEQUENCE,
        *(
            der.encode(
                der.SEQUENCE,
                der.encode_oid(value.oid.dotted_string),
                b"\x01\x01\xff" if critical else b"",
                der.encode(der.OCTET_STRING, value.public_bytes()),
            )
            for value, critical in extensions
        ),
    )


def pkcs10(key, subject, extensions):
    """Return a PKCS#10 that the library has made."""
    builder = x509.CertificateSigningRequestBuilder(subject)
    for value, critical in extensions:
        builder = builder.add_extension(value, critical=critical)
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else SHA256()
    return builder.sign(key, algorithm).public_bytes(Encoding.DER)


@pytest.fixture(params=["ir", "p10cr"])
def ask(request, cmp):
    """Ask by CRMF or by PKCS#10; return status and certificate, None when it is refused."""

    def call(key, *extensions, subject=SUBJECT):
        if request.param == "ir":
            more = {"extensions": template(extensions)} if extensions else {}
            body = cmp.request("ir", key, subject, **more)
        else:
            body = der.encode(0xA4, pkcs10(key, subject, extensions))
        (response,), _ = bodies.decode_responses(cmp.ask(body))
        found = response.certificate
        return response.status.word, found and x509.load_der_x509_certificate(found)

    return call


def extension(certificate, kind):
    found = certificate.extensions.get_extension_for_class(kind)
    return found.value, found.critical


@pytest.mark.parametrize(
    "wishes",
    [
        (),
        ((SAN, False),),
        ((SAN, True),),
        ((usage("digital_signature"), True),),
        ((usage("digital_signature", "key_agreement"), False),),
        ((x509.ExtendedKeyUsage([CLIENT]), False),),
        ((x509.ExtendedKeyUsage([SERVER, ExtendedKeyUsageOID.IPSEC_IKE]), True),),
        ((NO_CA, False), (SAN, False), (usage("content_commitment"), True)),
    ],
)
def test_what_can_be_granted_is_accepted_as_it_was_asked_for(ask, device_key, wishes):
    word, certificate = ask(device_key, *wishes)
    assert word == "accepted"
    for value, critical in met(0, wishes):
        assert extension(certificate, type(value)) == (value, critical)


@pytest.mark.parametrize(
    ("wish", "granted"),
    [
        (usage("digital_signature", "key_cert_sign"), usage("digital_signature")),
        (usage("key_agreement", "key_encipherment"), usage("key_agreement")),
        (x509.ExtendedKeyUsage([CLIENT, SIGNING_CODE]), x509.ExtendedKeyUsage([CLIENT])),
        (x509.SubjectKeyIdentifier(b"mine"), None),
        (POLICY, None),
    ],
)
def test_what_is_granted_in_part_is_granted_with_modifications(ask, device_key, wish, granted):
    word, certificate = ask(device_key, (wish, False))
    assert word == "granted-with-mods"
    if granted is not None:
        assert extension(certificate, type(wish)) == (granted, False)


@pytest.mark.parametrize(
    "wish",
    [
        usage("key_cert_sign", "crl_sign"),
        usage("key_encipherment"),  # the key is an EC key
        x509.ExtendedKeyUsage([SIGNING_CODE]),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]),
        x509.ExtendedKeyUsage([x509.ObjectIdentifier("1.3.6.1.5.5.7.3.27")]),  # id-kp-cmcCA
    ],
)
def test_a_wish_of_which_nothing_can_be_granted_is_refused(ask, cmp, device_key, wish):
    assert ask(device_key, (wish, False)) == ("rejection", None)
    assert cmp.states() == []


def test_an_rsa_key_may_encipher(ask):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    wish = usage("key_encipherment", "data_encipherment")
    word, certificate = ask(key, (wish, True))
    assert (word, extension(certificate, x509.KeyUsage)) == ("accepted", (wish, True))


def test_a_critical_alternative_name_needs_no_subject(ask, device_key):
    word, certificate = ask(device_key, (SAN, True), subject=NOBODY)
    assert word == "accepted"
    assert list(certificate.subject) == []
    assert extension(certificate, x509.SubjectAlternativeName) == (SAN, True)


@pytest.mark.parametrize("wishes", [(), ((SAN, False),)])
def test_without_subject_the_alternative_name_is_critical(ask, cmp, device_key, wishes):
    assert ask(device_key, *wishes, subject=NOBODY) == ("rejection", None)
    assert cmp.states() == []


@pytest.mark.parametrize(("ours", "word"), [(True, "accepted"), (False, "granted-with-mods")])
def test_an_issuer_that_is_asked_for_is_ours_or_modified(cmp, authority, device_key, ours, word):
    issuing = certificates.parse(authority.issuing.certificate).subject
    issuer = (issuing if ours else names.parse_dn("CN=another")).public_bytes()
    answer = cmp.ask(cmp.request("ir", device_key, issuer=issuer))
    assert bodies.decode_responses(answer)[0][0].status.word == word


def test_an_update_takes_over_what_it_does_not_ask_for(cmp, device_key):
    wishes = (
        (SAN, True),
        (usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([CLIENT]), False),
    )
    old = cmp.enrolled(device_key, extensions=template(wishes))
    new_key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    answer = cmp.ask(cmp.request("kur", new_key, None), signer=(device_key, old))
    (response,), _ = bodies.decode_responses(answer)
    assert response.status.word == "accepted"
    certificate = x509.load_der_x509_certificate(response.certificate)
    for value, critical in wishes:
        assert extension(certificate, type(value)) == (value, critical)


def test_another_kind_of_key_has_other_usages(cmp, device_key):
    old = cmp.enrolled(device_key, extensions=template([(usage("key_agreement"), True)]))
    new_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    answer = cmp.ask(cmp.request("kur", new_key, None), signer=(device_key, old))
    (response,), _ = bodies.decode_responses(answer)
    assert response.status.word == "accepted"
    value, _ = extension(x509.load_der_x509_certificate(response.certificate), x509.KeyUsage)
    assert value == usage("digital_signature", "key_encipherment")


@pytest.mark.parametrize("kind", ["ecdsa", "ed25519"])
def test_est_grants_the_same(authority, faults, log, device_key, kind):
    key = device_key if kind == "ecdsa" else ed25519.Ed25519PrivateKey.generate()
    wishes = (
        (SAN, True),
        (usage("digital_signature"), True),
        (x509.ExtendedKeyUsage([CLIENT]), False),
    )
    basic = "Basic " + base64.b64encode(b"user:pass word").decode()
    request = HttpRequest(
        method="POST",
        url="https://127.0.0.1/.well-known/est/simpleenroll",
        headers=(("Content-Type", "application/pkcs10"), ("Authorization", basic)),
        body=base64.b64encode(pkcs10(key, NOBODY, wishes)),
    )
    reply = EstResponder(authority, faults, log=log.append).handle(request)
    assert reply.status == 200, reply.body
    (certificate,) = pkcs7.load_der_pkcs7_certificates(base64.b64decode(reply.body))
    for value, critical in wishes:
        assert extension(certificate, type(value)) == (value, critical)
    assert certificate.public_key() == key.public_key()
