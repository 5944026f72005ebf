"""Random configurations, made from the schema alone."""

import functools
import ipaddress

from hypothesis import strategies as st

from srpki.config.tree import Branch, Entries
from srpki.schema import types
from srpki.schema.nodes import Choice, Container, Leaf, LeafList, ListNode
from srpki.schema.types import ValueTypeError

CHARACTERS = st.characters(
    min_codepoint=0x20, exclude_characters="\x7f", exclude_categories=("Cs",)
)
EXAMPLES = {
    "http-optional-url-loose": [
        "host",
        "http://[2001:db8::1]:8080/a\\b",
        'h/"quoted" {#}',
        "u:p@h",
    ],
    "http-url-path-loose": ["http://host/ca.crl", "http://h:80/#{[", 'http://h/"'],
}


def readable(kind):
    def check(text):
        try:
            return kind.parse(text) == text
        except ValueTypeError:
            return False

    return check


def texts(kind):
    if kind.named in EXAMPLES:
        return st.sampled_from(EXAMPLES[kind.named])
    low, high = kind.length or (0, 20)
    free = st.text(CHARACTERS, min_size=low, max_size=min(high, 12))
    if kind.patterns == ("/.*",):
        free = free.map(lambda text: "/" + text)
    return free.filter(readable(kind))


def values(kind):
    match kind:
        case types.Integer():
            return st.integers(*kind.bounds)
        case types.Text():
            return texts(kind)
        case types.Enumeration():
            return st.sampled_from(kind.values)
        case types.Boolean():
            return st.booleans()
        case types.Empty():
            return st.just(value=True)
        case types.Reference():
            return values(kind.type)
        case types.Union(types=members):
            return st.one_of(*map(values, members))
        case types.Address(versions=versions):
            some = st.one_of([st.ip_addresses(v=version) for version in versions])
            return some.map(str).filter(readable(kind)).filter(ipaddress.ip_address)
        case types.Union():
            return st.one_of(*map(values, kind.types))
    raise AssertionError(kind)


@functools.cache
def fields(node):
    """Return for each child that may stand below *node* the strategy of its content."""
    found = {}
    for child in node.children:
        if isinstance(child, Choice):
            continue
        if isinstance(child, Leaf) and not (isinstance(node, ListNode) and child.name in node.keys):
            found[child.name] = values(child.type)
        elif isinstance(child, LeafList):
            found[child.name] = st.lists(
                values(child.type), min_size=1, max_size=3, unique=True
            ).map(tuple)
        elif isinstance(child, Container):
            inner = content(child)
            found[child.name] = inner if child.presence else inner.filter(bool)
        elif isinstance(child, ListNode):
            keys = st.tuples(*(values(leaf.type) for leaf in child.key_leafs))
            entries = st.dictionaries(keys, content(child), min_size=1, max_size=2)
            found[child.name] = entries.map(Entries)
    return found


def in_case(case):
    """Return a strategy of what holds when *case* is chosen: an empty container is enough."""
    chosen = {
        child.name: content(child) if isinstance(child, Container) else fields(case)[child.name]
        for child in case.children
    }
    return st.fixed_dictionaries({}, optional=chosen)


def content(node):
    """Return a strategy of contents of the container or list entry *node*."""

    # No argument, for hypothesis prints those of a composite and the schema is long.
    @st.composite
    def drawn(draw):
        items = draw(st.fixed_dictionaries({}, optional=fields(node)))
        for choice in node.children:
            if isinstance(choice, Choice):
                items |= draw(st.one_of([in_case(case) for case in choice.cases]))
        return Branch(items)

    return st.deferred(drawn)
