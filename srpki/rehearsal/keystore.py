"""A keystore in memory: what a rehearsal renews is nowhere on a disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from srpki.core.errors import InvalidInputError, NotFoundError
from srpki.keystore.store import Keystore, Kind
from srpki.storage.filenames import PREVIOUS, file_name
from srpki.storage.memory import MemoryFiles
from srpki.x509 import keys

if TYPE_CHECKING:
    from srpki.keystore.seal import Seal
    from srpki.x509.keys import PrivateKey


class MemoryKeystore(Keystore):
    """The `Keystore` of a node that has no disk. Keys stay as they are: to read one takes long."""

    def __init__(self, seal: Seal) -> None:
        """Begin empty."""
        super().__init__(Path("cf3"), seal, MemoryFiles())
        self._held: dict[str, tuple[Kind, bytes | PrivateKey]] = {}

    def names(self) -> tuple[str, ...]:
        """Return the names of the files, sorted."""
        with self._lock:
            return tuple(sorted(self._held))

    def legacy_names(self) -> tuple[str, ...]:
        """Return none."""
        return ()

    def exists(self, name: str) -> bool:
        """Say whether there is a file *name*."""
        return file_name(name) in self._held

    def kind_of(self, name: str) -> Kind:
        """Return what the file *name* is; raises `NotFoundError`."""
        return self._found(name)[0]

    def read_certificate(self, name: str) -> bytes:
        """Return the certificate (DER) in the file *name*; raises as `Keystore` does."""
        return self._octets(name, "certificate")

    def read_crl(self, name: str) -> bytes:
        """Return the CRL (DER) in the file *name*; raises as `Keystore` does."""
        return self._octets(name, "crl")

    def read_key(self, name: str) -> PrivateKey:
        """Return the private key in the file *name*; raises as `Keystore` does."""
        kind, content = self._found(name)
        if kind != "key" or isinstance(content, bytes):
            raise InvalidInputError(f'file "{name}" is no private key', hint="name another file")
        return content

    def put(self, kind: Kind, name: str, content: bytes, *, replace: bool = True) -> None:  # noqa: ARG002 - nothing is kept for long
        """Hold *content* of *kind* under *name*."""
        held = keys.load_private(content) if kind == "key" else content
        with self._lock:
            self._held[file_name(name)] = kind, held
            self.changes[name] += 1

    def put_key(self, name: str, key: PrivateKey) -> None:
        """Hold *key* under *name*."""
        with self._lock:
            self._held[file_name(name)] = "key", key

    def swap(
        self, certificate_name: str, certificate: bytes, key_name: str, key: PrivateKey
    ) -> None:
        """Put a renewed pair in the place of the old one, which becomes ``.previous``."""
        with self._lock:
            for name in (certificate_name, key_name):
                self._held[f"{name}{PREVIOUS}"] = self._found(name)
                self.changes[name] += 1
            self._held[certificate_name] = "certificate", certificate
            self._held[key_name] = "key", key

    def remove(self, name: str) -> None:
        """Remove the file *name*; raises `NotFoundError`."""
        with self._lock:
            self._found(name)
            del self._held[name]

    def writable(self, *names: str) -> None:
        """Find nothing in the way."""

    def _found(self, name: str) -> tuple[Kind, bytes | PrivateKey]:
        with self._lock:
            found = self._held.get(file_name(name))
        if found is None:
            raise NotFoundError(f'file "{name}" does not exist', hint="import it")
        return found

    def _octets(self, name: str, kind: Kind) -> bytes:
        found, content = self._found(name)
        if found != kind or not isinstance(content, bytes):
            raise InvalidInputError(f'file "{name}" is no {kind}', hint="name another file")
        return content
