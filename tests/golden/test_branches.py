"""Every node of the schema in both CLIs: what is accepted, completed and explained, on both sides
of every limit.

Whether a line must be accepted is read from the fact sheets, not from the schema; the golden files
``md/*.golden`` and ``classic/*.golden`` pin the words. ``SRPKI_GOLDEN=write pytest tests/golden``
writes them anew. A run of one character is shortened: ``a{95}``.
"""

import re

import pytest

from srpki.cli.session import Session
from srpki.config import datastore
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import Choice, Container, Leaf, LeafList, Line, ListNode
from srpki.schema.tree import LAB_SCHEMA, node_at

BRANCHES = {
    "ipsec": ("ipsec",),
    "log": ("log",),
    "system": ("system",),
    "management-interface": ("system", "management-interface"),
    "pki": ("system", "security", "pki"),
    "tls": ("system", "security", "tls"),
}
"""Branches of the configuration with a file of their own, by its name."""

REFUSALS = {"md": r"MINOR: MGMT_CORE #2301: Invalid element value", "classic": r"Error: Invalid"}
"""How a value that the type does not accept is refused [cli.md sections 2 and 3.2]."""


@pytest.fixture(autouse=True)
def references_may_point_nowhere(monkeypatch):
    """The order of what is configured is not what is tested."""
    monkeypatch.setattr(datastore, "caused", lambda *_: ())


class Clerk:
    """Types lines, each in a session of its own, and writes down what comes of them."""

    def __init__(self, new_device, dialect, shortened, beginning=()):
        self._new_device = new_device
        self._dialect = dialect
        self._beginning = beginning
        self._shortened = shortened

    def session(self):
        mode = "mixed" if self._dialect == "classic" else None
        session = Session(self._new_device(mode), self._dialect)
        for line in self._beginning:
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

    def after(self, word):
        """Return words to try after the command *word*: those offered, and both ends of a number."""
        session = self.session()
        offers = [offer.text for offer in session.complete(f"{word} ")]
        for low, high in re.findall(r"<number> +- <(\d+)\.\.(\d+)>", session.help(f"{word} ")):
            offers += [low, high, str(int(low) - 1), str(int(high) + 1)]
        return offers

    def tell(self, typed, line, *before):
        """Yield what is said to *line*, typed after the lines *before*; check it by *typed*."""
        session = self.session()
        for earlier in filter(None, before):
            assert session.feed(earlier).ok, earlier
        margin = len(session.prompt.rpartition("\n")[2])
        answer = session.feed(line)
        if typed.accepted is not None:
            assert answer.ok == typed.accepted, f"{line}\n{answer.text}"
        said = answer.text
        if not answer.ok:
            said = self._checked(typed, line, said, margin)
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


def configured(branch):
    return node_at(LAB_SCHEMA.configure, *BRANCHES[branch])


def below(places, branch):
    """Return the *places* of *branch* that no other file has."""
    top = " ".join(("configure", *BRANCHES[branch]))
    inner = [" ".join(("configure", *names)) for names in BRANCHES.values() if names]
    inner = [other for other in inner if other.startswith(f"{top} ")]
    return [
        place
        for place in places
        if f"{place.path} ".startswith(f"{top} ")
        and not any(f"{place.path} ".startswith(f"{other} ") for other in inner)
    ]


@pytest.mark.parametrize("branch", BRANCHES)
def test_md_configuration(new_device, lines, golden, shortened, branch):
    clerk = Clerk(new_device, "md", shortened, ["edit-config private"])
    found = []
    for place in below(lines.md_places(LAB_SCHEMA.configure, "configure"), branch):
        found += clerk.explain(f"/{place.path} ", *place.words)
        for typed in place.lines:
            found += clerk.tell(typed, *_md_lines(place, typed))
    golden(f"md/configure-{branch}", "\n".join(found) + "\n")


def _md_lines(place, typed):
    before = typed.before and f"/{place.path} {typed.before}"
    if typed.line.startswith("delete "):
        return f"delete /{place.path} {typed.line.removeprefix('delete ')}", before
    return f"/{place.path} {typed.line}", before


@pytest.mark.parametrize("branch", BRANCHES)
def test_classic_configuration(new_device, lines, golden, shortened, branch):
    clerk = Clerk(new_device, "classic", shortened)
    found = []
    for place in below(lines.classic_places(LAB_SCHEMA.configure), branch):
        found += clerk.explain(f"{place.path} ", *place.words)
        for typed in place.lines:
            found += clerk.tell(typed, typed.line, place.path, *_back(place, typed))
    golden(f"classic/configure-{branch}", "\n".join(found) + "\n")


def _back(place, typed):
    """Return what is typed first, and the way back into the context."""
    return (typed.before, "exit all", place.path) if typed.before else ()


def test_md_environment(new_device, lines, golden, shortened):
    clerk = Clerk(new_device, "md", shortened)
    found = []
    for place in lines.md_places(ENVIRONMENT, "environment"):
        found += clerk.explain(f"/{place.path} ", *place.words)
        for typed in place.lines:
            line = f"/{place.path} {typed.line}"
            before = typed.before and f"/{place.path} {typed.before}"
            if typed.line.startswith("delete "):
                path = f"{place.path} {typed.line.removeprefix('delete ')}"
                line = f"environment delete {path.removeprefix('environment ')}"
            found += clerk.tell(typed, line, before)
    golden("md/environment", "\n".join(found) + "\n")


def test_every_leaf_that_can_be_configured_has_facts(values):
    """Otherwise its limits would not be tried."""

    def leafs(node, place):
        for child in node.children:
            if isinstance(child, Choice):
                for case in child.cases:
                    yield from leafs(case, place)
            elif isinstance(child, Leaf | LeafList):
                yield child, (*place, child.name)
            elif isinstance(child, Container | ListNode):
                yield from leafs(child, (*place, child.name))

    found = [
        *leafs(LAB_SCHEMA.configure, ("configure",)),
        *leafs(ENVIRONMENT, ("environment",)),
    ]
    assert not [
        " ".join(place)
        for leaf, place in found
        if place not in values.FACTS and leaf.type.syntax() != ""
    ]


def test_of_every_kind_of_text_something_is_refused_for_its_pattern(values):
    """A table of examples that the patterns all accept would try nothing."""
    for place, fact in values.FACTS.items():
        if fact["base"] == "string" and fact.get("patterns"):
            low, high = values.lengths(fact)
            fitting = [value for value in values.tried(fact) if low <= len(value) <= high]
            assert {values.accepts(fact, value) for value in fitting} == {True, False}, place


# --- operations -----------------------------------------------------------------------------------


def branches(operations):
    """Return the words that operations begin with."""
    return [child.name for child in operations.children]


@pytest.mark.parametrize("branch", branches(LAB_SCHEMA.operations_md))
def test_md_operations(new_device, lines, golden, shortened, branch):
    clerk = Clerk(new_device, "md", shortened)
    found = []
    for action, path, place in lines.actions(LAB_SCHEMA.operations_md):
        if (*place, action.name)[0] == branch:
            here = lines.action_lines(action, path, place)
            found += clerk.explain(here.path)
            for typed in here.lines:
                found += clerk.tell(typed, f"{here.path}{typed.line}")
    golden(f"md/{branch}", "\n".join(found) + "\n")


@pytest.mark.parametrize("branch", branches(LAB_SCHEMA.operations_classic))
def test_classic_operations(new_device, lines, golden, shortened, branch):
    clerk = Clerk(new_device, "classic", shortened)
    places = {id(action): place for action, _, place in lines.actions(LAB_SCHEMA.operations_md)}
    found = []
    for action, path, place in lines.actions(LAB_SCHEMA.operations_classic):
        if (*place, action.name)[0] != branch:
            continue
        word = f"{path} {lines.keyword_of(action)} ".lstrip()
        found += clerk.explain(word)
        facts = (*places.get(id(action), place), action.name)
        if isinstance(action.classic, Line):
            wanted = lines.classic_action_lines(action, facts)
        else:
            wanted = lines.action_lines(action, path, facts[:-1]).lines
        for typed in wanted:
            found += clerk.tell(typed, f"{word}{typed.line}")
    golden(f"classic/{branch}", "\n".join(found) + "\n")


# --- the state ------------------------------------------------------------------------------------


def test_md_state(new_device, lines, golden, shortened):
    """The state can be looked at from its root down to every context, and not be edited."""
    clerk = Clerk(new_device, "md", shortened)
    found = []
    for place in lines.md_places(LAB_SCHEMA.state, "state"):
        found += clerk.explain(f"info /{place.path} ", *place.words)
        accepted = None if '"' in place.path else True
        found += clerk.tell(lines.Typed("", accepted), f"info /{place.path}")
        typed = lines.Typed("unheard-of", accepted=False, wrong="unheard-of")
        found += clerk.tell(typed, f"info /{place.path} unheard-of")
    golden("md/state", "\n".join(found) + "\n")


# --- commands -------------------------------------------------------------------------------------

BEGINNINGS = {
    "md": (
        (),
        ("edit-config private",),
        ("edit-config read-only",),
        ("configure exclusive",),
        ("edit-config global", "configure system security pki"),
        ("state system",),
    ),
    "classic": ((), ("configure",), ("configure system security pki",)),
}


def names_of_contexts():
    """Return the words that lead into branches, whose inside other tests try."""
    tops = (LAB_SCHEMA.operations_md, LAB_SCHEMA.operations_classic, configured("system"))
    inner = (child.name for top in (*tops, configured("pki")) for child in top.children)
    return {"configure", "environment", "state", *inner}


@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_every_word_that_is_offered_in_a_context_alone_and_misspelled(
    new_device, lines, golden, shortened, dialect
):
    names = names_of_contexts()
    found = []
    for beginning in BEGINNINGS[dialect]:
        clerk = Clerk(new_device, dialect, shortened, beginning)
        found.append(f"##### {' / '.join(beginning) or 'the root'}")
        found += clerk.explain("")
        offers = [offer.text for offer in clerk.session().complete("")]
        assert len(offers) > 5
        for word in offers:
            found += clerk.explain(f"{word} ")
            found += clerk.tell(lines.Typed(word, accepted=None), word)
            typed = lines.Typed(f"{word}-x", accepted=False, wrong=f"{word}-x")
            found += clerk.tell(typed, f"{word}-x")
            if word not in names:
                for more in clerk.after(word):
                    line = f"{word} {more}"
                    found += clerk.tell(lines.Typed(line, accepted=None), line)
        for prefix in sorted({word[:1] for word in offers} | {word[:2] for word in offers}):
            found += clerk.tell(lines.Typed(prefix, accepted=None), prefix)
    golden(f"{dialect}/commands", "\n".join(found) + "\n")
