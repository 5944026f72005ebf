"""Regular expressions that are compiled when they are first used.

Compiling one takes as long as importing a small module, and a start of the program defines dozens
of which it uses few.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, AnyStr, cast

if TYPE_CHECKING:
    Flags = re.RegexFlag | int


class _Later:
    """Stands for a compiled expression, and becomes it, method by method, as each is asked for."""

    def __init__(self, text: Any, flags: Flags) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Return *name* of the compiled expression, and keep it, so that nobody asks again."""
        found = getattr(re.compile(self._text, self._flags), name)
        self.__dict__[name] = found
        return found


def regex(text: AnyStr, flags: Flags = 0) -> re.Pattern[AnyStr]:
    """Return the regular expression *text*, of which methods and ``pattern`` may be used."""
    return cast("re.Pattern[AnyStr]", _Later(text, flags))
