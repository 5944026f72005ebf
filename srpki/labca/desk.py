"""Requests that wait for somebody: what a policy with approval puts off, and what becomes of it.

A request is known by what it asks for, key and names: EST has no transactions, and a client that
has lost its CMP transaction and asks again is not put off twice.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from srpki.core.clock import Clock
from srpki.core.errors import InvalidInputError, RefusedError, StorageError
from srpki.labca.conditions import kind_and_size
from srpki.labca.documents import Document
from srpki.labca.policy import LONGEST_TEXT
from srpki.x509 import keys

REQUESTS: Final = "requests.json"
MOST_REQUESTS: Final = 200
REMEMBERED: Final = timedelta(days=30)
"""How long after it was last asked for a request is remembered."""

WAITING: Final = "waiting"
APPROVED: Final = "approved"
REFUSED: Final = "refused"
_STATES: Final = (WAITING, APPROVED, REFUSED)
_LONGEST_NAME: Final = 256


class NotYetError(Exception):
    """Nobody has decided; who asks is to ask again after *seconds*."""

    def __init__(self, seconds: int) -> None:
        """Put off."""
        super().__init__()
        self.seconds = seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """One request on the desk; *digest* says what it asks for, *text* why it was refused."""

    number: int
    digest: str
    operation: str
    client: str
    subject: str
    key: str
    since: datetime
    last: datetime
    state: str = WAITING
    text: str = ""


class Desk:
    """The requests by number, in order; safe between threads. Raises what `Document` raises."""

    def __init__(self, directory: Path | None, clock: Clock) -> None:
        """Take up what *directory* holds."""
        self._clock = clock
        self._document = Document(directory, REQUESTS)
        self._lock = threading.Lock()
        found = self._document.read()
        try:
            petitions = [_read(one) for one in found.get("requests", [])]
            self._next = int(found.get("next", 1))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._document.damaged() from None
        self._petitions = {one.number: one for one in petitions}

    def petitions(self) -> tuple[Petition, ...]:
        """Return what is on the desk, in order."""
        with self._lock:
            return tuple(self._petitions.values())

    def ask(
        self,
        key: CertificatePublicKeyTypes,
        names: bytes,
        *,
        operation: str,
        client: str,
        subject: str,
        check_after: int,
    ) -> str:
        """Return the digest of an approved request for *key* and *names* (octets that say them).

        Raises `NotYetError` while it waits, `RefusedError` once it was refused, and what is
        written on the desk when the disk refuses, `StorageError`.
        """
        digest = hashlib.sha256(keys.spki(key) + names).hexdigest()
        now = self._clock.now()
        with self._lock:
            found = next((one for one in self._petitions.values() if one.digest == digest), None)
            if found is None:
                kind, size = kind_and_size(key)
                found = Petition(
                    number=self._next,
                    digest=digest,
                    operation=operation,
                    client=_shown(client),
                    subject=_shown(subject),
                    key=f"{kind.upper()} {size}",
                    since=now,
                    last=now,
                )
                self._add(found, now)
            match found.state:
                case "waiting":
                    self._put(replace(found, last=now))
                    raise NotYetError(check_after)
                case "refused":
                    self._keep({n: p for n, p in self._petitions.items() if n != found.number})
                    raise RefusedError(found.text or "the request was refused")
        return digest

    def done(self, digest: str) -> None:
        """Forget the request *digest*: its certificate is issued."""
        with self._lock:
            left = {n: one for n, one in self._petitions.items() if one.digest != digest}
            if len(left) < len(self._petitions):
                self._keep(left)

    def decide(self, numbers: Iterable[int] | None, state: str, text: str = "") -> int:
        """Approve or refuse the requests *numbers*, None for all that wait; return how many.

        Raises `RefusedError` for a number that does not wait, and what `Document.write` raises.
        """
        if not text.isprintable() or len(text) > LONGEST_TEXT:
            raise InvalidInputError(f"a text has {LONGEST_TEXT} printable characters at most")
        with self._lock:
            waiting = [n for n, one in self._petitions.items() if one.state == WAITING]
            chosen = waiting if numbers is None else list(numbers)
            for number in chosen:
                if number not in waiting:
                    raise RefusedError(f"no request {number} waits for approval")
            changed = {n: replace(self._petitions[n], state=state, text=text) for n in chosen}
            self._keep({**self._petitions, **changed})
            return len(chosen)

    def _add(self, petition: Petition, now: datetime) -> None:
        """Put *petition* in the place of what the same client asked before, with another key."""

        def lives(one: Petition) -> bool:
            same = (one.operation, one.client, one.subject) == (
                petition.operation,
                petition.client,
                petition.subject,
            )
            return now - one.last <= REMEMBERED and not (same and one.state == WAITING)

        young = {n: one for n, one in self._petitions.items() if lives(one)}
        if len(young) >= MOST_REQUESTS:
            raise RefusedError("too many requests wait for approval")
        self._keep({**young, petition.number: petition}, following=petition.number + 1)

    def _put(self, petition: Petition) -> None:
        """Note that it was asked for again, which a disk may forget."""
        petitions = {**self._petitions, petition.number: petition}
        try:
            self._keep(petitions, sync=False)
        except StorageError:
            self._petitions = petitions

    def _keep(
        self, petitions: dict[int, Petition], *, following: int = 0, sync: bool = True
    ) -> None:
        following = following or self._next
        listed = [_write(one) for one in petitions.values()]
        self._document.write({"next": following, "requests": listed}, sync=sync)
        self._petitions, self._next = petitions, following


def _shown(text: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in text[:_LONGEST_NAME])


def _write(petition: Petition) -> dict[str, Any]:
    found = {name: getattr(petition, name) for name in Petition.__slots__}
    times = {"since": petition.since.isoformat(), "last": petition.last.isoformat()}
    return {**found, **times}


def _read(found: dict[str, Any]) -> Petition:
    times = {name: datetime.fromisoformat(found[name]) for name in ("since", "last")}
    petition = Petition(**{**found, **times})
    if petition.state not in _STATES or not isinstance(petition.number, int):
        raise ValueError
    return petition
