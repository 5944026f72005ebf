"""``est ca-certificates``, ``enroll`` and ``renew`` at a real lab CA, over TLS."""

import re
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from srpki.x509 import certificates, keys, names

PKI = "admin system security pki"
EST = "system security pki est-profile"
TLS = "system security tls"


@pytest.fixture(scope="module")
def bench(opened, tmp_path_factory):
    """A node with ready-made profiles that both CLIs may edit."""
    with opened(tmp_path_factory.mktemp("node"), mode="mixed") as found:
        yield found


@pytest.fixture(autouse=True)
def quiet(bench):
    """The CA without faults."""
    bench.do("lab ca fault clear")


@pytest.fixture
def named(bench, fresh):
    """The name of an imported key."""
    bench.key(fresh)
    return fresh


def enroll(name, profile="lab-est", output=None, more=""):
    return (
        f'{PKI} est enroll est-profile "{profile}" key "cf3:/system-pki/{name}.key"'
        f' subject-dn "C=DE,O=Lab,CN={name}" output-file "{output or name}.crt" {more}'
    )


def renew(name, output=None, more=""):
    return (
        f'{PKI} est renew est-profile "lab-est" key "cf3:/system-pki/{name}.key"'
        f' certificate "cf3:/system-pki/{name}.crt" output-file "{output or name}.crt" {more}'
    )


def cacerts(url, profile="lab-est", more=""):
    return f'{PKI} est ca-certificates est-profile "{profile}" output-url "{url}" {more}'


def exported(bench, name):
    """Return the imported certificate *name* in PEM."""
    bench.do(
        f'{PKI} export type certificate format pem input-file "{name}.crt"'
        f' output-url "cf3:/{name}.exported.pem"'
    )
    path = bench.cf3 / f"{name}.exported.pem"
    content = path.read_bytes()
    path.unlink()
    return content


@pytest.fixture
def profile(bench, fresh):
    """The name of an est-profile of its own, like the ready-made one; edits lines go below it."""
    server = bench.lab.server
    bench.configure(
        f'{EST} "{fresh}" client-tls-profile "lab"',
        f'{EST} "{fresh}" server ipv4 127.0.0.1 port {server.est_port}',
        f'{EST} "{fresh}" http-authentication username "{server.est_username}"'
        f' password "{server.est_password}"',
    )
    return fresh


# --- ca-certificates ----------------------------------------------------------------------------------


def test_the_ca_certificates_are_written_in_pem_as_openssl_reads_them(bench, fresh, openssl):
    bench.do(cacerts(f"cf3:/{fresh}.pem"))
    text = (bench.cf3 / f"{fresh}.pem").read_bytes()
    blocks = re.findall(rb"-----BEGIN.*?END CERTIFICATE-----\n", text, re.DOTALL)
    found = {openssl("x509", "-outform", "DER", octets=block) for block in blocks}
    known = {
        openssl("x509", "-in", path, "-outform", "DER")
        for path in (bench.lab.server.trust_anchor, bench.lab.server.issuing_certificate)
    }
    assert found == known


def test_a_taken_file_is_kept_unless_forced(bench, fresh):
    bench.put(f"{fresh}.pem", b"precious")
    assert "exists already" in bench.refused(cacerts(f"cf3:/{fresh}.pem"))
    assert (bench.cf3 / f"{fresh}.pem").read_bytes() == b"precious"
    bench.do(cacerts(f"cf3:/{fresh}.pem", more="force"))
    assert b"BEGIN CERTIFICATE" in (bench.cf3 / f"{fresh}.pem").read_bytes()


@pytest.mark.parametrize("url", ["cf3:/config.cfg", "cf3:/system-pki/lab-root.crt", "cf3:/../x"])
def test_force_does_not_reach_what_is_not_the_operator_s(bench, url):
    before = bench.stored("lab-root.crt")
    bench.refused(cacerts(url, more="force"))
    assert bench.stored("lab-root.crt") == before


@pytest.mark.parametrize(
    ("fault", "word"),
    [("no-answer", "without an answer"), ("http-500", "500"), ("garbage", "base64")],
)
def test_what_the_server_may_do_wrong_is_named_and_nothing_is_written(bench, fresh, fault, word):
    bench.do(f"lab ca fault add cacerts {fault}")
    assert word in bench.refused(cacerts(f"cf3:/{fresh}.pem"))
    assert not (bench.cf3 / f"{fresh}.pem").exists()


def certified(key, signer, start, end):
    """Return a CA certificate (DER) of "changing" for *key*, signed by *signer*."""
    name = names.parse_dn("O=Lab,CN=changing")
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, end)
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    return builder.sign(signer, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.fixture
def changing(bench):
    """The lab CA hands out the certificates of another CA, which is changing its key."""
    now = bench.lab.clock.now().replace(microsecond=0)
    old, new = (keys.generate(keys.KeySpec("ecdsa", curve="secp256r1")) for _ in range(2))
    early, late = now - timedelta(days=900), now + timedelta(days=90)
    link = certified(new, old, now, late)
    authority = bench.lab.server.authority
    before = authority.settings

    def hand_out(*, linked):
        more = (certified(old, old, early, late), *((link,) if linked else ()))
        root = certified(new, new, now, now + timedelta(days=900))
        authority.settings = replace(before, more_ca_certificates=(*more, root))
        return certificates.facts(root).fingerprint, f"{late:%Y-%m-%dT%H:%M:%SZ}"

    yield hand_out
    authority.settings = before


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_a_change_of_the_ca_s_key_is_explained(bench, fresh, changing, cli):
    fingerprint, late = changing(linked=True)
    command = {
        "md": cacerts(f"cf3:/{fresh}.pem"),
        "classic": f"admin certificate est cacerts est-profile lab-est output-url cf3:/{fresh}.pem",
    }[cli]
    said = bench.do(command, cli=cli)
    assert "5 CA certificates received." in said
    assert 'CA "O=Lab, CN=changing" is changing its key:' in said
    text = (bench.cf3 / f"{fresh}.pem").read_bytes()
    blocks = [
        x509.load_pem_x509_certificate(block)
        for block in re.findall(rb"-----BEGIN.*?END CERTIFICATE-----\n", text, re.DOTALL)
    ]
    order = [one.fingerprint(hashes.SHA256()).hex() for one in blocks]
    place = order.index(fingerprint) + 1
    assert f"    certificate {place}: new key signed by itself, valid to " in said
    link = re.search(r"certificate (\d): new key signed by the old one, valid to", said)[1]
    assert f"The old key vouches for the new one by certificate {link}." in said
    assert f"Import certificate {place} and trust it by a ca-profile before {late}." in said
    assert "does not vouch" not in said


def test_a_new_key_without_the_word_of_the_old_one_is_to_be_compared(bench, fresh, changing):
    fingerprint, _ = changing(linked=False)
    said = bench.do(cacerts(f"cf3:/{fresh}.pem"))
    assert "The old key does not vouch for the new one." in said
    assert f"fingerprint {fingerprint}." in said


# --- enroll -------------------------------------------------------------------------------------------


def test_the_certificate_is_imported_and_chains_to_the_root_as_openssl_sees_it(
    bench, named, openssl, tmp_path
):
    bench.do(enroll(named, more="validate-certificate-chain hash-algorithm sha384"))
    (tmp_path / "c.pem").write_bytes(exported(bench, named))
    trust = (
        "-CAfile",
        bench.lab.server.trust_anchor,
        "-untrusted",
        bench.lab.server.issuing_certificate,
    )
    now = int(bench.lab.clock.now().timestamp())
    openssl("verify", *trust, "-attime", now, tmp_path / "c.pem")
    subject = openssl(
        "x509", "-in", tmp_path / "c.pem", "-noout", "-subject", "-nameopt", "RFC2253"
    )
    assert subject.decode().strip() == f"subject=CN={named},O=Lab,C=DE"


def test_the_classic_cli_enrolls_too(bench, named):
    bench.do(  # [auto-update.md section 5]
        f"admin certificate est enroll est-profile lab-est key cf3:/system-pki/{named}.key"
        f" subject-dn C=DE,CN={named} domain-name {named}.example output {named}.crt",
        f"admin certificate est renew est-profile lab-est cert cf3:/system-pki/{named}.crt"
        f" key cf3:/system-pki/{named}.key output {named}.crt force",
        f"admin certificate est cacerts est-profile lab-est output-url cf3:/{named}.pem",
        cli="classic",
    )
    assert f"{named}.crt" in bench.router.node.keystore.names()
    assert (bench.cf3 / f"{named}.pem").exists()


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("no-answer", "without an answer"),
        ("http-500", "500"),
        ("garbage", "base64"),
        ("reject", "403"),
        ("wrong-key", "not for the key"),
    ],
)
def test_what_a_ca_may_do_wrong_is_named_and_nothing_is_imported(bench, named, fault, word):
    bench.do(f"lab ca fault add simpleenroll {fault}")
    assert word in bench.refused(enroll(named))
    assert f"{named}.crt" not in bench.router.node.keystore.names()
    bench.do(enroll(named))


def test_an_expired_certificate_is_refused_where_the_chain_is_to_be_validated(bench, named):
    bench.do("lab ca fault add simpleenroll issue-expired")
    assert "expired" in bench.refused(enroll(named, more="validate-certificate-chain"))
    assert f"{named}.crt" not in bench.router.node.keystore.names()


def test_a_taken_name_is_refused_before_the_server_is_troubled(bench, named):
    bench.do(enroll(named))
    before = bench.stored(f"{named}.crt")
    bench.do("lab ca fault add simpleenroll http-500")
    assert "imported already" in bench.refused(enroll(named))
    assert "simpleenroll http-500" in bench.do("lab ca fault list")
    assert bench.stored(f"{named}.crt") == before
    bench.do("lab ca fault clear", enroll(named, more="force"))
    assert bench.stored(f"{named}.crt") != before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('key "cf3:/{0}.key" subject-dn "CN=x" output-file "x.crt"', "not an imported file"),
        ('key "cf3:/system-pki/../{0}.key" subject-dn "CN=x" output-file "x.crt"', "imported file"),
        ('key "cf3:/system-pki/none.key" subject-dn "CN=x" output-file "x.crt"', "does not exist"),
        ('key "cf3:/system-pki/lab-root.crt" subject-dn "CN=x" output-file "x.crt"', "certificate"),
        ('key "cf3:/system-pki/{0}.key" output-file "x.crt"', "subject-dn is missing"),
        ('key "cf3:/system-pki/{0}.key" subject-dn "x" output-file "x.crt"', "attribute=value"),
        ('key "cf3:/system-pki/{0}.key" subject-dn "CN=x" output-file ".x"', "begins with a dot"),
        ('key "cf3:/system-pki/{0}.key" subject-dn "CN=x" output-file "x.previous"', ".previous"),
        (
            'key "cf3:/system-pki/{0}.key" subject-dn "CN=x" hash-algorithm md5 output-file "x.crt"',
            "md5",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_before_the_server_is_troubled(bench, named, words, told):
    bench.do("lab ca fault add any http-500")
    line = bench.refused(f'{PKI} est enroll est-profile "lab-est" {words.format(named)}')
    assert told in line
    assert "any http-500" in bench.do("lab ca fault list")


def test_a_202_is_waited_for(bench, named):
    bench.do("lab ca fault add simpleenroll waiting seconds 1", enroll(named))
    assert f"{named}.crt" in bench.router.node.keystore.names()


def test_ctrl_c_ends_the_waiting(bench, named):
    bench.do("lab ca fault add simpleenroll waiting seconds 3000")
    told = []

    def interrupted(line):
        told.append(line)
        bench.interrupt()

    with bench.looking_on(interrupted):
        refusal = bench.refused(enroll(named))
    assert f"{named}.crt" not in bench.router.node.keystore.names()
    (line,) = told
    assert re.fullmatch(
        r"Waiting until \S+Z: the EST server has not issued the certificate yet\."
        r" Ctrl-C leaves the request pending\.",
        line,
    )
    assert "the request is pending: the same command goes on with it" in refusal


def test_a_session_that_nobody_looks_at_is_told_with_the_answer(bench, named):
    bench.do("lab ca fault add simpleenroll waiting seconds 3000")
    timer = threading.Timer(0.5, bench.interrupt)
    timer.start()
    printed = bench.fails(enroll(named))
    timer.join()
    assert "Waiting until" in printed


# --- who may ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["username", "password"])
def test_wrong_credentials_are_refused_without_being_told(bench, named, profile, wrong):
    bench.configure(f'{EST} "{profile}" http-authentication {wrong} "mistaken"')
    line = bench.refused(enroll(named, profile))
    assert "401" in line
    assert "mistaken" not in line


def test_without_credentials_the_server_s_refusal_is_told(bench, named, profile):
    bench.do(
        "edit-config private",
        f'delete /configure {EST} "{profile}" http-authentication',
        "commit",
        "quit-config",
    )
    assert "401" in bench.refused(enroll(named, profile))


def test_a_client_certificate_authenticates_in_place_of_a_password(bench, named, profile, openssl):
    bench.do(enroll(named))
    bench.configure(
        f'{TLS} cert-profile "{profile}" entry 1 certificate-file "{named}.crt"'
        f' key-file "{named}.key"',
        f'{TLS} cert-profile "{profile}" admin-state enable',
        f'{TLS} client-tls-profile "{profile}" trust-anchor-profile "lab" admin-state enable',
        f'{TLS} client-tls-profile "{profile}" cert-profile "{profile}"',
        f'{TLS} client-tls-profile "{profile}" status-verify default-result good',
        f'{EST} "{profile}" client-tls-profile "{profile}"',
        f'{EST} "{profile}" http-authentication password "mistaken"',
    )
    bench.do(enroll(named, profile, output=f"{named}-2"))
    assert f"{named}-2.crt" in bench.router.node.keystore.names()


# --- TLS -------------------------------------------------------------------------------------------


def test_a_server_of_another_authority_is_not_spoken_to(bench, named, profile, openssl):
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", bench.cf3.parent / "ignored.pem", "-subj", "/CN=foreign CA", "-days", "3650",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
        "-out", bench.cf3 / f"{named}-ca.pem",
    )  # fmt: skip
    bench.do(
        f'{PKI} import type certificate format pem input-url "cf3:/{named}-ca.pem"'
        f' output-file "{named}-ca.crt"'
    )
    bench.configure(
        f'system security pki ca-profile "{named}" cert-file "{named}-ca.crt"'
        " revocation-check crl-optional admin-state enable",
        f'{TLS} trust-anchor-profile "{named}" trust-anchor "{named}" {{ }}',
        f'{TLS} client-tls-profile "{named}" trust-anchor-profile "{named}" admin-state enable',
        f'{EST} "{profile}" client-tls-profile "{named}"',
    )
    line = bench.refused(enroll(named, profile))
    assert "certificate" in line
    assert f"{named}.crt" not in bench.router.node.keystore.names()


def test_a_server_may_be_named_instead_of_addressed(bench, named, profile):
    bench.do(
        "edit-config private",
        f'delete /configure {EST} "{profile}" server ipv4',
        f'/configure {EST} "{profile}" server fqdn "localhost"',
        "commit",
        "exit all",
        "quit-config",
        enroll(named, profile),
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f'{TLS} client-tls-profile "{{0}}" admin-state disable', "shut down"),
        (f'{TLS} client-tls-profile "{{0}}" admin-state enable', "no trust anchor"),
    ],
)
def test_a_tls_profile_that_cannot_be_used_is_told(bench, named, profile, line, told):
    bench.configure(line.format(profile), f'{EST} "{profile}" client-tls-profile "{profile}"')
    assert told in bench.refused(enroll(named, profile))


def test_a_profile_without_server_or_tls_is_told(bench, named, fresh):
    bench.refused(enroll(named, "none"))
    bench.configure(f'{EST} "{fresh}-e" check-id-kp-cmcra-only false')
    assert "no server" in bench.refused(enroll(named, f"{fresh}-e"))
    bench.configure(f'{EST} "{fresh}-e" server ipv4 127.0.0.1')
    assert "no client-tls-profile" in bench.refused(enroll(named, f"{fresh}-e"))


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_every_path_of_the_profile_is_the_one_that_is_asked(bench, named, profile, cli):
    """The lab CA takes a label before the operation [RFC 7030, 3.2.2] and nothing else."""

    def configure(label):
        paths = {
            name: f"/.well-known/{label}/{name}"
            for name in ("cacerts", "simpleenroll", "simplereenroll")
        }
        if cli == "md":
            words = " ".join(f'{name} "{path}"' for name, path in paths.items())
            bench.configure(f'{EST} "{profile}" server path {words}')
            return
        words = " ".join(f"{name} {path}" for name, path in paths.items())
        bench.do(
            f"configure system security pki est-profile {profile} server {words}",
            "exit all",
            cli="classic",
        )

    commands = (
        enroll(named, profile),
        renew(named, f"{named}-2").replace("lab-est", profile),
        cacerts(f"cf3:/{named}.pem", profile),
    )
    configure("est/vpn")
    bench.do(*commands)
    configure("nowhere")
    for command in met(2, commands):
        assert "404 Not Found" in bench.refused(f"{command} force")


def test_a_server_that_is_a_registration_authority_may_be_insisted_on(
    bench, named, profile, openssl
):
    served = openssl(
        "x509", "-inform", "DER", "-noout", "-ext", "extendedKeyUsage",
        octets=bench.lab.server.authority.tls.certificate,
    )  # fmt: skip
    assert b"CMC Registration Authority" in served  # id-kp-cmcRA [RFC 6402]
    bench.configure(f'{EST} "{profile}" check-id-kp-cmcra-only true')
    bench.do(enroll(named, profile))


# --- renew -----------------------------------------------------------------------------------------


def test_a_renewed_certificate_has_the_names_of_the_old_one(bench, named, openssl):
    bench.do(enroll(named, more='domain-name "a.example,b.example"'))
    bench.do(renew(named, f"{named}-2"))

    def names(name):
        shown = ("-noout", "-subject", "-ext", "subjectAltName")
        return openssl("x509", *shown, octets=exported(bench, name))

    assert names(named) == names(f"{named}-2")
    assert b"DNS:a.example, DNS:b.example" in names(named)
    assert exported(bench, named) != exported(bench, f"{named}-2")


def test_renewing_over_itself_wants_force(bench, named):
    bench.do(enroll(named))
    before = bench.stored(f"{named}.crt")
    assert "imported already" in bench.refused(renew(named))
    assert bench.stored(f"{named}.crt") == before
    bench.do(renew(named, more="force"))
    assert bench.stored(f"{named}.crt") != before


def test_a_certificate_that_is_not_there_is_not_renewed(bench, named):
    assert "does not exist" in bench.refused(renew(named, f"{named}-2"))
    command = renew(named, f"{named}-2").replace("cf3:/system-pki/" + named + ".crt", "cf3:/x.crt")
    assert "not an imported file" in bench.refused(command)


@pytest.mark.parametrize(
    ("fault", "word"),
    [("http-500", "500"), ("garbage", "base64"), ("wrong-key", "not for the key")],
)
def test_a_renewal_that_fails_leaves_the_old_certificate(bench, named, fault, word):
    bench.do(enroll(named))
    before = bench.stored(f"{named}.crt")
    bench.do(f"lab ca fault add simplereenroll {fault}")
    assert word in bench.refused(renew(named, more="force"))
    assert bench.stored(f"{named}.crt") == before
