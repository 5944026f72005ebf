"""The host keys of a node: made once, sealed in ``state/``, and kept for ever.

They are the emulator's own: clients remember them, so nothing that is configured or reset on the
node makes others. RSA of 2,048 bits and ECDSA are what routers of this family show.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncssh

from srpki.core.errors import CorruptError, StorageError
from srpki.storage.files import OsFiles, replace_file

if TYPE_CHECKING:
    from srpki.keystore.seal import Seal

RSA_BITS: Final = 2048
_PURPOSE: Final = b"ssh-host-key"
_FORM: Final = "pkcs8-der"
_MOST_OCTETS: Final = 1 << 14


def host_keys(node: Path, seal: Seal) -> list[asyncssh.SSHKey]:
    """Return the host keys of *node*, the one to show people first; *seal* seals what is made.

    Raises `CorruptError` for one that is damaged or belongs to another chassis, and `StorageError`.
    """
    return [
        _kept(node, seal, "ecdsa", lambda: asyncssh.generate_private_key("ecdsa-sha2-nistp256")),
        _kept(
            node, seal, "rsa", lambda: asyncssh.generate_private_key("ssh-rsa", key_size=RSA_BITS)
        ),
    ]


def _kept(
    node: Path, seal: Seal, kind: str, make: Callable[[], asyncssh.SSHKey]
) -> asyncssh.SSHKey:
    files, name = OsFiles(node), f"ssh-host-{kind}"
    path = node / "state" / name
    try:
        sealed = files.read(path, _MOST_OCTETS)
    except FileNotFoundError:
        key = make()
        content = seal.seal(key.export_private_key(_FORM), _PURPOSE)
        replace_file(files, path, content, shown=f"state/{name}")
        return key
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from None
    try:
        return asyncssh.import_private_key(seal.open(sealed, _PURPOSE))
    except (CorruptError, asyncssh.KeyImportError):
        raise CorruptError(
            f"{path} is damaged or belongs to another chassis",
            hint="remove it: a new host key is made, which clients have to accept",
        ) from None


def shown(key: asyncssh.SSHKey) -> str:
    """Return the public part of *key* as known_hosts has it, without a comment."""
    return " ".join(key.export_public_key().decode().split()[:2])
