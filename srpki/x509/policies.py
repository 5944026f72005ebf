"""Certificate policies along a path [RFC 5280, 6.1; RFC 9618].

With the inputs that the RFC has by default: any policy will do, none is required, mapping and
anyPolicy are not inhibited. Then all that matters of the tree of valid policies is which of them
are left at its lowest level, so no more is kept: one entry for each policy, as RFC 9618 has it,
where a tree could double with every certificate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509 import der as asn1
from srpki.x509 import extensions
from srpki.x509.certificates import facts

ANY_POLICY: Final = "2.5.29.32.0"
_REQUIRE_EXPLICIT_POLICY: Final = 0x80
_INHIBIT_POLICY_MAPPING: Final = 0x81
_KEPT: Final = 1024

_Level = dict[str, frozenset[str]]
"""The valid policies of one level, each with the policies that are expected below it."""


@dataclass(frozen=True, slots=True)
class Policies:
    """What one certificate says of policies; None stands for what is absent.

    *flaw* says why its policies cannot be read; *mappings* are the policies of the subject's domain
    by that of the issuer's. One that is *self_issued* has the name of its issuer.
    """

    self_issued: bool
    policies: frozenset[str]
    flaw: str
    mappings: Mapping[str, frozenset[str]]
    require_explicit_policy: int | None
    inhibit_policy_mapping: int | None
    inhibit_any_policy: int | None


@lru_cache(maxsize=_KEPT)
def read(der: bytes) -> Policies:
    """Return what the certificate in *der* says of policies.

    Raises:
        InvalidInputError: names the extension that cannot be read.
    """
    found = extensions.of_certificate(der)
    mapped: dict[str, set[str]] = {}
    for issuer_domain, subject_domain in _mappings(found):
        mapped.setdefault(issuer_domain, set()).add(subject_domain)
    explicit, mapping = _constraints(found)
    said = facts(der)
    try:
        listed, flaw = _policies(found), ""
    except InvalidInputError as error:  # which matters where one is required
        listed, flaw = frozenset[str](), error.sentence
    return Policies(
        said.canonical_subject == said.canonical_issuer,
        listed,
        flaw,
        {domain: frozenset(equivalent) for domain, equivalent in mapped.items()},
        explicit,
        mapping,
        _inhibit_any_policy(found),
    )


def objection(path: Sequence[Policies]) -> tuple[int, str] | None:
    """Return which certificate of *path* has not the policies that are required, and why; or None.

    *path* begins below the trust anchor and ends with the certificate that is judged.
    """
    state = _State(len(path))
    for number, said in enumerate(path):
        last = number == len(path) - 1
        state.descend(said, any_policy=said.self_issued and not last)
        if last:
            state.wrap_up(said)
        if state.fails:
            why = f": {said.flaw}" if said.flaw else ""
            return number, f"has none of the policies that are required of it{why}"
        state.prepare(said)
    return None


class _State:
    """The state variables of RFC 5280, 6.1.2."""

    def __init__(self, length: int) -> None:
        self._explicit_policy = self._policy_mapping = self._inhibit_any_policy = length + 1
        self._level: _Level = {ANY_POLICY: frozenset({ANY_POLICY})}

    @property
    def fails(self) -> bool:
        """Whether a policy is required and none is left [6.1.3 (f), 6.1.5 (g)]."""
        return self._explicit_policy == 0 and not self._level

    def descend(self, said: Policies, *, any_policy: bool) -> None:
        """Go down to the policies of a certificate [6.1.3 (d), (e)]."""
        policies = said.policies
        expected = frozenset().union(*self._level.values())
        below = policies - {ANY_POLICY}
        if ANY_POLICY not in self._level:
            below &= expected
        if ANY_POLICY in policies and (self._inhibit_any_policy > 0 or any_policy):
            below |= expected
        self._level = {policy: frozenset({policy}) for policy in below} if self._level else {}

    def prepare(self, said: Policies) -> None:
        """Take over what a CA asks of the certificates below it [6.1.4 (b), (h), (i), (j)]."""
        # Below anyPolicy whatever a policy is mapped to is valid without the mapping as well.
        for domain, equivalent in said.mappings.items():
            if self._policy_mapping == 0:
                self._level.pop(domain, None)
            elif domain in self._level:
                self._level[domain] = equivalent
        if not said.self_issued:
            self._explicit_policy = max(self._explicit_policy - 1, 0)
            self._policy_mapping = max(self._policy_mapping - 1, 0)
            self._inhibit_any_policy = max(self._inhibit_any_policy - 1, 0)
        self._explicit_policy = _least(self._explicit_policy, said.require_explicit_policy)
        self._policy_mapping = _least(self._policy_mapping, said.inhibit_policy_mapping)
        self._inhibit_any_policy = _least(self._inhibit_any_policy, said.inhibit_any_policy)

    def wrap_up(self, said: Policies) -> None:
        """Take over what the last certificate asks of itself [6.1.5 (a), (b)]."""
        self._explicit_policy = max(self._explicit_policy - 1, 0)
        if said.require_explicit_policy == 0:
            self._explicit_policy = 0


def _least(present: int, asked: int | None) -> int:
    return present if asked is None else min(present, asked)


# --- reading --------------------------------------------------------------------------------------
# By hand: an OID or a number that a decoder has no room for is a flaw of one extension, which
# matters only where a policy is required.


def _policies(found: Mapping[str, extensions.Extension]) -> frozenset[str]:
    """Return the policies of certificatePolicies [4.2.1.4], whose qualifiers do not matter."""
    extension = found.get(extensions.CERTIFICATE_POLICIES)
    if extension is None:
        return frozenset()
    try:
        listed = [next(asn1.sequence(one.whole), None) for one in asn1.sequence(extension.value)]
        return frozenset(map(_oid, listed))
    except InvalidInputError:
        raise _unreadable("certificatePolicies") from None


def _mappings(found: Mapping[str, extensions.Extension]) -> list[tuple[str, str]]:
    """Return the pairs of policyMappings [4.2.1.5]; anyPolicy may not be among them."""
    extension = found.get(extensions.POLICY_MAPPINGS)
    pairs: list[tuple[str, str]] = []
    try:
        for one in asn1.sequence(extension.value) if extension is not None else ():
            issuer_domain, subject_domain = map(_oid, asn1.sequence(one.whole))
            pairs.append((issuer_domain, subject_domain))
    except (InvalidInputError, ValueError):
        raise _unreadable("policyMappings") from None
    if any(ANY_POLICY in pair for pair in pairs):
        raise InvalidInputError("its policyMappings map anyPolicy")
    return pairs


def _constraints(found: Mapping[str, extensions.Extension]) -> tuple[int | None, int | None]:
    """Return both numbers of policyConstraints [4.2.1.11]."""
    extension = found.get(extensions.POLICY_CONSTRAINTS)
    if extension is None:
        return None, None
    numbers: dict[int, int] = {}
    try:
        for one in asn1.sequence(extension.value):
            if one.tag in numbers or one.tag not in (
                _REQUIRE_EXPLICIT_POLICY,
                _INHIBIT_POLICY_MAPPING,
            ):
                raise _unreadable("policyConstraints")
            numbers[one.tag] = _skip_certs(one)
    except InvalidInputError:
        raise _unreadable("policyConstraints") from None
    return numbers.get(_REQUIRE_EXPLICIT_POLICY), numbers.get(_INHIBIT_POLICY_MAPPING)


def _inhibit_any_policy(found: Mapping[str, extensions.Extension]) -> int | None:
    """Return the number of inhibitAnyPolicy [4.2.1.14]."""
    extension = found.get(extensions.INHIBIT_ANY_POLICY)
    if extension is None:
        return None
    try:
        number = asn1.read(extension.value)
        if number.tag != asn1.INTEGER or number.whole != extension.value:
            raise _unreadable("inhibitAnyPolicy")
        return _skip_certs(number)
    except InvalidInputError:
        raise _unreadable("inhibitAnyPolicy") from None


def _skip_certs(element: asn1.Element) -> int:
    number = int.from_bytes(element.content, "big", signed=True)
    if number < 0 or not element.content:
        raise InvalidInputError("a number of certificates is negative")
    return number


def _oid(element: asn1.Element | None) -> str:
    if element is None or element.tag != asn1.OBJECT_IDENTIFIER or len(element.content) > 64:
        raise InvalidInputError("a policy has no identifier")
    return asn1.decode_oid(element.content)


def _unreadable(extension: str) -> InvalidInputError:
    return InvalidInputError(f"its {extension} cannot be read")
