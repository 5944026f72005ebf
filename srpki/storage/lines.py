"""Files of JSON objects, one a line, that grow at their end: events, commits, what a CA has issued.

A line is written whole or not at all. Half of one at the end is what a process was writing when it
ended: nothing was promised of it yet, so it is none, and the next line takes its place.
"""

from __future__ import annotations

import errno
import json
import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from srpki.storage.files import OsFiles, replace

LONGEST: Final = 1 << 16
"""Octets of a line, its end included, where a file does not say otherwise."""

Fields = Mapping[str, Any]


class LineFile:
    """The lines of the file at *path*, which need not exist; its owner has a lock.

    Every method raises `OSError`; a line of more than *longest* octets is one with ``EFBIG``.
    """

    def __init__(self, path: Path, files: OsFiles, longest: int = LONGEST) -> None:
        """Open nothing yet."""
        self._path = path
        self._files = files
        self._longest = longest
        self._held = -1
        self._release: Callable[[], object] | None = None
        self._whole = -1  # where half a line begins that the next one replaces, if any

    def keep_open(self) -> None:
        """Keep the file open for writing until `close`, made when it is not there.

        For whoever writes often; otherwise each line opens the file anew.
        """
        self._held = self._opened()
        self._release = weakref.finalize(self, os.close, self._held)

    def close(self) -> None:
        """Close what is held, if anything."""
        self._held = -1
        if self._release is not None:
            self._release()

    def read(self, most: int | None = None) -> Iterator[Fields | None]:
        """Yield the objects, the eldest first, and None for a line that is no object.

        A file of more than *most* octets is an error with ``EFBIG``, too.
        """
        try:
            descriptor = self._files.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return
        with os.fdopen(descriptor, "rb") as stream:
            if most is not None and os.fstat(descriptor).st_size > most:
                raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), str(self._path))
            octets = 0
            while line := stream.readline(self._longest):
                start, octets = octets, octets + len(line)
                rest = line
                while not rest.endswith(b"\n") and (rest := stream.readline(self._longest)):
                    octets += len(rest)
                if rest:
                    yield _decode(line) if rest is line else None
                else:
                    self._whole = start

    def last(self) -> Fields | None:
        """Return the last object, None where the last line is none or there is no line."""
        try:
            descriptor = self._files.open(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as stream:
            size = os.fstat(descriptor).st_size
            stream.seek(max(0, size - 2 * self._longest))
            content = stream.read(2 * self._longest)
        whole, _, half = content.rpartition(b"\n")
        if half:
            self._whole = size - len(half)
        return _decode(whole.rpartition(b"\n")[2])

    def append(self, fields: Fields) -> None:
        """Write *fields* behind the last line, or nothing; the file has mode 0600."""
        line = self._encode(fields)
        file = self._held if self._held >= 0 else self._opened()
        try:
            self._write(file, line)
        finally:
            if file != self._held:
                os.close(file)

    def _write(self, file: int, line: bytes) -> None:
        if 0 <= self._whole < os.fstat(file).st_size:
            os.ftruncate(file, self._whole)
        self._whole = -1
        written = os.write(file, line)
        if written < len(line):  # no later line may follow half of one
            self._whole = os.fstat(file).st_size - written
            os.ftruncate(file, self._whole)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))

    def _opened(self) -> int:
        return self._files.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def rewrite(self, lines: Iterable[Fields], *, sync: bool) -> None:
        """Put *lines* in the place of all there are, where the file is not held.

        See `srpki.storage.files.replace`.
        """
        replace(self._files, self._path, b"".join(map(self._encode, lines)), sync=sync)
        self._whole = -1

    def _encode(self, fields: Fields) -> bytes:
        line = json.dumps(fields).encode() + b"\n"
        if len(line) > self._longest:
            raise OSError(errno.EFBIG, "the line is too long")
        return line


def _decode(line: bytes) -> Fields | None:
    with suppress(ValueError, RecursionError):
        fields = json.loads(line)
        if isinstance(fields, dict):
            return fields
    return None
