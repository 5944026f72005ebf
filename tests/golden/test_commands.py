"""The words that each context offers: alone, misspelled, abbreviated, and with what may follow.

What must come of each is said by the rules of `verdicts`, which were read in the fact sheets.
"""

import re

import pytest
from clerk import Clerk
from counting import met

from srpki.schema.tree import LAB_SCHEMA, node_at


@pytest.fixture(scope="module")
def names(verdicts):
    """The words that lead into branches, whose inside other tests try."""
    tops = (
        LAB_SCHEMA.operations_md,
        LAB_SCHEMA.operations_classic,
        node_at(LAB_SCHEMA.configure, "system"),
        node_at(LAB_SCHEMA.configure, *verdicts.PKI),
    )
    words = {child.name for top in tops for child in top.children}
    return words | {"configure", "environment", "state"}


@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_every_word_that_is_offered_in_a_context_alone_and_misspelled(
    new_device, lines, verdicts, golden, shortened, names, dialect
):
    found = []
    for number, place in enumerate(met(3, verdicts.PLACES[dialect])):
        judge = verdicts.Verdicts(dialect, number)
        clerk = Clerk(new_device, dialect, shortened, place.beginning)
        found.append(f"##### {' / '.join(place.beginning) or 'the root'}")
        found += clerk.explain("")
        offers = [offer.text for offer in clerk.session().complete("")]
        assert judge.commands() <= set(offers)
        assert not set(verdicts.OFFERED[dialect]) - judge.commands() & set(offers)
        for word in offers:
            found += clerk.explain(f"{word} ")
            why = judge.alone(word)
            found += clerk.tell(lines.Typed(word, accepted=why == "ok", why=why), word)
            typed = lines.Typed(f"{word}-x", accepted=False, wrong=f"{word}-x", why="unknown")
            found += clerk.tell(typed, f"{word}-x")
            if word not in names:
                for typed in following(clerk, lines, judge, word):
                    found += clerk.tell(typed, typed.line)
        for prefix in sorted({word[:1] for word in offers} | {word[:2] for word in offers}):
            why = judge.abbreviated(prefix, offers)
            found += clerk.tell(lines.Typed(prefix, accepted=why == "ok", why=why), prefix)
    golden(f"{dialect}/commands", "\n".join(found) + "\n")


def following(clerk, lines, judge, word):
    """Yield *word* with each word that may follow it, and with both ends of a number."""
    session = clerk.session()
    for offer in session.complete(f"{word} "):
        why = judge.followed(word, offer.text)
        yield lines.Typed(f"{word} {offer.text}", accepted=why == "ok", why=why)
    alone = judge.alone(word)
    for low, high in re.findall(r"<number> +- <(\d+)\.\.(\d+)>", session.help(f"{word} ")):
        for number in (int(low), int(high), int(low) - 1, int(high) + 1):
            inside = int(low) <= number <= int(high)
            reason = alone if inside else "value"
            good = inside and alone != "failed"
            yield lines.Typed(f"{word} {number}", accepted=good, wrong=str(number), why=reason)
