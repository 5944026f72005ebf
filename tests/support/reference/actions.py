"""The page of the actions: what can be done, in both spellings."""

from __future__ import annotations

from collections.abc import Iterator

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
from srpki.cli.reading import Context, inputs_of
from srpki.schema.classic import keyword_of
from srpki.schema.nodes import (
    Action,
    Choice,
    Container,
    Inline,
    Leaf,
    LeafList,
    ListNode,
    Node,
)
from srpki.schema.tree import LAB_SCHEMA

_HEAD = """# Actions

Commands that do or show something, with what they take. The lines are as typed from the root of
each CLI: `<value>` stands for a value, `[...]` may be left out, `{... | ...}` is one of several. In
the MD-CLI inputs with a name may be typed in any order. The `lab` commands are the emulator's own
and exist in lab mode only ([The lab](lab.md)).
"""
Found = tuple[tuple[str, ...], Context, Action]


def actions_page() -> str:
    """Return the page."""
    md = list(_actions(LAB_SCHEMA.operations_md, ()))
    classic = {
        action.operation: _classic_line(place, node, action)
        for place, node, action in _actions(LAB_SCHEMA.operations_classic, (), classic=True)
    }
    known = {action.operation for _, _, action in md}
    parts = [
        _section(
            " ".join((*place, action.name)),
            action,
            _md_line(place, action),
            classic.get(action.operation, ""),
        )
        for place, _, action in md
    ]
    for place, node, action in _actions(LAB_SCHEMA.operations_classic, (), classic=True):
        if action.operation not in known:
            line = _classic_line(place, node, action)
            parts.append(_section(" ".join((*place, keyword_of(action))), action, "", line))
    return "\n".join((_HEAD, *parts))


def _actions(node: Context, place: tuple[str, ...], *, classic: bool = False) -> Iterator[Found]:
    """Yield every action below *node*, the words that lead to it and the context that holds it.

    What is not emulated is left out.
    """
    for child in node.children:
        if isinstance(child, Action):
            if child.emulated:
                yield place, node, child
        elif isinstance(child, Container | ListNode):
            hidden = classic and isinstance(child.classic, Inline)
            word = keyword_of(child) if classic else child.name
            keys = tuple(f"<{key}>" for key in child.keys) if isinstance(child, ListNode) else ()
            below = place if hidden else (*place, word, *keys)
            yield from _actions(child, below, classic=classic)


def _classic_line(place: tuple[str, ...], node: Context, action: Action) -> str:
    """Return the line of *action* in the classic CLI; nothing where it has none."""
    content = ClassicDialect(LAB_SCHEMA.operations_classic).content(node, edits=False)
    for word, left in keywords((content,)):
        if word.word == keyword_of(action):
            return " ".join((*place, syntax(word.word, left)))
    return ""


def _md_line(place: tuple[str, ...], action: Action) -> str:
    """Return the line of *action* in the MD-CLI."""
    return " ".join((*place, syntax(action.name, (inputs_of(action),))))


def _section(title: str, action: Action, md: str, classic: str) -> str:
    lines = [f"## {title}\n", f"{sentence(action.help)}{_asks(action)}\n"]
    if md == classic:
        lines.append(block([md]))
    else:
        lines += [_spelled("MD-CLI", md), _spelled("Classic", classic)]
    rows = list(_rows(action.inputs, action, ""))
    lines += [table(("input", "value", "default", "note", "meaning"), rows)] if rows else []
    return "\n".join(lines)


def _spelled(cli: str, line: str) -> str:
    return f"*{cli}:*\n\n{block([line])}" if line else f"*{cli}:* not there.\n"


def _asks(action: Action) -> str:
    return f" It asks first: *{action.question}*" if action.question else ""


def _rows(
    inputs: tuple[Node, ...], action: Action, remark: str
) -> Iterator[tuple[str, str, str, str, str]]:
    for node in inputs:
        if isinstance(node, Choice):
            for case in node.cases:
                must = ", of which one must be there" if node.mandatory else ""
                note = f"*{case.name}*, one of *{node.name}*{must}"
                yield from _rows(case.children, action, note)
        elif isinstance(node, Leaf | LeafList):
            marks = [remark, "without its name" if node.name in action.positional else ""]
            marks += ["mandatory"] if isinstance(node, Leaf) and node.mandatory else []
            said = ", ".join(filter(None, marks))
            yield code(node.name), value(node), default(node), said, sentence(node.help)
