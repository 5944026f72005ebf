"""Entering and leaving the configuration modes, and the question on the way [cli.md 1.2]."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from srpki.cli import wording
from srpki.cli.md.standing import CONFIGURE
from srpki.cli.md.workflow import QUESTION, canceled, entered, left, must_ask, warning
from srpki.cli.meaning import Meaning
from srpki.cli.port import Answer, RefusalError

if TYPE_CHECKING:
    from srpki.cli.md.standing import Standing
    from srpki.config.candidate import Mode

Done = Callable[[str], Answer]
"""What happens when the mode has been left; it is given what is to be printed."""
Confirm = Callable[[str, str, Callable[[], Answer], Callable[[], Answer]], Answer]
"""Prints a text and asks a question, as `srpki.cli.shell.Shell.confirm` does."""

_MODES: Final[dict[str, Mode]] = {
    "private": "private",
    "exclusive": "exclusive",
    "global": "global",
    "read-only": "read-only",
}


class Modes:
    """The ways of one MD-CLI session into a mode and out of it."""

    def __init__(self, standing: Standing, confirm: Confirm) -> None:
        """Work on *standing*; *confirm* asks before something is lost."""
        self._standing = standing
        self._confirm = confirm
        self.commands = {
            "configure": self._configure,
            "edit-config": self._edit_config,
            "logout": self._logout,
            "quit-config": self._quit_config,
        }

    def _configure(self, said: Meaning) -> Answer:
        return self._enter(said, explicit=False)

    def _edit_config(self, said: Meaning) -> Answer:
        if "region" in said.inputs:
            raise RefusalError(wording.not_emulated(f"region '{said.inputs['region']}'"))
        return self._enter(said, explicit=True)

    def _enter(self, said: Meaning, *, explicit: bool) -> Answer:
        standing, mode = self._standing, _MODES[str(said.inputs["mode"])]
        if standing.editing.mode is not None:
            raise RefusalError(wording.not_allowed(f"currently in {standing.editing.mode} mode"))
        standing.editing.open(mode)
        standing.explicit = explicit
        if not explicit:
            standing.trace.move(CONFIGURE)
        return Answer(standing.say(entered(standing.editing.candidate)))

    def _quit_config(self, said: Meaning) -> Answer:
        self._standing.editing.check_open()
        if not self._standing.explicit:
            raise RefusalError(wording.not_allowed("currently in implicit workflow"))
        if said.target:  # nothing after a slash, which goes to the root from anywhere
            raise RefusalError(wording.not_allowed("currently not in the operational root"))
        return self.leave(self.left)

    def _logout(self, said: Meaning) -> Answer:
        del said
        if self._standing.editing.mode is None:
            return Answer(closed=True)
        return self.leave(lambda text: Answer(text, closed=True))

    def left(self, text: str) -> Answer:
        """Stand at the operational root, the mode left with *text*."""
        self._standing.trace.arrive(())
        return Answer(text)

    def leave(self, done: Done) -> Answer:
        """Leave the mode, after the question where something would be lost."""
        candidate = self._standing.editing.candidate
        mode, say = candidate.mode, self._standing.say
        if not must_ask(candidate):
            return done(self._leave())
        return self._confirm(
            QUESTION,
            say([warning(mode)]),
            lambda: done(self._leave()),
            lambda: Answer(say([canceled(mode)])),
        )

    def _leave(self) -> str:
        """Leave the mode, whatever is lost; return what is said."""
        candidate = self._standing.editing.candidate
        mode, dirty = candidate.mode, candidate.dirty
        self._standing.editing.close()
        return self._standing.say(left(mode, dirty=dirty))
