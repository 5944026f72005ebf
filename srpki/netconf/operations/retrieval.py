"""``get``, ``get-config``, ``get-data`` and ``get-schema`` [RFC 6241, RFC 8526, RFC 6022]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.errors import ClassicOnlyError
from srpki.config.management import configuration_mode, nmda_support
from srpki.core.xml import Element
from srpki.netconf.arguments import DEFAULTS, FORMAT, REGION, Arguments, check_region
from srpki.netconf.data import EXPLICIT, REPORT_ALL, configuration, everything, filtered
from srpki.netconf.errors import bad, not_supported, refused
from srpki.netconf.forms import as_text
from srpki.netconf.namespaces import BASE, DATASTORES, MONITORING, NMDA
from srpki.netconf.yang.modules import modules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from srpki.config.tree import Branch
    from srpki.netconf.documents import Given, Name
    from srpki.netconf.exchange import Exchange, Operation

_DEFAULTS: Final = (EXPLICIT, REPORT_ALL)
_FORMATS: Final = ("xml", "json", "md-cli")
_YANG: Final = "yang"


def get(exchange: Exchange, operation: Given) -> Iterable[Element]:
    """Return the running configuration and the state, as far as the filter goes."""
    arguments = Arguments(operation, ("filter", DEFAULTS, REGION, FORMAT))
    check_region(arguments)
    if arguments.one_of(FORMAT, _FORMATS, "xml") != "xml":
        raise not_supported("state is given as XML alone")
    found = everything(exchange, _defaults(arguments))
    yield Element("data", BASE).holding(*filtered(found, _filter(arguments, "filter")))


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
    yield _answered(exchange, arguments, tree, BASE, "filter")


def get_data(exchange: Exchange, operation: Given) -> Iterable[Element]:
    """Return what a datastore of NMDA holds [RFC 8526 section 3.1]."""
    if not nmda_support(exchange.device.datastore.running):
        raise not_supported("nmda-support is false")
    names = ("datastore", "subtree-filter", "xpath-filter", "config-filter", "max-depth")
    arguments = Arguments(operation, (*names, DEFAULTS, REGION, FORMAT))
    check_region(arguments)
    for name in ("xpath-filter", "config-filter", "max-depth"):
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
            found = everything(exchange, _defaults(arguments))
            wanted = _filter(arguments, "subtree-filter")
            yield Element("data", NMDA).holding(*filtered(found, wanted))
            return
        case other:
            raise bad("invalid-value", f"'datastore' - '{other}' cannot be read", "datastore")
    yield _answered(exchange, arguments, tree, NMDA, "subtree-filter")


def _answered(
    exchange: Exchange, arguments: Arguments, tree: Branch, namespace: str, name: str
) -> Element:
    defaults, wanted = _defaults(arguments), _filter(arguments, name)
    layout = arguments.one_of(FORMAT, _FORMATS, "xml")
    if layout != "xml":
        if wanted is not None:
            raise not_supported(f"a filter of the format {layout} is not supported")
        return Element("data", namespace, as_text(exchange, tree, layout, defaults))
    found = configuration(exchange, tree, defaults)
    return Element("data", namespace).holding(*filtered(found, wanted))


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
    return found


def _identity(given: Given) -> str:
    """Return the name of a datastore, whose prefix must be that of its module."""
    prefix, _, name = given.value.rpartition(":")
    if given.scope.namespace(prefix) != DATASTORES:
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
