"""What no client should send, over the wire: it is answered or ends, and nobody else is disturbed."""

import asyncio
import re
import socket
import struct
from pathlib import Path

import pytest
from counting import met
from foreign import library
from netconf import BASE

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

PATIENCE = 60
VERSION = b"SSH-2.0-hostile\r\n"
END = "]]>]]>"


@pytest.fixture(autouse=True)
def undisturbed(served):
    """Others come in afterwards, and what has grown in between is bounded."""
    before = memory(served)
    yield
    shown = served.ssh("show version")
    assert shown.returncode == 0, shown.stderr
    assert served.errors.read_text() == ""
    assert memory(served) - before < 64 << 10


def memory(served):
    """Return the resident memory of the process in KiB."""
    status = Path(f"/proc/{served.process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])


def connected(served, user="admin", password="admin"):
    """Connect as somebody."""
    return library("asyncssh").connect(
        "127.0.0.1",
        served.port,
        username=user,
        password=password,
        known_hosts=None,
        client_keys=None,
        config=None,
    )


PACKETS = {
    "a request of HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no end of line": b"SSH-2.0-" + b"x" * 100_000,
    "another version": b"SSH-1.5-old\r\n",
    "zeros": VERSION + bytes(100_000),
    "a packet without octets": VERSION + struct.pack(">IB", 1, 0),
    "a packet of 4 GiB": VERSION + struct.pack(">IB", 0xFFFFFFFF, 4) + b"x" * 1000,
    "more padding than packet": VERSION + struct.pack(">IB", 12, 255) + b"x" * 100,
    "no exchange of keys": VERSION + struct.pack(">IBB", 12, 6, 50) + b"x" * 100,
    "an exchange that is cut off": VERSION + struct.pack(">IBB", 28, 4, 20) + b"\xff" * 100,
}


@pytest.mark.parametrize("octets", PACKETS.values(), ids=PACKETS)
def test_what_is_no_ssh_ends_the_connection(served, octets):
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as connection:
        try:
            connection.sendall(octets)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
        except ConnectionError:
            pass


def rpc(body):
    """Return a request."""
    return f'<rpc xmlns="{BASE}" message-id="1">{body}</rpc>'


HELLO = (
    f'<hello xmlns="{BASE}"><capabilities><capability>urn:ietf:params:netconf:base:1.0'
    "</capability></capabilities></hello>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9)).replace("&a0;", "&a;")
    + "]>"
    + rpc("<get>&a8;</get>")
)
MESSAGES = {
    "an entity bomb": BOMB,
    "an external entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + rpc("&e;"),
    "deep": rpc("<a>" * 100_000),
    "deep and whole": rpc("<a>" * 50_000 + "</a>" * 50_000),
    "wide": rpc("<get>" + "<a/>" * 300_000 + "</get>"),
    "many attributes": rpc("<get " + " ".join(f'a{n}="1"' for n in range(10_000)) + "/>"),
    "many namespaces": rpc("<get " + " ".join(f'xmlns:a{n}="u:{n}"' for n in range(10_000)) + "/>"),
    "no XML": "\x00\x01\x02",
    "nothing": "",
    "an open element": rpc("<get>"),
    "an instruction": f"<?evil x?>{rpc('<get/>')}",
    "a name that is long": rpc(f"<{'a' * 100_000}/>"),
}


def test_messages_of_netconf_are_answered_and_the_session_goes_on(served):
    async def ask():
        async with connected(served) as connection:
            stdin, stdout, _ = await connection.open_session(subsystem="netconf")
            await stdout.readuntil(END)
            stdin.write(HELLO + END)
            for name, message in MESSAGES.items():
                stdin.write(message + END)
                answer = await asyncio.wait_for(stdout.readuntil(END), PATIENCE)
                assert "<rpc-error>" in answer, name
                assert "root:" not in answer, name
                assert len(answer) < 200_000, name
            stdin.write(rpc("<get-config><source><running/></source></get-config>") + END)
            assert "<data" in await asyncio.wait_for(stdout.readuntil(END), PATIENCE)

    asyncio.run(ask())


CHUNKED = HELLO.replace("base:1.0</", "base:1.1</") + END
FRAMES = {
    "a message before the hello": rpc("<get/>") + END,
    "a hello without end": "<hello>" + "x" * 200_000,
    "no chunk": CHUNKED + "hello\n",
    "an empty chunk": CHUNKED + "\n#0\n\n##\n",
    "a chunk that is too large": CHUNKED + "\n#4294967296\n",
    "a message without end": CHUNKED + "\n#1000000\n" + "x" * 20_000_000,
    "many empty messages": CHUNKED + "\n##\n" * 1000,
}


@pytest.mark.parametrize("sent", FRAMES.values(), ids=FRAMES)
def test_frames_that_are_none_end_the_session_of_netconf(served, sent):
    async def send():
        async with connected(served) as connection:
            stdin, stdout, _ = await connection.open_session(subsystem="netconf")
            await stdout.readuntil(END)
            stdin.write(sent)
            try:
                await asyncio.wait_for(stdout.read(), PATIENCE)
            except (ConnectionError, library("asyncssh").Error):
                pass

    asyncio.run(send())


PATHS = (
    "../../../../etc/passwd",
    "/etc/passwd",
    "cf3:/../../../../etc/passwd",
    "cf3:\\..\\..\\state\\ssh-host-rsa",
    "cf3:/system-pki",
    "cf3:/system-pki/x",
    "cf3:/SYSTEM-PKI/x",
    "cf3:/./system-pki/../system-pki/x",
    "system-pki/x",
    "cf3:/a\x00b",
    "cf3:/" + "a" * 5000,
    "cf3:/" + "a/" * 5000,
    "cf1:/x",
    "cf9:/x",
    "\udcff",
)


def test_paths_of_sftp_that_lead_elsewhere(served):
    flash = Path(served.home.parent / "md")
    before = {str(path) for path in flash.rglob("*")}

    async def try_all():
        error = library("asyncssh").SFTPError
        async with connected(served) as connection, connection.start_sftp_client() as files:
            for path in met(len(PATHS), PATHS):
                spelled = path.encode(errors="surrogateescape")
                for mode in "rb", "wb":
                    with pytest.raises(error):
                        async with files.open(spelled, mode) as file:
                            await file.read() if mode == "rb" else await file.write(b"x")
                for do in files.remove, files.mkdir, files.readlink, files.rmdir:
                    with pytest.raises(error):
                        await do(spelled)
                with pytest.raises(error):
                    await files.symlink("/etc/passwd", spelled)
                with pytest.raises(error):
                    await files.rename(spelled, b"cf3:/renamed")

    asyncio.run(try_all())
    assert {str(path) for path in flash.rglob("*")} - before == set()


def test_wrong_passwords_without_end(served):
    asyncssh = library("asyncssh")

    async def guess(number):
        with pytest.raises((asyncssh.Error, ConnectionError)):
            async with connected(served, "mallory", f"guess-{number}"):
                pass

    async def guesses():
        await asyncio.gather(*map(guess, range(30)))

    log = '/configure log log-id "hostile"'
    made = served.ssh(
        f"edit-config private; {log} source security true; {log} destination memory;"
        " commit; exit all; quit-config"
    )
    assert made.returncode == 0, made.stdout
    asyncio.run(guesses())
    shown = served.ssh(
        "show log log-id hostile; edit-config private;"
        ' delete configure log log-id "hostile"; commit; quit-config'
    ).stdout
    assert "User mallory from 127.0.0.1 failed to log in" in shown
    assert "guess-" not in shown


def test_one_who_reads_nothing_of_netconf_holds_up_nobody(served):
    async def flood():
        async with connected(served) as connection:
            stdin, _, _ = await connection.open_session(subsystem="netconf", window=1000)
            ask = rpc("<get-config><source><running/></source></get-config>") + END
            stdin.write(HELLO + END + ask * 2000)
            loop = asyncio.get_running_loop()
            for _ in range(3):
                shown = await loop.run_in_executor(None, served.ssh, "show users")
                assert shown.returncode == 0
            assert re.search("NETCONF", shown.stdout)
            (number,) = re.findall(r"admin +(\d+) +NETCONF", shown.stdout)
            cut = await loop.run_in_executor(
                None, served.ssh, f"admin disconnect session-id {number}"
            )
            assert cut.returncode == 0, cut.stdout

    asyncio.run(flood())
