"""What is given of a router: its configuration, and the files that it names.

Files come from strangers: each is bounded, none is opened through a link, and a private key is
never looked for.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from srpki.core.entropy import SystemEntropy
from srpki.core.errors import InvalidInputError, NotFoundError, SrpkiError, StorageError, UsageError
from srpki.core.record import Record
from srpki.keystore import legacy
from srpki.keystore.seal import Seal
from srpki.keystore.store import DIRECTORY
from srpki.storage.filenames import file_name
from srpki.storage.files import OsFiles
from srpki.x509 import certificates, formats

if TYPE_CHECKING:
    from srpki.config.views import PkiView, UpdateProfile

_Read = TypeVar("_Read")

Kind = Literal["certificate", "authority", "crl"]
MOST_ENTRIES: Final = 256
"""Entries of certificate-auto-update, which is what a router has [auto-update.md, section 4]."""
MOST_FILES: Final = 2048
"""Files that a configuration may name to be rehearsed."""
_ENDINGS: Final = ("", ".pem", ".der", ".crt", ".cer", ".crl", ".p7b", ".p7c", ".p7")
"""What may follow the name that a file has on the router; `export` is told to write ``.pem``."""
_OF_CERTIFICATES: Final = (".pem", ".der", ".crt", ".cer", ".p7b", ".p7c")
_FORMATS: Final = ("pem", "der", "pkcs7-pem", "pkcs7-der")


class Material(Record):
    """What is known of a router.

    *files* holds certificates and CRLs (DER) by the names of the configuration; *problems* says of
    files that are there why they cannot be read.
    """

    view: PkiView
    files: Mapping[str, bytes]
    problems: Mapping[str, str]


Reader = Callable[[str, Kind], bytes]
"""Returns the file of a name and a kind (DER); raises `NotFoundError`, or what is wrong with it."""


def gathered(view: PkiView, reader: Reader) -> Material:
    """Return all that *view* names and *reader* finds; raises `UsageError` where it is too much."""
    if len(view.auto_updates) > MOST_ENTRIES:
        raise UsageError(
            f"the configuration renews {len(view.auto_updates)} certificates",
            hint=f"a router renews {MOST_ENTRIES} at the most",
        )
    named = references(view)
    if len(named) > MOST_FILES:
        raise UsageError(
            f"the configuration names {len(named)} files", hint=f"{MOST_FILES} are looked at"
        )
    files: dict[str, bytes] = {}
    problems: dict[str, str] = {}
    for name, kind in named.items():
        try:
            files[name] = reader(name, kind)
        except NotFoundError:
            continue
        except SrpkiError as error:
            problems[name] = error.sentence
    return Material(view=view, files=files, problems=problems)


def references(view: PkiView) -> Mapping[str, Kind]:
    """Return the certificates and CRLs that *view* names, each with what it is to be."""
    found: dict[str, Kind] = {}

    def note(names: Iterable[str], kind: Kind) -> None:
        for name in names:
            if name:
                found.setdefault(name, kind)

    for profile in view.ca_profiles.values():
        note((profile.cert_file,), "authority")
        note((profile.crl_file,), "crl")
        note((profile.cmpv2.response_signing_cert,), "certificate")
    note(view.auto_updates, "certificate")
    for own in view.cert_profiles.values():
        note((entry.certificate_file for entry in own.entries), "certificate")
    for ipsec in view.ipsec_cert_profiles.values():
        note((entry.cert for entry in ipsec.entries), "certificate")
    return found


def judges(profile: UpdateProfile, view: PkiView) -> tuple[str, ...]:
    """Return the ca-profiles by whose certificates updates by *profile* are judged."""
    if profile.protocol == "cmpv2":
        return (profile.server,)
    est = view.est_profiles.get(profile.server)
    client = view.client_tls_profiles.get(est.client_tls_profile) if est is not None else None
    anchors = client and view.trust_anchor_profiles.get(client.trust_anchor_profile)
    return tuple(anchors.trust_anchors) if anchors else ()


def pairs(view: PkiView) -> list[tuple[str, str]]:
    """Return the certificates and keys that applications use by *view*, in order, each once."""
    tls = (
        (entry.certificate_file, entry.key_file)
        for profile in view.cert_profiles.values()
        for entry in profile.entries
    )
    ipsec = (
        (entry.cert, entry.key)
        for profile in view.ipsec_cert_profiles.values()
        for entry in profile.entries
    )
    return [pair for pair in dict.fromkeys((*ipsec, *tls)) if pair[0]]


# --- a directory of files that somebody has exported ----------------------------------------------


class Directory:
    """The files of a directory, by the names that they have on the router."""

    def __init__(self, place: Path) -> None:
        """Read from *place*; raises `UsageError` where it is no directory."""
        if not place.is_dir():
            raise UsageError(f"{place} is no directory", hint="name one with the certificates")
        self._place = place
        self._files = OsFiles(place)

    def __call__(self, name: str, kind: Kind) -> bytes:
        """Return the file *name*; see `Reader`."""
        file_name(name)
        for ending in _ENDINGS:
            path = self._place / f"{name}{ending}"
            try:
                data = self._files.read(path, formats.MAX_OCTETS)
            except FileNotFoundError:
                continue
            except OSError as error:
                where = "" if path.name == name else f"{path.name}: "
                raise StorageError(f"{where}{error.strerror or error}") from None
            return read(data, kind)
        raise NotFoundError(f"{name} is not among the files")

    def unnamed(self, named: Iterable[str]) -> list[str]:
        """Return the files that are none of those *named*, under any of their names, sorted."""
        known = {f"{name}{ending}" for name in named for ending in _ENDINGS}
        return [name for name in self._names() if name not in known]

    def alike(self, missing: Mapping[str, Kind]) -> Iterator[tuple[str, str, str]]:
        """Yield the files that may be one of those *missing*, with its name, and what differs."""
        cases = {f"{name}{ending}".casefold(): name for name in missing for ending in _ENDINGS}
        stems = {_stem(name): name for name, kind in missing.items() if kind != "crl"}
        for file in self._names():
            if file.casefold() in cases:
                yield file, cases[file.casefold()], "the case of letters counts"
            elif Path(file).suffix.casefold() in _OF_CERTIFICATES and _stem(file) in stems:
                name = stems[_stem(file)]
                yield file, name, f"{name} is looked for, or {name}.pem"

    def _names(self) -> list[str]:
        try:
            return list(self._files.names(self._place))
        except OSError as error:
            raise UsageError(f"cannot look into {self._place}: {error.strerror}") from None


def _stem(name: str) -> str:
    """Return *name* without the endings that certificates have, in small letters."""
    found = name.casefold()
    while (shorter := found.removesuffix(Path(found).suffix)) != found and found.endswith(
        _OF_CERTIFICATES
    ):
        found = shorter
    return found


class NodeFiles:
    """The files in the keystore of a node of our own; none is changed."""

    def __init__(self, place: Path) -> None:
        """Read those of the node in *place*."""
        files = OsFiles(place)
        seal = Seal(place / "state" / "chassis.key", SystemEntropy(), files)
        self._place = place / "cf3" / DIRECTORY
        self._files, self._seal = files, seal

    def __call__(self, name: str, kind: Kind) -> bytes:
        """Return the file *name*; see `Reader`."""
        path = self._place / file_name(name)
        purpose = b"crl" if kind == "crl" else b"certificate"
        try:
            sealed = self._files.read(path, formats.MAX_OCTETS)
        except (FileNotFoundError, NotADirectoryError):
            raise NotFoundError(f"{name} is not imported") from None
        except OSError as error:
            raise StorageError(f"{name}: {error.strerror or error}") from None
        if (old := legacy.read(sealed)) is not None:
            return read(old[1], kind)
        content = self._seal.open(sealed, purpose)
        return read(_inflated(content) if kind == "crl" else content, kind)


def _inflated(compressed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(compressed, formats.MAX_OCTETS)
    except zlib.error:
        raise InvalidInputError("the file is damaged") from None
    if not inflater.eof:
        raise InvalidInputError("the file is too long")
    return found


def read(data: bytes, kind: Kind) -> bytes:
    """Return what *data* holds of *kind* (DER), in whatever format; raises `InvalidInputError`."""
    if kind == "crl":
        return _first(lambda form: formats.read_crl(data, form))
    found = _first(lambda form: formats.read_certificates(data, form))
    return _chosen(found, authority=kind == "authority")


def _first(reading: Callable[[str], _Read]) -> _Read:
    """Return what *reading* makes of the first format that fits; raises what the first raised."""
    trouble: SrpkiError | None = None
    for form in _FORMATS:
        try:
            return reading(form)
        except SrpkiError as error:
            trouble = trouble or error
    assert trouble is not None
    raise trouble


def _chosen(found: Sequence[bytes], *, authority: bool) -> bytes:
    """Return the one of *found* that is what it is to be, of several CAs the lowest.

    What PKCS#7 holds has no order: it is a set [RFC 5652, 5.1].
    """
    fit = [der for der in found if _is_ca(der) == authority] or list(found)
    above = {
        facts.canonical_issuer
        for facts in map(certificates.facts, fit if len(fit) > 1 else ())
        if facts.canonical_issuer != facts.canonical_subject
    }
    lowest = (der for der in fit if certificates.facts(der).canonical_subject not in above)
    return next(lowest, fit[0]) if above else fit[0]


def _is_ca(der: bytes) -> bool | None:
    with suppress(InvalidInputError):
        return certificates.facts(der).is_ca
    return None
