"""The lessons that ship do not take a wrong way out for the right one: `wrong_ways.toml`."""

import threading
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from counting import met

from srpki.frontend.console import console
from srpki.frontend.labs import opened_lab
from srpki.frontend.training import places
from srpki.frontend.training.copies import lesson_of
from srpki.frontend.training.starting import run_lines, start, variables
from srpki.frontend.variables import Variable

WAYS = tomllib.loads(Path(__file__).with_name("wrong_ways.toml").read_text())["way"]


@pytest.mark.parametrize(
    "way", met(20, WAYS), ids=[f"{one['lesson']}: {one['what']}" for one in WAYS]
)
def test_the_lesson_does_not_take_it(way, tmp_path):
    start(places.find(way["lesson"]), tmp_path / "node", student="", seed="wrong")
    with opened_lab(tmp_path / "node", lessons=lesson_of) as (router, lab):
        drawn = lab.lesson.progress.parameters
        known = {name: Variable(one) for name, one in drawn.items()}
        with closing(console(router, "md")) as session:
            run_lines(session, way["md"], {**known, **variables(router)}, way["what"])
        found = lab.lesson.check(router.node, threading.Event())
    assert not found.done
    assert {one.title for one in found.checks if one.holds is False} >= set(way["fails"])


def test_each_lesson_that_ships_is_held_against_one():
    assert {way["lesson"] for way in WAYS} == set(met(20, places.shipped()))
