"""Who sent a CMP request, and whether its header may be answered [RFC 4210, 5.1; RFC 9483, 3.5].

Pure checks for the CMP server; what does not hold is a `RefusalError` that says in PKIFailureInfo
what the client is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from srpki.core.errors import InvalidInputError, PeerError, ProtocolError
from srpki.protocol.cmp import mac, protect
from srpki.protocol.cmp.header import (
    CMP2000,
    CMP2021,
    CONFIRM_WAIT_TIME,
    IMPLICIT_CONFIRM,
    Header,
)
from srpki.protocol.cmp.messages import Message
from srpki.x509 import certificates, der, names

SHORTEST_NONCE: Final = 16
"""Octets of a transactionID and of a senderNonce: 128 bits of randomness [RFC 9483, 3.1]."""

_OWN_SIGNERS: Final = ("cr", "p10cr", "kur", "rr")
_GENERALIZED_TIME: Final = b"\x18"


class RefusalError(PeerError):
    """A request is refused with *fail_info* (a PKIFailureInfo name) and a text for people."""

    code = "refusal"

    def __init__(self, fail_info: str, text: str) -> None:
        """Refuse, and say why."""
        super().__init__(text)
        self.fail_info = fail_info


class CertificateAuthority(Protocol):
    """What the CMP server asks of the CA behind it. Certificates are DER."""

    def secret_of(self, reference: bytes) -> str | None:
        """Return the password registered for *reference*."""
        ...

    def only_reference(self) -> bytes | None:
        """Return the reference that is registered when there is only one."""
        ...

    def judge_key(self, key: CertificatePublicKeyTypes) -> str:
        """Return why no certificate is issued for *key*, empty when one may be."""
        ...

    def judge_signer(
        self, certificate: bytes, others: tuple[bytes, ...], *, foreign: bool
    ) -> tuple[str, str]:
        """Return failInfo and reason why *certificate* may not speak now; empty when it may.

        *others* came with it; *foreign* says whether a device of another PKI may speak.
        """
        ...

    def confirm(self, certificate: bytes) -> None:
        """Note that its owner has taken *certificate*."""
        ...

    def supersede(self, certificate: bytes) -> None:
        """Note that its owner has taken a newer one in place of *certificate*."""
        ...

    def revoke(self, certificate: bytes, reason: str = "") -> None:
        """Revoke *certificate*: its owner did not want it, or has never said so.

        *reason* is a CRLReason name [RFC 5280, 5.3.1], empty when none is given.
        """
        ...

    def look_up(self, serial: int) -> tuple[bytes, bool] | None:
        """Return the certificate that was issued with *serial*, and whether it is revoked."""
        ...

    def current_crl(self) -> bytes:
        """Return the CRL (DER) as it is now."""
        ...


@dataclass(frozen=True, slots=True)
class Peer:
    """Who proved to have sent a message: a reference with its password, or a certificate.

    *mac* is the kind of password-based MAC, a dotted identifier.
    """

    reference: bytes = b""
    secret: str = field(default="", repr=False)
    mac: str = ""
    certificate: bytes = field(default=b"", repr=False)

    @property
    def signs(self) -> bool:
        """Whether it is known by a certificate."""
        return bool(self.certificate)

    def __str__(self) -> str:
        """Who it is, for a log."""
        if not self.signs:
            return f"reference {self.reference.decode('utf-8', 'replace')}"
        return names.brief(certificates.parse(self.certificate).subject)


def check_header(header: Header, *, strict: bool) -> None:
    """Check version, transactionID, senderNonce and generalInfo; raises `RefusalError`.

    RFC 4210 asks for no certain length; *strict* is RFC 9483, 3.1.
    """
    if header.pvno not in (CMP2000, CMP2021):
        raise RefusalError("unsupportedVersion", f"CMP version {header.pvno} is not served")
    least = SHORTEST_NONCE if strict else 1
    if len(header.transaction_id or b"") < least:
        raise RefusalError("badDataFormat", "the transactionID is missing or too short")
    if len(header.sender_nonce or b"") < least:
        raise RefusalError("badSenderNonce", "the senderNonce is missing or too short")
    _check_confirmation(dict(header.general_info))


def _check_confirmation(infos: Mapping[str, bytes | None]) -> None:
    """Check what generalInfo says of the confirmation [RFC 9483, 3.1]."""
    wait = infos.get(CONFIRM_WAIT_TIME)
    if CONFIRM_WAIT_TIME in infos and (wait is None or wait[:1] != _GENERALIZED_TIME):
        raise RefusalError("badDataFormat", "the confirmWaitTime is no GeneralizedTime")
    if IMPLICIT_CONFIRM not in infos:
        return
    if infos[IMPLICIT_CONFIRM] not in (None, der.NULL):
        raise RefusalError("badRequest", "the implicitConfirm has a value")
    if CONFIRM_WAIT_TIME in infos:
        raise RefusalError("badRequest", "implicitConfirm and confirmWaitTime exclude each other")


def check_time(header: Header, now: datetime, seconds: int) -> None:
    """Check that the messageTime is there and no more than *seconds* from *now* [RFC 9483, 3.5].

    A lab whose clock is moved does not ask this: its clients' clocks stay where they are.
    """
    told = header.message_time
    if told is None:
        raise RefusalError("badTime", "the messageTime is missing")
    if abs((told.replace(tzinfo=UTC) - now).total_seconds()) > seconds:
        raise RefusalError("badTime", f"the messageTime is more than {seconds} seconds off")


def check_opening(header: Header) -> None:
    """Check what only the first message of a transaction must not have [RFC 9483, 3.1]."""
    if header.recipient_nonce is not None:
        raise RefusalError("badRecipientNonce", "the first message answers none")


def authenticate(message: Message, ca: CertificateAuthority, *, strict: bool) -> Peer:
    """Return who sent *message*, its protection verified; raises `RefusalError`.

    Without *strict* [RFC 9483, 3.1] the senderKID may be absent, as RFC 4210 has it.
    """
    if message.protection is None or message.header.protection_algorithm is None:
        raise RefusalError("badMessageCheck", "the message is not protected")
    try:
        if mac.is_mac(message):
            return _by_password(message, ca, strict=strict)
        return _by_signature(message, ca, strict=strict)
    except (ProtocolError, InvalidInputError) as error:
        raise RefusalError("badMessageCheck", error.sentence) from None


def _by_password(message: Message, ca: CertificateAuthority, *, strict: bool) -> Peer:
    if not message.header.sender:
        raise RefusalError("badMessageCheck", "the sender is not a directoryName")
    reference = message.header.sender_kid
    if reference is None and not strict:
        reference = _reference_without_kid(message.header.sender, ca)
    secret = None if reference is None else ca.secret_of(reference)
    if reference is None or secret is None:
        raise RefusalError("badMessageCheck", "the reference is not registered")
    mac.MacVerifier(secret).verify(message)
    return Peer(reference=reference, secret=secret, mac=mac.kind_of(message))


def _reference_without_kid(sender: bytes, ca: CertificateAuthority) -> bytes | None:
    """Return the reference of who names none: the common name of *sender*, or the only one."""
    for attribute in names.parse_name(sender).get_attributes_for_oid(NameOID.COMMON_NAME):
        reference = str(attribute.value).encode()
        if ca.secret_of(reference) is not None:
            return reference
    return ca.only_reference()


def _by_signature(message: Message, ca: CertificateAuthority, *, strict: bool) -> Peer:
    if not message.extra_certs:
        raise RefusalError("badMessageCheck", "extraCerts has no certificate of the signer")
    signer, *others = message.extra_certs
    protect.verify_signature(message, signer)
    certificate = certificates.parse(signer)
    sender, key_identifier = message.header.sender, message.header.sender_kid
    if not sender or not is_name(sender, certificate.subject):
        raise RefusalError("badMessageCheck", "the sender is not the subject of the signer")
    absent = key_identifier is None and not strict
    if not absent and key_identifier != certificates.subject_key_identifier(certificate):
        raise RefusalError("badMessageCheck", "the senderKID is not that of the signer")
    fail_info, reason = ca.judge_signer(
        signer, tuple(others), foreign=message.kind not in _OWN_SIGNERS
    )
    if reason:
        raise RefusalError(fail_info, f"the signer's certificate is {reason}")
    return Peer(certificate=signer)


def is_name(data: bytes, name: x509.Name) -> bool:
    """Whether *data* (DER) is *name* by RFC 5280, 7.1; raises `InvalidInputError`."""
    return data == name.public_bytes() or names.same_name(names.parse_name(data), name)


def check_follow_up(header: Header, peer: Peer, opener: Peer, nonces: tuple[bytes, ...]) -> None:
    """Check that a later message belongs to the transaction of *opener*; raises `RefusalError`.

    *nonces* are those that its recipNonce may be.
    """
    if peer.signs != opener.signs:
        raise RefusalError("wrongIntegrity", "the kind of protection changed in the transaction")
    if (peer.reference, peer.certificate) != (opener.reference, opener.certificate):
        raise RefusalError("badMessageCheck", "the sender changed in the transaction")
    if peer.mac != opener.mac:  # RFC 9483, 3.2
        raise RefusalError("badMessageCheck", "the kind of MAC changed in the transaction")
    if header.recipient_nonce not in nonces:
        raise RefusalError("badRecipientNonce", "the recipNonce is not the server's senderNonce")
