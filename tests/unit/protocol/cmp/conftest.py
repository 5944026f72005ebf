"""A small PKI and a CA that answers CMP requests, to be bent by tests. Not the lab CA."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SeededEntropy
from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol.cmp import bodies, mac, messages, protect
from srpki.protocol.cmp.bodies import CertificateResponse, PollAnswer
from srpki.protocol.cmp.client import (
    CmpPeer,
    MacCredentials,
    SignatureCredentials,
    initial_registration,
)
from srpki.protocol.cmp.header import Header
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.status import WAITING, StatusInfo
from srpki.protocol.steps import Send, Wait

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
CMC_CA = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.27")
REFERENCE, SECRET = "4711", "insecure"


def name(common: str) -> x509.Name:
    return x509.Name.from_rfc4514_string(f"CN={common},O=Lab,C=DE")


def certificate(
    subject: str,
    key,
    issuer: str,
    issuer_key,
    *,
    ca: bool = False,
    usage: tuple[x509.ObjectIdentifier, ...] = (),
    key_usage: str | None = "digital_signature",
    not_before: datetime = NOW - timedelta(days=1),
    days: int = 30,
    san: str = "",
    serial: int | None = None,
    digest: hashes.HashAlgorithm | None = None,
) -> bytes:
    usages = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
            *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
        ),
        False,
    )
    usages["key_cert_sign" if ca else key_usage or "digital_signature"] = True
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_before + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if key_usage is not None:
        builder = builder.add_extension(x509.KeyUsage(**usages), critical=True)
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    if san:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([x509.DNSName(san)]), critical=False
        )
    if not hasattr(issuer_key, "curve") and digest is None and "Ed" in type(issuer_key).__name__:
        signed = builder.sign(issuer_key, None)
    else:
        signed = builder.sign(issuer_key, digest or hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Ca:
    """Answers ir and kur with a certificate for the key asked for; *bend* changes an answer.

    *bend* is given the kind of the answer, header, body, protector and extraCerts as a dict, and
    may change it; *spoil* is given the octets of the reply. *seen* keeps the requests.
    """

    key: object = field(default_factory=new_key)
    signer_key: object = field(default_factory=new_key)
    device_key: object = field(default_factory=new_key)
    bend: Callable[[dict], None] = lambda parts: None
    spoil: Callable[[str, bytes], bytes] = lambda kind, data: data
    polls: int = 0
    check_after: int = 5
    seen: list[Message] = field(default_factory=list)
    issued: bytes = b""
    first: Message | None = None

    def __post_init__(self) -> None:
        self.certificate = certificate("Root", self.key, "Root", self.key, ca=True)
        self.signer = certificate("CMP", self.signer_key, "Root", self.key, usage=(CMC_CA,))
        self.device = self.issue(self.device_key, usage=(ExtendedKeyUsageOID.CLIENT_AUTH,))
        self.protector = protect.SignatureProtector(self.signer_key, "sha256")
        self.sender = name("CMP").public_bytes()
        self.extra_certs = (self.signer,)

    def issue(self, key, subject: str = "router", **options) -> bytes:
        return certificate(subject, key, "Root", self.key, **{"san": "gw.lab.example", **options})

    @property
    def peer(self) -> CmpPeer:
        return CmpPeer(url="http://127.0.0.1/pkix/", ca_certificates=(self.certificate,))

    @property
    def password(self) -> MacCredentials:
        return MacCredentials(REFERENCE, SECRET)

    @property
    def signature(self) -> SignatureCredentials:
        return SignatureCredentials(self.device_key, self.device)

    def handle(self, request: HttpRequest) -> HttpReply:
        message = messages.decode(request.body)
        self.seen.append(message)
        kind, body = self._answer(message)
        header = Header(
            sender=self.sender,
            recipient=message.header.sender,
            message_time=NOW,
            transaction_id=message.header.transaction_id,
            sender_nonce=b"server's nonce" + len(self.seen).to_bytes(2, "little"),
            recipient_nonce=message.header.sender_nonce,
        )
        parts = {
            "kind": kind,
            "header": header,
            "body": body,
            "protector": self.protector,
            "extra_certs": self.extra_certs,
        }
        self.bend(parts)
        data = messages.encode(
            parts["header"], parts["body"], parts["protector"], parts["extra_certs"]
        )
        return HttpReply(
            status=200,
            headers={"content-type": "application/pkixcmp"},
            body=self.spoil(kind, data),
        )

    def _answer(self, message: Message) -> tuple[str, bytes]:
        if message.kind == "certConf":
            return "pkiConf", bodies.encode_pki_confirm()
        if message.kind == "pollReq" and self.polls > 1:
            self.polls -= 1
            answer = PollAnswer(
                cert_req_id=0, check_after=self.check_after, reason=("please\x1b[2J wait",)
            )
            return "pollRep", bodies.encode_poll_answer(answer)
        if message.kind == "pollReq":
            self.polls = 0
        else:
            self.first = message
        assert self.first is not None
        kind = {"ir": "ip", "cr": "cp", "kur": "kup"}[self.first.kind]
        if self.polls:
            response = CertificateResponse(cert_req_id=0, status=StatusInfo(WAITING, ("soon",)))
        else:
            (request,) = bodies.decode_requests(self.first)
            assert request.public_key is not None
            if request.public_key not in self.issued:
                self.issued = self.issue(
                    _Public(serialization.load_der_public_key(request.public_key))
                )
            response = CertificateResponse(
                cert_req_id=0, status=StatusInfo(), certificate=self.issued
            )
        return kind, bodies.encode_responses(kind, (response,), (self.certificate,))


@dataclass
class _Public:
    key: object

    def public_key(self):
        return self.key


def drive(machine, ca: Ca, waits: list[Wait] | None = None):
    """Run *machine* against *ca*; waits end at once."""
    reply = None
    try:
        while True:
            step = machine.send(reply)
            if isinstance(step, Send):
                reply = ca.handle(step.request)
            else:
                reply = None
                if waits is not None:
                    waits.append(step)
    except StopIteration as done:
        return done.value


@pytest.fixture
def run():
    """Runs a machine against a CA; a list given third collects the waits."""
    return drive


@pytest.fixture
def make_ca():
    """Makes a CA with other keys or habits than the usual one."""
    return Ca


@pytest.fixture
def ca() -> Ca:
    return Ca()


@pytest.fixture
def around() -> dict:
    """What every machine needs: time, entropy and an engine that accepts."""
    return {
        "clock": FrozenClock(NOW),
        "entropy": SeededEntropy(7),
        "accept": lambda certificate, others: None,
    }


@pytest.fixture(scope="session")
def conversation():
    """The octets of a registration with a password that polls once, by kind, and its CA."""
    ca, said = Ca(polls=2), {}
    ca.protector = mac.MacProtector(SECRET, b"s" * 16)
    ca.spoil = lambda kind, data: said.setdefault((kind, len(said)), data)
    machine = initial_registration(
        ca.peer,
        ca.password,
        new_key(),
        name("router"),
        None,
        clock=FrozenClock(NOW),
        entropy=SeededEntropy(7),
        accept=lambda certificate, others: None,
        poll=True,
    )

    def handle(request):
        said[messages.decode(request.body).kind, len(said)] = request.body
        return Ca.handle(ca, request)

    ca.handle = handle
    drive(machine, ca)
    return {kind: data for (kind, _), data in said.items()}, ca
