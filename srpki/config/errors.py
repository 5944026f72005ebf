"""What a datastore may refuse; the sentences are those that the CLI prints after the number."""

from __future__ import annotations

from typing import Literal

from srpki.config.diff import Conflict
from srpki.config.validate import Problem
from srpki.core.errors import BusyError, RefusedError, UsageError

Access = Literal["global", "exclusive"]


class LockedError(BusyError):
    """Another session holds what this one needs [cli.md 1.2: MGMT_CORE #2051 and #2052].

    *access* is what was asked for: ``global`` (#2051) or ``exclusive`` (#2052).
    """

    code = "locked"

    def __init__(self, access: Access, reason: str) -> None:
        """Say what was unavailable and why."""
        super().__init__(f"{access.capitalize()} datastore access unavailable - {reason}")
        self.access = access


class ReadOnlyError(RefusedError):
    """The candidate is open for reading only [cli.md 1.2: CLI #2069]."""

    code = "read-only"

    def __init__(self) -> None:
        """Say so in the words of the CLI."""
        super().__init__("Operation not allowed - currently in read-only mode")


class ConflictError(RefusedError):
    """Somebody else has committed a change of the same elements [cli.md 1.3: MGMT_CORE #2703]."""

    code = "conflict"

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        """Keep the *conflicts*, which an update would settle."""
        super().__init__("Commit canceled - conflicts detected - use update")
        self.conflicts = conflicts


class InvalidConfigurationError(UsageError):
    """The configuration is not whole; each problem is one message."""

    code = "invalid-configuration"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        """Keep the *problems*, of which there is at least one."""
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems
