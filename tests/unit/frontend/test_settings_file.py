"""``settings.json`` holds what is set for a node and a router does not have."""

import pytest

from srpki.core.errors import UsageError
from srpki.engine.settings import Settings
from srpki.frontend.program import main
from srpki.frontend.settings import EXAMPLE, chosen


def test_without_the_file_the_chain_goes_along(tmp_path):
    assert chosen(tmp_path) == Settings(cmpv2_send_chain=True)
    assert chosen(tmp_path / "no node") == Settings(cmpv2_send_chain=True)


@pytest.mark.parametrize(
    ("content", "sent"),
    [(EXAMPLE, False), ('{"cmpv2": {"send-chain": true}}', True), ("{}", True)],
)
def test_the_chain_is_left_out_where_the_file_says_so(tmp_path, content, sent):
    (tmp_path / "settings.json").write_text(content)
    assert chosen(tmp_path).cmpv2_send_chain is sent


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "\xff", "[" * 60000, '{"cmpv2": {}}', '{"cmpv2": {"send-chain": 0}}'),
        *('{"cmpv2": {"send-chain": "no"}}', '{"cmpv2": {"send-chain": false, "x": 1}}'),
        *('{"cmpv2": {"send-chain": false}, "est": {}}', '{"cmp": {"send-chain": false}}'),
    ],
)
def test_anything_else_is_refused_with_what_it_should_be(tmp_path, content):
    (tmp_path / "settings.json").write_text(content, encoding="latin-1")
    with pytest.raises(UsageError, match="is not understood - it holds"):
        chosen(tmp_path)


@pytest.mark.parametrize("lab", [[], ["--lab"]])
def test_the_program_says_so_in_a_line_and_starts_nothing(tmp_path, capsys, lab):
    (tmp_path / "settings.json").write_text("{")
    script = tmp_path / "script"
    script.write_text("show time\n")
    assert main(["exec", str(script), "--node", str(tmp_path), *lab]) == 2
    printed = capsys.readouterr()
    assert len(printed.err.splitlines()) == 1
    assert printed.out == ""
