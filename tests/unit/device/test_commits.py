"""What is left of a commit: the history, and the configurations saved before."""

from datetime import UTC, datetime, timedelta

import pytest

from srpki.config.tree import get
from srpki.core.errors import CorruptError, NotFoundError, StorageError
from srpki.device.configuration.history import Author
from srpki.schema.paths import path

NAMES = [f"n{number}" for number in range(1, 6)]


def test_a_commit_is_remembered_through_a_restart(node):
    node.commit("one", comment="the first")
    node.restart()
    node.commit("two")
    second, first = node.router.node.commits.history()
    assert first == (
        1,
        datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
        Author("jo", "MD-CLI", "192.0.2.1"),
        "the first",
        "cf3:\\config.cfg.1",
    )
    assert (second.commit_id, second.comment, second.location) == (2, "", "cf3:\\config.cfg")
    assert (node.directory / "state" / "commits.jsonl").stat().st_mode & 0o777 == 0o600


def test_no_more_commits_are_remembered_than_are_configured(node):
    for name in NAMES:
        node.commit(name)
    node.set("commit-history", 2)
    node.commit("last")
    assert [commit.commit_id for commit in node.router.node.commits.history()] == [6, 5]
    node.restart()
    assert [commit.commit_id for commit in node.router.node.commits.history()] == [6, 5]
    node.set("commit-history", 0)
    node.commit("forgotten")
    assert node.router.node.commits.history() == ()
    assert node.router.node.commits.last() is None


@pytest.mark.parametrize("damage", ["", "{", '{"id": 1}', "[]", "null", '{"id": "x"}', "[" * 9999])
def test_a_damaged_line_of_the_history_is_skipped(node, damage):
    node.commit("one")
    node.commit("two")
    file = node.directory / "state" / "commits.jsonl"
    first, second = file.read_text().splitlines()
    file.write_text(f"{first}\n{damage}\n{second}\n")
    node.restart()
    assert [commit.commit_id for commit in node.router.node.commits.history()] == [2, 1]


@pytest.mark.parametrize("octets", [b"\xff\xfe", b""])
def test_a_history_that_is_no_text_is_forgotten(node, octets):
    node.commit("one")
    (node.directory / "state" / "commits.jsonl").write_bytes(octets)
    node.restart()
    assert node.router.node.commits.history() == ()
    node.commit("two")
    assert node.router.node.commits.last().commit_id == 1


def test_a_history_that_cannot_be_written_stops_no_commit(node):
    (node.directory / "state" / "commits.jsonl").mkdir()
    node.commit("one")
    assert node.name == "one"
    assert node.saved() == "one"
    assert node.router.node.commits.last().commit_id == 1


def test_every_save_keeps_the_former_versions(node):
    for name in NAMES:
        node.commit(name)
    assert [node.saved(version) for version in ("", ".1", ".2", ".3", ".4")] == NAMES[::-1]
    assert not (node.cf3 / "config.cfg.5").exists()
    assert {file.stat().st_mode & 0o777 for file in node.cf3.glob("config.cfg*")} == {0o600}


def test_no_more_versions_are_kept_than_are_configured(node):
    node.set("configuration-save/configuration-backups", 2)
    for name in NAMES:
        node.commit(name)
    assert sorted(file.name for file in node.cf3.iterdir() if "config" in file.name) == [
        "config.cfg",
        "config.cfg.1",
        "config.cfg.2",
    ]
    node.set("configuration-save/configuration-backups", 1)
    node.commit("last")
    assert not (node.cf3 / "config.cfg.2").exists()
    assert (node.saved(), node.saved(".1")) == ("last", "n5")


def test_an_unchanged_configuration_is_saved_without_a_new_version(node):
    node.commit("one")
    node.router.node.save()
    node.router.node.save()
    assert not (node.cf3 / "config.cfg.1").exists()


def test_admin_save_keeps_the_former_version_and_a_copy_elsewhere_does_not(node):
    node.commit("one")
    node.set("commit-history", 7)
    assert node.router.node.save("cf3:/copy.cfg") == "cf3:\\copy.cfg"
    assert not (node.cf3 / "config.cfg.1").exists()
    assert node.router.node.save() == "cf3:\\config.cfg"
    assert "commit-history" not in (node.cf3 / "config.cfg.1").read_text()
    assert "commit-history 7" in (node.cf3 / "config.cfg").read_text()
    node.set("commit-history", 8)
    node.router.node.save("cf3:/config.cfg")
    assert "commit-history 7" in (node.cf3 / "config.cfg.1").read_text()


def test_without_auto_config_save_a_commit_saves_nothing(node):
    node.set("cli/md-cli/auto-config-save", value=False)
    node.commit("one")
    assert not (node.cf3 / "config.cfg").exists()
    assert node.router.node.commits.history()[0].location == ""
    node.router.node.save()
    assert node.router.node.commits.history()[0].location == "cf3:\\config.cfg"


def test_a_commit_that_cannot_be_saved_runs_and_is_told(node):
    node.commit("one")
    (node.cf3 / ".config.cfg.part").mkdir()
    with pytest.raises(StorageError, match=r'write file "cf3:\\config.cfg"'):
        node.commit("two")
    assert node.name == "two"
    assert node.saved() == "one"
    assert node.router.node.commits.last().commit_id == 2


def test_a_version_that_is_a_directory_is_told_before_anything_moves(node):
    for name in NAMES[:3]:
        node.commit(name)
    (node.cf3 / "config.cfg.1").unlink()
    (node.cf3 / "config.cfg.1").mkdir()
    with pytest.raises(StorageError, match=r'"cf3:\\config.cfg.1" is not a file'):
        node.commit("four")
    assert (node.saved(), node.saved(".2")) == ("n3", "n1")


def test_a_checkpoint_is_what_was_saved_so_many_versions_ago(node):
    for name in NAMES:
        node.commit(name)
    commits = node.router.node.commits
    named = lambda found: get(found.tree, path("system", "name"))  # noqa: E731
    assert [named(commits.checkpoint(number)) for number in range(5)] == NAMES[::-1]
    assert named(commits.checkpoint("startup")) == "n5"
    assert commits.checkpoint(3).url == "cf3:\\config.cfg.3"
    assert commits.checkpoint(3).lines == 5  # configure, system, name, two braces
    assert [named(commits.checkpoint_of(number)) for number in range(1, 6)] == NAMES
    for missing in (5, 4294967295):
        with pytest.raises(NotFoundError, match=rf"config.cfg.{missing}"):
            commits.checkpoint(missing)
    with pytest.raises(NotFoundError, match="commit-id 6 does not exist"):
        commits.checkpoint_of(6)


def test_a_commit_is_found_where_its_configuration_has_moved_to(node):
    """The same configuration may be saved several times, and versions may be removed."""
    for name in ("a", "b", "a", "b"):
        node.commit(name)
    located = lambda: [commit.location[4:] for commit in node.router.node.commits.history()]  # noqa: E731
    assert located() == ["\\config.cfg", "\\config.cfg.1", "\\config.cfg.2", "\\config.cfg.3"]
    (node.cf3 / "config.cfg.3").unlink()
    assert located() == ["\\config.cfg", "\\config.cfg.1", "\\config.cfg.2", ""]
    with pytest.raises(NotFoundError, match="commit-id 1 is not kept"):
        node.router.node.commits.checkpoint_of(1)


def test_a_node_without_anything_saved_has_no_checkpoint(node):
    for which in ("startup", 0, 1, "nonsense"):
        with pytest.raises(NotFoundError):
            node.router.node.commits.checkpoint(which)


@pytest.mark.parametrize("content", [b"configure {\n", b"\xff"])
def test_a_damaged_checkpoint_is_told(node, content):
    (node.cf3 / "config.cfg.1").write_bytes(content)
    with pytest.raises(CorruptError, match=r'"cf3:\\config.cfg.1" is damaged'):
        node.router.node.commits.checkpoint(1)


def test_a_plain_secret_in_a_file_made_by_hand_is_sealed_when_it_is_read(node):
    (node.cf3 / "config.cfg.1").write_text(
        'configure { system { security { pki { est-profile "e" {\n'
        'http-authentication {\n username "u"\n password "plain-secret"\n} } } } } }\n'
    )
    tree = node.router.node.commits.checkpoint(1).tree
    assert "plain-secret" not in repr(tree)
    assert "hash2" in repr(tree)


def test_a_save_that_was_ended_midway_is_finished_by_the_next_start(node):
    node.commit("one")
    node.router.stop()
    (node.cf3 / ".config.cfg.1").hardlink_to(node.cf3 / "config.cfg")
    (node.cf3 / ".config.cfg.next").write_text('configure { system { name "two"\n } }\n')
    node.restart()
    assert node.name == "two"
    assert (node.saved(), node.saved(".1")) == ("two", "one")


def test_commits_are_dated_by_the_clock_of_the_node(node):
    node.commit("one")
    node.advance(days=3)
    node.commit("two")
    second, first = node.router.node.commits.history()
    assert second.time - first.time == timedelta(days=3)
