"""OpenSSL's CMP client (3.0 and 3.5), verifier, TLS client and curl against the lab CA."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from foreign import need
from openssl_device import CA_KEYS, SUBJECT, Device, run
from peers import openssl_35

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.server import LabCa
from srpki.x509 import csr, keys, names

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def vendor():
    """A maker of devices, with a device of its own: an authority that only this file knows."""
    authority = Authority(None, SystemClock(), SystemEntropy())
    key = keys.generate(CA_KEYS["ecdsa"])
    return authority, key, authority.issue(key.public_key(), names.parse_dn("O=Vendor,CN=SN1"))


@pytest.fixture(scope="module", params=sorted(CA_KEYS))
def lab(request, tmp_path_factory, vendor):
    settings = CaSettings(
        key=CA_KEYS[request.param],
        reference="4711",
        secret="insecure",
        est_username="user",
        est_password="password",
        vendor_anchors=(vendor[0].root,),
    )
    directory = tmp_path_factory.mktemp("ca")
    authority = Authority(directory, SystemClock(), SystemEntropy(), settings)
    with LabCa(authority) as server:
        yield server
    authority.close()


@pytest.fixture(scope="module", params=["openssl", "openssl-3.5"])
def program(request):
    return need("openssl") if request.param == "openssl" else openssl_35()


@pytest.fixture
def device(tmp_path, lab, program):
    return Device(tmp_path, lab, program)


def states(lab):
    return [record.state for record in lab.authority.all_issued()]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("-digest", "sha512", "-mac", "hmacWithSHA256"),
        ("-sans", "gw.example.net"),
        ("-days", "1"),
    ],
)
def test_an_initial_registration_by_password(device, lab, words):
    certificate, _ = device.by_password("ir", *words)
    device.verify(certificate)
    assert states(lab)[-1] == "confirmed"
    assert ("DNS:gw.example.net" in device.text(certificate, "-text")) == ("-sans" in words)


@pytest.mark.parametrize(
    "spec",
    [
        keys.KeySpec("rsa", size=2048),
        keys.KeySpec("ecdsa", curve="secp384r1"),
        keys.KeySpec("ecdsa", curve="secp521r1"),
    ],
)
def test_each_kind_of_key_is_certified(device, spec):
    certificate, _ = device.by_password(key=device.key(spec=spec))
    device.verify(certificate)


def test_the_root_comes_with_an_initial_registration_by_password(device, lab):
    roots = device.directory / "roots.pem"
    device.by_password("ir", "-cacertsout", roots)
    assert roots.read_text() == lab.trust_anchor.read_text()


def test_an_initial_registration_by_a_vendors_certificate(device, lab, vendor):
    authority, key, record = vendor
    path = device.directory / "vendor.key"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate, _ = device.by_signature(
        "ir",
        device.file("vendor.pem", record.certificate),
        path,
        *("-newkey", device.key(), "-subject", SUBJECT),
        *("-extracerts", device.file("chain.pem", authority.issuing.certificate)),
    )
    device.verify(certificate)


def test_an_earlier_end_is_granted_when_asked_for(device):
    certificate, _ = device.by_password("ir", "-days", "1")
    with pytest.raises(AssertionError):
        device.openssl_checkend(certificate, 86410)
    device.openssl_checkend(certificate, 86300)


def test_implicit_confirmation_takes_one_round_trip(device, lab):
    certificate, said = device.by_password("ir", "-implicit_confirm")
    device.verify(certificate)
    assert "CERTCONF" not in said.upper().replace("CERT_CONF", "")
    assert states(lab)[-1] == "confirmed"


def test_other_requests_by_password(device):
    certificate, _ = device.by_password("cr")
    device.verify(certificate)
    request = device.directory / "request.pem"
    key = device.key("p10")
    run(
        *(device.openssl, "req", "-new", "-key", key, "-subj", SUBJECT, "-out", request),
        *("-config", _minimal(device)),
    )
    certificate, _ = device.by_password("p10cr", "-csr", request, key=key, out="p10cr")
    device.verify(certificate)


def _minimal(device):
    path = device.directory / "req.cnf"
    path.write_text("[req]\ndistinguished_name=d\n[d]\n")
    return path


def test_key_updates_one_after_the_other(device, lab):
    key = device.key()
    certificate, _ = device.by_password("ir", "-sans", "gw.example.net", key=key)
    serials = {device.text(certificate, "-serial")}
    for turn in range(3):
        new_key = device.key(f"key{turn}")
        certificate, _ = device.by_signature(
            "kur", certificate, key, "-newkey", new_key, out=f"kur{turn}"
        )
        key = new_key
        device.verify(certificate)
        assert "DNS:gw.example.net" in device.text(certificate, "-text")
        serials.add(device.text(certificate, "-serial"))
    assert len(serials) == 4
    assert states(lab)[-4:] == ["superseded"] * 3 + ["confirmed"]


def test_a_certificate_that_the_client_does_not_want_is_revoked(device, lab):
    """Told to trust another root for what it enrols, OpenSSL rejects in its certConf."""
    wrong = device.file("wrong.pem", Authority(None, SystemClock(), SystemEntropy()).root)
    _, said = device.by_password("ir", "-out_trusted", wrong, check=False)
    assert "PKICONF" in said
    assert states(lab)[-1] == "revoked"


# OpenSSL 3.5 takes "-popo -1" for the wish that the CA make the key
@pytest.mark.parametrize("program", ["openssl"], indirect=True)
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-popo", "-1"), "badPOP"),
        (("-popo", "0"), "notAuthorized"),
    ],
)
def test_possession_that_is_not_proved_is_rejected(device, lab, words, expected):
    before = states(lab)
    _, said = device.by_password("ir", *words, check=False)
    assert f"PKIFailureInfo: {expected}" in said
    assert states(lab) == before


@pytest.mark.parametrize(("number", "reason"), [("-1", ""), ("1", "keyCompromise")])
def test_a_certificate_is_revoked_by_its_holder(device, lab, number, reason):
    key = device.key("holder")
    certificate, _ = device.by_password("cr", key=key)
    words = ("-oldcert", certificate, "-revreason", number)
    _, said = device.by_signature("rr", certificate, key, *words, out="none", enrols=False)
    assert "received RP" in said
    assert states(lab)[-1] == "revoked"
    assert lab.authority.all_issued()[-1].reason == reason
    _, said = device.by_signature(
        "rr", certificate, key, *words, "-unprotected_errors", out="none", check=False
    )
    assert "certRevoked" in said
    _, said = device.by_signature(
        "kur", certificate, key, *("-newkey", device.key()), out="none", check=False
    )
    assert "certRevoked" in said


def test_nobody_revokes_anothers_certificate(device, lab):
    theirs, _ = device.by_password("cr", "-subject", "/CN=theirs", out="theirs")
    key = device.key("holder")
    certificate, _ = device.by_password("cr", key=key)
    words = ("-oldcert", theirs)
    _, said = device.by_signature("rr", certificate, key, *words, out="none", check=False)
    assert "notAuthorized" in said
    assert "revoked" not in states(lab)[-2:]


def test_the_ca_certificates_are_told_to_who_asks(device, lab):
    """OpenSSL 3.0 shows that they came, 3.5 writes them."""
    told = device.directory / "told.pem"
    _, said = device.cmp(
        *("genm", "-ref", "4711", "-secret", "pass:insecure", "-recipient", "/CN=lab"),
        *("-infotype", "caCerts", "-cacertsout", told),
        out="none",
        enrols=False,
    )
    assert "received GENP" in said
    if written := told.read_text():
        assert lab.issuing_certificate.read_text() in written
    else:
        assert "id-it-caCerts" in said
        assert "infoValue: absent" not in said


def test_a_general_message_about_nothing_is_answered(device):
    _, said = device.cmp(
        *("genm", "-ref", "4711", "-secret", "pass:insecure", "-recipient", "/CN=lab"),
        out="none",
        enrols=False,
    )
    assert "received GENP" in said


def test_a_wrong_password_is_refused(device, lab):
    before = states(lab)
    _, said = device.by_password("ir", "-unprotected_errors", secret="wrong", check=False)
    assert re.search("badMessageCheck|wrong pbm value|missing trust", said, re.IGNORECASE)
    assert states(lab) == before


def test_a_key_update_with_a_certificate_of_another_ca_is_refused(device, lab, vendor):
    _, key, record = vendor
    path = device.directory / "vendor.key"
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    certificate = device.file("vendor.pem", record.certificate)
    _, said = device.by_signature(
        "kur", certificate, path, "-newkey", device.key(), out="kur", check=False
    )
    assert "PKIFailureInfo: signerNotTrusted" in said


def test_a_key_update_for_another_certificate_is_refused(device):
    key = device.key()
    mine, _ = device.by_password(key=key)
    other, _ = device.by_password(key=device.key("other-key"), out="other")
    _, said = device.by_signature(
        *("kur", mine, key, "-newkey", device.key("new"), "-oldcert", other),
        out="kur",
        check=False,
    )
    assert "PKIFailureInfo: badCertId" in said


def test_polling_ends_with_the_certificate(device, lab):
    lab.faults.add("ir waiting seconds 1")
    certificate, said = device.by_password("ir")
    assert "POLLREP" in said.upper()
    device.verify(certificate)


NEWER = pytest.mark.parametrize("program", ["openssl-3.5"], indirect=True)


@NEWER
@pytest.mark.parametrize("fault", ["ir late-nonce", "ir error-waiting", "certconf error-waiting"])
def test_delayed_delivery_is_as_openssl_has_it(device, lab, fault):
    """RFC 9810, 5.3.21 and 5.3.22; RFC 9483, 4.4: OpenSSL 3.0 knows none of it."""
    lab.faults.add(f"{fault} seconds 1")
    certificate, said = device.by_password("ir")
    assert lab.faults.lines() == ()
    assert "POLLREP" in said.upper() or "polling" in said.lower()
    device.verify(certificate)
    assert states(lab)[-1] == "confirmed"


@pytest.mark.parametrize("fault", ["not-yet-valid", "added-name", "reordered-names", "serial-zero"])
def test_openssl_parses_what_faults_make_of_a_certificate(device, lab, fault):
    """The certificate is well formed and signed by the CA; whether it is good, the client says."""
    lab.faults.add(f"ir {fault}")
    certificate, _ = device.by_password("ir", "-sans", "b.example.net,a.example.net")
    text = device.text(certificate, "-text")
    names = {"added-name": "b.example.net, DNS:a.example.net, DNS:added.lab.example"}
    names["reordered-names"] = "DNS:a.example.net, DNS:b.example.net"
    assert names.get(fault, "b.example.net, DNS:a.example.net") in text
    assert ("Serial Number: 0 " in text) == (fault == "serial-zero")
    date = () if fault != "not-yet-valid" else ("-no_check_time",)
    words = ("-CAfile", lab.trust_anchor, "-untrusted", lab.issuing_certificate)
    run(device.openssl, "verify", *date, *words, certificate)


def test_openssl_refuses_a_certificate_of_another_issuer(device, lab):
    lab.faults.add("ir wrong-issuer")
    device.by_password("ir", "-out_trusted", lab.trust_anchor, check=False)
    assert states(lab)[-1] == "revoked"


@pytest.mark.parametrize("operation", ["initialization", "p/label/initialization"])
def test_the_well_known_path_is_served_with_an_operation(device, lab, operation):
    certificate, _ = device.by_password("ir", "-path", f"/.well-known/cmp/{operation}")
    device.verify(certificate)


@NEWER  # OpenSSL 3.0 protects no message with such a key
def test_an_ed25519_key_enrols_and_renews_itself(device, lab):
    paths = []
    for name in ("one", "two"):
        paths.append(device.directory / f"{name}.pem")
        run(device.openssl, "genpkey", "-algorithm", "ED25519", "-out", paths[-1])
    certificate, _ = device.by_password("ir", key=paths[0])
    device.verify(certificate)
    certificate, _ = device.by_signature(
        "kur", certificate, paths[0], "-newkey", paths[1], out="kur"
    )
    device.verify(certificate)
    assert "ED25519" in device.text(certificate, "-text")


def test_certificates_lead_openssl_to_crl_and_ocsp_responder(device, lab):
    certificate, _ = device.by_password("ir")
    assert device.text(certificate, "-ocsp_uri").strip() == lab.ocsp_url
    assert f"URI:{lab.crl_url}" in device.text(certificate, "-ext", "crlDistributionPoints")
    run(
        *(device.openssl, "verify", "-crl_check", "-crl_download"),
        *("-CAfile", lab.trust_anchor, "-untrusted", lab.issuing_certificate, certificate),
    )


@pytest.mark.parametrize(
    "fault",
    ["wrong-nonce", "wrong-transaction", "unprotected", "bad-protection", "wrong-key", "http-500"],
)
def test_openssl_minds_what_a_faulty_answer_gets_wrong(device, lab, fault):
    lab.faults.add(f"ir {fault}")
    device.by_password("ir", check=False)
    assert lab.faults.lines() == ()
    device.by_password("ir", out="again")


# --- EST with curl and s_client ------------------------------------------------------------------


@pytest.fixture
def curl(lab):
    program = need("curl")

    def call(operation, *words):
        done = run(
            *(program, "-sS", "--cacert", lab.trust_anchor, "-w", "\n%{http_code}"),
            *words,
            f"{lab.est_url}/.well-known/est/{operation}",
            check=False,
        )
        body, _, status = done.stdout.decode().rpartition("\n")
        return status, body

    return call


@pytest.fixture
def request_file(tmp_path):
    import base64

    key = keys.generate(CA_KEYS["ecdsa"])
    path = tmp_path / "request.b64"
    path.write_bytes(base64.b64encode(csr.build(key, names.parse_dn("CN=curl"))))
    return path


def pkcs7(device, body):
    """Return the certificates of an EST answer, as OpenSSL prints them."""
    path = device.directory / "answer.p7"
    path.write_text("-----BEGIN PKCS7-----\n" + _wrapped(body) + "-----END PKCS7-----\n")
    return run(device.openssl, "pkcs7", "-in", path, "-print_certs").stdout.decode()


def _wrapped(body):
    return "".join(body[start : start + 64] + "\n" for start in range(0, len(body), 64))


def test_curl_gets_the_ca_certificates(device, curl):
    status, body = curl("cacerts")
    assert status == "200"
    assert pkcs7(device, body).count("BEGIN CERTIFICATE") == 2


@pytest.mark.parametrize("scheme", ["--basic", "--digest", "--anyauth"])
def test_curl_enrols_with_a_password(device, curl, request_file, scheme):
    status, body = curl(
        *("simpleenroll", scheme, "-u", "user:password", "--data-binary", f"@{request_file}"),
        *("-H", "Content-Type: application/pkcs10"),
    )
    assert status == "200", body
    certificate = device.directory / "curl.pem"
    certificate.write_text(pkcs7(device, body))
    device.verify(certificate)


def test_curl_sends_a_request_in_chunks(curl, request_file):
    status, body = curl(
        *("simpleenroll", "-u", "user:password", "--data-binary", f"@{request_file}"),
        *("-H", "Content-Type: application/pkcs10", "-H", "Transfer-Encoding: chunked"),
    )
    assert status == "200", body


@pytest.mark.parametrize("credentials", [(), ("-u", "user:wrong"), ("--digest", "-u", "x:y")])
def test_curl_without_the_password_gets_nothing(curl, request_file, credentials):
    status, _ = curl(
        *("simpleenroll", *credentials, "--data-binary", f"@{request_file}"),
        *("-H", "Content-Type: application/pkcs10"),
    )
    assert status == "401"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("-tls1_3",), "TLSv1.3"),
        (("-tls1_2",), "TLSv1.2"),
        (("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), None),
    ],
)
def test_tls_1_2_and_1_3_are_spoken(device, lab, words, expected):
    done = run(
        *(device.openssl, "s_client", "-connect", f"127.0.0.1:{lab.est_port}"),
        *("-CAfile", lab.trust_anchor, "-verify_return_error", "-verify_ip", "127.0.0.1"),
        *words,
        check=False,
        input=b"",
    )
    assert (done.returncode == 0) == (expected is not None)
    if expected is not None:
        said = done.stdout.decode()
        assert f"New, {expected}" in said
        assert "Verify return code: 0 (ok)" in said


def test_the_cas_own_certificates_verify(device, lab):
    for name in ("cmp-signer", "tls", "issuing"):
        device.verify(Path(lab.trust_anchor).parent / f"{name}.pem")
