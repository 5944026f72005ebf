"""The MD-CLI's prompt, as ``environment prompt`` wants it [cli.md 1.1]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srpki.cli.md.workflow import SHORT

if TYPE_CHECKING:
    from srpki.cli.md.standing import Standing


def prompt(standing: Standing) -> str:
    """Return the lines before the next command, the last without its end."""
    return "\n".join(_lines(standing))


def _lines(standing: Standing) -> Iterator[str]:
    wanted = standing.environment
    if wanted.flag("prompt", "newline"):
        yield ""
    if wanted.flag("prompt", "timestamp"):
        yield standing.moment(standing.device.clock.now(), digits=2)
    if wanted.flag("prompt", "context"):
        yield _context(standing)
    yield f"A:{standing.user}@{standing.device.system_name()}# "


def _context(standing: Standing) -> str:
    editing = standing.editing
    marks = "!" if editing.outdated else ""
    if editing.dirty and standing.environment.flag("prompt", "uncommitted-changes-indicator"):
        marks += "*"
    place = standing.place(standing.context)
    short = SHORT.get(editing.mode or "", "")
    if not short:
        return f"{marks}[{place}]"
    if standing.explicit:
        return f"{marks}({short})[{place}]"
    return f"{marks}[{short}:{place}]"
