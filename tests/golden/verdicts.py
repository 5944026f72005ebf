"""What must come of a command, and of one with a word after it, by rules of the fact sheets.

The words that a context offers come from the program; what must come of them does not. Each rule
is one of cli.md [1.2 modes, 1.3 info and compare, 1.4 commit and rollback, 1.6 Enter, 3.1 classic],
and says of a command what it needs: a mode, a place, a value. `Verdicts` reads it at a place.
"""

from dataclasses import dataclass

from srpki.schema.nodes import (
    Action,
    Case,
    Choice,
    Container,
    Leaf,
    LeafList,
    Line,
    ListNode,
    child_of,
)
from srpki.schema.tree import LAB_SCHEMA, node_at
from srpki.schema.types import Boolean

PKI = ("system", "security", "pki")
CONFIGURE, PROFILES = LAB_SCHEMA.configure, node_at(LAB_SCHEMA.configure, *PKI)
STATE = node_at(LAB_SCHEMA.state, "system")


@dataclass(frozen=True)
class Place:
    """Where lines are typed: what led there, the mode of configuration, and the node, if any."""

    beginning: tuple[str, ...] = ()
    mode: str = ""
    node: Container | None = None
    implicit: bool = False


PLACES = {
    "md": (
        Place(),
        Place(("edit-config private",), "private"),
        Place(("edit-config read-only",), "read-only"),
        Place(("configure exclusive",), "exclusive", CONFIGURE, implicit=True),
        Place(("edit-config global", "configure system security pki"), "global", PROFILES),
        Place(("state system",), "", STATE),
    ),
    "classic": (
        Place(),
        Place(("configure",), "private", CONFIGURE),
        Place(("configure system security pki",), "private", PROFILES),
    ),
}

NEEDS = {
    "md": {
        "a value": "annotate delete edit-config exec load",
        "nothing": "back exit history info logout pwc top tree",
        "a candidate to write": "commit discard update",
        "a candidate": "compare validate configure",
        "a way out of configure": "environment show",
        "the explicit workflow": "quit-config",
        "an earlier version": "rollback",
        "no configuration": "state",
        "a user with a password": "password",
    },
    "classic": {
        "a value": "environment exec",
        "nothing": "back configure echo exit help history logout pwc show tree",
        "a context of configure": "info",
        "a word of the context": "no",
        "a user with a password": "password",
    },
}
"""What each command needs to be accepted alone."""


def _mode(held):
    return lambda place: "ok" if held(place) else "mode"


MET = {
    "nothing": lambda _: "ok",
    "a value": lambda _: "missing",
    "a candidate to write": _mode(lambda at: at.mode in ("private", "exclusive", "global")),
    "a candidate": _mode(lambda at: at.mode),
    "a way out of configure": _mode(lambda at: not at.implicit),
    "no configuration": _mode(lambda at: not at.implicit),
    "no configuration mode": _mode(lambda at: not at.mode),
    "the explicit workflow": _mode(lambda at: at.mode and at.node is None),
    "an earlier version": lambda _: "failed",  # the node has none
    "a user with a password": lambda _: "failed",
    "a saved configuration": lambda _: "failed",
    "a candidate, then a saved configuration": lambda at: "failed" if at.mode else "mode",
    "a context of configure": lambda at: "unknown" if at.node is None else "ok",
    "a word of the context": lambda at: "ok" if at.node is None else "missing",
}
"""What comes of a command with this need at a place: ``ok``, or why it is refused."""

OFFERED = {
    "md": {
        "configure": lambda at: at.node is None,
        "load": lambda at: at.node is CONFIGURE,
        "rollback": lambda at: at.node is CONFIGURE,
        "state": lambda at: at.node is None,
    },
    "classic": {},
}
"""Where a command is offered that is not offered everywhere."""

VALUES = {
    "md": {
        "edit-config": "configure bof debug li",
        "info": "from cli-path",
        "tree": "cli-path",
        "commit": "comment",
        "compare": "from to rollback url lines cli-path",
        "discard": "cli-path",
        "load": "full-replace merge",
        "rollback": "commit-id",
    },
    "classic": {},
}
"""The options that lack a value of their own when nothing follows; before any mode is looked at."""

OPTIONS = {
    "md": {
        "edit-config": {"exclusive global private read-only": "no configuration mode"},
        "info": {"baseline candidate": "a candidate", "startup": "a saved configuration"},
        "compare": {"startup": "a candidate, then a saved configuration"},
        "rollback": {"startup": "an earlier version"},
    },
    "classic": {},
}
"""The options that need something else than the command alone does."""

GIVE_WAY = {
    "md": "annotate commit compare delete discard update validate",
    "classic": "",
}
"""Commands that an abbreviation at the operational root means only where no branch begins so."""

AWAY = {
    "md": "environment show",
    "classic": "configure admin debug file lab show wait",
}
"""Commands of the root, which in a context give way to the words of that context."""


class Verdicts:
    """What must come of lines of *dialect* at its place *number*."""

    def __init__(self, dialect, number):
        self._dialect = dialect
        self.place = PLACES[dialect][number]
        self._needs = {
            word: need for need, words in NEEDS[dialect].items() for word in words.split()
        }

    def commands(self):
        """Return the commands that must be offered here."""
        where = OFFERED[self._dialect]
        return {word for word in self._needs if word not in where or where[word](self.place)}

    def alone(self, word):
        """Return what must come of *word* alone."""
        if word in self._needs:
            return self._met(self._needs[word])
        return _of_node(self._dialect, self._node(word))

    def followed(self, word, option):
        """Return what must come of *word* with *option* behind it, and nothing else."""
        if option in VALUES[self._dialect].get(word, "").split():
            return "missing"
        if word == "info" and self.place.node is STATE:
            return "ok"  # of the state there is one, whatever is asked for
        for options, need in OPTIONS[self._dialect].get(word, {}).items():
            if option in options.split():
                return self._met(need)
        node = self._named(word, option)
        if word not in self._needs:
            return _of_node(self._dialect, _below(self._node(word), option), option)
        if node is not None:
            return self._of_element(word, node)
        if self._needs[word] == "a value":
            return "ok"  # there it is
        return self._met(self._needs[word])

    def abbreviated(self, prefix, offered):
        """Return what must come of *prefix*, where these words are *offered*.

        Enter executes a unique abbreviation [cli.md 1.6, 3.1]; a word itself is never one. Decided:
        words of other places, and of what is not emulated, give way to those of the context.
        """
        if prefix in offered:
            return self.alone(prefix)
        hidden = [child.name for child in self._tops() if child.name not in offered]
        fits = [word for word in (*offered, *hidden) if word.startswith(prefix)]
        near = [word for word in fits if not self._gives_way(word, hidden)] or fits
        return self.alone(near[0]) if len(near) == 1 else "ambiguous"

    def _tops(self):
        top = "operations_md" if self._dialect == "md" else "operations_classic"
        return [child for child in getattr(LAB_SCHEMA, top).children if isinstance(child, Action)]

    def _gives_way(self, word, hidden):
        table = GIVE_WAY if self.place.node is None else AWAY
        return word in hidden or word in table[self._dialect].split()

    def _met(self, need):
        """Return what must come of a command with this *need*."""
        return MET[need](self.place)

    def _node(self, word):
        """Return the node that *word* names here, which may be one of the root."""
        tops = (LAB_SCHEMA.operations_md, LAB_SCHEMA.operations_classic)
        places = [self.place.node, *tops] if self.place.node is not None else tops
        return next(filter(None, (child_of(place, word) for place in places)))

    def _named(self, word, option):
        """Return the node of configuration or state that *option* names as the element of *word*."""
        if self._dialect == "classic" or word not in ("compare", "delete", "discard"):
            return None
        if self.place.node is None:
            return {"configure": CONFIGURE}.get(option)
        return child_of(self.place.node, option)

    def _of_element(self, word, node):
        """Return what must come of a command that concerns the element *node*.

        Of a list one entry must be named, except by `discard`; a leaf has no difference of its own.
        """
        if isinstance(node, ListNode) and word != "discard":
            return "missing"
        if word == "delete":
            return self._met("a candidate to write")
        if word == "compare" and isinstance(node, Leaf | LeafList):
            return "mode"
        return self._met(self._needs[word])


def _below(node, word):
    """Return what *word* names in the context *node*; in the classic CLI it may stand deeper."""
    waiting = [node]
    while waiting:
        at = waiting.pop(0)
        if word in (at.name, getattr(getattr(at, "classic", None), "keyword", "")):
            return at
        if isinstance(at, Container | Choice | Case):
            waiting += at.cases if isinstance(at, Choice) else at.children
    return None


def _of_node(dialect, node, word=""):
    """Return what must come of the name of *node*: a context and a boolean are whole."""
    if node is None:
        return "missing" if word == "no" else "unknown"
    if isinstance(node, Action):
        return "ok" if node.emulated else "absent"
    line = dialect == "classic" and isinstance(node.classic, Line)
    whole = isinstance(node, Container) and not line
    whole = whole or (isinstance(node, Leaf) and isinstance(node.type, Boolean))
    return "ok" if whole else "missing"
