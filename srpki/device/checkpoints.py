"""The configurations that were saved: what is loaded at the start, and the versions before it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from srpki.config import persist
from srpki.config.datastore import Datastore
from srpki.config.management import configuration_backups
from srpki.config.tree import Branch
from srpki.core.errors import CorruptError, InvalidInputError, SrpkiError
from srpki.device.versions import Versions
from srpki.schema.nodes import Container


class Checkpoint(NamedTuple):
    """A configuration that was saved: its *url*, its *tree* and the number of its *lines*."""

    url: str
    tree: Branch
    lines: int


class Checkpoints:
    """The saved configuration of *datastore*, kept as the *versions* of one file."""

    def __init__(self, datastore: Datastore, versions: Versions) -> None:
        self._datastore = datastore
        self._versions = versions

    def save(self) -> None:
        """Save the running configuration; an unchanged one makes no new version.

        Raises `StorageError`. Call it with the datastore's lock held.
        """
        running = self._datastore.running
        text = persist.dump(self._datastore.schema, running)
        self._versions.save(text.encode(), configuration_backups(running))

    def read(self, version: int) -> Checkpoint:
        """Return what was saved *version* versions ago, its secrets sealed.

        Raises `NotFoundError`, `StorageError` or `CorruptError`.
        """
        found = load(self._datastore.schema, self._versions, version)
        return found._replace(tree=self._datastore.seal_all(found.tree))

    def find(self, digests: Iterable[str]) -> Iterator[int | None]:
        """Yield the version that each of *digests*, the newest first, is kept as, if it is."""
        kept = list(self._digests())
        place = 0
        for digest in digests:
            there = [at for at in range(place, len(kept)) if kept[at][1] == digest]
            place = there[0] if there else place
            yield kept[place][0] if there else None

    def url(self, version: int) -> str:
        """Return the URL of *version*."""
        return self._versions.url(version)

    def _digests(self) -> Iterator[tuple[int, str]]:
        for version in self._versions.numbers(configuration_backups(self._datastore.running)):
            with suppress(SrpkiError):  # one that cannot be read is as good as none
                yield version, _hash(self._versions.read(version))


def load(schema: Container, versions: Versions, version: int) -> Checkpoint:
    """Return *version* of a configuration file, its secrets as they are written there.

    Raises `NotFoundError`, `StorageError` or `CorruptError`.
    """
    content, url = versions.read(version), versions.url(version)
    try:
        text = content.decode()
        tree = persist.load(schema, text)
    except UnicodeDecodeError:
        raise _damaged(url, "it is not UTF-8 text") from None
    except InvalidInputError as error:
        raise _damaged(url, str(error)) from None
    return Checkpoint(url, tree, len(text.splitlines()))


def _damaged(url: str, reason: str) -> CorruptError:
    return CorruptError(f'"{url}" is damaged: {reason}', hint="mend the file or move it away")


def digest(datastore: Datastore) -> str:
    """Return what tells the running configuration, as saved, from any other."""
    text = persist.dump(datastore.schema, datastore.running)
    return _hash(text.encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
