"""The registry of operations: what the element in a request runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.netconf.errors import not_supported
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
    """Return the function of the operation *given*; raises `RpcError` where there is none."""
    found = OPERATIONS.get(given.qualified)
    if found is None:
        raise not_supported(f"the operation {given.name} is not supported")
    return found
