"""The saved configuration in two forms, and a node that starts from either."""

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.config.management import configuration_mode
from srpki.core.errors import CorruptError
from srpki.frontend.node import opened

MODE = "configure system management-interface configuration-mode"
CLASSIC = 'exit all\nconfigure\n    system\n        name "old"\n    exit\nexit all\n'


def typed(node, *lines, mode=None):
    with opened(node, lab=False, mode=mode) as router:
        session = Session(router, dialect="classic")
        for line in met(0, lines):
            answer = session.feed(line)
            assert answer.ok, answer.text
        return router.node.system_name()


@pytest.fixture
def saved(tmp_path):
    """Where a node keeps its configuration."""
    (tmp_path / "cf3").mkdir()
    return tmp_path / "cf3" / "config.cfg"


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (CLASSIC, "classic"),
        ('configure {\n    system {\n        name "old"\n    }\n}\n', "model-driven"),
        (CLASSIC.replace("    exit\n", f"    exit\n    {MODE[10:]} mixed\n"), "mixed"),
    ],
)
def test_the_form_of_the_file_says_the_mode_where_the_file_does_not(tmp_path, saved, text, mode):
    saved.write_text(text)
    with opened(tmp_path, lab=False) as router:
        assert configuration_mode(router.node.datastore.running) == mode
        assert router.node.system_name() == "old"


@pytest.mark.parametrize(
    ("mode", "line"),
    [("classic", "configure"), ("mixed", "configure {"), ("model-driven", "configure {")],
)
def test_the_mode_decides_in_which_form_the_configuration_is_saved(tmp_path, saved, mode, line):
    lines = ("configure system name kept", f"{MODE} {mode}", "exit all", "admin save")
    typed(tmp_path, *lines, mode="mixed")
    assert line in saved.read_text().splitlines()
    assert typed(tmp_path) == "kept"


def test_a_node_starts_from_a_classic_file(tmp_path, saved):
    saved.write_text(CLASSIC)
    assert typed(tmp_path) == "old"


def test_a_plain_secret_in_a_classic_file_is_sealed(tmp_path, saved):
    profile = "system security pki est-profile e create"
    line = "http-authentication username u password secret-word"
    saved.write_text(f"configure\n{profile}\n{line}\nexit all\n")
    typed(tmp_path, "admin save")
    assert "secret-word" not in saved.read_text()
    assert "hash2" in saved.read_text()


def test_a_classic_file_that_is_damaged_is_told_with_its_line(tmp_path, saved):
    saved.write_text(CLASSIC.replace('name "old"', "name"))
    with pytest.raises(CorruptError, match="line 4: Error: Missing parameter"):
        typed(tmp_path)
    assert '"old"' not in saved.read_text()
