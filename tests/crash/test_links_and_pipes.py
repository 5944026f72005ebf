"""A node directory that somebody prepared: each of its files and directories, in turn, is a link to a
place of the user's, or a pipe. Nothing leads out, nothing is waited for, and a sentence says so."""

import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import SrpkiError, TransportError
from srpki.core.events import CA_PROFILE_STATE_CHANGE
from srpki.device.router import Router
from srpki.frontend.labs import opened_lab
from srpki.frontend.settings import chosen
from srpki.labca.authority import Authority

PKI = "admin system security pki"
SETTINGS = (
    "edit-config global",
    'configure log file "1" retention 1',
    '/configure log log-id "30" source main true',
    '/configure log log-id "30" destination file "1"',
    '/configure system security pki ca-profile "CA" cert-file "ca.crt"',
    '/configure system security pki ca-profile "CA" cmpv2 url url-string "http://127.0.0.1:9"',
    '/configure system security pki certificate-update-profile "p" cmpv2 ca-profile "CA"',
    '/configure system security pki certificate-auto-update "gw.crt" key-file-name "gw.key" profile "p"',
)
WORK = (
    "edit-config global",
    '/configure system name "{name}"',
    "commit",
    "quit-config",
    "admin system security pki generate-keypair save-path cf3:/{name}.prv ecdsa-curve secp256r1",
    "admin system security pki import type key input-url cf3:/{name}.prv output-file {name} format der",
    "admin system security pki import type key input-url cf3:/{name}.prv output-file gw.key format der",
    "admin system security pki update-certificate certificate gw.crt",
    "file make-directory cf3:/d/{name}",
    "file copy cf3:/{name}.prv cf3:/d",
    "file move cf3:/d/{name}.prv cf3:/d/moved force",
    "file list cf3:/d",
    "file show cf3:/d/moved",
    "file remove cf3:/d/moved force",
    "file remove-directory cf3:/d/{name} force",
    "admin save cf3:/d/saved.cfg",
    "show certificate auto-update",
    "info /state",
    "admin save",
    "admin reboot now",
)


ENROL = (
    *WORK[4:6],
    f"{PKI} est enroll est-profile lab-est key cf3:/system-pki/{{name}} subject-dn CN=gw output-file a",
    "lab clock advance 1h",
)


def nobody(*, tls, limits):
    raise TransportError("no CA is there")


def start(node, clock):
    return Router(
        node, clock=clock, entropy=SystemEntropy(), exchanges=nobody, settings=chosen(node)
    )


def use(node, name):
    """Do everything on *node* that touches its files; errors are answers."""
    clock = FrozenClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    router = start(node, clock)
    try:
        router.start()
        session = Session(router)
        for line in WORK:
            session.feed(line.format(name=name))
        clock.advance(timedelta(days=2))  # the log begins another file, and drops the old one
        router.node.bus.publish(
            clock.now(), CA_PROFILE_STATE_CHANGE, "CA", profile="x", state="up", reason=""
        )
        session.close()
    finally:
        router.stop()


def first(node):
    clock = FrozenClock(datetime(2026, 11, 25, 12, 0, tzinfo=UTC))
    router = start(node, clock)
    router.start()
    session = Session(router)
    for line in (*SETTINGS, "commit", "quit-config", "file make-directory cf3:/d"):
        answer = session.feed(line)
        assert answer.ok, f"{line}: {answer.text}"
    ca = Authority(None, clock, SystemEntropy())
    router.node.keystore.put("certificate", "ca.crt", ca.root)
    router.node.keystore.put("certificate", "gw.crt", ca.issuing.certificate)
    session.close()
    router.stop()
    (node / "settings.json").write_text("{}")
    use(node, "one")
    (node / "cf3" / "d" / "kept").write_text("kept")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    node = tmp_path_factory.mktemp("prepared") / "node"
    first(node)
    return node


def places(node):
    return sorted(str(path.relative_to(node)) for path in node.rglob("*"))


def outside_of(directory):
    return {
        str(path.relative_to(directory)): path.read_bytes() if path.is_file() else None
        for path in directory.rglob("*")
    }


def test_the_node_has_what_the_others_look_at(prepared):
    found = places(prepared)
    assert {"state/lock", "state/events.jsonl", "state/commits.jsonl", "state/chassis.key"} <= {
        *found
    }
    assert {"cf3/config.cfg", "cf3/config.cfg.1", "cf3/system-pki/gw.key"} <= {*found}
    assert any(place.startswith("state/auto-update/") for place in found)
    assert any(place.startswith("cf3/log/log") for place in found)


@pytest.mark.parametrize("how", ["link", "pipe"])
def test_no_file_or_directory_of_a_node_may_be_a_link_or_a_pipe(how, prepared, tmp_path):
    for number, place in enumerate(met(10, places(prepared))):
        node, outside = tmp_path / f"node-{number}", tmp_path / f"outside-{number}"
        shutil.copytree(prepared, node)
        outside.mkdir()
        target = node / place
        if how == "link":
            target.rename(outside / "it")
            target.symlink_to(outside / "it")
        elif target.is_file():
            target.unlink()
            os.mkfifo(target)
        else:
            continue
        before = outside_of(outside)
        with suppress(SrpkiError):  # a sentence; anything else is a bug
            use(node, "two")
        assert outside_of(outside) == before, place


def enrol(node, name):
    with opened_lab(node) as (router, _):
        session = Session(router)
        for line in ENROL:
            session.feed(line.format(name=name))
        session.close()


@pytest.mark.parametrize("how", ["link", "pipe"])
def test_no_file_of_the_lab_ca_may_be_a_link_or_a_pipe(how, tmp_path):
    enrol(tmp_path / "prepared", "one")
    for number, place in enumerate(["", *places(tmp_path / "prepared" / "lab-ca")]):
        node, outside = tmp_path / f"node-{number}", tmp_path / f"outside-{number}"
        shutil.copytree(tmp_path / "prepared", node)
        outside.mkdir()
        target = node / "lab-ca" / place
        if how == "link":
            target.rename(outside / "it")
            target.symlink_to(outside / "it")
        elif target.is_file():
            target.unlink()
            os.mkfifo(target)
        else:
            continue
        before = outside_of(outside)
        with suppress(SrpkiError):
            enrol(node, "two")
        assert outside_of(outside) == before, place


def test_the_directory_that_the_user_names_may_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "node").symlink_to(tmp_path / "real")
    first(Path(tmp_path / "node"))
    assert (tmp_path / "real" / "cf3" / "config.cfg").exists()
