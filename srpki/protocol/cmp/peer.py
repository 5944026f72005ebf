"""What the CMP client is told and what it gives back, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from srpki.core.errors import InvalidInputError
from srpki.x509.chain import MAX_DEPTH
from srpki.x509.keys import PrivateKey


@dataclass(frozen=True, slots=True)
class MacCredentials:
    """Reference number and password of an initial registration.

    *hash_algorithm* is that of the signature that proves possession of the key.
    """

    reference: str
    secret: str = field(repr=False)
    hash_algorithm: str = "sha256"


@dataclass(frozen=True, slots=True)
class SignatureCredentials:
    """A key that signs, with its certificate (DER) and the chain to send along, leaf apart.

    *certificate* is None only for an initial registration with a bare key. *hash_algorithm* also
    is that of the signature that proves possession of the key.
    """

    key: PrivateKey = field(repr=False)
    certificate: bytes | None
    chain: tuple[bytes, ...] = ()
    hash_algorithm: str = "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class CmpPeer:
    """A CMP server as a ca-profile describes it; certificates and *recipient* (a Name) are DER.

    Attributes:
        url: where to POST, ``http``.
        ca_certificates: the profile's CA certificate first.
        response_signing_certificates: when given, only these may sign answers.
        response_signing_use_extracert: a certificate of extraCerts that leads to the CA may.
        signing_cert_subject: attributes a signer's subject must have, as ``O=Lab,CN=CMP``.
        recipient: None means the subject of the first CA certificate.
        always_set_sender_for_ir: the sender of a password-protected ir is the subject asked for.
        same_recipient_nonce_for_poll_request: a pollReq repeats the recipNonce of the last answer.
        accept_unprotected_error: an error message needs no protection.
        accept_unprotected_pkiconf: a pkiConf needs no protection.
        maximum_cert_chain_depth: certificates that the chain of a signer may have.
        max_polls: how often one transaction polls.
        max_poll_seconds: how long it may wait in all between polls.
    """

    url: str
    ca_certificates: tuple[bytes, ...]
    response_signing_certificates: tuple[bytes, ...] = ()
    response_signing_use_extracert: bool = False
    signing_cert_subject: str = ""
    recipient: bytes | None = None
    always_set_sender_for_ir: bool = False
    same_recipient_nonce_for_poll_request: bool = False
    accept_unprotected_error: bool = False
    accept_unprotected_pkiconf: bool = False
    maximum_cert_chain_depth: int = MAX_DEPTH
    max_polls: int = 1000
    max_poll_seconds: float = 86400.0


@dataclass(frozen=True, slots=True)
class Issued:
    """What the CA has granted: *certificate* is DER, *status* a number, *text* the CA's words."""

    certificate: bytes
    status: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A transaction that the CA has put off: all that is needed to go on polling.

    *request* is ``ir``, ``cr`` or ``kur``; *cert_req_id* is what is polled for; *check_after* is in
    seconds from the answer; the octets are the transaction identifier, the last answer's nonces
    (empty: it had none), the senderNonce of the request that was put off and the header's sender (a
    Name). *issued* is the certificate whose confirmation was put off, None before there is one.
    """

    request: str
    cert_req_id: int
    check_after: int
    transaction_id: bytes
    sender_nonce: bytes
    recipient_nonce: bytes
    request_nonce: bytes
    sender: bytes
    issued: Issued | None = None

    def to_json(self) -> dict[str, object]:
        """Return it as values that JSON has, octets as hexadecimal digits."""
        record = _plain(asdict(self))
        record["issued"] = None if self.issued is None else _plain(asdict(self.issued))
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, object]) -> Pending:
        """Return what `to_json` was given; raises `InvalidInputError` for anything else."""
        try:
            return cls(
                request=_request(record["request"]),
                cert_req_id=_number(record["cert_req_id"]),
                check_after=_number(record["check_after"]),
                transaction_id=_octets(record["transaction_id"]),
                sender_nonce=_octets(record["sender_nonce"]),
                recipient_nonce=_octets(record["recipient_nonce"]),
                request_nonce=_octets(record.get("request_nonce", "")),  # once there was none
                sender=_octets(record["sender"]),
                issued=_issued(record.get("issued")),
            )
        except (KeyError, ValueError, TypeError):
            raise InvalidInputError("the pending CMP transaction cannot be read") from None


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()
    }


def _issued(value: object) -> Issued | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise TypeError
    return Issued(
        certificate=_octets(value["certificate"]),
        status=_number(value["status"]),
        text=str(value["text"]),
    )


def _request(value: object) -> str:
    if value not in ("ir", "cr", "kur"):
        raise ValueError
    return str(value)


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value


def _octets(value: object) -> bytes:
    if not isinstance(value, str):
        raise TypeError
    return bytes.fromhex(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class CmpResult:
    """How a transaction stands: accepted with a certificate, or waiting with *pending*.

    *status* is a word of `srpki.protocol.cmp.status.STATUS`, *status_text* the CA's own words;
    certificates are DER; *response_time* is when the CA last answered with a status.
    """

    status: str
    status_text: str
    certificate: bytes | None
    ca_pubs: tuple[bytes, ...]
    extra_certs: tuple[bytes, ...]
    pending: Pending | None
    response_time: datetime
