"""What a text of configuration may hold, by the way that it comes in: one table for all readers.

Each way reads with the same grammar, the one that lines are typed with; they differ only in what
they do with a word or a value that does not belong there. A reader either stops at it or passes
the element over, with all that stands inside of it, and tells.
"""

from __future__ import annotations

from typing import Final, Literal

from srpki.config.text import INDENT
from srpki.core.errors import InvalidInputError
from srpki.core.text import printable
from srpki.core.values import NamedTuple

MAXIMUM_SIZE: Final = 64 * 2**20
"""Characters; all maxima without ``ipsec`` make 3 Mi, the 10,200 profiles of ``ipsec`` 40 Mi."""
MAXIMUM_OMISSIONS: Final = 10_000
"""Most different branches that are told of; more of them are counted together."""
_LONGEST: Final = 200
"""Characters of a sentence about what is wrong."""
_LONGEST_WORD: Final = 64
"""Characters of a word that nobody knows, as it is told."""


class Strictness(NamedTuple):
    """What one way in passes over; what it does not pass over ends the reading.

    A *foreign* branch is one that SR OS has and this program has not; inside of a block it is
    passed over by every way, on a flat line of its own only where *foreign*. *unknown* words are
    those that neither has; *outside* of every block they end the reading unless that is said too:
    a text that begins with them is no configuration. *values* are those that an element cannot
    have.
    """

    foreign: bool = False
    unknown: bool = False
    outside: bool = False
    values: bool = False


PASTE: Final = Strictness()
"""Lines that are typed or pasted, and what ``exec`` runs."""
LOAD: Final = Strictness()
"""``load`` and a configuration that is compared by its URL."""
IGNORE_UNKNOWN: Final = Strictness(foreign=True, unknown=True, outside=True)
"""``load`` with ``ignore-unknown``."""
BOOT: Final = Strictness(foreign=True, unknown=True)
"""The saved configuration at the start, and its earlier versions."""
IMPORT: Final = Strictness(foreign=True, unknown=True, outside=True, values=True)
"""The saved configuration of another router."""


Kind = Literal["foreign", "unknown", "ambiguous", "value", "quote", "missing"]


class Mistake(NamedTuple):
    """What is wrong with a line: *text* says what or why, *element* is what cannot have a value.

    *names* are the words that an abbreviation fits, or what is missing. What a CLI has *said* of it
    takes the place of the sentence.
    """

    kind: Kind
    text: str = ""
    names: tuple[str, ...] = ()
    element: str = ""
    said: str = ""

    @property
    def sentence(self) -> str:
        """The mistake in words."""
        if self.said:
            return self.said
        match self.kind:
            case "unknown":
                return f"unknown element '{self.text}'"
            case "foreign":
                return f"'{self.text}' is not emulated"
            case "ambiguous":
                return f"'{self.text}' is ambiguous: {', '.join(self.names)}"
            case "quote":
                return "a quoted string does not end on its line"
            case "missing" if self.names == ("}",):
                return "the text ends before a brace is closed"
            case "missing":
                return f"'{self.element or self.names[0]}' lacks a value"
            case _:
                return f"'{self.element}': {self.text}" if self.element else self.text


class UnreadableError(InvalidInputError):
    """A line of a configuration that cannot be read."""

    def __init__(self, line: int, mistake: Mistake) -> None:
        """Keep the number of the *line* and the *mistake* in it."""
        # The sentence quotes the file, which may hold anything of any length.
        super().__init__(f"line {line}: {printable(mistake.sentence[:_LONGEST])}")
        self.line = line
        self.mistake = mistake


class Omission(NamedTuple):
    """A *branch* that was passed over so many *times*, with so many *lines* altogether.

    It stood first on the line *first*, 0 where lines have no numbers. The *reason* tells what is
    wrong with its value.
    """

    kind: Literal["foreign", "unknown", "value"]
    branch: str
    times: int
    lines: int
    first: int
    reason: str = ""

    @property
    def sentence(self) -> str:
        """The omission in words."""
        what = {
            "foreign": f"'{self.branch}' is not emulated",
            "unknown": f"'{self.branch}' is unknown",
            "value": f"'{self.branch}' cannot be read - {self.reason}",
        }[self.kind]
        lines = "line" if self.lines == 1 else "lines"
        place = f" from line {self.first:,} on" if self.first else ""
        return f"{what} - {self.lines:,} {lines} passed over{place}"


_REST: Final = "other branches"


class Omissions:
    """What a reader has passed over, by branch."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._found: dict[tuple[str, str], Omission] = {}
        self._open: tuple[str, str] | None = None

    def begin(self, mistake: Mistake, context: tuple[str, ...], line: int) -> None:
        """Note that the element with the *mistake*, in *context*, is passed over from *line* on."""
        kind: Literal["foreign", "unknown", "value"] = "value"
        if mistake.kind in ("foreign", "unknown"):
            kind = "foreign" if mistake.kind == "foreign" else "unknown"
        named = mistake.text if kind != "value" else mistake.element
        word = printable(named[:_LONGEST_WORD])
        branch = " ".join((*context, word))
        if len(self._found) >= MAXIMUM_OMISSIONS and (kind, branch) not in self._found:
            branch = _REST
        key = (kind, branch)
        reason = printable(mistake.text[:_LONGEST]) if kind == "value" else ""
        known = self._found.get(key, Omission(kind, branch, 0, 0, line, reason))
        self._found[key] = known._replace(times=known.times + 1, lines=known.lines + 1)
        self._open = key

    def more(self) -> None:
        """Note one more line of what was begun last."""
        assert self._open is not None
        known = self._found[self._open]
        self._found[self._open] = known._replace(lines=known.lines + 1)

    @property
    def all(self) -> tuple[Omission, ...]:
        """All that was passed over, in the order of the text."""
        return tuple(self._found.values())


class Found(NamedTuple):
    """What a text of so many *lines* holds: its *form*, and what was *omitted*."""

    form: Literal["braces", "flat", "classic"]
    lines: int
    omitted: tuple[Omission, ...]


def check_size(text: str) -> None:
    """Raise `InvalidInputError` where *text* is longer than a configuration may be."""
    if len(text) > MAXIMUM_SIZE:
        raise InvalidInputError(
            f"the configuration is longer than {MAXIMUM_SIZE} characters", hint="shorten it"
        )


def indentation(line: str) -> int:
    """Return how far *line* is indented, in characters; a tab counts as one step."""
    blank = line[: len(line) - len(line.lstrip(" \t"))]
    return len(blank.replace("\t", INDENT))
