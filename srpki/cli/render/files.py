"""Lays out directories and files of the compact flash [cli.md 1.9, pki.md 6.4]."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from srpki.cli.render.rules import DOUBLE, SINGLE
from srpki.core.text import printable

if TYPE_CHECKING:
    from srpki.device.results import FileEntry, FileText, Listing


def listing(data: Listing) -> Iterator[str]:
    """Yield a directory as ``file list`` shows it."""
    yield f"Volume in drive {data.url.partition(':')[0]} on slot A has no label."
    yield ""
    yield f"Directory of {data.url}"
    yield ""
    yield from map(_file, data.entries)
    sizes = [entry.size for entry in data.entries if entry.size is not None]
    yield f"{len(sizes):>15} File(s) {sum(sizes):>22} bytes."
    yield f"{len(data.entries) - len(sizes):>15} Dir(s)  {data.free:>22} bytes free."


def _file(entry: FileEntry) -> str:
    stamp = _twelve_hours(entry.modified.astimezone(UTC))
    if entry.size is None:
        return f"{stamp}      <DIR>          {entry.name}/"
    return f"{stamp} {entry.size:>19} {entry.name}"


def _twelve_hours(time: datetime) -> str:
    return f"{time:%m/%d/%Y  %I:%M}{'a' if time.hour < 12 else 'p'}"


def file_text(data: FileText) -> Iterator[str]:
    """Yield a file as ``file show`` shows it; nothing in it moves a cursor [observed-2.md 12]."""
    name = data.url.rpartition("\\")[2]
    yield f"File: {name}"
    yield SINGLE
    for line in data.text.removesuffix("\n").split("\n"):
        yield printable(line.removesuffix("\r"), keep="\t")
    yield DOUBLE
