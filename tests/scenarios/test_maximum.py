"""A configuration with every list at its maximum goes through the router and comes out the same."""

import json
import re
from datetime import UTC, datetime

import maximum
import pytest
from counting import met

from srpki.cli.session import Session
from srpki.config import persist
from srpki.config.edit import graft
from srpki.config.tree import Branch, Entries
from srpki.config.validate import validate
from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.schema.nodes import Container, LeafList, ListNode, child_of, data_children
from srpki.schema.paths import Step
from srpki.schema.tree import SCHEMA

ROOT = SCHEMA.configure
PROFILES = {"ca-profile": 128, "est-profile": 128, "certificate-update-profile": 256}
NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def tree():
    return maximum.configuration()


def limits(node):
    """Yield every list and leaf-list with a maximum."""
    for child in data_children(node):
        if child.name in maximum.LEFT_OUT:
            continue
        if getattr(child, "max_elements", None) is not None:
            yield child
        if isinstance(child, Container | ListNode):
            yield from limits(child)


def longest(node, branch, found):
    """Note in *found*, by the node's identity, the length of the longest list in *branch*."""
    for name, content in branch.items():
        child = child_of(node, name)
        if isinstance(content, Entries) or isinstance(child, LeafList):
            found[id(child)] = max(found.get(id(child), 0), len(content))
        for inner in content.values() if isinstance(content, Entries) else (content,):
            if isinstance(inner, Branch):
                longest(child, inner, found)
    return found


def test_every_list_is_at_its_maximum_but_the_largest(tree):
    found = longest(ROOT, tree, {})
    short = {
        node.name: node.max_elements
        for node in limits(ROOT)
        if found[id(node)] != node.max_elements
    }
    assert short == {
        "cert-profile": 10200,
        "trust-anchor-profile": 10128,
        "filter": 1500,
        "named-entry": 999,
        "handler": 1500,
        "entry": 1500,
        "script": 1500,
        "script-policy": 1500,
    }
    assert validate(ROOT, tree) == ()


def start(node):
    clock = FrozenClock(NOW)
    return Router(node, clock=clock, entropy=SystemEntropy(), exchanges=None)


def typed(session, *lines):
    for line in met(1, lines):
        answer = session.feed(line)
        assert answer.ok, f"{line}: {answer.text[:500]}"
    return answer.text


def test_it_is_committed_saved_and_there_after_a_restart(tree, tmp_path):
    router = start(tmp_path)
    session = Session(router)
    typed(session, "edit-config private")
    session._shell.standing.editing.candidate.replace(tree)
    typed(session, "validate")
    assert typed(session, "compare").count("\n") > 10_000
    typed(session, "commit", "admin save")
    assert typed(session, "compare") == ""
    router.stop()
    router = start(tmp_path)
    assert router.node.datastore.running == tree
    router.stop()


@pytest.fixture(scope="module")
def router(tree, tmp_path_factory):
    """A router that runs *tree*."""
    node = tmp_path_factory.mktemp("maximum")
    (node / "cf3").mkdir()
    (node / "cf3" / "config.cfg").write_text(persist.dump(ROOT, tree), encoding="utf-8")
    router = start(node)
    yield router
    router.stop()


def printed(router, line):
    """What *line* prints, without the events that the logs to the console show after it."""
    answer = Session(router)._shell.feed(line)
    assert answer.ok
    return answer.text


def test_what_is_printed_in_braces_is_all_of_it(tree, router):
    shown = printed(router, "info /configure")
    assert persist.load(ROOT, f"configure {{\n{shown}\n}}\n") == tree


def test_what_is_printed_with_full_context_can_be_typed(tree, router, tmp_path):
    """Every twentieth line: all of them take seconds, which the benchmark spends."""
    lines = printed(router, "info full-context /configure").split("\n")[::20]
    other = start(tmp_path)
    session = Session(other)
    typed(session, "edit-config private", *lines)
    made = session._shell.standing.editing.candidate.tree
    other.stop()
    assert maximum.entries(made) > 1000
    assert graft_all(made, tree) == tree


def graft_all(small, large, path=()):
    """Return *large* with every leaf of *small* set in it once more."""
    for name, content in small.items():
        if isinstance(content, Branch):
            large = graft_all(content, large, (*path, Step(name)))
        elif isinstance(content, Entries):
            for keys, entry in content.items():
                large = graft_all(entry, large, (*path, Step(name, keys)))
        else:
            large = graft(ROOT, large, (*path, Step(name)), content)
    return large


def test_json_has_every_entry(tree, router):
    shown = json.loads(printed(router, "info json /configure"))

    def count(value):
        if isinstance(value, dict):
            return sum(map(count, value.values()))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return len(value) + sum(map(count, value))
        return 0

    assert count(shown) == maximum.entries(tree)


def test_the_classic_cli_shows_every_profile(router):
    shown = typed(Session(router, "classic"), "admin display-config")
    for name, number in PROFILES.items():
        assert len(re.findall(rf"^ +{name} \S+ create$", shown, re.MULTILINE)) == number
