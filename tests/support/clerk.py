"""Who types the golden lines, checks the verdict on each and writes down what was said."""

import re
from copy import deepcopy

from counting import met

from srpki.cli.session import Session

REFUSALS = {
    "md": {
        "absent": "MINOR: CLI #2005: Error while processing command - .* is not emulated",
        "ambiguous": "MINOR: MGMT_CORE #2(201: Unknown element|301: Invalid element value) - .*ambiguous",
        "failed": "MINOR: MGMT_AGENT #2007: Operation failed",
        "missing": "MINOR: CLI #2001: Missing element value - ",
        "mode": "MINOR: CLI #2069: Operation not allowed - ",
        "more": "MINOR: MGMT_CORE #2201: Unknown element - 'unheard-of'",
        "nothing": "MINOR: MGMT_CORE #224: .* - Entry does not exist",
        "unknown": "MINOR: MGMT_CORE #2201: Unknown element - ",
        "value": "MINOR: MGMT_CORE #2301: Invalid element value - ",
    },
    "classic": {
        "absent": "MINOR: CLI .* is not emulated",
        "ambiguous": r"Error: (Ambiguous command|Invalid parameter)\.",
        "create": 'MINOR: CLI Cannot create .* - missing "create" keyword.',
        "failed": "MINOR: CLI ",
        "missing": "  - ",
        "more": r"Error: Invalid parameter\.",
        "nothing": "MINOR: CLI Entry does not exist - ",
        "unknown": r"Error: Bad command\.",
        "value": r"Error: Invalid parameter\.",
    },
}
"""How a line is refused, by the reason for it [cli.md sections 2 and 3.2].

The classic CLI answers what is not whole with the syntax of the command.
"""


class Clerk:
    """Types lines and writes down what comes of them.

    A line is typed in a session of its own, or in one where all lines before were refused: what is
    refused, completed or explained leaves nothing behind but its place in the history.
    """

    def __init__(self, new_device, dialect, shortened, beginning=()):
        self._new_device = new_device
        self._dialect = dialect
        self._beginning = beginning
        self._shortened = shortened
        self._untouched = None

    def session(self):
        """Return a session to which nothing has happened since its beginning."""
        if self._untouched is None:
            self._untouched = self._begun()
        return self._untouched

    def _begun(self):
        mode = "mixed" if self._dialect == "classic" else None
        session = Session(self._new_device(mode), self._dialect)
        for line in met(0, self._beginning):
            assert session.feed(line).ok
        return session

    def explain(self, text, *words):
        """Yield how *text* is completed and explained, alone and with each of *words* after it."""
        yield from self._explained(text)
        for word in words:
            yield from self._explained(f"{text}{word} ")

    def _explained(self, text):
        session = self.session()
        offers = " ".join(offer.text for offer in session.complete(text))
        yield f"=== {text}".rstrip()
        yield f"--- completed by: {offers}".rstrip()
        yield from map(str.rstrip, self._shortened(session.help(text)).splitlines())
        yield "---"

    def tell(self, typed, line, *before):
        """Yield what is said to *line*, typed after the lines *before*; check it by *typed*."""
        session = self.session()
        prompt, uncommitted, history = (
            session.prompt,
            session.uncommitted,
            deepcopy(session.history),
        )
        self._untouched = None
        for earlier in met(0, filter(None, before)):
            assert session.feed(earlier).ok, earlier
        margin = len(session.prompt.rpartition("\n")[2])
        answer = session.feed(line)
        if not answer.ok and not any(before):
            assert (session.prompt, session.uncommitted) == (prompt, uncommitted), line
            session.history = history
            self._untouched = session
        assert answer.ok == typed.accepted, f"{line}\n{answer.text}"
        said = answer.text
        if not answer.ok:
            said = self._checked(typed, line, said, margin)
        if not typed.accepted:
            wanted = REFUSALS[self._dialect][typed.why]
            assert re.match(wanted, said), f"{line}\n{wanted}\n{said}"
        mark = "ok" if answer.ok else "REFUSED"
        asked = f" ? {answer.question}" if answer.question else ""
        yield self._shortened(f"{typed.line} => {mark}{asked}").lstrip()
        yield from (f"    {self._shortened(part)}".rstrip() for part in said.splitlines())

    def _checked(self, typed, line, said, margin):
        """Return *said* without the carets, which must stand under the wrong word."""
        carets, _, rest = said.partition("\n")
        if not re.fullmatch(r" *\^+", carets):
            return said
        if typed.wrong:
            width = len(typed.wrong) if self._dialect == "md" else 1
            at = margin + len(line) - len(typed.wrong)
            assert carets == " " * at + "^" * width, f"{line}\n{said}"
        return rest
