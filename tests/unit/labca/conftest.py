"""A lab CA without network or files, at an instant of our choice."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.core.wire import HttpRequest
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.cmp_responder import CmpResponder
from srpki.labca.fault_script import FaultScript
from srpki.protocol.cmp import bodies, mac, messages, protect
from srpki.protocol.cmp.header import Header
from srpki.x509 import certificates, keys, signatures

START = datetime(2030, 5, 17, 12, 0, 0, tzinfo=UTC)
SUBJECT = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gw")])
P256 = keys.KeySpec("ecdsa", curve="secp256r1")


@pytest.fixture
def clock():
    return FrozenClock(START)


@pytest.fixture
def settings():
    return CaSettings(
        validity=3600,
        reference="4711",
        secret="insecure",
        est_username="user",
        est_password="pass word",
    )


@pytest.fixture
def authority(clock, settings):
    return Authority(None, clock, SystemEntropy(), settings)


@pytest.fixture
def faults():
    return FaultScript()


@pytest.fixture
def log():
    return []


@pytest.fixture
def device_key():
    return keys.generate(P256)


class CmpClient:
    """Sends hand-made CMP messages to a responder and reads the answers.

    Every part can be made wrong by keyword; what is not given is right.
    """

    def __init__(self, authority, faults, log):
        self.authority = authority
        self.responder = CmpResponder(authority, faults, log=log.append)
        self.transaction_id = bytes(range(16))
        self.nonce = b"n" * 16
        self.last = None

    def post(self, data, content_type="application/pkixcmp", method="POST", path="/pkix/"):
        return self.responder.handle(
            HttpRequest(
                method=method,
                url=f"http://127.0.0.1{path}",
                headers=(("Content-Type", content_type),),
                body=data,
            )
        )

    def mac(self, secret="insecure", iterations=500):
        return mac.MacProtector(secret, b"s" * 16, iterations)

    def encode(self, body, signer=None, protector="right", extra_certs=None, **header):
        """Return a message protected by *signer* (key, certificate), else by the password."""
        fields = {
            "transaction_id": self.transaction_id,
            "sender_nonce": self.nonce,
            "recipient_nonce": self.last.header.sender_nonce if self.last else None,
            "sender_kid": b"4711",
        }
        if signer is not None:
            facts = certificates.facts(signer[1])
            fields["sender"] = certificates.parse(signer[1]).subject.public_bytes()
            fields["sender_kid"] = facts.subject_key_identifier
        if protector == "right":
            protector = (
                self.mac() if signer is None else protect.SignatureProtector(signer[0], "sha256")
            )
        if extra_certs is None:
            extra_certs = () if signer is None else (signer[1],)
        return messages.encode(Header(**(fields | header)), body, protector, extra_certs)

    def ask(self, body, **parts):
        """Send *body* and return the answer, which is remembered for the next message."""
        reply = self.post(self.encode(body, **parts))
        assert reply.status == 200, reply.body
        assert reply.headers["content-type"] == "application/pkixcmp"
        self.last = messages.decode(reply.body)
        assert self.last.header.transaction_id == self.transaction_id
        assert self.last.header.recipient_nonce == self.nonce
        return self.last

    def request(self, kind, key, subject=SUBJECT, proof=None, **fields):
        """Return the body of an ir, cr or kur for *key* with a right proof of possession."""
        name = None if subject is None else subject.public_bytes()
        fields = {"cert_req_id": 0, "subject": name, "public_key": keys.spki(key)} | fields
        data = bodies.encode_request(bodies.CertificateRequest(**fields))
        signature = keys.sign(proof or key, data, "sha256")
        algorithm = signatures.algorithm(proof or key, "sha256")
        return bodies.encode_signed_request(kind, data, algorithm, signature)

    def enrolled(self, key, subject=SUBJECT, **fields):
        """Enrol by password, confirm, and return the certificate."""
        answer = self.ask(self.request("ir", key, subject, **fields), recipient_nonce=None)
        certificate = bodies.decode_responses(answer)[0][0].certificate
        assert self.ask(self.confirmation(certificate)).kind == "pkiConf"
        self.last, self.transaction_id = None, b"e" * 16
        return certificate

    def confirmation(self, certificate, **fields):
        fields = {"cert_hash": hashlib.sha256(certificate).digest()} | fields
        return bodies.encode_confirmations([bodies.Confirmation(**fields)])

    def states(self):
        return [record.state for record in self.authority.all_issued()]


@pytest.fixture
def cmp(authority, faults, log):
    return CmpClient(authority, faults, log)


@pytest.fixture
def holder(cmp, device_key):
    """Key and certificate of an enrolled device, in a fresh transaction."""
    certificate = cmp.enrolled(device_key)
    cmp.transaction_id = b"h" * 16
    return device_key, certificate
