"""A sealer that can be looked through, and paths as one line of words."""

import pytest

from srpki.config.datastore import Datastore
from srpki.schema.nodes import LeafList, ListNode, child_of
from srpki.schema.paths import Step
from srpki.schema.tree import SCHEMA


class CountingSealer:
    """Numbers the secrets it has sealed, so that a test can tell two seals apart."""

    def __init__(self):
        self.sealed = []

    def seal_text(self, plain):
        self.sealed.append(plain)
        return f"TOKEN{len(self.sealed)}"

    def hash_text(self, plain, algorithm):
        return f"$hashed${algorithm}${len(plain)}"

    def open_text(self, token):
        return self.sealed[int(token.removeprefix("TOKEN")) - 1]


def at(line):
    """Return the path below configure that *line* spells; words after a list's name are its keys."""
    words, path, node = line.split(), (), SCHEMA.configure
    while words:
        name = words.pop(0)
        node = child_of(node, name)
        keys = ()
        if isinstance(node, ListNode) and words:
            keys = tuple(leaf.type.parse(words.pop(0)) for leaf in node.key_leafs)
        elif isinstance(node, LeafList) and words:
            keys, words = tuple(words), []
        path += (Step(name, keys),)
    return path


def pki(line):
    return at(f"system security pki {line}")


def tls(line):
    return at(f"system security tls {line}")


@pytest.fixture
def sealer():
    return CountingSealer()


@pytest.fixture
def store(sealer):
    return Datastore(SCHEMA.configure, sealer=sealer)


@pytest.fixture(name="at")
def _at():
    return at


@pytest.fixture(name="pki")
def _pki():
    return pki


@pytest.fixture(name="tls")
def _tls():
    return tls
