"""``info json``, read by a JSON parser and the schema alone, is the same configuration."""

import json

from configurations import with_any_configuration
from counting import met

from srpki.cli.session import Session
from srpki.config.tree import Branch, Entries
from srpki.schema.nodes import Container, LeafList, ListNode, child_of
from srpki.schema.types import Empty


def plain(name):
    """Return *name* without the module that it may be qualified by [RFC 7951 section 4]."""
    return name.rpartition(":")[2]


def read(node, found, skipped=()):
    """Return the content of *node* out of the JSON object *found*."""
    items = {}
    for qualified, value in met(0, found.items()):
        name = plain(qualified)
        if name in skipped:
            continue
        child = child_of(node, name)
        if isinstance(child, ListNode):
            items[name] = Entries({keys(child, one): read(child, one, child.keys) for one in value})
        elif isinstance(child, Container):
            items[name] = read(child, value)
        elif isinstance(child, LeafList):
            items[name] = tuple(read_value(child, one) for one in value)
        else:
            items[name] = read_value(child, value)
    return Branch(items)


def keys(node, entry):
    given_ = {plain(name): value for name, value in entry.items()}
    return tuple(read_value(leaf, given_[leaf.name]) for leaf in node.key_leafs)


def read_value(leaf, value):
    if isinstance(leaf.type, Empty):
        assert value in (True, [None])
        return True
    if isinstance(value, bool):
        return value
    return leaf.type.parse(str(value))


@with_any_configuration("tree", examples=40)
def test_what_info_json_prints_is_read_back(new_device, run, tree):
    device = new_device()
    session = Session(device)
    assert session.prompt  # it has begun: what the tree says of new sessions is not for it
    run(device, tree)
    assert session.feed("edit-config read-only").ok
    answer = session.feed("info json")
    assert answer.ok
    found = {plain(name): value for name, value in json.loads(answer.text or "{}").items()}
    found = found.get("configure", found)
    assert read(device.schema.configure, found) == tree
