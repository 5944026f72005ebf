"""The MD-CLI's own commands, as grammar; `srpki.cli.md.cli` says what they do."""

from __future__ import annotations

from collections.abc import Iterator

from srpki.cli.effects import Command, Input, Into, Root
from srpki.cli.grammar import (
    FAR,
    Alt,
    AnyOrder,
    Argument,
    Grammar,
    Keyword,
    Many,
    Must,
    Opt,
    Seq,
    Slot,
    State,
)
from srpki.cli.md.dialect import CLOSE, Context, MdDialect, action_keyword, inputs_of, modes
from srpki.schema.nodes import Action, Container, data_children
from srpki.schema.types import Integer

GLOBAL = "Global commands:"
CONFIGURATION = "Configuration commands:"

_DATASTORES = {
    "baseline": "What was running when the candidate was begun",
    "candidate": "What is being edited and not committed yet",
    "intended": "What was committed last",
    "running": "What the node works with",
}
"""Configurations that can be shown and compared, with their help."""


def _command(name: str, help_: str) -> Keyword:
    return Keyword(name, help_, (Command(name),), group=GLOBAL, tier=1)


def _edit_command(name: str, help_: str, tier: int) -> Keyword:
    return Keyword(name, help_, (Command(name),), group=CONFIGURATION, tier=tier)


def _word(word: str, help_: str, name: str = "") -> Keyword:
    effects = (Input(name or word, constant=word if name else True),)
    return Keyword(word, help_, effects)


def _datastore(name: str, help_: str, default: str = "") -> Grammar:
    words = Alt(tuple(_word(word, _DATASTORES[word], name) for word in _DATASTORES))
    return Argument(name, "string", help_, words, words=tuple(_DATASTORES), default=default)


_FORMATS = (
    Opt(_word("detail", "Print default values too")),
    Opt(_word("flat", "Print one element a line, as seen from the present context")),
    Opt(_word("full-context", "Print one element a line, each with its whole path")),
    Opt(_word("json", "Print as JSON")),
)
_LEVELS = Slot(
    "levels",
    Integer("uint32", 1, 100),
    "How many contexts to go up, 1 when left out",
    (Input("levels"),),
)
_SIMPLE = (
    Seq((_command("back", "Go up one context or more"), Opt(_LEVELS))),
    Seq(
        (
            _command("edit-config", "Enter a configuration mode, free to go to any branch"),
            Opt(Keyword("configure", "Edit the region configure, as without this word")),
            Alt(modes()),
        )
    ),
    Seq(
        (
            _command("exit", "Return to the context that this one was entered from"),
            Opt(_word("all", "Return to the root of all contexts")),
        )
    ),
    _command("history", "Print the commands of this session, numbered"),
    _command("logout", "End the session, after a question where changes would be lost"),
    _command("pwc", "Print the present context as a path"),
    _command("quit-config", "Leave the configuration mode; only at the operational root"),
    _command("top", "Go to the top of the present branch, as /configure"),
)

_PLAIN_EDITS = (
    ("commit", "Check the candidate, make it the running configuration and save it"),
    ("update", "Bring what others have committed into a private candidate"),
    ("validate", "Check whether the candidate could be committed"),
)


def _path(dialect: MdDialect, node: Context) -> Grammar:
    """Return a path relative to *node*, or one from the root after a slash."""
    roots = (child for child in data_children(dialect.root) if isinstance(child, Container))
    return Alt((dialect.place(node), *map(dialect.rooted, roots)))


def _optional(place: Grammar) -> Grammar:
    return Argument("cli-path", "path", "Element to look at instead of the present context", place)


def commands(dialect: MdDialect, node: Context) -> Iterator[Grammar]:
    """Yield the commands of a session that stands at *node*."""
    yield from _SIMPLE
    # At the root "conf" means the branch, though commands that edit begin alike.
    tier = FAR if node is dialect.root else 1
    yield from (_edit_command(name, help_, tier) for name, help_ in _PLAIN_EDITS)
    place = _path(dialect, node)
    info = _command("info", "Print configuration or state of this context or another")
    source = _datastore("from", "Configuration to show")
    yield Seq((info, AnyOrder((source, *_FORMATS)), _optional(place)))
    compare = _edit_command("compare", "Print the differences between two configurations", tier)
    layout = AnyOrder(_FORMATS[1:3])
    source = _datastore("from", "Configuration that the differences start from", "baseline")
    target = _datastore("to", "Configuration that the differences lead to", "candidate")
    yield Seq((compare, source, target, layout, _optional(place)))
    yield Seq(
        (
            _edit_command("delete", "Remove elements, or return them to their defaults", tier),
            Must(place, "path"),
        )
    )
    yield Seq(
        (
            _edit_command("discard", "Undo changes that are not committed yet", tier),
            _optional(place),
        )
    )
    yield from _elsewhere(dialect, node)


def _elsewhere(dialect: MdDialect, node: Context) -> Iterator[Grammar]:
    """Yield the branches and commands that need no slash in any context [cli.md 1.2]."""
    if node is dialect.root:
        return
    for child in data_children(dialect.root):
        if isinstance(child, Action):
            yield Seq((action_keyword(child, child.name), inputs_of(child)))
        if isinstance(child, Container) and child.name in ("environment", "show"):
            effects = (Root(), Into(child.name))
            keyword = Keyword(child.name, child.help, effects, "+", group=GLOBAL, tier=FAR)
            yield Seq((keyword, dialect.content(child, edits=child.name == "environment")))


def line(dialect: MdDialect, node: Context, *, edits: bool) -> State:
    """Return the grammar of a line typed at *node*, modifiers left out."""
    close = Seq((CLOSE.word, Many(CLOSE.word)))
    content = dialect.content(node, edits=edits)
    return (Alt((content, *commands(dialect, node), close)),)
