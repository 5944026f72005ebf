"""Lines that vouch for those before them: what was changed is told, a kill breaks nothing."""

import hashlib
import json

import pytest

from srpki.storage.chained import ChainedFile, broken
from srpki.storage.files import OsFiles

MOST = 1 << 20


def written(directory, count=5, most=MOST):
    file = ChainedFile(directory / "j", OsFiles(directory), most)
    for number in range(count):
        file.append({"n": number, "text": "\u00e9\n"})
    return directory / "j"


def lines(*paths):
    found = []
    for path in paths:
        for line in path.read_text().splitlines():
            try:
                fields = json.loads(line)
            except ValueError:
                fields = None
            found.append(fields if isinstance(fields, dict) else None)
    return found


def test_each_line_has_the_digest_of_the_one_before_and_of_itself(tmp_path):
    path = written(tmp_path, 2)
    one, two = lines(path)
    text = json.dumps({"n": 0, "previous": "", "text": "\u00e9\n"}, separators=(",", ":"))
    assert one["chain"] == hashlib.sha256(f"\n{text}".encode()).hexdigest()
    text = json.dumps({"n": 1, "text": "\u00e9\n"}, separators=(",", ":"))
    assert two["chain"] == hashlib.sha256(f"{one['chain']}\n{text}".encode()).hexdigest()
    assert list(broken([one, two])) == []


def changed(found):
    found[2] = found[2] | {"text": "other"}
    return [3]


def removed(found):
    del found[2]
    return [3]


def swapped(found):
    found[1], found[2] = found[2], found[1]
    return [2, 3, 4]


def added(found):
    found.insert(2, {"n": 9})
    return [3]


def begun_anew(found):
    found[2] = found[2] | {"previous": ""}
    return [3]


def damaged(found):
    found[2] = None
    return [3, 4]


def beheaded(found):
    del found[0]
    return [1]


@pytest.mark.parametrize(
    "damage", [changed, removed, swapped, added, begun_anew, damaged, beheaded]
)
def test_what_was_done_to_it_later_is_told_with_the_line(tmp_path, damage):
    found = lines(written(tmp_path))
    expected = damage(found)
    assert [number for number, _ in broken(found)] == expected


def test_a_kill_loses_the_line_that_was_being_written_and_no_other(tmp_path):
    path = written(tmp_path, 3)
    whole = path.read_bytes()
    for cut in (1, 20, len(whole.splitlines()[-1])):
        path.write_bytes(whole[:-cut])
        written(tmp_path, 2)
        found = lines(path)
        assert [one["n"] for one in found] == [0, 1, 0, 1]
        assert list(broken(found)) == []
    path.write_bytes(whole)
    written(tmp_path, 1)
    assert [one["n"] for one in lines(path)] == [0, 1, 2, 0]
    assert list(broken(lines(path))) == []


def test_a_full_file_is_put_away_and_the_chain_goes_on(tmp_path):
    path = written(tmp_path, 7, most=300)
    earlier = path.with_name("j.1")
    kept = lines(earlier, path)
    assert 3 <= len(kept) < 7
    assert [one["n"] for one in kept] == list(range(7 - len(kept), 7))
    assert list(broken(kept)) == []
    assert list(broken(lines(path))) == []
    assert list(broken(lines(path, earlier))) != []


def test_lines_of_an_earlier_release_are_told_and_the_chain_begins_after_them(tmp_path):
    (tmp_path / "j").write_text('{"n": 0}\n')
    found = lines(written(tmp_path, 2))
    assert [number for number, _ in broken(found)] == [1]


def test_what_the_disk_does_not_take_is_no_link(tmp_path, monkeypatch):
    file = ChainedFile(tmp_path / "j", OsFiles(tmp_path), MOST)
    file.append({"n": 0})

    def refuse(fields):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(file._file, "append", refuse)
        with pytest.raises(OSError):
            file.append({"n": 1})
    file.append({"n": 2})
    found = lines(tmp_path / "j")
    assert [one["n"] for one in found] == [0, 2]
    assert list(broken(found)) == []
