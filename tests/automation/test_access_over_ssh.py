"""Who comes in at a node, and how far, as clients meet it over the wire: one node for all."""

import asyncio
import os
import re
import socket
import struct
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from counting import met
from foreign import library, need, run
from served import PATIENCE, Served

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

INVENTORY = """
[nodes.gw1.users.root]
password = "Secret-0!"
[nodes.gw1.users.ann]
password = "Secret-1!"
[nodes.gw1.users.bob]
password = "Secret-2!"
[nodes.gw1.users.eve]
password = "Secret-3!"
[nodes.gw1.users.kim]
password = "Secret-4!"
[nodes.gw1.users.lee]
password = "Secret-5!"
"""
PARAMS = "/configure system security user-params"
USER = f"{PARAMS} local-user user"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A process that serves one node, not of a lab, with a user for each test."""
    home = tmp_path_factory.mktemp("access")
    (home / "nodes.toml").write_text(INVENTORY)
    with Served(home / "clients", "--inventory", home / "nodes.toml") as process:
        process.cf3 = home / "gw1" / "cf3"
        yield process
        assert process.errors.read_text() == ""


def root(served, *lines):
    """Run *lines* as root, which must go well; return what is shown."""
    done = served.ssh("; ".join(lines), user="root", password="Secret-0!")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def configure(served, *lines):
    root(served, "configure private", *lines, "commit")


@asynccontextmanager
async def connected(served, user="root", password="Secret-0!", **more):
    """Connect as somebody."""
    async with library("asyncssh").connect(
        "127.0.0.1",
        served.port,
        username=user,
        password=password,
        known_hosts=None,
        client_keys=more.pop("client_keys", None),
        config=None,
        **more,
    ) as connection:
        yield connection


def comes_in(served, user, password, **more):
    return served.ssh("show time", user=user, password=password, **more).returncode == 0


# --- passwords ------------------------------------------------------------------------------------


def answering(served, tmp_path, old, *new):
    """Return an environment in which OpenSSH answers *old*, and to each question for a new one."""
    asked = tmp_path / "asked"
    askpass = tmp_path / "askpass"
    answers = "\n".join(f"{number}) echo '{one}';;" for number, one in enumerate(new, 1))
    askpass.write_text(
        f'#!/bin/sh\necho "$1" >> {asked}\n'
        'case "$1" in *new*) ;; *) echo "$OLD"; exit;; esac\n'
        f"case $(grep -c new {asked}) in\n{answers}\nesac\n"
    )
    askpass.chmod(0o700)
    return {
        **os.environ,
        "SSH_ASKPASS": str(askpass),
        "SSH_ASKPASS_REQUIRE": "force",
        "OLD": old,
    }, asked


@pytest.mark.parametrize(
    ("way", "user", "old"),
    [("keyboard-interactive", "ann", "Secret-1!"), ("password", "bob", "Secret-2!")],
)
def test_a_new_password_that_is_wanted_is_asked_for_by_ssh(served, tmp_path, way, user, old):
    configure(served, f'{USER} "{user}" console new-password-at-login true')
    new = "Tricky/two.2"
    environment, asked = answering(served, tmp_path, old, "short", "short", new, new)
    options = served.options(PreferredAuthentications=way, LogLevel="INFO")
    done = subprocess.run(
        [need("ssh"), *options, f"{user}@127.0.0.1", "show users"],
        env=environment,
        timeout=PATIENCE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr + asked.read_text()
    assert user in done.stdout
    assert asked.read_text().lower().count("new password") >= 2
    assert "is too short" in done.stderr
    assert comes_in(served, user, new) and not comes_in(served, user, old)


def test_one_who_gives_no_new_password_does_not_come_in(served):
    configure(served, f'{USER} "lee" console new-password-at-login true')
    assert not comes_in(served, "lee", "Secret-5!", PreferredAuthentications="password")
    assert not comes_in(served, "lee", "Secret-5!", PreferredAuthentications="keyboard-interactive")
    configure(served, f'{USER} "lee" console new-password-at-login false')
    assert comes_in(served, "lee", "Secret-5!")


def test_a_password_is_changed_at_a_terminal_and_shown_nowhere(served):
    configure(served, f"{PARAMS} local-user password minimum-age 0")
    typed = "password\nSecret-4!\nTricky/two.2\nTricky/two.2\nhistory\nlogout\n"
    done = served.ssh(typed=typed, user="kim", password="Secret-4!", options=("-tt",))
    assert done.stdout.count("password: \n") == 3, done.stdout
    assert "Secret" not in done.stdout and "Tricky" not in done.stdout
    assert "1 password\n" in done.stdout
    assert comes_in(served, "kim", "Tricky/two.2")
    for file in met(3, filter(Path.is_file, served.cf3.parent.rglob("*"))):
        assert b"Tricky" not in file.read_bytes(), file


def test_wrong_passwords_lock_out_until_somebody_lets_in_again(served):
    for _ in range(3):
        assert not comes_in(served, "eve", "wrong", PreferredAuthentications="password")
    assert not comes_in(served, "eve", "Secret-3!", PreferredAuthentications="password")
    assert re.search(
        r"^eve +(9|10):\d\d", root(served, "show system security user lockout"), re.MULTILINE
    )
    root(served, "admin clear security lockout user eve")
    assert comes_in(served, "eve", "Secret-3!")
    line = re.search(r"^eve .*", root(served, "show system security user eve"), re.MULTILINE)[0]
    assert re.fullmatch(r"eve +n .* never +\d+ +4 +y", line)


# --- keys -----------------------------------------------------------------------------------------


def test_an_rsa_key_lets_in_and_another_does_not(served, tmp_path):
    keys = [tmp_path / name for name in ("own", "other")]
    for key in keys:
        run(need("ssh-keygen"), "-q", "-t", "rsa", "-b", "3072", "-N", "", "-f", key)
    value = keys[0].with_suffix(".pub").read_text().split()[1]
    configure(served, f'{USER} "eve" public-keys rsa rsa-key 1 key-value "{value}"')
    only = {"PreferredAuthentications": "publickey"}
    for algorithm in ("rsa-sha2-256", "rsa-sha2-512"):
        offered = {"IdentityFile": keys[0], "PubkeyAcceptedAlgorithms": algorithm, **only}
        assert comes_in(served, "eve", "", **offered)
    assert not comes_in(served, "eve", "", IdentityFile=keys[1], **only)
    assert not comes_in(served, "lee", "", IdentityFile=keys[0], **only)


# --- limits ---------------------------------------------------------------------------------------


def test_one_session_more_than_may_be_is_refused_and_one_that_ends_makes_room(served):
    configure(served, "/configure system login-control ssh inbound-max-sessions 3")
    asyncssh = library("asyncssh")

    async def fill():
        async with connected(served) as connection:
            opened = [await connection.create_process(term_type="vt100") for _ in range(3)]
            with pytest.raises(asyncssh.ChannelOpenError, match="too many sessions"):
                await connection.create_process(term_type="vt100")
            opened[0].stdin.write("logout\n")
            await asyncio.wait_for(opened[0].wait_closed(), PATIENCE)
            opened[1].stdin.write("show version\n")  # the server has heard of the end, then
            await asyncio.wait_for(opened[1].stdout.readuntil("TiMOS"), PATIENCE)
            again = await connection.create_process("show time")
            await asyncio.wait_for(again.wait(), PATIENCE)

    try:
        asyncio.run(fill())
    finally:
        configure(served, "delete /configure system login-control ssh inbound-max-sessions")


def test_the_members_of_a_profile_have_so_many_sessions_together(served):
    profile = '/configure system security aaa local-profiles profile "few"'
    configure(
        served,
        f"{profile} default-action permit-all",
        f"{profile} ssh-max-sessions 1",
        f'{USER} "lee" console member ["few"]',
    )
    asyncssh = library("asyncssh")

    async def fill():
        async with connected(served, "lee", "Secret-5!") as connection:
            process = await connection.create_process(term_type="vt100")
            await process.stdout.readuntil("# ")
            with pytest.raises(asyncssh.ChannelOpenError, match="profile few have 1 session"):
                await connection.create_process(term_type="vt100")

    asyncio.run(fill())


def test_a_thousand_who_say_nothing_keep_nobody_out(served):
    sockets = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(1000)]
    try:
        assert "Number of users : 1" in root(served, "show users")
    finally:
        for each in sockets:
            each.close()


def test_nothing_is_forwarded(served):
    asyncssh = library("asyncssh")

    async def ask():
        async with connected(served) as connection:
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_connection("127.0.0.1", served.port)
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_unix_connection("/tmp/x")
            with pytest.raises(asyncssh.ChannelListenError):
                await connection.forward_remote_port("127.0.0.1", 0, "127.0.0.1", 22)
            with pytest.raises(asyncssh.ChannelListenError):
                await connection.forward_remote_path("/tmp/never", "/tmp/x")
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.create_tun(asyncssh.SSHTunTapSession)
            done = await connection.run("show time")
            assert done.exit_status == 0

    asyncio.run(ask())
    for wish in (("-A",), ("-X",), ("-Y",)):
        assert (
            served.ssh("show time", user="root", password="Secret-0!", options=wish).returncode == 0
        )


# --- files ----------------------------------------------------------------------------------------


def test_links_in_the_flash_lead_nowhere_by_sftp(served):
    outside = served.cf3.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_text("secret")
    mode = (outside / "secret").stat().st_mode & 0o777
    links = {
        "absolute": outside / "secret",
        "dangling": outside / "nothing",
        "directory": outside,
        "relative": "../outside/secret",
    }
    for name, target in links.items():
        (served.cf3 / name).symlink_to(target)
    asyncssh = library("asyncssh")

    async def try_all():
        async with connected(served) as connection, connection.start_sftp_client() as files:
            for path in ("absolute", "dangling", "relative", "directory/secret", "directory/new"):
                for way in "rb", "wb", "ab":
                    with pytest.raises(asyncssh.SFTPError):
                        async with files.open(f"cf3:/{path}", way) as file:
                            await file.read() if way == "rb" else await file.write(b"x")
                with pytest.raises(asyncssh.SFTPError):
                    await files.readlink(f"cf3:/{path}")
                await files.setstat(f"cf3:/{path}", asyncssh.SFTPAttrs(permissions=0o777))
            with pytest.raises(asyncssh.SFTPError):
                await files.listdir("cf3:/directory")
            with pytest.raises(asyncssh.SFTPError):
                await files.mkdir("cf3:/directory/below")

    try:
        asyncio.run(try_all())
        assert [each.name for each in outside.iterdir()] == ["secret"]
        assert (outside / "secret").read_text() == "secret"
        assert (outside / "secret").stat().st_mode & 0o777 == mode
    finally:
        for name in links:
            (served.cf3 / name).unlink(missing_ok=True)


def test_one_who_reads_nothing_of_sftp_holds_up_nobody_and_is_bounded(served):
    (served.cf3 / "large").write_bytes(bytes(1 << 20))

    def packet(kind, *parts):
        body = bytes([kind]) + b"".join(parts)
        return struct.pack(">I", len(body)) + body

    def text(octets):
        return struct.pack(">I", len(octets)) + octets

    async def flood():
        async with connected(served) as connection:
            process = await connection.create_process(
                subsystem="sftp", encoding=None, window=1 << 12
            )
            process.stdin.write(packet(1, struct.pack(">I", 3)))
            process.stdin.write(
                packet(3, struct.pack(">I", 1), text(b"cf3:/large"), struct.pack(">II", 1, 0))
            )
            before = _memory(served)
            for number in range(2, 3000):  # 3 GiB, if anybody kept it
                read = text(struct.pack(">I", 0)) + struct.pack(">QI", 0, 1 << 20)
                process.stdin.write(packet(5, struct.pack(">I", number), read))
            loop = asyncio.get_running_loop()
            for _ in range(2):
                shown = await loop.run_in_executor(None, root, served, "show users")
                assert "Number of users" in shown
            assert _memory(served) - before < 64 << 10

    asyncio.run(flood())
    (served.cf3 / "large").unlink()


def _memory(served):
    """Return the resident memory of the process in KiB."""
    status = Path(f"/proc/{served.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])
