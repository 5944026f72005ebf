"""Schema nodes, and the classic overlay that says only what differs in the classic CLI.

A node is declared once. The MD-CLI reads it as it stands: a container is a context, a list entry
is its name and its keys, a leaf is its name and its value, choices and cases are invisible, an
action takes its inputs as ``name value`` in any order after the *positional* ones.

The classic CLI reads it through ``classic``. Without an overlay these rules hold:

* container: a context of the same name; list: ``name KEY [create]`` and ``no name KEY``, with
  what is mandatory in an entry before ``create``, as ``name KEY leaf VALUE create``;
* leaf ``admin-state``: ``shutdown`` and ``no shutdown``; boolean leaf: ``name`` is true and
  ``no name`` is false; empty leaf: ``name`` and ``no name``; other leaf: ``name VALUE`` and
  ``no name``; leaf-list: ``name VALUE`` adds, ``no name VALUE`` removes and ``no name`` empties; a
  number of seconds also takes ``[days D] [hrs H] [min M] [sec S]``;
* action: the inputs as in the MD-CLI;
* a secret also takes ``hash2`` (or ``hash``) after it, for a value that is sealed already: both
  words together, as ``"VALUE hash2"``, are the value.

Most are named tuples rather than dataclasses: every start makes them, and they are made in a
quarter of the time. Ask for what they are with ``isinstance``, never for a tuple.
"""

from __future__ import annotations

from collections.abc import Iterator

from srpki.core.values import NamedTuple
from srpki.schema.types import ValueType

ABSENT = "absent."
"""What the operation of a command begins with that SR OS has and this program has not."""


# --- classic overlay -----------------------------------------------------------------------------


class Rename(NamedTuple):
    """The same command under another *keyword*; of a container, further *words* stand after it."""

    keyword: str
    words: tuple[str, ...] = ()


class Inline:
    """The container has no context of its own: its children are typed one level higher."""


class Moved(NamedTuple):
    """The container stands *up* contexts higher, and is called *keyword* there."""

    up: int
    keyword: str


class Section(NamedTuple):
    """The container is a section of the configuration file, headed by a banner with *title*.

    It stands in the root or in another section; those of a lower *rank* come first, as far as what
    they refer to lets them. What is switched on *later* is so under a second banner with that
    title, after those. What is in the section is printed in this *order*, then the others. A part
    of it may be a section too: it has the *names*, which the other one has not then.
    """

    title: str
    rank: int = 0
    later: str = ""
    order: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    part: Section | None = None


class Ordered(NamedTuple):
    """The children of the container stand in the order of *names* in files, then the others."""

    names: tuple[str, ...]


class Bare(NamedTuple):
    """The value is printed without quotes where it can be."""


class Spelled(NamedTuple):
    """Values are spelled otherwise: *words* are pairs of a classic word and what it stands for."""

    words: tuple[tuple[str, str], ...]


class Quoted(NamedTuple):
    """The value is printed in quotes, though its type does not want them."""


class Numbered(NamedTuple):
    """The entries need no ``create`` and are printed with their name, as ``log-id 9 name "9"``.

    The same command under another *keyword*, where one is given; those that are not *named* are
    printed by their number alone. What is in an entry is printed in this *order*, then the others.
    A *word* may stand before the number, and the entries may stand in a context of their own, whose
    name is *within*. The list may stand *up* contexts higher, as what is `Moved`.
    """

    keyword: str = ""
    named: bool = True
    order: tuple[str, ...] = ()
    word: str = ""
    within: str = ""
    up: int = 0


class Joined(NamedTuple):
    """The value of the leaf *beside* may follow on the same line, after its name."""

    beside: str


class Arg(NamedTuple):
    """A value in a `Line`: leaf at *leaf* (relative, as ``rsa/key-size``), after *keyword* if any.

    A boolean or empty leaf is set by the *keyword* alone. *words* are pairs of a classic word and
    the value that it stands for; where given, no other word is accepted.
    """

    leaf: str
    keyword: str = ""
    words: tuple[tuple[str, str], ...] = ()


class Either(NamedTuple):
    """Exactly one of several sequences of items."""

    alternatives: tuple[tuple[Item, ...], ...]


class Maybe(NamedTuple):
    """Items that may be left out; several `Maybe` after one another may come in any order."""

    items: tuple[Item, ...]


class Word(NamedTuple):
    """A fixed word that sets nothing; *leaf* is created by it where given.

    A container is created as it stands, a leaf takes its default unless another item sets it. A
    word without a leaf has a *help* of its own. A *quoted* one is printed in quotes, and read with
    them or without.
    """

    keyword: str
    leaf: str = ""
    help: str = ""
    quoted: bool = False


Item = Arg | Either | Maybe | Word


class Line(NamedTuple):
    """The node is one command: *keyword* and *items*; ``no`` removes all that it sets.

    On a list the keys are among the items and ``no`` takes only them. On an action the line is
    the whole syntax; an `Either` without values in its alternatives chooses a case. Neighbouring
    items that begin with a keyword (`Arg` with one, `Maybe`) may be typed in any order; where all
    may be left out, at least one must be there.

    *presumed* names the input of an action that has its default value where the line chooses no
    case, though the MD-CLI wants one.
    """

    keyword: str
    items: tuple[Item, ...]
    presumed: str = ""


def arguments(items: tuple[Item, ...]) -> Iterator[Arg]:
    """Yield the values among *items*, in order."""
    for item in items:
        if isinstance(item, Arg):
            yield item
        elif isinstance(item, Maybe):
            yield from arguments(item.items)
        elif isinstance(item, Either):
            for alternative in item.alternatives:
                yield from arguments(alternative)


class Absent:
    """The classic CLI does not have this node."""


class Deferred:
    """The container is switched on in the later part of its section [observed-2.md 5]."""


Classic = (
    Rename
    | Inline
    | Moved
    | Section
    | Line
    | Absent
    | Ordered
    | Bare
    | Quoted
    | Spelled
    | Numbered
    | Joined
    | Deferred
)


# --- nodes ---------------------------------------------------------------------------------------


class Leaf(NamedTuple):
    """One value. *default* and *units* as in YANG; *help* is our own sentence, without full stop.

    *auto_restart* marks values whose change restarts the object that holds them. What is not
    *emulated* is kept and printed, and has no effect.
    """

    name: str
    type: ValueType
    help: str
    default: str | None = None
    mandatory: bool = False
    units: str = ""
    auto_restart: bool = False
    classic: Classic | None = None
    emulated: bool = True


class LeafList(NamedTuple):
    """An ordered set of values, at most *max_elements* when given."""

    name: str
    type: ValueType
    help: str
    max_elements: int | None = None
    classic: Classic | None = None


class Container(NamedTuple):
    """A context; with *presence* its existence alone means something."""

    name: str
    children: tuple[Node, ...]
    help: str
    presence: bool = False
    auto_restart: bool = False
    classic: Classic | None = None


class ListNode(NamedTuple):
    """Entries told apart by *keys*, which are leafs among the *children*.

    Keys that are *presumed* may be left out and have that value then. Of a *named* list the first
    key is printed with its name, as the others are.
    """

    name: str
    keys: tuple[str, ...]
    children: tuple[Node, ...]
    help: str
    max_elements: int | None = None
    classic: Classic | None = None
    presumed: tuple[tuple[str, str], ...] = ()
    named: bool = False

    @property
    def key_leafs(self) -> tuple[Leaf, ...]:
        """The key leafs, in key order."""
        found = {child.name: child for child in self.children if isinstance(child, Leaf)}
        return tuple(found[key] for key in self.keys)


class Case(NamedTuple):
    """One alternative of a choice."""

    name: str
    children: tuple[Node, ...]


class Choice(NamedTuple):
    """Cases of which at most one holds; setting a node of one case removes the others."""

    name: str
    cases: tuple[Case, ...]
    default: str = ""
    mandatory: bool = False
    classic: Classic | None = None


class Action(NamedTuple):
    """An operation: *operation* names the device's function, *inputs* are leafs and choices.

    A leaf-list among the inputs, which must be the last positional one, takes any number of values.
    An operation that begins with `ABSENT` is refused; the rest of it is the command's name.

    *positional* inputs are typed first, in order and without their names. Where a *question* is
    given, to be printed as it stands, the operator must answer it with ``y`` before anything is
    done, unless an input called ``now`` or ``force`` is given.
    """

    name: str
    inputs: tuple[Node, ...]
    help: str
    operation: str
    positional: tuple[str, ...] = ()
    question: str = ""
    classic: Classic | None = None

    @property
    def emulated(self) -> bool:
        """Whether this program has the command, not only SR OS."""
        return not self.operation.startswith(ABSENT)


Node = Leaf | LeafList | Container | ListNode | Choice | Case | Action
DataNode = Leaf | LeafList | Container | ListNode


def data_children(node: Container | ListNode | Case) -> Iterator[DataNode | Action]:
    """Yield the children of *node* with choices and cases dissolved, in declared order."""
    for child in node.children:
        if isinstance(child, Choice):
            for case in child.cases:
                yield from data_children(case)
        elif isinstance(child, Case):
            yield from data_children(child)
        else:
            yield child


def child_of(node: Container | ListNode, name: str) -> DataNode | Action | None:
    """Return the child called *name*, looking through choices, or None."""
    return next((child for child in data_children(node) if child.name == name), None)
