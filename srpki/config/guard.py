"""A guard: what stands between somebody who edits and the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from srpki.config.edit import Edit
    from srpki.config.tree import Branch


class Guard(Protocol):
    """Who knows what may be changed; both methods raise `NotAuthorizedError` for what may not.

    Both are asked: an edit that changes nothing would tell what is there, and one that changes
    something may change more than it names.
    """

    def check_edit(self, edit: Edit) -> None:
        """Refuse an *edit* of what may not be changed, whatever is there."""
        ...

    def check_change(self, old: Branch, new: Branch, by: str) -> None:
        """Refuse what makes *new* out of *old*, *by* a command or an element, where it may not."""
        ...
