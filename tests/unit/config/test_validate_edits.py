"""What an edit makes wrong is found as a comparison of two whole validations would find it."""

import maximum
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.config.edit import delete, set_value
from srpki.config.tree import EMPTY, Branch, Entries
from srpki.config.validate import caused, validate
from srpki.schema.nodes import Container, Leaf, LeafList, ListNode, child_of
from srpki.schema.paths import Step
from srpki.schema.tree import SCHEMA
from srpki.schema.types import Reference, Text

ROOT = SCHEMA.configure
TREE = maximum.configuration(most=3, nested=2)


def places(node, branch, path=()):
    """Yield what can be deleted in *branch*, and its leafs with their schema node."""
    for name, content in branch.items():
        child = child_of(node, name)
        if isinstance(content, Entries):
            for keys, entry in content.items():
                here = (*path, Step(name, keys))
                yield here, child
                yield from places(child, entry, here)
        else:
            yield (*path, Step(name)), child
            if isinstance(content, Branch):
                yield from places(child, content, (*path, Step(name)))


EVERYTHING = list(places(ROOT, TREE))
REFERENCES = [
    (path, node)
    for path, node in EVERYTHING
    if isinstance(node, Leaf | LeafList) and isinstance(node.type, Reference)
]
DELETIONS = st.sampled_from([path for path, _ in EVERYTHING]).map(lambda path: (path, None))
DANGLING = st.sampled_from([path for path, _ in REFERENCES]).map(lambda path: (path, "nowhere"))
RESTORED = st.sampled_from(REFERENCES).map(
    lambda at: (at[0], maximum.value(at[1].type, 0, lambda _list: 3))
)
EDITS = st.lists(st.one_of(DELETIONS, DANGLING, RESTORED), max_size=4)


def edited(tree, edits):
    for path, value in edits:
        tree = delete(ROOT, tree, path) if value is None else set_value(ROOT, tree, path, value)
    return tree


@settings(max_examples=120, deadline=None)
@given(EDITS, EDITS)
def test_only_what_edits_make_wrong_is_found_and_all_of_it(before, after):
    old = edited(TREE, before)
    new = edited(old, after)
    known = validate(ROOT, old)
    assert caused(ROOT, old, new) == tuple(
        problem for problem in validate(ROOT, new) if problem not in known
    )


def test_the_tree_that_is_edited_refers_to_everything_that_can_be_referred_to():
    assert validate(ROOT, TREE) == ()
    assert len({node.type.target for _, node in REFERENCES}) > 5


def test_what_a_container_that_is_always_there_has_always_lacked_is_no_news():
    must = Leaf(name="must", type=Text(), help="x", mandatory=True)
    inner = Container(name="inner", help="x", children=(must,))
    free = Leaf(name="free", type=Text(), help="x")
    outer = Container(name="outer", help="x", children=(free, inner))
    entry = ListNode(
        name="entry", keys=("free",), help="x", children=(free, inner), max_elements=None
    )
    root = Container(name="configure", help="x", children=(outer, entry))
    once = Branch({"outer": Branch({"free": "set"})})
    assert caused(root, EMPTY, once) == caused(root, once, EMPTY) == ()
    made = Branch({**once, "entry": Entries({("a",): EMPTY})})
    assert [str(problem) for problem in caused(root, once, made)] == [
        'configure entry "a" inner must - Missing mandatory fields'
    ]
