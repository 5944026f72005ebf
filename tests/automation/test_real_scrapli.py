"""scrapli itself, where it is installed, over a terminal in which ``srpki shell`` runs."""

import sys
import warnings

import pytest


@pytest.fixture
def opened(tmp_path):
    """scrapli's driver for nokia_sros, with our shell in the place of ssh."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries below it
        scrapli = pytest.importorskip("scrapli")
        from scrapli.transport import BinOptions
    script = tmp_path / "shell.py"
    script.write_text("import sys\nfrom srpki.frontend.program import main\nsys.exit(main())\n")
    shell = [
        "env",
        "TERM=dumb",
        sys.executable,
        str(script),
        "shell",
        "--node",
        str(tmp_path / "n"),
    ]
    with scrapli.Cli(
        host="r",
        definition_file_or_name="nokia_sros",
        auth_options=scrapli.AuthOptions(username="admin", password="admin"),
        session_options=scrapli.SessionOptions(operation_timeout_s=20),
        transport_options=BinOptions(bin="/usr/bin/env", override_open_args=shell),
    ) as driver:
        yield driver


def test_the_md_cli(opened):
    def send(*lines, mode="exec"):
        return opened.send_inputs(inputs=list(lines), requested_mode=mode)

    shown = send("show version")
    assert not shown.failed
    assert "TiMOS" in shown.result
    shown = send("/configure system name r1", "exit all", "commit", mode="configuration")
    assert not shown.failed
    assert send("/configure system bogus", mode="configuration").failed
    assert "r1" in send("info /configure system name", mode="configuration").result
    shown = send("show system information")
    assert not shown.failed
    assert "A:admin@" not in shown.result
