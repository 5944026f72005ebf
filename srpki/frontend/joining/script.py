"""A script on a node that another process owns: its lines go there, records come back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from srpki.cli.port import Fault
from srpki.frontend.batch import Exchange, Tally

if TYPE_CHECKING:
    from srpki.frontend.batch import Writer
    from srpki.frontend.joining.frames import Wire
    from srpki.frontend.variables import Line


def run_there(
    wire: Wire,
    lines: Iterable[Line],
    writer: Writer,
    now: Callable[[str], None],
    *,
    keep_going: bool,
    json: bool,
) -> int:
    """Run *lines* over *wire* and write what happens to *writer*; return the exit status.

    What is to be seen before a command ends is handed to *now*. The status is 3 where the owner
    ends before the script has.
    """
    sent = [[line.number, line.shown, line.typed, line.spans, line.secrets] for line in lines]
    tally = Tally()
    lost = "the process that held the node has ended"
    with suppress(OSError):  # he has gone, which is heard below
        wire.tell({"lines": sent, "keep_going": keep_going, "json": json})
    for frame in wire.messages():
        match frame.message:
            case {"exchange": dict(found)}:
                exchange = _exchange(found)
                tally.count(exchange)
                writer.exchange(exchange)
            case {"now": str(line)}:
                now(line)
            case {"prompt": str(prompt)}:
                writer.end(tally, prompt)
            case {"ended": int(status)}:
                return status
            case {"lost": str(sentence)} | {"refused": [_, str(sentence), *_]}:
                lost = sentence
    cut = Exchange(prompt="", command="", output=lost, ok=False, fault=Fault(error="busy"))
    tally.count(cut)
    writer.exchange(cut)
    tally.errors = {"busy"}  # whatever else failed: the rest of the script may go well later
    writer.end(tally, "")
    return tally.status


def _exchange(found: dict[str, Any]) -> Exchange:
    return Exchange(**{**found, "fault": Fault(*found["fault"])})
