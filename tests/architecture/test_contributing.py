"""The map of rooms and the table of additions in ``docs/contributing.md`` name what is there."""

import re
from pathlib import Path

import srpki

ROOT = Path(srpki.__file__).parents[1]
PAGE = (Path(__file__).parents[2] / "docs" / "contributing.md").read_text()


def test_every_place_of_the_map_and_of_the_table_exists():
    maps = PAGE[PAGE.index("## The map") : PAGE.index("## Break it and see")]
    places = re.findall(r"`((?:srpki|tests)/[^`*]*)`", maps)
    assert len(places) > 25
    here = Path(__file__).parents[2]
    assert [place for place in places if not (here / place).exists()] == []


def test_every_room_is_on_the_map():
    rooms = {path.parent.name for path in (ROOT / "srpki").glob("*/__init__.py")}
    assert len(rooms) > 10
    assert rooms == set(re.findall(r"^\| `srpki/(\w+)/` \|", PAGE, re.MULTILINE))
