"""The algorithms of SSH that are spoken: modern ones, or those of them that a node names.

``configure system security ssh`` has lists that are in order of preference. What a router knows
and nobody should use any more is passed over there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.tree import Entries, get
from srpki.schema.paths import path

if TYPE_CHECKING:
    from srpki.config.tree import Branch

MODERN: Final = {
    "kex": (
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
        "diffie-hellman-group14-sha256",
    ),
    "cipher": (
        "chacha20-poly1305@openssh.com",
        "aes256-gcm@openssh.com",
        "aes128-gcm@openssh.com",
        "aes256-ctr",
        "aes192-ctr",
        "aes128-ctr",
    ),
    "mac": (
        "hmac-sha2-512-etm@openssh.com",
        "hmac-sha2-256-etm@openssh.com",
        "hmac-sha2-512",
        "hmac-sha2-256",
    ),
}
"""What is spoken, the preferred first [RFC 9142; OpenSSH 9's own defaults]."""

SIGNATURES: Final = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
)
"""The algorithms of users' keys."""
_SSH: Final = ("system", "security", "ssh")


def algorithms(running: Branch) -> dict[str, list[str]]:
    """Return the names of what a node with the configuration *running* speaks, by kind."""
    return {kind: _named(running, kind) or list(known) for kind, known in MODERN.items()}


def _named(running: Branch, kind: str) -> list[str]:
    entries = get(running, path(*_SSH, f"server-{kind}-list-v2", kind))
    if not isinstance(entries, Entries):
        return []
    listed = sorted(entries.items(), key=lambda entry: int(str(entry[0][0])))
    names = [str(get(entry, path("name"))) for _, entry in listed]
    return [name for name in names if name in MODERN[kind]]
