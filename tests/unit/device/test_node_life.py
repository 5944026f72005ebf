"""A node from start to start: saved configuration, lock, what a damaged file does."""

import os
import subprocess
import sys

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.core.errors import BusyError, CorruptError, StorageError, UsageError
from srpki.frontend.node import opened as opened_node


@pytest.fixture
def node(tmp_path):
    return tmp_path / "node"


def typed(router, *commands, cli="md"):
    session = Session(router, dialect=cli)
    texts = []
    for command in met(1, commands):
        answer = session.feed(command)
        assert answer.ok, f"{command}\n{answer.text}"
        texts.append(answer.text)
    return texts


def test_what_was_saved_is_there_at_the_next_start(node):
    with opened_node(node, lab=False, mode="mixed") as router:
        typed(
            router,
            'configure system name "gw-7"',
            'configure system security pki ca-profile "c" create',
            'configure system security pki ca-profile "c" description "a \\"quoted\\" name"',
            "admin save",
            cli="classic",
        )
        before = typed(router, "admin show configuration")[0]
    with opened_node(node, lab=False) as router:
        assert Session(router, "md").prompt.endswith("A:admin@gw-7# ")
        after = typed(router, "admin show configuration")[0]
    strip = lambda text: [line for line in text.splitlines() if not line.startswith("# ")]  # noqa: E731
    assert strip(after) == strip(before)
    assert 'ca-profile "c"' in after


def test_a_commit_saves_by_itself_and_a_classic_edit_does_not(node):
    """auto-config-save is on in the MD-CLI [cli.md 1.4]; the classic ``*`` says unsaved."""
    with opened_node(node, lab=False, mode="mixed") as router:
        typed(router, "configure private", 'system name "committed"', "commit", "exit all")
        assert "committed" in (node / "cf3" / "config.cfg").read_text()
        typed(router, 'configure system name "unsaved"', cli="classic")
    with opened_node(node, lab=False) as router:
        assert router.node.system_name() == "committed"


@pytest.mark.parametrize(("cli", "line"), [("md", "configure {"), ("classic", "configure")])
def test_a_copy_is_saved_where_it_is_asked_for_in_the_form_of_the_cli(node, cli, line):
    with opened_node(node, lab=False) as router:
        (text,) = typed(router, "admin save cf3:/copy.cfg", cli=cli)
        assert text.splitlines() == [  # [cli.md 1.4]
            "Writing configuration to cf3:\\copy.cfg",
            "Saving configuration OK",
            "Completed.",
        ]
        assert line in (node / "cf3" / "copy.cfg").read_text().splitlines()
        assert not (node / "cf3" / "config.cfg").exists()
        for url in ("cf3:/system-pki/x", "cf3:/../x", "cf1:/x"):
            assert not Session(router, dialect=cli).feed(f"admin save {url}").ok


def test_a_save_that_fails_is_told_and_the_old_file_stays(node):
    with opened_node(node, lab=False, mode="mixed") as router:
        typed(router, "admin save")
        before = (node / "cf3" / "config.cfg").read_bytes()
        (node / "cf3" / ".config.cfg.part").mkdir()
        typed(router, 'configure system name "other"', cli="classic")
        answer = Session(router).feed("admin save")
        assert not answer.ok
        assert 'write file "cf3:\\config.cfg"' in answer.text
        assert str(node) not in answer.text
    assert (node / "cf3" / "config.cfg").read_bytes() == before


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"configure {\n    system {\n", "line"),
        (b"configure {\n    log {\n        throttle-rate {\n            limit none\n", "'none'"),
        (b'configure {\n    system {\n        name "a\n    }\n}\n', "line 3"),
        (b"\x00\x01\x02", "line"),
        (b"\xff\xfe\xfa", "UTF-8"),
        (b"{" * 100_000, "line"),
    ],
)
def test_a_damaged_configuration_is_told_left_alone_and_frees_the_node(node, content, word):
    (node / "cf3").mkdir(parents=True)
    (node / "cf3" / "config.cfg").write_bytes(content)
    for _ in range(2):  # the second time too: the lock was given back
        with pytest.raises(CorruptError) as caught:
            with opened_node(node, lab=False):
                pass
        assert '"cf3:\\config.cfg" is damaged' in str(caught.value)
        assert word in str(caught.value)
        assert str(caught.value).isprintable()
        assert str(node) not in str(caught.value)
    assert (node / "cf3" / "config.cfg").read_bytes() == content


def test_the_program_tells_a_damaged_configuration_in_one_line(node):
    (node / "cf3").mkdir(parents=True)
    (node / "cf3" / "config.cfg").write_bytes(b"configure {\n")
    ended = subprocess.run(
        [sys.executable, "-m", "srpki.frontend.program", "exec", "-", "--node", str(node)],
        input="show version\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "is damaged" in ended.stderr


def test_a_configuration_that_is_a_directory_is_told(node):
    (node / "cf3" / "config.cfg").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"cf3:\\config.cfg"):
        with opened_node(node, lab=False):
            pass


def test_one_process_owns_a_node_and_the_next_may_have_it_afterwards(node):
    with opened_node(node, lab=False):
        with pytest.raises(BusyError, match="in use"):
            with opened_node(node, lab=False):
                pass
    with opened_node(node, lab=False):
        pass


@pytest.mark.parametrize("lab", [True, False])
def test_who_owns_a_node_is_told_whether_it_runs_in_a_lab_or_not(opened, node, lab):
    with opened(node):
        with pytest.raises(BusyError, match=rf"node directory .* in use by process {os.getpid()}"):
            with opened_node(node, lab=lab):
                pass


def test_a_node_directory_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    for name in ("file", "file/below"):
        with pytest.raises(UsageError, match="is not a directory"):
            with opened_node(tmp_path / name, lab=False):
                pass


def test_directories_are_made_for_their_owner_alone(node):
    with opened_node(node, lab=False):
        pass
    assert {path.stat().st_mode & 0o777 for path in (node, node / "cf3", node / "state")} == {0o700}


def test_left_over_tls_key_files_are_swept_at_the_start(node):
    (node / "state").mkdir(parents=True)
    stale = node / "state" / "tls-1234.pem"
    stale.write_bytes(b"sealed")
    with opened_node(node, lab=False):
        assert not stale.exists()


def test_without_its_chassis_key_a_node_starts_and_says_what_is_missing(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        bench.key("gw")
        bench.do("admin save")
    (tmp_path / "node" / "state" / "chassis.key").unlink()
    with opened(tmp_path / "node") as bench:
        enroll = (
            'admin system security pki est enroll est-profile "lab-est"'
            ' key "cf3:/system-pki/gw.key" subject-dn "CN=x" output-file "x.crt"'
        )
        line = bench.refused(enroll)
        assert "chassis" in line


def test_an_unknown_operation_is_refused_and_no_crash(node):
    with opened_node(node, lab=False) as router:
        result = router.node.run("pki.no-such-thing", {})
        assert not result.ok
        assert "not emulated" in str(result.error)


def test_operations_are_numbered_and_timed(node):
    with opened_node(node, lab=False) as router:
        first, second = (router.node.run("show.version", {}) for _ in range(2))
    assert second.operation_id == first.operation_id + 1
    assert first.start_time <= first.end_time <= second.start_time
