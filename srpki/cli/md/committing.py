"""``validate`` and ``commit``, confirmed or not, with a comment or without [cli.md 1.4]."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from srpki.cli import wording
from srpki.cli.md.commands import CONFIRM_WITHIN
from srpki.cli.meaning import Meaning
from srpki.cli.port import Answer, RefusalError
from srpki.management.messages import message
from srpki.management.reasons import problem_reasons

if TYPE_CHECKING:
    from srpki.cli.md.standing import Standing


class Committing:
    """The way of one MD-CLI session's candidate into the running configuration."""

    def __init__(self, standing: Standing) -> None:
        """Work on *standing*."""
        self._standing = standing
        self.commands = {"commit": self._commit, "validate": self._validate}

    def _validate(self, said: Meaning) -> Answer:
        del said
        problems = self._standing.editing.validate()
        return Answer("\n".join(map(message, problem_reasons(problems))), ok=not problems)

    def _commit(self, said: Meaning) -> Answer:
        editing = self._standing.editing
        editing.check_edits()
        match said.inputs.get("answer"):
            case "accept":
                editing.confirm()
                return self._said(
                    "#2092: Commit confirmed - accepted - automatic rollback canceled"
                )
            case "cancel":
                editing.cancel()
                self._standing.settle()
                return self._said(
                    "#2096: Commit confirmed - canceled - automatic rollback of changes"
                )
        self._check_options(said)
        return self._make_running(said)

    def _said(self, text: str) -> Answer:
        return Answer(self._standing.say([f"INFO: CLI {text}"]))

    def _check_options(self, said: Meaning) -> None:
        wanted = self._standing.environment
        for option, word in (("comment", "comment"), ("confirm", "confirmed")):
            if wanted.flag("commit-options", option) and word not in said.inputs:
                reason = f"environment commit-options {option} asks for 'commit {word}'"
                raise RefusalError(wording.not_allowed(reason))

    def _make_running(self, said: Meaning) -> Answer:
        comment, within = str(said.inputs.get("comment", "")), None
        if said.inputs.get("confirmed"):
            within = timedelta(minutes=int(str(said.inputs.get("minutes", CONFIRM_WITHIN))))
        try:
            left = self._standing.editing.commit(comment, within)
        finally:
            self._standing.settle()
        if left is None:
            return Answer()
        return self._said(f"#2090: Commit confirmed - automatic rollback in {spell_span(left)}")


def spell_span(span: timedelta) -> str:
    """Return *span* in minutes and seconds, as ``9 minutes 59 seconds``."""
    minutes, seconds = divmod(max(int(span.total_seconds()), 0), 60)
    parts = ((minutes, "minute"), (seconds, "second"))
    shown = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number]
    return " ".join(shown) or "0 seconds"
