"""Lays out what operations return, one function a kind of data [cli.md 1.9, pki.md section 6]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from srpki.cli.render.configuration import comparison, configuration_file
from srpki.device.results import (
    Comparison,
    Configuration,
    Data,
    Fields,
    FileContent,
    FileEntry,
    Lines,
    Listing,
    LogPage,
    Table,
)

if TYPE_CHECKING:
    from srpki.core.events import Event
    from srpki.schema.tree import SchemaTree

DOUBLE = "=" * 79
SINGLE = "-" * 79


def render(schema: SchemaTree, data: Data) -> str:
    """Return *data* as text without a newline at its end."""
    match data:
        case Fields():
            lines = fields(data)
        case Table():
            lines = table(data)
        case LogPage():
            lines = log_page(data)
        case Listing():
            lines = listing(data)
        case Configuration():
            lines = configuration_file(schema, data)
        case FileContent():
            from srpki.cli.render.x509 import file_content  # noqa: PLC0415 - start-up time

            lines = file_content(data)
        case Comparison():
            lines = comparison(schema, data)
        case Lines():
            lines = iter(data.lines)
    return "\n".join(lines)


def fields(data: Fields) -> Iterator[str]:
    """Yield a titled block of ``Name : value`` lines, then the sections below it."""
    yield from _title(data.title)
    yield from _pairs(data.pairs)
    for section in data.sections:
        yield ""
        yield section.title
        yield SINGLE
        yield from _pairs(section.pairs)
    yield DOUBLE


def _pairs(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        yield f"{name:<{width}} : {value}".rstrip() if name else ""


def table(data: Table) -> Iterator[str]:
    """Yield a titled table; columns are as wide as their widest cell."""
    rows = (data.columns, *data.rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(data.columns))]
    yield from _title(data.title)
    yield _row(data.columns, widths)
    yield SINGLE
    for row in data.rows:
        yield _row(row, widths)
    if data.footer:
        yield SINGLE
        yield data.footer
    yield DOUBLE


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _title(title: str) -> Iterator[str]:
    yield DOUBLE
    yield title
    yield DOUBLE


def log_page(data: LogPage) -> Iterator[str]:
    """Yield the events of a log, the newest first."""
    yield from _title(f"Event Log {data.log_id} log-name {data.log_id}")
    yield f"Description : {data.name}"
    following = data.events[-1][0] + 1 if data.events else 1
    wrapped = "wrapped" if following > data.size + 1 else "not wrapped"
    yield f"Memory Log contents  [size={data.size}   next event={following}  ({wrapped})]"
    for number, event in reversed(data.events):
        yield ""
        yield from _event(number, event)
    yield DOUBLE


def _event(number: int, event: Event) -> Iterator[str]:
    time = event.time.astimezone(UTC)
    stamp = f"{time:%Y/%m/%d %H:%M:%S}.{time.microsecond // 1000:03} UTC"
    kind = event.type
    head = f"{kind.severity}: {kind.application} #{kind.number} Base {event.subject}"
    yield f"{number} {stamp} {head}"
    yield f'"{event.text}"'


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
