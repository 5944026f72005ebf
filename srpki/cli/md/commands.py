"""The MD-CLI's own commands, as grammar; the other files of this room say what they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.cli.any_order import AnyOrder
from srpki.cli.effects import Command, Input, Into, Root
from srpki.cli.existing import ROLLBACK_ID
from srpki.cli.grammar import (
    FAR,
    UNLISTED,
    Alt,
    Argument,
    Grammar,
    Keyword,
    Must,
    Named,
    Opt,
    Seq,
    Slot,
    State,
)
from srpki.cli.md.dialect import ANYWHERE, CLOSES, EDITABLE, MdDialect, Reach, modes
from srpki.cli.pipes import SCRIPT
from srpki.cli.reading import Context, action_keyword, inputs_of
from srpki.config.comments import COMMENT
from srpki.schema.common import CFLASH_URL
from srpki.schema.nodes import Action, Container, data_children
from srpki.schema.paths import Path, path
from srpki.schema.types import Enumeration, Integer, Text, Union, ValueType

GLOBAL = "Global commands:"
CONFIGURATION = "Configuration commands:"

_DATASTORES: Final = {
    "baseline": "What was running when the candidate was begun",
    "candidate": "What is being edited and not committed yet",
    "intended": "What was committed last",
    "running": "What the node works with",
    "startup": "What the node starts with",
}
"""Configurations that can be shown, with their help; Ansible asks for the last one."""

_COMPARED: Final = {
    "baseline": _DATASTORES["baseline"],
    "candidate": _DATASTORES["candidate"],
    "running": _DATASTORES["running"],
    "startup": _DATASTORES["startup"],
    "booted": "What the node has started with",
}
"""Configurations that can be compared, those in files left out, with their help."""

REGIONS: Final = {
    "bof": "boot options",
    "debug": "debugging",
    "li": "lawful interception",
}
"""The regions other than ``configure``, with what is in them; none of them is emulated."""

CONFIRM_WITHIN: Final = 10
"""Minutes after which a confirmed commit is taken back, unless told [cli.md 1.4]."""

_COMMENT: Final = COMMENT.type
_REMARK: Final = Text(length=(0, 255))


def _command(name: str, help_: str) -> Keyword:
    return Keyword(name, help_, (Command(name),), group=GLOBAL, tier=1)


def _edit_command(name: str, help_: str, tier: int, *, quiet: bool = False) -> Keyword:
    return Keyword(name, help_, (Command(name),), group=CONFIGURATION, tier=tier, quiet=quiet)


def _word(word: str, help_: str, name: str = "") -> Keyword:
    effects = (Input(name or word, constant=word if name else True),)
    return Keyword(word, help_, effects)


def _slot(name: str, kind: ValueType, help_: str) -> Slot:
    return Slot(name, kind, help_, (Input(name),))


# --- commands that are the same everywhere --------------------------------------------------------

_LEVELS = _slot("levels", Integer("uint32", 1, 100), "How many contexts to go up, 1 when left out")
_PATHS = (
    _word("cli-path", "As it is typed after a slash", "format"),
    _word("gnmi-path", "As gNMI clients name it", "format"),
    _word("json-instance-path", "As a JSON instance identifier", "format"),
    _word("model-path", "As RESTCONF clients name it", "format"),
)


def _regions() -> Iterator[Keyword]:
    for region, content in REGIONS.items():
        yield _word(region, f"The region of {content}, which is not emulated", "region")


_SIMPLE = (
    Seq((_command("back", "Go up one context or more"), Opt(_LEVELS))),
    Seq(
        (
            _command("edit-config", "Enter a configuration mode, free to go to any branch"),
            Opt(
                Alt(
                    (
                        Keyword("configure", "Edit the region configure, as without this word"),
                        *_regions(),
                    )
                )
            ),
            Alt(modes()),
        )
    ),
    Seq(
        (
            _command("exit", "Return to the context that this one was entered from"),
            Opt(_word("all", "Return to the root of all contexts")),
        )
    ),
    Seq((_command("exec", "Run the commands in a file"), SCRIPT)),
    _command("history", "Print the commands of this session, numbered"),
    _command("logout", "End the session, after a question where changes would be lost"),
    _command("password", "Change one's own password, which is asked for"),
    Seq(
        (
            _command("pwc", "Print the present context as a path"),
            AnyOrder(
                (
                    Opt(_word("previous", "Print the context that was left for this one")),
                    Opt(Alt(_PATHS)),
                )
            ),
        )
    ),
    _command("quit-config", "Leave the configuration mode; only at the operational root"),
    _command("top", "Go to the top of the present branch, as /configure"),
)

# --- what info and compare may be told ------------------------------------------------------------

_FLAT = _word("flat", "Print one element a line, as seen from the present context")
_FULL = _word("full-context", "Print one element a line, each with its whole path")
_FORMATS = (
    Opt(_word("detail", "Print default values too")),
    Opt(Alt((_FLAT, _FULL, _word("json", "Print as JSON"), _word("xml", "Print as XML")))),
)
_INFO_FROM = Argument(
    "from",
    "string",
    "Configuration to show",
    Alt(tuple(_word(word, help_, "from") for word, help_ in _DATASTORES.items())),
    words=tuple(_DATASTORES),
)
_COMPARE = AnyOrder(
    (
        Opt(Alt((_FLAT, _FULL, _word("summary", "Print only which elements differ")))),
        Opt(
            Seq(
                (
                    Keyword("lines", "Print lines around each difference"),
                    _slot("lines", Integer("uint32", 0, 1000), "Number of lines before and after"),
                )
            )
        ),
    )
)


def _compared(preposition: str, help_: str, default: str) -> Grammar:
    """Return the configuration that is compared *preposition* the other."""
    version = Slot(
        "checkpoint",
        Integer("uint32", 0),
        "Number of the saved version, 0 for the latest",
        (Input(f"{preposition}-version"),),
    )
    url = Slot("url", CFLASH_URL, "File with a configuration", (Input(f"{preposition}-url"),))
    choices = (
        *(_word(word, text, preposition) for word, text in _COMPARED.items()),
        Seq((_word("rollback", "A version saved earlier", preposition), version)),
        Seq((_word("url", "A configuration in a file", preposition), url)),
    )
    baseline, candidate, *others = _COMPARED
    words = (baseline, candidate, "rollback <number>", *others, "url <string>")
    return Argument(preposition, "string", help_, Alt(choices), words=words, default=default)


_ROOT: Final = Keyword("/", "Everything, from the root on", (Root(),), quiet=True)
"""The root as a path [observed-2.md 7]."""


def _path(dialect: MdDialect, node: Context, reach: Reach = ANYWHERE) -> Grammar:
    """Return a path relative to *node*, or one from the root after a slash."""
    return Alt((dialect.place(node, reach), *dialect.roots(reach)))


def _optional(place: Grammar, verb: str = "look at", then: Grammar | None = None) -> Grammar:
    """Return an element that may be named, and what may be told *then*, after it."""
    text = f"Element to {verb} instead of the present context"
    path = Must(place, "path")
    return Argument("cli-path", "path", text, path if then is None else Seq((path, then)))


# --- commands that depend on the context ----------------------------------------------------------


def commands(dialect: MdDialect, node: Context) -> Iterator[Grammar]:
    """Yield the commands of a session that stands at *node*."""
    yield from _SIMPLE
    several = _path(dialect, node, Reach(picks=True, offered=(*EDITABLE, "state")))
    info = _command("info", "Print configuration or state of this context or another")
    formats = AnyOrder((_INFO_FROM, *_FORMATS))
    shown = Alt((several, _ROOT))
    yield Seq((info, formats, _optional(shown, then=AnyOrder(_FORMATS))))
    tree = _command("tree", "Print what can be configured below a context")
    forms = AnyOrder(
        (
            Opt(_word("detail", "Print what values are taken")),
            Opt(
                Alt(
                    (
                        _word(
                            "flat", "Print one element a line, as seen from that context", "form"
                        ),
                        _PATHS[1],
                    )
                )
            ),
        )
    )
    yield Seq((tree, forms, _optional(_path(dialect, node))))
    yield from _editing(dialect, node)
    yield from _elsewhere(dialect, node)


def _editing(dialect: MdDialect, node: Context) -> Iterator[Grammar]:
    any_place = _path(dialect, node, Reach(offered=("configure",)))
    place = _path(dialect, node, Reach(keyed=True, offered=("configure",)))
    several = _path(dialect, node, Reach(picks=True, keyed=True, offered=EDITABLE))
    # At the root "conf" means the branch, though commands that edit begin alike.
    tier = FAR if node is dialect.root else 1
    annotate = _edit_command("annotate", "Say something of an element", tier)
    comment = _slot("comment", _REMARK, "What is said of it, or nothing between the quotes")
    yield Seq((annotate, comment, Must(place, "path")))
    yield _commit(tier)
    compare = _edit_command("compare", "Print the differences between two configurations", tier)
    sides = (
        _compared("from", "Configuration that the differences start from", "baseline"),
        _compared("to", "Configuration that the differences lead to", "candidate"),
    )
    yield Seq((compare, *sides, _COMPARE, _optional(Alt((place, _ROOT)), then=_COMPARE)))
    yield Seq(
        (
            _edit_command("delete", "Remove elements, or return them to their defaults", tier),
            Must(several, "path"),
        )
    )
    yield Seq(
        (
            _edit_command("discard", "Undo changes that are not committed yet", tier),
            _optional(any_place, "restore"),
        )
    )
    yield Seq(
        (
            _edit_command(
                "update", "Bring what others have committed into a private candidate", tier
            ),
            Opt(_word("check", "Only show what would conflict")),
        )
    )
    yield _edit_command("validate", "Check whether the candidate could be committed", tier)
    at_top = node is dialect.node(path("configure"))
    yield _load(at_top=at_top)
    yield _rollback(at_top=at_top)


def _commit(tier: int) -> Grammar:
    minutes = _slot("minutes", Integer("uint32", 1, 168), "Minutes until it is taken back")
    confirmed = Seq(
        (
            _word("confirmed", "Take the commit back unless it is accepted in time"),
            Opt(
                Alt(
                    (
                        minutes,
                        _word("accept", "Keep what was committed", "answer"),
                        _word("cancel", "Take it back now", "answer"),
                    )
                )
            ),
        )
    )
    comment = Seq(
        (
            Keyword("comment", "Say what the commit is for"),
            _slot("comment", _COMMENT, "What the commit is for"),
        )
    )
    commit = _edit_command(
        "commit", "Check the candidate, make it the running configuration and save it", tier
    )
    return Seq((commit, AnyOrder((Opt(confirmed), Opt(comment)))))


def _top_command(name: str, help_: str, *, at_top: bool) -> Keyword:
    """Return a command of the top of ``configure``: known elsewhere, to say where it belongs."""
    return _edit_command(name, help_, 1 if at_top else UNLISTED, quiet=not at_top)


def _load(*, at_top: bool) -> Grammar:
    way = Alt(
        (
            _word("full-replace", "Take the file in the place of the candidate", "way"),
            _word("merge", "Add what is in the file to the candidate", "way"),
        )
    )
    url = _slot("url", CFLASH_URL, "File with a configuration")
    load = _top_command("load", "Load a configuration into the candidate", at_top=at_top)
    ignoring = Keyword(
        "ignore-unknown",
        "Pass over what is not known here, and tell",
        (Input("ignore-unknown", constant=True),),
    )
    return Seq((load, way, url, Opt(ignoring)))


def _rollback(*, at_top: bool) -> Grammar:
    kinds = Union((Integer("uint32", 0), Enumeration(("startup",))))
    text = "Saved version: 0 the latest, or what the node starts with"
    effects = (Input("checkpoint"),)
    saved = Named(Slot("checkpoint", kinds, text, effects, heading=ROLLBACK_ID))
    commit = Seq(
        (
            Keyword("commit-id", "A version named by its commit"),
            _slot("commit-id", Integer("uint32", 0), "Number of the commit"),
        )
    )
    rollback = _top_command("rollback", "Return to a configuration saved earlier", at_top=at_top)
    return Seq((rollback, Opt(Alt((saved, commit)))))


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


def line(dialect: MdDialect, start: Path) -> State:
    """Return the grammar of a line typed at *start*, modifiers left out."""
    names = tuple([step.name for step in start])
    if names not in dialect.lines:
        node = dialect.node(start)
        content = dialect.content(node, edits=bool(names) and names[0] in EDITABLE)
        ways = (content, *commands(dialect, node), CLOSES, *dialect.everywhere)
        dialect.lines.setdefault(names, (Alt(ways),))
    return dialect.lines[names]
