"""The classic configuration file holds any configuration, and can be run from an empty node."""

from datetime import UTC, datetime

import pytest
from configurations import with_any_configuration
from counting import met
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from srpki.cli.classic.configuration import classic_file, classic_info
from srpki.cli.classic.file import read
from srpki.cli.classic.lines import member
from srpki.cli.session import Session
from srpki.config.edit import Edit
from srpki.config.management import in_mode
from srpki.config.tree import EMPTY, Branch, Entries, get
from srpki.config.validate import validate
from srpki.core.errors import InvalidInputError
from srpki.schema.configure.script_control import OWNER
from srpki.schema.nodes import Absent, Arg, Either, Line, child_of
from srpki.schema.paths import Step
from srpki.schema.tree import SCHEMA, node_at

ROOT = SCHEMA.configure
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EXAMPLES = 15
SETTINGS = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def told(node, branch):
    """*branch*, the content of *node*, without what the classic CLI cannot tell.

    That is what it does not have, and entries that lack a value which their line begins with.
    """
    items = {}
    for name, content in branch.items():
        child = child_of(node, name)
        if child is None or isinstance(child.classic, Absent):
            continue
        items[name] = content
        if isinstance(content, Branch):
            whole = begun(child, content)
            items[name] = told(child, whole) if _is_whole(child, whole) else EMPTY
        elif isinstance(content, Entries):
            kept = {keys: entry for keys, entry in content.items() if _is_whole(child, entry)}
            items[name] = Entries({keys: told(child, entry) for keys, entry in kept.items()})
    emptied = {name for name, content in items.items() if branch[name] and not content}
    return Branch({name: content for name, content in items.items() if name not in emptied})


def begun(node, branch):
    """*branch* with the defaults of values that the line of *node* begins with, which it tells."""
    items = node.classic.items if isinstance(node.classic, Line) and branch else ()
    leafs = [member(node.children, item.leaf) for item in items if isinstance(item, Arg)]
    presumed = {leaf.name: leaf.type.parse(leaf.default) for leaf in leafs if leaf.default}
    return Branch({**presumed, **branch})


def _is_whole(node, entry):
    items = node.classic.items if isinstance(node.classic, Line) else ()
    needed = {item.leaf for item in items if isinstance(item, Arg) and "/" not in item.leaf}
    choices = [item.alternatives for item in items if isinstance(item, Either)]
    chosen = all(
        any(getattr(part, "leaf", "").split("/")[0] in entry for way in ways for part in way)
        for ways in choices
    )
    return chosen and needed - {*getattr(node, "keys", ())} <= {*entry}


def mended(tree):
    """*tree* with everything that it lacks: the entries referred to, what is mandatory."""
    for _ in range(8):
        problems = validate(ROOT, tree)
        if not problems:
            return tree
        for problem in problems:
            tree = _mended(tree, problem)
    assume(False)
    return None


def _mended(tree, problem):
    if problem.kind == "missing-reference":
        node = node_at(ROOT, *(step.name for step in problem.path))
        held = get(tree, problem.path)
        if held is None:  # a key, which stands in the step before
            entry = problem.path[-2]
            list_ = node_at(ROOT, *(step.name for step in problem.path[:-1]))
            held = entry.keys[list_.keys.index(problem.path[-1].name)]
        *steps, name, _key = node.type.target.strip("/").split("/")[1:]
        for key in held if isinstance(held, tuple) else (held,):
            keys = (key,)
            if name == "script-policy":  # a reference by two leafs, of which one may be left out
                holder = get(tree, problem.path[:-1])
                keys = (holder["name"], holder.get("owner", OWNER)) if "name" in holder else ()
            entry = (*map(Step, steps), Step(name, keys))
            tree = Edit("create", entry).apply(ROOT, tree) if keys else tree
    elif problem.kind == "missing-mandatory":
        name = {"alias-expansion": "cli-command"}.get(problem.path[-1].name, problem.path[-1].name)
        place = (*problem.path[:-1], Step(name))
        leaf = node_at(ROOT, *(step.name for step in place))
        value = (leaf.type.words() or ("x",))[0]
        tree = Edit("set", place, value).apply(ROOT, tree)
    else:
        tree = Edit("delete", problem.path).apply(ROOT, tree)
    return tree


@with_any_configuration("tree", examples=EXAMPLES)
def test_a_file_run_line_by_line_makes_the_same_configuration(new_device, tree):
    tree = in_mode(mended(told(ROOT, tree)), "mixed")
    device = new_device("mixed")
    session = Session(device, "classic")
    for line in met(1, classic_file(ROOT, tree, NOW).split("\n")):
        answer = session.feed(line)
        assert answer.ok, f"{line!r}: {answer.text}"
    assert device.datastore.running == tree
    assert session.prompt.endswith("# ")


@with_any_configuration("tree", examples=EXAMPLES)
def test_a_file_is_read_back_without_a_device(tree):
    tree = told(ROOT, tree)
    text = classic_file(ROOT, tree, NOW)
    # An entry of one line that lacks what is mandatory cannot be spelled, nor is it valid.
    again = read(ROOT, text)
    assert classic_file(ROOT, again, NOW) == text
    if not any(problem.kind == "missing-mandatory" for problem in validate(ROOT, tree)):
        assert again == tree


@pytest.mark.parametrize("detail", [False, True])
@with_any_configuration("tree", examples=EXAMPLES)
def test_what_info_prints_can_be_pasted_where_it_was_printed(new_device, detail, tree):
    """What holds by default is more explicit then."""
    tree = in_mode(mended(told(ROOT, tree)), "mixed")
    shown = classic_info(ROOT, tree, (), 1, detail=detail)
    device = new_device("mixed")
    session = Session(device, "classic")
    session.feed("configure")
    for line in met(0, shown.split("\n")[1:-1]):
        answer = session.feed(line)
        assert answer.ok, f"{line!r}: {answer.text}"
    assert classic_info(ROOT, device.datastore.running, (), 1, detail=detail) == shown


@SETTINGS
@given(data=st.data())
def test_any_text_is_read_or_refused(strategies, data):
    text = "\n".join(data.draw(st.lists(strategies.lines, max_size=8)))
    try:
        tree = read(ROOT, text)
    except InvalidInputError as error:
        refused = str(error)
    else:
        refused = ""
        assert read(ROOT, classic_file(ROOT, tree, NOW)) == tree
    assert refused == "" or refused.startswith("line ")
