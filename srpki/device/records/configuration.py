"""What is found of configurations, and what becomes of them: shown, saved, compared, committed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from srpki.config.json import Configured
    from srpki.device.configuration.history import Commit


class CommitState(Record):
    """A commit that is remembered; *location* is the URL of the configuration as saved then."""

    commit_id: int
    time: datetime
    user: str
    interface: str
    address: str | None
    comment: str | None
    location: str | None


class CommitHistory(Record):
    """The commits that are remembered, the newest first."""

    commit: tuple[CommitState, ...]


class Configuration(Record):
    """The running configuration when it was *generated*, and the *last* commit if known.

    *configure* has what is configured; with *detail* default values are shown, too.
    """

    configure: Configured
    generated: datetime
    last: CommitState | None
    detail: bool = False


class EmptyRegion(Record):
    """A *region* of the configuration that is not emulated, so that nothing is in it."""

    region: str


class PersistentIndices(Record):
    """The persistent indices: nothing that is emulated has one."""

    index: tuple[str, ...] = ()


class SavedConfiguration(Record):
    """Where the running configuration was saved."""

    url: str


class SavedCheckpoint(Record):
    """Where the running configuration was saved as a checkpoint, or to the rescue."""

    url: str


class RevertedCheckpoint(Record):
    """Where the checkpoint is that is the running configuration now."""

    url: str


class DeletedCheckpoint(Record):
    """Where the checkpoint was that is removed."""

    url: str


class CheckpointText(Record):
    """A checkpoint as it was saved, in *lines*."""

    url: str
    lines: tuple[str, ...]


class Compared(Record):
    """A configuration that is compared, and the *seconds* that reading it took.

    It is the checkpoint at *url*, or the running configuration.
    """

    url: str | None
    seconds: float
    configure: Configured


class Comparison(Record):
    """Two configurations: what turns *old* into *new* is shown."""

    old: Compared
    new: Compared


def committed(commit: Commit) -> CommitState:
    """Return *commit* as a record."""
    author = commit.author
    return CommitState(
        commit_id=commit.commit_id,
        time=commit.time,
        user=author.user,
        interface=author.interface,
        address=author.address or None,
        comment=commit.comment or None,
        location=commit.location or None,
    )
