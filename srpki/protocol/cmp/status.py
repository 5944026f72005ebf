"""PKIStatus and PKIFailureInfo, as values and in words [RFC 4210, 5.2.3]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from srpki.core.errors import PeerRefusedError
from srpki.protocol.text import peer_text

ACCEPTED: Final = 0
GRANTED_WITH_MODS: Final = 1
REJECTION: Final = 2
WAITING: Final = 3

STATUS: Final = (
    "accepted",
    "granted-with-mods",
    "rejection",
    "waiting",
    "revocation-warning",
    "revocation-notification",
    "key-update-warning",
)
"""Words for PKIStatus, in the order of its numbers."""

FAIL_INFO: Final = {
    "badAlg": "the algorithm is unknown or not supported",
    "badMessageCheck": "the message's protection is wrong",
    "badRequest": "the request is not permitted or not supported",
    "badTime": "the message time is too far from the CA's time",
    "badCertId": "no certificate matches the one named",
    "badDataFormat": "the data has the wrong format",
    "wrongAuthority": "the request is for another authority",
    "incorrectData": "the requester's data is incorrect",
    "missingTimeStamp": "the time stamp is missing",
    "badPOP": "the proof of possession failed",
    "certRevoked": "the certificate is revoked",
    "certConfirmed": "the certificate is confirmed already",
    "wrongIntegrity": "a password was expected in place of a signature, or the reverse",
    "badRecipientNonce": "the recipient nonce is missing or wrong",
    "timeNotAvailable": "the CA's time source is not available",
    "unacceptedPolicy": "the requested policy is not supported",
    "unacceptedExtension": "a requested extension is not supported",
    "addInfoNotAvailable": "the additional information is not available",
    "badSenderNonce": "the sender nonce is missing or wrong",
    "badCertTemplate": "the certificate template is wrong or incomplete",
    "signerNotTrusted": "the signer of the message is not trusted",
    "transactionIdInUse": "the transaction identifier is in use",
    "unsupportedVersion": "the protocol version is not supported",
    "notAuthorized": "the requester is not authorized",
    "systemUnavail": "the CA is not available",
    "systemFailure": "the CA failed",
    "duplicateCertReq": "the certificate was requested already",
}
"""Names of PKIFailureInfo, in the order of its bits, and what each means in words."""

_BITS: Final = tuple(FAIL_INFO)


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """PKIStatusInfo: *status* is its number, *fail_info* holds names of `FAIL_INFO`."""

    status: int = ACCEPTED
    text: tuple[str, ...] = ()
    fail_info: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The status as SR OS shows it, as ``granted-with-mods``."""
        known = 0 <= self.status < len(STATUS)
        return STATUS[self.status] if known else f"unknown status {self.status}"

    @property
    def line(self) -> str:
        """The peer's own words, on one line, bounded and without control characters."""
        return peer_text(" ".join(self.text))

    def __str__(self) -> str:
        """Status, failInfo in words and the peer's text, as one line."""
        reasons = [
            f"{name}, {FAIL_INFO[name]}" if name in FAIL_INFO else name for name in self.fail_info
        ]
        said = [self.word + (f" ({'; '.join(reasons)})" if reasons else "")]
        if self.line:
            said.append(f'"{self.line}"')
        return ": ".join(said)


def fail_info_bits(names: tuple[str, ...]) -> tuple[bytes, int]:
    """Return the octets of a PKIFailureInfo with *names* and their unused bits [X.690, 11.2.2]."""
    numbers = [_BITS.index(name) for name in names]
    if not numbers:
        return b"", 0
    width = max(numbers) + 1
    octets = (width + 7) // 8
    value = sum(1 << (octets * 8 - 1 - number) for number in set(numbers))
    return value.to_bytes(octets, "big"), octets * 8 - width


def fail_info_names(octets: bytes) -> tuple[str, ...]:
    """Return the names of the bits that are set; those without a name as ``bit 40``."""
    return tuple(
        _BITS[number] if number < len(_BITS) else f"bit {number}"
        for number in range(len(octets) * 8)
        if octets[number // 8] & 0x80 >> number % 8
    )


def refusal(what: str, info: StatusInfo) -> PeerRefusedError:
    """Return the error for a peer that said no to *what*, as ``the key update``."""
    return PeerRefusedError(f"the CA refused {what}: {info}", hint=_HINTS.get(_first(info), ""))


def _first(info: StatusInfo) -> str:
    return info.fail_info[0] if info.fail_info else ""


_HINTS: Final = {
    "badMessageCheck": "check the reference and password, or the signing certificate",
    "signerNotTrusted": "the CA must trust the issuer of the signing certificate",
    "badTime": "check the time of both systems",
    "transactionIdInUse": "try again",
    "systemUnavail": "try again later",
    "systemFailure": "try again later",
}
