"""The classic CLI's own commands, as grammar; `srpki.cli.classic.cli` says what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.cli.classic.dialect import ClassicDialect
from srpki.cli.classic.environment import SETTINGS
from srpki.cli.effects import Command, Input, Into, Root
from srpki.cli.grammar import FAR, Alt, Grammar, Keyword, Many, Opt, Seq, Slot, State
from srpki.cli.pipes import SCRIPT
from srpki.cli.reading import action_keyword, inputs_of
from srpki.config.lexer import LINE_LIMIT
from srpki.schema.classic import keyword_of
from srpki.schema.nodes import Action, Container, data_children
from srpki.schema.paths import Path
from srpki.schema.types import Text


def _command(name: str, help_: str) -> Keyword:
    return Keyword(name, help_, (Command(name),), tier=1)


def _word(word: str, help_: str) -> Opt:
    return Opt(Keyword(word, help_, (Input(word, constant=True),)))


_ECHO: Final = Slot(
    "text", Text(length=(0, LINE_LIMIT)), "Text to print", (Input("text", many=True),)
)
_WAYS: Final[tuple[Grammar, ...]] = (
    _command("back", "Go up one context"),
    Seq(
        (
            _command("echo", "Print a text, as a configuration file does for its sections"),
            Many(_ECHO),
        )
    ),
    Seq(
        (
            _command("exit", "Return to the context that this one was entered from"),
            _word("all", "Return to the root of all contexts"),
        )
    ),
)
"""Commands that a configuration file may hold."""

_COMMANDS: Final[tuple[Grammar, ...]] = (
    *_WAYS,
    SETTINGS,
    Seq(
        (
            _command("help", "Tell how help is asked for"),
            Opt(
                Alt(
                    (
                        Keyword(
                            "edit", "Tell which keys edit a line", (Input("edit", constant=True),)
                        ),
                        Keyword(
                            "globals",
                            "Tell which commands every context has",
                            (Input("globals", constant=True),),
                        ),
                    )
                )
            ),
        )
    ),
    Seq((_command("exec", "Run the commands in a file"), SCRIPT)),
    _command("history", "Print the commands of this session, numbered"),
    Seq(
        (
            _command("info", "Print what is configured in this context"),
            _word("detail", "Print default values too"),
        )
    ),
    _command("logout", "End the session"),
    _command("password", "Change one's own password, which is asked for"),
    _command("pwc", "Print the present context as a path"),
    Seq(
        (
            _command("tree", "Print the commands of this context and of all below it"),
            Opt(
                Alt(
                    (
                        Keyword(
                            "detail", "Print their values too", (Input("detail", constant=True),)
                        ),
                        Keyword(
                            "flat", "Print one command a line", (Input("flat", constant=True),)
                        ),
                    )
                )
            ),
        )
    ),
)


def _roots(dialect: ClassicDialect) -> Iterator[Grammar]:
    """Yield the branches and commands of the root that can be typed in any context."""
    for child in data_children(dialect.root):
        if isinstance(child, Action):
            yield Seq((action_keyword(child, keyword_of(child)), inputs_of(child)))
        if isinstance(child, Container):
            effects = (Root(), Into(child.name))
            keyword = Keyword(keyword_of(child), child.help, effects, "+", tier=FAR)
            content = dialect.content(child, edits=child.name == "configure")
            yield Seq((keyword, content))


def _keyword(command: Grammar) -> Keyword:
    first, _ = next(iter(command.first()))
    assert isinstance(first, Keyword)
    return first


_SORTED: Final = tuple(sorted(_COMMANDS, key=lambda command: _keyword(command).word))
GLOBALS: Final = tuple(map(_keyword, _SORTED))
"""The first words of the commands that every context has, in order."""


def classic_line(dialect: ClassicDialect, start: Path) -> State:
    """Return the grammar of a line that is read from *start*, modifiers left out."""
    names = tuple([step.name for step in start])
    if names not in dialect.lines:
        dialect.lines.setdefault(names, _line(dialect, start, _SORTED))
    return dialect.lines[names]


def file_line(dialect: ClassicDialect, start: Path) -> State:
    """Return the grammar of a line of a configuration file that is read from *start*."""
    return _line(dialect, start, _WAYS)


def _line(dialect: ClassicDialect, start: Path, commands: tuple[Grammar, ...]) -> State:
    edits = bool(start) and start[0].name == "configure"
    content = dialect.content(dialect.node(start), edits=edits)
    roots = tuple(_roots(dialect)) if start else ()
    return (Alt((content, *commands, *roots)),)
