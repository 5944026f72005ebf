"""The configurations that were saved: what is loaded at the start, and the versions before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from srpki.config.datastore import Datastore
from srpki.config.management import configuration_backups
from srpki.config.strictness import Omission
from srpki.config.tree import Branch
from srpki.core.errors import CorruptError, InvalidInputError, SrpkiError
from srpki.core.values import NamedTuple
from srpki.device.configuration.forms import Decoded, Forms
from srpki.storage.versions import Versions, timeless

Decode = Callable[[str], Decoded]
"""Reads the text of a configuration; raises `InvalidInputError`."""


class Checkpoint(NamedTuple):
    """A configuration that was saved: its *url*, its *tree* and the number of its *lines*.

    What it holds beyond what this program knows is *omitted*.
    """

    url: str
    tree: Branch
    lines: int
    omitted: tuple[Omission, ...] = ()


class Checkpoints:
    """The saved configuration of *datastore*, kept as the *versions* of one file, in *forms*."""

    def __init__(self, datastore: Datastore, versions: Versions, forms: Forms) -> None:
        self._datastore = datastore
        self._versions = versions
        self._forms = forms
        self._made: tuple[Branch, bytes] | None = None

    def save(self) -> None:
        """Save the running configuration; an unchanged one makes no new version.

        Raises `StorageError`. Call it with the datastore's lock held.
        """
        running = self._datastore.running
        content = self._content(running)
        self._made = None
        self._versions.save(content, configuration_backups(running))

    def read(self, version: int) -> Checkpoint:
        """Return what was saved *version* versions ago, its secrets sealed.

        Raises `NotFoundError`, `StorageError` or `CorruptError`.
        """
        found = load(self._versions, version, self._forms.decode)
        return found._replace(tree=self._datastore.seal_all(found.tree))

    def digest(self) -> str:
        """Return what tells the running configuration, as saved, from any other."""
        running = self._datastore.running
        content = self._content(running)
        self._made = running, content
        return _hash(content)

    def _content(self, running: Branch) -> bytes:
        """Return what is saved of *running*; a commit asks twice, for its digest and to save it."""
        if self._made is not None and self._made[0] is running and not self._forms.dates(running):
            return self._made[1]
        return self._forms.encode(running).encode()

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


def load(versions: Versions, version: int, decode: Decode) -> Checkpoint:
    """Return *version* of a configuration file, its secrets as they are written there.

    *decode* reads the text and raises `InvalidInputError`.

    Raises `NotFoundError`, `StorageError` or `CorruptError`.
    """
    content, url = versions.read(version), versions.url(version)
    try:
        text = content.decode()
        decoded = decode(text)
    except UnicodeDecodeError:
        raise _damaged(url, "it is not UTF-8 text") from None
    except InvalidInputError as error:
        raise _damaged(url, str(error)) from None
    return Checkpoint(url, decoded.tree, decoded.found.lines, decoded.found.omitted)


MOST_BACKUPS: Final = 200
"""As many earlier versions as ``configuration-backups`` allows."""


def newest_good(versions: Versions, decode: Decode) -> str:
    """Return the URL of the newest earlier version that can be read, empty when there is none."""
    for version in versions.numbers(MOST_BACKUPS):
        with suppress(SrpkiError):
            if version:
                return load(versions, version, decode).url
    return ""


def _damaged(url: str, reason: str) -> CorruptError:
    return CorruptError(f'"{url}" is damaged: {reason}', hint="mend the file or move it away")


def _hash(content: bytes) -> str:
    import hashlib  # noqa: PLC0415 - start-up time

    return hashlib.sha256(timeless(content)).hexdigest()


_TOLD: Final = 10
"""Most branches that are told one by one."""


def passed_over(url: str, omitted: Sequence[Omission]) -> Iterator[str]:
    """Yield what is told of a configuration at *url* that was read but for what was *omitted*."""
    for one in omitted[:_TOLD]:
        yield f'"{url}": {one.sentence}'
    if len(omitted) > _TOLD:
        yield f'"{url}": {len(omitted) - _TOLD:,} more branches passed over'
    if omitted:
        yield f'what was passed over is not saved again: "{url}.1" holds it after the next save'
