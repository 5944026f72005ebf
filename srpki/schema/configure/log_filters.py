"""``configure log filter``: rules that say which events a log takes [nokia-conf-log.yang, 26.3].

The list ``entry`` of earlier releases, obsolete in the model, is left out. Classic spellings:
observed-2.md 3 and public configurations.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, NAMED_ITEM, description
from srpki.schema.configure.log_types import (
    ACTION,
    APPLICATION,
    ENTRY_NAME,
    FILTER_NAME,
    SEVERITY,
)
from srpki.schema.nodes import (
    Arg,
    Case,
    Choice,
    Container,
    Either,
    Leaf,
    Line,
    ListNode,
    Maybe,
    Numbered,
    Quoted,
    Word,
)
from srpki.schema.types import Integer, Text, ValueType

_EQUAL: Final = {"eq": "is", "neq": "is not"}
_ORDERED: Final = _EQUAL | {
    "lt": "is less than",
    "lte": "is at most",
    "gt": "is more than",
    "gte": "is at least",
}


def _operators(name: str, kind: ValueType, what: str, operators: dict[str, str]) -> Choice:
    quoted = Quoted() if kind is APPLICATION else None
    leafs = (
        Leaf(
            name=operator,
            type=kind,
            help=f"Match events whose {what} {words} this",
            classic=quoted,
        )
        for operator, words in operators.items()
    )
    return Choice(
        name=f"{name}-match",
        cases=tuple(Case(name=leaf.name, children=(leaf,)) for leaf in leafs),
    )


def _compared(
    name: str, kind: ValueType, what: str, operators: dict[str, str], word: str = ""
) -> Container:
    """Return the container that compares one property of an event with a value.

    The classic CLI calls it *word*, where that is given.
    """
    arguments = tuple((Arg(operator, operator),) for operator in operators)
    return Container(
        name=name,
        help=f"Compare the {what} of the event",
        classic=Line(word or name, (Either(arguments),)),
        children=(_operators(name, kind, what, operators),),
    )


def _text(name: str, kind: ValueType, what: str, word: str = "", pattern: str = "") -> Container:
    """Return the container that compares a text, as it stands or as a regular expression.

    In the classic CLI the text comes after the word *pattern*, where one is given.
    """
    arguments = tuple(
        (Word(operator, help=f"Match events whose {what} {words} this"), Arg(operator, pattern))
        if pattern
        else (Arg(operator, operator),)
        for operator, words in _EQUAL.items()
    )
    regexp = Leaf(
        name="regexp",
        type=BOOLEAN,
        default="false",
        help="Take the text for a regular expression",
    )
    return Container(
        name=name,
        help=f"Compare the {what} of the event",
        classic=Line(word or name, (Either(arguments), Maybe((Arg("regexp", "regexp"),)))),
        children=(regexp, _operators(name, kind, what, _EQUAL)),
    )


_MATCH: Final = Container(
    name="match",
    help="What an event must have, all of it; nothing matches every event",
    children=(
        _compared("application", APPLICATION, "application", _EQUAL),
        _compared("event", Integer("uint32", 1), "number", _ORDERED, "number"),
        _text("message", Text(length=(1, 400)), "message", pattern="pattern"),
        _text("vrtr-name", NAMED_ITEM, "router instance", "router"),
        _compared("severity", SEVERITY, "severity", _ORDERED),
        _text("subject", NAMED_ITEM, "subject"),
    ),
)

_NAMED_ENTRY: Final = ListNode(
    name="named-entry",
    keys=("entry-name",),
    max_elements=999,
    help="One rule; the first that matches decides, by number, then as configured",
    classic=Numbered("entry", named=False),
    children=(
        Leaf(name="entry-name", type=ENTRY_NAME, help="Name of the rule, often a number"),
        description("rule"),
        Leaf(
            name="action",
            type=ACTION,
            help="What becomes of an event that matches; without it the rule is passed",
        ),
        _MATCH,
    ),
)

FILTER: Final = ListNode(
    name="filter",
    keys=("filter-name",),
    max_elements=1500,
    help="Rules that say which events a log takes",
    classic=Numbered(order=("default-action", "description")),
    children=(
        Leaf(name="filter-name", type=FILTER_NAME, help="Name by which logs refer to the filter"),
        description("filter"),
        Leaf(
            name="default-action",
            type=ACTION,
            help="What becomes of an event that no rule matches; without it the log takes it",
        ),
        _NAMED_ENTRY,
    ),
)
