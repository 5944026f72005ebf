"""How many files a process may have open."""

import resource

import pytest

from srpki.core.descriptors import let_be_open


@pytest.fixture
def hard():
    """The limit that cannot be raised; the other one is low."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    yield before[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_more_may_be_open_where_the_system_lets_them_and_never_fewer(hard):
    let_be_open(300)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300, hard)
    let_be_open(10)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (300, hard)
    let_be_open(1 << 40)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) in {
        (hard, hard),
        (1 << 40, hard),
        (300, hard),
    }
