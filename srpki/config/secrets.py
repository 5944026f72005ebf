"""Secrets in the configuration: sealed on the way in, shown and saved as ``TOKEN hash2``.

Passwords of users are kept as their hashes instead: nobody needs them in clear.
"""

from __future__ import annotations

from typing import Protocol

from srpki.schema.types import SEALED_MARK


class Sealer(Protocol):
    """Seals text for this node, the token holds no blank; and hashes what is only compared."""

    def seal_text(self, plain: str) -> str:
        """Return the token that only this node can open."""
        ...

    def hash_text(self, plain: str, algorithm: str) -> str:
        """Return the hash of *plain* by *algorithm*, one of `srpki.core.passwords`."""
        ...


def is_sealed(text: str) -> bool:
    """Return whether *text* is a token with its mark."""
    token = text.removesuffix(SEALED_MARK)
    return token != text and bool(token) and " " not in token


def sealed(text: str, sealer: Sealer) -> str:
    """Return *text* sealed; a sealed one is kept as it is."""
    return text if is_sealed(text) else sealer.seal_text(text) + SEALED_MARK


def token_of(text: str) -> str:
    """Return the token of a sealed *text*, as the opener takes it."""
    return text.removesuffix(SEALED_MARK)
