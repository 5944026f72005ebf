"""The events that can be switched on and off are those of the fact sheet, by name and number."""

import json
from pathlib import Path

from counting import met

from srpki.core.event_types import EVENT_TYPES
from srpki.schema.configure.event_numbers import EVENT_NUMBERS

SHEET = Path(__file__).parents[2] / "golden" / "event-names.json"


def test_every_event_of_the_sheet_has_its_number():
    facts = json.loads(SHEET.read_text())
    del facts["mgmt-core"]["none"]  # no event
    assert facts == EVENT_NUMBERS
    assert sum(map(len, facts.values())) > 300


def test_no_application_has_a_number_twice():
    for numbers in met(4, EVENT_NUMBERS.values()):
        assert len(set(numbers.values())) == len(numbers)


def test_every_event_of_the_node_is_known_by_that_number():
    for (application, number), kind in met(30, EVENT_TYPES.items()):
        if application != "DEBUG":
            assert EVENT_NUMBERS[application.lower().replace("_", "-")][kind.name] == number
