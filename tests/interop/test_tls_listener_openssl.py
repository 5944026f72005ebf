"""``openssl s_client`` at the TLS listener of a node: who it sees, and what it is refused."""

import base64
import re
import socket
import subprocess

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from foreign import need
from issuing import Ca

from srpki.cli.session import Session
from srpki.frontend.labs import opened_lab
from srpki.x509 import certificates, keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")
TLS = "/configure system security tls"
PROFILE = f'{TLS} server-tls-profile "web"'
KEY = """\
admin system security pki generate-keypair save-path "cf3:/{0}.key" ecdsa-curve secp256r1
admin system security pki import type key format der input-url "cf3:/{0}.key" output-file "{0}.key"
admin system security pki est enroll est-profile "lab-est" key "cf3:/system-pki/{0}.key" subject-dn "CN={0}" output-file "{0}.crt"
"""
NODE = f"""\
edit-config private
/configure system security pki certificate-auto-update "gw.crt" profile "lab-est" key-file-name "gw.key"
{TLS} cert-profile "own" admin-state enable entry 1 certificate-file "gw.crt" key-file "gw.key" send-chain ca-profile "lab-ca"
{PROFILE} admin-state enable cert-profile "own" protocol-version tls-version-all
commit
"""

pytestmark = pytest.mark.interop


class Bench:
    """A node of a lab that answers TLS, and who calls there."""

    def __init__(self, router, lab, directory):
        self.router, self.lab, self.directory = router, lab, directory
        self.session, self.editing = Session(router), Session(router)
        self.openssl = need("openssl")
        self.do(*KEY.format("gw").splitlines(), *NODE.splitlines())
        self.port = self.start()

    def do(self, *lines):
        for line in met(1, lines):
            edits = line.startswith(("/configure", "edit-config", "commit"))
            answer = (self.editing if edits else self.session).feed(line)
            assert answer.ok, f"{line}\n{answer.text}"
        return answer.text

    def start(self):
        return int(re.search(r"port (\d+)\.", self.do('lab tls start "web"'))[1])

    def profile(self, *lines):
        self.do(*(f"{PROFILE} {line}" for line in lines), "commit")

    def call(self, *words):
        """Shake hands as a client that stays until the server ends it; the status and the output."""
        done = subprocess.run(
            [self.openssl, "s_client", "-connect", f"127.0.0.1:{self.port}", "-showcerts", "-ign_eof", *words],
            input="", capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def shown(self, *words):
        """Return the chain (DER) that a client is shown, which is welcome."""
        status, text = self.call(*words)
        assert status == 0, text
        blocks = re.findall(r"-----BEGIN CERTIFICATE-----(.*?)-----END", text, re.DOTALL)
        return [base64.b64decode(block) for block in blocks]

    def listener(self):
        (one,) = self.session.feed("lab tls show").data.listener
        return one

    def refused(self, *words):
        """Be refused; return why, as the node knows it."""
        before = self.listener().refused
        status, text = self.call(*words)
        assert status != 0, text
        after = self.listener()
        assert after.refused == before + 1
        return after.last_refusal

    def client(self, name, ca=None):
        """Return the options of s_client for a client whose certificate *ca* or the lab issues."""
        key = keys.generate(P256)
        if ca is not None:
            chain = [ca.issue(f"CN={name}", key=key)]
        else:
            authority = self.lab.authority("lab").authority
            chain = [
                authority.issue(key.public_key(), certificates.parse_dn(f"CN={name}")).certificate
            ]
            authority.confirm(chain[0])
            chain.append(authority.issuing.certificate)
        paths = [self.directory / f"{name}.pem", self.directory / f"{name}.key"]
        pem = serialization.Encoding.PEM
        paths[0].write_bytes(
            b"".join(x509.load_der_x509_certificate(der).public_bytes(pem) for der in chain)
        )
        paths[1].write_bytes(
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
        return chain[0], (
            "-cert",
            str(paths[0]),
            "-cert_chain",
            str(paths[0]),
            "-key",
            str(paths[1]),
        )


@pytest.fixture
def bench(tmp_path):
    with opened_lab(tmp_path / "node") as (router, lab):
        yield Bench(router, lab, tmp_path)


def test_a_renewal_is_seen_at_once_with_the_chain_that_is_to_be_sent(bench):
    old = bench.shown()
    issuing = bench.router.node.keystore.read_certificate("lab-issuing.crt")
    assert old == [bench.router.node.keystore.read_certificate("gw.crt"), issuing]
    bench.do("lab clock advance 29d")
    new = bench.shown()
    assert new != old and new == [bench.router.node.keystore.read_certificate("gw.crt"), issuing]
    facts = certificates.facts(new[0])
    assert (bench.listener().serial_number, bench.listener().not_after) == (
        facts.serial,
        facts.not_after,
    )
    # A node that begins anew answers at the same port.
    bench.do("admin save")
    bench.session.feed("admin reboot now")
    assert bench.shown() == new and bench.listener().handshakes == 3


def test_versions_and_ciphers_are_those_of_the_profile(bench):
    assert "TLSv1.3" in bench.call()[1] and "TLSv1.2" in bench.call("-tls1_2")[1]
    strong, weak = "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"
    listed = f'{TLS} server-cipher-list "few"'
    bench.do(
        f"{listed} tls12-cipher 1 name tls-ecdhe-ecdsa-aes128-gcm-sha256",
        f"{listed} tls12-cipher 2 name tls-ecdhe-ecdsa-aes256-gcm-sha384",
        f"{listed} tls13-cipher 1 name tls-chacha20-poly1305-sha256",
        f'{PROFILE} cipher-list "few"',
        "commit",
    )
    # The order is the node's, whatever the client would rather have.
    assert weak in bench.call("-tls1_2", "-cipher", f"{strong}:{weak}")[1]
    assert strong in bench.call("-tls1_2", "-cipher", strong)[1]
    assert "no shared cipher" in bench.refused(
        "-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"
    )
    assert bench.call("-tls1_3", "-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256")[0] == 0
    assert "not in the cipher list" in bench.refused(
        "-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384"
    )
    bench.profile("protocol-version tls-version-12")
    assert "unsupported protocol" in bench.refused("-tls1_3")
    bench.profile("protocol-version tls-version-13")
    assert "unsupported protocol" in bench.refused("-tls1_2")
    bench.profile("admin-state disable")
    assert 'server-tls-profile "web" is shut down' in bench.refused()


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_clients_are_judged_by_chain_time_name_and_revocation(bench, version):
    certificate, known = bench.client("alice.example")
    _, other = bench.client("mallory.example")
    _, strange = bench.client("eve.example", Ca(bench.router.node.clock.now(), "CN=strange"))
    bench.profile(
        'authenticate-client trust-anchor-profile "lab"', "status-verify default-result good"
    )
    flag = f"-{version}"
    assert bench.call(flag, *known)[0] == 0 == bench.call(flag, *other)[0]
    assert "peer did not return a certificate" in bench.refused(flag)
    assert "the client's certificate is refused: unable to get" in bench.refused(flag, *strange)
    names = (
        '/configure system security pki common-name-list "ours" common-name 1 cn-type domain-name'
    )
    bench.do(f'{names} cn-value "alice.example"', "commit")
    bench.profile('authenticate-client common-name-list "ours"')
    assert bench.call(flag, *known)[0] == 0
    assert "no name of common-name-list" in bench.refused(flag, *other)
    bench.profile("status-verify default-result revoked")
    assert "the status of the client's certificate is not known" in bench.refused(flag, *known)
    bench.profile("status-verify default-result good", "status-verify ee-revocation primary ocsp")
    assert bench.call(flag, *known)[0] == 0
    bench.lab.authority("lab").revoke(certificate)
    bench.do("admin system security pki clear-ocsp-cache")
    assert "the client's certificate is revoked" in bench.refused(flag, *known)
    bench.do("lab clock advance 60d")
    assert "expired" in bench.refused(flag, *known)
    log = bench.do("show log log-id 99")
    assert 'of certificate "CN=mallory.example" by TLS failed: the client has no name' in log


def test_who_says_nothing_or_too_much_keeps_nobody_out(bench):
    quiet = [socket.create_connection(("127.0.0.1", bench.port)) for _ in range(80)]
    with socket.create_connection(("127.0.0.1", bench.port)) as loud:
        loud.sendall(b"GET / HTTP/1.0\r\n\r\n" + bytes(4096))
    assert len(bench.shown()) == 2
    for one in quiet:
        one.close()
    # The one who does not end his hello: a record that is announced, and never whole.
    with socket.create_connection(("127.0.0.1", bench.port)) as long:
        long.sendall(b"\x16\x03\x01\x40\x00\x01\x00\x3f\xfc" + bytes(100))
        assert len(bench.shown()) == 2


def test_nothing_listens_but_what_was_asked_for(bench):
    assert "listens already" in bench.session.feed('lab tls start "web"').text
    bench.do('lab tls stop "web"')
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", bench.port))
    assert bench.session.feed("lab tls show").data.listener == ()
    assert "does not listen" in bench.session.feed('lab tls stop "web"').text
    bench.profile("admin-state disable")
    assert "is shut down" in bench.session.feed('lab tls start "web"').text
