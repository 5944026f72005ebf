"""The settings of management-interface, as the rest of the program reads them."""

import pytest

from srpki.config import management
from srpki.config.tree import EMPTY, put
from srpki.schema.paths import path

SETTINGS = [  # [nokia-conf-system.yang]: reader, leaf, default, another value
    (management.configuration_mode, ("configuration-mode",), "model-driven", "mixed"),
    (management.cli_engines, ("cli", "cli-engine"), (), ("classic-cli", "md-cli")),
    (management.commit_history, ("commit-history",), 50, 0),
    (management.auto_config_save, ("cli", "md-cli", "auto-config-save"), True, False),
    (management.configuration_backups, ("configuration-save", "configuration-backups"), 50, 3),
    (management.local_checkpoints, ("cli", "classic-cli", "rollback", "local-checkpoints"), 10, 2),
    (management.rollback_location, ("cli", "classic-cli", "rollback", "location"), None, "cf3:\\r"),
    (
        management.rescue_location,
        ("cli", "classic-cli", "rollback", "rescue", "location"),
        None,
        "cf3:\\x",
    ),
]


@pytest.mark.parametrize(("read", "leaf", "default", "other"), SETTINGS)
def test_a_setting_is_what_is_configured_or_its_default(read, leaf, default, other):
    assert read(EMPTY) == default
    configured = put(EMPTY, path("system", "management-interface", *leaf), other)
    assert read(configured) == other


@pytest.mark.parametrize("mode", ["classic", "mixed", "model-driven"])
def test_the_mode_that_is_configured_holds(mode):
    place = path("system", "management-interface", "configuration-mode")
    assert management.configuration_mode(put(EMPTY, place, mode)) == mode
