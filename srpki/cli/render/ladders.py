"""Lays out what a node and its CAs have said to each other: a ladder a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import Layout, said
from srpki.device.records.ladders import Ladder, Ladders, LoggedMessage
from srpki.pictures.shown import shown, wrapped
from srpki.pictures.text import COLUMNS, moment

_ARROW: Final = 34
"""Columns between the two sides."""
_INDENT: Final = 26


def _ladders(data: Ladders) -> Layout:
    if not data.ladders:
        return said("Nothing has been said to a CA.")
    lines = [line for ladder in data.ladders for line in (*_ladder(ladder, data.system), "")]
    return said(*lines[:-1])


def _ladder(ladder: Ladder, system: str) -> Iterator[str]:
    first = ladder.messages[0]
    about = f" for {first.certificate}" if first.certificate else " by hand"
    named = f", transaction {first.transaction[:16]}" if first.transaction else ""
    title = f"{_PROTOCOLS.get(first.protocol, first.protocol)}{about} with {first.peer}{named}"
    yield from wrapped(shown(title), COLUMNS)
    left, right = shown(system)[:16], "CA"
    yield f"{'':{_INDENT}}{left}{right:>{_ARROW + 2 - len(left)}}".rstrip()
    for message in ladder.messages:
        yield f"  {moment(message.time)}.{message.time.microsecond // 1000:03} {_arrow(message)}"
        for detail in _details(message):
            for line in wrapped(shown(detail), COLUMNS - _INDENT - 2):
                yield f"{'':{_INDENT + 2}}{line}"


_PROTOCOLS: Final = {"cmp": "CMPv2", "est": "EST", "http": "HTTP"}


def _arrow(message: LoggedMessage) -> str:
    kind = shown(message.kind)[: _ARROW - 8]
    match message.way:
        case "sent":
            return f"|-- {kind} {'-' * (_ARROW - 7 - len(kind))}>|"
        case "received":
            return f"|<{'-' * (_ARROW - 8 - len(kind))} {kind} ---|"
    return f"|-- {kind} {'-' * (_ARROW - 9 - len(kind))}X  |"


def _details(message: LoggedMessage) -> Iterator[str]:
    """Yield what *message* says, a line a matter."""
    if message.way == "failed":
        yield f"no answer: {message.text}"
        return
    verdict = message.status + (f" ({', '.join(message.failinfo)})" if message.failinfo else "")
    text = f'"{message.text}"' if message.text else ""
    if verdict or text:
        yield ": ".join(filter(None, (verdict, text)))
    if message.check_after is not None:
        yield f"ask again after {message.check_after} s"
    if message.protection and message.protocol == "cmp":
        by = f" by {message.sender}" if message.sender else ""
        yield f"protection: {message.protection}{by}"
    elif message.protection:
        yield f"authenticated by {message.protection}"
    if message.subject:
        serial = f", serial {message.serial}" if message.serial else ""
        yield f"subject {message.subject}{serial}"
    if message.key:
        yield f"key {message.key[:16]}"


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {Ladders: _ladders}
