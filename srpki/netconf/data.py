"""What clients read: the configuration, the state of the node, and what NETCONF says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.defaults import effective
from srpki.config.management import configuration_mode
from srpki.config.xml import NAMESPACES, elements
from srpki.core.xml import Element
from srpki.netconf import library, monitoring
from srpki.netconf.filters import Depth, limited, selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from srpki.config.tree import Branch
    from srpki.netconf.documents import Given
    from srpki.netconf.exchange import Exchange
    from srpki.schema.nodes import Container

EXPLICIT: Final = "explicit"
REPORT_ALL: Final = "report-all"

Whole = tuple["Container", "Branch"]
"""A root of data, and all that there is below it."""


def configured(exchange: Exchange, tree: Branch, defaults: str) -> Whole:
    """Return the configuration *tree*, with all default values where *defaults* says so."""
    root = exchange.device.schema.configure
    return root, effective(root, tree) if defaults == REPORT_ALL else tree


def running(exchange: Exchange, defaults: str) -> Iterator[Whole]:
    """Yield the running configuration, unless it is classic: then NETCONF reads state alone."""
    if configuration_mode(exchange.device.datastore.running) != "classic":
        yield configured(exchange, exchange.editing.running, defaults)


def stated(exchange: Exchange) -> Whole:
    """Return the state of the node, as it is now."""
    root = exchange.device.schema.state
    return root, exchange.rights.visible(root.name, exchange.device.state())


def all_of(whole: Whole) -> Iterator[Element]:
    """Yield the element of a root and all below it."""
    root, tree = whole
    yield from elements(root, (), tree, NAMESPACES[root.name])


def everything(exchange: Exchange, defaults: str) -> Iterator[Element]:
    """Yield what ``get`` finds: configuration, all state, and what NETCONF says of itself."""
    for whole in running(exchange, defaults):
        yield from all_of(whole)
    yield _state(exchange)
    yield from monitoring.state(exchange)
    yield from library.state(exchange.device.datastore.running)


def _state(exchange: Exchange) -> Element:
    """Return the state, which is worked out when somebody asks what is in it."""

    def children() -> Iterable[Element]:
        for element in all_of(stated(exchange)):
            yield from element.children()

    root = exchange.device.schema.state
    return Element(root.name, NAMESPACES[root.name], children=children)


def filtered(
    found: Iterable[Element], wanted: Given | None, depth: Depth = None
) -> Iterator[Element]:
    """Yield what of *found* the subtree filter *wanted* selects, all where there is none.

    Of what is selected so many levels are told, down to *depth*.
    """
    if wanted is not None:
        yield from selected(found, wanted.children, depth)
    else:
        yield from (limited(one, depth) for one in found)
