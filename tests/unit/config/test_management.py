"""The settings of management-interface, as the rest of the program reads them."""

import pytest

from srpki.config.management import configuration_mode
from srpki.config.tree import EMPTY, put
from srpki.schema.paths import path

MODE = path("system", "management-interface", "configuration-mode")


def test_both_clis_may_edit_when_nothing_is_configured():
    assert configuration_mode(EMPTY) == "mixed"


@pytest.mark.parametrize("mode", ["classic", "mixed", "model-driven"])
def test_the_mode_that_is_configured_holds(mode):
    assert configuration_mode(put(EMPTY, MODE, mode)) == mode
