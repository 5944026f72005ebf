"""What keeps commands of a lab from a trainee: a password that only its derivation is kept of.

It holds for who reaches the node by its command lines. Who can write the lab's files can take the
lock off [docs/explanation/security.md].
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import weakref
from pathlib import Path
from typing import Final

from srpki.core.entropy import Entropy
from srpki.core.errors import RefusedError
from srpki.labca.documents import Document

LOCK: Final = "lock.json"
MOST_WRONG: Final = 10
"""Wrong passwords that one session may give."""
_COST: Final = 1 << 14


class Lock:
    """The lock of one lab; safe between threads. Raises what `Document` raises."""

    def __init__(self, directory: Path, entropy: Entropy) -> None:
        """Take up the lock in *directory*, if there is one."""
        self._document = Document(directory, LOCK)
        self._entropy = entropy
        self._mutex = threading.Lock()
        self._opened: weakref.WeakSet[object] = weakref.WeakSet()
        self._wrong: weakref.WeakKeyDictionary[object, int] = weakref.WeakKeyDictionary()
        found = self._document.read()
        try:
            self._salt = bytes.fromhex(found.get("salt", ""))
            self._digest = bytes.fromhex(found.get("digest", ""))
            self.may: tuple[str, ...] = tuple(str(one) for one in found.get("may", []))
        except (TypeError, ValueError):
            raise self._document.damaged() from None
        if found and len(self._digest) != hashlib.sha256().digest_size:
            raise self._document.damaged()

    def close(self, password: str, may: tuple[str, ...]) -> None:
        """Lock all but the commands that begin with one of *may*; nobody has opened it yet."""
        salt = self._entropy.octets(16)
        digest = _derived(password, salt)
        with self._mutex:
            self._document.write({"salt": salt.hex(), "digest": digest.hex(), "may": list(may)})
            self._salt, self._digest, self.may = salt, digest, may
            self._opened.clear()

    def allows(self, command: str, session: object) -> bool:
        """Whether *session* may give *command*."""
        with self._mutex:
            if not self._digest or session in self._opened:
                return True
            return any(f"{command} ".startswith(f"{one} ") for one in self.may)

    def open(self, password: str, session: object, *, for_all: bool) -> None:
        """Open everything to *session*, or take the lock off; raises `RefusedError`."""
        with self._mutex:
            if not self._digest:
                raise RefusedError("the lab is not locked")
            wrong = self._wrong.get(session, 0)
            if wrong >= MOST_WRONG:
                raise RefusedError("too many wrong passwords in this session")
            if not hmac.compare_digest(_derived(password, self._salt), self._digest):
                self._wrong[session] = wrong + 1
                raise RefusedError("the password is wrong")
            if for_all:
                self._document.write({})
                self._digest, self.may = b"", ()
            else:
                self._opened.add(session)


def _derived(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=8, p=1, dklen=32)
