r"""The keystore: ``cf3:\system-pki`` with certificates, keys and CRLs, sealed.

Every file is sealed with its kind, so a file dropped in by hand, one of another chassis or one of
the wrong kind is told apart; files of the legacy format are read, too. One lock covers readers and
writers: a reader sees the old or the new pair, never a mixture. Across processes the node's lock
does the same.
"""

from __future__ import annotations

import threading
import zlib
from collections import Counter
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from srpki.core.errors import (
    CorruptError,
    ExistsError,
    InvalidInputError,
    NotFoundError,
    RefusedError,
    SrpkiError,
    StorageError,
)
from srpki.keystore import legacy
from srpki.keystore.seal import Seal
from srpki.keystore.transaction import MAX_OCTETS, Transaction
from srpki.storage.filenames import PREVIOUS, file_name, new_file_name
from srpki.storage.files import FileOps, OsFiles
from srpki.storage.walking import below

if TYPE_CHECKING:
    from srpki.x509.keys import PrivateKey

Kind = Literal["certificate", "key", "crl"]
Format = Literal["secure", "legacy"]

DIRECTORY: Final = "system-pki"
_KINDS: Final = ("certificate", "key", "crl")
_WORDS: Final = {"certificate": "a certificate", "key": "a private key", "crl": "a CRL"}
_PROBE: Final = ".probe.new"
_PROBE_OCTETS: Final = 1 << 15
"""Room for a pair, its journal and then some."""


class Keystore:
    """The PKI files of one node; safe to use from several threads."""

    def __init__(self, cf3: Path, seal: Seal, files: FileOps | None = None) -> None:
        """Serve ``system-pki`` in the directory *cf3*, which is made with the first file.

        Once `secure_only` is set, files of the legacy format are refused. `changes` counts for each
        name how often another content came, the old one went, or the file was removed.
        """
        self.secure_only = False
        self.changes: Counter[str] = Counter()
        self._cf3 = cf3
        self._directory = cf3 / DIRECTORY
        self._seal = seal
        self._files = files or OsFiles(cf3)
        self._transaction = Transaction(self._directory, self._files)
        self._lock = threading.RLock()

    def recover(self) -> tuple[str, ...]:
        """Finish or undo what a crash interrupted; never raises.

        Return the files for which the disk allows neither: they alone are refused until it does.
        """
        with self._inside():
            with suppress(OSError):  # the next access tells
                self._transaction.recover()
            return self._transaction.pending

    def held(self) -> AbstractContextManager[None]:
        """Let nobody else read or write inside the block."""
        return self._inside()

    def _inside(self) -> _Inside:
        """Hold the lock and stay in the directory for a block."""
        return _Inside(self._lock, self._files.staying(self._directory))

    def names(self) -> tuple[str, ...]:
        """Return the names of the files, sorted; raises `StorageError`."""
        with self._inside(), _Doing(f"list {DIRECTORY}"):
            self._transaction.settle()
            return tuple(
                name for name in self._files.names(self._directory) if not name.startswith(".")
            )

    def legacy_names(self) -> tuple[str, ...]:
        """Return the names of the files of the legacy format; what is unreadable is left out."""
        found = []
        with suppress(StorageError):
            for name in self.names():
                with suppress(SrpkiError), self._inside():
                    if legacy.read(self._read(name)) is not None:
                        found.append(name)
        return tuple(found)

    def exists(self, name: str) -> bool:
        """Say whether there is a file *name*; raises `InvalidNameError` or `StorageError`."""
        path = below(self._directory, file_name(name))
        with self._inside(), _Doing(f'open file "{name}"'):
            self._transaction.settle(name)
            return self._files.kind(path) == "file"

    def kind_of(self, name: str) -> Kind:
        """Return what the file *name* claims to be.

        Raises:
            InvalidInputError: when it was not imported; and as `read_certificate`.
        """
        with self._inside():
            return self._kind(name, self._read(name))

    def read_certificate(self, name: str) -> bytes:
        """Return the certificate (DER) in the file *name*.

        Raises:
            InvalidNameError: when *name* may not name a file.
            NotFoundError: when there is no such file.
            InvalidInputError: when it is of another kind or was not imported.
            CorruptError: when it is damaged or belongs to another chassis.
            StorageError: when it cannot be read.
        """
        with self._inside():
            return self._open(name, "certificate")

    def read_key(self, name: str) -> PrivateKey:
        """Return the private key in the file *name*; raises as `read_certificate`."""
        from srpki.x509 import keys  # noqa: PLC0415 - start-up time

        with self._inside():
            der = self._open(name, "key")
        return keys.load_private(der, known=True)

    def read_crl(self, name: str) -> bytes:
        """Return the CRL (DER) in the file *name*; raises as `read_certificate`."""
        with self._inside():
            return self._open(name, "crl")

    def _inflated(self, name: str, compressed: bytes) -> bytes:
        inflater = zlib.decompressobj()
        try:
            der = inflater.decompress(compressed, MAX_OCTETS)
        except zlib.error:
            raise CorruptError(f'file "{name}" is damaged', hint="import it again") from None
        if not inflater.eof:
            raise CorruptError(f'file "{name}" is too long', hint="import it again")
        return der

    def read_pair(self, certificate_name: str, key_name: str) -> tuple[bytes, PrivateKey]:
        """Return certificate (DER) and key as they are at one moment.

        They are read together; whether they belong together is the caller's question. Raises as
        `read_certificate`.
        """
        with self._inside():
            return self.read_certificate(certificate_name), self.read_key(key_name)

    def put(self, kind: Kind, name: str, content: bytes, *, replace: bool = True) -> None:
        """Store *content* (DER; a key as PKCS#8) of *kind* under *name*, whole or not at all.

        What was there before is gone; *replace* False refuses that instead.

        Raises:
            InvalidNameError: when *name* may not be used for a new file.
            ExistsError: when the file exists and *replace* is False.
            StorageError: when it cannot be written; what was there before still is.
        """
        if kind not in _KINDS:
            raise InvalidInputError(f"a file of kind {kind} is not kept", hint=", ".join(_KINDS))
        if len(content) > MAX_OCTETS // 2:
            raise InvalidInputError(f"{_WORDS[kind]} of {len(content)} octets is too long")
        with self._inside():
            present = self._content(kind, name)
            self._write(name, self._sealed(kind, content), replace=replace)
            self.changes[name] += present != content

    def _content(self, kind: Kind, name: str) -> bytes | None:
        """Return what the file *name* holds, None where it is not a readable one of *kind*."""
        with suppress(SrpkiError):
            return self._opened(name, self._read(name), kind)
        return None

    def convert(self, name: str, output: str, form: Format, *, replace: bool) -> None:
        """Store the file *name* in format *form* under *output*, which may be the same name.

        Raises:
            ExistsError: when *output* exists and *replace* is False.
        Further as `read_certificate`, but for the kind, and `put`.
        """
        with self._inside():
            kind = self.kind_of(name)
            content = self._opened(name, self._read(name), kind)  # in either format
            sealed = self._sealed(kind, content)
            if form == "legacy":
                sealed = legacy.write(kind, sealed if kind == "key" else content)
            self._write(output, sealed, replace=replace)
            self.changes[output] += 1

    def _sealed(self, kind: Kind, content: bytes) -> bytes:
        """Return *content* as a file of the secure format."""
        return self._seal.seal(zlib.compress(content) if kind == "crl" else content, kind.encode())

    def _write(self, name: str, sealed: bytes, *, replace: bool) -> None:
        new_file_name(name)
        with self._inside(), _Doing(f'write file "{name}"'):
            self._prepare()
            if not replace and self._files.kind(below(self._directory, name)) != "absent":
                raise ExistsError(f'file "{name}" exists already', hint="name another file")
            self._transaction.replace_one(name, sealed)

    def swap(
        self, certificate_name: str, certificate: bytes, key_name: str, key: PrivateKey
    ) -> None:
        """Put a renewed pair in the place of the old one, which becomes ``.previous``.

        Raises:
            InvalidNameError: when a name may not be used, or both are the same.
            RefusedError: when *certificate* (DER) does not certify *key*.
            StorageError: when a step fails; the old pair is in place. Where the disk does not allow
                even that, both files are refused until it does, then the pair is old or new.
        """
        from srpki.x509 import keys  # noqa: PLC0415 - start-up time

        if new_file_name(certificate_name) == new_file_name(key_name):
            raise RefusedError(
                f'"{key_name}" cannot hold both certificate and key', hint="use two files"
            )
        if not keys.same_public_key(certificate, key):
            raise RefusedError("the certificate does not belong to the key")
        contents = {
            key_name: self._seal.seal(keys.private_der(key), b"key"),
            certificate_name: self._seal.seal(certificate, b"certificate"),
        }
        with self._inside(), _Doing(f'replace files "{certificate_name}" and "{key_name}"'):
            self._prepare()
            self._transaction.replace(contents)
            self.changes.update(contents.keys())

    def remove(self, name: str) -> None:
        """Remove the file *name*; raises `NotFoundError`, `InvalidNameError`, `StorageError`."""
        path = below(self._directory, file_name(name))
        with self._inside(), _Doing(f'remove file "{name}"'):
            self._transaction.settle(name)
            if self._files.kind(path) != "file":
                raise NotFoundError(f'file "{name}" does not exist', hint=f"see {DIRECTORY}")
            self._transaction.remove(name)
            self.changes[name] += 1

    def writable(self, *names: str) -> None:
        """Prove that a pair could be stored now, in the files *names*; raises `StorageError`.

        Asked before a CA is troubled: a certificate that cannot be stored is lost. The probe is not
        synced: a full disk says so when it is written.
        """
        probe = below(self._directory, _PROBE)
        with self._inside():
            with _Doing(f"write to {DIRECTORY}"):
                self._prepare()
                self._files.unlink(probe)
                try:
                    self._files.write_new(probe, bytes(_PROBE_OCTETS), sync=False)
                finally:
                    self._files.unlink(probe)
            for name in (name for own in names for name in (own, f"{own}{PREVIOUS}")):
                with _Doing(f'replace file "{name}"'):
                    self._transaction.settle(name)
                    self._files.check_replaceable(below(self._directory, name))

    def _prepare(self) -> None:
        """Make the directory when it is not there."""
        kind = self._files.kind(self._directory)
        if kind == "absent":
            self._files.make_directory(self._directory)
            self._files.sync_directory(self._cf3)
        elif kind != "directory":
            raise StorageError(f"{DIRECTORY} is not a directory", hint="move it away")

    def _read(self, name: str) -> bytes:
        path = below(self._directory, file_name(name))
        with _Doing(f'open file "{name}"'):
            self._transaction.settle(name)
            try:
                return self._files.read(path, MAX_OCTETS)
            except (FileNotFoundError, NotADirectoryError):
                raise NotFoundError(f'file "{name}" does not exist', hint="import it") from None

    def _open(self, name: str, kind: Kind) -> bytes:
        data = self._read(name)
        if self.secure_only and legacy.read(data) is not None:
            raise RefusedError(
                f'file "{name}" is in the legacy format', hint="convert it, see imported-format"
            )
        return self._opened(name, data, kind)

    def _opened(self, name: str, sealed: bytes, kind: Kind) -> bytes:
        found = self._kind(name, sealed)
        if found != kind:
            raise InvalidInputError(
                f'file "{name}" is {_WORDS[found]}, not {_WORDS[kind]}', hint="name another file"
            )
        if (old := legacy.read(sealed)) is not None:
            if kind != "key":
                return old[1]
            sealed = old[1]
        try:
            content = self._seal.open(sealed, kind.encode())
        except CorruptError as error:
            raise CorruptError(f'file "{name}": {error.sentence}', hint=error.hint) from None
        return self._inflated(name, content) if kind == "crl" else content

    def _kind(self, name: str, sealed: bytes) -> Kind:
        old = legacy.read(sealed)
        purpose = old[0] if old else self._seal.purpose_of(sealed).decode("ascii", "replace")
        for kind in _KINDS:
            if kind == purpose:
                return kind
        raise InvalidInputError(
            f'file "{name}" was not imported', hint="import it: system-pki holds sealed files only"
        )


class _Inside:
    """A block with a lock held, in a directory that is found once."""

    __slots__ = ("_lock", "_staying")

    def __init__(self, lock: threading.RLock, staying: AbstractContextManager[None]) -> None:
        self._lock, self._staying = lock, staying

    def __enter__(self) -> None:
        self._lock.acquire()
        self._staying.__enter__()

    def __exit__(self, *_error: object) -> None:
        try:
            self._staying.__exit__(None, None, None)
        finally:
            self._lock.release()


class _Doing:
    """A block in which `OSError` is turned into `StorageError`, saying *what* was tried."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError):
            raise StorageError(f"{self._what}: {error.strerror or error}") from None
