"""Sessions to type at."""

import pytest
from counting import met

from srpki.cli.session import Session


class Typist:
    """A session with short ways to type several lines and look at what came of them."""

    def __init__(self, session):
        self.session = session

    def __call__(self, *lines):
        """Type *lines*, all of which must be accepted; return the text of the last."""
        for line in met(1, lines):
            answer = self.session.feed(line)
            assert answer.ok, f"{line}: {answer.text}"
        return answer.text

    def refused(self, line):
        """Type *line*, which must be refused; return the text."""
        answer = self.session.feed(line)
        assert not answer.ok
        return answer.text

    def message(self, line):
        """Type *line*, which must be refused; return the last line of the text."""
        return self.refused(line).splitlines()[-1]

    @property
    def prompt(self):
        return self.session.prompt

    @property
    def context(self):
        """The first line of the MD-CLI's prompt."""
        return self.session.prompt.strip().splitlines()[0]


@pytest.fixture
def md(device):
    return Typist(Session(device, "md"))


@pytest.fixture
def classic(device):
    """The classic CLI of a node on which it may edit."""
    return Typist(Session(device, "classic"))


@pytest.fixture
def another(device):
    """A second MD-CLI session on the same device."""
    return Typist(Session(device, "md", user="operator"))
