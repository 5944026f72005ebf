"""Joining over a node's socket: scripts, refusals, endings and limits, with the owner in here."""

import errno
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack, closing, contextmanager
from types import SimpleNamespace

import pytest
from putting_off import PUT_OFF

from srpki import __version__
from srpki.cli.scripts import counts
from srpki.core.clock import SystemClock
from srpki.core.errors import BusyError, RefusedError, SrpkiError, UsageError
from srpki.frontend.joining import frames, joiner, listening, relay
from srpki.frontend.joining.holding import Holding
from srpki.frontend.joining.script import run_there
from srpki.frontend.node import opened
from srpki.frontend.owning import owned_or_joined
from srpki.frontend.variables import plain
from srpki.storage import sockets
from srpki.storage.lock import HeldError, NodeLock

pytestmark = pytest.mark.timeout(60)

SCRIPT = """
show version
edit-config private
configure system name "other"
foo
quit-config
n
"""


@contextmanager
def held(node, *, lab=False, record=None, mode=None):
    """Own *node* in this process; others may join."""
    with opened(node, lab=lab, record=record, mode=mode) as router:
        door = listening.Door(SystemClock())
        door.open_to(Holding(router, node, lab, record))
        try:
            yield door
        finally:
            door.close()


@pytest.fixture(autouse=True)
def hung_up(monkeypatch):
    """Close what was joined in here when the test is over."""
    wires, join = [], joiner.join

    def joined(node, asked):
        found = join(node, asked)
        if found is not None:
            wires.append(found.wire)
        return found

    monkeypatch.setattr(joiner, "join", joined)
    yield
    for wire in wires:
        wire.close()


def hello(wants="script", **more):
    options = SimpleNamespace(lab=False, record=None, mode=None, user=None)
    return joiner.asked(options, wants, **more)


def run(*words, script=""):
    """Run the program; standard input is *script*."""
    ended = subprocess.run(
        [sys.executable, "-m", "srpki.frontend.program", *map(str, words)],
        input=script,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    return ended


@pytest.mark.parametrize("options", [(), ("--keep-going",), ("--json", "--keep-going")], ids=str)
def test_a_joined_script_is_told_as_one_that_owns_its_node(tmp_path, options):
    own = run("exec", "-", *options, "--node", tmp_path / "own", script=SCRIPT)
    with held(tmp_path / "node"):
        joined = run("exec", "-", *options, "--node", tmp_path / "node", script=SCRIPT)
    assert (joined.returncode, joined.stderr) == (own.returncode, own.stderr)
    if "--json" not in options:
        assert joined.stdout == own.stdout
        return
    records = [
        [{**json.loads(line), "seconds": None} for line in each.stdout.splitlines()]
        for each in (own, joined)
    ]
    assert records[0] == records[1]
    assert len(records[0]) >= sum(map(counts, SCRIPT.split("\n")))


def test_files_and_values_are_the_joiners_and_secrets_are_not_shown(tmp_path):
    (tmp_path / "secret").write_text("swordfish")
    with held(tmp_path / "node", lab=True):
        joined = run(
            *("exec", "-", "--keep-going", "--lab", "--set", f"W=@{tmp_path / 'secret'}", "--node"),
            *(tmp_path / "node",),
            script="# ${W}\npwc ${W}\npwc ${lab.reference}\n",
        )
    assert "swordfish" not in joined.stdout + joined.stderr
    assert "${lab.reference}" in joined.stdout


def test_a_script_has_the_variables_of_the_lab_that_it_joins(tmp_path):
    """Without ``--lab``, which says what to open; where nobody is there, or no lab, there are none."""
    script = "pwc ${lab.reference}\n"
    words = ("exec", "-", "--node", tmp_path / "node")
    alone = run(*words, script=script)
    assert alone.returncode == 2 and "start with --lab" in alone.stderr
    assert not (tmp_path / "node").exists()
    with held(tmp_path / "node", lab=True):
        assert "pwc ${lab.reference}" in run(*words, script=script).stdout
        wrong = run(*words, script="pwc ${other}\n")
        assert wrong.returncode == 2 and "no variable 'other'" in wrong.stderr
    with held(tmp_path / "plain"):
        none = run("exec", "-", "--node", tmp_path / "plain", script=script)
        assert none.returncode == 2 and "no variable 'lab.reference'" in none.stderr


def test_a_pipe_joins_too(tmp_path):
    with held(tmp_path / "node"):
        joined = run("shell", "--node", tmp_path / "node", script="pwc\nfoo\n")
    own = run("shell", "--node", tmp_path / "own", script="pwc\nfoo\n")
    assert (joined.returncode, joined.stdout) == (own.returncode, own.stdout)


def test_the_socket_is_the_users_alone_and_gone_at_the_end(tmp_path):
    place = tmp_path / "node" / "state" / sockets.SOCKET
    with held(tmp_path / "node"):
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert not place.exists()


def test_a_path_longer_than_an_address_is_joined(tmp_path):
    node = tmp_path / ("long-" * 20) / ("name-" * 20)
    assert len(str(node)) > 200
    with held(node):
        assert run("exec", "-", "--node", node, script="pwc\n").returncode == 0


def test_a_socket_that_a_killed_owner_left_is_in_nobodys_way(tmp_path):
    node = tmp_path / "node"
    with held(node):
        pass
    with socket.socket(socket.AF_UNIX) as left, sockets.free_place(node) as name:
        left.bind(name)
    assert joiner.join(node, hello()) is None
    with held(node):
        assert joiner.join(node, hello()) is not None


def test_a_link_in_the_place_of_the_socket_is_not_followed(tmp_path):
    node = tmp_path / "node"
    with held(tmp_path / "other"):
        with opened(node, lab=False):
            target = tmp_path / "other" / "state" / sockets.SOCKET
            (node / "state" / sockets.SOCKET).symlink_to(target)
            assert joiner.join(node, hello()) is None


@contextmanager
def both_held(first, second):
    """Own two nodes in this process, at one door."""
    with opened(first, lab=False) as one, opened(second, lab=False) as other:
        door = listening.Door(SystemClock())
        with closing(door):
            names = [
                door.open_to(Holding(router, node, lab=False, record=None))
                for router, node in ((one, first), (other, second))
            ]
            yield door, names


NAME = "configure exclusive\nsystem name {}\ncommit\n"


def test_two_nodes_of_a_process_are_joined_at_one_socket(tmp_path):
    nodes = tmp_path / ("long-" * 30) / "first", tmp_path / "second"
    with both_held(*nodes) as (door, names):
        assert [(node / "state" / sockets.SOCKET).exists() for node in nodes] == [True, False]
        for node in nodes:
            ended = run("exec", "-", "--node", node, script=NAME.format(node.name))
            assert ended.returncode == 0, ended.stdout
        for node in nodes:
            assert f"@{node.name}#" in run("exec", "-", "--node", node, script="pwc\n").stdout
        first, second = (joiner.join(node, hello()) for node in nodes)
        door.shut_to(names[1])
        assert second.wire.first() == {"lost": listening.ENDED}
        assert joiner.join(nodes[1], hello()) is None
        assert joiner.join(nodes[0], hello()) is not None
        first.wire.close()
    assert not (nodes[0] / "state" / sockets.SOCKET).exists()


def test_nodes_that_were_moved_together_are_found(tmp_path):
    with both_held(tmp_path / "here" / "first", tmp_path / "here" / "second"):
        (tmp_path / "here").rename(tmp_path / "there")
        (tmp_path / "link").symlink_to(tmp_path / "there" / "second")
        assert joiner.join(tmp_path / "link", hello()) is not None
        (tmp_path / "there").rename(tmp_path / "here")


@pytest.mark.parametrize("door", ["/", "../nowhere", "\udcff", "x" * 9000, "a\nb\0c", ".."])
def test_a_door_that_is_none_is_not_joined(tmp_path, door):
    with held(tmp_path / "node") as held_door:
        (holding,) = held_door._held.values()
        holding.router.joined_at(door)
        assert joiner.join(tmp_path / "node", hello()) is None


def test_a_door_of_another_user_is_not_believed(tmp_path, monkeypatch):
    keeper = sockets.keeper
    with both_held(tmp_path / "first", tmp_path / "second"):
        with monkeypatch.context() as patched:
            patched.setattr(sockets, "keeper", lambda node: keeper(node) + (node.name == "first"))
            assert joiner.join(tmp_path / "second", hello()) is None
        assert joiner.join(tmp_path / "second", hello()) is not None


class Steps(SystemClock):
    """A clock on which waiting does the next of some *steps*."""

    def __init__(self, *steps):
        self._steps = list(steps)
        self._now = 0.0

    def monotonic(self):
        return self._now

    def wait(self, seconds, cancel=None):
        self._now += seconds
        if self._steps:
            self._steps.pop(0)()
        return True


def test_an_owner_that_is_just_starting_or_ending_is_waited_for(tmp_path):
    node = tmp_path / "node"
    with opened(node, lab=False):
        pass
    lock, inner = NodeLock(node / "state" / "lock"), ExitStack()

    def opening():
        return opened(node, lab=False)

    lock.acquire()
    with ExitStack() as stack:  # it ends: the node becomes ours
        owned_or_joined(stack, node, opening, hello, Steps(lock.release))

    lock.acquire()

    def start():
        lock.release()
        inner.enter_context(held(node))

    with inner, ExitStack() as stack:  # it goes on: we join it
        found = owned_or_joined(stack, node, opening, hello, Steps(lambda: None, start))
        assert isinstance(found, joiner.Joined)

    clock = Steps()
    lock.acquire()
    with pytest.raises(HeldError, match=f"in use by process {os.getpid()}"), ExitStack() as stack:
        owned_or_joined(stack, node, opening, hello, clock)
    assert 5 < clock.monotonic() < 15
    lock.release()


def test_without_sockets_the_second_is_told_at_once(tmp_path, monkeypatch):
    node = tmp_path / "node"

    @contextmanager
    def none(_):
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        yield

    monkeypatch.setattr(sockets, "free_place", none)
    with opened(node, lab=False) as router:
        door = listening.Door(SystemClock())
        assert not door.open_to(Holding(router, node, lab=False, record=None))
        refused = run("exec", "-", "--node", node, script="pwc\n")
    assert refused.returncode == 3
    assert "cannot be joined (no socket: Operation not supported)" in refused.stderr


def test_options_that_contradict_the_owner_are_refused_by_name_and_equal_ones_are_not(tmp_path):
    node, records = tmp_path / "node", tmp_path / "records"
    node_option = ("--node", node)
    with held(node):
        for option in (("--lab",), ("--record", records), ("--mode", "classic")):
            refused = run("exec", "-", *option, *node_option)
            assert refused.returncode == 2
            assert option[0] in refused.stderr
        assert run("shell", "--mode", "model-driven", *node_option).returncode == 0
    with held(node, lab=True, record=records):
        options = ("--lab", "--record", records, "--mode", "model-driven")
        assert run("exec", "-", *options, *node_option).returncode == 0
        refused = run("exec", "-", "--json", "--record", tmp_path / "others", *node_option)
    assert refused.returncode == 2
    assert str(records) in refused.stderr
    assert json.loads(refused.stdout.splitlines()[-1])["status"] == 2


def test_another_version_is_refused_by_name(tmp_path):
    with held(tmp_path / "node"):
        for other in ({"srpki": "0.0.9"}, {"protocol": 2, "srpki": "9.9"}):
            with pytest.raises(BusyError) as refused:
                joiner.join(tmp_path / "node", {**hello(), **other})
            assert __version__ in str(refused.value)
            assert other["srpki"] in str(refused.value)


def test_both_ends_refuse_another_user_and_take_root(tmp_path, monkeypatch):
    with held(tmp_path / "node"):
        with monkeypatch.context() as patched:
            patched.setattr(frames.Wire, "user", 4711)
            with pytest.raises(RefusedError, match="4711"):
                joiner.join(tmp_path / "node", hello())
            patched.setattr(joiner, "_check", lambda *_: None)
            with pytest.raises((RefusedError, BusyError), match="4711"):
                joiner.join(tmp_path / "node", hello())
        assert joiner.join(tmp_path / "node", hello()) is not None
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert [frames.trusted(user) for user in (0, 1000, 1001)] == [True, True, False]


JUNK = [
    b"",
    b"\xff" * 100,
    b"\x00\x00\x00\x05\x01nope!",
    b"\x00\x00\x00\x01\x00x",
    frames.packed({}),
    frames.packed({**hello(), "wants": "everything"}),
    frames.packed({**hello(), "wants": []}),
]


@pytest.mark.parametrize("junk", JUNK, ids=range(len(JUNK)))
def test_who_sends_junk_is_hung_up_on_and_nobody_else_is_disturbed(tmp_path, junk):
    with held(tmp_path / "node") as door:
        with (
            socket.socket(socket.AF_UNIX) as other,
            sockets.place(tmp_path / "node", os.geteuid()) as place,
        ):
            other.connect(place)
            other.sendall(junk)
            other.shutdown(socket.SHUT_WR)
            while other.recv(4096):
                pass
        door.wait_until_alone()


def test_who_says_nothing_is_hung_up_on(tmp_path, monkeypatch):
    monkeypatch.setattr(listening, "GREETING", 0.05)
    with held(tmp_path / "node"):
        with (
            socket.socket(socket.AF_UNIX) as other,
            sockets.place(tmp_path / "node", os.geteuid()) as place,
        ):
            other.connect(place)
            assert other.recv(4096) == b""


def test_who_does_not_read_is_dropped_and_holds_nobody_up(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "PATIENCE", 0.1)
    with held(tmp_path / "node") as door:
        silent = joiner.join(tmp_path / "node", hello("terminal", size=[80, 24], moves=True))
        keys = "edit-config exclusive\renvironment more false\r" + "tree detail\r" * 50
        silent.wire.send(frames.packed_raw(keys.encode()))
        door.wait_until_alone()
        door._closed.clear()
    with held(tmp_path / "node"):
        script = "edit-config exclusive\nquit-config\n"
        assert run("exec", "-", "--node", tmp_path / "node", script=script).returncode == 0


def test_no_more_than_so_many_join(tmp_path, monkeypatch):
    monkeypatch.setattr(listening, "MOST", 1)
    with held(tmp_path / "node"):
        first = joiner.join(tmp_path / "node", hello())
        with pytest.raises(BusyError, match="1 sessions have joined"):
            joiner.join(tmp_path / "node", hello())
        first.wire.close()


def test_a_script_whose_owner_ends_is_over_with_status_3(tmp_path):
    with held(tmp_path / "node"):
        joined = joiner.join(tmp_path / "node", hello())
    told = []
    writer = SimpleNamespace(exchange=told.append, end=lambda *_: None)
    status = run_there(
        joined.wire, plain(["pwc"]), writer, told.append, keep_going=False, json=False
    )
    assert status == 3
    assert [each.output for each in told] == [listening.ENDED]


def test_an_owner_that_does_not_answer_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(joiner, "ANSWERING", 0.1)
    node = tmp_path / "node"
    with opened(node, lab=False), socket.socket(socket.AF_UNIX) as deaf:
        with sockets.free_place(node) as name:
            deaf.bind(name)
        deaf.listen(1)
        with pytest.raises(BusyError, match="does not answer"):
            joiner.join(node, hello())


def test_the_limits_are_told_apart():
    longest = frames.Frames(10)
    with pytest.raises(SrpkiError, match="longer than 10"):
        list(longest.feed(frames.packed({"much": "too long"})))
    cut = frames.packed_raw(b"x" * 200_000)
    found = [frame for at in range(0, len(cut), 7777) for frame in longer.feed(cut[at : at + 7777])]
    assert b"".join(frame.raw for frame in found) == b"x" * 200_000
    assert relay.ESCAPE == b"\x1c"
    assert issubclass(BusyError, UsageError)


longer = frames.Frames()


# --- Ctrl-C ---------------------------------------------------------------------------------------


@contextmanager
def waiting(node, *words, told):
    """Run the program beside an owner of a lab; yield both when it waits for a CA that puts it off."""
    with held(node, lab=True) as door:
        process = subprocess.Popen(
            [sys.executable, "-m", "srpki.frontend.program", *words, "--node", str(node)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with process, ExitStack() as ending:
            ending.callback(process.kill)  # whatever happens: its end is waited for
            process.stdin.write("".join(f"{line}\n" for line in PUT_OFF))
            process.stdin.flush()
            if "exec" in words:
                process.stdin.close()
            assert any(line.startswith("Waiting until") for line in getattr(process, told))
            (holding,) = door._held.values()
            yield holding.router, process


def gone(router):
    """Wait until nobody is there."""
    while router.node.sessions.all():
        threading.Event().wait(0.02)


def test_control_c_ends_a_joined_script_and_what_it_waits_for(tmp_path):
    with waiting(tmp_path / "node", "exec", "-", told="stderr") as (router, process):
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 128 + signal.SIGINT
        assert "Traceback" not in process.stderr.read()
        gone(router)
        assert "k.crt" not in router.node.keystore.names()


def test_control_c_ends_what_a_joined_pipe_waits_for_and_its_session_goes_on(tmp_path):
    with waiting(tmp_path / "node", "shell", told="stdout") as (router, process):
        process.send_signal(signal.SIGINT)
        process.stdin.write("pwc\n")
        process.stdin.close()
        out = process.stdout.read()
        assert "Present Working Context" in out
        assert "Traceback" not in process.stderr.read()
        gone(router)
        assert "k.crt" not in router.node.keystore.names()
