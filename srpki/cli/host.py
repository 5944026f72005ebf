"""The session, as one of its two CLIs sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from srpki.cli.history import History
    from srpki.cli.port import Answer
    from srpki.cli.scripts import Words
    from srpki.device.results import Result
    from srpki.management.access.own_password import OwnPassword
    from srpki.management.access.rights import Rights
    from srpki.management.editing import Editing
    from srpki.management.port import Flash
    from srpki.schema.paths import Value


class Host(Protocol):
    """The session, as far as one of its two CLIs sees it."""

    @property
    def history(self) -> History:
        """What was typed, in either CLI."""
        ...

    @property
    def editing(self) -> Editing:
        """The ways of the session into the configuration."""
        ...

    @property
    def rights(self) -> Rights:
        """What the user may do."""
        ...

    @property
    def files(self) -> Flash:
        """The files that the user reaches."""
        ...

    def check(self, operation: str, inputs: Mapping[str, Value]) -> None:
        """Raise `NotAuthorizedError` unless the user may run *operation* with *inputs*."""
        ...

    def run_file(self, url: str, words: Words) -> Answer:
        """Run the lines of the file at *url*; raises `SrpkiError` when it cannot be read."""
        ...

    def run(self, operation: str, inputs: Mapping[str, Value], origin: str) -> Result:
        """Run *operation* on the device, asked for by *origin*; Ctrl-C ends its waiting."""
        ...

    def own_password(self, origin: str) -> OwnPassword:
        """Return the change of the user's own password, by what SR OS calls *origin*."""
        ...
