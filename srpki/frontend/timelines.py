"""``srpki timeline``: the certificates of a node over time, in the terminal, as SVG and HTML.

The node is only looked at. Where another process holds it, that process tells.
"""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from srpki.core.clock import FrozenClock, SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import BusyError, InvalidInputError, UsageError
from srpki.device.certificate_chart import chart, check_span
from srpki.device.looking import is_node, looked_at
from srpki.frontend.clock_file import ClockFile
from srpki.frontend.parts import ClassicForm, Exchanges
from srpki.pictures.chart import Chart, Row, chart_of, row_of
from srpki.storage.files import OsFiles
from srpki.storage.lock import HeldError

if TYPE_CHECKING:
    import argparse
    from datetime import datetime

    from srpki.frontend.joining.frames import Wire
    from srpki.frontend.joining.joiner import Joined

STYLES: Final = {
    "title": "bold",
    "name": "bold",
    "axis": "dim",
    "unknown": "dim",
    "planned": "cyan",
    "valid": "blue",
    "window": "yellow",
    "gap": "bold red",
    "now": "bold",
    "mark-renewed": "bold green",
    "mark-failed": "bold red",
    "mark-both": "bold red",
    "mark-planned": "bold cyan",
    "mark-retry": "bold yellow",
    "mark-imported": "bold magenta",
}
"""How the parts of a picture look in a terminal; each has a sign of its own, too."""


def run(options: argparse.Namespace, node: Path) -> int:
    """Show the certificates of *node*, and write the files that *options* name; return 0.

    Raises `UsageError`, and what keeps the node from being looked at.
    """
    if not is_node(node):
        raise UsageError(f"{node} is no node", hint="name the directory of one with --node")
    found = chart_in(options, node, _span(options.days))
    if options.svg is not None:
        from srpki.pictures.svg import svg  # noqa: PLC0415 - where it is asked for

        write(options.svg, svg(found))
    if options.html is not None:
        from srpki.pictures.page import page  # noqa: PLC0415 - where it is asked for

        write(options.html, page(found))
    show(found, sys.stdout)
    return 0


def _span(days: int) -> timedelta:
    try:
        span = timedelta(days=days)
        check_span(span)
    except (OverflowError, InvalidInputError):
        sentence = "a timeline goes back and ahead an hour to ten years"
        raise UsageError(f"--days {days}: {sentence}", hint="1 to 3653") from None
    return span


def chart_in(options: argparse.Namespace, node: Path, span: timedelta) -> Chart:
    """Return the chart of *node*, of which a process that holds it tells.

    Raises as `looked_at`.
    """
    try:
        with looked_at(
            node,
            clock=FrozenClock(time_of(node)),
            entropy=SystemEntropy(),
            exchanges=Exchanges(node),
            classic=ClassicForm(),
        ) as found:
            return chart(found, span)
    except HeldError as error:
        if error.alone:
            raise
        from srpki.frontend.joining.joiner import asked, join  # noqa: PLC0415 - start-up time

        joined = join(node, asked(options, "timeline", seconds=int(span.total_seconds())))
        if joined is None:
            raise
        return _told(joined)


def time_of(node: Path) -> datetime:
    """Return the time at *node* while nobody holds it: of its lab's clock, if it has been a lab."""
    files, real = OsFiles(node), SystemClock()
    left = ClockFile(files, node / "lab-ca" / "clock.json", real).read()
    return left.time_when_closed(real.now())


def _told(joined: Joined) -> Chart:
    """Return the chart that the owner of the node has *joined* to tell."""
    head: Chart | None = None
    rows: list[Row] = []
    with closing(joined.wire):
        for frame in joined.wire.messages():
            match frame.message:
                case {"timeline": dict(found)}:
                    head = chart_of(found)
                case {"row": dict(found)}:
                    rows.append(row_of(found))
                case {"ended": 0} if head is not None:
                    return head.but(rows=tuple(rows))
                case _:
                    break
    raise BusyError("the process that holds the node has ended", hint="try again")


def tell(found: Chart, wire: Wire) -> None:
    """Tell who has joined of the chart *found*, a row at a time."""
    from srpki.core.plain import plain  # noqa: PLC0415 - few ask

    wire.tell({"timeline": plain(found.but(rows=()))})
    for row in found.rows:
        wire.tell({"row": plain(row)})
    wire.tell({"ended": 0})


def show(found: Chart, out: TextIO) -> None:
    """Show *found* on *out*, as wide as it is, in colours where it has any."""
    from rich.console import Console  # noqa: PLC0415 - where it is needed
    from rich.text import Text  # noqa: PLC0415 - where it is needed

    from srpki.pictures.text import COLUMNS, LINES, SIGNS, lines  # noqa: PLC0415 - as above

    console = Console(file=out, highlight=False, soft_wrap=True)
    columns = console.width if console.is_terminal else COLUMNS
    signs = LINES if _takes(out, "".join(LINES.values())) else SIGNS
    for line in lines(found, min(columns, 2 * COLUMNS), signs):
        console.print(Text.assemble(*((part.text, STYLES.get(part.kind, "")) for part in line)))


def _takes(out: TextIO, text: str) -> bool:
    try:
        text.encode(out.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True


def write(path: Path, content: str) -> None:
    """Write *content*, which is a picture, to the file at *path*; raises `UsageError`."""
    try:
        path.write_text(content, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(
            f"cannot write to {path}: {error.strerror}", hint="name a file of your own"
        ) from None
