"""Any configuration that the schema allows, for properties: drawn by chance, and every leaf for sure.

Leafs are drawn uniformly over the whole schema. Chance alone would pass over some of them in some
runs, so `with_any_configuration` also tries `EVERY`, configurations that together set each leaf,
and fails when a run has not met each leaf of `WANTED`.
"""

from functools import partial, wraps

from counting import met
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from srpki.config import edit
from srpki.config.text import elements
from srpki.config.tree import EMPTY, Branch
from srpki.schema.common import TLS_FILE_NAME, FlashUrl
from srpki.schema.nodes import Choice, Container, Leaf, LeafList, Line, ListNode, data_children
from srpki.schema.paths import Step
from srpki.schema.tree import SCHEMA, node_at
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

ROOT = SCHEMA.configure
BRANCHES = (("log",), ("system", "security", "pki"), ("system", "security", "tls"))
"""Each run meets each leaf of these."""

_HASHES = (
    "$2y$10$WOWmXnVodvBspwuo9BbkVOT/N.jjhrv30MhPK8JncFl3qDVQPai3K",
    "$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi",
)
"""Hashes by bcrypt, of public examples."""
_SECRETS = ("token hash2", "tok/en+2= hash2")
_URLS = ("http://ca.example/x", "http://[::1]:80/pkix")
_FLASH = ("cf3:\\x.cfg", "cf3:\\a b\\y")
_FILES = ("gw.crt", "gw key.pem", 'a"b')
_PLAIN = ("a", "30", "a.b-c", "/x")
_SPECIAL = ("a b", 'say "hi"', "back\\slash", "#x", "{", "[a]", "a|b", "-", "all", "create", "no")
_CHARACTERS = st.text(
    st.characters(min_codepoint=0x20, exclude_categories=("Cc", "Cs")), min_size=1, max_size=32
)


def _reads(kind):
    """Return whether *kind* reads a text, as a function of the text."""

    def check(text):
        try:
            kind.parse(text)
        except ValueTypeError:
            return False
        return True

    return check


def samples(kind):  # noqa: C901 - one case a type
    """Return some values of *kind*, always the same, of both ends where it has ends."""
    match kind:
        case Integer():
            return kind.bounds
        case Enumeration():
            return kind.values
        case Boolean():
            return (True, False)
        case Empty():
            return (True,)
        case Reference():
            return samples(kind.type)
        case Union():
            return tuple(value for member in kind.types for value in samples(member))
        case Address():
            tried = ("192.0.2.1", "2001:db8::1")
        case Text() if kind.secret:
            return _SECRETS
        case Text() if kind.hashed:
            return _HASHES
        case FlashUrl():
            return _FLASH
        case Text() if "url" in kind.named:
            return _URLS
        case Text() if kind is TLS_FILE_NAME or "file-name" in kind.named:
            tried = (*_FILES, *_PLAIN)
        case _:
            tried = (*_PLAIN, *_SPECIAL)
    return tuple(filter(_reads(kind), tried))


def values(kind):
    """Return a strategy of any value of *kind*."""
    match kind:
        case Integer():
            return st.integers(*kind.bounds)
        case Reference():
            return values(kind.type)
        case Union():
            return st.one_of(*map(values, kind.types))
    some = st.sampled_from(samples(kind))
    free = isinstance(kind, Text) and not (kind.secret or kind.hashed or isinstance(kind, FlashUrl))
    if free and "url" not in kind.named:
        reads, else_ = _reads(kind), samples(kind)[0]  # a filter would make Hypothesis try again
        return st.one_of(some, _CHARACTERS.map(lambda text: text if reads(text) else else_))
    return some


def _told_by_values(node):
    return isinstance(node.classic, Line) and len(node.children) > len(node.keys)


def _ways(node, way=()):
    """Yield the nodes from below the root to each leaf that is no key, and to what may be empty."""
    for child in data_children(node):
        if isinstance(node, ListNode) and child.name in node.keys:
            continue
        # An entry that the classic CLI tells in one line of its values cannot be told without any.
        empty = isinstance(child, ListNode) and not _told_by_values(child)
        if empty or (isinstance(child, Container) and child.presence):
            yield (*way, child)
        if isinstance(child, Container | ListNode):
            yield from _ways(child, (*way, child))
        elif isinstance(child, Leaf | LeafList):
            yield (*way, child)


WAYS = tuple(_ways(ROOT))


def _edit(way, value_of):
    """Return the edit that makes what *way* leads to, its values and keys by *value_of*."""
    path = []
    for node in way:
        keys = node.key_leafs if isinstance(node, ListNode) else ()
        path.append(Step(node.name, tuple(value_of(leaf) for leaf in keys)))
    last, above = way[-1], way[-2] if len(way) > 1 else ROOT
    if not isinstance(last, Leaf | LeafList):
        return edit.Edit("create", tuple(path))
    value = value_of(last)
    if isinstance(above.classic, Line) and isinstance(last.type, Boolean):
        value = True  # the line names what is true; false is what it does not name
    return edit.Edit("set", tuple(path), value)


def _leafs(way):
    last = way[-1]
    keys = [leaf for node in way if isinstance(node, ListNode) for leaf in node.key_leafs]
    return [*keys, last] if isinstance(last, Leaf | LeafList) else keys


_DRAWN = {id(leaf): values(leaf.type) for way in WAYS for leaf in _leafs(way)}


@st.composite
def edits(draw):
    """One edit, of any leaf or empty entry, each as likely as the next."""
    way = WAYS[draw(st.integers(0, len(WAYS) - 1))]  # by number: to tell nodes apart takes long
    return _edit(way, lambda leaf: draw(_DRAWN[id(leaf)]))


@st.composite
def trees(draw):
    """Any configuration: what 12 to 30 edits make."""
    tree = EMPTY
    for one in draw(st.lists(edits(), min_size=12, max_size=30)):
        tree = one.apply(ROOT, tree)
    return tree


def leafs_of(node, branch, way=()):
    """Yield the names that lead to each leaf that is set in *branch*, the content of *node*."""
    for child, keys, content in elements(node, branch):
        here = (*way, child.name)
        yield from ((*here, key) for key, _ in zip(getattr(child, "keys", ()), keys, strict=False))
        if isinstance(content, Branch):
            yield from leafs_of(child, content, here)
        else:
            yield here


def _all_leafs(node, way):
    for child in data_children(node):
        here = (*way, child.name)
        if isinstance(child, Leaf | LeafList):
            yield here
        else:
            yield from _all_leafs(child, here)


WANTED = {leaf for branch in BRANCHES for leaf in _all_leafs(node_at(ROOT, *branch), branch)}


def _every():
    """Yield configurations that set each leaf between them: of every choice another case in each."""
    for turn in range(max(_cases(ROOT))):
        tree = EMPTY
        for way in WAYS:
            if all(
                _chosen(above, node, turn) for above, node in zip((ROOT, *way), way, strict=False)
            ):
                one = _edit(way, partial(_sample, turn))
                tree = one.apply(ROOT, tree)
        yield tree


def _sample(turn, leaf):
    found = samples(leaf.type)
    return found[turn % len(found)]


def _choices(node):
    return [child for child in node.children if isinstance(child, Choice)]


def _cases(node):
    yield 1
    for choice in _choices(node):
        yield len(choice.cases)
    for child in data_children(node):
        if isinstance(child, Container | ListNode):
            yield from _cases(child)


def _chosen(above, node, turn):
    """Return whether *node* is in the case of its choice in *above* whose turn it is."""
    for choice in _choices(above):
        for number, case in enumerate(choice.cases):
            if any(child is node for child in data_children(case)):
                return number == turn % len(choice.cases)
    return True


EVERY = tuple(_every())


def with_any_configuration(*names, examples, **more):
    """Return a decorator: a property of the configurations in the arguments *names*.

    It is tried with *examples* drawn by chance and with each of `EVERY`, in every argument; then
    each leaf of `WANTED` must have been met in each. *more* are strategies of other
    arguments, each with a value that goes with `EVERY`.
    """

    def decorate(check):
        seen_in = {name: set() for name in names}

        @wraps(check)
        def noting(*args, **kwargs):
            for name in names:
                seen_in[name].update(leafs_of(ROOT, kwargs[name]))
            return check(*args, **kwargs)

        chance = dict.fromkeys(names, trees())
        tried = given(**chance, **{name: any_ for name, (any_, _) in more.items()})(noting)
        for number, _ in enumerate(EVERY):
            sure = {name: EVERY[(number + later) % len(EVERY)] for later, name in enumerate(names)}
            tried = example(**sure, **{name: one for name, (_, one) in more.items()})(tried)
        tried = settings(
            max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck)
        )(tried)

        @wraps(tried)
        def judged(*args, **kwargs):
            for seen in seen_in.values():
                seen.clear()
            tried(*args, **kwargs)
            for name, seen in met(1, seen_in.items()):
                assert not WANTED - seen, name

        return judged

    return decorate
