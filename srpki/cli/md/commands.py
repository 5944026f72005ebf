"""The MD-CLI's own commands, as grammar; `srpki.cli.md.cli` says what they do."""

from __future__ import annotations

from collections.abc import Iterator

from srpki.cli.effects import Command, Input, Into, Root
from srpki.cli.grammar import (
    FAR,
    Alt,
    AnyOrder,
    Grammar,
    Keyword,
    Many,
    Must,
    Opt,
    Seq,
    Slot,
    State,
)
from srpki.cli.md.dialect import CLOSE, Context, MdDialect, modes
from srpki.cli.pipes import SCRIPT
from srpki.schema.nodes import Container, data_children
from srpki.schema.types import Integer

GLOBAL = "Global commands:"
CONFIGURATION = "Configuration commands:"

_DATASTORES = ("baseline", "candidate", "intended", "running")


def _command(name: str, help_: str) -> Keyword:
    return Keyword(name, help_, (Command(name),), group=GLOBAL, tier=1)


def _edit_command(name: str, help_: str, tier: int) -> Keyword:
    return Keyword(name, help_, (Command(name),), group=CONFIGURATION, tier=tier)


def _word(word: str, help_: str, name: str = "") -> Keyword:
    effects = (Input(name or word, constant=word if name else True),)
    return Keyword(word, help_, effects)


def _datastore(preposition: str, name: str) -> Grammar:
    words = tuple(_word(word, f"The {word} configuration", name) for word in _DATASTORES)
    return Opt(Seq((Opt(Keyword(preposition, "Which configuration")), Alt(words))))


_FORMATS = (
    Opt(_word("detail", "Show default values too")),
    Opt(_word("flat", "Show the context from the present one on each line")),
    Opt(_word("full-context", "Show the whole context on each line")),
    Opt(_word("json", "Show JSON")),
)
_LEVELS = Slot("levels", Integer("uint32", 1, 100), "Number of levels to go up", (Input("levels"),))
_SIMPLE = (
    Seq((_command("back", "Go up one level or more"), Opt(_LEVELS))),
    Seq(
        (
            _command("edit-config", "Enter a mode that edits the configuration"),
            Opt(Keyword("configure", "The configure region")),
            Alt(modes()),
        )
    ),
    Seq(
        (
            _command("exit", "Return to the context before this one"),
            Opt(_word("all", "Return to the operational root")),
        )
    ),
    Seq((_command("exec", "Run the lines of a file"), SCRIPT)),
    _command("history", "Show the commands that were typed"),
    _command("logout", "End the session"),
    _command("pwc", "Show the present context"),
    _command("quit-config", "Leave the mode that edits the configuration"),
    _command("top", "Go to the top of the present branch"),
)

_PLAIN_EDITS = (
    ("commit", "Make the candidate configuration the running one"),
    ("update", "Take what others have committed into the candidate"),
    ("validate", "Check the candidate configuration"),
)


def _path(dialect: MdDialect, node: Context) -> Grammar:
    """Return a path relative to *node*, or one from the root after a slash."""
    places = [dialect.place(node)]
    roots = [
        Seq(
            (
                Keyword(
                    f"/{child.name}", child.help, (Root(), Into(child.name, enters=False)), "+"
                ),
                dialect.place(child),
            )
        )
        for child in data_children(dialect.root)
        if isinstance(child, Container)
    ]
    return Alt((*places, *roots))


def commands(dialect: MdDialect, node: Context) -> Iterator[Grammar]:
    """Yield the commands of a session that stands at *node*."""
    yield from _SIMPLE
    # At the root "conf" means the branch, though commands that edit begin alike.
    tier = FAR if node is dialect.root else 1
    yield from (_edit_command(name, help_, tier) for name, help_ in _PLAIN_EDITS)
    place = _path(dialect, node)
    info = _command("info", "Show what is configured here")
    yield Seq((info, AnyOrder((_datastore("from", "from"), *_FORMATS)), place))
    compare = _edit_command("compare", "Show what has been changed", tier)
    layout = AnyOrder(_FORMATS[1:3])
    yield Seq((compare, _datastore("from", "from"), _datastore("to", "to"), layout, place))
    yield Seq((_edit_command("delete", "Remove what is configured", tier), Must(place, "path")))
    yield Seq((_edit_command("discard", "Undo changes in the candidate", tier), place))
    yield from _elsewhere(dialect, node)


def _elsewhere(dialect: MdDialect, node: Context) -> Iterator[Grammar]:
    """Yield the branches that can be reached from any context without a slash [cli.md 1.2]."""
    if node is dialect.root:
        return
    for child in data_children(dialect.root):
        if isinstance(child, Container) and child.name in ("environment", "show"):
            effects = (Root(), Into(child.name))
            keyword = Keyword(child.name, child.help, effects, "+", group=GLOBAL, tier=FAR)
            yield Seq((keyword, dialect.content(child, edits=child.name == "environment")))


def line(dialect: MdDialect, node: Context, *, edits: bool) -> State:
    """Return the grammar of a line typed at *node*, modifiers left out."""
    close = Seq((CLOSE.word, Many(CLOSE.word)))
    content = dialect.content(node, edits=edits)
    return (Alt((content, *commands(dialect, node), close)),)
