"""Sessions at the console: the administrator's, or those of a user who is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.cli.session import Session

if TYPE_CHECKING:
    from srpki.cli.engines import Dialect
    from srpki.management.port import Machine

_DIALECTS: dict[str, Dialect] = {"md-cli": "md", "classic-cli": "classic"}


def console(machine: Machine, dialect: Dialect | None = None, user: str | None = None) -> Session:
    """Return a session at the console of *machine*, with the rights of *user* where one is named.

    It begins in *dialect*, else in the first of the user's CLIs. Nobody is asked for a password:
    whoever starts a session here could read the node's files. Raises `RefusedError` where the node
    has no such user, or lets him not in at the console.
    """
    if user is None:
        return Session(machine, dialect)
    from srpki.management.access.gate import Gate  # noqa: PLC0415 - start-up time

    gate = Gate(machine)
    visitor = gate.trusted(user)
    first = next((_DIALECTS[one] for one in visitor.cli_engines), None)
    return Session(machine, dialect or first, user, rights=lambda: gate.rights(visitor))
