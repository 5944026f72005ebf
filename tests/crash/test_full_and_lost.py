"""A disk that is full, a chassis key that is lost, a damaged configuration, a directory of others."""

import errno
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import CorruptError, RefusedError, StorageError
from srpki.device.router import Router
from srpki.frontend.labs import opened_lab
from srpki.labca.authority import Authority
from srpki.storage.files import OsFiles
from srpki.storage.lock import NodeLock
from srpki.storage.records import Records
from srpki.x509 import certificates, keys

GENERATE = "admin system security pki generate-keypair save-path cf3:/{}.prv ecdsa-curve secp256r1"
IMPORT = "admin system security pki import type key input-url cf3:/{0}.prv output-file {0}.key format der"


@pytest.fixture
def start(tmp_path):
    """Start a router on the node, again and again."""
    routers = []

    def start(node=tmp_path / "node"):
        while routers:
            routers.pop().stop()
        clock = FrozenClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
        routers.append(Router(node, clock=clock, entropy=SystemEntropy(), exchanges=None))
        return routers[0]

    yield start
    for router in routers:
        router.stop()


@pytest.fixture
def full(monkeypatch):
    """Let every write of content fail for want of space, while the flag is set."""
    flag = []

    def refuse(self, *_arguments, **_options):
        if flag:
            raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("write_new", "append", "duplicate"):
        real = getattr(OsFiles, name)

        def guarded(self, *arguments, real=real, **options):
            refuse(self)
            return real(self, *arguments, **options)

        monkeypatch.setattr(OsFiles, name, guarded)
    pwrite = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda *a: refuse(None) or pwrite(*a))
    return flag


def typed(session, *lines):
    for line in met(1, lines):
        answer = session.feed(line)
        assert answer.ok, f"{line}: {answer.text}"
    return answer


# --- a full disk ---------------------------------------------------------------------------------


def test_a_node_starts_on_a_full_disk(start, full):
    typed(Session(start()), "edit-config global", "configure system name n", "commit")
    full.append(True)
    router = start()
    router.start()
    session = Session(router)
    assert router.node.system_name() == "n"
    assert session.feed("show version").ok


def test_a_lock_on_a_full_disk_is_held_though_nobody_learns_whose_it_is(tmp_path, full):
    (tmp_path / "state").mkdir()
    full.append(True)
    with NodeLock(tmp_path / "state" / "lock"):
        with pytest.raises(Exception, match="in use by another process"):
            NodeLock(tmp_path / "state" / "lock").acquire()


def test_a_commit_that_is_in_effect_but_not_saved_says_so(start, full):
    router = start()
    session = Session(router)
    typed(session, "edit-config global", "configure system name other")
    full.append(True)
    answer = session.feed("commit")
    assert not answer.ok
    assert answer.fault.error == "not-saved"
    assert answer.text == (
        "MINOR: MGMT_CORE #5001: the commit is in effect, but not saved:"
        ' write file "cf3:\\config.cfg": No space left on device'
        " - see to the disk, then admin save"
    )
    assert router.node.system_name() == "other"
    for _ in range(2):
        answer = session.feed("admin save")
        assert answer.text.startswith(
            "MINOR: MGMT_CORE #5001: the running configuration is in effect, but not saved: write"
        )
        assert answer.fault.error == "not-saved"
    full.clear()
    typed(session, "admin save")
    assert start().node.system_name() == "other"


def test_a_confirmed_commit_that_is_accepted_but_not_saved_says_so(start, full):
    session = Session(start())
    typed(session, "edit-config global", "configure system name other", "commit confirmed 5")
    full.append(True)
    answer = session.feed("commit confirmed accept")
    assert "the commit is in effect, but not saved" in answer.text
    assert answer.fault.error == "not-saved"


def test_the_classic_prompt_keeps_its_star_when_saving_fails(start, full):
    router = start()
    typed(
        Session(router),
        "edit-config global",
        "/configure system management-interface configuration-mode mixed",
        "commit",
    )
    session = Session(router, "classic")
    typed(session, "configure system name other")
    assert session.prompt.startswith("*")
    full.append(True)
    answer = session.feed("admin save")
    assert not answer.ok
    assert answer.text.startswith(
        "MINOR: CLI the running configuration is in effect, but not saved"
    )
    assert session.prompt.startswith("*")
    full.clear()
    typed(session, "admin save")
    assert not session.prompt.startswith("*")


def test_a_commit_in_the_md_cli_that_is_not_saved_leaves_the_star_of_the_classic_cli(start, full):
    session = Session(start())
    full.append(True)
    session.feed("edit-config global")
    session.feed("configure system name other")
    assert not session.feed("commit").ok
    session.feed("quit-config")
    typed(session, "//")
    assert session.prompt.lstrip().startswith("*")


# --- a lost chassis key --------------------------------------------------------------------------

SEALED = {
    "an imported key": ((GENERATE.format("a"), IMPORT.format("a"), "file remove cf3:/a.prv force"), r"system-pki\a.key"),
    "a generated key": ((GENERATE.format("a"),), "a.prv"),
    "a key in the legacy format": (
        (
            GENERATE.format("a"),
            IMPORT.format("a"),
            "admin system security pki convert-file input-file a.key output-file a.key format legacy force",
            "file remove cf3:/a.prv force",
        ),
        r"system-pki\a.key",
    ),
    "a secret of the configuration": (
        (
            "edit-config global",
            "configure system security pki est-profile e http-authentication username u password p",
            "commit",
            "quit-config",
        ),
        "config.cfg",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SEALED)
def test_no_new_chassis_key_is_made_where_something_is_sealed_with_a_lost_one(
    what, start, tmp_path
):
    lines, named = SEALED[what]
    typed(Session(start()), *lines)
    key = tmp_path / "node" / "state" / "chassis.key"
    saved = key.read_bytes()
    key.unlink()
    session = Session(start())
    answer = session.feed(GENERATE.format("b"))
    assert not answer.ok
    assert "the chassis key is missing, with which cf3:\\" + named in answer.text
    assert "restore state/chassis.key from a backup, or remove cf3:\\" + named in answer.text
    assert not key.exists()
    key.write_bytes(saved)
    typed(Session(start()), GENERATE.format("b"))


def test_a_lost_chassis_key_with_which_nothing_is_sealed_is_made_anew(start, tmp_path):
    typed(Session(start()), GENERATE.format("a"), "file remove cf3:/a.prv force")
    (tmp_path / "node" / "state" / "chassis.key").unlink()
    typed(Session(start()), GENERATE.format("b"))


# --- a damaged configuration ---------------------------------------------------------------------


def test_a_damaged_configuration_names_the_newest_version_that_is_whole(start, tmp_path):
    session = Session(start())
    for name in ("one", "two", "three", "four"):
        typed(
            session, "edit-config global", f"/configure system name {name}", "commit", "quit-config"
        )
    cf3 = tmp_path / "node" / "cf3"
    (cf3 / "config.cfg").write_text("configure { system { name")
    with pytest.raises(
        CorruptError, match=r'"cf3:\\config.cfg" is damaged: .* put cf3:\\config.cfg.1 in'
    ):
        start()
    (cf3 / "config.cfg.1").write_bytes(b"\xff")
    with pytest.raises(CorruptError, match=r"put cf3:\\config.cfg.2 in its place, which is whole"):
        start()
    (cf3 / "config.cfg.2").unlink()
    (cf3 / "config.cfg.3").unlink(missing_ok=True)
    with pytest.raises(CorruptError, match="mend the file or move it away"):
        start()


# --- whose directory it is -----------------------------------------------------------------------


@pytest.mark.parametrize("inner", ["", "cf3", "state", "cf3/system-pki", "lab-ca"])
def test_a_directory_that_everybody_may_write_is_refused_with_the_cure(inner, start, tmp_path):
    node = tmp_path / "node"
    start()
    for name in ("cf3/system-pki", "lab-ca"):
        (node / name).mkdir(mode=0o700, exist_ok=True)
    (node / inner).chmod(0o777)
    with pytest.raises(RefusedError, match=f"everybody may write into {node / inner} - chmod o-w"):
        start()
    (node / inner).chmod(0o700)
    assert start().warnings() == ()


def test_a_directory_that_its_group_may_write_or_of_another_owner_is_warned_of(
    start, tmp_path, monkeypatch
):
    start()
    node = tmp_path / "node"
    (node / "cf3").chmod(0o770)
    (warning,) = start().warnings()
    assert warning == f"the group of {node / 'cf3'} may write into it - chmod g-w {node / 'cf3'}"
    (node / "cf3").chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: node.stat().st_uid + 1)
    assert len(start().warnings()) == 3
    assert start().warnings()[0] == f"{node} belongs to another user, who can change its files"


def test_the_program_warns_on_standard_error(tmp_path):
    node = tmp_path / "node"
    (node / "cf3").mkdir(parents=True)
    (node / "cf3").chmod(0o770)
    (tmp_path / "script").write_text("show version\n")
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "srpki.frontend.program",
            "exec",
            "--node",
            node,
            tmp_path / "script",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr.startswith("srpki: warning: the group of ")
    assert "warning" not in run.stdout


# --- what was left half-written ------------------------------------------------------------------


def test_left_over_files_are_swept_at_the_start_and_others_are_not(start, tmp_path):
    typed(Session(start()), GENERATE.format("a"), IMPORT.format("a"))
    node = tmp_path / "node"
    start().stop()
    ours = [
        "cf3/.config.cfg.new",
        "cf3/.a.prv.new",
        "cf3/system-pki/.a.key.new",
        "state/.chassis.key.new",
    ]
    foreign = ["cf3/x.new", "cf3/.hidden", "cf3/system-pki/.new", "state/notes.new"]
    for name in (*ours, *foreign):
        (node / name).write_bytes(b"half")
        assert stat.S_ISREG((node / name).stat().st_mode)
    start()
    assert [name for name in ours if (node / name).exists()] == []
    assert [name for name in foreign if not (node / name).exists()] == []


def test_nothing_is_swept_by_a_second_process(start, tmp_path):
    start()
    left = tmp_path / "node" / "cf3" / ".config.cfg.new"
    left.write_bytes(b"being written")
    with pytest.raises(Exception, match="in use by process"):
        Router(tmp_path / "node", clock=None, entropy=None, exchanges=None)
    assert left.exists()


# --- the lab -------------------------------------------------------------------------------------


def test_a_lab_starts_on_a_full_disk_and_its_clock_stays_where_it_was(tmp_path, full):
    with opened_lab(tmp_path / "node") as (router, _):
        typed(Session(router), "lab clock advance 2d")
        moved = router.node.clock.now()
    full.append(True)
    with opened_lab(tmp_path / "node") as (router, _):
        assert router.node.clock.now() >= moved
        assert Session(router).feed("show certificate ca-profile").ok


def test_a_lab_clock_that_cannot_be_read_is_not_taken_for_lost(tmp_path, monkeypatch):
    with opened_lab(tmp_path / "node") as (router, _):
        typed(Session(router), "lab clock advance 2d")
        moved = router.node.clock.now()
    kept = (tmp_path / "node" / "lab-ca" / "clock.json").read_bytes()
    real = OsFiles.read

    def read(self, path, limit):
        if path.name == "clock.json":
            raise OSError(errno.EIO, "Input/output error")
        return real(self, path, limit)

    with monkeypatch.context() as sick:
        sick.setattr(OsFiles, "read", read)
        with pytest.raises(StorageError, match=r"cannot read .*clock.json: Input/output error"):
            with opened_lab(tmp_path / "node"):
                pass
    assert (tmp_path / "node" / "lab-ca" / "clock.json").read_bytes() == kept
    with opened_lab(tmp_path / "node") as (router, _):
        assert router.node.clock.now() >= moved


# --- a file system that can do less --------------------------------------------------------------


def test_a_node_lives_where_there_are_no_hard_links(start, tmp_path, monkeypatch):
    """As on FAT, SMB and many FUSE file systems, which cannot sync directories either."""

    def link(*_arguments, **_options):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    real = os.fsync

    def fsync(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(descriptor)

    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(os, "fsync", fsync)
    router = start()
    session = Session(router)
    typed(session, GENERATE.format("a"), IMPORT.format("a"))
    for name in ("one", "two", "three"):
        typed(
            session, "edit-config global", f"/configure system name {name}", "commit", "quit-config"
        )
    ca = Authority(None, router.node.clock, SystemEntropy())
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    router.node.keystore.put("certificate", "a.crt", ca.root)
    old = router.node.keystore.read_key("a.key")
    new = ca.issue(key.public_key(), certificates.parse_dn("CN=a"), None).certificate
    router.node.keystore.swap("a.crt", new, "a.key", key)
    router = start()
    assert router.node.keystore.read_pair("a.crt", "a.key")[0] == new
    assert router.node.keystore.read_certificate("a.crt.previous") == ca.root
    assert keys.private_der(router.node.keystore.read_key("a.key.previous")) == keys.private_der(
        old
    )
    cf3 = tmp_path / "node" / "cf3"
    assert b"two" in (cf3 / "config.cfg.1").read_bytes()
    assert b"one" in (cf3 / "config.cfg.2").read_bytes()
    assert not list(cf3.rglob(".*"))


def test_a_record_that_was_kept_survives_a_power_cut(bench):
    disk = bench.MemoryDisk()
    state = next(path for path in disk.directories if path.name == "state")
    for number in range(3):
        Records(state / "cmp-requests", disk).save("lab", {"number": number})
        for cut in met(1, disk.power_cuts()):
            found, damaged = Records(state / "cmp-requests", cut).load()
            assert found["lab"]["number"] == number and not damaged
