"""Where a session of the MD-CLI stands: its context, its mode and candidate, its environment.

Every part of the MD-CLI works on this, and none on the CLI that puts the parts together.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Final

from srpki.cli import wording
from srpki.cli.md.dialect import MdDialect, reading_of
from srpki.cli.md.environment import Environment
from srpki.cli.md.trace import Trace
from srpki.cli.port import RefusalError
from srpki.config.tree import Branch, get
from srpki.management.port import FLASH, Device, Flash
from srpki.schema.nodes import Container
from srpki.schema.paths import Path, path

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.management.editing import Editing

CONFIGURE: Final = path("configure")
"""The context of the configuration."""
FILES: Final = path("file")
"""The context of the commands on files."""
_INFO: Final = "INFO: "
"""What messages begin with that ``environment message-severity-level`` can hide."""


class Standing:
    """What one session of the MD-CLI sees, and may do, from where it stands."""

    def __init__(self, device: Device, user: str, editing: Editing, files: Flash) -> None:
        """Begin at the operational root of *device*, where *user* is *editing* nothing yet.

        He reaches *files*.
        """
        self.files = files
        self.device = device
        self.environment = Environment.of(device.datastore.running)
        self.editing = editing
        self.explicit = False
        """Whether the mode was entered by ``edit-config``: the session may walk anywhere then."""
        self.trace = Trace()
        self.directory = editing.rights.home or FLASH
        self.user = user

    @cached_property
    def dialect(self) -> MdDialect:
        """The reading of the operational root; another one when the aliases change."""
        return reading_of(self.device.schema)

    @property
    def root(self) -> Container:
        """All that can be typed at the operational root."""
        return self.dialect.root

    @property
    def confined(self) -> bool:
        """Whether the session is in a mode whose branch it cannot leave without leaving it."""
        return self.editing.mode is not None and not self.explicit

    @property
    def context(self) -> Path:
        """Where the session stands."""
        return self.trace.context

    # --- what it sees ---

    def data(self, root: str) -> Branch:
        """Return the candidate, the running configuration, the state or the environment.

        Of the first three what the user may see.
        """
        if root == "state":
            return self.editing.rights.visible(root, self.device.state())
        if root == "environment":
            return self.environment.tree
        if root != "configure":
            return Branch()
        return self.editing.running if self.editing.mode is None else self.editing.edited

    def exists(self, context: Path) -> bool:
        """Return whether every list entry on the way to *context* is there."""
        root = context[0].name
        return entries_exist(Branch({root: self.data(root)}), context)

    def remaining(self, context: Path) -> Path:
        """Return *context*, or the nearest one above it that is still there."""
        while len(context) > 1 and not self.exists(context):
            context = context[:-1]
        return context

    def settle(self) -> None:
        """Climb out of entries that are no longer there."""
        self.trace.settle(self.remaining(self.trace.context))

    # --- what it may do ---

    def check_entered(self, context: Path) -> None:
        """Raise an error when the mode does not let the session go to *context*."""
        if context[:1] == CONFIGURE:
            self.editing.check_open()
        elif self.confined:
            raise RefusalError(wording.not_allowed("cannot navigate out of configuration region"))

    # --- how it is told ---

    def place(self, context: Path) -> str:
        """Return *context* as the prompt shows it; that of files with the working directory."""
        directory = f' "{self.directory}"' if context == FILES else ""
        words = self.dialect.words(context) if context else ""
        return f"/{words}{directory}"

    def missing(self, target: Path) -> str:
        """Return the refusal of what needs the entry at *target*."""
        place = self.dialect.words(target)
        return f"MINOR: MGMT_CORE #224: {place} - Entry does not exist"

    def say(self, messages: Iterable[str]) -> str:
        """Return *messages* as text, without those that the environment hides."""
        shown = list(messages)
        if shown and self.environment.value("message-severity-level", "cli") == "warning":
            shown = [text for text in shown if not text.startswith(_INFO)]
        return "\n".join(shown)

    def moment(self, time: datetime, digits: int = 1) -> str:
        """Return *time* as the environment wants it, with *digits* of the second."""
        from srpki.cli.render.times import spell_time  # noqa: PLC0415 - start-up time

        utc = self.environment.value("time-display") == "utc"
        form = str(self.environment.value("time-format"))
        return spell_time(time, form, utc=utc, digits=digits)


def entries_exist(tree: Branch, context: Path) -> bool:
    """Return whether every list entry on the way to *context*, below *tree*, is there."""
    return all(
        get(tree, context[: depth + 1]) is not None
        for depth, step in enumerate(context)
        if step.keys
    )
