"""Words of the classic CLI's ``configure`` that SR OS has and this program has not."""

from __future__ import annotations

from collections.abc import Sequence

from srpki.cli.walker import Failure
from srpki.config.lexer import Token
from srpki.schema.foreign import is_foreign
from srpki.schema.paths import Path

_ROOT = "configure"


def foreign_word(context: Path, failure: Failure, tokens: Sequence[Token]) -> bool:
    """Return whether the word that *failure* does not know is foreign in *context*."""
    if not context or context[0].name != _ROOT or failure.kind != "unknown":
        return False
    if failure.at < len(tokens) and tokens[failure.at].quoted:
        return False
    names = tuple(step.name for step in context[1:])
    return is_foreign("classic", names, failure.text)
