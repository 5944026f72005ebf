"""``srpki ca``: each option through the process, with its effect."""

import base64
import http.client
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority
from srpki.protocol.cmp import bodies, mac, messages, protect
from srpki.protocol.cmp.header import IMPLICIT_CONFIRM, Header
from srpki.x509 import certificates, csr, der, keys, names, signatures

P256 = keys.KeySpec("ecdsa", curve="secp256r1")
SUBJECT = names.parse_dn("CN=gw")
PROGRAM = (sys.executable, "-m", "srpki.frontend.program", "ca")


@contextmanager
def running(*options):
    """Run ``srpki ca``; give what it announces, in JSON."""
    process = subprocess.Popen(
        [*PROGRAM, "--json", *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        yield json.loads(line)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0


def refused(*options):
    done = subprocess.run(
        [*PROGRAM, *map(str, options)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def cmp(facts, key, *, reference=None, secret=None, signer=None, **header):
    """Send an ir; return the answer."""
    data = bodies.encode_request(
        bodies.CertificateRequest(
            cert_req_id=0, subject=SUBJECT.public_bytes(), public_key=keys.spki(key)
        )
    )
    signature, algorithm = keys.sign(key, data, "sha256"), signatures.algorithm(key, "sha256")
    body = bodies.encode_signed_request("ir", data, algorithm, signature)
    fields = {"transaction_id": b"t" * 16, "sender_nonce": b"n" * 16}
    if signer is None:
        fields["sender_kid"] = (reference or facts["reference"]).encode()
        protector = mac.MacProtector(secret or facts["secret"], b"s" * 16, 500)
        extra = ()
    else:
        known = certificates.facts(signer[1])
        fields["sender"] = certificates.parse(signer[1]).subject.public_bytes()
        fields["sender_kid"] = known.subject_key_identifier
        protector, extra = protect.SignatureProtector(signer[0], "sha256"), (*signer[1:],)
    message = messages.encode(Header(**(fields | header)), body, protector, extra)
    port = int(re.search(r":(\d+)/", facts["cmp_url"])[1])
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("POST", "/pkix/", message, {"Content-Type": "application/pkixcmp"})
        return messages.decode(connection.getresponse().read())


def issued(answer):
    (response,), _ = bodies.decode_responses(answer)
    return x509.load_der_x509_certificate(response.certificate)


def est(facts, operation="cacerts", headers=(), body=None):
    """Ask by EST; return the reply, its headers and its body."""
    host, port = facts["est_url"].removeprefix("https://").split(":")
    context = ssl.create_default_context(cafile=facts["trust_anchor"])
    with closing(
        http.client.HTTPSConnection(host, int(port), context=context, timeout=30)
    ) as connection:
        method = "GET" if body is None else "POST"
        connection.request(method, f"/.well-known/est/{operation}", body, dict(headers))
        reply = connection.getresponse()
        return reply.status, reply.getheader("WWW-Authenticate"), reply.read()


def life(certificate):
    return int((certificate.not_valid_after_utc - certificate.not_valid_before_utc).total_seconds())


@pytest.fixture
def key():
    return keys.generate(P256)


def test_without_options_the_defaults_hold(key):
    with running() as facts:
        certificate = issued(cmp(facts, key))
        assert life(certificate) == 30 * 86400
        assert cmp(facts, key, transaction_id=b"x", sender_nonce=b"y").kind == "ip"
        status, offers, _ = est(facts, "simpleenroll", body=b"x")
        assert status == 401
        assert re.findall(r"Basic|SHA-256|MD5", offers) == ["Basic", "SHA-256", "MD5"]
        crl = current_crl(facts)
        assert (
            crl.next_update_utc - crl.last_update_utc
            == (certificate.not_valid_after_utc - certificate.not_valid_before_utc) / 30 * 7
        )


def current_crl(facts):
    port = int(re.search(r":(\d+)/", facts["crl_url"])[1])
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", "/crl/issuing.crl")
        return x509.load_der_x509_crl(connection.getresponse().read())


def test_credentials_are_chosen_and_then_kept(key, tmp_path):
    chosen = ("--reference", "4711", "--secret", "in secure")
    user = ("--est-username", "anna", "--est-password", "pass: word")
    with running("--dir", tmp_path / "ca", *chosen, *user) as facts:
        assert issued(cmp(facts, key, reference="4711", secret="in secure"))
        login = base64.b64encode(b"anna:pass: word").decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "application/pkcs10"}
        request = base64.b64encode(csr.build(key, SUBJECT))
        assert est(facts, "simpleenroll", headers, request)[0] == 200
    with running("--dir", tmp_path / "ca") as facts:
        assert (facts["reference"], facts["secret"]) == ("4711", "in secure")
        assert (facts["est_username"], facts["est_password"]) == ("anna", "pass: word")


@pytest.mark.parametrize("form", ["pem", "der"])
def test_a_vendors_devices_enrol_with_their_own_certificates(key, tmp_path, form):
    vendor = Authority(None, SystemClock(), SystemEntropy())
    device_key = keys.generate(P256)
    device = vendor.issue(device_key.public_key(), names.parse_dn("O=Vendor,CN=SN1")).certificate
    signer = (device_key, device, vendor.issuing.certificate)
    root = x509.load_der_x509_certificate(vendor.root)
    path = tmp_path / "vendor"
    path.write_bytes(root.public_bytes(Encoding.PEM if form == "pem" else Encoding.DER))
    with running() as facts:
        assert cmp(facts, key, signer=signer).kind == "error"
    with running("--vendor-root", path) as facts:
        assert issued(cmp(facts, key, signer=signer))


@pytest.mark.parametrize(
    ("kind", "size"), [("secp384r1", 384), ("secp521r1", 521), ("rsa-3072", 3072)]
)
def test_the_kind_of_the_cas_keys_is_chosen(kind, size):
    with running("--key", kind) as facts:
        for name in ("trust_anchor", "issuing_certificate"):
            pem = Path(facts[name]).read_bytes()
            found = x509.load_pem_x509_certificate(pem).public_key()
            assert found.key_size == size
            assert isinstance(
                found, rsa.RSAPublicKey if "rsa" in kind else ec.EllipticCurvePublicKey
            )


def test_lives_are_chosen(key):
    with running("--validity", "90m", "--crl-life", "2h") as facts:
        assert life(issued(cmp(facts, key))) == 5400
        crl = current_crl(facts)
        assert (crl.next_update_utc - crl.last_update_utc).total_seconds() == 7200


def test_the_profile_of_rfc_9483_is_strict(key):
    with running("--profile", "rfc9483") as facts:
        assert cmp(facts, key, sender_nonce=b"y").kind == "error"
        assert cmp(facts, key).kind == "ip"


@pytest.mark.parametrize(
    ("option", "granted"), [("--implicit-confirm", True), ("--no-implicit-confirm", False)]
)
def test_implicit_confirmation_is_granted_or_not(key, option, granted):
    asked = ((IMPLICIT_CONFIRM, der.NULL),)
    with running(option) as facts:
        assert cmp(facts, key, general_info=asked).header.implicit_confirm == granted


def test_the_time_of_messages_is_judged(key):
    with running("--message-time", "5m") as facts:
        assert cmp(facts, key).kind == "error"  # it has none
        assert cmp(facts, key, message_time=SystemClock().now()).kind == "ip"


def test_schemes_are_offered_in_the_order_given():
    with running("--est-schemes", "digest-md5,basic") as facts:
        _, offers, _ = est(facts, "simpleenroll", body=b"x")
        assert re.findall(r"Basic|SHA-256|MD5", offers) == ["MD5", "Basic"]


@pytest.mark.parametrize(("when", "lines"), [("always", True), ("never", False)])
def test_bodies_are_wrapped_when_it_is_said(when, lines):
    with running("--wrap-base64", when) as facts:
        assert (est(facts)[2].count(b"\n") > 1) == lines


def test_more_certificates_are_handed_out(tmp_path):
    other = Authority(None, SystemClock(), SystemEntropy())
    path = tmp_path / "other.der"
    path.write_bytes(other.root)
    with running("--more-cacerts", path) as facts:
        found = pkcs7.load_der_pkcs7_certificates(base64.b64decode(est(facts)[2]))
    assert other.root in [certificate.public_bytes(Encoding.DER) for certificate in found]
    assert len(found) == 3


def test_ports_and_faults_are_chosen(key, tmp_path):
    script = tmp_path / "faults"
    script.write_text("ir reject failinfo badTime\n")
    ports = []
    for _ in range(2):
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            ports.append(free.getsockname()[1])
    with running("--cmp-port", ports[0], "--est-port", ports[1], "--faults", script) as facts:
        assert f":{ports[0]}/" in facts["cmp_url"]
        assert facts["est_url"].endswith(f":{ports[1]}")
        (response,), _ = bodies.decode_responses(cmp(facts, key))
        assert response.status.fail_info == ("badTime",)


def test_the_ports_of_last_time_come_back(tmp_path):
    with running("--dir", tmp_path / "ca") as first:
        pass
    with running("--dir", tmp_path / "ca") as second:
        assert [first[name] for name in ("cmp_url", "est_url", "crl_url")] == [
            second[name] for name in ("cmp_url", "est_url", "crl_url")
        ]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--key", "rsa-512"), "rsa-512"),
        (("--validity", "0s"), "validity"),
        (("--est-schemes", "ntlm"), "ntlm"),
        (("--est-schemes", ""), "scheme"),
        (("--profile", "rfc2510"), "rfc2510"),
        (("--wrap-base64", "often"), "often"),
    ],
)
def test_what_is_no_choice_is_wrong_use(options, told):
    assert told in refused(*options)


def test_help_names_every_default():
    done = subprocess.run(
        [*PROGRAM, "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    entries = re.split(r"\n  (?=--)", done.stdout)[1:]
    assert len(entries) >= 19
    for entry in entries:
        assert "(default: " in " ".join(entry.split()), entry
