"""The configuration schema as a YANG module, and a configuration as its JSON [RFC 7950, RFC 7951].

What is written is our own schema in YANG's words, so that a foreign program can judge it; nothing
is taken from the vendor's models. Names, keys, types, ranges, lengths, patterns, references,
mandatory elements, defaults, choices and maxima are there; what is left out is named below.

* An address that must be unicast is an address: YANG's own types do not tell.
* A string's control characters are not excluded.
"""

from srpki.config.tree import Branch, Entries
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf, LeafList, ListNode, child_of
from srpki.schema.types import (
    SEALED_MARK,
    Address,
    Boolean,
    Decimal,
    Empty,
    Enumeration,
    Integer,
    Reference,
    Text,
    Union,
)

MODULE = "srpki-configuration"
TYPES = "srpki-types"
_HEAD = """module {0} {{
  yang-version 1.1;
  namespace "urn:srpki:{0}";
  prefix s;
  import ietf-inet-types {{ prefix inet; }}
"""
_INET = {4: "inet:ipv4-address-no-zone", 6: "inet:ipv6-address-no-zone"}


def module(root):
    """Return the YANG module of everything below the container *root*."""
    return _HEAD.format(MODULE) + "\n".join(_node(root, "  ", config="")) + "\n}\n"


def types_module(types):
    """Return a YANG module with one leaf for each of *types*: ``t0``, ``t1`` and so on."""
    lines = [
        line
        for number, kind in enumerate(types)
        for line in (f"  leaf t{number} {{", *_type(kind, "    "), "  }")
    ]
    return _HEAD.format(TYPES) + "\n".join(lines) + "\n}\n"


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


# --- schema ---------------------------------------------------------------------------------------


def _node(node, pad, *, config=None, keys=()):
    """Yield the statement of *node*."""
    match node:
        case Action():
            return
        case Choice() | Case() | Container() | ListNode():
            yield f"{pad}{_KEYWORD[type(node)]} {node.name} {{"
            yield from _about(node, pad + "  ")
            inner = node.keys if isinstance(node, ListNode) else ()
            for child in node.cases if isinstance(node, Choice) else node.children:
                yield from _node(child, pad + "  ", keys=inner)
        case Leaf() | LeafList():
            yield f"{pad}{_KEYWORD[type(node)]} {node.name} {{"
            yield from _type(node.type, pad + "  ")
            if node.name not in keys:
                yield from _about(node, pad + "  ")
    yield f"{pad}}}"


_KEYWORD = {
    Choice: "choice",
    Case: "case",
    Container: "container",
    ListNode: "list",
    Leaf: "leaf",
    LeafList: "leaf-list",
}


def _about(node, pad):
    if isinstance(node, ListNode):
        yield f"{pad}key {quoted(' '.join(node.keys))};"
        yield f"{pad}ordered-by user;"
    if isinstance(node, Container) and node.presence:
        yield f'{pad}presence "it is there";'
    if getattr(node, "max_elements", None) is not None:
        yield f"{pad}max-elements {node.max_elements};"
    if getattr(node, "mandatory", False):
        yield f"{pad}mandatory true;"
    elif isinstance(node, Leaf | Choice) and node.default:
        yield f"{pad}default {quoted(node.default)};"


def _type(kind, pad):
    match kind:
        case Integer():
            low, high = kind.bounds
            yield f'{pad}type {kind.base} {{ range "{low}..{high}"; }}'
        case Decimal():
            limits = f'range "{kind.low:.3f}..{kind.high:.3f}";'
            yield f"{pad}type decimal64 {{ fraction-digits 3; {limits} }}"
        case Enumeration():
            words = " ".join(f"enum {quoted(word)};" for word in kind.values)
            yield f"{pad}type enumeration {{ {words} }}"
        case Boolean():
            yield f"{pad}type boolean;"
        case Empty():
            yield f"{pad}type empty;"
        case Reference():
            steps = kind.target.strip("/").split("/")
            yield f"{pad}type leafref {{ path {quoted(''.join(f'/s:{step}' for step in steps))}; }}"
        case Address():
            names = [_INET[version] for version in kind.versions]
            yield from _one_of([[f"{pad}  type {name};"] for name in names], pad)
        case Union():
            yield from _one_of([list(_type(member, pad + "  ")) for member in kind.types], pad)
        case Text():
            yield from _string(kind, pad)
        case _:
            raise TypeError(kind)


def _string(kind, pad):
    if kind.secret:
        plain = Text(length=kind.length, patterns=kind.patterns)
        sealed = Text(length=(1, 512), patterns=(f".*{SEALED_MARK}",))
        yield from _one_of([list(_string(each, pad + "  ")) for each in (plain, sealed)], pad)
        return
    yield f"{pad}type string {{"
    if kind.length is not None:
        yield f'{pad}  length "{kind.length[0]}..{kind.length[1]}";'
    yield from (f"{pad}  pattern {quoted(pattern)};" for pattern in kind.patterns)
    yield f"{pad}}}"


def _one_of(members, pad):
    if len(members) == 1:
        yield from members[0]
        return
    yield f"{pad}type union {{"
    for lines in members:
        yield from lines
    yield f"{pad}}}"


# --- data -----------------------------------------------------------------------------------------


def document(root, tree):
    """Return *tree*, the content of *root*, as what ``json.dumps`` makes a document of."""
    return {f"{MODULE}:{root.name}": _plain(root, tree)}


def _plain(node, content):
    if isinstance(content, Entries):
        return [
            {
                leaf.name: _value(leaf.type, key)
                for leaf, key in zip(node.key_leafs, keys, strict=True)
            }
            | _plain(node, entry)
            for keys, entry in content.items()
        ]
    if isinstance(content, Branch):
        return {name: _plain(child_of(node, name), inner) for name, inner in content.items()}
    if isinstance(node, LeafList):
        return [_value(node.type, item) for item in content]
    return _value(node.type, content)


def _value(kind, value):
    return [None] if isinstance(kind, Empty) else value
