"""EST at the lab CA: who may enrol and re-enrol, and what the answers look like [RFC 7030]."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from srpki.core.entropy import SystemEntropy
from srpki.core.errors import UsageError
from srpki.core.wire import HttpRequest
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.est_responder import EstResponder
from srpki.labca.fault_lines import parse_fault
from srpki.protocol.est import authentication
from srpki.x509 import certificates, csr, keys, names

P256 = keys.KeySpec("ecdsa", curve="secp256r1")
BASIC = "Basic " + base64.b64encode(b"user:pass word").decode()
PKCS10 = "application/pkcs10"
SUBJECT = names.parse_dn("C=DE,O=Lab,CN=gw")


class EstClient:
    """Sends EST requests to a responder, with and without credentials."""

    def __init__(self, authority, faults, log):
        self.responder = EstResponder(authority, faults, log=log.append)

    def send(self, operation, body=b"", authorization="", holder=None, **parts):
        parts = {"method": "POST", "content_type": PKCS10} | parts
        headers = [("Content-Type", parts["content_type"])]
        binding = parts.get("binding", b"")
        if authorization:
            headers.append(("Authorization", authorization))
        path = parts.get("path", f"/.well-known/est/{operation}")
        request = HttpRequest(
            method=parts["method"],
            url=f"https://127.0.0.1{path}",
            headers=tuple(headers),
            body=body,
            binding=binding,
        )
        return self.responder.handle(request, holder)

    def enrol(self, key, subject=SUBJECT, san=None, operation="simpleenroll", **parts):
        request = base64.b64encode(csr.build(key, subject, san))
        return self.send(operation, request, **({"authorization": BASIC} | parts))

    def enrolled(self, key, subject=SUBJECT, san=None):
        return issued(self.enrol(key, subject, san))


def issued(reply):
    """Return the one certificate of an answer, as another PKCS#7 reader finds it."""
    assert reply.status == 200, reply.body
    assert reply.header("content-type") == "application/pkcs7-mime; smime-type=certs-only"
    assert reply.header("content-transfer-encoding") == "base64"
    (certificate,) = pkcs7.load_der_pkcs7_certificates(base64.b64decode(reply.body, validate=True))
    return certificate.public_bytes(Encoding.DER)


@pytest.fixture
def est(authority, faults, log):
    return EstClient(authority, faults, log)


def test_anyone_gets_the_ca_certificates(est, authority):
    reply = est.send("cacerts", method="GET")
    assert reply.status == 200
    assert reply.header("content-type") == "application/pkcs7-mime"
    found = pkcs7.load_der_pkcs7_certificates(base64.b64decode(reply.body))
    assert {certificate.public_bytes(Encoding.DER) for certificate in found} == {
        authority.root,
        authority.issuing.certificate,
    }


@pytest.mark.parametrize(
    ("setting", "http10", "wrapped"),
    [
        ("as-needed", False, False),
        ("as-needed", True, True),
        ("always", False, True),
        ("never", True, False),
    ],
)
def test_a_body_is_wrapped_where_it_is_needed_or_wanted(
    clock, faults, log, setting, http10, wrapped
):
    authority = Authority(None, clock, SystemEntropy(), CaSettings(wrap_base64=setting))
    request = HttpRequest(
        method="GET", url="https://127.0.0.1/.well-known/est/cacerts", http10=http10
    )
    lines = EstResponder(authority, faults, log=log.append).handle(request).body.splitlines()
    assert (len(lines) > 1) == wrapped
    assert not wrapped or {len(line) for line in lines[:-1]} == {76}


def test_another_wrapping_is_no_setting():
    with pytest.raises(UsageError, match="wrapping 'often'"):
        CaSettings(wrap_base64="often")


def test_basic_credentials_are_taken_without_having_been_asked_for(est, authority, device_key):
    certificate = est.enrolled(device_key, san=names.san("gw.example.net"))
    (record,) = authority.all_issued()
    assert (record.certificate, record.state) == (certificate, "confirmed")
    assert keys.same_public_key(certificate, device_key)
    facts = certificates.facts(certificate)
    assert (facts.subject, facts.san) == ("C=DE, O=Lab, CN=gw", (("dns", "gw.example.net"),))


OFFERS = {
    "basic": ("basic", None),
    "digest-sha-256": ("digest", "SHA-256"),
    "digest-md5": ("digest", "MD5"),
}


def challenges_of(reply):
    """Return what is offered; each challenge has a line of its own."""
    return [authentication.parse(line)[0] for line in reply.challenges]


@pytest.mark.parametrize(
    "schemes", [("basic", "digest-sha-256", "digest-md5"), ("digest-md5",), ("digest-md5", "basic")]
)
def test_who_brings_nothing_is_offered_the_chosen_schemes_in_their_order(
    clock, settings, faults, log, device_key, schemes
):
    authority = Authority(None, clock, SystemEntropy(), replace(settings, est_schemes=schemes))
    reply = EstClient(authority, faults, log).enrol(device_key, authorization="")
    assert (reply.status, reply.body) == (401, b"")  # a Java client takes no body with it
    found = challenges_of(reply)
    assert [(c.scheme, c.parameters.get("algorithm")) for c in found] == [
        OFFERS[scheme] for scheme in schemes
    ]
    assert {c.parameters["realm"] for c in found} == {"srpki lab EST"}


def test_the_schemes_that_nobody_chose_are_those_of_the_default(authority):
    assert authority.settings.est_schemes == ("basic", "digest-sha-256", "digest-md5")


def test_a_scheme_that_is_not_offered_is_not_taken(clock, settings, faults, log, device_key):
    settings = replace(settings, est_schemes=("digest-sha-256",))
    est = EstClient(Authority(None, clock, SystemEntropy(), settings), faults, log)
    assert est.enrol(device_key, authorization=BASIC).status == 401
    reply = est.enrol(device_key, authorization="")
    assert est.enrol(device_key, authorization=digest(reply)).status == 200


@pytest.mark.parametrize("schemes", [(), ("ntlm",), ("basic", "digest")])
def test_schemes_that_are_not_known_are_no_settings(schemes):
    with pytest.raises(UsageError, match="EST scheme"):
        CaSettings(est_schemes=schemes)


def digest(reply, password="pass word", algorithm=0, uri="/.well-known/est/simpleenroll"):
    offered = [offer for offer in challenges_of(reply) if offer.scheme == "digest"]
    challenge = offered[algorithm]
    session = authentication.DigestSession(challenge, "user", password)
    return session.authorization("POST", uri, SystemEntropy())


@pytest.mark.parametrize("algorithm", [0, 1])
def test_digest_credentials_are_taken_once_for_each_count(est, device_key, algorithm):
    challenge = est.enrol(device_key, authorization="")
    credentials = digest(challenge, algorithm=algorithm)
    assert est.enrol(device_key, authorization=credentials).status == 200
    replayed = est.enrol(device_key, authorization=credentials)
    assert replayed.status == 401
    assert "stale=true" in " ".join(replayed.challenges)


def test_a_nonce_lives_five_minutes(est, clock, device_key):
    challenge = est.enrol(device_key, authorization="")
    clock.advance(timedelta(seconds=301))
    reply = est.enrol(device_key, authorization=digest(challenge))
    assert reply.status == 401
    assert "stale=true" in " ".join(reply.challenges)
    assert est.enrol(device_key, authorization=digest(reply)).status == 200


def test_a_nonce_that_was_never_given_is_stale(est, device_key):
    made_up = est.enrol(device_key, authorization="")
    nonce = challenges_of(made_up)[1].parameters["nonce"]
    lines = [line.replace(nonce, "0" * 32) for line in made_up.challenges]
    reply = made_up.but(challenges=tuple(lines))
    assert est.enrol(device_key, authorization=digest(reply)).status == 401


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "wrong"},
        {"uri": "/.well-known/est/simplereenroll"},
    ],
)
def test_wrong_digest_credentials_are_asked_for_again(est, device_key, wrong):
    challenge = est.enrol(device_key, authorization="")
    reply = est.enrol(device_key, authorization=digest(challenge, **wrong))
    assert reply.status == 401
    assert "stale" not in " ".join(reply.challenges)


def digest_as(challenge, *, realm="srpki lab EST", named='username="user"', user="user"):
    """Return Digest credentials that are right for *realm* and *user* but say *named*."""
    (given,) = [one for one in challenges_of(challenge) if one.parameters.get("algorithm") == "MD5"]
    answer = {
        "realm": realm,
        "nonce": given.parameters["nonce"],
        "uri": "/.well-known/est/simpleenroll",
        "cnonce": "c",
        "nc": "00000001",
        "qop": "auth",
    }
    response = authentication.digest_response("md5", user, "pass word", "POST", answer)
    answer |= {"response": response, "algorithm": "MD5"}
    fields = [named, *(f'{name}="{text}"' for name, text in answer.items())]
    return "Digest " + ", ".join(filter(None, fields))


def test_digest_credentials_are_those_of_this_realm_and_of_a_user(est, authority, device_key):
    """Each answer would be right if what is wrong with it were not looked at."""
    authority._est_users[""] = "pass word"  # nobody's name, should somebody say it
    authority._est_users["us\ufffder"] = "pass word"
    wrong = [
        ({"realm": "another realm"}, 401),
        ({"named": "", "user": ""}, 400),
        ({"named": "username*=UTF-8''", "user": ""}, 400),
        ({"named": "username*=UTF-8''us%FFer", "user": "us\ufffder"}, 400),
        ({"named": "username*=ISO-8859-1''user"}, 400),
        ({"named": "username*=user"}, 400),
    ]
    for change, status in wrong:
        challenge = est.enrol(device_key, authorization="")
        reply = est.enrol(device_key, authorization=digest_as(challenge, **change))
        assert reply.status == status, change
    assert authority.all_issued() == ()
    for right in (
        {},
        {"named": "username*=UTF-8''user"},
        {"named": "username*=utf-8'de'user"},
    ):
        challenge = est.enrol(device_key, authorization="")
        assert est.enrol(device_key, authorization=digest_as(challenge, **right)).status == 200


@pytest.mark.parametrize("second", [BASIC, "Bearer abc", 'Digest username="user"', "Negotiate"])
def test_two_credentials_in_one_header_are_none(est, authority, device_key, second):
    for both in (f"{BASIC}, {second}", f"{second}, {BASIC}"):
        assert est.enrol(device_key, authorization=both).status == 401
    assert authority.all_issued() == ()


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        ("Basic " + base64.b64encode(b"user:wrong").decode(), 401),
        ("Basic " + base64.b64encode(b"nobody:pass word").decode(), 401),
        ("Basic " + base64.b64encode(b"user:").decode(), 401),
        ("Basic " + base64.b64encode(b":pass word").decode(), 401),
        ("Basic " + base64.b64encode(b":").decode(), 401),
        ("Basic " + base64.b64encode(b"us\xffer:pass word").decode(), 400),
        ("Basic " + base64.b64encode(b"no colon").decode(), 400),
        ("Basic ???", 400),
        ("Bearer abc", 401),
        ('Digest username="user"', 401),
        ('Digest username="user', 400),
        ("x" * 9000, 400),
    ],
)
def test_credentials_that_prove_nothing_enrol_nobody(
    est, authority, device_key, authorization, status
):
    assert est.enrol(device_key, authorization=authorization).status == status
    assert authority.all_issued() == ()


def test_the_number_of_open_nonces_is_bounded(est, device_key):
    first = est.enrol(device_key, authorization="")
    for _ in range(1024):
        last = est.enrol(device_key, authorization="")
    assert est.enrol(device_key, authorization=digest(first)).status == 401
    assert est.enrol(device_key, authorization=digest(last)).status == 200


def test_a_holder_of_our_certificate_enrols_for_more(est, device_key):
    certificate = est.enrolled(device_key)
    reply = est.enrol(device_key, names.parse_dn("CN=second"), authorization="", holder=certificate)
    assert certificates.facts(issued(reply)).subject == "CN=second"


def test_a_holder_re_enrols_for_the_same_names_and_a_new_key(est, device_key):
    san = names.san("gw.example.net")
    old = est.enrolled(device_key, san=san)
    new_key = keys.generate(P256)
    # another order of types and case, as another client may write them [RFC 5280, 7.1]
    spelled = names.parse_dn("C=DE,O=LAB,CN=GW", printable=True)
    reply = est.enrol(
        new_key, spelled, san, operation="simplereenroll", authorization="", holder=old
    )
    new = issued(reply)
    assert keys.same_public_key(new, new_key)
    assert certificates.same_alternative_names(old, new)


@pytest.mark.parametrize(
    ("subject", "san"),
    [
        (names.parse_dn("C=DE,O=Lab,CN=other"), names.san("gw.example.net")),
        (names.parse_dn("O=Lab,C=DE,CN=gw"), names.san("gw.example.net")),
        (SUBJECT, names.san("other.example.net")),
        (SUBJECT, None),
    ],
)
def test_a_re_enrolment_under_other_names_is_forbidden(est, authority, device_key, subject, san):
    old = est.enrolled(device_key, san=names.san("gw.example.net"))
    reply = est.enrol(
        device_key, subject, san, operation="simplereenroll", authorization="", holder=old
    )
    assert reply.status == 403
    assert len(authority.all_issued()) == 1


def test_another_certificate_may_authenticate_the_session(est, clock, device_key):
    renewed = est.enrolled(device_key, names.parse_dn("CN=renewed"))
    session = est.enrolled(keys.generate(P256), names.parse_dn("CN=session"))
    reply = est.enrol(
        device_key,
        names.parse_dn("CN=renewed"),
        operation="simplereenroll",
        authorization="",
        holder=session,
    )
    assert certificates.same_subject(issued(reply), renewed)


@pytest.mark.parametrize("why", ["expired", "revoked", "not yet valid", "not issued by this CA"])
def test_a_certificate_that_may_not_speak_re_enrols_nobody(
    est, authority, clock, device_key, log, why
):
    old = est.enrolled(device_key)
    if why == "expired":
        clock.advance(timedelta(hours=1, seconds=1))
    elif why == "not yet valid":
        clock.advance(timedelta(seconds=-60))
    elif why == "revoked":
        authority.revoke(old)
    else:
        other = Authority(None, clock, SystemEntropy())
        old = other.issue(device_key.public_key(), SUBJECT).certificate
    reply = est.enrol(device_key, operation="simplereenroll", authorization="", holder=old)
    assert reply.status == 401
    assert why in log[-1]
    assert len(authority.all_issued()) == 1


def test_an_expired_certificate_is_re_enrolled_under_a_password(est, clock, device_key):
    est.enrolled(device_key)
    clock.advance(timedelta(hours=2))
    assert est.enrol(device_key, operation="simplereenroll").status == 200


def test_a_password_re_enrols_only_what_was_issued(est, device_key):
    assert est.enrol(device_key, operation="simplereenroll").status == 403


def test_a_revoked_certificate_is_not_re_enrolled(est, authority, device_key):
    authority.revoke(est.enrolled(device_key))
    assert est.enrol(device_key, operation="simplereenroll").status == 403


def test_a_vendors_device_enrols_with_its_makers_certificate(clock, faults, log, device_key):
    vendor = Authority(None, clock, SystemEntropy())
    factory = vendor.issue(device_key.public_key(), names.parse_dn("CN=SN1")).certificate
    trusting = CaSettings(vendor_anchors=(vendor.root, vendor.issuing.certificate))
    client = EstClient(Authority(None, clock, SystemEntropy(), trusting), faults, log)
    reply = client.enrol(device_key, authorization="", holder=factory)
    assert certificates.facts(issued(reply)).subject == "C=DE, O=Lab, CN=gw"
    again = client.enrol(device_key, operation="simplereenroll", authorization="", holder=factory)
    assert (again.status, again.body) == (
        403,
        b"a vendor's certificate enrols, but renews nothing of this CA\n",
    )


def test_a_device_of_a_vendor_that_nobody_trusts_enrols_nothing(clock, faults, log, device_key):
    """Its certificate is good in its own PKI; the CA knows another vendor's."""
    known, unknown = (Authority(None, clock, SystemEntropy()) for _ in range(2))
    settings = CaSettings(vendor_anchors=(known.root, known.issuing.certificate))
    authority = Authority(None, clock, SystemEntropy(), settings)
    client = EstClient(authority, faults, log)
    factory = unknown.issue(device_key.public_key(), names.parse_dn("CN=SN1")).certificate
    for operation in ("simpleenroll", "simplereenroll"):
        reply = client.enrol(device_key, operation=operation, authorization="", holder=factory)
        assert (reply.status, reply.body) == (401, b"")
        assert "not trusted" in log[-1]
    assert authority.all_issued() == ()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"!!!", 400),
        (base64.b64encode(b"nonsense"), 400),
        (base64.b64encode(bytes(70_000)), 400),
        (b"A" * 200_001, 400),
    ],
)
def test_what_is_no_request_is_refused(est, body, status):
    assert est.send("simpleenroll", body, authorization=BASIC).status == status


def test_a_request_that_its_key_did_not_sign_is_refused(est, authority, device_key):
    request = bytearray(csr.build(device_key, SUBJECT))
    request[-1] ^= 1
    reply = est.send("simpleenroll", base64.b64encode(request), authorization=BASIC)
    assert reply.status == 400
    assert authority.all_issued() == ()


def test_a_body_may_be_wrapped(est, device_key):
    body = base64.encodebytes(csr.build(device_key, SUBJECT))
    assert est.send("simpleenroll", body, authorization=BASIC).status == 200


def test_a_request_for_a_ca_certificate_is_refused(est, authority):
    key = ec.generate_private_key(ec.SECP256R1())
    request = (
        x509.CertificateSigningRequestBuilder(SUBJECT)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    body = base64.b64encode(request.public_bytes(Encoding.DER))
    assert est.send("simpleenroll", body, authorization=BASIC).status == 400
    assert authority.all_issued() == ()


def test_what_the_ca_does_not_certify_is_refused(est, device_key):
    assert est.enrol(device_key, x509.Name([])).status == 400
    many = x509.Name([x509.NameAttribute(NameOID.DOMAIN_COMPONENT, "x" * 60)] * 80)
    assert est.enrol(device_key, many).status == 400


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"content_type": "application/json"}, 415),
        ({"content_type": ""}, 415),
        ({"method": "GET"}, 405),
        ({"path": "/"}, 404),
        ({"path": "/.well-known/est/serverkeygen"}, 404),
        ({"path": "/.well-known/est/"}, 404),
        ({"path": "/.well-known/est/a/b/simpleenroll"}, 404),
        ({"path": "/.well-known/est/label/simpleenroll"}, 200),
        ({"content_type": "Application/PKCS10; charset=x"}, 200),
    ],
)
def test_paths_methods_and_media_types(est, device_key, parts, status):
    reply = est.enrol(device_key, **parts)
    assert reply.status == status
    if status == 405:
        assert reply.header("allow") == "POST"


def test_cacerts_is_not_posted_to(est):
    assert est.send("cacerts").status == 405


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("simpleenroll reject", 403),
        ("simpleenroll http-500", 500),
        ("any http-500", 500),
    ],
)
def test_a_scripted_refusal_happens_once(est, faults, device_key, fault, status):
    faults.add(fault)
    assert est.enrol(device_key).status == status
    assert est.enrol(device_key).status == 200


@pytest.mark.parametrize(
    ("fault", "answered"),
    [
        ("simpleenroll no-answer", "no answer"),
        ("simpleenroll http-500", "500"),
        ("simpleenroll garbage", "200"),
        ("simpleenroll reject", "403 the request was refused"),
        ("simpleenroll waiting seconds 7", "202 try again in 7 s"),
    ],
)
def test_each_fault_that_strikes_is_named_in_the_log(est, faults, log, device_key, fault, answered):
    faults.add(fault)
    est.enrol(device_key)
    assert log[-1] == f"est simpleenroll: {answered} (fault: {fault})"
    est.enrol(device_key)
    assert log[-1].startswith("est simpleenroll: 200 ") and "fault" not in log[-1]


def test_waiting_is_said_without_a_body(est, faults, authority, device_key):
    faults.add("simpleenroll waiting seconds 7 times 2")
    for _ in range(2):
        reply = est.enrol(device_key)
        assert (reply.status, reply.header("retry-after"), reply.body) == (202, "7", b"")
    assert authority.all_issued() == ()
    assert est.enrol(device_key).status == 200


def test_a_fault_waits_until_who_asks_has_authenticated(est, faults, device_key):
    faults.add("simpleenroll no-answer")
    assert est.enrol(device_key, authorization="").status == 401
    assert est.enrol(device_key) is None
    assert est.enrol(device_key).status == 200


def test_scripted_mistakes_are_in_the_certificate(est, faults, clock, device_key):
    for line in ("wrong-key", "wrong-subject", "issue-expired", "short-life seconds 60"):
        faults.add(f"simpleenroll {line}")
    wrong_key, wrong_subject, expired, short = (est.enrolled(device_key) for _ in range(4))
    assert not keys.same_public_key(wrong_key, device_key)
    assert certificates.facts(wrong_subject).subject == "CN=somebody else"
    assert certificates.facts(expired).not_after < clock.now()
    facts = certificates.facts(short)
    assert facts.not_after - facts.not_before == timedelta(minutes=1)


def test_garbage_is_neither_base64_nor_pkcs7(est, faults):
    faults.add("cacerts garbage")
    reply = est.send("cacerts", method="GET")
    assert reply.status == 200
    assert reply.header("content-type") == "application/pkcs7-mime"
    with pytest.raises(ValueError, match="base64"):
        base64.b64decode(reply.body, validate=True)


def test_each_transaction_is_one_line_of_log(est, log, device_key):
    certificate = est.enrolled(device_key)
    est.enrol(device_key, authorization="")
    serial = certificates.facts(certificate).serial
    assert log == [
        f"est simpleenroll: 200 C=DE, O=Lab, CN=gw serial {serial:x}",
        "est simpleenroll: 401 authentication is required",
    ]


# --- what requests must have -----------------------------------------------------------------------

# RFC 7030, section 4.5.2: challengePassword, secp384r1, a MAC address, ecdsa-with-SHA384.
EXAMPLE = base64.b64decode(
    "MEEGCSqGSIb3DQEJBzASBgcqhkjOPQIBMQcGBSuBBAAiMBYGCSqGSIb3DQEJDjEJBgcrBgEBAQEWBggqhkjOPQQDAw=="
)


def test_anyone_is_told_that_nothing_in_particular_is_wanted(est):
    reply = est.send("csrattrs", method="GET")
    assert (reply.status, reply.body) == (204, b"")


@pytest.mark.parametrize("wrap", [False, True])
def test_the_attributes_of_the_settings_are_handed_out(clock, faults, log, wrap):
    settings = CaSettings(csr_attributes=EXAMPLE, wrap_base64="always" if wrap else "never")
    est = EstClient(Authority(None, clock, SystemEntropy(), settings), faults, log)
    reply = est.send("csrattrs", method="GET")
    assert reply.status == 200
    assert reply.header("content-type") == "application/csrattrs"
    assert base64.b64decode(reply.body) == EXAMPLE
    assert reply.body.endswith(b"\n") == wrap


def test_attributes_are_fetched_not_posted(est):
    assert est.send("csrattrs").status == 405


def test_a_fault_can_strike_them(est, faults):
    faults.add(parse_fault("csrattrs garbage"))
    reply = est.send("csrattrs", method="GET")
    assert reply.header("content-type") == "application/csrattrs"
    assert reply.status == 200 and b"neither" in reply.body


def test_settings_with_attributes_that_are_none_are_refused():
    with pytest.raises(UsageError, match="CSR attributes"):
        CaSettings(csr_attributes=b"\x30\x01")


@pytest.mark.parametrize(
    ("challenge", "binding", "told"),
    [
        ("MDEyMzQ1Njc4OWFi", b"0123456789ab", ""),  # base64 of the tls-unique [RFC 7030, 3.5]
        ("MDEyMzQ1Njc4OWFi", b"another-one!", "not linked to this TLS session"),
        ("", b"0123456789ab", "not linked to this TLS session"),
        ("MDEyMzQ1Njc4OWFi", b"", "by TLS 1.2 only"),
    ],
)
def test_requests_are_linked_to_the_tls_session_where_that_is_wanted(
    clock, settings, faults, log, device_key, challenge, binding, told
):
    settings = replace(settings, csr_attributes=EXAMPLE)
    est = EstClient(Authority(None, clock, SystemEntropy(), settings), faults, log)
    body = base64.b64encode(csr.build(device_key, SUBJECT, challenge=challenge))
    reply = est.send("simpleenroll", body, BASIC, binding=binding)
    assert (reply.status, told.encode() in reply.body) == (400 if told else 200, True)


def test_where_it_is_not_wanted_no_link_is_looked_for(est, device_key):
    body = base64.b64encode(csr.build(device_key, SUBJECT, challenge="secret"))
    assert est.send("simpleenroll", body, BASIC, binding=b"0123456789ab").status == 200
