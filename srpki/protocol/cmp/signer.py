"""Whose signature on an answer counts: the ca-profile's rules [facts: pki.md section 8.1].

1. Certificates configured for it (response-signing-cert), and then no other.
2. With response-signing-use-extracert: one of extraCerts that leads to the profile's CA.
3. Else the CA certificate itself, or [decided] a certificate of extraCerts that this CA issued for
   the purpose: extended key usage id-kp-cmcCA or id-kp-cmcRA [RFC 6402, 2.10].

In each case the subject is the header's sender, a senderKID that is given fits, and the
certificate is valid now. Case 2 and 3 are narrowed by signing-cert-subject.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from srpki.core.errors import InvalidInputError, PeerError, ProtocolError
from srpki.protocol.cmp.header import Header
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.peer import CmpPeer
from srpki.protocol.cmp.protect import verify_signature
from srpki.protocol.text import peer_text
from srpki.x509 import der, names
from srpki.x509.certificates import MAX_OCTETS, facts
from srpki.x509.chain import check_chain

CMC_CA: Final = "1.3.6.1.5.5.7.3.27"
CMC_RA: Final = "1.3.6.1.5.5.7.3.28"


@lru_cache(maxsize=256)
def issuer_and_subject(certificate: bytes) -> tuple[bytes, bytes]:
    """Return the two Names of a certificate, octet for octet as they stand in it (all DER).

    Raises:
        InvalidInputError: when it is not a certificate, or too long for one.
    """
    if len(certificate) > MAX_OCTETS:
        raise InvalidInputError("the certificate is too long")
    fields = [
        field.whole for field in der.elements(der.read(der.read(certificate).content).content)
    ]
    if fields and fields[0][0] == 0xA0:  # the version
        del fields[0]
    if len(fields) < 6:  # serial number, signature, issuer, validity, subject, key
        raise InvalidInputError("this is not a certificate")
    return fields[2], fields[4]


@lru_cache(maxsize=256)
def _canonical(name: bytes) -> names.Canonical:
    return names.canonical(names.parse_name(name))


class Signers:
    """Verifies signed answers of one transaction; a signer is judged once."""

    def __init__(self, peer: CmpPeer) -> None:
        """Raise `InvalidInputError` when *peer*'s signing-cert-subject is no name."""
        self._peer = peer
        self._wanted: frozenset[tuple[str, str | bytes]] = frozenset()
        if peer.signing_cert_subject:
            name = names.canonical(names.parse_dn(peer.signing_cert_subject))
            self._wanted = frozenset().union(*name)
        self._trusted: set[bytes] = set()

    def verify(self, message: Message, now: datetime) -> None:
        """Check that *message* is signed by one who may sign answers at *now*.

        Raises:
            ProtocolError: says why not.
        """
        refused: PeerError | None = None
        for certificate in self._candidates(message):
            try:
                verify_signature(message, certificate)
                if certificate not in self._trusted:
                    self._judge(certificate, message.extra_certs, now)
                    self._trusted.add(certificate)
            except PeerError as error:
                refused = refused or error
            except InvalidInputError as error:  # a field of the signer's that counts here
                refused = refused or ProtocolError(error.sentence)
            else:
                return
        if refused is None:
            raise self._unknown(message)
        raise ProtocolError(
            f"the signature of the {message.kind} does not count: {refused.sentence}",
            hint=refused.hint,
        )

    def _unknown(self, message: Message) -> ProtocolError:
        """Return the error for a signer of whom no certificate is known, or none with his key."""
        sender, kid = _display(message.header.sender), message.header.sender_kid
        if kid is not None and any(self._candidates(message, by_key=False)):
            return ProtocolError(
                f"the senderKID of the {message.kind}, {peer_text(kid.hex(), 80)}, is not the key"
                f" identifier of the certificate that is known of {sender}",
                hint="the CA signs with another key: see response-signing-cert",
            )
        return ProtocolError(
            f"no certificate is known for the signer of the {message.kind}, {sender}",
            hint="see response-signing-cert and response-signing-use-extracert",
        )

    def _candidates(self, message: Message, *, by_key: bool = True) -> Iterator[bytes]:
        """Yield who may have signed *message*; unless *by_key*, whatever the senderKID says."""
        peer = self._peer
        if peer.response_signing_certificates:
            pool: Sequence[bytes] = peer.response_signing_certificates
        elif peer.response_signing_use_extracert:
            pool = message.extra_certs
        else:
            pool = (*peer.ca_certificates, *message.extra_certs)
        for certificate in dict.fromkeys(pool):
            try:
                fits = self._fits(certificate, message.header, by_key=by_key)
            except InvalidInputError:
                continue  # what cannot be read cannot be the signer
            if fits:
                yield certificate

    def _fits(self, certificate: bytes, header: Header, *, by_key: bool) -> bool:
        """Say whether *certificate* is the one that *header* and the ca-profile speak of."""
        subject = issuer_and_subject(certificate)[1]
        if subject != header.sender and (
            not header.sender or _canonical(subject) != _canonical(header.sender)
        ):
            return False
        said = facts(certificate)
        if (
            by_key
            and None not in (header.sender_kid, said.subject_key_identifier)
            and header.sender_kid != said.subject_key_identifier
        ):
            return False
        if self._peer.response_signing_certificates:
            return True
        return self._wanted <= frozenset().union(*said.canonical_subject)

    def _judge(self, certificate: bytes, extra_certs: Sequence[bytes], now: datetime) -> None:
        """Raise `PeerError` unless *certificate* may sign answers at *now*."""
        peer = self._peer
        if certificate in peer.response_signing_certificates:
            check_chain(certificate, (), (certificate,), now)
            return
        others = extra_certs if peer.response_signing_use_extracert else ()
        depth = peer.maximum_cert_chain_depth
        check_chain(certificate, others, peer.ca_certificates, now, depth=depth)
        if certificate in peer.ca_certificates:
            return
        said = facts(certificate)
        if said.key_usage is not None and "digitalSignature" not in said.key_usage:
            raise ProtocolError(f'"{said.subject}" may not sign messages (keyUsage)')
        if not peer.response_signing_use_extracert and not (
            {CMC_CA, CMC_RA} & set(said.extended_key_usage)
        ):
            raise ProtocolError(
                f'"{said.subject}" may not sign answers for the CA (extendedKeyUsage)'
            )


def _display(name: bytes) -> str:
    try:
        return f'"{names.brief(names.parse_name(name))}"' if name else "which has no name"
    except InvalidInputError:
        return "whose name cannot be read"
