"""What NETCONF needs of a front end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from srpki.management.session import CallerSession


class Commands(Protocol):
    """Runs lines of the MD-CLI, for ``md-cli-raw-command``."""

    def __call__(self, session: CallerSession, line: str, /) -> tuple[str, bool]:
        """Return the answer to *line* for the caller of *session*, and whether it went well."""
        ...
