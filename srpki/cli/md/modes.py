"""Entering and leaving the configuration modes, and the question on the way [cli.md 1.2]."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from srpki.cli import wording
from srpki.cli.md.navigation import CONFIGURE
from srpki.cli.md.workflow import QUESTION
from srpki.cli.meaning import Meaning
from srpki.cli.port import Answer, RefusalError
from srpki.config.management import configuration_mode

if TYPE_CHECKING:
    from srpki.cli.md.cli import MdCli
    from srpki.config.datastore import Mode

Done = Callable[[str], Answer]
"""What happens when the mode has been left; it is given what is to be printed."""

_MODES: Final[dict[str, Mode]] = {
    "private": "private",
    "exclusive": "exclusive",
    "global": "global",
    "read-only": "read-only",
}


class Modes:
    """The ways of one MD-CLI session into a mode and out of it."""

    def __init__(self, shell: MdCli) -> None:
        """Work for *shell*, which knows the workflow."""
        self._shell = shell
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
        flow, mode = self._shell.flow, _MODES[str(said.inputs["mode"])]
        if flow.mode is not None:
            raise RefusalError(wording.not_allowed(f"currently in {flow.mode} mode"))
        if mode != "read-only":
            check_writable(self._shell)
        text = flow.enter(mode, explicit=explicit)
        if not explicit:
            self._shell.navigation.trace.move(CONFIGURE)
        return Answer(self._shell.say(text))

    def _quit_config(self, said: Meaning) -> Answer:
        flow = self._shell.flow
        flow.check_entered()
        if not flow.explicit:
            raise RefusalError(wording.not_allowed("currently in implicit workflow"))
        if said.target:  # nothing after a slash, which goes to the root from anywhere
            raise RefusalError(wording.not_allowed("currently not in the operational root"))
        return self.leave(self._shell.navigation.left)

    def _logout(self, said: Meaning) -> Answer:
        del said
        if self._shell.flow.mode is None:
            return Answer(closed=True)
        return self.leave(lambda text: Answer(text, closed=True))

    def leave(self, done: Done) -> Answer:
        """Leave the mode, after the question where something would be lost."""
        shell, flow = self._shell, self._shell.flow
        if not flow.must_ask:
            return done(shell.say(flow.leave()))
        return shell.confirm(
            QUESTION,
            shell.say([flow.warning()]),
            lambda: done(shell.say(flow.leave())),
            lambda: Answer(shell.say([flow.canceled()])),
        )


def check_writable(shell: MdCli) -> None:
    """Raise `RefusalError` when only the classic CLI may edit the configuration."""
    if configuration_mode(shell.device.datastore.running) == "classic":
        raise RefusalError(
            wording.not_allowed("'classic' management interface configuration mode active")
        )
