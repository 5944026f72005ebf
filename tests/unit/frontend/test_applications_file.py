"""``applications.json`` names the real daemons of a node."""

import pytest
from foreign import library

from srpki.core.errors import UsageError
from srpki.frontend import applications
from srpki.frontend.applications import EXAMPLE, configured
from srpki.frontend.program import main


def test_without_the_file_there_is_no_daemon(tmp_path):
    assert configured(tmp_path) is None


def test_the_example_of_the_error_is_understood(tmp_path):
    library("vici")
    (tmp_path / "applications.json").write_text(EXAMPLE)
    assert configured(tmp_path)._path == "/run/charon.vici"


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "{}", "\xff", "[" * 60000),
        *('{"strongswan": "/x"}', '{"strongswan": {"vici": "x"}}'),
        *('{"strongswan": {"vici": "/x", "y": 1}}', '{"strongswan": {"vici": "/x"}, "y": 1}'),
    ],
)
def test_anything_else_is_refused_with_what_it_should_be(tmp_path, content):
    (tmp_path / "applications.json").write_text(content, encoding="latin-1")
    with pytest.raises(UsageError, match="is not understood - it holds"):
        configured(tmp_path)


def test_the_program_says_so_in_a_line_and_starts_nothing(tmp_path, capsys):
    (tmp_path / "applications.json").write_text("{")
    script = tmp_path / "script"
    script.write_text("show time\n")
    assert main(["exec", str(script), "--node", str(tmp_path)]) == 2
    printed = capsys.readouterr()
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""


def test_a_missing_library_is_told_with_the_way_to_get_it(tmp_path, monkeypatch):
    (tmp_path / "applications.json").write_text(EXAMPLE)
    monkeypatch.setattr(applications, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"srpki\[strongswan\]"):
        configured(tmp_path)
