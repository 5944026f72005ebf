"""Certification paths: built and checked at a given time [RFC 5280, 6.1].

Not the library's verifier: that one insists on web PKI (a subjectAltName on every leaf, a
self-signed root), while IPsec certificates often have no alternative name and a ca-profile may
name an issuing CA alone. Names are matched by RFC 5280, 7.1.

Name constraints and policies are processed, with the RFC's default inputs: any policy will do, and
none is required. A critical extension that is not processed refuses the certificate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa

from srpki.core.errors import InvalidInputError, PeerError
from srpki.core.text import utc
from srpki.x509 import extensions, name_constraints, policies, signatures
from srpki.x509.certificates import CertificateFacts, facts, public_key
from srpki.x509.names import Canonical

_Read = TypeVar("_Read")

MAX_DEPTH: Final = 7
"""Certificates in a path, leaf and anchor included (``maximum-cert-chain-depth``)."""
MAX_CANDIDATES: Final = 64
"""Certificates of a peer that are looked at; the rest is ignored."""
MAX_SIGNATURES: Final = 64
"""Signature checks for one path: same names and many keys must not cost time without end."""
NEW_KEY: Final = "if the CA has a new key, import its new certificate and restart the ca-profile"
MIN_RSA_BITS: Final = 1024
MIN_EC_BITS: Final = 224

_NONE: Final = timedelta()
_PROCESSED: Final = frozenset(
    {
        extensions.BASIC_CONSTRAINTS,
        extensions.KEY_USAGE,
        extensions.EXTENDED_KEY_USAGE,
        extensions.SUBJECT_ALTERNATIVE_NAME,
        extensions.NAME_CONSTRAINTS,
        extensions.CERTIFICATE_POLICIES,
        extensions.POLICY_MAPPINGS,
        extensions.POLICY_CONSTRAINTS,
        extensions.INHIBIT_ANY_POLICY,
        extensions.CRL_DISTRIBUTION_POINTS,
    }
)


class RefusedChainError(PeerError):
    """A certificate is not trusted; the sentence says which one and why."""

    code = "refused-chain"


@dataclass(frozen=True, slots=True)
class _Link:
    """One certificate in hand."""

    der: bytes = field(repr=False)
    facts: CertificateFacts
    anchor: bool

    @property
    def name(self) -> str:
        return f'"{self.facts.subject}"' if self.facts.subject else f"number {self.facts.serial}"


def check_chain(
    leaf_der: bytes,
    untrusted: Sequence[bytes],
    anchors: Sequence[bytes],
    at: datetime | None,
    *,
    depth: int = MAX_DEPTH,
    skew: timedelta = _NONE,
) -> tuple[bytes, ...]:
    """Return the path from the leaf to an anchor, both included, valid at *at*; None: at any time.

    *anchors* are trusted whether self-signed or not, but must be valid at *at* themselves; of
    *untrusted* the first 64 are looked at. Those of either that cannot be read are ignored.
    *depth* is the number of certificates in the path. The leaf alone may begin to be valid *skew*
    after *at*: whoever issued it just now may have another clock.

    Raises:
        RefusedChainError: when there is no such path; names the certificate and the reason.
        InvalidInputError: when the leaf, or every anchor, cannot be read.
    """
    return _Search(untrusted, anchors, at, depth).run(
        _Link(leaf_der, facts(leaf_der), anchor=False), skew
    )


class _Search:
    """Depth-first search for one path, with a budget of signature checks."""

    def __init__(
        self, untrusted: Sequence[bytes], anchors: Sequence[bytes], at: datetime | None, depth: int
    ) -> None:
        self._at = at
        self._depth = min(depth, MAX_DEPTH)
        self._anchors = frozenset(anchors)
        self._signatures = MAX_SIGNATURES
        self._issuers: dict[Canonical, list[_Link]] = defaultdict(list)
        self._unreadable = ""
        trusted = list(self._readable(anchors, anchor=True))
        if anchors and not trusted:
            facts(anchors[0])  # raises: what is wrong with it is what is wrong here
        for link in trusted:
            self._issuers[link.facts.canonical_subject].append(link)
        for link in self._readable(untrusted[:MAX_CANDIDATES]):
            if link.der not in self._anchors:
                self._issuers[link.facts.canonical_subject].append(link)
        self._comparisons = name_constraints.Budget()
        self._reason: RefusedChainError | None = None

    def _readable(self, certificates: Iterable[bytes], *, anchor: bool = False) -> Iterator[_Link]:
        """Yield those of *certificates* that can be read; a path without the others may do."""
        for der in dict.fromkeys(certificates):
            try:
                yield _Link(der, facts(der), anchor=anchor)
            except InvalidInputError as error:
                self._unreadable = f"; one that is at hand cannot be used: {error.sentence}"

    def run(self, leaf: _Link, skew: timedelta) -> tuple[bytes, ...]:
        self._judge(leaf, skew)
        if leaf.der in self._anchors:
            return (leaf.der,)
        path = self._extend((leaf,))
        if path is None:
            assert self._reason is not None
            raise self._reason
        return tuple(link.der for link in path)

    def _extend(self, path: tuple[_Link, ...]) -> tuple[_Link, ...] | None:
        """Return *path* continued up to an anchor, or None with the reason noted."""
        child = path[-1]
        candidates = self._candidates(child)
        if not candidates:
            self._note(
                RefusedChainError(
                    f'the issuer of {child.name}, "{child.facts.issuer}", is not known'
                    f"{self._unreadable}",
                    hint="check the CA certificates that are trusted",
                )
            )
        for issuer in candidates:
            if any(issuer.der == link.der for link in path):
                continue
            try:
                self._check_issuer(child, issuer, path)
                if issuer.anchor:
                    self._check_constraints((*path, issuer))
            except RefusedChainError as error:
                self._note(error)
                continue
            except InvalidInputError as error:  # a field of the issuer's that counts here
                self._note(RefusedChainError(f"{issuer.name}: {error.sentence}"))
                continue
            longer = (*path, issuer)
            if issuer.anchor:
                return longer
            found = self._extend(longer)
            if found is not None:
                return found
        self._note(
            RefusedChainError(
                f"{child.name} does not lead to a trusted CA",
                hint="check the CA certificates that are trusted",
            )
        )
        return None

    def _note(self, reason: RefusedChainError) -> None:
        """Keep the first reason: the one nearest to the path that looked best."""
        self._reason = self._reason or reason

    def _candidates(self, child: _Link) -> list[_Link]:
        """Return possible issuers, the likeliest first: key identifier matches, then anchors."""
        wanted = child.facts.authority_key_identifier
        return sorted(
            self._issuers.get(child.facts.canonical_issuer, ()),
            key=lambda link: (
                wanted is not None and link.facts.subject_key_identifier != wanted,
                not link.anchor,
            ),
        )

    def _check_issuer(self, child: _Link, issuer: _Link, path: tuple[_Link, ...]) -> None:
        """Raise `RefusedChainError` unless *issuer* may and did issue *child*."""
        if len(path) + 1 > self._depth:
            raise RefusedChainError(
                f"the chain of {path[0].name} has more than {self._depth} certificates",
                hint="see maximum-cert-chain-depth",
            )
        self._judge(issuer)
        _check_authority(issuer, path)
        if self._signatures == 0:
            raise RefusedChainError(f"the chain of {path[0].name} takes too many signature checks")
        self._signatures -= 1
        _check_signature(child, issuer)

    def _check_constraints(self, path: tuple[_Link, ...]) -> None:
        """Raise `RefusedChainError` for what CAs of the whole *path* ask of those below them.

        The names that a trust anchor may certify are in its certificate and count; its policies do
        not: the path begins below it [RFC 5280, 6.1.1 (d)].
        """
        below = path[-2::-1]
        failure = policies.objection([_read(link, policies.read) for link in below])
        if failure is not None:
            place, why = failure
            raise RefusedChainError(f"{below[place].name} {why}")
        for place, link in enumerate(path):
            if place and link.facts.canonical_subject == link.facts.canonical_issuer:
                continue  # 6.1.3 (b): a CA that renews itself names nobody else
            for issuer in path[place + 1 :]:
                self._check_names(link, issuer)

    def _check_names(self, link: _Link, issuer: _Link) -> None:
        """Raise `RefusedChainError` unless *issuer* may have *link* below it by its names."""
        constraints = _read(issuer, name_constraints.read)
        why = _read(
            link, lambda der: name_constraints.objection(der, constraints, self._comparisons)
        )
        if why:
            raise RefusedChainError(f"{link.name} {why} by {issuer.name}")

    def _judge(self, link: _Link, skew: timedelta = _NONE) -> None:
        """Raise `RefusedChainError` for what is wrong with one certificate alone."""
        if self._at is not None:
            _check_dates(link, self._at, skew)
        unknown = sorted(set(link.facts.critical_extensions) - _PROCESSED)
        if unknown:
            raise RefusedChainError(
                f"{link.name} has the critical extension {unknown[0]}, which is not processed"
            )
        _check_strength(link)


@lru_cache(maxsize=1024)
def is_signed_by(child: bytes, issuer: bytes) -> bool:
    """Say whether the key of *issuer* signed *child* (both DER); names are the caller's business.

    Kept, because the CA certificates of a path are the same for every renewal. Raises
    `InvalidInputError` when the algorithm is not one we know, or is too weak.
    """
    return signatures.verify_certificate(child, public_key(issuer))


def has_issued(issuer: bytes, child: bytes) -> bool:
    """Say whether *issuer* bears the name of the issuer of *child* and signed it (both DER).

    What is signed too weakly is signed by nobody. Raises `InvalidInputError` when one of the two
    cannot be read.
    """
    if facts(issuer).canonical_subject != facts(child).canonical_issuer:
        return False
    try:
        return is_signed_by(child, issuer)
    except InvalidInputError:
        return False


def _read(link: _Link, reader: Callable[[bytes], _Read]) -> _Read:
    """Return what *reader* reads in *link*; raise `RefusedChainError` when it cannot."""
    try:
        return reader(link.der)
    except InvalidInputError as error:
        raise RefusedChainError(f"{link.name}: {error.sentence}") from None


def unprocessed(der: bytes) -> tuple[str, ...]:
    """Return what the CA certificate in *der* asks in vain: what is below it can be refused for it.

    Raises `InvalidInputError` when it cannot be read.
    """
    strange = sorted(set(facts(der).critical_extensions) - _PROCESSED)
    found = [f"its critical extension {one} is not processed" for one in strange]
    try:
        policies.read(der)
        found += name_constraints.unprocessed(der)
    except InvalidInputError as error:
        found.append(error.sentence)
    return tuple(found)


@lru_cache(maxsize=1024)
def is_self_signed(der: bytes) -> bool:
    """Say whether the certificate in *der* is issued and signed by itself, as a root is.

    Over whatever digest: nothing rests on that signature [RFC 5280, 6.1]. False, too, when its key
    or its algorithm is not one we know. Raises `InvalidInputError` when it cannot be read.
    """
    said = facts(der)
    if said.canonical_issuer != said.canonical_subject:
        return False
    try:
        return signatures.verify_certificate(der, public_key(der), weak=True)
    except InvalidInputError:
        return False


def _check_dates(link: _Link, at: datetime, skew: timedelta) -> None:
    begins, ends = link.facts.not_before, link.facts.not_after
    if begins - at > skew:
        raise RefusedChainError(
            f"{link.name} is not valid before {utc(begins)}, and it is {utc(at)} here:"
            " is the clock right?"
        )
    if max(at, begins) > ends:
        raise RefusedChainError(f"{link.name} expired on {utc(ends)}")


def _check_authority(issuer: _Link, path: tuple[_Link, ...]) -> None:
    """Raise `RefusedChainError` unless *issuer* is a CA that may stand above *path*."""
    said = issuer.facts
    if not said.is_ca:
        raise RefusedChainError(f"{issuer.name} is not a CA certificate")
    if said.key_usage is not None and "keyCertSign" not in said.key_usage:
        raise RefusedChainError(f"{issuer.name} may not sign certificates (keyUsage)")
    # RFC 5280, 4.2.1.9: self-issued certificates below do not count, nor does the leaf.
    between = sum(link.facts.canonical_subject != link.facts.canonical_issuer for link in path[1:])
    if said.path_length is not None and between > said.path_length:
        raise RefusedChainError(
            f"{issuer.name} allows {said.path_length} CA certificates below it, not {between}"
        )


def _check_signature(child: _Link, issuer: _Link) -> None:
    """Raise `RefusedChainError` unless the key of *issuer* signed *child*."""
    try:
        signed = is_signed_by(child.der, issuer.der)
    except InvalidInputError as error:
        raise RefusedChainError(f"{child.name} is refused: {error.sentence}") from None
    if signed:
        return
    if child.facts.authority_key_identifier == issuer.facts.subject_key_identifier is not None:
        raise RefusedChainError(f"the signature of {issuer.name} on {child.name} is wrong")
    known = "trusted" if issuer.anchor else "known"
    if child.facts.canonical_subject == issuer.facts.canonical_subject:
        said = f"{child.name} has another key than the CA of this name that is {known}"
    else:
        said = f"{child.name} is not signed by the key of {issuer.name} that is {known}"
    raise RefusedChainError(said, hint=NEW_KEY)


def _check_strength(link: _Link) -> None:
    key = public_key(link.der)
    if isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey):
        least = MIN_RSA_BITS
    elif isinstance(key, ec.EllipticCurvePublicKey):
        least = MIN_EC_BITS
    else:
        return
    if key.key_size < least:
        raise RefusedChainError(f"{link.name} has a key of {key.key_size} bits, fewer than {least}")
