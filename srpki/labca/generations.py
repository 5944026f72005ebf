"""The keys of the lab CA one after another: what stands under each, and which signs now.

A change of key begins a generation. It is made as a whole and announced at once; its key signs from
an instant on, that of the lab's clock, and a clock that is set back brings the old key back. What
is handed out meanwhile are the certificates of both, and the links between them [RFC 4210, 4.4].
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy, serial_number
from srpki.core.errors import RefusedError, SrpkiError
from srpki.labca import profiles
from srpki.labca.documents import Document
from srpki.labca.profiles import Issuer, Subject
from srpki.labca.vault import Identity, Vault
from srpki.x509 import certificates, keys

GENERATIONS: Final = "generations.json"
MOST_GENERATIONS: Final = 8
"""Keys of one CA in all; clients look at no more of one name [srpki.x509.rollover]."""
_LONGEST_NAME: Final = 64
_SERVERS: Final[Mapping[str, tuple[str, Callable[[Subject, Issuer, int], bytes]]]] = {
    "cmp-signer": ("srpki lab CMP server", profiles.cmp_signer),
    "tls": ("srpki lab EST server", profiles.tls_server),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is wanted of a change of key.

    *key_of* is ``issuing`` or ``root``; an empty *name* is the one that it has. *new_with_old* and
    *old_with_new* say which of the two keys certifies the other, *after* how long the old one goes
    on signing.
    """

    key_of: str = "issuing"
    name: str = ""
    new_with_old: bool = True
    old_with_new: bool = True
    after: timedelta = timedelta()


@dataclass(frozen=True, kw_only=True)
class Generation:
    """What stands under one key; certificates are DER.

    It is announced *since* an instant, and *signs* from one on. *new_with_old* and *old_with_new*
    certify its changed key by the one before, and the other way round; empty where there is none.
    """

    number: int
    since: datetime
    signs: datetime
    key_of: str
    root: bytes
    issuing: Identity
    cmp_signer: Identity
    tls: Identity
    new_with_old: bytes = field(default=b"", repr=False)
    old_with_new: bytes = field(default=b"", repr=False)

    @property
    def links(self) -> tuple[bytes, ...]:
        """The certificates that lead from one key to the other."""
        return tuple(one for one in (self.new_with_old, self.old_with_new) if one)

    @cached_property
    def issuer(self) -> Issuer:
        """Who signs."""
        return issuer_of(self.issuing)


@dataclass(frozen=True)
class View:
    """What of a CA is seen at an instant.

    *shown* are the generations whose certificates are handed out, the one that signs first; no link
    leads from a key before that with the number *finished*.
    """

    shown: tuple[Generation, ...]
    finished: int

    @cached_property
    def links(self) -> tuple[bytes, ...]:
        """The links that are handed out."""
        return tuple(link for one in self.shown for link in one.links if self.finished < one.number)

    @cached_property
    def handed_out(self) -> tuple[bytes, ...]:
        """The certificates that clients are given, each once: roots, issuing ones, links."""
        given = (der for one in self.shown for der in (one.root, one.issuing.certificate))
        return tuple(dict.fromkeys((*given, *self.links)))

    @cached_property
    def root_update(self) -> tuple[bytes, bytes, bytes] | None:
        """The newest root that replaces another, NewWithOld and OldWithNew, each or empty.

        None when no root is replaced [RFC 9480, 2.15].
        """
        changed = [one for one in self.shown if one.key_of == "root"]
        if not changed:
            return None
        newest = max(changed, key=lambda one: one.number)
        if self.finished >= newest.number:
            return newest.root, b"", b""
        return newest.root, newest.new_with_old, newest.old_with_new


class Generations:
    """The generations of one CA, in order; safe between threads.

    Raises what `Vault` and `Document` raise.
    """

    def __init__(self, vault: Vault, clock: Clock, entropy: Entropy, key: keys.KeySpec) -> None:
        """Take up the CA in *vault*, or found one whose own keys are of the kind *key*."""
        self._vault, self._clock, self._entropy, self._key = vault, clock, entropy, key
        self._document = Document(vault.directory, GENERATIONS)
        self._lock = threading.Lock()
        found = self._document.read()
        self.all: tuple[Generation, ...] = (self._first(),)
        self._finished = 0
        self._view = View((), 0)
        try:
            for record in found.get("generations", [])[: MOST_GENERATIONS - 1]:
                self.all = (*self.all, self._read(record))
            self._finished = int(found.get("finished", 0))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise self._document.damaged() from None

    @property
    def now(self) -> Generation:
        """The one whose key signs now."""
        now = self._clock.now()
        signing = [one for one in self.all if one.signs <= now]
        return signing[-1] if signing else self.all[0]

    @property
    def view(self) -> View:
        """What is seen now; the same object as long as it is the same."""
        now, present = self._clock.now(), self.now
        others = (one for one in self.all if self._finished <= one.number and one.since <= now)
        shown = (present, *(one for one in others if one is not present))
        view = self._view
        if (shown, self._finished) != (view.shown, view.finished):
            view = self._view = View(shown, self._finished)
        return view

    def begin(self, change: Change) -> Generation:
        """Change a key as *change* says; raises `RefusedError` for too many, and for a bad name."""
        with self._lock:
            if len(self.all) >= MOST_GENERATIONS:
                raise RefusedError(f"this CA has had {MOST_GENERATIONS} keys: there are no more")
            if len(change.name) > _LONGEST_NAME or not change.name.isprintable():
                raise RefusedError(f"a name has {_LONGEST_NAME} printable characters at most")
            since = self._clock.now()
            if since < self.all[-1].signs:
                raise RefusedError("the key before has not begun to sign")
            made = self._make(change, since, since + change.after)
            self._write((*self.all, made), self._finished)
            self.all = (*self.all, made)
            return made

    def finish(self) -> Generation:
        """Hand out no certificate of an older key than the one that signs, and no link."""
        with self._lock:
            present = self.now
            self._write(self.all, present.number)
            self._finished = present.number
            return present

    # --- making ----------------------------------------------------------------------------------

    def _first(self) -> Generation:
        root = self._vault.identity("root", self._make_root)
        issuing = self._vault.identity("issuing", lambda: self._make_issuing(root, 1))
        signer, tls = (
            self._vault.identity(kind, partial(self._make_server, issuing, kind))
            for kind in _SERVERS
        )
        return Generation(
            number=1,
            since=profiles.WIDE_START,
            signs=profiles.WIDE_START,
            key_of="",
            root=root.certificate,
            issuing=issuing,
            cmp_signer=signer,
            tls=tls,
        )

    def _make(self, change: Change, since: datetime, signs: datetime) -> Generation:
        before, number = self.all[-1], len(self.all) + 1
        old_root = self._root_of(before)
        signer, tls = before.cmp_signer, before.tls
        if change.key_of == "root":
            root = self._identity("root", number, self._make_root(number, change.name, old_root))
            made = self._make_issuing(root, number, before.issuing)
            issuing = self._identity("issuing", number, made)
            new_with_old, old_with_new = self._links(change, old_root, root, number, path=1)
        else:
            root = old_root
            issuing = self._identity(
                "issuing", number, self._make_issuing(root, number, name=change.name)
            )
            new_with_old, old_with_new = self._links(
                change, before.issuing, issuing, number, path=0
            )
            signer, tls = (
                self._identity(kind, number, self._make_server(issuing, kind)) for kind in _SERVERS
            )
        return Generation(
            number=number,
            since=since,
            signs=signs,
            key_of=change.key_of,
            root=root.certificate,
            issuing=issuing,
            cmp_signer=signer,
            tls=tls,
            new_with_old=new_with_old,
            old_with_new=old_with_new,
        )

    def _identity(self, kind: str, number: int, made: Identity) -> Identity:
        """Keep what was *made* in the place of what a change that was cut short has left over."""
        return self._vault.replace(f"{kind}-{number}", made)

    def _root_of(self, generation: Generation) -> Identity:
        """Return the root with its key, which is asked for when a key is changed only."""
        changed = [one.number for one in self.all if one.key_of == "root"]
        number = max((n for n in changed if n <= generation.number), default=1)
        return self._vault.kept("root" if number == 1 else f"root-{number}")

    def _make_root(self, number: int = 1, name: str = "", old: Identity | None = None) -> Identity:
        key = keys.generate(self._key)
        full = _renamed(old, name) if old else profiles.authority_name("srpki lab root CA")
        return self._certified(Subject(full, key.public_key()), key, Issuer(full, key), number, 1)

    def _make_issuing(
        self, root: Identity, number: int, same: Identity | None = None, name: str = ""
    ) -> Identity:
        key = same.key if same else keys.generate(self._key)
        before = same or (self.all[-1].issuing if number > 1 else None)
        full = _renamed(before, name) if before else profiles.authority_name("srpki lab issuing CA")
        return self._certified(Subject(full, key.public_key()), key, issuer_of(root), number, 0)

    def _certified(
        self, subject: Subject, key: keys.PrivateKey, issuer: Issuer, number: int, path: int
    ) -> Identity:
        serial = serial_number(self._entropy)
        certificate = profiles.certificate_authority(
            subject, issuer, serial, path, _beginning(number)
        )
        return Identity(key, certificate)

    def _links(
        self, change: Change, old: Identity, new: Identity, number: int, path: int
    ) -> tuple[bytes, bytes]:
        """Return NewWithOld and OldWithNew, as far as they are wanted."""

        def link(whose: Identity, signer: Identity, begins: int) -> bytes:
            subject = Subject(issuer_of(whose).name, whose.key.public_key())
            return self._certified(subject, whose.key, issuer_of(signer), begins, path).certificate

        return (
            link(new, old, number) if change.new_with_old else b"",
            link(old, new, 1) if change.old_with_new else b"",
        )

    def _make_server(self, issuing: Identity, kind: str) -> Identity:
        name, profile = _SERVERS[kind]
        key = keys.generate(self._key)
        subject = Subject(profiles.authority_name(name), key.public_key())
        return Identity(key, profile(subject, issuer_of(issuing), serial_number(self._entropy)))

    # --- keeping ---------------------------------------------------------------------------------

    def _write(self, generations: tuple[Generation, ...], finished: int) -> None:
        listed = [_record(one) for one in generations[1:]]
        self._document.write({"generations": listed, "finished": finished})

    def _read(self, found: Mapping[str, Any]) -> Generation:
        before, number = self.all[-1], len(self.all) + 1
        key_of = found["key-of"]
        if key_of not in ("issuing", "root"):
            raise ValueError(key_of)
        of_root = key_of == "root"
        kept = self._vault.kept
        return Generation(
            number=number,
            since=datetime.fromisoformat(found["since"]),
            signs=datetime.fromisoformat(found["signs"]),
            key_of=key_of,
            root=kept(f"root-{number}").certificate if of_root else before.root,
            issuing=kept(f"issuing-{number}"),
            cmp_signer=before.cmp_signer if of_root else kept(f"cmp-signer-{number}"),
            tls=before.tls if of_root else kept(f"tls-{number}"),
            new_with_old=_link(found["new-with-old"]),
            old_with_new=_link(found["old-with-new"]),
        )


def issuer_of(identity: Identity) -> Issuer:
    """Return *identity* as one who signs."""
    return Issuer(certificates.parse(identity.certificate).subject, identity.key)


def _beginning(number: int) -> datetime:
    """Return when the certificate of the key *number* begins: good for any clock, but in order."""
    return profiles.WIDE_START + timedelta(days=number - 1)


def _renamed(old: Identity, name: str) -> x509.Name:
    present = certificates.parse(old.certificate).subject
    if not name:
        return present
    others = [one for one in present if one.oid != NameOID.COMMON_NAME]
    return x509.Name([*others, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _record(generation: Generation) -> dict[str, str]:
    return {
        "key-of": generation.key_of,
        "since": generation.since.isoformat(),
        "signs": generation.signs.isoformat(),
        "new-with-old": base64.b64encode(generation.new_with_old).decode(),
        "old-with-new": base64.b64encode(generation.old_with_new).decode(),
    }


def _link(text: str) -> bytes:
    der = base64.b64decode(text, validate=True)
    if der:
        try:
            certificates.parse(der)
        except SrpkiError as error:
            raise ValueError(error.sentence) from None
    return der
