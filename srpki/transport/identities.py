"""How a private key reaches Python's ``ssl``, which takes one from a file only."""

from __future__ import annotations

import os
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from srpki.core.entropy import Entropy
from srpki.core.errors import StorageError, TlsError
from srpki.storage.files import OsFiles
from srpki.transport.alerts import words

_DESCRIPTORS: Final = Path("/proc/self/fd")


def load_identity(
    context: ssl.SSLContext,
    chain: Sequence[bytes],
    key: PrivateKeyTypes,
    *,
    whose: str,
    scratch: Path,
    entropy: Entropy,
) -> None:
    """Let *context* authenticate itself by *chain* (DER) and *key*; errors call it that of *whose*.

    The file lies in memory where the system has such files. Elsewhere it is one in *scratch*, in
    which the key is encrypted under a password that is used once, and which is gone before this
    returns. Either way nothing readable is left, whatever happens.

    Raises:
        TlsError: the library does not take them.
        StorageError: *scratch* cannot be written.
    """
    certificates = "".join(map(ssl.DER_cert_to_PEM_cert, chain)).encode()
    try:
        if not _from_memory(context, certificates, key):
            _from_scratch(context, certificates, key, scratch, entropy)
    except ssl.SSLError as error:  # before OSError, of which it is a kind
        raise TlsError(f"the {whose} certificate cannot be used: {words(error)}") from None
    except OSError as error:
        raise StorageError(f"cannot write in {scratch}: {error.strerror}") from None


def _from_memory(context: ssl.SSLContext, certificates: bytes, key: PrivateKeyTypes) -> bool:
    """Load by a file that has no place on any disk; return whether the system has such files."""
    if not hasattr(os, "memfd_create") or not _DESCRIPTORS.is_dir():
        return False
    plain = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    descriptor = os.memfd_create("srpki-identity")
    try:
        os.write(descriptor, plain + certificates)
        context.load_cert_chain(_DESCRIPTORS / str(descriptor))
    finally:
        os.close(descriptor)
    return True


def _from_scratch(
    context: ssl.SSLContext,
    certificates: bytes,
    key: PrivateKeyTypes,
    scratch: Path,
    entropy: Entropy,
) -> None:
    password = entropy.octets(32).hex().encode()
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password),
    )
    path = scratch / f"tls-{entropy.octets(8).hex()}.pem"
    files = OsFiles(scratch.parent)
    files.make_directory(scratch)
    try:
        files.write_new(path, encrypted + certificates, sync=False)
        context.load_cert_chain(path, password=password)
    finally:
        files.unlink(path)
