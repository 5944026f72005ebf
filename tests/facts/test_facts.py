"""The schema against the fact trees: every node that they have, and no other."""

import re
from collections import Counter
from operator import attrgetter, itemgetter

import pytest
import sheets
from counting import met

from srpki.schema import types
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf, LeafList, ListNode
from srpki.schema.tree import SCHEMA, node_at, resolve


def of_type(value):  # noqa: C901 - one case a type
    """Return the fact sheet's spelling of a value type."""
    named = {"named": value.named} if getattr(value, "named", "") else {}
    match value:
        case types.Integer():
            fact = {"base": value.base}
            if value.below:
                fact["range"] = value.range
            elif value.low is not None or value.high is not None:
                fact["range"] = f"{value.low}..{'max' if value.high is None else value.high}"
            return fact | named
        case types.Text():
            fact = {"base": "string"}
            if value.length:
                fact["length"] = f"{value.length[0]}..{value.length[1]}"
            if value.patterns:
                fact["patterns"] = list(value.patterns)
            return fact | named
        case types.Enumeration():
            return {"base": "enumeration", "enum": list(value.values)} | named
        case types.Boolean():
            return {"base": "boolean"}
        case types.Empty():
            return {"base": "empty"}
        case types.Bits():
            return {"base": "bits", "bits": list(value.flags)}
        case types.Reference():
            return {"base": "leafref", "leafref": value.yang}
        case types.Union():
            return {"base": "union", "union": [of_type(member) for member in value.types]} | named
        case types.Address(yang=(base,)):
            return {"base": base} | named
        case types.Address():
            members = [{"named": name.removeprefix("inet:"), "base": name} for name in value.yang]
            return {"base": "union", "union": members} | named
    raise AssertionError(value)


def plain_type(fact):
    """Return *fact* without what our types say elsewhere.

    A default of the typedef is the leaf's; a union of one is its member; the patterns of addresses
    are tried out by a test of their own.
    """
    fact = {key: value for key, value in fact.items() if key != "typedef-default"}
    if fact["base"].startswith("inet:"):
        fact.pop("patterns", None)
    if fact["base"] == "union" and len(fact["union"]) == 1:
        return plain_type(fact["union"][0])
    return fact


def of_node(node):
    """Return the fact sheet's spelling of a node, without its children."""
    fact = {"name": node.name}
    match node:
        case Leaf():
            fact |= {"kind": "leaf", "type": of_type(node.type)}
            fact |= {"default": node.default} if node.default is not None else {}
            fact |= {"mandatory": "true"} if node.mandatory else {}
            fact |= {"units": node.units} if node.units else {}
        case LeafList():
            fact |= {"kind": "leaf-list", "type": of_type(node.type)}
        case Container():
            fact |= {"kind": "container"} | ({"presence": True} if node.presence else {})
        case ListNode():
            fact |= {"kind": "list", "key": list(node.keys)}
        case Choice():
            fact |= {"kind": "choice"} | ({"default": node.default} if node.default else {})
            fact |= {"mandatory": "true"} if node.mandatory else {}
        case Case():
            fact |= {"kind": "case"}
        case Action():
            fact |= {"kind": "action"}
    if getattr(node, "max_elements", None) is not None:
        fact["max-elements"] = str(node.max_elements)
    if getattr(node, "auto_restart", False):
        fact["auto-restart-to-modify"] = True
    return fact


def plain_node(fact):
    """Return *fact* without its children; all our values are in the order that a user gives them."""
    plain = {key: value for key, value in fact.items() if key not in ("children", "ordered-by")}
    if "type" in plain:
        if "typedef-default" in plain["type"]:
            plain.setdefault("default", plain["type"]["typedef-default"])
        plain["type"] = plain_type(plain["type"])
    return plain


def below(node):
    if isinstance(node, Choice):
        return node.cases
    if isinstance(node, Action):
        return node.inputs
    return getattr(node, "children", ())


def compare(nodes, facts, own, place=""):
    """Compare *nodes* with *facts*; return how many of each kind agree and which of *own* are met."""
    paths = {node.name: f"{place}{node.name}" for node in nodes}
    seen = {path for path in paths.values() if path in own}
    nodes = [node for node in nodes if paths[node.name] not in own]
    if any(fact["kind"] == "action" for fact in facts):  # nothing depends on their order
        nodes, facts = sorted(nodes, key=attrgetter("name")), sorted(facts, key=itemgetter("name"))
    assert [node.name for node in nodes] == [fact["name"] for fact in facts], place
    agreed = Counter()
    for node, fact in zip(nodes, facts, strict=True):
        here = paths[node.name]
        assert of_node(node) == plain_node(fact), here
        inner, found = compare(below(node), sheets.children(fact), own, f"{here}/")
        agreed += inner + Counter([fact["kind"]])
        seen |= found
    return agreed, seen


def named(names):
    return " ".join(names)


@pytest.mark.parametrize("place", met(10, sheets.SHEETS), ids=named)
def test_every_node_is_declared_as_in_the_facts(place):
    wanted, own = sheets.wanted(place)
    agreed, seen = compare(above(place).children, wanted, own)
    assert agreed == sheets.kinds(wanted)
    assert seen == own


def above(place):
    """Return the node of the schema whose children *place* is about."""
    first, *names = place
    roots = {"configure": SCHEMA.configure, "state": SCHEMA.state}
    root = roots.get(first) or node_at(SCHEMA.operations_md, first)
    return node_at(root, *names)


@pytest.mark.parametrize("place", met(10, sheets.SHEETS), ids=named)
def test_every_node_of_the_facts_is_read(place):
    written = Counter()
    for name in sheets.SHEETS[place]:
        text = (sheets.FACTS / f"{name}.json").read_text(encoding="utf-8")
        written += Counter(re.findall('"kind": "([a-z-]+)"', text))
    del written["input"]
    assert sheets.kinds(sheets.sheet(place)) == written


def test_every_fact_tree_is_of_some_place():
    names = [name for place in sheets.SHEETS.values() for name in place]
    assert sorted(names) == sorted(path.stem for path in sheets.FACTS.glob("*.json"))


def test_a_difference_that_is_accepted_belongs_to_a_place_that_is_compared():
    assert set(sheets.accepted()) <= set(map(named, sheets.SHEETS))


def leafs(node, trail=()):
    """Yield each leaf with the nodes that its YANG path counts, choices and cases left out."""
    inner = trail if isinstance(node, Choice | Case) else (*trail, node.name)
    if isinstance(node, Leaf | LeafList):
        yield node, inner
    for child in below(node):
        yield from leafs(child, inner)


@pytest.mark.parametrize("root", [SCHEMA.configure, SCHEMA.state, SCHEMA.operations_md])
def test_the_target_of_a_reference_is_where_its_yang_path_leads(root):
    found = 0
    for leaf, trail in leafs(root):
        if not isinstance(leaf.type, types.Reference) or not leaf.type.yang:
            continue
        target = re.sub(r"\[[^\]]*\]", "", leaf.type.yang)  # whichever entries are meant
        if not target.startswith("/"):
            ups = target.count("../")
            target = "/" + "/".join([*trail[: len(trail) - ups], target.replace("../", "")])
        assert leaf.type.target == target, "/".join(trail)
        assert resolve(SCHEMA, target) is not None
        found += 1
    assert found or root is SCHEMA.state


IPV4 = re.compile(
    r"(([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\.){3}"
    r"([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
)
"""The pattern of inet:ipv4-address without its zone, which the second pattern rules out."""


@pytest.mark.parametrize(
    "text",
    [
        "10.0.0.1",
        "0.0.0.1",
        "255.255.255.254",
        "1.2.3",
        "256.1.1.1",
        "1.2.3.4.5",
        "01.2.3.4",
        "::1",
        "",
    ],
)
def test_an_ipv4_address_is_what_the_pattern_of_the_facts_accepts(text):
    place = ("configure", "system", "transmission-profile")
    leaf = node_at(SCHEMA.configure, *place[1:], "ipv4-source-address")
    fact = sheets.sheet(place)[1]
    assert fact["type"]["patterns"][2].startswith(IPV4.pattern)
    if IPV4.fullmatch(text):
        assert leaf.type.parse(text) == text
    else:
        with pytest.raises(types.ValueTypeError):
            leaf.type.parse(text)
