"""Puts the answer of a rehearsal together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from srpki.rehearsal.assumptions import assumptions
from srpki.rehearsal.findings import findings
from srpki.rehearsal.given import Given
from srpki.rehearsal.records import Answer
from srpki.rehearsal.words import named

if TYPE_CHECKING:
    from srpki.rehearsal.run import Found

_MOST_NAMED: Final = 10
"""Certificates of which the same is said by their names."""


def answer(
    found: Found,
    *,
    title: str,
    seed: int,
    tries: int,
    complete: bool,
    said: Sequence[str] = (),
) -> Answer:
    """Return what *found* comes to, and *said* before what was stood in for.

    Where it is *complete* the files were given, and one that is missing is wanting. Findings ask
    for so many *tries*.
    """
    world = found.world
    given = Given(
        material=world.material,
        plans=found.plans,
        invalid=found.invalid,
        calendar=world.terms.calendar,
        start=world.terms.start,
        end=world.terms.end,
        tries=tries,
        complete=complete,
        above=world.above,
    )
    made_up = _made_up(world.made_up)
    more = []
    if found.by == "model":
        more.append(
            "There are more updates to come than the engine is asked to carry out: the instants"
            " are those of the model of its schedule."
        )
    if found.reached < world.terms.end:
        more.append(
            f"It did not come to its end: nothing is known from {found.reached:%Y-%m-%d %H:%M} on."
        )
    return Answer(
        title=title,
        start=world.terms.start,
        end=world.terms.end,
        reached=found.reached,
        by="engine" if found.by == "engine" else "model",
        outages=tuple(one.text for one in world.terms.calendar.outages),
        seed=seed,
        courses=found.courses,
        loads=found.loads,
        findings=findings(given),
        assumptions=assumptions(found),
        said=(*said, *world.standins.said, *made_up, *more),
    )


def _made_up(found: Mapping[str, str]) -> Iterator[str]:
    """Yield what was made up, those together of which the same is to be said."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name, text in sorted(found.items()):
        alike[text].append(name)
    for text, names in alike.items():
        yield f"{named(names, _MOST_NAMED)}: {text}"
