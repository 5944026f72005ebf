"""The host keys of a node: made once, sealed in ``state/``, and kept for ever.

They are the emulator's own: clients remember them, so nothing that is configured or reset on the
node makes others. RSA of 2,048 bits and ECDSA are what routers of this family show. The one of RSA,
which takes a tenth of a second, is made when the first client comes.
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
_MAKING: Final[dict[str, Callable[[], asyncssh.SSHKey]]] = {
    "ecdsa": lambda: asyncssh.generate_private_key("ecdsa-sha2-nistp256"),
    "rsa": lambda: asyncssh.generate_private_key("ssh-rsa", key_size=RSA_BITS),
}
"""How a key of each kind is made; the first is the one to show people."""


def shown(node: Path, seal: Seal) -> str:
    """Return the public part of the host key of *node* to show people, as known_hosts has it.

    It is made where there is none, and sealed by *seal*. Raises `CorruptError` for a host key that
    is damaged or belongs to another chassis, whichever, and `StorageError`.
    """
    first, *others = _MAKING
    key = _kept(node, seal, first)
    for kind in others:
        _opened(node, seal, kind)
    return " ".join(key.export_public_key().decode().split()[:2])


def host_keys(node: Path, seal: Seal) -> list[asyncssh.SSHKey]:
    """Return all host keys of *node*, each made where it is not there; raises as `shown` does."""
    return [_kept(node, seal, kind) for kind in _MAKING]


def _kept(node: Path, seal: Seal, kind: str) -> asyncssh.SSHKey:
    content = _opened(node, seal, kind)
    if content is None:
        key = _MAKING[kind]()
        sealed = seal.seal(key.export_private_key(_FORM), _PURPOSE)
        path = _path(node, kind)
        replace_file(OsFiles(node), path, sealed, shown=f"state/{path.name}")
        return key
    try:
        return asyncssh.import_private_key(content)
    except asyncssh.KeyImportError:
        raise _damaged(node, kind) from None


def _opened(node: Path, seal: Seal, kind: str) -> bytes | None:
    """Return the octets of a host key, None where it was not made yet."""
    path = _path(node, kind)
    try:
        return seal.open(OsFiles(node).read(path, _MOST_OCTETS), _PURPOSE)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from None
    except CorruptError:
        raise _damaged(node, kind) from None


def _path(node: Path, kind: str) -> Path:
    return node / "state" / f"ssh-host-{kind}"


def _damaged(node: Path, kind: str) -> CorruptError:
    return CorruptError(
        f"{_path(node, kind)} is damaged or belongs to another chassis",
        hint="remove it: a new host key is made, which clients have to accept",
    )
