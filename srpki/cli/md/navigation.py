"""Moving about: ``back``, ``top``, ``exit``, braces, and ``pwc`` [cli.md 1.2, 1.9]."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from srpki.cli import wording
from srpki.cli.md.places import MODULES, Form, spelled
from srpki.cli.md.trace import Trace
from srpki.cli.meaning import Meaning
from srpki.cli.port import Answer, RefusalError
from srpki.schema.paths import Path, path

if TYPE_CHECKING:
    from srpki.cli.md.cli import MdCli

CONFIGURE = path("configure")


class Navigation:
    """Where one MD-CLI session stands and stood."""

    def __init__(self, shell: MdCli) -> None:
        """Begin at the operational root."""
        self._shell = shell
        self.trace = Trace()
        self.commands = {
            "back": self._back,
            "exit": self._exit,
            "pwc": self._pwc,
            "top": self._top,
        }

    def check(self, context: Path) -> None:
        """Raise `RefusalError` when the mode does not let the session go to *context*."""
        inside = context[:1] == CONFIGURE
        flow = self._shell.flow
        if inside:
            flow.check_entered()
        elif flow.mode is not None and not flow.explicit:
            raise RefusalError(wording.not_allowed("cannot navigate out of configuration region"))

    def follow(self, said: Meaning) -> Answer:
        """Go where the words of a line lead; a brace may lead out of the mode, as ``exit`` does."""
        flow, landing = self._shell.flow, self.trace.landing(said)
        if said.closed and not flow.explicit and flow.mode and landing[:1] != CONFIGURE:
            return self.leave_for(landing)
        self.trace.follow(said)
        return Answer()

    def settle(self) -> None:
        """Climb out of entries that are no longer there."""
        self.trace.settle(self._standing(self.trace.context))

    def _standing(self, context: Path) -> Path:
        """Return *context*, or the nearest one above it that is still there."""
        while len(context) > 1 and not self._shell.exists(context):
            context = context[:-1]
        return context

    def leave_for(self, target: Path) -> Answer:
        """Go to *target*; in the implicit workflow that may mean leaving the mode."""
        flow = self._shell.flow
        if flow.mode is None or flow.explicit or target[:1] == CONFIGURE:
            self.trace.arrive(target)
            return Answer()
        return self._shell.modes.leave(self.left)

    def left(self, text: str) -> Answer:
        """Stand at the operational root, the mode left with *text*."""
        self.trace.arrive(())
        return Answer(text)

    def _back(self, said: Meaning) -> Answer:
        levels = int(str(said.inputs.get("levels", 1)))
        context = self.trace.context
        return self.leave_for(context[: max(len(context) - levels, 0)])

    def _top(self, said: Meaning) -> Answer:
        del said
        self.trace.move(self.trace.context[:1])
        return Answer()

    def _exit(self, said: Meaning) -> Answer:
        target = () if said.inputs.get("all") else self._standing(self.trace.back)
        return self.leave_for(target)

    def _pwc(self, said: Meaning) -> Answer:
        previous = bool(said.inputs.get("previous"))
        context = self.trace.previous if previous else self.trace.context
        form = said.inputs.get("format", "cli-path")
        shell = self._shell
        if form == "cli-path":
            place = shell.place(context)
        elif context and context[0].name not in MODULES:
            raise RefusalError(wording.not_allowed(f"{shell.place(context)} has no {form}"))
        else:
            place = spelled(shell.dialect.root, context, cast("Form", form))
        heading = "Previous" if previous else "Present"
        return Answer(f"{heading} Working Context:\n{place}")
