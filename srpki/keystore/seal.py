"""Encryption at rest: what is sealed opens on this chassis only.

AES-256-GCM under the chassis key, 32 random octets in the node's ``state/`` (mode 0600), made once
and never written over. A sealed file is ``SRPKI`` version length purpose nonce ciphertext; all
before the nonce is authenticated, so a key cannot be passed off as a certificate. The name is not
authenticated: a renewal renames files.
"""

from __future__ import annotations

import base64
import binascii
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.entropy import Entropy
from srpki.core.errors import CorruptError, StorageError, UsageError
from srpki.storage.files import FileOps, OsFiles, put_new

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"SRPKI\x01"
"""What every sealed file begins with."""
_KEY_OCTETS: Final = 32
_NONCE_OCTETS: Final = 12
_TAG_OCTETS: Final = 16
_TEXT: Final = b"configuration"
_MARK: Final = " hash2"
MAX_TEXT: Final = 340
"""Octets of a secret in the configuration: its token stays under 512 characters."""
MAX_TOKEN: Final = 512
"""Characters of a token."""
MAX_PURPOSE: Final = 64
"""Octets of a purpose."""


class Seal:
    """Seals and opens octets and secrets with the chassis key.

    The key is read when first needed; sealing makes it when there is none, opening does not.
    Safe to use from several threads.
    """

    def __init__(
        self,
        key_path: Path,
        entropy: Entropy,
        files: FileOps | None = None,
        in_use: Callable[[], str] = str,
    ) -> None:
        """Use the chassis key at *key_path*; nonces and a new key come from *entropy*.

        No key is made where *in_use* names something that was sealed with one.
        """
        self._in_use = in_use
        self._path = key_path
        self._entropy = entropy
        self._files = files or OsFiles(key_path.parent)
        self._lock = threading.Lock()
        self._key = b""

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        """Return *plain* sealed for *purpose*; raises `StorageError` or `CorruptError`."""
        header = _header(purpose)
        nonce = self._entropy.octets(_NONCE_OCTETS)
        return header + nonce + self._with_key(create=True).encrypt(nonce, plain, header)

    def open(self, sealed: bytes, purpose: bytes) -> bytes:
        """Return what was sealed for *purpose*.

        Raises:
            CorruptError: when *sealed* is not sealed, is for another purpose, is damaged or comes
                from another chassis, or the chassis key is missing.
            StorageError: when the chassis key cannot be read.
        """
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - start-up time

        header = _header(purpose)
        if not sealed.startswith(header):
            raise CorruptError(
                f"the data is not sealed as {purpose.decode('ascii', 'replace')}",
                hint="import the file",
            )
        start = len(header) + _NONCE_OCTETS
        nonce, ciphertext = sealed[len(header) : start], sealed[start:]
        if len(ciphertext) < _TAG_OCTETS:
            raise CorruptError("the sealed data is truncated", hint="import the file again")
        try:
            return self._with_key(create=False).decrypt(nonce, ciphertext, header)
        except InvalidTag:
            raise CorruptError(
                "the sealed data is damaged or belongs to another chassis",
                hint="import the file again",
            ) from None

    @staticmethod
    def is_sealed(data: bytes) -> bool:
        """Say whether *data* looks sealed, by this or another chassis."""
        return data.startswith(MAGIC)

    @staticmethod
    def purpose_of(sealed: bytes) -> bytes:
        """Return the purpose that *sealed* claims, empty when it is not sealed."""
        if not sealed.startswith(MAGIC) or len(sealed) <= len(MAGIC):
            return b""
        start = len(MAGIC) + 1
        return sealed[start : start + sealed[len(MAGIC)]]

    def seal_text(self, plain: str) -> str:
        """Return *plain* as a token without blanks, for the configuration.

        Raises:
            UsageError: when it has more than 340 octets.
        """
        octets = plain.encode()
        if len(octets) > MAX_TEXT:
            raise UsageError(f"a secret has at most {MAX_TEXT} octets", hint="shorten it")
        header = _header(_TEXT)
        token = base64.urlsafe_b64encode(self.seal(octets, _TEXT)[len(header) :])
        return token.decode().rstrip("=")

    def hash_text(self, plain: str, algorithm: str) -> str:
        """Return the hash of the password *plain* by *algorithm*.

        Raises:
            RefusedError: when it has more than 72 octets.
        """
        from srpki.core import passwords  # noqa: PLC0415 - start-up time

        return passwords.hashed(plain, algorithm, self._entropy)

    def open_text(self, token: str) -> str:
        """Return the secret in *token*, which may still have its `` hash2``.

        Raises:
            CorruptError: when it is not a token of this chassis.
            StorageError: when the chassis key cannot be read.
        """
        encoded = token.removesuffix(_MARK)[: MAX_TOKEN + 1].encode("ascii", "replace")
        try:
            padding = b"=" * (-len(encoded) % 4)
            sealed = base64.b64decode(encoded + padding, altchars=b"-_", validate=True)
            return self.open(_header(_TEXT) + sealed, _TEXT).decode()
        except (binascii.Error, UnicodeError, CorruptError):
            raise CorruptError(
                "a secret of the configuration was not sealed on this chassis",
                hint="configure it again in clear",
            ) from None

    def _with_key(self, *, create: bool) -> AESGCM:
        """Return a new cipher: it takes 2 KiB, and microseconds to be made."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - start-up

        with self._lock:
            self._key = self._key or self._load(create=create)
        return AESGCM(self._key)

    def _load(self, *, create: bool) -> bytes:
        try:
            if self._files.kind(self._path) == "absent":
                self._check_lost(create=create)
                put_new(self._files, self._path, self._entropy.octets(_KEY_OCTETS))
            key = self._files.read(self._path, _KEY_OCTETS)
        except OSError as error:
            raise StorageError(f"chassis key: {error.strerror}") from None
        if len(key) != _KEY_OCTETS:
            raise CorruptError(
                "the chassis key is damaged", hint="restore state/chassis.key from a backup"
            )
        return key

    def _check_lost(self, *, create: bool) -> None:
        """Raise `CorruptError` where a chassis key is wanted that is not there any more."""
        sealed = self._in_use()
        if sealed or not create:
            what = f", with which {sealed} is sealed" if sealed else ""
            cure = f", or remove {sealed}" if sealed else ""
            raise CorruptError(
                f"the chassis key is missing{what}",
                hint=f"restore state/chassis.key from a backup{cure}",
            )


def _header(purpose: bytes) -> bytes:
    if len(purpose) > MAX_PURPOSE:
        raise UsageError("the purpose of a seal is too long")
    return MAGIC + bytes((len(purpose),)) + purpose
