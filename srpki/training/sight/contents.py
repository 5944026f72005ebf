"""Imported certificates, keys and CRLs, and other files, as checks ask for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.errors import SrpkiError
from srpki.training.sight.seen import DIRECTORY, digest, place_of

if TYPE_CHECKING:
    from srpki.training.language.tree import Condition
    from srpki.training.sight.seen import Sight
    from srpki.x509.certificates import CertificateFacts

_DAY: Final = timedelta(days=1)
_USAGES: Final = {
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    "1.3.6.1.5.5.7.3.2": "clientAuth",
    "1.3.6.1.5.5.7.3.17": "ipsecIKE",
    "1.3.6.1.5.5.7.3.5": "ipsecEndSystem",
    "1.3.6.1.5.5.7.3.6": "ipsecTunnel",
    "1.3.6.1.5.5.7.3.7": "ipsecUser",
    "1.3.6.1.5.5.7.3.28": "cmcRA",
}


def certificate(sight: Sight, about: Condition) -> object:
    """Return a property of an imported certificate."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    same = content(sight, about)
    if same is not None:
        return same
    der = _certificate(sight, about.words[0])
    if about.property in ("exists", "absent"):
        return (der is not None) == (about.property == "exists")
    if der is None:
        return None
    reader = _OF_FACTS.get(about.property)
    return reader(certificates.facts(der), sight.now) if reader else _of_key(sight, about, der)


_OF_FACTS: Final[Mapping[str, Callable[[CertificateFacts, datetime], object]]] = {
    "subject": lambda facts, _: _joined(facts.subject),
    "issuer": lambda facts, _: _joined(facts.issuer),
    "san": lambda facts, _: tuple(f"{kind.upper()}:{value}" for kind, value in facts.san),
    "serial": lambda facts, _: f"{facts.serial:x}",
    "not-before": lambda facts, _: facts.not_before,
    "not-after": lambda facts, _: facts.not_after,
    "remaining": lambda facts, now: facts.not_after - now,
    "days-left": lambda facts, now: (facts.not_after - now) // _DAY,
    "life": lambda facts, _: facts.not_after - facts.not_before,
    "fingerprint": lambda facts, _: facts.fingerprint,
    "valid": lambda facts, now: facts.not_before <= now <= facts.not_after,
    "eku": lambda facts, _: tuple(_USAGES.get(one, one) for one in facts.extended_key_usage),
}


def _of_key(sight: Sight, about: Condition, der: bytes) -> object:
    from srpki.x509 import certificates, keys, signatures  # noqa: PLC0415 - start-up time

    match about.property:
        case "hash":
            return signatures.certificate_hash(der)
        case "belongs to KEY":
            place = place_of(about.arguments[0], imported=True) or ""
            key = sight.node.keystore.read_key(place.removeprefix(f"{DIRECTORY}/"))
            return keys.same_public_key(der, key)
        case "chains to CA":
            return _chained(sight, der, about.arguments[0])
    spec = keys.spec_of(certificates.public_key(der))
    return {"key": spec.kind, "key-size": spec.size, "curve": spec.curve or None}[about.property]


def _chained(sight: Sight, der: bytes, name: str) -> bool:
    from srpki.engine.chains import compute  # noqa: PLC0415 - start-up time

    engine = sight.node.engine
    found = compute(der, engine.authorities.usable(), engine.view.maximum_cert_chain_depth)
    return found.state == "complete" and name in found.ca_profiles


def _joined(name: str) -> str:
    return ",".join(part.strip() for part in name.split(","))


def _certificate(sight: Sight, url: str) -> bytes | None:
    place = place_of(url, imported=True) or ""
    try:
        return sight.node.keystore.read_certificate(place.removeprefix(f"{DIRECTORY}/"))
    except SrpkiError:
        return None


def key(sight: Sight, about: Condition) -> object:
    """Return a property of an imported key."""
    from srpki.x509 import keys  # noqa: PLC0415 - start-up time

    same = content(sight, about)
    if same is not None:
        return same
    place = place_of(about.words[0], imported=True) or ""
    try:
        found = sight.node.keystore.read_key(place.removeprefix(f"{DIRECTORY}/"))
    except SrpkiError:
        found = None
    if about.property in ("exists", "absent"):
        return (found is not None) == (about.property == "exists")
    if found is None:
        return None
    spec = keys.spec_of(found)
    return {"type": spec.kind, "size": spec.size, "curve": spec.curve or None}[about.property]


def file(sight: Sight, about: Condition) -> object:
    """Return a property of any file on ``cf3:``."""
    same = content(sight, about)
    if same is not None:
        return same
    place = place_of(about.words[0], imported=False)
    try:
        size = sight.node.files.entry(place).size if place else None
    except SrpkiError:
        size = None
    if about.property in ("exists", "absent"):
        return (size is not None) == (about.property == "exists")
    return size


def content(sight: Sight, about: Condition) -> bool | None:
    """Return whether a file is new or an initial one; None where something else is asked."""
    if about.property not in ("is new", "is initial FILE"):
        return None
    imported = about.subject != "file"
    place = place_of(about.words[0], imported=imported)
    now = None if place is None else digest(sight.node, place)
    if about.property == "is new":
        return now is not None and now != sight.initial.files.get(place or "")
    return now is not None and now == _initial(sight, about.arguments[0])


def _initial(sight: Sight, url: str) -> str | None:
    """Return the digest of the initial file *url*; a name alone may be that of an imported one."""
    for imported in (True, False):
        place = place_of(url, imported=imported)
        if place is not None and place in sight.initial.files:
            return sight.initial.files[place]
    return None


def crl(sight: Sight, about: Condition) -> object:
    """Return a property of the CRL of a ca-profile."""
    from srpki.x509 import crl as crls  # noqa: PLC0415 - start-up time

    profile = sight.node.engine.view.ca_profiles.get(about.words[0])
    try:
        der = sight.node.keystore.read_crl(profile.crl_file) if profile else None
    except SrpkiError:
        der = None
    if about.property in ("exists", "absent"):
        return (der is not None) == (about.property == "exists")
    if der is None:
        return None
    found = crls.contents(der)
    match about.property:
        case "number":
            return found.dates.number
        case "this-update":
            return found.dates.this_update
        case "next-update":
            return found.dates.next_update
        case "entries":
            return found.entries
    serial = about.arguments[0]
    if about.property == "lists initial FILE":
        place = place_of(serial, imported=True) or ""
        serial = sight.initial.serials.get(place.removeprefix(f"{DIRECTORY}/"), "")
    try:
        return crls.entry(der, int(serial, 16)) is not None
    except ValueError:
        return False


READERS: Final = {"cert": certificate, "key": key, "file": file, "crl": crl}
