"""The registry of operations: what the element in a request runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.netconf.errors import not_supported
from srpki.netconf.namespaces import BASE, NMDA, TAKEN_FOR_BASE
from srpki.netconf.operations import actions, commits, configuration, events, retrieval, sessions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from srpki.netconf.documents import Given, Name
    from srpki.netconf.exchange import Operation

OPERATIONS: Final[Mapping[Name, Operation]] = {
    **actions.OPERATIONS,
    **commits.OPERATIONS,
    **configuration.OPERATIONS,
    **events.OPERATIONS,
    **retrieval.OPERATIONS,
    **sessions.OPERATIONS,
}
"""The function of each operation, by its namespace and name."""


def operation_of(given: Given) -> Operation:
    """Return the function of the operation *given*; raises `RpcError` where there is none.

    Those of the base may stand in the namespace of the capability that brings them, as scrapli's
    ``validate`` does [decided]; ``get-data`` may stand in that of the base [7750 SR system
    management guide 22.7].
    """
    namespace, name = given.qualified
    if namespace.startswith(TAKEN_FOR_BASE):
        namespace = BASE
    if (namespace, name) == (BASE, "get-data"):
        namespace = NMDA
    found = OPERATIONS.get((namespace, name))
    if found is None:
        raise not_supported(f"the operation {given.name} is not supported")
    return found
