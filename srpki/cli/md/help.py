"""What ``?`` prints in the MD-CLI, in the layout of cli.md section 1.5."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from srpki.cli.any_order import AnyOrder
from srpki.cli.completion import at_cursor, expected
from srpki.cli.effects import Command, Run
from srpki.cli.grammar import Argument, Grammar, Keyword, Opt, Seq, Slot
from srpki.cli.md.commands import CONFIGURATION, GLOBAL
from srpki.cli.md.limits import argument, value
from srpki.cli.walker import Failure, Walk, Walker

if TYPE_CHECKING:
    from srpki.cli.shell import Reading

GROUPS = ("", GLOBAL, CONFIGURATION)
"""The headings of the root's page, in order."""
KNOWN = 512
"""Most texts whose lines are remembered: pages have most in common, and wrapping is half of one."""
NAME = 21
TEXT = NAME + 4
"""The columns of a help line: name after one blank, sign, text."""


def md_help(
    reading: Reading, text: str, width: int, walker: Walker | None = None, *, configuring: bool
) -> str | Failure:
    """Return help on what may follow *text*, or what is wrong with it.

    Commands for editing are listed only while the session is *configuring*. A *walker* remembers
    what it has read of the line.
    """
    found, touched = at_cursor(reading.state, reading.tokens, text, walker)
    if found.failure is not None:
        return found.failure
    terminals = expected(found, touched, reading.permits)
    if not terminals and touched.text:
        return Failure("unknown", len(reading.tokens) - 1, touched.text)
    arguments = [] if touched.text else list(_arguments(found))
    described = {id(first) for one in arguments for first, _ in one.first()}
    slots = [terminal for terminal in terminals if isinstance(terminal, Slot)]
    keywords = [
        terminal
        for terminal in terminals
        if isinstance(terminal, Keyword)
        and id(terminal) not in described
        and (configuring or terminal.group != CONFIGURATION)
    ]
    alone = not (keywords or slots or arguments)
    parts = list(_first_lines(found, arguments, width, alone=alone))
    word = _last_word(found)
    parts += [list(value(slot, word, width, touched.text)) for slot in slots]
    parts += [list(argument(one, width)) for one in arguments]
    parts += [list(_listed(keywords, width))] if keywords else []
    if not parts:
        parts = [list(_listed(_modifiers(found), width))]
    return "\n".join(line for part in parts for line in ("", *part))


def _modifiers(found: Walk) -> list[Keyword]:
    """Return the signs that may follow a whole command: all of them but brackets and braces."""
    return [
        terminal
        for terminal in found.expected()
        if isinstance(terminal, Keyword) and terminal.structure and terminal.word not in "[]{}"
    ]


def _arguments(found: Walk) -> Iterator[Argument]:
    seen: dict[str, Argument] = {}
    for thread in found.threads:
        for item in _open(thread.state):
            seen.setdefault(item.name, item)
    yield from seen.values()


def _open(state: Iterable[Grammar]) -> Iterator[Argument]:
    """Yield the arguments that may come next in *state*."""
    for item in state:
        match item:
            case Argument():
                yield item
            case AnyOrder(items):
                yield from (one for inner in items for one in _open((inner,)))
            case Seq(items):
                yield from _open(items)
            case Opt(inner):
                yield from _open((inner,))
        if not item.nullable:
            return


def _first_lines(
    found: Walk, arguments: Sequence[Argument], width: int, *, alone: bool
) -> Iterator[list[str]]:
    """Yield the line of the command that the page is about; standing *alone* it is explained."""
    last = found.matches[-1].terminal if found.matches else None
    if not isinstance(last, Keyword) or not _is_command(last):
        return
    syntax = " ".join((last.word, *(f"[[{one.name}] <{one.kind}>]" for one in arguments)))
    yield textwrap.wrap(
        syntax,
        max(width - 1, 20),
        initial_indent=" ",
        subsequent_indent="  ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    if alone:
        yield [f"    {line}" for line in textwrap.wrap(last.help, max(width - 5, 20))]


def _last_word(found: Walk) -> str:
    """Return the last keyword before the cursor where it may be the name of a value."""
    for match in reversed(found.matches):
        if isinstance(match.terminal, Keyword) and not match.terminal.structure:
            return "" if _is_command(match.terminal) else match.terminal.word
    return ""


def _is_command(keyword: Keyword) -> bool:
    return any(isinstance(effect, Run | Command) for effect in keyword.effects)


def _listed(keywords: Sequence[Keyword], width: int) -> Iterator[str]:
    ordered = sorted(keywords, key=lambda keyword: (GROUPS.index(keyword.group), keyword.word))
    for group, members in groupby(ordered, key=lambda keyword: keyword.group):
        if group:
            yield from (("",) if ordered[0].group != group else ())
            yield from (group, "")
        for keyword in members:
            yield from entry(keyword.word, keyword.mark, keyword.help, width)


def entry(name: str, mark: str, text: str, width: int) -> Iterator[str]:
    """Yield the line of one element; a long name and a long text are wrapped."""
    names = list(_wrapped_name(name))
    texts = _wrapped_text(text, max(width - TEXT, 20))
    yield f" {names[0]:<{NAME}} {mark} {texts[0]}".rstrip()
    for place in range(1, max(len(names), len(texts))):
        left = f"  {names[place]}" if place < len(names) else ""
        right = texts[place] if place < len(texts) else ""
        yield f"{left:<{TEXT}}{right}".rstrip()


@lru_cache(KNOWN)
def _wrapped_text(text: str, width: int) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, width)) or ("",)


def _wrapped_name(name: str) -> Iterator[str]:
    room = NAME
    while len(name) > room:
        cut = name.rfind("-", 0, room) + 1 or room
        yield name[:cut]
        name = name[cut:]
        room = NAME - 1
    yield name
