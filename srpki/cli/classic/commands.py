"""The classic CLI's own commands, as grammar; `srpki.cli.classic.cli` says what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.cli.classic.dialect import ClassicDialect
from srpki.cli.classic.environment import SETTINGS
from srpki.cli.classic.lines import keyword_of
from srpki.cli.effects import Command, Input, Into, Root
from srpki.cli.grammar import FAR, Alt, Grammar, Keyword, Many, Opt, Seq, Slot, State
from srpki.cli.lexer import LINE_LIMIT
from srpki.schema.nodes import Container, data_children
from srpki.schema.paths import Path
from srpki.schema.types import Text


def _command(name: str, help_: str) -> Keyword:
    return Keyword(name, help_, (Command(name),), tier=1)


def _word(word: str, help_: str) -> Opt:
    return Opt(Keyword(word, help_, (Input(word, constant=True),)))


_ECHO: Final = Slot(
    "text", Text(length=(0, LINE_LIMIT)), "What to print", (Input("text", many=True),)
)
_WAYS: Final[tuple[Grammar, ...]] = (
    _command("back", "Go back one level"),
    Seq((_command("echo", "Print a text"), Many(_ECHO))),
    Seq(
        (
            _command("exit", "Return to the context before this one"),
            _word("all", "Return to the root"),
        )
    ),
)
"""Commands that a configuration file may hold."""

_COMMANDS: Final[tuple[Grammar, ...]] = (
    *_WAYS,
    SETTINGS,
    Seq(
        (
            _command("help", "Tell how to get help"),
            Opt(
                Alt(
                    (
                        Keyword("edit", "Keys that edit a line", (Input("edit", constant=True),)),
                        Keyword(
                            "globals",
                            "Commands of every context",
                            (Input("globals", constant=True),),
                        ),
                    )
                )
            ),
        )
    ),
    _command("history", "Show the commands that were typed"),
    Seq((_command("info", "Show what is configured here"), _word("detail", "Show defaults too"))),
    _command("logout", "End the session"),
    _command("pwc", "Show the present context"),
    Seq(
        (
            _command("tree", "Show what can be typed here and below"),
            Opt(
                Alt(
                    (
                        Keyword("detail", "Show values too", (Input("detail", constant=True),)),
                        Keyword("flat", "One line each", (Input("flat", constant=True),)),
                    )
                )
            ),
        )
    ),
)


def _roots(dialect: ClassicDialect) -> Iterator[Grammar]:
    """Yield the branches that can be typed in any context."""
    for child in data_children(dialect.root):
        if isinstance(child, Container):
            effects = (Root(), Into(child.name))
            keyword = Keyword(keyword_of(child), child.help, effects, "+", tier=FAR)
            content = dialect.content(child, edits=child.name == "configure")
            yield Seq((keyword, content))


def _by_word(command: Grammar) -> str:
    first, _ = next(iter(command.first()))
    return first.word if isinstance(first, Keyword) else ""


_SORTED: Final = tuple(sorted(_COMMANDS, key=_by_word))


def classic_line(dialect: ClassicDialect, start: Path) -> State:
    """Return the grammar of a line that is read from *start*, modifiers left out."""
    return _line(dialect, start, _SORTED)


def file_line(dialect: ClassicDialect, start: Path) -> State:
    """Return the grammar of a line of a configuration file that is read from *start*."""
    return _line(dialect, start, _WAYS)


def _line(dialect: ClassicDialect, start: Path, commands: tuple[Grammar, ...]) -> State:
    edits = bool(start) and start[0].name == "configure"
    content = dialect.content(dialect.node(start), edits=edits)
    roots = tuple(_roots(dialect)) if start else ()
    return (Alt((content, *commands, *roots)),)
