"""Puts the answer of a rehearsal together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from srpki.rehearsal.assumptions import assumptions
from srpki.rehearsal.findings import findings
from srpki.rehearsal.given import Given
from srpki.rehearsal.records import Answer

if TYPE_CHECKING:
    from srpki.rehearsal.run import Found


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
    )
    made_up = (f"{name} {text}" for name, text in sorted(world.made_up.items()))
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
