"""``load`` and ``rollback``: a configuration from a file into the candidate [cli.md 1.4].

A file holds what ``info`` prints, in braces, flat or with full context, or what another router has
saved; it is read with the grammar that is typed with, commands left out. The first line that is
wrong ends the reading, and what stands before it stays.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from srpki.cli import wording
from srpki.cli.md.standing import CONFIGURE
from srpki.cli.meaning import Meaning
from srpki.cli.port import Answer, Fault, RefusalError
from srpki.config.management import configuration_mode
from srpki.config.strictness import IGNORE_UNKNOWN, LOAD, Omission, Strictness, UnreadableError
from srpki.config.tree import EMPTY, Branch
from srpki.management.port import text_at
from srpki.storage.urls import display

if TYPE_CHECKING:
    from collections.abc import Sequence

    from srpki.cli.md.standing import Standing
    from srpki.device.configuration.forms import Reader


class Loading:
    """The ways of one MD-CLI session to take a configuration from elsewhere."""

    def __init__(self, standing: Standing) -> None:
        """Work on *standing*."""
        self._standing = standing
        self.commands = {"load": self._load, "rollback": self._rollback}

    def _load(self, said: Meaning) -> Answer:
        standing, url = self._standing, str(said.inputs["url"])
        self._check_top(f"load {said.inputs['way']}")
        candidate = standing.editing.candidate
        began = standing.device.clock.monotonic()
        text = _text(standing, url)
        strictness = IGNORE_UNKNOWN if said.inputs.get("ignore-unknown") else LOAD
        tree = EMPTY if said.inputs["way"] == "full-replace" else candidate.tree
        reader = standing.device.forms.reader(text, tree, strictness)
        if not standing.editing.rights.unlimited:
            self._check_seen(text, strictness)
        try:
            omitted = _read(reader, text)
        finally:
            sealed = standing.device.datastore.seal_all(reader.tree)
            standing.editing.replace(sealed, "load")
            standing.settle()
        return self._loaded(len(text.splitlines()), began, display(url), omitted)

    def _check_seen(self, text: str, strictness: Strictness) -> None:
        """Refuse a *text* that holds what the user may not see, even where it changes nothing.

        What did not change anything would tell what there is.
        """
        reader = self._standing.device.forms.reader(text, EMPTY, strictness)
        with suppress(RefusalError):  # a line that is wrong is told of when it is read in earnest
            _read(reader, text)
        self._standing.editing.rights.check_seen(reader.tree, "load")

    def _rollback(self, said: Meaning) -> Answer:
        standing = self._standing
        self._check_top("rollback")
        mode = configuration_mode(standing.device.datastore.running)
        if mode != "model-driven":
            reason = f"'{mode}' management interface configuration mode active"
            raise RefusalError(wording.not_allowed(reason))
        began = standing.device.clock.monotonic()
        commits = standing.device.commits
        if "commit-id" in said.inputs:
            found = commits.checkpoint_of(int(str(said.inputs["commit-id"])))
        else:
            which = said.inputs.get("checkpoint", 0)
            found = commits.checkpoint(which if isinstance(which, int) else str(which))
        standing.editing.replace(found.tree, "rollback")
        return self._loaded(found.lines, began, found.url, found.omitted)

    def _check_top(self, command: str) -> None:
        """Raise `RefusalError` unless the session may write, and stands at the top to do it."""
        self._standing.editing.check_edits()
        context = self._standing.context
        if context != CONFIGURE:
            place = context[-1].name if context else "root"
            raise RefusalError(wording.not_in(command, place))

    def _loaded(self, lines: int, began: float, url: str, omitted: Sequence[Omission]) -> Answer:
        seconds = self._standing.device.clock.monotonic() - began
        loaded = f'Loaded {lines:,} lines in {seconds:.1f} seconds from file "{url}"'
        if not omitted:
            return Answer(loaded)
        told = "\n".join((*wording.passed_over(omitted), loaded))
        return Answer(told, fault=Fault(severity="warning"))


def _text(standing: Standing, url: str) -> str:
    return text_at(standing.files, url, hint="load a configuration")


def _read(reader: Reader, text: str) -> Sequence[Omission]:
    """Let *reader* read *text*; raises `RefusalError` at the first line that is wrong."""
    try:
        return reader.read(text).omitted
    except UnreadableError as error:
        stopped = wording.stopped_at(error.line)
        raise RefusalError(f"{wording.md_unreadable(error.mistake)}\n{stopped}") from None


def read(standing: Standing, url: str, strictness: Strictness = LOAD) -> Branch:
    """Return the configuration in the file at *url*; raises as ``load`` does."""
    text = _text(standing, url)
    reader = standing.device.forms.reader(text, EMPTY, strictness)
    _read(reader, text)
    return standing.device.datastore.seal_all(reader.tree)
