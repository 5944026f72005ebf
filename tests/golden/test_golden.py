"""For each line of a command file: what it prints, what completes it, what ``?`` says of it.

The expectations are kept in ``NAME.golden`` and were read against cli.md, pki.md and the fact
trees when they were written. ``SRPKI_GOLDEN=write pytest tests/golden`` writes them anew: read the
difference before it is committed.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from differing import agree

from srpki.cli.session import Session

HERE = Path(__file__).parent


def transcript(session: Session, commands: list[str]) -> Iterator[str]:
    told = set()
    for command in commands:
        if command.startswith("#"):
            yield command
            yield ""
            continue
        before = command[: command.rfind(" ") + 1]
        offers = " ".join(offer.text for offer in session.complete(before))
        explained = session.help(before)
        prompt = session.prompt.strip().replace("\n", " ")
        answer = session.feed(command)
        yield f"=== {prompt} {command}"
        yield from answer.text.splitlines()
        yield f"--- {'ok' if answer.ok else 'refused'}"
        place = (prompt.lstrip("*!"), before)
        if place not in told:
            told.add(place)
            yield f"--- {before!r} is completed by"
            yield offers
            yield "--- and explained as"
            yield explained
        yield ""


@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_every_line_is_answered_completed_and_explained_as_expected(new_device, dialect):
    device = new_device("mixed" if dialect == "classic" else None)
    commands = (HERE / f"{dialect}.commands").read_text().splitlines()
    found = "\n".join(transcript(Session(device, dialect), commands)) + "\n"
    agree(HERE / f"{dialect}.golden", found)
