"""Which modules there are, as RFC 7895 and RFC 8525 have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.core.xml import Element, leafs
from srpki.netconf.hello import module_set
from srpki.netconf.namespaces import DATASTORES, LIBRARY
from srpki.netconf.yang.modules import modules
from srpki.netconf.yang.types import COMMON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from srpki.netconf.yang.modules import Module

_SET: Final = "srpki"
_NAMES: Final = ("running", "candidate", "startup", "operational")


def state() -> Iterator[Element]:
    """Yield ``modules-state`` and ``yang-library``."""
    yield Element("modules-state", LIBRARY, children=_modules_state)
    yield Element("yang-library", LIBRARY, children=_library)


def _modules_state() -> Iterator[Element]:
    yield Element("module-set-id", LIBRARY, module_set())
    for one in modules().values():
        kind = ("conformance-type", "import" if one.name == COMMON else "implement")
        yield _element("module", 2, *_identity(one), kind)


def _library() -> Iterator[Element]:
    yield Element("module-set", LIBRARY, children=_module_set, keys=1)
    yield _element("schema", 1, ("name", _SET), ("module-set", _SET))
    for name in _NAMES:
        known = Element("name", LIBRARY, f"ds:{name}", prefixes=(("ds", DATASTORES),))
        schema = Element("schema", LIBRARY, _SET)
        yield Element("datastore", LIBRARY, keys=1).holding(known, schema)
    yield Element("content-id", LIBRARY, module_set())


def _module_set() -> Iterator[Element]:
    yield Element("name", LIBRARY, _SET)
    for one in modules().values():
        imported = one.name == COMMON
        yield _element(
            "import-only-module" if imported else "module", 1 + imported, *_identity(one)
        )


def _identity(one: Module) -> tuple[tuple[str, str], ...]:
    return ("name", one.name), ("revision", one.revision), ("namespace", one.namespace)


def _element(name: str, keys: int, *pairs: tuple[str, str]) -> Element:
    return Element(name, LIBRARY, keys=keys).holding(*leafs(LIBRARY, pairs))
