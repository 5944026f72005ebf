"""The lab CA's files: keys that rest encrypted, certificates, credentials, all mode 0600 or public.

In a directory the keys are PKCS#8, encrypted with a password that lies beside them in ``unlock``
(mode 0600): a copied key file alone is worth nothing. Without a directory everything stays in
memory and ends with the process.
"""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from srpki.core.entropy import Entropy
from srpki.core.errors import BusyError, CorruptError, InvalidInputError, StorageError
from srpki.labca import ports
from srpki.storage.files import OsFiles, replace, sweep
from srpki.storage.lock import flocked
from srpki.x509 import keys

CREDENTIALS: Final = ("reference", "secret", "est_username", "est_password")
"""What ``credentials.json`` must have, each not empty."""

_MOST_OCTETS: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key and its certificate (DER)."""

    key: keys.PrivateKey = field(repr=False)
    certificate: bytes = field(repr=False)


class Vault:
    """Keeps identities and credentials in *directory*, or nowhere when it is None.

    Raises `BusyError` when another process holds the directory, `StorageError` when it cannot be
    read or written, `CorruptError` when a file in it is damaged.
    """

    def __init__(self, directory: Path | None, entropy: Entropy) -> None:
        """Take hold of *directory*, making it when it is new."""
        self.directory = directory
        self._release: Callable[[], object] = _nothing
        self._here: dict[str, Identity] = {}
        self._password = b""
        if directory is None:
            return
        self._files = OsFiles(directory)
        try:
            self._files.make_root()
            lock = self._files.open(directory / "lock", os.O_RDWR | os.O_CREAT)
        except OSError as error:
            raise _storage(directory, error) from None
        self._release = weakref.finalize(self, os.close, lock)
        try:
            _lock(lock, directory)
            self._password = self._unlock(directory, entropy)
        except BaseException:
            self.close()
            raise

    def _unlock(self, directory: Path, entropy: Entropy) -> bytes:
        """Return the password of the keys in *directory*, which is made with the directory."""
        sweep(self._files, directory)
        if not self._there("unlock"):
            self._write("unlock", entropy.octets(32).hex().encode())
        password = self._read("unlock")
        if not password:
            raise self._corrupt("unlock")
        return password

    def close(self) -> None:
        """Let go of the directory."""
        self._release()

    def identity(self, name: str, make: Callable[[], Identity]) -> Identity:
        """Return the identity called *name*, kept from before or made now."""
        if self.directory is None:
            return self._here.setdefault(name, make())
        if self._there(f"{name}.pem"):
            return self._load(name)
        return self.replace(name, make())

    def kept(self, name: str) -> Identity:
        """Return the identity called *name*, which is there."""
        return self._here[name] if self.directory is None else self._load(name)

    def replace(self, name: str, made: Identity) -> Identity:
        """Keep *made* as the identity called *name*, whatever was; return it."""
        if self.directory is None:
            self._here[name] = made
            return made
        # The certificate is written last: where it is, the key is.
        self._write(f"{name}.key", self._sealed(made))
        certificate = x509.load_der_x509_certificate(made.certificate)
        self._write(f"{name}.pem", certificate.public_bytes(Encoding.PEM))
        return made

    def credentials(self, make: Callable[[], dict[str, str]]) -> dict[str, str]:
        """Return the registered credentials, kept from before or made now."""
        if self.directory is None:
            return make()
        if not self._there("credentials.json"):
            made = make()
            self._write("credentials.json", json.dumps(made, indent=1).encode())
            return made
        try:
            kept = json.loads(self._read("credentials.json"))
        except ValueError:
            raise self._corrupt("credentials.json") from None
        if not isinstance(kept, dict) or not all(isinstance(text, str) for text in kept.values()):
            raise self._corrupt("credentials.json")
        for name in CREDENTIALS:
            if not kept.get(name):  # would be an empty password
                raise CorruptError(
                    f'credentials.json of the lab CA in {self.directory} has no "{name}"',
                    hint="add it, or remove the file to have new credentials made",
                )
        return kept

    def ports(self) -> dict[str, int]:
        """Return the ports of last time, by protocol."""
        if self.directory is None or not self._there(ports.FILE):
            return {}
        return ports.read(self._read(ports.FILE))

    def keep_ports(self, numbers: Mapping[str, int]) -> None:
        """Keep the ports for next time."""
        if self.directory is not None and numbers != self.ports():
            before = self._read(ports.FILE) if self._there(ports.FILE) else b""
            self._write(ports.FILE, ports.write(numbers, before))

    def certificate_file(self, name: str) -> Path | None:
        """Return where the certificate of identity *name* lies as PEM."""
        return None if self.directory is None else self.directory / f"{name}.pem"

    def _sealed(self, identity: Identity) -> bytes:
        return identity.key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(self._password)
        )

    def _load(self, name: str) -> Identity:
        try:
            key = keys.checked(load_pem_private_key(self._read(f"{name}.key"), self._password))
        except (ValueError, TypeError, InvalidInputError):
            raise self._corrupt(f"{name}.key") from None
        try:
            certificate = x509.load_pem_x509_certificate(self._read(f"{name}.pem"))
        except ValueError:
            raise self._corrupt(f"{name}.pem") from None
        der = certificate.public_bytes(Encoding.DER)
        if not keys.same_public_key(der, key):
            raise self._corrupt(f"{name}.key")
        return Identity(key, der)

    def _there(self, name: str) -> bool:
        assert self.directory is not None
        try:
            return self._files.kind(self.directory / name) != "absent"
        except OSError as error:
            raise _storage(self.directory / name, error) from None

    def _read(self, name: str) -> bytes:
        assert self.directory is not None
        try:
            return self._files.read(self.directory / name, _MOST_OCTETS)
        except OSError as error:
            raise _storage(self.directory / name, error) from None

    def _write(self, name: str, data: bytes) -> None:
        """Write *data* whole or not at all."""
        assert self.directory is not None
        path = self.directory / name
        try:
            replace(self._files, path, data)
        except OSError as error:
            raise _storage(path, error) from None

    def _corrupt(self, name: str) -> CorruptError:
        return CorruptError(
            f"{name} of the lab CA in {self.directory} is damaged",
            hint="restore it, or remove the directory to begin with a new CA",
        )


def _lock(descriptor: int, directory: Path) -> None:
    try:
        free = flocked(descriptor)
    except OSError as error:
        raise _storage(directory / "lock", error) from None
    if not free:
        raise BusyError(
            f"another lab CA uses {directory}", hint="stop it or choose another directory"
        )


def _storage(path: Path, error: OSError) -> StorageError:
    return StorageError(f"the lab CA cannot use {path}: {error.strerror}")


def _nothing() -> None:
    """Release no lock: there is no directory."""
