"""Moving about: ``back``, ``top``, ``exit``, braces, and ``pwc`` [cli.md 1.2, 1.9]."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from srpki.cli import wording
from srpki.cli.md.places import MODULES, Form, spelled
from srpki.cli.md.standing import CONFIGURE
from srpki.cli.meaning import Meaning
from srpki.cli.port import Answer, RefusalError
from srpki.schema.paths import Path

if TYPE_CHECKING:
    from srpki.cli.md.modes import Modes
    from srpki.cli.md.standing import Standing


class Navigation:
    """The ways of one MD-CLI session from context to context."""

    def __init__(self, standing: Standing, modes: Modes) -> None:
        """Move *standing* about; *modes* knows the way out of a mode."""
        self._standing = standing
        self._trace = standing.trace
        self._modes = modes
        self.commands = {
            "back": self._back,
            "exit": self._exit,
            "pwc": self._pwc,
            "top": self._top,
        }

    def follow(self, said: Meaning) -> Answer:
        """Go where the words of a line lead; a brace may lead out of the mode, as ``exit`` does."""
        landing = self._trace.landing(said)
        if said.closed and self._standing.confined and landing[:1] != CONFIGURE:
            return self.leave_for(landing)
        self._trace.follow(said)
        return Answer()

    def leave_for(self, target: Path) -> Answer:
        """Go to *target*; in the implicit workflow that may mean leaving the mode."""
        if not self._standing.confined or target[:1] == CONFIGURE:
            self._trace.arrive(target)
            return Answer()
        return self._modes.leave(self._modes.left)

    def _back(self, said: Meaning) -> Answer:
        levels = int(str(said.inputs.get("levels", 1)))
        context = self._trace.context
        return self.leave_for(context[: max(len(context) - levels, 0)])

    def _top(self, said: Meaning) -> Answer:
        del said
        self._trace.move(self._trace.context[:1])
        return Answer()

    def _exit(self, said: Meaning) -> Answer:
        target = () if said.inputs.get("all") else self._standing.remaining(self._trace.back)
        return self.leave_for(target)

    def _pwc(self, said: Meaning) -> Answer:
        previous = bool(said.inputs.get("previous"))
        context = self._trace.previous if previous else self._trace.context
        form = said.inputs.get("format", "cli-path")
        standing = self._standing
        if form == "cli-path":
            place = standing.place(context)
        elif context and context[0].name not in MODULES:
            raise RefusalError(wording.not_allowed(f"{standing.place(context)} has no {form}"))
        else:
            place = spelled(standing.dialect.root, context, cast("Form", form))
        heading = "Previous" if previous else "Present"
        return Answer(f"{heading} Working Context:\n{place}")
