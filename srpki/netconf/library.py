"""Which modules there are, as RFC 7895 and RFC 8525 have it."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Final

from srpki.core.xml import Element, leafs
from srpki.netconf.hello import module_set
from srpki.netconf.ietf import Standard, content_id, standards
from srpki.netconf.namespaces import DATASTORES, LIBRARY
from srpki.netconf.yang.modules import modules
from srpki.netconf.yang.types import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from srpki.config.tree import Branch
    from srpki.netconf.yang.modules import Module

_SET: Final = "srpki"
_NAMES: Final = ("running", "candidate", "startup", "operational")


def state(running: Branch) -> Iterator[Element]:
    """Yield ``modules-state`` and ``yang-library`` of a node whose configuration is *running*.

    The first one has what get-schema returns alone: pySROS asks for each of its modules.
    """
    yield Element("modules-state", LIBRARY, children=_modules_state)
    yield Element("yang-library", LIBRARY, children=lambda: _library(running))


def _modules_state() -> Iterator[Element]:
    yield Element("module-set-id", LIBRARY, module_set())
    for one in modules().values():
        kind = ("conformance-type", "import" if one.name == COMMON else "implement")
        yield _element("module", 2, *_identity(one), kind)


def _library(running: Branch) -> Iterator[Element]:
    yield Element("module-set", LIBRARY, children=lambda: _module_set(running), keys=1)
    yield _element("schema", 1, ("name", _SET), ("module-set", _SET))
    for name in _NAMES:
        known = Element("name", LIBRARY, f"ds:{name}", prefixes=(("ds", DATASTORES),))
        schema = Element("schema", LIBRARY, _SET)
        yield Element("datastore", LIBRARY, keys=1).holding(known, schema)
    yield Element("content-id", LIBRARY, content_id(running))


def _module_set(running: Branch) -> Iterator[Element]:
    yield Element("name", LIBRARY, _SET)
    ours = (Standard(*_facts(one), imported=one.name == COMMON) for one in modules().values())
    for one in sorted((*ours, *standards(running)), key=attrgetter("imported")):
        features = (("feature", feature) for feature in one.features)
        kind = "import-only-module" if one.imported else "module"
        yield _element(kind, 1 + one.imported, *_identity(one), *features)


def _facts(one: Module) -> tuple[str, str, str]:
    return one.name, one.revision, one.namespace


def _identity(one: Module | Standard) -> tuple[tuple[str, str], ...]:
    return ("name", one.name), ("revision", one.revision), ("namespace", one.namespace)


def _element(name: str, keys: int, *pairs: tuple[str, str]) -> Element:
    return Element(name, LIBRARY, keys=keys).holding(*leafs(LIBRARY, pairs))
