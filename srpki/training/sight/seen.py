"""One consistent view of a node, for checks: nothing in here changes anything."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.errors import SrpkiError
from srpki.core.record import Record
from srpki.storage.urls import components

if TYPE_CHECKING:
    from pathlib import Path

    from srpki.config.tree import Branch
    from srpki.device.node import Node
    from srpki.storage.files import OsFiles
    from srpki.training.history import History

DIRECTORY: Final = "system-pki"
MOST_OCTETS: Final = 1 << 22
"""Octets of a file that a check looks at."""
MOST_FILES: Final = 2000


class Initial(Record):
    """What a node was when its lab began, at the *lab* time and the *real* time.

    *files* are digests by the names below ``cf3:``; *serials* the serial numbers of the imported
    certificates; *running* is the configuration.
    """

    lab: datetime
    real: datetime
    files: Mapping[str, str]
    serials: Mapping[str, str]
    running: Branch


class Answered(Record):
    """An answer to a question: whether it is *correct*, and the *tries* it took."""

    correct: bool
    tries: int


class Sight(Record):
    """*node* as it is *now*, and what belongs to the lesson around it.

    *ports* are those of each CA of the lab, present and past, by its name. It is looked at as of
    the lab time *at*, where that is past.
    """

    node: Node
    initial: Initial
    history: History
    real: datetime
    answers: Mapping[int, Answered] = {}
    ports: Mapping[str, frozenset[int]] = {}
    at: datetime | None = None

    @property
    def now(self) -> datetime:
        """The lab's time."""
        return self.node.clock.now() if self.at is None else self.at

    @property
    def elapsed(self) -> timedelta:
        """Lab time since the beginning."""
        return self.now - self.initial.lab


def place_of(url: str, *, imported: bool) -> str | None:
    """Return the name below ``cf3:`` that *url* means, None for no URL.

    A name alone is that of an *imported* file, where one is meant.
    """
    try:
        parts = components(url)
    except SrpkiError:
        return None
    if imported and len(parts) == 1 and ":" not in url:
        return f"{DIRECTORY}/{parts[0]}"
    return "/".join(parts)


def digest(node: Node, place: str) -> str | None:
    """Return what tells one content of the file at *place* from another, None where none is.

    That of an imported file is of its content, not of its seal; of a key it is that of the public
    one, so that it tells nothing.
    """
    directory, _, name = place.partition("/")
    try:
        if directory == DIRECTORY and name and "/" not in name:
            return _imported(node, name)
        content = node.files.read(place)
    except SrpkiError:
        return None
    return hashlib.sha256(content).hexdigest()


def _imported(node: Node, name: str) -> str:
    from srpki.x509 import keys  # noqa: PLC0415 - start-up time

    match node.keystore.kind_of(name):
        case "certificate":
            content = node.keystore.read_certificate(name)
        case "key":
            content = keys.spki(node.keystore.read_key(name))
        case _:
            content = node.keystore.read_crl(name)
    return hashlib.sha256(content).hexdigest()


def digests(node: Node, cf3: Path, files: OsFiles) -> dict[str, str]:
    """Return the digest of each file on ``cf3:`` of *node*, by its name below it."""
    found: dict[str, str] = {}
    for path in files.walk(cf3):
        place = path.relative_to(cf3).as_posix()
        if len(found) >= MOST_FILES:
            break
        if (content := digest(node, place)) is not None:
            found[place] = content
    return found


def serials(node: Node) -> dict[str, str]:
    """Return the serial numbers of the imported certificates, in hexadecimal, by file name."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    found: dict[str, str] = {}
    for name in node.keystore.names()[:MOST_FILES]:
        try:
            der = node.keystore.read_certificate(name)
            found[name] = f"{certificates.facts(der).serial:x}"
        except SrpkiError:
            continue
    return found
