"""Words of the classic CLI's ``configure`` that SR OS has and this program has not."""

from __future__ import annotations

from collections.abc import Sequence

from srpki.cli.walker import Failure
from srpki.config.lexer import Token
from srpki.schema.configure.log_types import APPLICATION
from srpki.schema.foreign import is_foreign
from srpki.schema.paths import Path, Step

_ROOT = "configure"
_EVENTS = "event-control"


def foreign_word(context: Path, failure: Failure, tokens: Sequence[Token]) -> Path | None:
    """Return the place of the word that *failure* does not know, where it is foreign there."""
    if not context or context[0].name != _ROOT:
        return None
    words = [token.text for token in tokens[: failure.at + 1]]
    if words[:-1][-1:] == [_EVENTS] and words[-1] in APPLICATION.values:
        # An event of an application that this program knows no events of.
        return (*context[:2], Step(_EVENTS))
    if failure.kind != "unknown" or (failure.at < len(tokens) and tokens[failure.at].quoted):
        return None
    names = tuple(step.name for step in context[1:])
    found = is_foreign("classic", names, failure.text)
    return (*context, Step(failure.text)) if found else None
