"""Files of lines of which each vouches for those before it: what was changed later can be told.

A line has the member ``chain``: the SHA-256 over that of the line before it and what the line says.
The first line of a file names the one before it, in ``previous``, so a file goes on where the one
before it was put away. Whoever can write the file can write all of it anew: this tells a mistake
and a careless change, and lets somebody who has kept one ``chain`` tell any.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from srpki.storage.files import OsFiles
from srpki.storage.lines import Fields, LineFile

CHAIN: Final = "chain"
PREVIOUS: Final = "previous"
_DIGITS: Final = 64


class ChainedFile:
    """Lines at *path*; a file that has *most* octets becomes ``.1``, and the one before it is gone.

    Not safe between threads. Nothing is read before the first line is written.
    """

    def __init__(self, path: Path, files: OsFiles, most: int) -> None:
        """Open nothing yet."""
        self._path, self._files, self._most = path, files, most
        self._file = LineFile(path, files)
        self._last: str | None = None

    def append(self, fields: Fields) -> None:
        """Write *fields* behind the last line; raises `OSError`, and nothing is written then."""
        if self._last is None:
            self._last = _chain_of(self._file.last())
        begins = self._make_room() or not self._last
        line = {**fields, PREVIOUS: self._last} if begins else dict(fields)
        line[CHAIN] = link(self._last, line)
        self._file.append(line)
        self._last = line[CHAIN]

    def _make_room(self) -> bool:
        """Return whether the next line is the first of its file."""
        if self._files.kind(self._path) == "absent":
            return True
        size = self._files.facts(self._path).st_size
        if size >= self._most:
            self._files.rename(self._path, self._path.with_name(f"{self._path.name}.1"))
        return not 0 < size < self._most


def link(previous: str, fields: Fields) -> str:
    """Return the ``chain`` of a line that says *fields* after one whose own is *previous*."""
    said = {name: value for name, value in fields.items() if name != CHAIN}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def _chain_of(fields: Fields | None) -> str:
    found = (fields or {}).get(CHAIN)
    return found if isinstance(found, str) and len(found) == _DIGITS else ""


def broken(lines: Iterable[Fields | None]) -> Iterator[tuple[int, str]]:
    """Yield the numbers of those of *lines*, counted from 1, that do not follow, and what is wrong.

    Several files are read one after the other, the eldest first. What was before the first line is
    not known.
    """
    last: str | None = None
    for number, fields in enumerate(lines, 1):
        if fields is None:
            yield number, "is no line of a journal"
            continue
        chain = _chain_of(fields)
        begins = fields.get(PREVIOUS)
        if not chain:
            yield number, "has no chain: it was written by an earlier release, or by somebody else"
            continue
        before = begins if isinstance(begins, str) and last in (None, begins) else last
        if before is None:
            yield number, "is not the first that was written: what was before it is missing"
        elif link(before, fields) != chain:
            yield number, "was changed, or lines before it are missing"
        last = chain
