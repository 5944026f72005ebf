"""The message around a CMP server's answer: header, protection, certificates sent along.

A lab's faults in them are `Deviation` values [RFC 4210, 5.1; RFC 9483, 3.1-3.3].
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.protocol.cmp import mac, messages, protect
from srpki.protocol.cmp.header import (
    CMP2000,
    CMP2021,
    IDENTIFIER_OCTETS,
    IMPLICIT_CONFIRM,
    NULL_DN,
    Header,
)
from srpki.protocol.cmp.messages import Protector
from srpki.protocol.cmp.server_checks import Peer
from srpki.x509 import certificates, der
from srpki.x509.keys import PrivateKey

_SIGNING_HASH: Final = "sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerIdentity:
    """How a CMP server shows itself; certificates are DER.

    *certificate* belongs to *key* and signs answers, *issuing* signs what is issued, *roots* are
    handed out as caPubs to those who authenticate with a password. During a change of key *links*
    lead from one key to another, *handed_out* are all certificates of the CA, and *root_update* is
    the new root with its links, NewWithOld and OldWithNew, each of them or empty.
    """

    key: PrivateKey = field(repr=False)
    certificate: bytes = field(repr=False)
    issuing: bytes = field(repr=False)
    roots: tuple[bytes, ...] = field(repr=False)
    links: tuple[bytes, ...] = field(default=(), repr=False)
    handed_out: tuple[bytes, ...] = field(default=(), repr=False)
    root_update: tuple[bytes, bytes, bytes] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """How an answer is to differ from the right one; a lab's faults, nothing else.

    *reject* is a PKIFailureInfo name, *text* what is said with it. *waiting* is a checkAfter in
    seconds: the request is put off by an answer of its own kind or, *error_waiting*, by an error;
    *late_nonce* then gives the final answer the nonce of the request that was put off [RFC 9483,
    4.4]. *bad_confirm* puts something into a pkiConf.
    """

    reject: str = ""
    text: str = ""
    waiting: int = 0
    error_waiting: bool = False
    late_nonce: bool = False
    bad_confirm: bool = False
    wrong_nonce: bool = False
    wrong_transaction: bool = False
    unprotected: bool = False
    bad_protection: bool = False


AS_IT_SHOULD_BE: Final = Deviation()


@dataclass(frozen=True, slots=True)
class Content:
    """What an answer says: a PKIBody (DER), and a *note* on what was done, for a log.

    *recipient_nonce* is given when it is not that of the message that is answered.
    """

    body: bytes
    note: str
    extra_certs: tuple[bytes, ...] = ()
    implicit_confirm: bool = False
    recipient_nonce: bytes | None = None


class Envelope:
    """Puts bodies into messages, protected as the client protects or signed."""

    def __init__(self, identity: ServerIdentity, clock: Clock, entropy: Entropy) -> None:
        """Speak as *identity*."""
        self.identity = identity
        self._clock = clock
        self._entropy = entropy
        self._signature = protect.SignatureProtector(identity.key, _SIGNING_HASH)
        self._name = certificates.parse(identity.certificate).subject.public_bytes()
        self._key_identifier = certificates.facts(identity.certificate).subject_key_identifier

    def encode(
        self,
        asked: Header,
        peer: Peer | None,
        content: Content,
        nonce: bytes,
        deviation: Deviation,
    ) -> bytes:
        """Return the PKIMessage (DER) that answers the header *asked* of *peer*."""
        reference = None if peer is None or peer.signs else peer.reference
        header = Header(
            pvno=asked.pvno if asked.pvno in (CMP2000, CMP2021) else CMP2000,
            sender=self._name,
            recipient=asked.sender or NULL_DN,
            message_time=self._clock.now(),
            sender_kid=self._key_identifier if reference is None else reference,
            transaction_id=asked.transaction_id,
            sender_nonce=nonce,
            recipient_nonce=content.recipient_nonce or asked.sender_nonce,
            general_info=((IMPLICIT_CONFIRM, der.NULL),) if content.implicit_confirm else (),
        )
        if deviation.wrong_nonce:
            header = header._replace(recipient_nonce=self._entropy.octets(IDENTIFIER_OCTETS))
        if deviation.wrong_transaction:
            header = header._replace(transaction_id=self._entropy.octets(IDENTIFIER_OCTETS))
        protector, extra_certs = self._protection(asked, peer, content.extra_certs)
        if deviation.bad_protection:
            protector = _Spoiled(protector)
        return messages.encode(
            header, content.body, None if deviation.unprotected else protector, extra_certs
        )

    def _protection(
        self, asked: Header, peer: Peer | None, extra_certs: tuple[bytes, ...]
    ) -> tuple[Protector, tuple[bytes, ...]]:
        """Protect as the client did; sign for those who did not prove who they are."""
        if peer is not None and not peer.signs:
            assert asked.protection_algorithm is not None
            salt = self._entropy.octets(mac.SALT_OCTETS)
            like = mac.AnsweringProtector(asked.protection_algorithm, peer.secret, salt)
            return like, extra_certs
        identity = self.identity
        chain = (identity.certificate, identity.issuing, *identity.links)
        return self._signature, chain


class _Spoiled:
    """Protects wrongly: flips the last bit."""

    def __init__(self, right: Protector) -> None:
        self._right = right
        self.algorithm = right.algorithm

    def protect(self, protected_part: bytes) -> bytes:
        bits = self._right.protect(protected_part)
        return bits[:-1] + bytes((bits[-1] ^ 1,))
