"""The MD-CLI's prompt, as ``environment prompt`` wants it [cli.md 1.1]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srpki.cli.md.workflow import SHORT

if TYPE_CHECKING:
    from srpki.cli.md.cli import MdCli


def prompt(shell: MdCli, user: str) -> str:
    """Return the lines before the next command of *user*, the last without its end."""
    return "\n".join(_lines(shell, user))


def _lines(shell: MdCli, user: str) -> Iterator[str]:
    wanted = shell.environment
    if wanted.flag("prompt", "newline"):
        yield ""
    if wanted.flag("prompt", "timestamp"):
        yield shell.moment(shell.device.clock.now(), digits=2)
    if wanted.flag("prompt", "context"):
        yield _context(shell)
    yield f"A:{user}@{shell.device.system_name()}# "


def _context(shell: MdCli) -> str:
    flow = shell.flow
    marks = "!" if flow.outdated else ""
    if flow.dirty and shell.environment.flag("prompt", "uncommitted-changes-indicator"):
        marks += "*"
    place = shell.place(shell.context)
    short = SHORT.get(flow.mode or "", "")
    if not short:
        return f"{marks}[{place}]"
    if flow.explicit:
        return f"{marks}({short})[{place}]"
    return f"{marks}[{short}:{place}]"
