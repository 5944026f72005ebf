"""What ``compare`` prints, applied to the old configuration, gives the new one."""

import pytest
from configurations import with_any_configuration
from counting import met

from srpki.cli.session import Session
from srpki.config.edit import Edit
from srpki.schema.nodes import Container, ListNode, data_children
from srpki.schema.paths import path
from srpki.schema.tree import SCHEMA


def contexts(node):
    """Yield the names of containers whose existence alone means nothing."""
    for child in data_children(node):
        if isinstance(child, Container) and not child.presence:
            yield child.name
        if isinstance(child, Container | ListNode):
            yield from contexts(child)


MODE = path("system", "management-interface", "configuration-mode")
CONTEXTS = set(contexts(SCHEMA.configure))
EXAMPLES = 40


class Node(dict):
    """Lines below a line, by their text; *sign* is the first column of a comparison."""

    def __init__(self, sign=" "):
        super().__init__()
        self.sign = sign


def nested(text):
    """Return the brace form as nodes in nodes; a leaf is a node with nothing below."""
    top = Node()
    way = [top]
    for line in filter(None, text.split("\n")):
        sign, words = line[0], line[1:].strip()
        if words == "}":
            way.pop()
            continue
        opens = words.endswith(" {")
        node = Node(sign)
        way[-1][(sign, words.removesuffix(" {").removesuffix(" { }"))] = node
        if opens:
            way.append(node)
    assert way == [top], text
    return top


def unsigned(node):
    """Return a node of ``info`` without the signs, which are blank there."""
    assert all(sign == " " for sign, _ in met(0, node))
    return {words: unsigned(below) for (_, words), below in node.items()}


def applied(old, changes):
    """Return *old* with the signed lines of *changes* taken away and put in."""
    new = dict(old)
    for (sign, words), below in changes.items():
        if sign == "-":
            assert new.pop(words) == content(below), words
    for (sign, words), below in changes.items():
        if sign == "+":
            assert words not in new
            new[words] = content(below)
        elif sign == " ":
            new[words] = applied(new.get(words, {}), below)
    return new


def content(node):
    return {words: content(below) for (_, words), below in node.items()}


def pruned(tree):
    """Return *tree* without contexts that hold nothing and need not be there."""
    below = {words: pruned(inner) for words, inner in tree.items()}
    return {words: inner for words, inner in below.items() if inner or words not in CONTEXTS}


def sides(new_device, run, old, new):
    """Return a session that has edited the tree *old* into *new*."""
    old = Edit("delete", MODE).apply(SCHEMA.configure, old)  # otherwise nobody may edit
    device = new_device()
    session = Session(device, user="judge")
    assert session.prompt  # it has begun: what the tree says of new sessions is not for it
    run(device, old)
    session.feed("edit-config private")
    (candidate,) = device.datastore.candidates
    candidate.replace(new)
    return session


@with_any_configuration("old", "new", examples=EXAMPLES)
def test_the_signed_lines_turn_the_old_configuration_into_the_new_one(new_device, run, old, new):
    session = sides(new_device, run, old, new)
    old = unsigned(nested(session.feed("info from baseline /configure").text))
    new = unsigned(nested(session.feed("info /configure").text))
    changes = nested(session.feed("compare /configure").text)
    assert pruned(applied(old, changes)) == pruned(new)


@pytest.mark.parametrize("form", ["flat", "full-context"])
@with_any_configuration("old", "new", examples=EXAMPLES)
def test_the_signed_lines_of_one_line_forms_do_the_same(new_device, run, form, old, new):
    session = sides(new_device, run, old, new)
    old = session.feed(f"info from baseline {form} /configure").text.split("\n")
    new = session.feed(f"info {form} /configure").text.split("\n")
    found = session.feed(f"compare {form} /configure").text.split("\n")
    gone = {line[1:].strip() for line in found if line[:1] == "-"}
    come = {line[1:].strip() for line in found if line[:1] == "+"}
    before = {line.strip() for line in old}
    assert gone <= before
    assert (before - gone | come) - {""} == {line.strip() for line in new} - {""}
