"""The pack of a lab: its node in one file, ``.labz``, which strangers send.

It is a ZIP archive of files below four directories, with ``pack.json`` that says what it is.
Unpacking takes nothing for granted: names, kinds, sizes and their sum are judged before a file is
written, and the octets that come out are counted while they do.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from srpki.core.errors import InvalidInputError, RefusedError, StorageError
from srpki.core.record import Record
from srpki.storage.files import OsFiles

if TYPE_CHECKING:
    from collections.abc import Iterable

PARTS: Final = ("cf3", "state", "lab-ca", "training")
"""The directories of a node that are packed."""
ALONE: Final = ("settings.json",)
"""The files beside them that are. What names daemons of this machine is not among them."""
MANIFEST: Final = "pack.json"
FORMAT: Final = 1
MOST_FILES: Final = 20_000
MOST_OCTETS: Final = 1 << 28
"""Octets of all files together, and of the pack itself."""
MOST_FILE: Final = 1 << 26
_MOST_MANIFEST: Final = 1 << 23
_DEPTH: Final = 8
_PIECE: Final = 1 << 16
_NAME: Final = re.compile(r"[A-Za-z0-9 ._@+-]{1,120}")
_RESERVED: Final = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])([.].*)?")
_ENCRYPTED: Final = 0x1
_SKIPPED: Final = frozenset({"lock"})


class Pack(Record):
    """What a pack says of itself, which nobody has to believe: the *lab*, the *student*, when."""

    lab: str
    student: str
    packed: datetime


def pack(place: Path, target: Path, about: Pack) -> None:
    """Write the node in *place* to the new file *target*; raises `RefusedError`, `StorageError`."""
    files = OsFiles(place)
    digests: dict[str, str] = {}
    octets = 0
    try:
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
            for path in _packed(place, files):
                content = files.read(path, MOST_FILE)
                octets += len(content)
                _check_size(place, len(digests), octets)
                name = path.relative_to(place).as_posix()
                digests[name] = hashlib.sha256(content).hexdigest()
                archive.writestr(_entry(name), content)
            manifest = {
                "format": FORMAT,
                "lab": about.lab,
                "student": about.student,
                "packed": about.packed.isoformat(),
                "files": digests,
            }
            archive.writestr(_entry(MANIFEST), json.dumps(manifest, indent=1))
    except FileExistsError:
        raise RefusedError(f"{target} is there already", hint="name another file") from None
    except OSError as error:
        target.unlink(missing_ok=True)
        raise StorageError(f"cannot write {target}: {error.strerror or error}") from None
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _check_size(place: Path, files: int, octets: int) -> None:
    if files >= MOST_FILES or octets > MOST_OCTETS:
        raise RefusedError(f"the node in {place} is too large to be packed")


def _packed(place: Path, files: OsFiles) -> Iterator[Path]:
    for part in PARTS:
        yield from (one for one in files.walk(place / part) if one.name not in _SKIPPED)
    yield from (place / name for name in ALONE if files.kind(place / name) == "file")


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = (stat.S_IFREG | 0o600) << 16
    return entry


def unpack(source: BinaryIO, target: Path, shown: str) -> Pack:
    """Unpack *source*, which is *shown* in errors, into the new directory *target*.

    Raises `InvalidInputError` for what is no pack, or tries anything; nothing outside of *target*
    is touched.
    """
    files = OsFiles(target)
    try:
        with zipfile.ZipFile(source) as archive:
            entries = _judged(archive.infolist(), shown)
            files.make_root()
            left = MOST_OCTETS
            digests: dict[str, str] = {}
            for name, entry in entries.items():
                content = _read(archive, entry, min(left, MOST_FILE), shown)
                left -= len(content)
                if name == MANIFEST:
                    manifest = content
                    continue
                digests[name] = hashlib.sha256(content).hexdigest()
                _put(files, target, name, content)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise InvalidInputError(f"{shown} is no pack: {str(error)[:200]}") from None
    except OSError as error:
        raise StorageError(f"cannot unpack {shown}: {error.strerror or error}") from None
    return _said(manifest, digests, shown)


def _judged(entries: Iterable[zipfile.ZipInfo], shown: str) -> dict[str, zipfile.ZipInfo]:
    """Return *entries* by name, all of which may be unpacked."""
    found: dict[str, zipfile.ZipInfo] = {}
    alike: set[str] = set()
    octets = 0
    for entry in entries:
        name = entry.filename
        octets += entry.file_size
        if len(found) > MOST_FILES or octets > MOST_OCTETS:
            raise _wrong(shown, "it is too large")
        if name.casefold() in alike:
            raise _wrong(shown, f"it holds {name[:80]!r} twice")
        if what := _amiss(entry):
            raise _wrong(shown, f"{name[:80]!r} {what}")
        alike.add(name.casefold())
        found[name] = entry
    for name in found:  # a file where another one needs a directory
        if any(str(above).casefold() in alike for above in PurePosixPath(name).parents):
            raise _wrong(shown, f"{name[:80]!r} lies in a file")
    if MANIFEST not in found:
        raise _wrong(shown, f"it has no {MANIFEST}")
    return found


def _amiss(entry: zipfile.ZipInfo) -> str:
    """Return what keeps *entry* from being unpacked, nothing where nothing does."""
    if not _may_be(entry.filename) or entry.orig_filename != entry.filename:
        return "is no name of a file in a pack"
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG) or entry.is_dir():
        return "is no file"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed in another way"
    return "is too large" if entry.file_size > MOST_FILE else ""


def _may_be(name: str) -> bool:
    """Say whether *name* may be unpacked: a relative path of plain names, in the known places."""
    if name == MANIFEST or name in ALONE:
        return True
    parts = name.split("/")
    return (
        2 <= len(parts) <= _DEPTH
        and parts[0] in PARTS
        and all(
            _NAME.fullmatch(part)
            and part not in (".", "..")
            and part.strip(" ") == part
            and not part.endswith(".")
            and not _RESERVED.fullmatch(part)
            for part in parts
        )
    )


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, shown: str) -> bytes:
    """Return the content of *entry*, which is not believed to be as long as it says."""
    content = bytearray()
    with archive.open(entry) as stream:
        while piece := stream.read(_PIECE):
            content += piece
            if len(content) > most or len(content) > entry.file_size:
                raise _wrong(shown, f"{entry.filename!r} is longer than it says")
    return bytes(content)


def _put(files: OsFiles, target: Path, name: str, content: bytes) -> None:
    path = target / name
    for above in reversed(path.relative_to(target).parents[:-1]):
        files.make_directory(target / above)
    files.write_new(path, content, sync=False)


def _said(manifest: bytes, digests: Mapping[str, str], shown: str) -> Pack:
    try:
        found: Mapping[str, Any] = json.loads(manifest[:_MOST_MANIFEST])
        form, listed = found["format"], found["files"]
        about = Pack(
            str(found["lab"])[:100],
            str(found["student"])[:200],
            datetime.fromisoformat(found["packed"]).astimezone(UTC),
        )
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise _wrong(shown, f"its {MANIFEST} is damaged") from None
    if form != FORMAT:
        raise _wrong(shown, "it is of another release")
    if listed != digests:
        raise _wrong(shown, "its files are not those that it lists")
    return about


def _wrong(shown: str, what: str) -> InvalidInputError:
    return InvalidInputError(f"{shown} is no pack: {what}")
