"""The tutorial's transcript is what the program prints: every block is typed and compared.

A block marked ``transcript`` holds prompts, commands and output as on the screen. Words between
angle brackets, as <serial>, stand for text that varies; in commands, <reference> and <secret> are
those that `lab ca show` tells. A block marked ``commands`` is a file on ``cf3:``.
"""

import re
from pathlib import Path

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.frontend.batch import Run
from srpki.frontend.labs import opened_lab
from srpki.frontend.training import places
from srpki.frontend.training.copies import lesson_of
from srpki.frontend.training.starting import start
from srpki.frontend.variables import plain

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```transcript\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^```commands cf3:/(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\*?[A-D]:[^#$]*[#$] (\S.*)$", re.MULTILINE)
VARIES = re.compile(r"<[a-z-]+>")


def transcript_blocks(page):
    return [block.strip("\n") for block in BLOCK.findall(page.read_text(encoding="utf-8"))]


def matches(expected, actual):
    pattern = ".+?".join(re.escape(part) for part in VARIES.split(expected.rstrip()))
    return re.fullmatch(pattern, actual.rstrip()) is not None


def filled(command, told):
    for placeholder, value in told.items():
        command = command.replace(placeholder, value)
    return command


def squeeze(text):
    return [line for line in text.splitlines() if line.strip()]


def compare(session, blocks, told):
    """Type the commands of *blocks* and hold what comes against them."""
    for block in met(1, blocks):
        commands = [filled(command, told) for command in COMMAND.findall(block)]
        assert commands, block
        shown = "".join(
            f"{step.prompt}{step.command}\n{step.output}\n"
            for step in Run(session).exchanges(plain(commands))
        )
        expected, actual = squeeze(block), squeeze(shown)
        for want, got in zip(expected, actual, strict=False):
            assert matches(want, got), f"the page says {want!r}, the program {got!r}"
        assert len(expected) == len(actual), (expected, actual)


TUTORIAL = "tutorial/first-renewal.md"
RENEW = 'admin system security pki update-certificate certificate "gw.crt"'


def enrolled():
    """Return the commands of the first three steps of the tutorial."""
    text = (DOCS / TUTORIAL).read_text(encoding="utf-8").partition("\n## 4.")[0]
    return COMMAND.findall("".join(BLOCK.findall(text)))


@pytest.mark.parametrize(
    ("name", "before"),
    [
        (TUTORIAL, []),
        ("how-to/roll-back-a-certificate.md", [*enrolled(), RENEW]),
        ("how-to/read-the-debug-output.md", enrolled()),
        ("how-to/from-a-script-to-auto-update.md", []),
    ],
)
def test_what_the_page_shows_is_what_the_program_prints(name, before, tmp_path):
    blocks = transcript_blocks(DOCS / name)
    assert blocks, "the page has no transcript"
    for file, content in FILE.findall((DOCS / name).read_text(encoding="utf-8")):
        (tmp_path / "node" / "cf3").mkdir(parents=True, exist_ok=True)
        (tmp_path / "node" / "cf3" / file).write_text(content, encoding="utf-8")
    with opened_lab(tmp_path / "node") as (router, lab):
        told = {"<reference>": lab.server.reference, "<secret>": lab.server.secret}
        session = Session(router)
        for step in met(
            0, Run(session).exchanges(plain(filled(command, told) for command in before))
        ):
            assert step.ok, step
        compare(session, blocks, told)


def test_the_first_lab_goes_as_its_page_tells_a_trainee(tmp_path):
    blocks = transcript_blocks(DOCS / "tutorial/your-first-lab.md")
    assert blocks, "the page has no transcript"
    start(places.find("first-renewal"), tmp_path / "node", student="", seed="")
    with opened_lab(tmp_path / "node", lessons=lesson_of) as (router, _):
        compare(Session(router), blocks, {})
