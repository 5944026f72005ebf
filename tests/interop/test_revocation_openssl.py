"""Our OCSP client against openssl's responder, our CRL download against openssl's CRLs."""

import subprocess
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from foreign import need
from issuing import HOUR, P256, Ca

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import ConnectError, InvalidInputError, PeerRefusedError, ProtocolError
from srpki.engine import drive
from srpki.protocol import crl as download
from srpki.protocol import ocsp as responder
from srpki.transport.base import Limits
from srpki.transport.http import HttpExchange
from srpki.x509 import certificates, crl, keys, ocsp, revocation

pytestmark = pytest.mark.interop

NONCE = b"0123456789abcdef"


@pytest.fixture(scope="module")
def program():
    return need("openssl")


class Shop:
    """A CA's directory as openssl wants it: PEM files and the index of what was issued."""

    def __init__(self, program, directory):
        self.program, self.directory = program, directory
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.ca = Ca(self.now)
        self.index = []
        self.write("ca", self.ca.certificate, self.ca.key)
        (directory / "number").write_text("07\n")

    def write(self, name, certificate, key):
        pem = x509.load_der_x509_certificate(certificate).public_bytes(Encoding.PEM)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.directory / f"{name}.pem").write_bytes(pem)
        (self.directory / f"{name}.key").write_bytes(secret)

    def issue(self, state):
        leaf = self.ca.issue(f"CN={state}")
        end = f"{self.now + 24 * HOUR:%y%m%d%H%M%SZ}"
        when = f"{self.now - HOUR:%y%m%d%H%M%SZ}" if state == "R" else ""
        serial = f"{certificates.facts(leaf).serial:X}"
        serial = serial if len(serial) % 2 == 0 else f"0{serial}"
        if state in ("V", "R"):
            self.index.append(f"{state}\t{end}\t{when}\t{serial}\tunknown\t/CN={state}\n")
            (self.directory / "index.txt").write_text("".join(self.index))
            (self.directory / "index.txt.attr").write_text("unique_subject = no\n")
        return leaf

    def run(self, *arguments):
        done = subprocess.run(
            [self.program, *map(str, arguments)],
            capture_output=True,
            timeout=60,
            check=False,
            cwd=self.directory,
        )
        assert done.returncode == 0, done.stderr
        return done

    def answer(self, leaf, *more, signer="ca", nonce=NONCE):
        """Return what openssl's responder answers to our request about *leaf*."""
        request = ocsp.request(leaf, self.ca.certificate, nonce)
        return self.answered(request, *more, signer=signer)

    def answered(self, request, *more, signer="ca"):
        (self.directory / "request.der").write_bytes(request)
        self.run(
            *("ocsp", "-index", "index.txt", "-CA", "ca.pem"),
            *("-rsigner", f"{signer}.pem", "-rkey", f"{signer}.key"),
            *("-reqin", "request.der", "-respout", "answer.der", *more),
        )
        return (self.directory / "answer.der").read_bytes()

    def judged(self, answer, leaf, at=None, nonce=NONCE):
        at = at or datetime.now(UTC)
        return ocsp.judge(answer, leaf, self.ca.certificate, at, nonce)


@pytest.fixture
def shop(program, tmp_path):
    found = Shop(program, tmp_path)
    found.issue("V")
    return found


@pytest.mark.parametrize(("state", "status"), [("V", "good"), ("R", "revoked"), ("-", "unknown")])
def test_the_responder_of_openssl_is_understood(shop, state, status):
    leaf = shop.issue(state)
    verdict = shop.judged(shop.answer(leaf, "-ndays", "1"), leaf)
    assert verdict.status == status
    assert verdict.until - verdict.this_update == timedelta(days=1)


def test_a_delegated_responder_counts_only_with_its_extended_key_usage(shop):
    leaf = shop.issue("R")
    for usage, counts in (
        (ExtendedKeyUsageOID.OCSP_SIGNING, True),
        (ExtendedKeyUsageOID.SERVER_AUTH, False),
    ):
        key = keys.generate(P256)
        certificate = shop.ca.issue("CN=ocsp", key=key, more=[x509.ExtendedKeyUsage([usage])])
        shop.write("ocsp", certificate, key)
        answer = shop.answer(leaf, "-ndays", "1", signer="ocsp")
        if counts:
            assert shop.judged(answer, leaf).status == "revoked"
        else:
            with pytest.raises(ProtocolError, match="is not signed by the CA"):
                shop.judged(answer, leaf)


def test_an_old_answer_and_one_for_another_request_do_not_count(shop):
    leaf = shop.issue("V")
    answer = shop.answer(leaf, "-nmin", "5")
    assert shop.judged(answer, leaf).status == "good"
    with pytest.raises(ProtocolError, match="has expired"):
        shop.judged(answer, leaf, at=datetime.now(UTC) + timedelta(minutes=6))
    with pytest.raises(ProtocolError, match="nonce of another request"):
        shop.judged(answer, leaf, nonce=b"fedcba9876543210")
    with pytest.raises(ProtocolError, match="is not about the certificate"):
        shop.judged(answer, shop.issue("V"))


def test_an_answer_without_a_nonce_and_without_an_end_counts_for_a_day(shop):
    leaf = shop.issue("V")
    answer = shop.answer(leaf, nonce=b"")
    assert shop.judged(answer, leaf).until is None
    with pytest.raises(ProtocolError, match="too old"):
        shop.judged(answer, leaf, at=datetime.now(UTC) + timedelta(days=1, minutes=1))


# --- over HTTP -----------------------------------------------------------------------------------


def converse(machine, scratch, max_body=download.MAX_OCTETS):
    limits = Limits(response_timeout=20, max_body=max_body)
    exchange = HttpExchange(None, limits, scratch, clock=SystemClock(), entropy=SystemEntropy())
    try:
        return drive.drive(machine, exchange, SystemClock(), threading.Event())
    finally:
        exchange.close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments):
        """Print nothing."""

    def do_POST(self):
        """Let openssl answer an OCSP request."""
        request = self.rfile.read(int(self.headers["Content-Length"]))
        body = self.server.shop.answered(request, "-ndays", "1")
        self.send_response(200)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def serving(shop):
    """Serve the files of *shop*, and its answers, by HTTP; yield the URL of the directory."""
    server = HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=shop.directory))
    server.shop = shop
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_responder_is_asked_over_http(shop, tmp_path):
    leaf = shop.issue("R")
    with serving(shop) as url:
        ask = partial(responder.ask, url, leaf, shop.ca.certificate, nonce=NONCE)
        assert converse(ask(at=datetime.now(UTC)), tmp_path).status == "revoked"
        with pytest.raises(ProtocolError, match="has expired"):
            converse(ask(at=datetime.now(UTC) + timedelta(days=2)), tmp_path)


def test_a_crl_of_openssl_is_downloaded_checked_and_read(shop, tmp_path):
    leaf, other = shop.issue("R"), shop.issue("V")
    (tmp_path / "ca.cnf").write_text(
        "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ndefault_md=sha256\n"
        "crlnumber=number\ncrl_extensions=ext\n[ext]\nauthorityKeyIdentifier=issuer:always\n"
    )
    shop.run(
        *("ca", "-config", "ca.cnf", "-gencrl", "-crldays", "3"),
        *("-keyfile", "ca.key", "-cert", "ca.pem", "-out", "crl.pem"),
    )
    shop.run("crl", "-in", "crl.pem", "-outform", "DER", "-out", "ca.crl")
    said = shop.run("crl", "-in", "crl.pem", "-CAfile", "ca.pem", "-noout")
    assert b"verify OK" in said.stderr
    with serving(shop) as url:
        der = converse(download.fetch(f"{url}/ca.crl"), tmp_path)
        facts = crl.check(der, shop.ca.certificate)
        assert (facts.number, facts.next_update - facts.this_update) == (7, timedelta(days=3))
        assert revocation.by_crls(leaf, [der]).status == "revoked"
        assert revocation.by_crls(other, [der]).status == "good"
        with pytest.raises(InvalidInputError, match="what is not DER"):
            converse(download.fetch(f"{url}/crl.pem"), tmp_path)
        with pytest.raises(PeerRefusedError, match="HTTP status 404"):
            converse(download.fetch(f"{url}/none.crl"), tmp_path)
        with pytest.raises(ProtocolError, match="longer than 100 octets"):
            converse(download.fetch(f"{url}/ca.crl"), tmp_path, max_body=100)
    with pytest.raises(ConnectError):
        converse(download.fetch(f"{url}/ca.crl"), tmp_path)
