"""What the ``file`` commands find and do."""

from __future__ import annotations

from datetime import datetime

from srpki.core.record import Record


class FileEntry(Record):
    """An entry of a directory; *size*, in octets, is None for a directory."""

    name: str
    size: int | None
    modified: datetime


class Directory(Record):
    """A directory of the compact flash, so many octets of which are *free*."""

    url: str
    file: tuple[FileEntry, ...]
    free: int


class WorkingDirectory(Record):
    """The directory that a session is in."""

    url: str


class FileText(Record):
    """The *text* of a file."""

    url: str
    text: str


class FileChecksum(Record):
    """The checksum of a file by the algorithm *type*, in hexadecimal."""

    url: str
    type: str
    checksum: str


class CopiedFiles(Record):
    """The files that were copied, until an *error* if there was one."""

    destination_url: str
    file: tuple[str, ...]
    error: str | None = None


class MovedFile(Record):
    """A file or directory that was moved."""

    source_url: str
    destination_url: str


class RemovedFiles(Record):
    """The files that were removed, until an *error* if there was one."""

    file: tuple[str, ...]
    error: str | None = None


class DirectoryChange(Record):
    """A directory that was made or removed."""

    url: str
