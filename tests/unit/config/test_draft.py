"""A draft changes in place and comes out as the edits would have made it one after another."""

import importlib.util
from pathlib import Path

from counting import met
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from srpki.config.comments import place_of
from srpki.config.diff import diff
from srpki.config.draft import Draft
from srpki.config.edit import Edit, nodes_along
from srpki.config.tree import EMPTY, Branch, Entries
from srpki.schema.paths import Step
from srpki.schema.tree import SCHEMA

_spec = importlib.util.spec_from_file_location("trees", Path(__file__).with_name("trees.py"))
trees = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(trees)

ROOT = SCHEMA.configure
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def edits_of(branch, above=()):
    """Yield edits that make *branch*, then edits that take some of it away again."""
    for name, held in branch.items():
        path = (*above, Step(name))
        if isinstance(held, Branch):
            yield Edit("create", path)
            yield from edits_of(held, path)
        elif isinstance(held, Entries):
            for keys, entry in held.items():
                yield Edit("create", (*above, Step(name, keys)))
                yield from edits_of(entry, (*above, Step(name, keys)))
        else:
            yield Edit("set", path, held)
            yield Edit("set", place_of(nodes_along(ROOT, path)[-1], path), "said")
        if len(name) % 3 == 0:
            yield Edit("delete", path)


@QUICK
@given(trees.content(ROOT), trees.content(ROOT), st.randoms())
def test_a_draft_is_what_the_edits_make_of_a_tree(old, new, random):
    edits = list(edits_of(new))
    random.shuffle(edits)
    draft, tree = Draft(ROOT, old), old
    for edit in met(0, edits):
        tree = edit.apply(ROOT, tree)
        draft.apply((edit,))
        assert draft.holds(edit.path) == (edit.kind != "delete" and get_at(tree, edit.path))
    assert draft.tree == tree
    assert tuple(diff(ROOT, draft.tree, tree)) == ()


def get_at(tree, path):
    found = tree
    for step in path:
        found = found.get(step.name) if isinstance(found, Branch) else None
        if step.keys and found is not None:
            found = found.get(step.keys)
    return found is not None


def test_what_a_draft_began_with_is_not_changed(pki):
    begun = Edit("create", pki("ca-profile a")).apply(ROOT, EMPTY)
    draft = Draft(ROOT, begun)
    draft.apply([Edit("set", pki("ca-profile a cert-file"), "x"), Edit("delete", ())])
    assert draft.tree == EMPTY
    assert begun == Edit("create", pki("ca-profile a")).apply(ROOT, EMPTY)


def test_an_entry_that_was_deleted_can_be_made_again(pki):
    draft = Draft(ROOT, EMPTY)
    entry, leaf = pki("ca-profile a"), pki("ca-profile a cert-file")
    draft.apply([Edit("set", leaf, "old"), Edit("delete", entry), Edit("set", leaf, "new")])
    assert draft.tree == Edit("set", leaf, "new").apply(ROOT, EMPTY)
