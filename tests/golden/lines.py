"""Lines for every node of the schema, in the spelling of either CLI.

The schema gives the words; whether a line must be accepted is asked of the fact trees. Where they
have nothing, as for most operations, the type that the schema declares is read a second time by
`values`, which knows nothing of the parsers of the program.
"""

import itertools
import sys
from dataclasses import dataclass, field

from srpki.schema.common import ADMIN_STATE
from srpki.schema.nodes import (
    Absent,
    Action,
    Arg,
    Case,
    Choice,
    Container,
    Either,
    Inline,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Maybe,
    Numbered,
    Spelled,
    Word,
    child_of,
    data_children,
)
from srpki.schema.tree import SCHEMA, node_at
from srpki.schema.types import (
    Address,
    Boolean,
    Decimal,
    Empty,
    Enumeration,
    Integer,
    Reference,
    Text,
    Union,
)

values = sys.modules["golden_values"]
CONTAINERS = (Container, ListNode)


@dataclass(frozen=True)
class Typed:
    """A *line* and whether it must be *accepted*.

    *wrong* is the word that a refusal must point at, where that is the last one; *before* is
    typed first. *why* says which refusal it must be, one of ``REFUSALS`` in clerk.py.
    """

    line: str
    accepted: bool
    wrong: str = ""
    before: str = ""
    why: str = "value"


@dataclass
class Place:
    """A context: how it is reached, the commands to explain and the lines to try in it."""

    path: str
    words: list[str] = field(default_factory=list)
    lines: list[Typed] = field(default_factory=list)

    def add(self, line, accepted, wrong="", before="", why="value"):
        self.lines.append(Typed(line, accepted, wrong, before, why))


def quoted(value):
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spelled(fact, value):
    return quoted(value) if _is_text(fact) else value


def _is_text(fact):
    fact = values.resolved(fact)
    members = fact.get("union", [fact])
    return any(values.resolved(member)["base"] == "string" for member in members)


def good(place, leaf=None):
    """Return the first accepted value of the *leaf* at *place*, spelled."""
    fact = _fact(place, leaf)
    if fact["base"] == "empty":
        return ""
    return spelled(fact, values.tried(fact)[0])


def typed_values(place, leaf=None):
    """Yield each value to try of the *leaf* at *place*, spelled, and whether it is accepted."""
    fact = _fact(place, leaf)
    for value in values.tried(fact):
        yield spelled(fact, value), values.accepts(fact, value)


def _refusal(place):
    """Return why the MD-CLI refuses a wrong value: after a boolean it is the next element."""
    return "unknown" if values.resolved(_fact(place, None))["base"] == "boolean" else "value"


def _fact(place, leaf):
    if place in values.FACTS:
        return values.FACTS[place]
    return of_type(leaf.type) if leaf else {"base": "empty"}


def of_type(kind):
    """Return a value type of the schema in the form of the fact sheets."""
    match kind:
        case Reference():
            return of_type(kind.type)
        case Union():
            return {"base": "union", "union": [of_type(member) for member in kind.types]}
        case Integer():
            return {"base": kind.base, "range": kind.range}
        case Enumeration():
            return values.words(*kind.values)
        case Boolean():
            return values.BOOLEAN
        case Empty():
            return {"base": "empty"}
        case Address():
            members = [{"base": f"inet:ipv{version}-address"} for version in kind.versions]
            return {"base": "union", "union": members}
        case Decimal():
            return values.decimal(kind.low, kind.high)
        case Text():
            low, high = kind.length or (0, 2600)
            return values.text(low, min(high, 500), *kind.patterns, named=kind.named)
    raise AssertionError(kind)


def is_flag(leaf):
    return isinstance(leaf.type, Empty)


# --- the MD-CLI -----------------------------------------------------------------------------------


def md_places(root, top):
    """Yield the contexts below *root*, which is reached by *top*."""
    yield from _md(root, top, (root.name,))


def _md(node, path, place):
    here, below = Place(path), []
    skipped = node.keys if isinstance(node, ListNode) else ()
    children = [child for child in data_children(node) if child.name not in skipped]
    for child in sorted(children, key=lambda child: child.name):
        inner = (*place, child.name)
        if isinstance(child, Leaf | LeafList):
            _md_value(here, child, inner)
        elif isinstance(child, Container):
            below.append(_md(child, f"{path} {child.name}", inner))
        elif isinstance(child, ListNode):
            below.append(_md_list(here, child, inner))
    here.add("unheard-of 1", accepted=False, why="unknown")
    for prefix in values.shared([child.name for child in children]):
        here.add(prefix, accepted=False, wrong=prefix, why="ambiguous")
    yield here  # which is full now; what is below comes after it
    for places in below:
        yield from places


def _md_value(here, leaf, place):
    best = good(place)
    if not is_flag(leaf):
        here.words.append(leaf.name)
    if is_flag(leaf) or isinstance(leaf.type, Boolean):
        here.add(leaf.name, accepted=True)
    for value, accepted in typed_values(place):
        here.add(f"{leaf.name} {value}", accepted, value, why=_refusal(place))
    here.add(f"delete {leaf.name}", accepted=True, before=f"{leaf.name} {best}")


def _md_list(here, node, place):
    """Add the lines of a list to *here*; return the contexts of an entry."""
    names = [leaf.name for leaf in node.key_leafs]
    best = [good((*place, leaf.name), leaf) for leaf in node.key_leafs]
    here.words.append(node.name)
    for at, name in enumerate(names):
        for value, accepted in typed_values((*place, name)):
            keys = _md_keys(names, [*best[:at], value, *best[at + 1 :]])
            last = value if at == len(names) - 1 else ""
            here.add(f"{node.name} {keys}", accepted, last)
    keys = _md_keys(names, best)
    here.add(f"delete {node.name} {keys}", accepted=True, before=f"{node.name} {keys} {{ }}")
    here.add(node.name, accepted=False, why="missing")
    return _md(node, f"{here.path} {node.name} {keys}", place)


def _md_keys(names, keys):
    first, *others = keys
    return " ".join([first, *(f"{n} {key}" for n, key in zip(names[1:], others, strict=True))])


# --- the classic CLI ------------------------------------------------------------------------------


def classic_places(root):
    """Yield the contexts of the configuration."""
    yield from _classic(root, "configure", (root.name,))


def keyword_of(node):
    return getattr(node.classic, "keyword", "") or node.name


def _classic(node, path, place):
    here = Place(path)
    below = _classic_children(here, node.children, node, place)
    here.add("unheard-of", accepted=False, why="unknown")
    yield here
    for places in below:
        yield from places


def _classic_children(here, children, node, place):
    """Add the lines of *children* to *here*; return the contexts below, by child."""
    below = []
    skipped = node.keys if isinstance(node, ListNode) else ()
    for child in sorted(children, key=lambda child: child.name):
        classic = None if isinstance(child, Case) else child.classic
        inner = (*place, child.name)
        if child.name in skipped or isinstance(classic, Absent):
            continue
        if isinstance(classic, Line):
            scope = Case("", child.cases) if isinstance(child, Choice) else child
            _classic_line(here, child, scope, place if isinstance(child, Choice) else inner)
        elif isinstance(child, Choice):
            for case in child.cases:
                below += _classic_children(here, case.children, case, place)
        elif isinstance(child, Container) and isinstance(classic, Inline):
            below += _classic_children(here, child.children, child, inner)
        elif isinstance(child, CONTAINERS):
            below.append(_classic_context(here, child, inner))
        elif not isinstance(child, Action):
            _classic_value(here, child, inner)
    return below


def _classic_value(here, leaf, place):
    word = keyword_of(leaf)
    flag = isinstance(leaf.type, Boolean | Empty)
    if leaf.type is ADMIN_STATE and word.endswith(("admin-state", "shutdown")):
        word = "shutdown" if word == "admin-state" else word
        here.add(f"no {word}", accepted=True)
        here.add(word, accepted=True)
        return
    if flag:
        here.add(word, accepted=True)
        here.add(f"no {word}", accepted=True)
        return
    here.words.append(word)
    for value, accepted in typed_values(place):
        here.add(f"{word} {value}", accepted, value)
    if isinstance(leaf.classic, Spelled):
        for other, _ in leaf.classic.words:
            here.add(f"{word} {other}", accepted=True)
    best = good(place)
    no = f"no {word} {best}" if isinstance(leaf, LeafList) else f"no {word}"
    here.add(no, accepted=True, before=f"{word} {best}")


def _classic_context(here, node, place):
    """Add the lines of *node* to *here*; return its contexts."""
    word = keyword_of(node)
    up = _raised(node, place)
    if up:  # a context that stands higher than in the MD-CLI
        here = Place(here.path.rsplit(" ", up)[0])
    if isinstance(node, Container):
        word = " ".join((word, *getattr(node.classic, "words", ())))
        if not up:
            here.add(f"no {word}", accepted=True)  # decided: it empties the context
        return _classic(node, f"{here.path} {word}", place)
    names = [leaf.name for leaf in node.key_leafs]
    best = [good((*place, name)) for name in names]
    here.words.append(word)
    if isinstance(node.classic, Numbered) and node.classic.word:
        word = f"{word} {node.classic.word}"
    for at, name in enumerate(names):
        for value, accepted in typed_values((*place, name)):
            keys = _md_keys(names, [*best[:at], value, *best[at + 1 :]])
            here.add(f"{word} {keys} create", accepted)
    keys = _md_keys(names, best)
    here.add(f"no {word} {keys}", accepted=True, before=f"{word} {keys} create")
    here.add(f"no {word} {keys}", accepted=False, why="nothing")
    numbered = isinstance(node.classic, Numbered)  # needs no create [observed-2.md 3]
    here.add(f"{word} {keys}", accepted=numbered, why="create")
    inner = _classic(node, f"{here.path} {word} {keys} create", place)
    return itertools.chain((here,), inner) if up else inner


def _raised(node, place):
    """Return how many contexts of the classic CLI *node* stands higher than in the schema."""
    up = getattr(node.classic, "up", 0)
    if not up:
        return 0
    passed = [node_at(SCHEMA.configure, *place[1:depth]) for depth in range(2, len(place))][-up:]
    return sum(not isinstance(one.classic, Inline) for one in passed)


def _classic_line(here, child, scope, place):
    here.words.append(child.classic.keyword)
    here.lines += sentences(child.classic, scope, place)
    if not isinstance(child, ListNode):
        here.add(f"no {child.classic.keyword}", accepted=True)


def sentences(line, scope, place):
    """Yield one line for each value to try of each item, the other items left out or good."""
    reader = _Sentences(scope, place)
    for arg in _args(line.items):
        for value, accepted in reader.values_of(arg):
            said = " ".join([line.keyword, *reader.with_(line.items, arg, value)])
            last = said.endswith(f" {value}")
            # What is too long to be a secret in clear may be a sealed one, whose mark must follow.
            sealed = last and getattr(reader.leaf(arg).type, "secret", False)
            yield Typed(said, accepted, value if last else "", why="missing" if sealed else "value")


def _args(items):
    for item in items:
        if isinstance(item, Arg):
            yield item
        elif isinstance(item, Maybe):
            yield from _args(item.items)
        elif isinstance(item, Either):
            for alternative in item.alternatives:
                yield from _args(alternative)


class _Sentences:
    def __init__(self, scope, place):
        self._scope = scope
        self._place = place

    def leaf(self, arg):
        node = self._scope
        for name in arg.leaf.split("/"):
            children = node.inputs if isinstance(node, Action) else node.children
            node = child_of(Case("", children), name)
        return node

    def place(self, arg):
        return (*self._place, *arg.leaf.split("/"))

    def values_of(self, arg):
        if isinstance(self.leaf(arg).type, Boolean | Empty) and not arg.words:
            yield "", True
        elif arg.words:
            yield from ((word, True) for word, _ in arg.words)
            yield "unheard-of", False
        else:
            yield from typed_values(self.place(arg), self.leaf(arg))

    def with_(self, items, wanted, value):
        said = False
        for item in items:
            inside = not said and wanted in _args((item,))
            said = said or inside
            if isinstance(item, Word):
                yield item.keyword
            elif isinstance(item, Arg):
                yield from self._arg(item, value if inside else None)
            elif isinstance(item, Maybe):
                yield from self.with_(item.items, wanted, value) if inside else ()
            else:
                chosen = next((a for a in item.alternatives if wanted in _args(a)), None)
                yield from self.with_(chosen or item.alternatives[0], wanted, value)

    def _arg(self, arg, value):
        if value is None:
            known = self.place(arg), self.leaf(arg)
            value = arg.words[0][0] if arg.words else good(*known)
        if isinstance(self.leaf(arg).type, Boolean | Empty) and not arg.words:
            value = ""
        yield from filter(None, (arg.keyword, value))


# --- operations -----------------------------------------------------------------------------------


def actions(root, path="", place=()):
    """Yield each action below *root* with the path and the place of the context that holds it."""
    for child in data_children(root):
        if isinstance(child, Action):
            yield child, path, place
        elif isinstance(child, Container):
            yield from actions(child, f"{path} {child.name}".strip(), (*place, child.name))


def action_lines(action, path, place):
    """Return the context of *action* and lines on both sides of each input.

    One that is not emulated takes whatever is typed and does nothing.
    """
    here = Place(f"{path} {action.name} ".lstrip())
    inner = (*place, action.name)
    must = _mandatory(action.inputs)
    base = {leaf.name: good((*inner, leaf.name), leaf) for leaf in must}
    here.add(_said(action, base), accepted=True)
    for leaf, beside in _inputs(action.inputs):
        given = {name: value for name, value in base.items() if name not in beside}
        if is_flag(leaf):
            here.add(_said(action, {**given, leaf.name: ""}), accepted=True)
        for value, accepted in typed_values((*inner, leaf.name), leaf):
            given.pop(leaf.name, None)
            last = "" if leaf.name in action.positional else value
            here.add(_said(action, {**given, leaf.name: value}), accepted, last)
    for leaf in must:
        left = {name: value for name, value in base.items() if name != leaf.name}
        here.add(_said(action, left), accepted=False, why=_lack(action, leaf, base))
    if set(action.positional) <= set(base):
        said = f"{_said(action, base)} unheard-of".strip()
        here.add(said, accepted=False, wrong="unheard-of", why="more")
        left = [
            leaf.name
            for leaf, beside in _inputs(action.inputs)
            if leaf.name not in base and not base.keys() & set(beside)
        ]
        for prefix in values.shared(left):
            here.add(f"{_said(action, base)} {prefix}", accepted=False, why="ambiguous")
    if not action.emulated:
        here.lines = [Typed(typed.line, accepted=False, why="absent") for typed in here.lines]
    return here


def _lack(action, leaf, base):
    """Return why a line without *leaf* is refused: of a positional one the next word is its value."""
    if leaf.name not in action.positional:
        return "missing"
    left = {name: value for name, value in base.items() if name != leaf.name}
    at = action.positional.index(leaf.name)
    words = _said(action, left).split()[at:]
    taken = words and not values.accepts(of_type(leaf.type), words[0].strip('"'))
    return "value" if taken else "missing"


def _said(action, given):
    first = [given[name] for name in action.positional if name in given]
    named = [
        f"{name} {value}".strip() for name, value in given.items() if name not in action.positional
    ]
    return " ".join([*first, *named])


def _mandatory(inputs):
    """Return the inputs that must be given; of a choice that must be made the first leaf."""
    found = []
    for child in inputs:
        if isinstance(child, Leaf) and child.mandatory:
            found.append(child)
        elif isinstance(child, Choice) and child.mandatory:
            found.append(child.cases[0].children[0])
    return found


def _inputs(inputs):
    """Yield each input, and the names that cannot be given beside it."""
    for child in inputs:
        if isinstance(child, Choice):
            for case in child.cases:
                others = {
                    leaf.name
                    for other in child.cases
                    if other is not case
                    for leaf in other.children
                }
                for leaf in case.children:
                    yield leaf, others
        else:
            yield child, ()


def classic_action_lines(action, place):
    """Return the lines of an *action* that has a line of its own in the classic CLI."""
    keyword = action.classic.keyword
    found = [
        Typed(said.line.removeprefix(keyword).lstrip(), said.accepted, said.wrong)
        for said in sentences(action.classic, action, place)
    ]
    whole = next((said.line for said in found if said.accepted), "")
    missing = (
        [Typed("", accepted=_may_be_bare(action.classic.items), why="missing")] if found else []
    )
    return [*found, *missing, Typed(f"{whole} unheard-of".lstrip(), accepted=False, why="more")]


def _may_be_bare(items):
    """Return whether a line of *items* is whole without any of them."""
    return all(isinstance(item, Maybe) for item in items)
