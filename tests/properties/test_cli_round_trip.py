"""What the MD-CLI prints of a configuration, typed in again, is the same configuration."""

import json

import pytest
from configurations import with_any_configuration
from counting import met
from hypothesis import strategies as st

from srpki.cli.session import Session
from srpki.config import edit, persist
from srpki.config.comments import place_of
from srpki.config.compare import compare
from srpki.config.defaults import effective
from srpki.config.diff import diff, merge
from srpki.config.text import brace_lines, elements, flat_lines
from srpki.config.tree import Branch, Entries
from srpki.schema.nodes import Container, LeafList, ListNode, data_children
from srpki.schema.paths import Step

EXAMPLES = 15
COMMENTS = st.lists(
    st.tuples(st.integers(0, 99), st.sampled_from(["why", 'a "b" { # comment: c', "}"])),
    min_size=1,
    max_size=4,
)


def typed(session, lines):
    for line in met(0, lines):
        answer = session.feed(line)
        assert answer.ok, f"{line!r}: {answer.text}"


def printed(new_device, tree, dialect, *lines):
    """Return what the last of *lines* prints on a device that runs *tree*."""
    device = new_device()
    session = Session(device, dialect)
    assert session.prompt  # the session has begun: what *tree* says of new ones is not for it
    device.datastore.replace(tree, ())
    typed(session, lines[:-1])
    return session.feed(lines[-1]).text.split("\n")


@pytest.mark.parametrize("form", ["info", "info flat", "info full-context"])
@with_any_configuration("tree", examples=EXAMPLES)
def test_what_info_prints_is_read_back(new_device, form, tree):
    lines = printed(new_device, tree, "md", "edit-config read-only", form)
    device = new_device()
    session = Session(device, "md")
    typed(session, ["edit-config private", *lines])
    assert session._shell.data("configure") == tree
    assert session.prompt.endswith("(pr)[/]\nA:admin@node-2# ")


@with_any_configuration("tree", examples=EXAMPLES)
def test_what_compare_prints_of_everything_is_info_with_plus_signs(new_device, tree):
    lines = printed(new_device, tree, "md", "edit-config read-only", "info /configure")
    session = Session(new_device(), "md")
    typed(session, ["edit-config private"])
    session._shell.standing.editing.candidate.replace(tree)
    compared = session.feed("compare /configure").text.split("\n")
    assert [line.replace("+", " ", 1) for line in compared] == lines


def loaded(new_device, text):
    """Return the tree that ``load full-replace`` makes of *text*."""
    device = new_device()
    device.files.save("cf3:\\x.cfg", text)
    session = Session(device, "md")
    typed(session, ["edit-config private", "/configure", "load full-replace cf3:\\x.cfg"])
    return session._shell.data("configure")


@pytest.mark.parametrize("form", ["info", "info flat", "info full-context", "info detail"])
@with_any_configuration("tree", examples=EXAMPLES)
def test_what_info_prints_is_loaded(new_device, form, tree):
    lines = printed(new_device, tree, "md", "edit-config read-only", form)
    again = loaded(new_device, "\n".join(lines))
    if form == "info detail":
        again = effective(new_device().schema.configure, again)
        tree = effective(new_device().schema.configure, tree)
    assert again == tree


@with_any_configuration("tree", examples=EXAMPLES)
def test_what_info_json_prints_is_the_configuration(new_device, tree):
    lines = printed(
        new_device, tree, "md", "edit-config read-only", "configure", "info json /configure"
    )
    root = new_device().schema.configure
    assert from_json(root, json.loads("\n".join(lines) or "{}")) == tree


def from_json(node, content):
    """Return the branch that *content*, a JSON object, says of *node* [RFC 7951]."""
    items = {}
    for child in data_children(node):
        if child.name not in content:
            continue
        value = content[child.name]
        match child:
            case Container():
                items[child.name] = from_json(child, value)
            case ListNode():
                items[child.name] = Entries(
                    {
                        tuple(entry[key] for key in child.keys): from_json(
                            child, {name: v for name, v in entry.items() if name not in child.keys}
                        )
                        for entry in value
                    }
                )
            case LeafList():
                items[child.name] = tuple(child.type.parse(str(item)) for item in value)
            case _:
                items[child.name] = value if value is True else child.type.parse(_text(value))
    return Branch(items)


def _text(value):
    return {False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


@with_any_configuration("old", "new", examples=EXAMPLES)
def test_compare_tells_how_to_come_from_the_old_tree_to_the_new(new_device, old, new):
    device = new_device()
    session = Session(device, "md")
    assert session.prompt  # the session has begun: what *old* says of new ones is not for it
    device.datastore.replace(old, ())
    typed(session, ["edit-config read-only"])
    session._shell.standing.editing.candidate._shared.tree = new
    lines = session.feed("compare /configure lines 1000").text.split("\n")
    if old == new:
        assert lines == [""]
        return
    before = [" " + line[1:] for line in lines if not line.startswith("+")]
    after = [" " + line[1:] for line in lines if not line.startswith("-")]
    assert loaded(new_device, "\n".join(before)) == old
    assert loaded(new_device, "\n".join(after)) == new
    flat = session.feed("compare /configure flat").text.split("\n")
    shown = [set(_flat(device, tree)) for tree in (old, new)]
    assert {" " + line[1:] for line in flat if line.startswith("-")} == shown[0] - shown[1]
    assert {" " + line[1:] for line in flat if line.startswith("+")} == shown[1] - shown[0]


@with_any_configuration("plain", examples=EXAMPLES, comments=(COMMENTS, [(3, "why")]))
def test_comments_are_read_back_merged_and_compared(new_device, plain, comments):
    root = new_device().schema.configure
    said = _annotated(root, plain, comments)
    for text in (persist.dump(root, said), f"configure {{\n{_braces(root, said)}\n}}"):
        assert persist.load(root, text) == said
        assert loaded(new_device, text) == said
    changes = tuple(diff(root, plain, said))
    assert merge(root, changes, plain) == said
    lines = list(compare(root, plain, said, "    ", 1000))
    before, after = (
        "\n".join(" " + line[1:] for line in lines if not line.startswith(sign)) for sign in "+-"
    )
    if lines:
        assert loaded(new_device, before) == plain
        assert loaded(new_device, after) == said


def _braces(root, tree):
    return "\n".join(brace_lines(root, tree))


def _annotated(root, tree, comments):
    """Return *tree* with *comments*, pairs of a number and a text, on some of its elements."""
    paths = list(_paths(root, tree, ()))
    for number, text in comments:
        node, path = paths[number % len(paths)]
        tree = edit.set_value(root, tree, place_of(node, path), text)
    return tree


def _paths(node, branch, path):
    for child, keys, content in elements(node, branch):
        here = (*path, Step(child.name, keys))
        yield child, here
        if isinstance(content, Branch):
            yield from _paths(child, content, here)


def _flat(device, tree):
    return flat_lines(device.schema.configure, tree, "    ")
