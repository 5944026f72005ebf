"""What is wrong with a lab file, and where."""

from __future__ import annotations

from srpki.core.errors import UsageError


class LabFileError(UsageError):
    """A lab file says what cannot be; the sentence begins with the place."""

    def __init__(self, place: str, sentence: str, *, hint: str = "") -> None:
        """Say that *sentence* is the matter at *place*, as ``refused: [[check]] 2 that``."""
        super().__init__(f"{place}: {sentence}", hint=hint)
        self.place = place
