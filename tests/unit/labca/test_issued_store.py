"""The lab CA's record of what it has issued: a line each, none ever lost to another."""

import os

import pytest

from srpki.core.errors import StorageError
from srpki.labca.store import CONFIRMED, Issued, IssuedStore


@pytest.fixture
def reopened(tmp_path):
    """Return what a new store finds in the directory."""

    def reopened():
        store = IssuedStore(tmp_path)
        store.close()
        return {record.serial: record.state for record in store.all()}

    return reopened


def test_a_certificate_too_long_for_its_line_is_refused_and_costs_no_other(tmp_path, reopened):
    store = IssuedStore(tmp_path)
    store.add(Issued(1, b"one"))
    with pytest.raises(StorageError, match="too long"):
        store.add(Issued(2, bytes(60_000)))
    assert store.find(2) is None
    store.add(Issued(3, b"three"))
    store.close()
    assert reopened() == {1: "issued", 3: "issued"}


def test_a_line_that_a_full_disk_cuts_short_is_taken_back(tmp_path, reopened, monkeypatch):
    store = IssuedStore(tmp_path)
    store.add(Issued(1, b"one"))
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, line: write(file, line[:10]))
        with pytest.raises(StorageError, match="No space"):
            store.add(Issued(2, b"two"))
        with pytest.raises(StorageError, match="No space"):
            store.set_state(1, CONFIRMED)
    assert store.find(1).state == "issued"
    store.add(Issued(3, b"three"))
    store.close()
    assert reopened() == {1: "issued", 3: "issued"}
