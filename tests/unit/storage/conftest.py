"""A node directory on a real disk."""

import pytest


@pytest.fixture
def node(tmp_path):
    for name in ("cf3", "state"):
        (tmp_path / name).mkdir()
    return tmp_path
