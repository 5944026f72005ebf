"""``md-compare``: what turns one configuration into another one, as XML or as the MD-CLI has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.compare import compare, content
from srpki.config.text import INDENT
from srpki.config.tree import Branch, get, put
from srpki.management.port import text_at
from srpki.netconf.arguments import Arguments, check_region
from srpki.netconf.differences import differences
from srpki.netconf.errors import bad, not_supported
from srpki.netconf.namespaces import CONFIGURE
from srpki.netconf.values import read_keys
from srpki.schema.nodes import Container, ListNode, child_of
from srpki.schema.paths import Path, Step

if TYPE_CHECKING:
    from srpki.core.xml import Element
    from srpki.netconf.documents import Given
    from srpki.netconf.exchange import Exchange

_FORMATS = ("xml", "md-cli", "md-cli-full")


def compared(exchange: Exchange, given: Given) -> str | tuple[Element, ...]:
    """Return what *given* asks for: text, or elements where XML is wanted; raises `RpcError`."""
    names = ("path", "configuration-region", "source", "destination", "format")
    arguments = Arguments(given, names)
    check_region(arguments)
    layout = arguments.one_of("format", _FORMATS, "xml")
    new = _side(exchange, arguments, "source")
    old = _side(exchange, arguments, "destination")
    root = exchange.device.schema.configure
    node, path = _target(root, arguments.get("path"))
    if layout == "xml":
        if path:
            old, new = (_only(tree, path) for tree in (old, new))
        return tuple(differences(root, old, new))
    if layout == "md-cli-full":
        raise not_supported("the format md-cli-full is not supported")
    before, after = (content(get(tree, path)) for tree in (old, new))
    indent = INDENT if path else INDENT * 2
    lines = list(compare(node, before, after, indent))
    if path or not lines:
        return "\n".join(lines)
    return "\n".join((f"{INDENT}{root.name} {{", *lines, f"{INDENT}}}"))


def _side(exchange: Exchange, arguments: Arguments, name: str) -> Branch:
    """Return the configuration that *name* names; of what the node holds that which is seen."""
    given = arguments.only(name)
    if given.name == "url":
        device = exchange.device
        text = text_at(exchange.files, given.value, "name a file with a configuration")
        return device.datastore.seal_all(device.forms.decode(text).tree)
    return exchange.editing.seen(_held(exchange, given))


def _held(exchange: Exchange, given: Given) -> Branch:
    device = exchange.device
    match given.name:
        case "candidate":
            return exchange.candidates.tree()
        case "baseline":
            return exchange.candidates.baseline()
        case "running":
            return device.datastore.running
        case "booted":
            return device.datastore.booted
        case "startup":
            return device.commits.checkpoint("startup").tree
        case "rollback-id":
            return device.commits.checkpoint(_number(given)).tree
        case "commit-id":
            return device.commits.checkpoint_of(_number(given)).tree
    raise bad("unknown-element", f"'{given.name}'", given.name)


def _number(given: Given) -> int:
    if not (given.value.isascii() and given.value.isdecimal() and len(given.value) < 10):
        raise bad("invalid-value", f"'{given.name}' - '{given.value}' is not a number", given.name)
    return int(given.value)


def _target(root: Container, given: Given | None) -> tuple[Container | ListNode, Path]:
    """Return what the ``subtree-path`` in *given* leads to, the root where there is none."""
    holder = None if given is None else given.child("subtree-path")
    found: tuple[Step, ...] = ()
    node: Container | ListNode = root
    if holder is None:
        return node, found
    here = holder.child(root.name, CONFIGURE)
    if here is None or len(holder.children) != 1:
        raise bad("invalid-value", "the path leads to no configuration", "subtree-path")
    while True:
        known = node.keys if isinstance(node, ListNode) else ()
        onward = [child for child in here.children if child.name not in known]
        if not onward:
            return node, found
        here = onward[0]
        child = child_of(node, here.name)
        if len(onward) > 1 or not isinstance(child, Container | ListNode):
            raise bad("invalid-value", "only a context of configure is compared", "subtree-path")
        keys = read_keys(child, here, found, root) if isinstance(child, ListNode) else ()
        found, node = (*found, Step(child.name, keys)), child


def _only(tree: Branch, path: Path) -> Branch:
    found = get(tree, path)
    return Branch() if found is None else put(Branch(), path, found)
