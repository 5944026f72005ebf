"""What stands behind ``srpki serve`` and needs no client: commands, paths, limits, algorithms."""

import asyncio

import pytest
from counting import met

from srpki.config.tree import EMPTY, put
from srpki.core.errors import InvalidNameError, UsageError
from srpki.frontend.serve import options
from srpki.frontend.serve.algorithms import MODERN, algorithms
from srpki.frontend.serve.commands import separated
from srpki.frontend.serve.conduit import Conduit
from srpki.frontend.serve.flashpaths import path_of, url_of, with_slashes
from srpki.frontend.serve.settings import idle_seconds, most_sessions, netconf_idle_seconds
from srpki.frontend.serve.sftp import Store
from srpki.frontend.serve.waiting import WaitingRoom
from srpki.schema.paths import Step, path


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("show version", ["show version"]),
        (" a ;; b\nc; ", ["a", "b", "c"]),
        ('x "a;b"; y', ['x "a;b"', "y"]),
        (r'x "a\";b"; y', [r'x "a\";b"', "y"]),
        (r'x "a\\"; y', [r'x "a\\"', "y"]),
        ('x "open; y', ['x "open; y']),
        ("", []),
    ],
)
def test_semicolons_outside_quotes_separate_commands(text, commands):
    assert separated(text) == commands


@pytest.mark.parametrize(
    ("spelled", "url"),
    [
        ("cf3:/a/b", r"cf3:\a\b"),
        ("cf3:\\a\\b", r"cf3:\a\b"),
        ("/cf3:/a/b", r"cf3:\a\b"),
        ("/a/b", r"cf3:\a\b"),
        ("cf3:a", r"cf3:\a"),
        ("CF3:/a", r"cf3:\a"),
        ("/cf3:/users/cf3:/a", r"cf3:\a"),
        ("/cf3:/x/../../../a", r"cf3:\a"),
        ("/cf3:/x/./y/..", r"cf3:\x"),
        ("..", r"cf3:\home"),
        (".", r"cf3:\home\me"),
        ("a", r"cf3:\home\me\a"),
        ("", r"cf3:\home\me"),
        ("/", "cf3:\\"),
        ("cf1:/a", r"cf1:\a"),
    ],
)
def test_the_spellings_of_a_path_name_one_url(spelled, url):
    assert url_of(spelled.encode(), r"cf3:\home\me") == url
    assert url_of(path_of(url), r"cf3:\other") == url


def test_what_is_no_path_is_refused():
    for path_ in (b"\xff", b"a" * 5000):
        with pytest.raises(InvalidNameError):
            url_of(path_, "cf3:\\")


def test_a_backslash_of_the_legacy_protocol_is_a_slash():
    assert with_slashes(r"scp -t cf3:\a\b") == "scp -t cf3:/a/b"
    assert with_slashes(r"scp -t cf3:/a\ b") == r"scp -t cf3:/a\ b"


def test_open_files_hold_so_much_in_all():
    store = Store(most=10)
    store.take(10)
    with pytest.raises(Exception, match="too much is being transferred"):
        store.take(1)
    store.give(1)
    store.take(1)


class Somebody:
    """A connection at one stage."""

    def __init__(self, stage):
        self.stage, self.cut = stage, False

    def abort(self):
        self.cut = True


def test_the_eldest_of_those_who_have_come_least_far_makes_room():
    room = WaitingRoom(most=3)
    far, first, second = Somebody(2), Somebody(0), Somebody(0)
    for each in (far, first, second):
        room.enter(each)
    room.enter(Somebody(0))
    assert (far.cut, first.cut, second.cut) == (False, True, False)
    room.leave(second)
    room.enter(Somebody(0))
    assert not second.cut


def named(kind, *names):
    """Return a configuration whose list of this kind has *names* in the order of preference."""
    tree = EMPTY
    for index, name in reversed([*enumerate(names, 1)]):
        place = path("system", "security", "ssh", f"server-{kind}-list-v2")
        tree = put(tree, (*place, Step(kind, (index,)), *path("name")), name)
    return tree


def test_a_list_of_algorithms_holds_as_far_as_it_is_modern():
    usual = algorithms(EMPTY)
    for kind in met(3, MODERN):
        assert usual[kind] == [*MODERN[kind]]
        weak = {"cipher": "aes128-cbc", "mac": "hmac-md5", "kex": "diffie-hellman-group1-sha1"}
        last = MODERN[kind][-1]
        assert algorithms(named(kind, weak[kind], last, MODERN[kind][0]))[kind] == [
            last,
            MODERN[kind][0],
        ]
        assert algorithms(named(kind, weak[kind]))[kind] == [*MODERN[kind]]
    offered = {name for names in MODERN.values() for name in names}
    assert not [name for name in offered if "cbc" in name or "md5" in name or name.endswith("sha1")]


def test_limits_are_those_of_the_configuration():
    control = path("system", "login-control")
    assert idle_seconds(EMPTY) == 30 * 60
    assert idle_seconds(put(EMPTY, (*control, *path("idle-timeout")), 1)) == 60
    assert idle_seconds(put(EMPTY, (*control, *path("idle-timeout")), "none")) is None
    listen = path("system", "management-interface", "netconf", "listen", "idle-timeout")
    assert netconf_idle_seconds(EMPTY) is None  # never, unless it is configured [access.md 3]
    assert netconf_idle_seconds(put(EMPTY, listen, 2)) == 120
    assert most_sessions(EMPTY) == 50
    assert most_sessions(put(EMPTY, (*control, *path("ssh", "inbound-max-sessions")), 2)) == 2


class Process:
    """A channel over which nothing comes, until it is closed."""

    def __init__(self):
        self.closed = asyncio.Event()
        self.stdin = self.channel = self

    async def read(self, size):
        await self.closed.wait()
        return b""

    async def wait_closed(self):
        await self.closed.wait()


class Watch:
    """A clock that is a minute later each time."""

    def __init__(self):
        self.now = 0.0

    def monotonic(self):
        self.now += 60.0
        return self.now


def test_who_types_nothing_for_too_long_is_told_so_once():
    async def idle(seconds):
        process, expired = Process(), []
        conduit = Conduit(process, None, Watch())
        conduit.patience = lambda: seconds

        def expire():
            expired.append(conduit)
            process.closed.set()

        conduit.expire = expire
        conduit._room.set()
        if seconds is None:
            process.closed.set()
        await asyncio.wait_for(conduit.pump(), 20)
        return len(expired)

    assert asyncio.run(idle(30.0)) == 1
    assert asyncio.run(idle(None)) == 0


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(options, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install \"\.\[ssh\]\""):
        options.run(None, None)
