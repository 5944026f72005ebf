"""Strategies: any configuration that the schema allows, any line that may be typed."""

from dataclasses import dataclass

import pytest
from hypothesis import strategies as st

from srpki.config import edit
from srpki.config.tree import EMPTY
from srpki.schema.common import CFLASH_URL, TLS_FILE_NAME
from srpki.schema.configure.log import LOG_NAME
from srpki.schema.nodes import Container, Leaf, LeafList, Line, ListNode, data_children
from srpki.schema.paths import Step
from srpki.schema.tree import SCHEMA
from srpki.schema.types import (
    Address,
    Boolean,
    Empty,
    Enumeration,
    Integer,
    Reference,
    Text,
    Union,
    ValueTypeError,
)

_NAMES = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=("Cc", "Cs")), min_size=1, max_size=32
)
_SPECIAL = (
    "a",
    "a b",
    'say "hi"',
    "back\\slash",
    "#x",
    "{",
    "[a]",
    "a|b",
    "-",
    "all",
    "create",
    "no",
)


def accepted(kind):
    """A filter that lets pass what *kind* reads."""

    def check(text):
        try:
            kind.parse(text)
        except ValueTypeError:
            return False
        return True

    return check


def values(kind):  # noqa: C901 - one case a type
    """Any value of *kind*."""
    match kind:
        case Integer():
            low, high = kind.bounds
            return st.integers(low, high)
        case Enumeration():
            return st.sampled_from(kind.values)
        case Boolean():
            return st.booleans()
        case Empty():
            return st.just(True)
        case Reference():
            return values(kind.type)
        case Address():
            return st.sampled_from(["192.0.2.1", "2001:db8::1"]).filter(accepted(kind))
        case Union():
            return st.one_of(*map(values, kind.types))
        case Text() if kind.secret:
            return st.sampled_from(["token hash2", "tok/en+2= hash2"])
        case Text() if kind is LOG_NAME:
            return st.sampled_from(["30", "a.b-c"])
        case Text() if kind is CFLASH_URL:
            return st.sampled_from(["cf3:\\x.cfg", "cf3:\\a b\\y"])
        case Text() if "url" in kind.named:
            return st.sampled_from(["http://ca.example/x", "http://[::1]:80/pkix"])
    if kind is TLS_FILE_NAME or "file" in kind.named:
        return st.sampled_from(["gw.crt", "gw key.pem", 'a"b'])
    return st.one_of(st.sampled_from(_SPECIAL), st.just("/x"), _NAMES).filter(accepted(kind))


@st.composite
def edits(draw, root):
    """One edit somewhere below *root*."""
    node, path = root, ()
    while True:
        skipped = node.keys if isinstance(node, ListNode) else ()
        children = [
            child
            for child in data_children(node)
            if child.name not in skipped
            and isinstance(child, Container | ListNode | Leaf | LeafList)
        ]
        if not children or (isinstance(node, ListNode) and draw(st.integers(0, 5)) == 0):
            return edit.Edit("create", path)
        child = draw(st.sampled_from(children))
        if isinstance(node.classic, Line) and isinstance(getattr(child, "type", None), Boolean):
            # A line of the classic CLI names what is true; false is what it does not name.
            return edit.Edit("set", (*path, Step(child.name)), value=True)
        if isinstance(child, Leaf | LeafList):
            return edit.Edit("set", (*path, Step(child.name)), draw(values(child.type)))
        keys = (
            tuple(draw(values(leaf.type)) for leaf in child.key_leafs)
            if isinstance(child, ListNode)
            else ()
        )
        path = (*path, Step(child.name, keys))
        node = child


@st.composite
def trees(draw):
    """Any configuration."""
    tree = EMPTY
    for one in draw(st.lists(edits(SCHEMA.configure), max_size=12)):
        tree = one.apply(SCHEMA.configure, tree)
    return tree


_TYPED = """
admin configure system security pki ca-profile x cmpv2 private edit-config exit all info no create
shutdown show log log-id 99 compare load rollback merge tree pwc back top update discard commit
validate environment command-alias alias "*" * [1..3] lines 3 summary xml detail url cf3:\\x delete { } [ ] | match / // " "x "y" # }} \\
shutdown show log log-id 99 compare delete { } [ ] | match / // " "x "y" # }} \\
! !! !1 !c > >cf3:/f exec cf3:/f count no-more history environment more false password pwc logout
"""
_WORDS = st.sampled_from(_TYPED.split())
_CHARACTERS = st.text(
    st.characters(max_codepoint=0x2100, exclude_categories=("Cs",)), max_size=2600
)


@dataclass(frozen=True)
class Strategies:
    """What the tests draw from."""

    trees: object = trees()
    lines: object = st.one_of(st.lists(_WORDS, max_size=40).map(" ".join), _CHARACTERS)
    values: object = staticmethod(values)


@pytest.fixture(scope="session")
def strategies():
    """The strategies above; fixtures reach every test file without an import."""
    return Strategies()


@pytest.fixture(scope="session")
def run():
    """Let a device run a configuration, which need not be valid, while sessions are open."""

    def replace(device, tree):
        with device.datastore.lock:
            device.datastore.replace(tree, ())

    return replace
