"""Lays out directories and files of the compact flash [cli.md 1.9, pki.md 6.4]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from srpki.cli.render.layout import ForReader, Layout, said
from srpki.cli.render.rules import DOUBLE, SINGLE
from srpki.core.text import printable
from srpki.device.records.files import (
    CopiedFiles,
    Directory,
    DirectoryChange,
    FileChecksum,
    FileEntry,
    FileText,
    MovedFile,
    RemovedFiles,
    WorkingDirectory,
)


def _listing(data: Directory) -> Iterator[str]:
    """Yield a directory as ``file list`` shows it."""
    yield ""
    yield f"Volume in drive {data.url.partition(':')[0]} on slot A has no label."
    yield ""
    yield f"Directory of {data.url}"
    yield ""
    yield from map(_file, data.file)
    sizes = [entry.size for entry in data.file if entry.size is not None]
    yield f"{len(sizes):>15} File(s) {sum(sizes):>22} bytes."
    yield f"{len(data.file) - len(sizes):>15} Dir(s)  {data.free:>22} bytes free."


def _file(entry: FileEntry) -> str:
    stamp = _twelve_hours(entry.modified.astimezone(UTC))
    if entry.size is None:
        return f"{stamp}      <DIR>          {entry.name}/"
    return f"{stamp} {entry.size:>19} {entry.name}"


def _twelve_hours(time: datetime) -> str:
    return f"{time:%m/%d/%Y  %I:%M}{'a' if time.hour < 12 else 'p'}"


def _text(data: FileText) -> Iterator[str]:
    """Yield a file as ``file show`` shows it; nothing in it moves a cursor [observed-2.md 12]."""
    name = data.url.rpartition("\\")[2]
    yield f"File: {name}"
    yield SINGLE
    for line in data.text.removesuffix("\n").split("\n"):
        yield printable(line.removesuffix("\r"), keep="\t")
    yield DOUBLE


def _copied(data: CopiedFiles, failed: Callable[[str], str]) -> Iterator[str]:
    yield from _done("Copying", data.file)
    yield from _wrong(data.error, failed)
    yield f"{len(data.file)} file{'s' if len(data.file) != 1 else ''} copied."


def _removed(data: RemovedFiles, failed: Callable[[str], str]) -> Iterator[str]:
    yield from _done("Deleting", data.file)
    yield from _wrong(data.error, failed)


def _done(verb: str, files: tuple[str, ...]) -> Iterator[str]:
    return (f"{verb} file {url} ... OK" for url in files)


def _wrong(error: str | None, failed: Callable[[str], str]) -> Iterator[str]:
    if error is not None:
        yield failed(error)


def _checksum(data: FileChecksum) -> Layout:
    return said(f"{data.type} checksum of {data.url}: {data.checksum}")


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {
    CopiedFiles: lambda data: ForReader(lambda reader: _copied(data, reader.failed)),
    Directory: lambda data: said(*_listing(data)),
    DirectoryChange: lambda _data: said(),
    FileChecksum: _checksum,
    FileText: lambda data: said(*_text(data)),
    MovedFile: lambda data: said(*_done("Moving", (data.source_url,)), "1 file moved."),
    RemovedFiles: lambda data: ForReader(lambda reader: _removed(data, reader.failed)),
    WorkingDirectory: lambda data: said(data.url),
}
