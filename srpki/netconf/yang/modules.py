"""The YANG modules of a node: the vendor's names and namespaces, holding what srpki knows.

They are made from the schema, so that what a client learns from them is what the node takes. Each
revision is a fingerprint of its module in the form of a date: it changes when the module does, and
is none of the vendor's, whose modules clients may have kept under the same name
[access.md section 3].
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple

from srpki.netconf.yang.nodes import definition
from srpki.netconf.yang.statements import Statement, written
from srpki.netconf.yang.types import COMMON, PREFIXES, common
from srpki.schema.nodes import Container
from srpki.schema.operations.admin import ADMIN_PKI
from srpki.schema.operations.global_operations import GLOBAL_OPERATIONS
from srpki.schema.tree import SCHEMA

_NAMESPACE: Final = "urn:nokia.com:sros:ns:yang:sr:"
_FIRST: Final = date(1100, 1, 1)
_DAYS: Final = 292_000
"""The dates that stand for contents: long before there was YANG."""

_ONLY_MD_CLI: Final = "show"
"""A branch below ``pki`` that the models have not [pki.md section 1.2]."""


class Module(NamedTuple):
    """A module: *name*, *prefix*, *namespace*, *revision* (``YYYY-MM-DD``) and its whole *text*."""

    name: str
    prefix: str
    namespace: str
    revision: str
    text: str


@cache
def modules() -> Mapping[str, Module]:
    """Return every module by its name."""
    every = (
        module(COMMON, COMMON, "What several modules use", common()),
        module("nokia-conf", PREFIXES["configure"], "Configuration", _data(SCHEMA.configure)),
        module("nokia-state", PREFIXES["state"], "State", _state(SCHEMA.state)),
        module("nokia-oper-admin", "oper-admin", "Operations of the administrator", _admin()),
        module("nokia-oper-global", "oper-global", "Operations of no branch", _global()),
    )
    return {one.name: one for one in every}


def _data(root: Container) -> Iterator[Statement]:
    yield definition(root)


def _state(root: Container) -> Iterator[Statement]:
    made = definition(root, config=False)
    yield made._replace(within=(Statement("config", "false"), *made.within))


def _admin() -> Iterator[Statement]:
    yield definition(admin())


def _global() -> Iterator[Statement]:
    yield definition(GLOBAL_OPERATIONS)


@cache
def admin() -> Container:
    """Return the operations of the administrator that the models have, from ``admin`` on."""
    children = tuple(child for child in ADMIN_PKI.children if child.name != _ONLY_MD_CLI)
    node = ADMIN_PKI._replace(children=children)
    for name in ("security", "system", "admin"):
        node = Container(name, (node,), f"Operations below {name}")
    return node


def module(name: str, prefix: str, about: str, body: Iterable[Statement]) -> Module:
    """Return the module *name* with *prefix* that is *about* something and defines *body*."""
    statements = tuple(body)
    content = written(statements)
    revision = _fingerprint(f"{about}\n{content}")
    namespace = _NAMESPACE + name.removeprefix("nokia-")
    head = (
        Statement("yang-version", "1.1"),
        Statement("namespace", namespace),
        Statement("prefix", prefix),
        *_imports(name, content),
        Statement("organization", "srpki"),
        Statement("contact", "The documentation of srpki"),
        Statement("description", f"{about}, as far as srpki knows it."),
        Statement("revision", revision, (Statement("description", "A fingerprint, not a day."),)),
    )
    return Module(
        name, prefix, namespace, revision, written([Statement("module", name, head + statements)])
    )


def _imports(name: str, content: str) -> Iterator[Statement]:
    known = {"conf": "nokia-conf", "state": "nokia-state", COMMON: COMMON}
    for prefix, module in known.items():
        if module != name and f"{prefix}:" in content:
            yield Statement("import", module, (Statement("prefix", prefix),))


def _fingerprint(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return (_FIRST + timedelta(int.from_bytes(digest[:8]) % _DAYS)).isoformat()
