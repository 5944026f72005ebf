"""Everything in the schema can be reached, set, printed and removed in the classic CLI.

The lines are not made up here: a configuration with one more element is written as a file, the
lines that are new are the ones that set it.
"""

import pytest
from counting import met

from srpki.cli.classic.configuration import classic_file
from srpki.cli.effects import Run
from srpki.cli.session import Session
from srpki.cli.walker import walk
from srpki.config.datastore import Datastore
from srpki.config.edit import Edit
from srpki.config.management import in_mode
from srpki.config.tree import EMPTY, get
from srpki.config.validate import validate
from srpki.schema.classic import keyword_of, places
from srpki.schema.configure.script_control import OWNER
from srpki.schema.nodes import (
    Absent,
    Action,
    Choice,
    Container,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Numbered,
    Word,
    data_children,
)
from srpki.schema.paths import Step
from srpki.schema.paths import path as steps_of
from srpki.schema.tree import LAB_SCHEMA, node_at
from srpki.schema.types import Boolean, Empty, ValueTypeError

ROOT = LAB_SCHEMA.configure
MIXED = in_mode(EMPTY, "mixed")
SAMPLES = ["1", "2", "7", "8", "100", "3600", "86400", "864000", "cf3:\\x", "a.crt", "x", "/x"]
SAMPLES += ["http://ca.example/x", "CN=x", "192.0.2.1", "2001:db8::1", "token"]


def sample(leaf):
    """A value of *leaf* that is not its default."""
    if isinstance(leaf.type, Boolean | Empty):
        return True
    if getattr(leaf.type, "hashed", False):
        return f"$2y$10${'.' * 53}"  # as it is saved
    default = getattr(leaf, "default", None)
    others = [text for text in (*leaf.type.words(), *SAMPLES) if text != default]
    for text in (*others, default):
        try:
            value = leaf.type.parse(text)
        except ValueTypeError:
            continue
        return f"{value} hash2" if getattr(leaf.type, "secret", False) else value
    raise AssertionError(leaf)


def elements(node, path=()):
    """Every leaf, leaf-list and list below *node*, with sample keys on the way."""
    for child in data_children(node):
        here = (*path, Step(child.name))
        if isinstance(child, Leaf | LeafList):
            if not (isinstance(node, ListNode) and child.name in node.keys):
                yield here, child
        elif isinstance(child, ListNode):
            here = (*path, Step(child.name, tuple(sample(leaf) for leaf in child.key_leafs)))
            yield here, child
            yield from elements(child, here)
        elif isinstance(child, Container) and not isinstance(child.classic, Absent):
            if child.presence:
                yield here, child
            yield from elements(child, here)


ELEMENTS = {" ".join(step.name for step in path): (path, node) for path, node in elements(ROOT)}


COMPANIONS = {
    "debounce time": "value",
    "match subject regexp": "eq",
    "match message regexp": "eq",
    "match vrtr-name regexp": "eq",
    "throttle-rate interval": "limit",
    "compact-flash-location backup": "primary",
    "script-policy script owner": "name",
}
"""Elements whose classic line begins with another one, which has to be there, too."""


def with_companion(path, tree):
    """*tree* with what the line of the element at *path* begins with."""
    name = " ".join(step.name for step in path)
    for end, companion in COMPANIONS.items():
        if name.endswith(f" {end}"):
            place = (*path[:-1], Step(companion))
            leaf = node_at(ROOT, *(step.name for step in place))
            tree = Edit("set", place, sample(leaf)).apply(ROOT, tree)
    return tree


def mended(tree):
    """*tree* with the entries that it refers to and what is mandatory in it."""
    for _ in range(8):
        for problem in validate(ROOT, tree):
            names = [step.name for step in problem.path]
            if problem.kind == "missing-mandatory":
                names = ["cli-command" if name == "alias-expansion" else name for name in names]
                place = (*problem.path[:-1], Step(names[-1]))
                tree = Edit("set", place, sample(node_at(ROOT, *names))).apply(ROOT, tree)
                continue
            held = get(tree, problem.path)
            key = problem.path[-2].keys[0] if held is None else held
            *steps, name, _ = node_at(ROOT, *names).type.target.split("/")[2:]
            keys = key if isinstance(key, tuple) else (key,)
            if name == "script-policy":  # a reference by two leafs, of which one may be left out
                holder = get(tree, problem.path[:-1])
                if "name" not in holder:
                    continue
                keys = (holder["name"], holder.get("owner", OWNER))
            tree = Edit("create", (*map(Step, steps), Step(name, keys))).apply(ROOT, tree)
    assert validate(ROOT, tree) == ()
    return tree


def lines(tree):
    from tests.conftest import NOW

    return classic_file(ROOT, tree, NOW).splitlines()


def setting(path, node):
    """A valid tree with the element at *path*, and the number of the line that sets it."""
    above = (
        path[:-2] if getattr(node, "mandatory", False) or node.name == "cli-command" else path[:-1]
    )
    without = Edit("create", above).apply(ROOT, MIXED) if above else MIXED
    without = mended(with_companion(path, without))
    edit = Edit("create", path)
    if isinstance(node, Leaf | LeafList):
        edit = Edit("set", path, sample(node))
    tree = mended(edit.apply(ROOT, mended(edit.apply(ROOT, without))))
    known, told = lines(without), lines(tree)
    new = [n for n, line in enumerate(told) if line not in known and line.strip() != "exit"]
    named = [n for n in new if keyword_of(node) in told[n].split() or "shutdown" in told[n]]
    # What is switched on in a later section is off before.
    deepest = max(
        named or new,
        key=lambda n: (len(told[n]) - len(told[n].lstrip()), "no shutdown" in told[n]),
    )
    return tree, told, deepest


@pytest.mark.parametrize("name", met(200, ELEMENTS))
def test_every_element_is_set_printed_and_removed(new_device, name):
    path, node = ELEMENTS[name]
    tree, told, at = setting(path, node)

    fresh = new_device("mixed")
    session = Session(fresh, "classic")
    for line in met(10, told):
        assert session.feed(line).ok, line
    assert get(fresh.datastore.running, path) is not None
    assert fresh.datastore.running == tree

    device = new_device()
    device.datastore = Datastore(ROOT, sealer=None, running=tree)
    session = Session(device, "classic")
    for line in met(8, told[:at]):
        assert session.feed(line).ok, line
    words = told[at].split()
    tries = [f"no {' '.join(words[:count])}" for count in (1, 2, 3)]
    tries.append(f"no {' '.join((words[0], *words[-2:]))}")
    tries.append(f"no {told[at].strip().removesuffix(' create')}")  # an owner may have blanks
    if words[-1].endswith("shutdown"):
        tries = [words[-1] if words[0] == "no" else f"no {words[-1]}"]
    assert any(session.feed(line).ok for line in tries), tries
    left = get(device.datastore.running, path)
    # A boolean on the line of something else goes with it.
    alone = isinstance(node, Leaf) and keyword_of(node) == words[0]
    boolean = alone and isinstance(node.type, Boolean)
    assert (left is False if boolean else left is None) or (
        node.name.endswith("admin-state") and left != get(tree, path)
    )


def test_nothing_is_left_out_of_the_classic_cli():
    def walked(node):
        yield node
        for child in data_children(node):
            if isinstance(child, Container | ListNode):
                yield from walked(child)
            else:
                yield child

    roots = (ROOT, LAB_SCHEMA.operations_classic)
    absent = {
        node.name for root in roots for node in walked(root) if isinstance(node.classic, Absent)
    }
    assert absent == {"python-script"}  # scripts in Python came when files were no longer classic


def actions(node, words=()):
    for place in places(node):
        child = place.node
        if isinstance(child, Action):
            yield (*words, keyword_of(child)), child.operation
        elif isinstance(child, Container):
            yield from actions(child, (*words, keyword_of(child)))


def operations(node):
    for child in data_children(node):
        if isinstance(child, Action):
            if child.emulated:
                yield child.operation
        elif isinstance(child, Container):
            yield from operations(child)


ACTIONS = dict(actions(LAB_SCHEMA.operations_classic))


def test_the_actions_of_the_md_cli_are_all_there():
    # Their classic counterparts are display-config, set-time and reload type.
    alone = {"admin.show-configuration", "admin.set.time", "pki.reload"}
    assert set(operations(LAB_SCHEMA.operations_md)) - alone <= set(ACTIONS.values())


@pytest.mark.parametrize("words", met(100, ACTIONS), ids=" ".join)
def test_every_action_is_reached_from_every_context(classic, words):
    classic("configure system")
    slash = "/" if words[0] == "no" else ""  # a plain no is the context's own
    reading = classic.session._shell.read(slash + " ".join(words))
    found = walk(reading.state, reading.tokens)
    assert found.failure is None
    run = [effect for effect in found.matches[-1].terminal.effects if isinstance(effect, Run)]
    assert [effect.operation for effect in run] == [ACTIONS[words]]


def contexts(node, name=""):
    yield name, node
    for place in places(node):
        child = place.node
        if isinstance(child, Container | ListNode):
            yield from contexts(child, f"{name} {child.name}")


CONTEXTS = dict(contexts(ROOT))


def beginning(node):
    """The words that a line of *node* begins with: its keyword, and a fixed word after that."""
    if isinstance(node, Choice):
        return (node.classic.keyword,)
    fixed = ()
    if isinstance(node.classic, Line) and isinstance(node.classic.items[0], Word):
        fixed = (node.classic.items[0].keyword,)
    elif isinstance(node.classic, Numbered) and node.classic.word:
        fixed = (node.classic.word,)
    return (keyword_of(node), *fixed)


@pytest.mark.parametrize("name", met(90, CONTEXTS))
def test_the_words_of_a_context_are_told_apart(name):
    words = [beginning(place.node) for place in places(CONTEXTS[name])]
    assert len(words) == len(set(words))


def test_what_a_line_begins_with_has_its_default_there():
    """The MD-CLI can leave out what a classic line cannot: nothing else on it is lost."""
    tree = Edit("set", steps_of("log", "throttle-rate", "interval"), 5).apply(ROOT, MIXED)
    events = (*steps_of("log", "log-events"), Step("user", ("cli_user_io",)))
    tree = Edit("set", (*events, Step("severity")), "major").apply(ROOT, tree)
    tree = Edit("set", (*events, Step("throttle")), False).apply(ROOT, tree)
    told = [line.strip() for line in lines(tree)]
    assert "throttle-rate 2000 interval 5" in told
    assert 'event-control "user" 2009 major no-throttle' in told
