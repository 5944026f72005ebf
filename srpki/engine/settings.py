"""Settings of a node that a router does not have: where peers want what SR OS does not say."""

from __future__ import annotations

from typing import Final

from srpki.core.values import NamedTuple


class Settings(NamedTuple):
    """Settings of the emulator's own.

    Attributes:
        cmpv2_send_chain: the CA certificates above the signer's go along in extraCerts of cr and
            kur [RFC 9483, 3.3]; SR OS documents a chain for ir alone, by ``send-chain``.
    """

    cmpv2_send_chain: bool = True


DEFAULT: Final = Settings()
"""What holds where nothing is set."""
