"""The port to a node: what sessions and front ends need of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from srpki.core.errors import InvalidInputError
from srpki.schema.paths import Value
from srpki.storage.urls import display

if TYPE_CHECKING:
    import threading

    from srpki.config.datastore import Datastore
    from srpki.config.tree import Branch
    from srpki.core.clock import Clock
    from srpki.device.attempts import Attempts
    from srpki.device.configuration.commits import Commits
    from srpki.device.configuration.forms import Forms
    from srpki.device.configuration.unsaved import Unsaved
    from srpki.device.lab import Laboratory
    from srpki.device.logging.announcer import Announcer
    from srpki.device.logging.debug import Debugging
    from srpki.device.logging.logs import Logs
    from srpki.device.password_records import PasswordRecords
    from srpki.device.results import Result
    from srpki.device.sessions import Caller, Sessions
    from srpki.schema.tree import SchemaTree


FLASH: Final = "cf3:\\"
"""The root of the compact flash, which every session begins in."""


class Flash(Protocol):
    """The operator's files; every method raises a `SrpkiError` for a URL that will not do."""

    def write(self, url: str, content: bytes, *, force: bool = False) -> None:
        """Write *content* to *url*, over another file only with *force*.

        The saved configuration and imported files are never written over.
        """
        ...

    def read(self, url: str) -> bytes:
        """Return the content of the file at *url*."""
        ...

    def save(self, url: str, text: str) -> None:
        """Write *text* to *url*, in the place of what is there."""
        ...

    def matching(self, url: str) -> Sequence[str]:
        """Return the URLs of the files that the wildcard *url* stands for."""
        ...

    def within(self, url: str) -> Sequence[str]:
        r"""Return what the directory *url* holds, directories with a ``\`` after their names."""
        ...


def text_at(files: Flash, url: str, hint: str) -> str:
    """Return the text of the file at *url* without its byte order mark; raises as `Flash.read`.

    Raises `InvalidInputError` with *hint* where it is no text.
    """
    try:
        return files.read(url).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(f'"{display(url)}" is not UTF-8 text', hint=hint) from None


class Device(Protocol):
    """A node, as far as a session sees it."""

    @property
    def clock(self) -> Clock:
        """The node's time."""
        ...

    @property
    def laboratory(self) -> Laboratory | None:
        """The lab that the node is in, if it is in one."""
        ...

    @property
    def commits(self) -> Commits:
        """The way to commit a candidate, and earlier commits."""
        ...

    @property
    def debug(self) -> Debugging:
        """What sessions are shown of the messages to CAs."""
        ...

    @property
    def files(self) -> Flash:
        """The files on ``cf3:``."""
        ...

    @property
    def forms(self) -> Forms:
        """What reads configurations, in any form."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Who is logged in."""
        ...

    @property
    def attempts(self) -> Attempts:
        """Who has wanted to log in, and who is kept out."""
        ...

    @property
    def passwords(self) -> PasswordRecords:
        """When passwords were set, and those before them."""
        ...

    @property
    def schema(self) -> SchemaTree:
        """What can be configured, shown and run."""
        ...

    @property
    def datastore(self) -> Datastore:
        """The configuration, shared by all sessions."""
        ...

    @property
    def announcer(self) -> Announcer:
        """Who tells the log what operators do."""
        ...

    @property
    def logs(self) -> Logs:
        """The logs, and what they hold."""
        ...

    @property
    def unsaved(self) -> Unsaved:
        """Whether there is something to save."""
        ...

    def write(self, url: str, configuration: str) -> str:
        """Write the *configuration* to *url*, which is returned as SR OS shows it."""
        ...

    @property
    def lab(self) -> bool:
        """Whether the node is in lab mode."""
        ...

    def system_name(self) -> str:
        """Return the name for the prompt."""
        ...

    def run(
        self,
        operation: str,
        inputs: Mapping[str, Value],
        caller: Caller,
        cancel: threading.Event,
    ) -> Result:
        """Run *operation* for *caller*, until *cancel* is set where it waits.

        Errors are messages of the result, never exceptions.
        """
        ...

    def state(self) -> Branch:
        """Return the live content of the state tree."""
        ...

    def pending(self) -> Sequence[str]:
        """Return a sentence for each request that was made and is not over."""
        ...

    def choices(self, target: str) -> Sequence[str]:
        """Return the values that a reference to *target* may have now; see `Node.choices`."""
        ...


class Machine(Protocol):
    """What a session is at: the node that runs there now, another one after a reboot."""

    @property
    def node(self) -> Device:
        """The node."""
        ...
