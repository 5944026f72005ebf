"""yanglint (libyang) judges our value types and our validation, by the modules of a node."""

import json
import os
import re
import subprocess

import maximum
import pytest
import yang
from counting import met
from foreign import need

from srpki.config.edit import delete, graft
from srpki.config.tree import Branch, Entries, get
from srpki.config.validate import validate
from srpki.schema.common import FlashUrl
from srpki.schema.nodes import (
    Action,
    Choice,
    Container,
    Leaf,
    LeafList,
    ListNode,
    child_of,
    data_children,
)
from srpki.schema.paths import Step, path
from srpki.schema.tree import LAB_SCHEMA, SCHEMA
from srpki.schema.types import (
    Address,
    Bits,
    Boolean,
    Decimal,
    Empty,
    Integer,
    Reference,
    Text,
    ValueTypeError,
)

pytestmark = pytest.mark.interop

ROOT = SCHEMA.configure


@pytest.fixture
def judge(tmp_path):
    """Return a function that tells which of many documents yanglint accepts under a module."""
    need("yanglint")

    def run(name, documents, module=None):
        yang.write(tmp_path)
        if module is not None:
            (tmp_path / f"{name}.yang").write_text(module, encoding="utf-8")
        commands = [f"add {name}.yang"]
        for number, document in enumerate(documents):
            (tmp_path / f"{number}.json").write_text(json.dumps(document), encoding="utf-8")
            commands.append(f"data -t config -f json -o {number}.out {number}.json")
        subprocess.run(
            ["yanglint"],
            input="\n".join([*commands, ""]),
            cwd=tmp_path,
            env={**os.environ, "HOME": str(tmp_path)},
            capture_output=True,
            check=True,
            text=True,
        )
        # What is not accepted is not printed.
        return [bool((tmp_path / f"{number}.out").read_text()) for number in range(len(documents))]

    return run


# --- value types ----------------------------------------------------------------------------------

TEXTS = """
a|a b| |  |a/b|a\\b|a:b|x.crt|"|'|é|日本|-|_|a-b|A|0|1|-1|7|8|9|443|65535|65536|99999999999|-2147483649
cf3:\\x|cf3:\\a b\\c.d|cf3:x|cf9:\\x|cf1-A:\\x|cf1-E:\\x|cf3:\\a\\|cf3:|cf3:/a/b|CF3:\\x|cf3:\\a?b
http://ca.example|http://ca.example/x|HTTP://ca/x|https://ca.example/x|http://ca.example:65535/x
http://ca.example:65536/x|http://ca.example:/x|http://user@ca/x|http:///x|http://[::1]:80/pkix|http:/x
http://[::1/x|ftp://ca/x|ca.example|-ca.example|ca-.example|ca..example|a.b.c.d.|.|ca_x.example
Base|management|management-x|vprn1|base|1234
192.0.2.1|192.0.2.256|192.0.2|192.0.2.1%eth0|2001:db8::1|2001:DB8::1|::ffff:192.0.2.1|2001:db8:::1
2001:db8|::|fe80::1%eth0|1:2:3:4:5:6:7:8:9|true|false|TRUE|enable|disable|enabl|global|/x|/
C=DE,CN=x|token hash2|hash2|2027-01-01T00:00:00Z|2027-01-01T00:00:00.5+01:00|2027-01-01|30d|90s|02:00-04:00
""".replace("\n", "|").split("|")


def types_of(node):
    """Yield the types of all leafs at *node* and below."""
    if isinstance(node, Leaf | LeafList):
        yield from members(node.type)
        return
    below = node.inputs if isinstance(node, Action) else ()
    below = node.cases if isinstance(node, Choice) else below or getattr(node, "children", ())
    for child in below:
        yield from types_of(child)


def members(kind):
    if isinstance(kind, Reference):
        yield from members(kind.type)
    elif not isinstance(kind, Empty | Bits):
        yield kind


def texts_for(kind):
    """Yield what *kind* is tried with: all texts above, words of its own, and its very limits."""
    yield from TEXTS
    for word in kind.words():
        yield from (word, word.upper(), word[:-1], word + "x")
    if isinstance(kind, Integer):
        low, high = kind.bounds
        ends = (low, high, *kind.below)
        yield from (str(end + beside) for end in ends for beside in (-1, 0, 1))
    if isinstance(kind, Decimal):
        low, high = kind.low, kind.high
        yield from (f"{number:.3f}" for number in (low - 0.001, low, high, high + 0.001))
        # A sign and zeros after the third digit are left to YANG: the command line takes neither.
        yield from (f"{low + 0.0001:.4f}", f"{high:.0f}", "1.", ".5")
    if isinstance(kind, Text) and kind.length is not None:
        for length in (kind.length[0] - 1, kind.length[0], kind.length[1], kind.length[1] + 1):
            for begin in ("", "/", "http://ca/", "cf3:\\", "a."):
                yield (begin + "a" * length)[:length]


def taken(kind, text):
    """Return whether we read *text*; that an address be unicast is not asked."""
    if isinstance(kind, Address):
        kind = kind.but(unicast=False)
    try:
        kind.parse(text)
    except ValueTypeError:
        return False
    return True


def as_json(kind, text):
    """Return what stands in JSON for *text* typed as a value of *kind*."""
    if isinstance(kind, Boolean) and text in ("true", "false"):
        return text == "true"
    # Numbers of 64 bits are strings in JSON [RFC 7951 section 6.1].
    numbers = [one for one in (kind, *getattr(kind, "types", ())) if isinstance(one, Integer)]
    if any(not one.base.endswith("64") for one in numbers):
        return int(text) if re.fullmatch("-?[0-9]+", text) else text
    # The CLI reads a slash in the name of a file as the backslash that it prints.
    return text.replace("/", "\\") if isinstance(kind, FlashUrl) else text


def test_yanglint_reads_the_values_that_we_read_and_no_others(judge):
    roots = (LAB_SCHEMA.configure, LAB_SCHEMA.state, LAB_SCHEMA.operations_md)
    types = list({repr(kind): kind for root in roots for kind in types_of(root)}.values())
    tried = [
        (number, text)
        for number, kind in enumerate(types)
        for text in dict.fromkeys(texts_for(kind))
    ]
    documents = [
        {f"{yang.TYPES}:t{number}": as_json(types[number], text)} for number, text in tried
    ]
    verdicts = judge(yang.TYPES, documents, yang.types_module(types))
    differing = [
        (types[number], text, "yanglint accepts it" if verdict else "yanglint refuses it")
        for (number, text), verdict in zip(tried, verdicts, strict=True)
        if taken(types[number], text) != verdict
    ]
    assert differing == [] and len(tried) > 300
    for number, kind in met(100, enumerate(types)):
        judged = {verdict for (at, _), verdict in zip(tried, verdicts, strict=True) if at == number}
        wide = isinstance(kind, Text) and kind.length is None and not kind.patterns
        assert judged == ({True} if wide else {True, False}), kind


# --- validation -----------------------------------------------------------------------------------


def leafs(node, branch, where=()):
    """Yield every leaf in *branch* with its node and path."""
    for name, content in branch.items():
        child = child_of(node, name)
        if isinstance(content, Entries):
            for keys, entry in content.items():
                yield from leafs(child, entry, (*where, Step(name, keys)))
        elif isinstance(content, Branch):
            yield from leafs(child, content, (*where, Step(name)))
        else:
            yield child, (*where, Step(name))


def broken(tree):
    """Yield *tree* with one thing wrong: a reference, a mandatory leaf, a maximum."""
    for node, where in leafs(ROOT, tree):
        if isinstance(node.type, Reference):
            wrong = ("nowhere",) if isinstance(node, LeafList) else "nowhere"
            yield f"{where} refers to nothing", graft(ROOT, tree, where, wrong)
        if isinstance(node, Leaf) and node.mandatory:
            yield f"{where} is missing", delete(ROOT, tree, where)
    for where in [(), *lists(ROOT)]:
        if where and get(tree, where) is not None:
            yield f"{where} is gone", delete(ROOT, tree, where)


def lists(node, where=()):
    """Yield the path of every list that is not within another one."""
    for child in data_children(node):
        if isinstance(child, ListNode):
            yield (*where, Step(child.name))
        elif isinstance(child, Container):
            yield from lists(child, (*where, Step(child.name)))


def test_yanglint_refuses_what_our_validation_refuses_and_nothing_else(judge):
    tree = maximum.configuration(most=2, nested=1)
    trees = [("nothing is wrong", tree), *broken(tree)]
    documents = [yang.document(ROOT, one) for _, one in trees]
    verdicts = judge(yang.MODULE, documents)
    assert verdicts[0]
    assert not all(verdicts)
    assert [
        what
        for (what, one), verdict in zip(trees, verdicts, strict=True)
        if verdict != (validate(ROOT, one) == ())
    ] == []


def limited(node, where=()):
    """Yield every list and leaf-list with a maximum, and the path of one."""
    for child in data_children(node):
        here = (*where, Step(child.name))
        if getattr(child, "max_elements", None) is not None and child.name != "alias":
            yield child, here
        if isinstance(child, ListNode):
            entry = tuple(maximum.value(leaf.type, 0, name=leaf.name) for leaf in child.key_leafs)
            yield from limited(child, (*where, Step(child.name, entry)))
        elif isinstance(child, Container) and child.name not in maximum.LEFT_OUT:
            yield from limited(child, here)


def test_yanglint_counts_the_same_maxima(judge):
    names = [f"ca-{number}" for number in range(9)]
    authorities = Entries({(name,): Branch() for name in names})
    referred = (
        path("system", "security", "pki", "ca-profile"),
        path("system", "security", "aaa", "local-profiles", "profile"),
    )
    trees = []
    for node, where in limited(ROOT):
        for number in (node.max_elements, node.max_elements + 1):
            tree = Branch()
            for target in referred:
                tree = tree if where == target else graft(ROOT, tree, target, authorities)
            words = getattr(node.type, "values", names) if isinstance(node, LeafList) else names
            content = tuple(words[:number])
            if isinstance(node, ListNode):
                content = Entries({key_of(node, each): Branch() for each in range(number)})
            # Where the key's own range allows no more entries there is nothing to exceed.
            if len(content) == number:
                trees.append((number <= node.max_elements, graft(ROOT, tree, where, content)))
    documents = [yang.document(ROOT, tree) for _, tree in trees]
    verdicts = judge(yang.MODULE, documents)
    expected = [allowed for allowed, _ in trees]
    assert verdicts == expected
    assert [validate(ROOT, tree) == () for _, tree in trees] == expected
    assert expected.count(False) > 10


def key_of(node, number):
    return tuple(
        f"ca-{number}"
        if isinstance(leaf.type, Reference)
        else maximum.value(leaf.type, number, name=node.name)
        for leaf in node.key_leafs
    )
