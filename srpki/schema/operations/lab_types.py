"""Types of values that the ``lab`` commands take."""

from __future__ import annotations

from typing import Final

from srpki.core.durations import parse_duration
from srpki.core.errors import InvalidInputError
from srpki.schema.nodes import Leaf
from srpki.schema.types import Text, ValueTypeError


class _Duration(Text):
    """A duration as `parse_duration` reads it."""

    def parse(self, text: str) -> str:
        """Return *text* itself when it is a duration."""
        try:
            parse_duration(text)
        except InvalidInputError as error:
            raise ValueTypeError(error.sentence) from None
        return text


DURATION: Final = _Duration(length=(2, 11), patterns=("[0-9]{1,10}[smhdwy]",))
WORDS: Final = Text(length=(1, 200))
"""A text for people, or an expression."""
CA_NAME: Final = Text(length=(1, 32), patterns=("[a-z][a-z0-9-]*",))
AUTHORITY: Final = Leaf(
    name="authority",
    type=CA_NAME,
    default="lab",
    help="Which CA of the lab, where there are several",
)
