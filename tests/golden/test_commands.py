"""The words that each context offers: alone, misspelled, abbreviated, and with what may follow.

Whether a word alone is accepted is written in `ALONE` for the commands and read from the node for
the words of the schema. Abbreviations, and what follows a command, are pinned (README.md).
"""

import re

import pytest
from clerk import Clerk
from counting import met

from srpki.schema.nodes import Action, Container, Leaf, Line, child_of
from srpki.schema.tree import LAB_SCHEMA, node_at
from srpki.schema.types import Boolean

PKI = ("system", "security", "pki")
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
NODES = {
    "configure": LAB_SCHEMA.configure,
    "configure exclusive": LAB_SCHEMA.configure,
    "configure system security pki": node_at(LAB_SCHEMA.configure, *PKI),
    "state system": node_at(LAB_SCHEMA.state, "system"),
}
"""The node of a context, by the line that leads there."""

ALONE = {
    "md": {
        "annotate": "missing missing missing missing missing missing",
        "back": "ok ok ok ok ok ok",
        "commit": "mode ok mode ok ok mode",
        "compare": "mode ok ok ok ok mode",
        "configure": "mode ok ok - - -",
        "delete": "missing missing missing missing missing missing",
        "discard": "mode ok mode ok ok mode",
        "edit-config": "missing missing missing missing missing missing",
        "environment": "ok ok ok mode ok ok",
        "exec": "missing missing missing missing missing missing",
        "exit": "ok ok ok ok ok ok",
        "history": "ok ok ok ok ok ok",
        "info": "ok ok ok ok ok ok",
        "load": "- - - missing - -",
        "logout": "ok ok ok ok ok ok",
        "pwc": "ok ok ok ok ok ok",
        "quit-config": "mode ok ok mode mode mode",
        "rollback": "- - - failed - -",
        "show": "ok ok ok mode ok ok",
        "state": "ok ok ok - - -",
        "top": "ok ok ok ok ok ok",
        "tree": "ok ok ok ok ok ok",
        "update": "mode ok mode ok ok mode",
        "validate": "mode ok ok ok ok mode",
    },
    "classic": {
        "back": "ok ok ok",
        "configure": "ok ok ok",
        "echo": "ok ok ok",
        "environment": "missing missing missing",
        "exec": "missing missing missing",
        "exit": "ok ok ok",
        "help": "ok ok ok",
        "history": "ok ok ok",
        "info": "unknown ok ok",
        "logout": "ok ok ok",
        "no": "ok missing missing",
        "pwc": "ok ok ok",
        "show": "ok ok ok",
        "tree": "ok ok ok",
    },
}
"""What comes of a command alone after each of `BEGINNINGS` [cli.md sections 1.1, 1.2 and 3].

A candidate is edited in write modes only and compared or validated in any; `quit-config` leaves what
``edit-config`` entered, at the root; ``configure exclusive`` stays in its branch until it is left.
"""


def verdict(dialect, number, word):
    """Return what must come of *word* alone after the beginning of this *number*."""
    if word in ALONE[dialect]:
        return ALONE[dialect][word].split()[number]
    beginning = BEGINNINGS[dialect][number]
    tops = (LAB_SCHEMA.operations_md, LAB_SCHEMA.operations_classic)
    places = [NODES[beginning[-1]], *tops] if beginning and beginning[-1] in NODES else tops
    node = next(filter(None, (child_of(place, word) for place in places)))
    if isinstance(node, Action):
        return "ok" if node.emulated else "absent"
    line = dialect == "classic" and isinstance(node.classic, Line)
    whole = isinstance(node, Container) and not line
    whole = whole or (isinstance(node, Leaf) and isinstance(node.type, Boolean))
    return "ok" if whole else "missing"


def names_of_contexts():
    """Return the words that lead into branches, whose inside other tests try."""
    system, pki = node_at(LAB_SCHEMA.configure, "system"), node_at(LAB_SCHEMA.configure, *PKI)
    tops = (LAB_SCHEMA.operations_md, LAB_SCHEMA.operations_classic, system, pki)
    return {
        "configure",
        "environment",
        "state",
        *(child.name for top in tops for child in top.children),
    }


@pytest.mark.parametrize("dialect", BEGINNINGS)
def test_every_word_that_is_offered_in_a_context_alone_and_misspelled(
    new_device, lines, golden, shortened, dialect
):
    names = names_of_contexts()
    found, typed_in = [], set()
    for number, beginning in enumerate(BEGINNINGS[dialect]):
        clerk = Clerk(new_device, dialect, shortened, beginning)
        found.append(f"##### {' / '.join(beginning) or 'the root'}")
        found += clerk.explain("")
        offers = [offer.text for offer in clerk.session().complete("")]
        typed_in.update((word, number) for word in offers)
        for word in offers:
            found += clerk.explain(f"{word} ")
            why = verdict(dialect, number, word)
            found += clerk.tell(lines.Typed(word, accepted=why == "ok", why=why), word)
            typed = lines.Typed(f"{word}-x", accepted=False, wrong=f"{word}-x", why="unknown")
            found += clerk.tell(typed, f"{word}-x")
            if word not in names:
                for typed in following(clerk, lines, word, why):
                    found += clerk.tell(typed, typed.line)
        for prefix in sorted({word[:1] for word in offers} | {word[:2] for word in offers}):
            found += clerk.tell(lines.Typed(prefix, accepted=None), prefix)
    for word, outcomes in met(10, ALONE[dialect].items()):
        offered = {(word, at) for at, outcome in enumerate(outcomes.split()) if outcome != "-"}
        assert offered == {one for one in typed_in if one[0] == word}
    golden(f"{dialect}/commands", "\n".join(found) + "\n")


def following(clerk, lines, word, why):
    """Yield *word*, which *why* befalls alone, with what may follow it and both ends of a number."""
    session = clerk.session()
    for offer in session.complete(f"{word} "):
        yield lines.Typed(f"{word} {offer.text}", accepted=None)
    for low, high in re.findall(r"<number> +- <(\d+)\.\.(\d+)>", session.help(f"{word} ")):
        for number in (int(low), int(high), int(low) - 1, int(high) + 1):
            inside = int(low) <= number <= int(high)
            reason = why if inside else "value"
            good = inside and why != "failed"
            yield lines.Typed(f"{word} {number}", accepted=good, wrong=str(number), why=reason)
