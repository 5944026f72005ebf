"""Every node of the schema in both CLIs: what is accepted, completed and explained, on both sides
of every limit.

README.md says who judges a line and what the golden files pin.
"""

import re
from collections import Counter

import pytest
from clerk import Clerk
from counting import met

from srpki.config import datastore
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import Container, Leaf, LeafList, Line, ListNode, data_children
from srpki.schema.tree import LAB_SCHEMA, node_at

BRANCHES = {
    "ipsec": ("ipsec",),
    "log": ("log",),
    "system": ("system",),
    "management-interface": ("system", "management-interface"),
    "pki": ("system", "security", "pki"),
    "tls": ("system", "security", "tls"),
}
"""Branches of the configuration with a file of their own, by its name."""


@pytest.fixture(autouse=True)
def references_may_point_nowhere(monkeypatch):
    """The order of what is configured is not what is tested."""
    monkeypatch.setattr(datastore, "caused", lambda *_: ())


def configured(branch):
    return node_at(LAB_SCHEMA.configure, *BRANCHES[branch])


def below(places, branch):
    """Return the *places* of *branch* that no other file has."""
    top = " ".join(("configure", *BRANCHES[branch]))
    inner = [" ".join(("configure", *names)) for names in BRANCHES.values() if names]
    inner = [other for other in inner if other.startswith(f"{top} ")]
    return [
        place
        for place in places
        if f"{place.path} ".startswith(f"{top} ")
        and not any(f"{place.path} ".startswith(f"{other} ") for other in inner)
    ]


@pytest.mark.parametrize("branch", BRANCHES)
def test_md_configuration(new_device, lines, golden, shortened, branch):
    clerk = Clerk(new_device, "md", shortened, ["edit-config private"])
    found = []
    for place in below(lines.md_places(LAB_SCHEMA.configure, "configure"), branch):
        found += clerk.explain(f"/{place.path} ", *place.words)
        for typed in place.lines:
            found += clerk.tell(typed, *_md_lines(place, typed))
    golden(f"md/configure-{branch}", "\n".join(found) + "\n")


def _md_lines(place, typed):
    before = typed.before and f"/{place.path} {typed.before}"
    if typed.line.startswith("delete "):
        return f"delete /{place.path} {typed.line.removeprefix('delete ')}", before
    return f"/{place.path} {typed.line}", before


@pytest.mark.parametrize("branch", BRANCHES)
def test_classic_configuration(new_device, lines, golden, shortened, branch):
    clerk = Clerk(new_device, "classic", shortened)
    found = []
    for place in below(lines.classic_places(LAB_SCHEMA.configure), branch):
        found += clerk.explain(f"{place.path} ", *place.words)
        for typed in place.lines:
            found += clerk.tell(typed, typed.line, place.path, *_back(place, typed))
    golden(f"classic/configure-{branch}", "\n".join(found) + "\n")


def _back(place, typed):
    """Return what is typed first, and the way back into the context."""
    return (typed.before, "exit all", place.path) if typed.before else ()


def test_md_environment(new_device, lines, golden, shortened):
    clerk = Clerk(new_device, "md", shortened)
    found = []
    for place in lines.md_places(ENVIRONMENT, "environment"):
        found += clerk.explain(f"/{place.path} ", *place.words)
        for typed in place.lines:
            line = f"/{place.path} {typed.line}"
            before = typed.before and f"/{place.path} {typed.before}"
            if typed.line.startswith("delete "):
                path = f"{place.path} {typed.line.removeprefix('delete ')}"
                line = f"environment delete {path.removeprefix('environment ')}"
            found += clerk.tell(typed, line, before)
    golden("md/environment", "\n".join(found) + "\n")


def leafs(node, place):
    """Yield each leaf below *node* with the names that lead to it."""
    for child in data_children(node):
        if isinstance(child, Leaf | LeafList):
            yield child, (*place, child.name)
        elif isinstance(child, Container | ListNode):
            yield from leafs(child, (*place, child.name))


@pytest.mark.parametrize("root", [LAB_SCHEMA.configure, ENVIRONMENT], ids=lambda root: root.name)
def test_every_leaf_is_typed_on_both_sides_of_its_limits_and_deleted(lines, root):
    """Counted by the schema: a place that is handed out before it is full would type nothing."""
    typed = Counter()
    for place in lines.md_places(root, root.name):
        for one in place.lines:
            first, *more = one.line.split()
            typed[place.path, more[0] if first == "delete" else first, first == "delete"] += 1
    keys = sum(len(node.keys) for node in lists(root))
    found = [leaf for leaf, _ in leafs(root, (root.name,))]
    deleted = [key for key in typed if key[2]]
    assert len(deleted) == len(found) - keys + len(list(lists(root)))
    assert all(typed[path, name, False] for path, name, _ in deleted)


def lists(node):
    for child in data_children(node):
        if isinstance(child, ListNode):
            yield child
        if isinstance(child, Container | ListNode):
            yield from lists(child)


def test_every_leaf_and_list_of_the_state_is_explained(lines):
    words = [word for place in lines.md_places(LAB_SCHEMA.state, "state") for word in place.words]
    flags_and_keys = sum(len(node.keys) for node in lists(LAB_SCHEMA.state))
    found = list(leafs(LAB_SCHEMA.state, ("state",)))
    assert len(words) == len(found) - flags_and_keys + len(list(lists(LAB_SCHEMA.state)))
    assert len(words) > 80


def test_the_leafs_of_the_classic_cli_are_typed(lines):
    places = list(lines.classic_places(LAB_SCHEMA.configure))
    assert all(place.lines for place in met(50, places))
    typed = sum(len(place.lines) for place in places)
    assert typed > 3 * len(list(leafs(LAB_SCHEMA.configure, ()))) > 500


def test_every_leaf_that_can_be_configured_has_facts(values):
    """Otherwise its limits would not be tried."""
    found = [
        *leafs(LAB_SCHEMA.configure, ("configure",)),
        *leafs(ENVIRONMENT, ("environment",)),
    ]
    assert len(found) > 200
    assert not [
        " ".join(place)
        for leaf, place in found
        if place not in values.FACTS and leaf.type.syntax() != ""
    ]


def test_of_every_kind_of_text_something_is_refused_for_its_pattern(values):
    """A table of examples that the patterns all accept would try nothing."""
    tried = {
        place: fact
        for place, fact in values.FACTS.items()
        if fact["base"] == "string" and fact.get("patterns")
    }
    assert len(tried) > 50
    for place, fact in tried.items():
        low, high = values.lengths(fact)
        fitting = [value for value in values.tried(fact) if low <= len(value) <= high]
        assert {values.accepts(fact, value) for value in fitting} == {True, False}, place


# --- operations -----------------------------------------------------------------------------------


def branches(operations):
    """Return the words that operations begin with."""
    return [child.name for child in operations.children]


@pytest.mark.parametrize("branch", met(20, branches(LAB_SCHEMA.operations_md)))
def test_md_operations(new_device, lines, golden, shortened, branch):
    clerk = Clerk(new_device, "md", shortened)
    found = []
    for action, path, place in lines.actions(LAB_SCHEMA.operations_md):
        if (*place, action.name)[0] == branch:
            here = lines.action_lines(action, path, place)
            found += clerk.explain(here.path)
            for typed in here.lines:
                found += clerk.tell(typed, f"{here.path}{typed.line}")
    golden(f"md/{branch}", "\n".join(found) + "\n")


@pytest.mark.parametrize("branch", met(20, branches(LAB_SCHEMA.operations_classic)))
def test_classic_operations(new_device, lines, golden, shortened, branch):
    clerk = Clerk(new_device, "classic", shortened)
    places = {id(action): place for action, _, place in lines.actions(LAB_SCHEMA.operations_md)}
    found = []
    for action, path, place in lines.actions(LAB_SCHEMA.operations_classic):
        if (*place, action.name)[0] != branch:
            continue
        word = f"{path} {lines.keyword_of(action)} ".lstrip()
        found += clerk.explain(word)
        facts = (*places.get(id(action), place), action.name)
        if isinstance(action.classic, Line):
            wanted = lines.classic_action_lines(action, facts)
        else:
            wanted = lines.action_lines(action, path, facts[:-1]).lines
        for typed in wanted:
            found += clerk.tell(typed, f"{word}{typed.line}")
    golden(f"classic/{branch}", "\n".join(found) + "\n")


# --- the state ------------------------------------------------------------------------------------


def test_md_state(new_device, lines, golden, shortened):
    """The state can be looked at from its root down to every context, and not be edited."""
    clerk = Clerk(new_device, "md", shortened)
    found = []
    for place in lines.md_places(LAB_SCHEMA.state, "state"):
        found += clerk.explain(f"info /{place.path} ", *place.words)
        entry = re.search(r'"| \d', place.path)
        there = (
            not entry or 'certificate-auto-update "gw.crt"' in place.path
        )  # the one that is there
        found += clerk.tell(lines.Typed("", there, why="nothing"), f"info /{place.path}")
        typed = lines.Typed("unheard-of", accepted=False, wrong="unheard-of", why="unknown")
        found += clerk.tell(typed, f"info /{place.path} unheard-of")
    golden("md/state", "\n".join(found) + "\n")
