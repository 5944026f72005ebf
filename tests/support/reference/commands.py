"""The pages of the commands that belong to one CLI, and of the output modifiers of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference.tables import (
    block,
    code,
    keywords,
    kind_of,
    sentence,
    slots,
    syntax,
    table,
)
from srpki.cli.grammar import Keyword, State
from srpki.cli.md.commands import CONFIGURATION
from srpki.cli.pipes import PIPES

if TYPE_CHECKING:
    from srpki.cli.session import Session

_MD = """# MD-CLI commands

The commands of the MD-CLI itself. What leads into a branch is on other pages:
[configuration](configuration.md), [state](state.md), [environment](environment.md),
[actions](actions.md). In a syntax line `<value>` stands for a value, `[...]` may be left out,
`{... | ...}` is one of several; `<path>` leads to an element from the present context, or from the
root when it begins with a slash.
"""
_CLASSIC = """# Classic CLI commands

The commands of the classic CLI itself, which can be typed in any context. What leads into a branch
is on other pages: [configuration](configuration.md), [actions](actions.md),
[environment](environment.md). In a syntax line `<value>` stands for a value, `[...]` may be left
out, `{... | ...}` is one of several.
"""
_MODIFIERS = """## Output modifiers

Typed after a command and a bar, as in `info | match "ca-profile" | count`; several may follow one
another.
"""


def md_commands_page(md: Session) -> str:
    """Return the page of the MD-CLI's commands, under the headings that its help has."""
    groups: dict[str, list[str]] = {}
    known = list(keywords(md._shell.read("").state))
    known += _at_the_top(md, {word.word for word, _ in known})
    for word, left in known:
        # A branch is a command too where it takes more than what is in it: configure private.
        if word.group or syntax(word.word, left) != word.word:
            heading = word.group.rstrip(":") or "Modes"
            groups.setdefault(heading, []).append(_command(word, left))
    parts = [part for name, found in groups.items() for part in (f"## {name}\n", *found)]
    return "\n".join((_MD, *parts, _modifiers()))


def _at_the_top(md: Session, known: set[str]) -> list[tuple[Keyword, State]]:
    """Return the commands that only the top of ``configure`` has."""
    for line in ("edit-config read-only", "/configure"):
        assert md.feed(line).ok
    found = keywords(md._shell.read("").state)
    return [item for item in found if item[0].group == CONFIGURATION and item[0].word not in known]


def classic_commands_page(classic: Session) -> str:
    """Return the page of the classic CLI's commands."""
    found = [item for item in keywords(classic._shell.read("").state) if item[0].tier]
    parts = [_command(word, left) for word, left in found]
    return "\n".join((_CLASSIC, "## Commands\n", *parts, _modifiers()))


def _command(word: Keyword, left: State, before: str = "") -> str:
    line = block([before + syntax(word.word, left)])
    return f"### {word.word}\n\n{sentence(word.help)}\n\n{line}{_parts(left)}"


def _parts(left: State) -> str:
    rows = [
        (code(f"<{slot.name}>"), kind_of(slot.type), sentence(slot.help)) for slot in slots(left)
    ]
    rows += [(code(word.word), "", sentence(word.help)) for word in _options(left) if word.help]
    return "\n" + table(("word", "value", "meaning"), rows) if rows else ""


def _options(left: State) -> list[Keyword]:
    """Return the words that may follow a command at once; those of a path are not its own."""
    return [word for word, _ in keywords(left) if word.mark == "-"]


def _modifiers() -> str:
    _bar, after = next(PIPES.first())
    parts = [_command(word, left[:-1], "| ") for word, left in keywords(after)]
    return "\n".join((_MODIFIERS, *parts))
