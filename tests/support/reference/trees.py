"""The pages of the trees: configuration, state and environment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reference.tables import (
    block,
    code,
    default,
    keywords,
    sentence,
    syntax,
    table,
    value,
)
from srpki.cli.classic.dialect import ClassicDialect
from srpki.cli.reading import Context
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import (
    Absent,
    Choice,
    Container,
    Inline,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Node,
)
from srpki.schema.tree import SCHEMA

if TYPE_CHECKING:
    from srpki.cli.session import Session

_CONFIGURATION = """# Configuration

Every element below `configure`, in both CLIs. A heading is a context as the MD-CLI names it; the
table lists what stands directly in it. *Classic* shows the lines that are typed in the same place
of the classic CLI, where `[no]` marks those that have a `no` form; a section without it is no
context there: one line of the context above sets all that it has. A value that is not configured
has its default; where there is none, the element is not there. What *restarts* takes the object
that holds it down for a moment when it is changed.
"""
_STATE = """# State

What `info` shows below `/state` in the MD-CLI. Nothing here can be configured; `show` commands
print some of it in both CLIs.
"""
_ENVIRONMENT = """# Environment

How a session behaves. In the MD-CLI a session changes its own copy below `/environment`; what new
sessions begin with is configured below `configure system management-interface cli md-cli
environment`, which has the same elements.
"""


def configuration_page() -> str:
    """Return the page of ``configure``."""
    dialect = ClassicDialect(Container(name="", help="", children=(SCHEMA.configure,)))
    sections = _sections(SCHEMA.configure, (SCHEMA.configure.name,), dialect)
    return "\n".join((_CONFIGURATION, *sections))


def state_page() -> str:
    """Return the page of ``state``."""
    return "\n".join((_STATE, *_sections(SCHEMA.state, (SCHEMA.state.name,), None)))


def environment_page(classic: Session) -> str:
    """Return the page of both CLIs' environments."""
    md = _sections(ENVIRONMENT, (ENVIRONMENT.name,), None)
    state = classic._shell.read("environment ").state
    entry = next((left for word, left in keywords(state) if word.word == "environment"), ())
    rows = [
        (code(f"{'[no] ' if word.no else ''}{syntax(word.word, left)}"), sentence(word.help))
        for word, left in keywords(entry)
        if word.word != "no"
    ]
    head = "## Classic CLI\n\nCommands that change the session, typed after `environment`.\n"
    return "\n".join((_ENVIRONMENT, *md, head, table(("command", "meaning"), rows)))


def _sections(
    node: Context, place: tuple[str, ...], dialect: ClassicDialect | None
) -> Iterator[str]:
    """Yield the section of *node*, and of what is below it; what only leads on has none."""
    rows = list(_rows(node.children, node))
    classic = _classic(node, dialect) if dialect is not None else ""
    if rows or isinstance(node, ListNode):
        yield f"## {' '.join(place)}\n"
        yield f"{sentence(node.help)}{_manner(node)}\n"
        yield table(("element", "value", "default", "note", "meaning"), rows)
        if classic:
            yield classic
    for child, absorbed in _contexts(node.children):
        there = None if absorbed else dialect
        yield from _sections(child, (*place, child.name), there)


def _contexts(children: tuple[Node, ...]) -> Iterator[tuple[Context, bool]]:
    """Yield the contexts among *children*, and whether a classic line takes in what is there."""
    for child in children:
        if isinstance(child, Choice):
            for case in child.cases:
                for inner, absorbed in _contexts(case.children):
                    yield inner, absorbed or isinstance(child.classic, Line | Absent)
        elif isinstance(child, Container | ListNode):
            yield child, isinstance(child.classic, Line | Absent)


def _manner(node: Context) -> str:
    if isinstance(node, ListNode):
        keys = " ".join(map(code, node.keys))
        most = f", at most {node.max_elements} entries" if node.max_elements is not None else ""
        return f" A list with the key {keys}{most}."
    return " It is there only when it is configured." if node.presence else ""


def _rows(
    children: tuple[Node, ...], node: Context, remark: str = ""
) -> Iterator[tuple[str, str, str, str, str]]:
    keys = node.keys if isinstance(node, ListNode) else ()
    for child in children:
        match child:
            case Choice():
                yield from _choice(child, node)
            case Leaf() | LeafList():
                marks = [remark, "key" if child.name in keys else ""]
                marks += ["mandatory"] if isinstance(child, Leaf) and child.mandatory else []
                marks += ["restarts"] if isinstance(child, Leaf) and child.auto_restart else []
                yield (
                    code(child.name),
                    value(child),
                    default(child),
                    ", ".join(filter(None, marks)),
                    sentence(child.help),
                )
            case Container() | ListNode() if remark:
                yield code(child.name), "context", "", remark, sentence(child.help)
            case _:
                continue


def _choice(choice: Choice, node: Context) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the rows of all cases, each with a note that tells what it belongs to."""
    must = ", of which one must be there" if choice.mandatory else ""
    for case in choice.cases:
        held = " (the default)" if case.name == choice.default else ""
        yield from _rows(case.children, node, f"one of *{choice.name}*{held}{must}")


def _classic(node: Context, dialect: ClassicDialect | None) -> str:
    """Return the classic commands of *node* as a block, or what stands in their place."""
    assert dialect is not None
    if isinstance(node.classic, Inline):
        return "*Classic:* no context of its own; its commands are typed one level higher.\n"
    content = dialect.content(node, edits=True)
    lines = [
        f"{'[no] ' if word.no else ''}{syntax(word.word, left)}"
        for word, left in keywords((content,))
        if word.word != "no"
    ]
    return f"*Classic:*\n\n{block(lines)}" if lines else ""
