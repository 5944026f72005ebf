"""The classic CLI's own commands, as grammar; `srpki.cli.classic.cli` says what they do."""

from __future__ import annotations

from collections.abc import Iterator

from srpki.cli.classic.dialect import ClassicDialect
from srpki.cli.classic.lines import keyword_of
from srpki.cli.effects import Command, Input, Into, Root
from srpki.cli.grammar import FAR, Alt, Grammar, Keyword, Opt, Seq, Slot, State
from srpki.cli.pipes import SCRIPT
from srpki.schema.nodes import Container, data_children
from srpki.schema.paths import Path
from srpki.schema.types import Integer


def _command(name: str, help_: str) -> Keyword:
    return Keyword(name, help_, (Command(name),), tier=1)


def _switch(name: str, help_: str) -> Keyword:
    return Keyword(name, help_, (Input(name, constant=True),), no=True)


_SWITCHES = (
    ("create", "Ask for the create keyword where an entry is made"),
    ("more", "Stop after each screen of output"),
    ("saved-ind-prompt", "Show in the prompt that there are changes to save"),
)
_LEVELS = Slot(
    "no-of-nodes",
    Integer("uint32", 0, 20),
    "Number of contexts that the prompt shows, the last ones",
    (Input("reduced-prompt"),),
)
_SETTINGS = Alt(
    (
        *(_switch(name, help_) for name, help_ in _SWITCHES),
        Seq((Keyword("reduced-prompt", "Shorten the prompt", no=True), _LEVELS)),
        Seq(
            (
                Keyword("no", "Switch off what follows"),
                Alt(
                    (
                        *(
                            Keyword(name, help_, (Input(name, constant=False),))
                            for name, help_ in _SWITCHES
                        ),
                        Keyword("reduced-prompt", "", (Input("reduced-prompt", constant=0),)),
                    )
                ),
            )
        ),
    )
)
_COMMANDS: tuple[Grammar, ...] = (
    _command("back", "Go back one level"),
    Seq((_command("environment", "Change how this session behaves"), _SETTINGS)),
    Seq(
        (
            _command("exit", "Return to the context before this one"),
            Opt(Keyword("all", "Return to the root", (Input("all", constant=True),))),
        )
    ),
    Seq((_command("exec", "Run the lines of a file"), SCRIPT)),
    _command("history", "Show the commands that were typed"),
    Seq(
        (
            _command("info", "Show what is configured here"),
            Opt(Keyword("detail", "Show default values too", (Input("detail", constant=True),))),
        )
    ),
    _command("logout", "End the session"),
    _command("pwc", "Show the present context"),
)


def _roots(dialect: ClassicDialect) -> Iterator[Grammar]:
    """Yield the branches that can be typed in any context."""
    for child in data_children(dialect.root):
        if isinstance(child, Container):
            effects = (Root(), Into(child.name))
            keyword = Keyword(keyword_of(child), child.help, effects, "+", tier=FAR)
            content = dialect.content(child, edits=child.name == "configure")
            yield Seq((keyword, content))


def classic_line(dialect: ClassicDialect, start: Path) -> State:
    """Return the grammar of a line that is read from *start*, modifiers left out."""
    edits = bool(start) and start[0].name == "configure"
    content = dialect.content(dialect.node(start), edits=edits)
    roots = tuple(_roots(dialect)) if start else ()
    return (Alt((content, *_COMMANDS, *roots)),)
