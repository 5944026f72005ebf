"""What a datastore may refuse; the sentences are those that the CLI prints after the number."""

from __future__ import annotations

from typing import Literal

from srpki.config.diff import Conflict
from srpki.config.validate import Problem
from srpki.core.errors import BusyError, RefusedError, UsageError

Access = Literal["global", "exclusive"]


class LockedError(BusyError):
    """Another session holds what this one needs [cli.md 1.2: MGMT_CORE #2051 and #2052].

    *access* is what was asked for: ``global`` (#2051) or ``exclusive`` (#2052); *holder* is the id
    of the session that holds the lock, 0 where nobody holds one.
    """

    code = "locked"

    def __init__(self, access: Access, reason: str, holder: int = 0) -> None:
        """Say what was unavailable and why."""
        super().__init__(f"{access.capitalize()} datastore access unavailable - {reason}")
        self.access = access
        self.holder = holder


class NotAllowedError(RefusedError):
    """The mode of the session, or of the node, does not allow it [cli.md 1.2: CLI #2069]."""

    code = "not-allowed"

    def __init__(self, reason: str) -> None:
        """Say so in the words of the CLI."""
        super().__init__(f"Operation not allowed - {reason}")


class NoCandidateError(NotAllowedError):
    """The session has no candidate open."""

    code = "no-candidate"

    def __init__(self) -> None:
        """Say in which mode the session is."""
        super().__init__("currently in operational mode")


class ReadOnlyError(NotAllowedError):
    """The candidate is open for reading only."""

    code = "read-only"

    def __init__(self) -> None:
        """Say in which mode the session is."""
        super().__init__("currently in read-only mode")


class ClassicOnlyError(NotAllowedError):
    """Only the classic CLI may edit the configuration of the node."""

    code = "classic-only"

    def __init__(self) -> None:
        """Say in which mode the node is."""
        super().__init__("'classic' management interface configuration mode active")


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
