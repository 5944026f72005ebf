"""A journal as a hand-out in Markdown: what was typed and answered, in the order of lab time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta

from srpki.frontend.replaying.entries import Entry

_JUMP = timedelta(hours=1)
_FENCE = re.compile(r"`{3,}")


def handout(entries: Iterable[Entry], title: str) -> Iterator[str]:
    """Yield the lines of a hand-out of *entries*; nothing in them is markup."""
    yield f"# {_plain(title)}"
    block: list[str] = []
    before: Entry | None = None
    for entry in entries:
        if before is None or entry.session != before.session or _later(before, entry):
            yield from _fenced(block)
            block = []
            yield from ("", f"## {entry.at:%Y-%m-%d %H:%M} UTC, session {entry.session}")
        block += f"{entry.prompt}{entry.command}".split("\n")
        block += entry.output.split("\n") if entry.output else []
        block += ["(the rest was not kept)"] if entry.cut else []
        before = entry
    yield from _fenced(block)


def _later(before: Entry, entry: Entry) -> bool:
    return not before.at - _JUMP < entry.at < before.at + _JUMP


def _fenced(block: list[str]) -> Iterator[str]:
    if not block:
        return
    text = "\n".join(block)
    longest = max((len(found) for found in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    yield from ("", f"{fence}text", *text.strip("\n").split("\n"), fence)


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|&])", r"\\\1", text)
