"""Who uses which certificate, and the copy each of them has loaded [facts: pki.md 7.1].

The users are the entries of enabled ipsec and tls cert-profiles; the EST client is the user of the
tls cert-profile that its client-tls-profile names. There is one loaded copy of a pair, from the
first profile that is enabled to the last: an import of the same file does not change it, only
`Applications.reload` does. A real daemon, where the node has one, is a user of every ipsec pair.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from srpki.core.clock import Clock
from srpki.core.errors import RefusedError, SrpkiError
from srpki.core.events import FILE_READ_FAILED, FILE_RELOADED, EventBus
from srpki.core.values import NamedTuple
from srpki.storage.filenames import PREVIOUS

if TYPE_CHECKING:
    from srpki.config.views import IpsecCertProfile, PkiView, TlsCertProfile
    from srpki.keystore.store import Keystore
    from srpki.x509.keys import PrivateKey

Part = Literal["certificate", "key"]
_Profile = TypeVar("_Profile", "IpsecCertProfile", "TlsCertProfile")
Pair = tuple[str, str]
"""The file names of a certificate and of its key."""


@dataclass(frozen=True, slots=True)
class Use:
    """One user of a pair; *application* is the subject of its events."""

    application: Literal["IPsec", "TLS"]
    user: str
    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A pair as an application holds it; *certificate* is DER, *fingerprint* its SHA-256 in hex."""

    certificate: bytes = field(repr=False)
    key: PrivateKey = field(repr=False)
    fingerprint: str


class Daemon(Protocol):
    """A real program that uses ipsec pairs."""

    def load(self, certificate: bytes, key: PrivateKey, replaced: bytes | None) -> None:
        """Load *certificate* (DER) and *key* in place of the certificate *replaced*, if any.

        Raises a `SrpkiError` when the program does not take them.
        """
        ...


class Applications:
    """The table of users and what they hold. Its lock is never held while events go out."""

    def __init__(
        self, clock: Clock, bus: EventBus, keystore: Keystore, daemon: Daemon | None = None
    ) -> None:
        """Start without users; ipsec pairs are handed to *daemon*, too, when they are reloaded."""
        self._daemon = daemon
        self._clock = clock
        self._bus = bus
        self._keystore = keystore
        self._lock = threading.Lock()
        self._users = _Users({}, {}, {})
        self._uses: tuple[Use, ...] = ()
        self._loaded: dict[Pair, Loaded] = {}
        self.reloaded: Callable[[Sequence[Use]], None] = lambda uses: None  # noqa: ARG005
        """Called at the end of every reload with who has reloaded, without a lock held."""

    def apply(self, view: PkiView, former: PkiView | None = None) -> bool:
        """Take over a new configuration: load what came into use, drop what nobody uses.

        It follows the *former* one, if there was one. Return whether somebody came to use something
        else, or went.
        """
        before, after = self._users, self._users.after(view, former)
        if all(one is other for one, other in zip(before, after, strict=True)):
            return False
        uses = tuple(use for kind in after for of in kind.values() for use in of)
        pairs = {(use.certificate, use.key) for use in uses}
        with self._lock:
            self._users, self._uses = after, uses
            self._loaded = {pair: held for pair, held in self._loaded.items() if pair in pairs}
        # What could not be read before waits for its file: a commit of something else is no news.
        news = before.news(after)
        self._load_missing(news)
        return bool(news or after.news(before))

    def file_changed(self, file: str) -> None:
        """Load the pairs with *file* that could not be loaded before; the others stay as held."""
        self._load_missing(use for use in self._uses if file in (use.certificate, use.key))

    def users(self) -> tuple[Use, ...]:
        """Return who uses any pair."""
        return self._uses

    def users_of(self, certificate: str) -> tuple[Use, ...]:
        """Return who uses the certificate file *certificate*."""
        return tuple(use for use in self._uses if use.certificate == certificate)

    def loaded(self) -> tuple[tuple[Use, Loaded], ...]:
        """Return every user with what it holds."""
        with self._lock:
            held = ((use, self._loaded.get((use.certificate, use.key))) for use in self._uses)
            return tuple((use, pair) for use, pair in held if pair is not None)

    def holds(self, certificate: str, key: str) -> bool:
        """Say whether somebody has loaded a copy of a pair."""
        with self._lock:
            return (certificate, key) in self._loaded

    def held(self, certificate: str, key: str) -> Loaded:
        """Return the loaded copy of a pair; raises `RefusedError` when nobody has loaded it."""
        with self._lock:
            found = self._loaded.get((certificate, key))
        if found is None:
            raise RefusedError(
                f'"{certificate}" with key "{key}" is not loaded', hint="are both files imported?"
            )
        return found

    def reload(self, certificate: str) -> tuple[Use, ...]:
        """Have every user of *certificate* read key and certificate again; return the users.

        All pairs are read, and the daemon has taken those of ipsec, before any copy is replaced.
        Event 2101 goes out for each file and application, the key first. Raises what keystore and
        daemon raise.
        """
        uses = self.users_of(certificate)
        self._reload(uses, ("key", "certificate"))
        return uses

    def reload_file(self, uses: Sequence[Use], part: Part) -> None:
        """Have *uses* read one *part* of their pair again; the other stays as they hold it.

        Raises as `reload` does, and `RefusedError` where the two do not belong together then.
        """
        self._reload(uses, (part,))

    def _reload(self, uses: Sequence[Use], parts: Sequence[Part]) -> None:
        with self._lock:
            held = dict(self._loaded)
        fresh = {
            (use.certificate, use.key): self._read(use, parts, held.get((use.certificate, use.key)))
            for use in uses
        }
        for pair in {(use.certificate, use.key) for use in uses if use.application == "IPsec"}:
            if self._daemon is not None:
                loaded = fresh[pair]
                replaced = self._replaced(pair, loaded, held.get(pair))
                self._daemon.load(loaded.certificate, loaded.key, replaced)
        with self._lock:
            self._loaded.update(fresh)
        told = set()
        for use in uses:
            for part in parts:
                file = use.key if part == "key" else use.certificate
                # A key names its pair: of one certificate with two keys both reloads are told.
                if (use.application, use.key, part) not in told:
                    told.add((use.application, use.key, part))
                    self._publish_reload(use, part, file)
        self.reloaded(uses)

    def _replaced(self, pair: Pair, new: Loaded, old: Loaded | None) -> bytes | None:
        """Return what *new* replaces: the copy held, or the file before it, as after a restart."""
        if old is not None and old.fingerprint != new.fingerprint:
            return old.certificate
        with suppress(SrpkiError):
            return self._keystore.read_certificate(pair[0] + PREVIOUS)
        return None

    def _load_missing(self, uses: Iterable[Use]) -> None:
        with self._lock:
            missing = [use for use in uses if (use.certificate, use.key) not in self._loaded]
        for use in missing:
            try:
                loaded = self._read(use)
            except SrpkiError as error:
                self._bus.publish(
                    self._clock.now(),
                    FILE_READ_FAILED,
                    use.application,
                    file=use.certificate,
                    reason=f"{error.sentence} ({use.user})",
                )
                continue
            with self._lock:
                self._loaded.setdefault((use.certificate, use.key), loaded)

    def _read(
        self, use: Use, parts: Sequence[Part] = ("key", "certificate"), held: Loaded | None = None
    ) -> Loaded:
        """Return the pair of *use*, its *parts* as they are on disk and the other as *held*."""
        from srpki.x509 import certificates, keys  # noqa: PLC0415 - start-up time

        certificate, key = self._keystore.read_pair(use.certificate, use.key)
        if held is not None:
            certificate = certificate if "certificate" in parts else held.certificate
            key = key if "key" in parts else held.key
        if not keys.same_public_key(certificate, key):
            raise RefusedError(f'key "{use.key}" does not belong to "{use.certificate}"')
        return Loaded(certificate, key, certificates.facts(certificate).fingerprint)

    def _publish_reload(self, use: Use, part: Part, file: str) -> None:
        self._bus.publish(self._clock.now(), FILE_RELOADED, use.application, kind=part, file=file)


def client_pair(profile: TlsCertProfile | None) -> Pair | None:
    """Return what a TLS client with cert-profile *profile* uses: its first complete entry."""
    for entry in profile.entries if profile is not None else ():
        if entry.certificate_file and entry.key_file:
            return entry.certificate_file, entry.key_file
    return None


class _Users(NamedTuple):
    """Who uses what, by the names of their profiles, of each kind of profile."""

    ipsec: Mapping[str, tuple[Use, ...]]
    tls: Mapping[str, tuple[Use, ...]]
    est: Mapping[str, tuple[Use, ...]]

    def after(self, view: PkiView, former: PkiView | None) -> _Users:
        """Return those of *view*; what is the same in the *former* view, these are of, stays."""
        if former is None:
            former = view.but(ipsec_cert_profiles={}, cert_profiles={}, est_profiles={})
        tls, ipsec = view.cert_profiles, view.ipsec_cert_profiles
        chains = (view.est_profiles, view.client_tls_profiles, tls)
        same = (former.est_profiles, former.client_tls_profiles, former.cert_profiles)
        return _Users(
            _again(self.ipsec, former.ipsec_cert_profiles, ipsec, _of_ipsec),
            _again(self.tls, former.cert_profiles, tls, _of_tls),
            self.est
            if all(one is other for one, other in zip(chains, same, strict=True))
            else {name: tuple(_of_est(name, view)) for name in view.est_profiles},
        )

    def news(self, after: _Users) -> list[Use]:
        """Return what is used *after* these, and was not."""
        return [
            use
            for old, new in zip(self, after, strict=True)
            for name, uses in new.items()
            if name not in old or old[name] is not uses
            for use in uses
            if name not in old or use not in old[name]
        ]


def _again(
    known: Mapping[str, tuple[Use, ...]],
    former: Mapping[str, _Profile],
    now: Mapping[str, _Profile],
    make: Callable[[str, _Profile], Iterator[Use]],
) -> Mapping[str, tuple[Use, ...]]:
    """Return the uses of each profile *now*: those *known* of the same one, or new ones."""
    if former is now:
        return known
    return {
        name: known[name]
        if name in former and former[name] is profile
        else tuple(make(name, profile))
        for name, profile in now.items()
    }


def _of_ipsec(name: str, profile: IpsecCertProfile) -> Iterator[Use]:
    for entry in profile.entries if profile.enabled else ():
        if entry.cert and entry.key:
            user = f'ipsec cert-profile "{name}" entry {entry.id}'
            yield Use("IPsec", user, entry.cert, entry.key)


def _of_tls(name: str, profile: TlsCertProfile) -> Iterator[Use]:
    for entry in profile.entries if profile.enabled else ():
        if entry.certificate_file and entry.key_file:
            user = f'tls cert-profile "{name}" entry {entry.entry_id}'
            yield Use("TLS", user, entry.certificate_file, entry.key_file)


def _of_est(name: str, view: PkiView) -> Iterator[Use]:
    client = view.client_tls_profiles.get(view.est_profiles[name].client_tls_profile)
    profile = view.cert_profiles.get(client.cert_profile) if client is not None else None
    pair = client_pair(profile)
    if client is None or profile is None or pair is None:
        return
    if client.enabled and profile.enabled:
        yield Use("TLS", f'EST client of est-profile "{name}"', *pair)
