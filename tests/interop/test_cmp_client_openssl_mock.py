"""Our CMP client against the mock server of ``openssl cmp``.

The server hands out one certificate whatever is asked, so that one is made beforehand, for the
client's new key. It answers only on loopback, by a preloaded library (loopback_preload.c).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from srpki.core.clock import FrozenClock, SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import PeerError, PeerRefusedError, ProtocolError
from srpki.engine.drive import drive
from srpki.protocol.cmp.client import (
    CmpPeer,
    MacCredentials,
    SignatureCredentials,
    certificate_request,
    initial_registration,
    key_update,
    poll,
)
from srpki.transport.base import Limits
from srpki.transport.http import HttpExchange
from srpki.x509 import names
from srpki.x509.keys import KeySpec, generate, same_public_key

pytestmark = pytest.mark.interop

SUBJECT = names.parse_dn("C=DE,O=Lab,CN=router")
SAN = names.san("gw.lab.example")
PASSWORD = MacCredentials("4711", "insecure")
EXTENSIONS = """
[req]
distinguished_name=dn
[dn]
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier=hash
[server]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=1.3.6.1.5.5.7.3.28,1.3.6.1.5.5.7.3.27
subjectKeyIdentifier=hash
[device]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
subjectAltName=DNS:gw.lab.example
subjectKeyIdentifier=hash
"""


def program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return path


def openssl(*words: str, where: Path) -> str:
    done = subprocess.run(
        [program("openssl"), *words],
        check=False,
        cwd=where,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass
class Pki:
    """Keys and certificates of one algorithm as files root, vendor, server, factory, old, new."""

    where: Path

    def make(self, kind: str) -> None:
        (self.where / "ext.cnf").write_text(EXTENSIONS)
        for name in ("root", "vendor", "server", "factory", "old", "new"):
            options = {
                "rsa": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
                "ec": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
            }[kind]
            openssl("genpkey", *options, "-out", f"{name}.key", where=self.where)
        for name in ("root", "vendor"):
            openssl(
                *("req", "-new", "-x509", "-key", f"{name}.key", "-subj", f"/O=Lab/CN={name}"),
                *("-days", "30", "-config", "ext.cnf", "-extensions", "ca"),
                *("-out", f"{name}.pem"),
                where=self.where,
            )
        self._issue("server", "root", "server", "/C=DE/O=Lab/CN=CMP Server", "0x1001")
        self._issue("factory", "vendor", "device", "/C=DE/O=Vendor/CN=SN-1", "0x1001")
        self._issue("old", "root", "device", "/C=DE/O=Lab/CN=router", "0x1002")
        # OpenSSL 3.0 takes a kur only when oldCertID names what it is going to hand out
        self._issue("new", "root", "device", "/C=DE/O=Lab/CN=router", "0x1002")

    def _issue(self, name: str, issuer: str, section: str, subject: str, serial: str) -> None:
        openssl(
            *("req", "-new", "-key", f"{name}.key", "-subj", subject, "-config", "ext.cnf"),
            *("-out", f"{name}.csr"),
            where=self.where,
        )
        openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem"),
            *("-CAkey", f"{issuer}.key", "-set_serial", serial, "-days", "20"),
            *("-extfile", "ext.cnf", "-extensions", section, "-out", f"{name}.pem"),
            where=self.where,
        )

    def certificate(self, name: str) -> bytes:
        data = (self.where / f"{name}.pem").read_bytes()
        return x509.load_pem_x509_certificate(data).public_bytes(serialization.Encoding.DER)

    def key(self, name: str):
        return serialization.load_pem_private_key((self.where / f"{name}.key").read_bytes(), None)

    def credentials(self, name: str) -> SignatureCredentials:
        return SignatureCredentials(self.key(name), self.certificate(name))


@pytest.fixture(scope="module", params=["ec", "rsa"])
def pki(request, tmp_path_factory) -> Pki:
    made = Pki(tmp_path_factory.mktemp(request.param))
    made.make(request.param)
    return made


@pytest.fixture(scope="module")
def preload(tmp_path_factory) -> Path:
    library = tmp_path_factory.mktemp("preload") / "loopback_preload.so"
    source = Path(__file__).with_name("loopback_preload.c")
    subprocess.run(
        [program("gcc"), "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True
    )
    return library


def port_of(process: subprocess.Popen) -> int:
    """Return the port that the server says it listens on; a trial connection costs it a second."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("ACCEPT "):
            address = line.split()[1]
            assert "127.0.0.1" in address
            return int(address.rpartition(":")[2])
    pytest.fail("the mock server ended")


@pytest.fixture
def mock(pki, preload, tmp_path):
    """Starts the mock server in a mood given by options; returns how the client sees it."""

    @contextmanager
    def start(*mood: str) -> Iterator[CmpPeer]:
        configuration = tmp_path / "mock.cnf"  # OpenSSL 3.2 and later hold oldCertID against it
        configuration.write_text("[cmp]\nref_cert = old.pem\n")
        process = subprocess.Popen(
            [
                *(program("openssl"), "cmp", "-config", str(configuration), "-port", "0"),
                *("-srv_ref", "4711", "-srv_secret", "pass:insecure"),
                *("-srv_cert", "server.pem", "-srv_key", "server.key"),
                *("-srv_trusted", "trusted.pem", "-rsp_cert", "new.pem"),
                *("-rsp_extracerts", "root.pem", "-rsp_capubs", "root.pem"),
                *mood,
            ],
            cwd=pki.where,
            env={**os.environ, "LD_PRELOAD": str(preload)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            yield CmpPeer(
                url=f"http://127.0.0.1:{port_of(process)}/pkix/",
                ca_certificates=(pki.certificate("root"),),
            )
        finally:
            process.terminate()
            process.communicate(timeout=20)

    trusted = [(pki.where / f"{name}.pem").read_text() for name in ("root", "vendor")]
    (pki.where / "trusted.pem").write_text("".join(trusted))
    return start


@pytest.fixture
def run(tmp_path):
    """Runs a machine over HTTP; waits end at once."""

    def run(machine):
        exchange = HttpExchange(
            None, Limits(), tmp_path, clock=SystemClock(), entropy=SystemEntropy()
        )
        try:
            return drive(
                machine, exchange, FrozenClock(datetime(2026, 1, 1, tzinfo=UTC)), threading.Event()
            )
        finally:
            exchange.close()

    return run


@pytest.fixture
def around():
    return {
        "clock": SystemClock(),
        "entropy": SystemEntropy(),
        "accept": lambda certificate, others: None,
    }


def test_initial_registration_with_a_password(mock, pki, run, around):
    key = pki.key("new")
    with mock() as peer:
        for always in (False, True):
            machine = initial_registration(
                replace(peer, always_set_sender_for_ir=always),
                PASSWORD,
                key,
                SUBJECT,
                SAN,
                poll=True,
                **around,
            )
            result = run(machine)
            assert result.status == "accepted"
            assert result.certificate == pki.certificate("new")
            assert same_public_key(result.certificate, key)
            assert result.ca_pubs == (pki.certificate("root"),)


def test_initial_registration_with_a_factory_certificate(mock, pki, run, around):
    credentials = replace(pki.credentials("factory"), chain=(pki.certificate("vendor"),))
    with mock() as peer:
        machine = initial_registration(
            peer, credentials, pki.key("new"), SUBJECT, SAN, poll=True, **around
        )
        assert run(machine).certificate == pki.certificate("new")


def test_a_certificate_request(mock, pki, run, around):
    with mock() as peer:
        machine = certificate_request(
            peer, pki.credentials("old"), pki.key("new"), SUBJECT, SAN, poll=True, **around
        )
        result = run(machine)
    assert result.status == "accepted"
    assert result.certificate == pki.certificate("new")


@pytest.mark.parametrize("hash_algorithm", ["sha256", "sha512"])
def test_key_update(mock, pki, run, around, hash_algorithm):
    credentials = replace(pki.credentials("old"), hash_algorithm=hash_algorithm)
    with mock() as peer:
        result = run(key_update(peer, credentials, pki.key("new"), poll=True, **around))
    assert result.certificate == pki.certificate("new")
    assert pki.certificate("root") in result.extra_certs


@pytest.mark.parametrize(
    "choice",
    [
        {"response_signing_use_extracert": True, "signing_cert_subject": "CN=CMP Server"},
        {"response_signing_certificates": "server"},
    ],
    ids=["use-extracert", "response-signing-cert"],
)
def test_key_update_with_each_choice_of_signer(mock, pki, run, around, choice):
    if "response_signing_certificates" in choice:
        choice = {"response_signing_certificates": (pki.certificate("server"),)}
    with mock() as peer:
        machine = key_update(
            replace(peer, **choice), pki.credentials("old"), pki.key("new"), poll=True, **around
        )
        assert run(machine).certificate == pki.certificate("new")


def test_polling(mock, pki, run, around):
    with mock("-poll_count", "3", "-check_after", "1") as peer:
        machine = key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around)
        assert run(machine).certificate == pki.certificate("new")


def test_polling_by_hand(mock, pki, tmp_path, around):
    """The mock server forgets a transaction when its connection ends, so one is kept."""
    exchange = HttpExchange(None, Limits(), tmp_path, clock=SystemClock(), entropy=SystemEntropy())
    arguments = exchange, FrozenClock(datetime(2026, 1, 1, tzinfo=UTC)), threading.Event()
    credentials, key = pki.credentials("old"), pki.key("new")
    with mock("-poll_count", "2", "-check_after", "7") as peer:
        first = drive(key_update(peer, credentials, key, poll=False, **around), *arguments)
        assert (first.status, first.pending.check_after) == ("waiting", 0)
        second = drive(poll(peer, credentials, first.pending, key, **around), *arguments)
        assert (second.status, second.pending.check_after) == ("waiting", 7)
        third = drive(poll(peer, credentials, second.pending, key, **around), *arguments)
        assert third.certificate == pki.certificate("new")
    exchange.close()


def test_error_message(mock, pki, run, around):
    with mock("-send_error") as peer:
        machine = key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around)
        with pytest.raises(PeerRefusedError, match="key update: rejection"):
            run(machine)


def test_unprotected_error_message(mock, pki, run, around):
    def update(peer):
        return run(key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around))

    with mock("-send_error", "-send_unprot_err") as peer:
        with pytest.raises(ProtocolError, match="unprotected error: rejection"):
            update(peer)
        with pytest.raises(PeerRefusedError, match="key update: rejection"):
            update(replace(peer, accept_unprotected_error=True))


def test_unprotected_answers_are_refused(mock, pki, run, around):
    with mock("-send_unprotected") as peer:
        machine = key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around)
        with pytest.raises(ProtocolError, match="the kup is not protected"):
            run(machine)


def test_rejection_in_words(mock, pki, run, around):
    mood = ("-pkistatus", "2", "-failure", "9", "-statusstring", "key not proven")
    with mock(*mood) as peer:
        machine = key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around)
        with pytest.raises(PeerRefusedError) as caught:
            run(machine)
    assert "badPOP, the proof of possession failed" in caught.value.sentence
    assert "key not proven" in caught.value.sentence


def test_granted_with_modifications(mock, pki, run, around):
    with mock("-pkistatus", "1", "-statusstring", "shorter") as peer:
        machine = key_update(peer, pki.credentials("old"), pki.key("new"), poll=True, **around)
        result = run(machine)
    assert (result.status, result.status_text) == ("granted-with-mods", "shorter")


def test_certificate_for_another_key_is_rejected(mock, pki, run, around):
    other = generate(KeySpec("ecdsa", curve="secp256r1"))
    with mock() as peer:
        machine = key_update(peer, pki.credentials("old"), other, poll=True, **around)
        with pytest.raises(PeerError, match="for another key"):
            run(machine)


def test_certificate_the_engine_does_not_want_is_rejected(mock, pki, run, around):
    with mock() as peer:
        machine = key_update(
            peer,
            pki.credentials("old"),
            pki.key("new"),
            poll=True,
            **{**around, "accept": lambda certificate, others: "not wanted"},
        )
        with pytest.raises(PeerError, match="rejected: not wanted"):
            run(machine)


def test_wrong_password(mock, pki, run, around):
    with mock() as peer:
        machine = initial_registration(
            peer,
            MacCredentials("4711", "guess"),
            pki.key("new"),
            SUBJECT,
            SAN,
            poll=True,
            **around,
        )
        with pytest.raises(PeerError):
            run(machine)


def test_server_of_another_ca_is_refused(mock, pki, run, around):
    with mock() as peer:
        machine = key_update(
            replace(peer, ca_certificates=(pki.certificate("vendor"),)),
            pki.credentials("old"),
            pki.key("new"),
            poll=True,
            **around,
        )
        with pytest.raises(ProtocolError, match="does not count"):
            run(machine)


def test_certificate_the_server_does_not_know_is_refused_in_words(mock, pki, run, around):
    with mock() as peer:
        machine = key_update(peer, pki.credentials("factory"), pki.key("new"), poll=True, **around)
        with pytest.raises(PeerRefusedError, match="rejection"):
            run(machine)
