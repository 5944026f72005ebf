"""What the disk does not give for once is intact: it is read again, and nothing is written over it."""

from datetime import UTC, datetime

import pytest
from sick import Sick

from srpki.core.errors import StorageError
from srpki.device.configuration.history import Author, History
from srpki.storage.records import Records


@pytest.fixture
def files(tmp_path):
    return Sick(tmp_path)


@pytest.mark.parametrize("sick", [".json", "list auto-update"])
def test_a_record_that_cannot_be_read_stays_as_it_is_and_comes_back(sick, files, tmp_path):
    Records(tmp_path / "auto-update", files).save("gw.crt", {"precious": 1})
    (path,) = (tmp_path / "auto-update").iterdir()
    before = path.read_bytes()
    files.sick = (sick,)
    records = Records(tmp_path / "auto-update", files)
    assert records.load() == ({}, {})
    assert records.unreadable and records.unread("gw.crt")
    with pytest.raises(StorageError, match="cannot be read"):
        records.save("gw.crt", {"precious": 0})
    if sick == ".json":
        with pytest.raises(StorageError, match=r'remembered of "gw.crt": Input/output error'):
            records.again("gw.crt")
    assert path.read_bytes() == before and [*path.parent.iterdir()] == [path]
    files.sick = ()
    assert records.again("gw.crt")["precious"] == 1
    assert not records.unread("gw.crt")
    records.save("gw.crt", {"precious": 2})
    assert Records(tmp_path / "auto-update", files).load()[0]["gw.crt"]["precious"] == 2


def test_a_record_that_is_too_long_is_damaged_and_a_link_is_left_alone(files, tmp_path):
    records = Records(tmp_path / "auto-update", files)
    records.save("gw.crt", {})
    (path,) = (tmp_path / "auto-update").iterdir()
    path.write_bytes(b" " * 300_000)
    assert records.load()[1] == {path.name: "too long for a record"}
    path.symlink_to("/dev/zero")
    assert records.load() == ({}, {})
    assert "symbolic link" in records.unreadable[path.name]
    assert path.is_symlink()


def test_commits_that_cannot_be_read_are_not_written_over(files, tmp_path):
    when = datetime(2026, 1, 1, tzinfo=UTC)
    path = tmp_path / "commits.jsonl"
    for number in range(3):
        History(path, files).add(when, Author("admin"), f"commit {number}", "", limit=50)
    before = path.read_bytes()
    files.sick = ("commits.jsonl",)
    history = History(path, files)
    history.add(when, Author("admin"), "meanwhile", "", limit=50)
    assert path.read_bytes() == before
    assert [record.commit.comment for record in history.records] == ["meanwhile"]
    files.sick = ()
    history.add(when, Author("admin"), "later", "", limit=50)
    found = [record.commit.comment for record in History(path, files).records]
    assert {"commit 0", "commit 1", "commit 2", "later"} <= {*found}
