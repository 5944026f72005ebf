"""The README's transcript is what the program prints on a terminal."""

import re
from pathlib import Path

import pytest
from wire import Wire

README = Path(__file__).parents[2] / "README.md"
PROMPT = "[/]\nA:admin@srpki# "

pytestmark = pytest.mark.timeout(120)


def test_the_transcript_is_what_a_terminal_shows(tmp_path):
    (block,) = re.findall(
        r"^```text\n\$ (srpki shell.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL
    )
    typed, *lines = block.splitlines()
    (command,) = (line.partition("# ")[2] for line in lines if line.startswith("A:admin@srpki#"))
    terminal = Wire.shell(tmp_path / "node", *typed.split()[2:], term="xterm")
    try:
        end = PROMPT.replace("\n", "\r\n").encode()
        shown = terminal.until(end)
        terminal.send(f"{command}\r")
        shown += terminal.until(end)
    finally:
        terminal.close()
    text = shown.decode().replace("\r\n", "\n").removesuffix(PROMPT)
    assert "\x1b" not in text
    assert text.strip("\n").split("\n") == lines
