"""The schema against the fact trees: every node that they have, and no other."""

import json
import re
from pathlib import Path

import pytest

from srpki.schema import types
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf, LeafList, ListNode
from srpki.schema.operations.admin import ADMIN_PKI
from srpki.schema.tree import SCHEMA, node_at, resolve

HERE = Path(__file__).parent

CLIENT_LISTS = {
    "cert-profile",
    "client-cipher-list",
    "client-group-list",
    "client-signature-list",
    "client-tls-profile",
    "trust-anchor-profile",
}
SERVER_LISTS = {
    "server-cipher-list",
    "server-group-list",
    "server-signature-list",
    "server-tls-profile",
}
ACTIONS = {
    "generate-csr",
    "generate-keypair",
    "import",
    "export",
    "convert-file",
    "cmpv2 cert-request",
    "cmpv2 initial-registration",
    "cmpv2 key-update",
    "cmpv2 poll",
    "cmpv2 clear-request",
    "est ca-certificates",
    "est enroll",
    "est renew",
    "reload",
    "update-certificate",
    "crl-update",
    "clear-ocsp-cache",
}
BEYOND_YANG = {"show file-content"}  # pki.md section 2: seen on devices, not in the models


def facts(name):
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


def of_type(value):  # noqa: C901 - one case a type
    """Return the fact sheet's spelling of a value type."""
    named = {"named": value.named} if getattr(value, "named", "") else {}
    match value:
        case types.Integer():
            fact = {"base": value.base}
            if value.low is not None or value.high is not None:
                fact["range"] = f"{value.low}..{value.high}"
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
    plain = {key: value for key, value in fact.items() if key != "children"}
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


def below_fact(fact):
    children = fact.get("children", [])
    if fact.get("kind") == "action":
        (given,) = (child for child in children if child["kind"] == "input")
        return given.get("children", [])
    return children


def compare(nodes, wanted, place):
    assert [node.name for node in nodes] == [fact["name"] for fact in wanted], place
    for node, fact in zip(nodes, wanted, strict=True):
        here = f"{place}/{node.name}"
        assert of_node(node) == plain_node(fact), here
        compare(below(node), below_fact(fact), here)


def configured(*names):
    return node_at(SCHEMA.configure, *names)


def test_every_node_of_pki_is_declared_as_in_the_facts():
    compare(
        configured("system", "security", "pki").children,
        facts("configure-system-security-pki"),
        "pki",
    )


@pytest.mark.parametrize(
    ("names", "sheet"),
    [
        (("system", "transmission-profile"), "configure-system-transmission-profile"),
        (("ipsec", "cert-profile"), "configure-ipsec-cert-profile"),
        (("ipsec", "trust-anchor-profile"), "configure-ipsec-trust-anchor-profile"),
    ],
)
def test_every_leaf_of_a_listed_entry_is_declared_as_in_the_facts(names, sheet):
    compare(configured(*names).children, facts(sheet), "/".join(names))


def test_of_tls_exactly_what_a_client_needs_is_declared_as_in_the_facts():
    wanted = facts("configure-system-security-tls")
    assert {fact["name"] for fact in wanted} == CLIENT_LISTS | SERVER_LISTS
    wanted = [fact for fact in wanted if fact["name"] in CLIENT_LISTS]
    compare(configured("system", "security", "tls").children, wanted, "tls")


def test_every_node_of_the_state_of_pki_is_declared_as_in_the_facts():
    state = node_at(SCHEMA.state, "system", "security", "pki")
    compare(state.children, facts("state-system-security-pki"), "state")


@pytest.mark.parametrize("name", ["cert-profile", "trust-anchor-profile"])
def test_every_leaf_of_the_state_of_ipsec_is_declared_as_in_the_facts(name):
    state = node_at(SCHEMA.state, "ipsec", name)
    compare(state.children, facts(f"state-ipsec-{name}"), f"state ipsec {name}")


def paths_of_actions(nodes, prefix=""):
    for node in nodes:
        name, kind = (
            (node["name"], node["kind"])
            if isinstance(node, dict)
            else (node.name, "action" if isinstance(node, Action) else "container")
        )
        if kind == "action":
            yield f"{prefix}{name}", node
        elif kind == "container":
            children = node["children"] if isinstance(node, dict) else node.children
            yield from paths_of_actions(children, f"{prefix}{name} ")


def test_exactly_the_listed_actions_are_declared_with_the_inputs_of_the_facts():
    ours = dict(paths_of_actions(ADMIN_PKI.children))
    wanted = dict(paths_of_actions(facts("admin-system-security-pki")))
    assert set(wanted) == ACTIONS
    assert set(ours) == ACTIONS | BEYOND_YANG
    for name in ACTIONS:
        compare((ours[name],), [wanted[name]], "admin")


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
        target = leaf.type.yang
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
    leaf = configured("system", "transmission-profile", "ipv4-source-address")
    fact = facts("configure-system-transmission-profile")[1]
    assert fact["type"]["patterns"][2].startswith(IPV4.pattern)
    if IPV4.fullmatch(text):
        assert leaf.type.parse(text) == text
    else:
        with pytest.raises(types.ValueTypeError):
            leaf.type.parse(text)
