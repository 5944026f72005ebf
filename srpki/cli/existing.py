"""The values that exist now, for completion: keys of entries, what may be referred to, files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from srpki.cli.effects import Input, Into, Take
from srpki.cli.files import placed
from srpki.cli.grammar import Slot
from srpki.cli.meaning import Meaning
from srpki.cli.walker import Match
from srpki.config.tree import Branch, Element, Entries, get
from srpki.core.errors import SrpkiError
from srpki.core.values import NamedTuple
from srpki.management.access.rights import ADMINISTRATOR
from srpki.management.port import FLASH, Device
from srpki.schema.common import TLS_FILE_NAME, EntryName
from srpki.schema.nodes import LeafList
from srpki.schema.paths import Key, Path, Step, path
from srpki.schema.types import Reference, Text, Union, ValueType

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.device.configuration.history import Commit
    from srpki.management.access.rights import Rights
    from srpki.management.port import Flash

SEPARATORS = ("\\", "/")
"""What ends a directory, as it is shown and as it may be typed too."""

COMMIT_ID = "commit-id"
"""The argument of commands that names an earlier commit."""
ROLLBACK_ID = "rollback-id"
"""What the versions of the saved configuration are listed as [cli.md 1.4]."""
_STARTUP = "the configuration that the node starts with"


class Known(NamedTuple):
    """What there is to tell of a value: a *remark* beside it, and *lines* below it."""

    remark: str = ""
    lines: tuple[str, ...] = ()


class Existing:
    """What the *device* and the tree that the session sees hold."""

    def __init__(
        self,
        device: Device,
        data: Callable[[str], Branch],
        moment: Callable[[datetime], str] = str,
        directory: str = FLASH,
        *,
        rights: Rights = ADMINISTRATOR,
        files: Flash | None = None,
    ) -> None:
        """Look at *device*; *data* returns the tree below a root, as the session sees it.

        *moment* spells an instant for the session, which works in *directory*. Its user has
        *rights* and reaches *files*, those of the device where none are given.
        """
        self._rights = rights
        self._files_of = device.files if files is None else files
        self._directory = directory
        self._device = device
        self._data = data
        self._moment = moment

    def values(
        self, slot: Slot, matches: Sequence[Match], said: Meaning, typed: str
    ) -> Iterator[str]:
        """Yield what *slot* may hold after *matches*, which mean *said*; *typed* begins it.

        What cannot be read is not offered: completion has no place for an error.
        """
        try:
            if slot.entries:
                yield from map(str, self._keys(slot, matches, said.target))
                if said.command or said.target[0].name == "state":
                    return  # no entry can be made there, so other names are of no use
            if isinstance(slot.leaf, LeafList):
                yield from map(str, self._members(slot, said.target))
            yield from self._commits(slot)
            yield from self._of_type(slot.type, said, typed)
        except SrpkiError:
            return

    def details(self, slot: Slot, value: str) -> Known:
        """Return what there is to tell of *value* in *slot*: of a commit, who made it when."""
        if slot.heading == ROLLBACK_ID and not value.isdecimal():
            return Known(_STARTUP)
        commits = self._commits(slot)
        if value not in commits:
            return Known()
        from srpki.cli.render.configuration import about  # noqa: PLC0415 - start-up time
        from srpki.device.records.configuration import committed  # noqa: PLC0415 - as above

        return Known(lines=tuple(about(committed(commits[value]), self._moment)))

    def _commits(self, slot: Slot) -> Mapping[str, Commit]:
        """Return the commits that *slot* names, by how it names them, the newest first."""
        if slot.leaf is None and slot.heading == COMMIT_ID:
            return self._by_id
        return self._by_version if slot.heading == ROLLBACK_ID else {}

    @cached_property
    def _by_id(self) -> Mapping[str, Commit]:
        return {str(commit.commit_id): commit for commit in self._device.commits.history()}

    @cached_property
    def _by_version(self) -> Mapping[str, Commit]:
        return {str(number): commit for number, commit in self._device.commits.versions().items()}

    def _at(self, place: Path) -> Element | None:
        return get(self._data(place[0].name), place[1:]) if len(place) > 1 else None

    def _keys(self, slot: Slot, matches: Sequence[Match], target: Path) -> Sequence[Key]:
        """Return this key of the entries that agree with the keys typed before it."""
        if target[0].name == "state":
            # The live state of every entry takes long to find out; their names do not.
            steps = "/".join(step.name for step in (*target[:-1], Step(slot.entries)))
            if known := self._choices(f"/{steps}/{slot.name}"):
                return known
        names, given = _given(slot.entries, matches)
        entries = self._at((*target[:-1], Step(slot.entries))) if slot.name in names else None
        if not isinstance(entries, Entries):
            return ()
        agreeing = (
            keys
            for keys in entries
            if all(given.get(name, key) == key for name, key in zip(names, keys, strict=True))
        )
        place = names.index(slot.name)
        return _in_order({keys[place] for keys in agreeing})

    def _members(self, slot: Slot, target: Path) -> Sequence[Key]:
        """Return what a leaf-list holds, where values are removed from it."""
        place = target
        for effect in slot.effects:
            if isinstance(effect, Take):
                place = (*target, *map(Step, effect.leaf))
            elif not isinstance(effect, Input):
                return ()
        held = self._at(place)
        return held if isinstance(held, tuple) else ()

    def _of_type(self, kind: ValueType, said: Meaning, typed: str) -> Iterator[str]:
        if isinstance(kind, Union):
            for member in kind.types:
                yield from self._of_type(member, said, typed)
        elif isinstance(kind, Reference | EntryName):
            yield from self._referred(kind.target, said)
            yield from kind.built_in if isinstance(kind, Reference) else ()
        elif kind is TLS_FILE_NAME or (isinstance(kind, Text) and kind.named == "pki-file-name"):
            yield from self._device.choices("pki-file-name")
        elif isinstance(kind, Text) and kind.named == "ipsec-tunnel":
            yield from self._device.choices(kind.named)
        elif is_url(kind):
            yield from self._files(typed, relative=not isinstance(kind, Text) or not kind.patterns)

    def _referred(self, target: str, said: Meaning) -> Iterable[str]:
        root, *names = target.strip("/").split("/")
        if root != "configure":
            return self._choices(target)
        # An operation uses the running configuration, whatever the candidate says.
        running = self._device.datastore.running
        tree = self._rights.visible(root, running) if said.operation else self._data(root)
        entries = get(tree, tuple(map(Step, names[:-1])))
        return [str(keys[0]) for keys in entries] if isinstance(entries, Entries) else ()

    def _choices(self, target: str) -> Sequence[str]:
        """Return the keys that *target*, a leaf by its path, may have now, those seen alone.

        Entries of the state have the names of what is configured, which may be hidden.
        """
        root, *above, entries, _key = path(*target.strip("/").split("/"))
        found = self._device.choices(target)
        return [
            key
            for key in found
            if all(
                self._rights.reads((first, *above, Step(entries.name, (key,))))
                for first in {root, Step("configure")}
            )
        ]

    def _files(self, typed: str, *, relative: bool) -> Iterator[str]:
        """Yield what lies in the directory that *typed* names, as it is typed.

        Where names may be *relative*, they are to the directory that the session works in.
        """
        cut = max(map(typed.rfind, SEPARATORS)) + 1
        directory = typed[:cut]
        if relative and ":" not in typed and (typed or self._directory != FLASH):
            place = placed(directory, self._directory)
        else:
            place = directory = directory or FLASH
        slash = directory[-1:] or FLASH[-1]
        for name in self._files_of.within(place):
            if name.endswith(SEPARATORS):
                yield f"{directory}{name[:-1]}{slash}"
            else:
                yield f"{directory}{name}"


def is_url(kind: ValueType) -> bool:
    """Return whether values of *kind* name files by where they lie."""
    return isinstance(kind, Text) and kind.named in ("cflash-url", "url")


def _given(entries: str, matches: Sequence[Match]) -> tuple[tuple[str, ...], dict[str, Key]]:
    """Return the names of the keys of the list *entries* and those keys that were typed."""
    given: dict[str, Key] = {}
    for match in reversed(matches):
        if isinstance(match.terminal, Slot) and match.terminal.entries == entries:
            if isinstance(match.value, str | int):
                given[match.terminal.name] = match.value
            continue
        for effect in match.terminal.effects:
            if isinstance(effect, Into) and effect.name == entries:
                return effect.keys, given
    return (), given


def _in_order(keys: set[Key]) -> list[Key]:
    """Return numbers in order, then texts."""
    numbers = sorted(key for key in keys if isinstance(key, int))
    return [*numbers, *sorted(key for key in keys if isinstance(key, str))]
