"""Each lesson that ships is proved by its own solutions, as `srpki lab lint` does it."""

import pytest
from counting import met

from srpki.frontend.training import places
from srpki.frontend.training.linting import lint

SHIPPED = tuple(places.shipped())


@pytest.mark.parametrize("name", met(18, SHIPPED))
def test_its_checks_fail_before_its_solution_and_hold_after_it(name):
    assert lint(places.find(name))["mistakes"] == []
