"""``get``, ``get-config``, ``get-data`` and ``get-schema`` [RFC 6241, RFC 8526, RFC 6022]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.errors import ClassicOnlyError
from srpki.config.management import configuration_mode, nmda_support
from srpki.config.xml import NAMESPACES
from srpki.core.xml import Element
from srpki.netconf.arguments import DEFAULTS, FORMAT, REGION, Arguments, check_region
from srpki.netconf.data import (
    EXPLICIT,
    REPORT_ALL,
    all_of,
    configured,
    everything,
    filtered,
    running,
    stated,
)
from srpki.netconf.errors import bad, not_supported, refused
from srpki.netconf.filters import FilterError
from srpki.netconf.forms import as_text
from srpki.netconf.namespaces import BASE, DATASTORES, MONITORING, NMDA
from srpki.netconf.yang.modules import modules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from srpki.config.tree import Branch
    from srpki.netconf.data import Whole
    from srpki.netconf.documents import Given, Name
    from srpki.netconf.exchange import Exchange, Operation
    from srpki.netconf.filters import Depth

_DEFAULTS: Final = (EXPLICIT, REPORT_ALL)
_FORMATS: Final = ("xml", "json", "md-cli")
_YANG: Final = "yang"
_UNBOUNDED: Final = "unbounded"


def get(exchange: Exchange, operation: Given) -> Iterable[Element]:
    """Return the running configuration and the state, as far as the filter goes."""
    arguments = Arguments(operation, ("filter", DEFAULTS, REGION, FORMAT))
    check_region(arguments)
    yield _all(exchange, arguments, "filter")


def get_config(exchange: Exchange, operation: Given) -> Iterable[Element]:
    """Return the running configuration or the candidate, as far as the filter goes."""
    arguments = Arguments(operation, ("source", "filter", DEFAULTS, REGION, FORMAT))
    check_region(arguments)
    source = arguments.only("source")
    _check_readable(exchange)
    match source.name:
        case "running":
            tree = exchange.editing.running
        case "candidate":
            tree = exchange.editing.seen(exchange.candidates.tree())
        case "startup" | "url":
            raise not_supported(f"get-config of {source.name} is not supported")
        case _:
            raise bad("unknown-element", f"'{source.name}'", source.name)
    yield _configuration(exchange, arguments, tree, "filter")


def get_data(exchange: Exchange, operation: Given) -> Iterable[Element]:
    """Return what a datastore of NMDA holds [RFC 8526 section 3.1]."""
    if not nmda_support(exchange.device.datastore.running):
        raise not_supported("nmda-support is false")
    names = ("datastore", "subtree-filter", "xpath-filter", "config-filter", "max-depth")
    arguments = Arguments(operation, (*names, DEFAULTS, REGION, FORMAT))
    check_region(arguments)
    for name in ("xpath-filter", "config-filter"):
        if name in arguments:
            raise not_supported(f"{name} is not supported")
    match _identity(arguments.element("datastore")):
        case "running" | "intended":
            _check_readable(exchange)
            tree = exchange.editing.running
        case "candidate":
            _check_readable(exchange)
            tree = exchange.editing.seen(exchange.candidates.tree())
        case "operational":
            yield _all(exchange, arguments, "subtree-filter")
            return
        case other:
            raise bad("invalid-value", f"'datastore' - '{other}' cannot be read", "datastore")
    yield _configuration(exchange, arguments, tree, "subtree-filter")


def _configuration(exchange: Exchange, arguments: Arguments, tree: Branch, name: str) -> Element:
    """Return the configuration *tree*, as far as the filter in the argument *name* goes."""
    whole = configured(exchange, tree, _defaults(arguments))
    return _data(arguments, name, lambda: all_of(whole), lambda: (whole,))


def _all(exchange: Exchange, arguments: Arguments, name: str) -> Element:
    """Return configuration and state, as far as the filter in the argument *name* goes."""
    defaults = _defaults(arguments)
    return _data(
        arguments,
        name,
        lambda: everything(exchange, defaults),
        lambda: (*running(exchange, defaults), stated(exchange)),
    )


def _data(
    arguments: Arguments,
    name: str,
    found: Callable[[], Iterable[Element]],
    wholes: Callable[[], Iterable[Whole]],
) -> Element:
    """Return what the filter *name* selects of what is *found*, or of *wholes* as text."""
    wanted, depth = _filter(arguments, name), _depth(arguments)
    namespace = arguments.operation.namespace
    layout = arguments.one_of(FORMAT, _FORMATS, "xml")
    try:
        if layout != "xml":
            return Element("data", namespace, as_text(wholes(), wanted, depth, layout))
        return Element("data", namespace).holding(*filtered(found(), wanted, depth))
    except FilterError as error:
        raise bad("too-big", str(error), name) from None


def _depth(arguments: Arguments) -> Depth:
    """Return how many levels of what is selected are wanted [RFC 8526 section 3.1.1]."""
    text = arguments.text("max-depth", _UNBOUNDED)
    if text == _UNBOUNDED:
        return None
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= 5 and 1 <= int(text) <= 65535):
        raise bad("invalid-value", f"'max-depth' - '{text}' is not in 1..65535", "max-depth")
    return int(text)


def _check_readable(exchange: Exchange) -> None:
    """Raise `ClassicOnlyError` in classic mode, in which NETCONF reads state alone."""
    if configuration_mode(exchange.device.datastore.running) == "classic":
        raise ClassicOnlyError


def _defaults(arguments: Arguments) -> str:
    """Return how default values are told: by what is announced, and by nothing else [RFC 6243]."""
    return arguments.one_of(DEFAULTS, _DEFAULTS, EXPLICIT)


def _filter(arguments: Arguments, name: str) -> Given | None:
    found = arguments.get(name)
    if found is None:
        return None
    kind = next((value for (_, key), value in found.attributes.items() if key == "type"), "subtree")
    if kind != "subtree":
        raise refused("operation-not-supported", f"a filter of type {kind} is not supported")
    if found.value:
        raise bad("bad-element", "the filter holds text", name)
    for child in found.children:
        if child.namespace in ("", BASE) and child.name in NAMESPACES:
            sentence = f"'{child.name}' needs the namespace of its module"
            raise bad("unknown-namespace", sentence, child.name)
    return found


def _identity(given: Given) -> str:
    """Return the name of a datastore, whose prefix must be that of its module.

    One without a prefix is taken, too [7750 SR system management guide 22.7].
    """
    prefix, colon, name = given.value.rpartition(":")
    if colon and given.scope.namespace(prefix) != DATASTORES:
        raise bad("invalid-value", f"'datastore' - '{given.value}' is unknown", given.name)
    return name


def get_schema(exchange: Exchange, operation: Given) -> Iterable[Element]:
    """Return the text of a module [RFC 6022 section 3.1]."""
    del exchange
    arguments = Arguments(operation, ("identifier", "version", "format"))
    identifier = arguments.element("identifier").value
    layout = arguments.text("format", _YANG).rpartition(":")[2]
    found = modules().get(identifier)
    version = arguments.text("version")
    fits = found is not None and layout == _YANG and version in ("", found.revision)
    if found is None or not fits:
        sentence = f"there is no module '{identifier}' of this version and format"
        raise bad("invalid-value", sentence, "identifier", type_="application")
    yield Element("data", MONITORING, found.text)


OPERATIONS: Final[dict[Name, Operation]] = {
    (BASE, "get"): get,
    (BASE, "get-config"): get_config,
    (NMDA, "get-data"): get_data,
    (MONITORING, "get-schema"): get_schema,
}
