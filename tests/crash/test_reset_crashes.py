"""A lab whose reset or checkpoint is killed at any step is whole: as before, or as after."""

import json
import shutil
from datetime import UTC, datetime

import pytest
from counting import met

from srpki.core.errors import BusyError, NotFoundError
from srpki.frontend import isolated, node
from srpki.frontend.training import asking, resetting
from srpki.storage.files import OsFiles
from srpki.storage.lock import NodeLock
from srpki.training import progress
from srpki.training.progress import Progress

PARTS = ("cf3", "state", "lab-ca")


class Killed(BaseException):
    """The process ends here: no handler of the program may run on it."""


class Dying(OsFiles):
    """The files of a process that is killed within the step that *left* counts down to."""

    left = 0

    def _dies(self):
        Dying.left -= 1
        return Dying.left == 0

    def sync_directory(self, path):
        """No power is cut here."""

    def rename(self, source, target):
        if self._dies():
            raise Killed
        super().rename(source, target)

    def unlink(self, path):
        if self._dies():
            raise Killed
        super().unlink(path)

    def make_directory(self, path):
        if self._dies():
            raise Killed
        super().make_directory(path)

    def write_new(self, path, content, *, sync=True):
        if self._dies():
            super().write_new(path, content[: len(content) // 2], sync=False)
            raise Killed
        super().write_new(path, content, sync=False)

    def remove_directory(self, path, *, recursive=False):
        if self._dies():
            for one in sorted(path.iterdir())[:1]:
                shutil.rmtree(one) if one.is_dir() else one.unlink()
            raise Killed
        super().remove_directory(path, recursive=recursive)


def make(place, content, names=()):
    for part in PARTS:
        (place / part / "deep").mkdir(parents=True)
        for name in ("deep/one", *names):
            (place / part / name).write_bytes(content)


@pytest.fixture
def lab(tmp_path):
    """A lab that went on since its start, and since its checkpoint."""
    place = tmp_path / "lab"
    make(place, b"now", ("made-later",))
    make(place / "training/initial", b"start")
    make(place / "training/checkpoint", b"kept")
    (place / "training/checkpoint/training").mkdir()
    (place / "training/checkpoint/training/chronicle").write_bytes(b"kept\n")
    (place / "training/chronicle").write_bytes(b"kept\nnow\n")
    started = datetime(2026, 11, 30, 12, tzinfo=UTC)
    progress.write(place / "training", Progress("mine", "anna", "", {}, started, done=True))
    return place


@pytest.fixture
def killed(monkeypatch, tmp_path):
    """Do something on a copy of a lab, killed within the step *at*; None when it needs fewer."""
    for module in (resetting, isolated, progress):
        monkeypatch.setattr(module, "OsFiles", Dying)

    def kill(lab, do, at):
        copy = tmp_path / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(lab, copy)
        Dying.left = at
        try:
            do(copy)
        except Killed:
            return copy
        finally:
            Dying.left = 0
        return None

    return kill


def seen(place):
    """Return what the lab is: its files, and how far its trainee is."""
    found = {
        path.relative_to(place).as_posix(): path.read_bytes()
        for part in PARTS
        for path in (place / part).rglob("*")
        if path.is_file() and path.name != "lock"
    }
    chronicle = place / "training/chronicle"
    found["chronicle"] = chronicle.read_bytes() if chronicle.exists() else b""
    read = json.loads((place / "training/progress.json").read_bytes())
    return found | {"resets": read["resets"], "done": read["done"]}


def after(content, chronicle, resets=1):
    files = {f"{part}/deep/one": content for part in PARTS}
    return files | {"chronicle": chronicle, "resets": resets, "done": False}


@pytest.mark.parametrize(
    ("to", "wanted"),
    [("start", after(b"start", b"")), ("checkpoint", after(b"kept", b"kept\n"))],
)
def test_a_reset_that_is_killed_has_not_begun_or_is_finished(lab, killed, tmp_path, to, wanted):
    before, found, at = seen(lab), [], 1
    while (crashed := killed(lab, lambda place: resetting.reset(place, to), at)) is not None:
        broken, again = tmp_path / "broken", at % 4 + 1
        shutil.rmtree(broken, ignore_errors=True)
        crashed.rename(broken)
        while to == "start" and (twice := killed(broken, resetting.finish, again)) is not None:
            node.made_whole(twice)
            assert seen(twice) == wanted
            again += 4
        node.made_whole(broken)
        found.append(seen(broken))
        assert found[-1] in (before, wanted)
        resetting.reset(broken, to)  # and what was left over is in nobody's way
        assert seen(broken) == wanted | {"resets": found[-1]["resets"] + 1}
        at += 1
    assert seen(tmp_path / "copy") == wanted
    assert not list((tmp_path / "copy/training").glob("reset.*"))
    assert found == sorted(found, key=wanted.__eq__)  # once it is so, it stays so
    assert len(found) > 20
    assert wanted in found


def test_a_checkpoint_that_is_killed_is_the_old_one_or_the_new_one(lab, killed, tmp_path):
    found, at = [], 1
    while (crashed := killed(lab, lambda place: resetting.keep(place, None), at)) is not None:
        if at % 2:  # what is left over is in the way of neither
            resetting.reset(crashed, "checkpoint")
            found.append((crashed / "cf3/deep/one").read_bytes())
            assert (crashed / "cf3/made-later").exists() == (found[-1] == b"now")
        else:
            resetting.keep(crashed, None)
            assert (crashed / "training/checkpoint/cf3/made-later").read_bytes() == b"now"
        at += 1
    assert found == sorted(found)
    assert set(found) == {b"kept", b"now"}
    kept = tmp_path / "copy/training/checkpoint"
    assert not (kept / "training/initial").exists()
    assert not (kept / "training/progress.json").exists()


def test_whoever_comes_to_a_lab_finishes_its_reset_first(lab, killed, monkeypatch):
    class Opened(Exception):  # noqa: N818 - it is no error
        """Somebody goes on to open the node."""

    def go_on(*_, **__):
        raise Opened

    monkeypatch.setattr(node, "Router", go_on)
    monkeypatch.setattr("srpki.frontend.labs.opened_lab", go_on)
    monkeypatch.setattr(asking, "join", go_on)

    def open_it(*, beside):
        with node.opened(crashed, lab=beside):
            pass

    ways = (
        lambda: open_it(beside=False),
        lambda: open_it(beside=True),
        lambda: asking.ask(crashed, "task"),
    )
    for at in met(1, range(10, 40)):
        crashed = killed(lab, lambda place: resetting.reset(place, "start"), at)
        if (crashed / "training/reset.ready").exists():
            break
    for come in met(3, ways):
        crashed = killed(lab, lambda place: resetting.reset(place, "start"), at)
        with pytest.raises(Opened):
            come()
        assert seen(crashed) == after(b"start", b"")


def test_nothing_is_reset_while_somebody_has_it(lab):
    for lock in met(2, ("state/lock", "training/lock")):
        with NodeLock(lab / lock), pytest.raises(BusyError):
            resetting.reset(lab, "start")
    shutil.rmtree(lab / "training/checkpoint")
    with pytest.raises(NotFoundError, match="no checkpoint"):
        resetting.reset(lab, "checkpoint")
    assert seen(lab)["cf3/deep/one"] == b"now"
