"""Output modifiers: ``| match``, ``| count``, ``| no-more``, chained, and ``> url`` at the end.

They are alike in both CLIs. A pattern is plain text, not a regular expression: it cannot take long
whatever is typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from srpki.cli.any_order import AnyOrder
from srpki.cli.effects import Input, Pipe
from srpki.cli.grammar import Alt, Grammar, Keyword, Opt, Optional, Seq, Slot, State, Terminal
from srpki.cli.meaning import Modifier
from srpki.cli.port import Highlight
from srpki.schema.common import CFLASH_URL
from srpki.schema.types import Integer, Text

_LINES = Integer("uint32", 0, 10000)


def _number(word: str, help_: str) -> Grammar:
    return Opt(Seq((Keyword(word, help_), Slot(word, _LINES, help_, (Input(word),)))))


def _flag(word: str, help_: str) -> Grammar:
    return Opt(Keyword(word, help_, (Input(word, constant=True),)))


_PATTERN = Slot("pattern", Text(length=(1, 255)), "Text to look for", (Input("pattern"),))
_OPTIONS = AnyOrder(
    (
        _flag("ignore-case", "Match upper and lower case alike"),
        _flag("invert-match", "Print the lines that do not contain the text"),
        _number("max-count", "Stop after this many lines with the text"),
        _number("post-lines", "Print this many lines after each one found"),
        _number("pre-lines", "Print this many lines before each one found"),
    )
)
_MODIFIERS = Alt(
    (
        Keyword("count", "Print the number of lines in the place of the lines", (Pipe("count"),)),
        Seq(
            (
                Keyword("match", "Print only the lines that contain a text", (Pipe("match"),)),
                _PATTERN,
                _OPTIONS,
            )
        ),
        Keyword("no-more", "Print everything without stopping after a screen", (Pipe("no-more"),)),
    )
)
SCRIPT = Slot("url", CFLASH_URL, "File of commands", (Input("url"),))
"""What ``exec`` runs."""
_BAR = Keyword("|", "Filter or count the output", structure=True)
_TO = Keyword(">", "Write the output to a file", (Pipe("redirect"),), structure=True)
_URL = Slot("url", CFLASH_URL, "File to write, in the place of what is there", (Input("url"),))


class _Tail(Optional):
    """Modifiers, one after another, and a file to end them."""

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the bar, and the sign before a file."""
        yield _BAR, (_MODIFIERS, self)
        yield _TO, (_URL,)


PIPES = _Tail()


def apply(text: str, modifiers: Sequence[Modifier]) -> str:
    """Return *text* after all *modifiers*, in order."""
    for modifier in modifiers:
        lines = text.split("\n") if text else []
        if modifier.name == "match":
            text = "\n".join(_match(lines, modifier))
        elif modifier.name == "count":
            text = f"Count: {len(lines)} lines"
    return text


def target(modifiers: Sequence[Modifier]) -> str:
    """Return the URL that the output goes to, or nothing where it is shown."""
    last = modifiers[-1]
    return str(last.inputs["url"]) if last.name == "redirect" else ""


def whole(modifiers: Sequence[Modifier]) -> bool:
    """Return whether the output is shown without stopping after each page."""
    return any(modifier.name == "no-more" for modifier in modifiers)


def found(modifiers: Sequence[Modifier], styles: tuple[str, ...]) -> tuple[Highlight, ...]:
    """Return what to mark, in *styles*, in output that has been matched."""
    return tuple(
        Highlight(str(inputs["pattern"]), bool(inputs.get("ignore-case", False)), styles)
        for name, inputs in modifiers
        if styles and name == "match" and not inputs.get("invert-match", False)
    )


def _match(lines: list[str], modifier: Modifier) -> list[str]:
    inputs = modifier.inputs
    folded = bool(inputs.get("ignore-case", False))
    pattern = str(inputs["pattern"])
    wanted = not inputs.get("invert-match", False)
    if folded:
        pattern = pattern.casefold()
    found = [
        number
        for number, line in enumerate(lines)
        if (pattern in (line.casefold() if folded else line)) == wanted
    ]
    limit = inputs.get("max-count")
    found = found[:limit] if isinstance(limit, int) else found
    before, after = int(str(inputs.get("pre-lines", 0))), int(str(inputs.get("post-lines", 0)))
    shown = {near for number in found for near in range(number - before, number + after + 1)}
    return [line for number, line in enumerate(lines) if number in shown]
