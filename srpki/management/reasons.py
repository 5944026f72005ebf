"""Why something was refused, as data: what each front end words or encodes in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.errors import ConflictError, InvalidConfigurationError, LockedError
from srpki.core.errors import MissingInputError
from srpki.core.values import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from srpki.config.validate import Problem
    from srpki.core.errors import SrpkiError
    from srpki.schema.paths import Path


class Reason(NamedTuple):
    """One reason: its *kind*, a *sentence*, and the *path* below ``configure`` that it is about.

    The kind is that of a `Problem`, ``exclusive-locked`` or ``global-locked`` by what was asked
    for, else the code of the error. *holder* is the id of the session that is in the way, or 0.
    """

    kind: str
    sentence: str
    path: Path = ()
    holder: int = 0


def reasons(error: SrpkiError) -> tuple[Reason, ...]:
    """Return every reason that *error* gives, at least one."""
    return tuple(_reasons(error))


def problem_reasons(problems: Iterable[Problem]) -> tuple[Reason, ...]:
    """Return the reasons for which a commit of what has *problems* would be refused."""
    return tuple(Reason(problem.kind, str(problem), problem.path) for problem in problems)


def _reasons(error: SrpkiError) -> Iterator[Reason]:
    match error:
        case LockedError():
            yield Reason(f"{error.access}-locked", error.sentence, holder=error.holder)
        case ConflictError():
            for conflict in error.conflicts:
                yield Reason(error.code, error.sentence, conflict.change.path)
        case InvalidConfigurationError():
            yield from problem_reasons(error.problems)
        case MissingInputError():
            for name in error.names:
                yield Reason(error.code, name)
        case _:
            yield Reason(error.code, str(error))
