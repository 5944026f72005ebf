"""``admin rollback``: the checkpoints that an operator of the classic CLI saves by hand.

They are versions of one file, ``<location>.rb``, ``<location>.rb.1`` and so on; the rescue
configuration is ``<location>.rc``, and there is one of it.
"""

from __future__ import annotations

import itertools
from typing import Final

from srpki.config import persist
from srpki.config.datastore import Datastore
from srpki.config.management import (
    check_classic,
    local_checkpoints,
    rescue_location,
    rollback_location,
)
from srpki.config.tree import Branch
from srpki.core.clock import Clock
from srpki.core.errors import NotFoundError, RefusedError
from srpki.device.configuration import checkpoints
from srpki.device.configuration.forms import Forms
from srpki.device.filesystem import FileSystem
from srpki.device.system import rfc3339
from srpki.storage import urls
from srpki.storage.versions import Versions

LATEST: Final = "latest-rb"
RESCUE: Final = "rescue"
ACTIVE: Final = "active-cfg"
NOTHING: Final = "No checkpoints currently exist at the rollback location."
Which = str | int
"""A checkpoint: `LATEST`, `RESCUE`, or a number from 1 on, which grows with age."""


class Rollback:
    """Saves the running configuration of *datastore* in *files*, and brings it back.

    What takes *which* raises `RefusedError` where no location is configured, `NotFoundError` for
    a checkpoint that is not there, and `StorageError`.
    """

    def __init__(self, datastore: Datastore, files: FileSystem, clock: Clock, forms: Forms) -> None:
        self._datastore = datastore
        self._forms = forms
        self._files = files
        self._clock = clock

    def save(self, comment: str = "", *, rescue: bool = False) -> str:
        """Save a checkpoint, or the *rescue* configuration; return its URL."""
        with self._datastore.lock:
            running = self._datastore.running
            versions = self._versions(RESCUE if rescue else LATEST)
            head = [f"# Rollback checkpoint of {rfc3339(self._clock.now())}"]
            head += [f"# Comment: {comment}"] if comment else []
            text = "\n".join([*head, "", persist.dump(self._datastore.schema, running)])
            versions.save(text.encode(), 0 if rescue else local_checkpoints(running) - 1)
            return self.url(RESCUE if rescue else LATEST)

    def revert(self, which: Which) -> str:
        """Make a checkpoint the running configuration; return its URL.

        Also raises `CorruptError`, `LockedError` while a session has exclusive access,
        `InvalidConfigurationError` for what the checkpoint would make wrong, and `RefusedError`
        where the classic CLI may not change the configuration.
        """
        with self._datastore.lock:
            self._datastore.check_access(None)
            check_classic(self._datastore.running)
            url, tree = self.url(which), self.tree(which)
            known = self._datastore.problems(self._datastore.running)
            found = self._datastore.problems(tree)
            new = tuple(problem for problem in found if problem not in known)
            self._datastore.replace(tree, new)
            return url

    def delete(self, which: Which) -> str:
        """Remove a checkpoint, the older ones closing up; return its URL."""
        with self._datastore.lock:
            url = self.url(which)
            self._check_there(which)
            self._versions(which).remove(_number(which))
            return url

    def lines(self, which: Which) -> tuple[str, ...]:
        """Return a checkpoint with its head; its secrets are sealed, whoever wrote the file."""
        tree = self.tree(which)
        text = self._versions(which).read(_number(which)).decode(errors="replace")
        head = itertools.takewhile(lambda line: line.startswith("#"), text.splitlines())
        shown = ("".join(filter(str.isprintable, line)) for line in head)
        return (*shown, *persist.dump(self._datastore.schema, tree).splitlines())

    def tree(self, which: Which) -> Branch:
        """Return the configuration of a checkpoint, or the running one for `ACTIVE`."""
        if which == ACTIVE:
            return self._datastore.running
        self._check_there(which)
        found = checkpoints.load(self._versions(which), _number(which), self._forms.decode)
        return self._datastore.seal_all(found.tree)

    def url(self, which: Which) -> str:
        """Return the URL of a checkpoint, with slashes, as the classic CLI prints it."""
        return self._versions(which).url(_number(which)).replace("\\", "/")

    def exists(self) -> bool:
        """Return whether there is any checkpoint at the configured location."""
        most = local_checkpoints(self._datastore.running)
        return bool(self._versions(LATEST).numbers(most))

    def _check_there(self, which: Which) -> None:
        if _number(which) in self._versions(which).numbers(_number(which)):
            return
        if which != RESCUE and not self.exists():
            raise NotFoundError(NOTHING)
        raise NotFoundError(f"checkpoint {which} does not exist", hint=self.url(which))

    def _versions(self, which: Which) -> Versions:
        running = self._datastore.running
        read, suffix = (rescue_location, ".rc") if which == RESCUE else (rollback_location, ".rb")
        location = read(running)
        if location is None:
            what = "rescue" if which == RESCUE else "rollback"
            raise RefusedError(f"no {what} location is configured", hint="configure it first")
        url = location + suffix
        self._files.check_new(url, force=True)
        return Versions(self._files.path(url), urls.display(url), self._files.files)


def _number(which: Which) -> int:
    return which if isinstance(which, int) else 0
