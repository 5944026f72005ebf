"""Everything that can be typed in either CLI has a sentence that says something."""

import re

import pytest
from counting import met

from srpki.cli.any_order import AnyOrder
from srpki.cli.grammar import Keyword, options
from srpki.cli.session import Session
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import Case, Choice
from srpki.schema.tree import LAB_SCHEMA

LONGEST = 120
FILLING = {
    "a",
    "all",
    "an",
    "and",
    "for",
    "in",
    "is",
    "it",
    "of",
    "or",
    "that",
    "the",
    "this",
    "to",
}


def mark(item):
    if isinstance(item, AnyOrder):
        return sum(not inner.nullable for inner in item.items)
    return id(item)


def terminals(state):
    """Return all that can be typed from *state* on; braces only lead to the same again.

    Of items in any order it matters only how many of them must still be typed.
    """
    found, seen, ahead = [], set(), [state]
    while ahead:
        for terminal, left in options(ahead.pop()):
            place = (id(terminal), *map(mark, left))
            if place in seen or (isinstance(terminal, Keyword) and terminal.word == "{"):
                continue
            seen.add(place)
            found.append((terminal, left))  # kept, so that no other object gets its number
            ahead.append(left)
    return [terminal for terminal, _ in found]


def sentences(session, *lines):
    """Return the names and the help of all that can be typed where *lines* lead."""
    for line in met(0, lines):
        assert session.feed(line).ok, line
    typed = terminals(session._shell.read("").state)
    return {
        (item.word if isinstance(item, Keyword) else item.name, item.help)
        for item in typed
        if not (isinstance(item, Keyword) and item.structure)
    }


def nodes(node, place=""):
    """Yield the place and the help of *node* and of all below it."""
    named = not isinstance(node, Choice | Case)
    here = f"{place}/{node.name}" if named else place
    if named:
        yield here, node.help
    for part in ("children", "cases", "inputs"):
        for child in getattr(node, part, ()):
            yield from nodes(child, here)


def roots(word):
    return {part.rstrip("s") for part in re.findall(r"[a-z0-9]+", word.lower())}


def fault(name, help_):
    """Return what is wrong with the sentence *help_* about *name*, or nothing."""
    if not help_.strip():
        return "empty"
    if len(help_) > LONGEST:
        return "long"
    if help_.endswith((".", " ", "!")):
        return "ends badly"
    if not (help_[0].isupper() or help_[0].isdigit()):
        return "begins small"
    said = {word for word in roots(help_) if word not in {w.rstrip("s") for w in FILLING}}
    return "repeats the name" if said <= roots(name) else ""


@pytest.mark.parametrize(
    ("dialect", "lines"),
    [
        ("md", ["edit-config private"]),
        ("md", ["edit-config private", "configure system security pki"]),
        ("classic", []),
        ("classic", ["configure system security pki"]),
    ],
)
def test_every_word_and_value_has_help(device, dialect, lines):
    found = sentences(Session(device, dialect), *lines)
    assert {"revocation-check", "entry", "curve", "post-lines"} <= dict(found).keys()
    faults = [(name, help_, wrong) for name, help_ in found if (wrong := fault(name, help_))]
    assert sorted(faults) == []


def test_every_node_has_help_whether_it_can_be_typed_or_not():
    schema = LAB_SCHEMA
    parts = (schema.configure, schema.state, *schema.operations_md.children, ENVIRONMENT)
    found = [place for part in parts for place in nodes(part)]
    assert len(found) > 350
    faults = [
        (place, help_, wrong)
        for place, help_ in found
        if (wrong := fault(place.rpartition("/")[2], help_))
    ]
    assert faults == []


@pytest.mark.parametrize(
    ("name", "help_", "wrong"),
    [
        ("retry-interval", "", "empty"),
        ("retry-interval", "The retry interval", "repeats the name"),
        ("urls", "URL of this", "repeats the name"),
        ("retry-interval", "How long to wait after a failure.", "ends badly"),
        ("retry-interval", "How long to wait " * 8, "long"),
        ("retry-interval", "How long to wait after a failure", ""),
    ],
)
def test_faults_are_found(name, help_, wrong):
    assert fault(name, help_) == wrong
