"""What may be chosen about a lab CA."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from srpki.core.errors import ProtocolError, UsageError
from srpki.protocol.est import attributes
from srpki.protocol.est.server import SCHEMES
from srpki.x509 import keys

WRAPPING: Final = ("as-needed", "always", "never")
"""When EST bodies have several lines; needed they are by clients of HTTP/1.0."""
CMP_PROFILES: Final = ("rfc4210", "rfc9483")
"""How strictly CMP messages are read: as RFC 4210 lets clients send them, or as RFC 9483."""

_DAY: Final = 86400
_MOST_SECONDS: Final = 100 * 365 * _DAY
_P256: Final = keys.KeySpec("ecdsa", curve="secp256r1")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaSettings:
    """The choices; what is not given is chosen here.

    Attributes:
        validity: the life of issued certificates, in seconds.
        crl_life: that of a CRL, in seconds.
        key: the kind of the CA's own keys.
        vendor_anchors: roots (DER) whose devices may enrol with the certificates of their maker.
        cmp_profile: one of `CMP_PROFILES`.
        implicit_confirm: grant it when a CMP client asks.
        message_time: how many seconds the time of a CMP message may be off, 0: not judged.
        wrap_base64: when EST bodies have several lines, one of `WRAPPING`.
        est_schemes: what EST users are offered, in this order.
        csr_attributes: what EST clients are told to put into requests: CsrAttrs (DER) or empty.
        more_ca_certificates: handed out (DER) by EST beside its own, as in a change of key.
        reference, secret, est_username, est_password: empty ones are made up, then kept.
    """

    validity: int = 30 * _DAY
    crl_life: int = 7 * _DAY
    key: keys.KeySpec = _P256
    vendor_anchors: tuple[bytes, ...] = ()
    cmp_profile: str = "rfc4210"
    implicit_confirm: bool = True
    message_time: int = 0
    wrap_base64: str = "as-needed"
    est_schemes: tuple[str, ...] = SCHEMES
    csr_attributes: bytes = b""
    more_ca_certificates: tuple[bytes, ...] = ()
    reference: str = ""
    secret: str = field(default="", repr=False)
    est_username: str = ""
    est_password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Check the ranges; raises `UsageError`."""
        for name, seconds in (("validity", self.validity), ("life of CRLs", self.crl_life)):
            if not 1 <= seconds <= _MOST_SECONDS:
                raise UsageError(
                    f"a {name} of {seconds} seconds is out of range",
                    hint="from one second to a hundred years",
                )
        _check_word("wrapping", self.wrap_base64, WRAPPING)
        _check_word("CMP profile", self.cmp_profile, CMP_PROFILES)
        if not self.est_schemes:
            raise UsageError("no EST scheme is offered", hint=f"some of {' '.join(SCHEMES)}")
        for scheme in self.est_schemes:
            _check_word("EST scheme", scheme, SCHEMES)
        if self.csr_attributes:
            try:
                attributes.read(self.csr_attributes)
            except ProtocolError as error:
                raise UsageError(error.sentence, hint="they are CsrAttrs in DER") from None


def _check_word(what: str, word: str, words: tuple[str, ...]) -> None:
    if word not in words:
        raise UsageError(f"{what} '{word}' is not known", hint=f"one of {' '.join(words)}")
