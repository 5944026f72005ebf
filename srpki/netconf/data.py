"""What clients read: the configuration, the state of the node, and what NETCONF says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.defaults import effective
from srpki.config.management import configuration_mode
from srpki.config.xml import elements
from srpki.core.xml import Element
from srpki.netconf import library, monitoring
from srpki.netconf.filters import selected
from srpki.netconf.namespaces import CONFIGURE, STATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from srpki.config.tree import Branch
    from srpki.netconf.documents import Given
    from srpki.netconf.exchange import Exchange

EXPLICIT: Final = "explicit"
REPORT_ALL: Final = "report-all"


def configuration(exchange: Exchange, tree: Branch, defaults: str) -> Iterator[Element]:
    """Yield the configuration *tree*, with all default values where *defaults* says so."""
    root = exchange.device.schema.configure
    content = effective(root, tree) if defaults == REPORT_ALL else tree
    yield from elements(root, (), content, CONFIGURE)


def everything(exchange: Exchange, defaults: str) -> Iterator[Element]:
    """Yield what ``get`` finds: the running configuration, unless it is classic, and all state."""
    running = exchange.device.datastore.running
    if configuration_mode(running) != "classic":
        yield from configuration(exchange, exchange.editing.running, defaults)
    yield _state(exchange)
    yield from monitoring.state(exchange)
    yield from library.state()


def _state(exchange: Exchange) -> Element:
    root = exchange.device.schema.state

    def children() -> Iterable[Element]:
        state = exchange.rights.visible(root.name, exchange.device.state())
        for element in elements(root, (), state, STATE):
            yield from element.children()

    return Element(root.name, STATE, children=children)


def filtered(found: Iterable[Element], wanted: Given | None) -> Iterator[Element]:
    """Yield what of *found* the subtree filter *wanted* selects, all where there is none."""
    yield from found if wanted is None else selected(found, wanted.children)
