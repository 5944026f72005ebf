"""What yanglint judges: our value types and the configuration module, and configurations as JSON.

[RFC 7950, RFC 7951]. The modules are those that a node hands out; what YANG does not tell is said in
`srpki.netconf.yang.types`.
"""

from srpki.config.tree import Branch, Entries
from srpki.netconf.yang.modules import modules
from srpki.netconf.yang.statements import Statement, written
from srpki.netconf.yang.types import COMMON, type_of
from srpki.schema.nodes import LeafList, child_of
from srpki.schema.types import Empty

MODULE = "nokia-conf"
TYPES = "srpki-types"


def write(directory):
    """Write every module to *directory*."""
    for module in modules().values():
        (directory / f"{module.name}.yang").write_text(module.text, encoding="utf-8")


def types_module(types):
    """Return a YANG module with one leaf for each of *types*: ``t0``, ``t1`` and so on."""
    leafs = (Statement("leaf", f"t{number}", (type_of(kind),)) for number, kind in enumerate(types))
    return module_of(TYPES, *leafs)


def module_of(name, *body):
    """Return a module that may use the types of ours and of the IETF."""
    imports = ((COMMON, COMMON), ("nokia-conf", "conf"), ("nokia-state", "state"))
    imports = (*imports, ("ietf-inet-types", "inet"))
    head = (
        Statement("yang-version", "1.1"),
        Statement("namespace", f"urn:example:{name}"),
        Statement("prefix", "t"),
        *(Statement("import", one, (Statement("prefix", prefix),)) for one, prefix in imports),
    )
    return written([Statement("module", name, (*head, *body))])


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
