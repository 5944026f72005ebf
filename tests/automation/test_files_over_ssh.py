"""OpenSSH's scp and sftp, and netmiko, at the files of a node that is served."""

import asyncio
import subprocess

import asyncssh
import pytest
from counting import met
from foreign import library, need
from served import PATIENCE, Served, files_below

from srpki.frontend.serve.sftp import NodeFiles

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

SPELLINGS = ("cf3:/x", "cf3:\\x", "/cf3:/x", "x", "CF3:/y/../x", "/x")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One process that serves a lab."""
    home = tmp_path_factory.mktemp("files")
    with Served(home / "clients", "--node", home / "gw1", "--lab") as process:
        process.cf3 = home / "gw1" / "cf3"
        yield process


def scp(served, *words):
    """Run OpenSSH's scp; return what came of it."""
    return subprocess.run(
        [need("scp"), *served.options(port_option="-P"), *map(str, words)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=served.environment(),
        check=False,
    )


def sftp(served, *lines):
    """Run OpenSSH's sftp with *lines*; return what it prints, errors too."""
    options = served.options(port_option="-P", BatchMode="no")
    ended = subprocess.run(
        [need("sftp"), *options, "-b", "-", "admin@127.0.0.1"],
        input="".join(f"-{line}\n" for line in lines),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        env=served.environment(),
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@pytest.mark.parametrize("legacy", [(), ("-O",)], ids=["sftp", "scp"])
def test_each_spelling_names_one_file(served, tmp_path, legacy):
    for number, spelling in met(4, enumerate(SPELLINGS)):
        (tmp_path / "in").write_text(f"{spelling} {number} {legacy}")
        sent = scp(served, *legacy, tmp_path / "in", f"admin@127.0.0.1:{spelling}")
        assert (sent.returncode, sent.stderr) == (0, ""), spelling
        assert (served.cf3 / "x").read_text() == (tmp_path / "in").read_text(), spelling
        assert files_below(served.cf3)["x"] == 0o600
        if legacy and "\\" in spelling:
            continue  # that client takes a backslash for a part of a pattern
        back = scp(served, *legacy, f"admin@127.0.0.1:{spelling}", tmp_path / "out")
        assert (back.returncode, back.stderr) == (0, ""), spelling
        assert (tmp_path / "out").read_text() == (tmp_path / "in").read_text()
    assert not [name for name in files_below(served.cf3) if ".new" in name]


def test_sftp_does_what_file_does_and_not_more(served, tmp_path):
    (tmp_path / "f").write_text("content")
    shown = sftp(
        served,
        "pwd",
        "mkdir sub",
        f"put {tmp_path / 'f'} cf3:/sub/g",
        "cd sub",
        "rename g k",
        f"get k {tmp_path / 'back'}",
        "ls -l",
    )
    assert "Remote working directory: /cf3:/" in shown
    assert "-rw-------" in shown
    assert (tmp_path / "back").read_text() == "content"
    assert (served.cf3 / "sub" / "k").read_text() == "content"
    (served.cf3 / "linked").symlink_to("/etc/passwd")
    (served.cf3 / "out").symlink_to("/etc")
    before = files_below(served.cf3)
    refused = (
        "ls cf3:/system-pki",
        f"get system-pki/lab-root.crt {tmp_path / 'key'}",
        f"put {tmp_path / 'f'} system-pki/lab-root.crt",
        f"put {tmp_path / 'f'} SYSTEM-PKI/new",
        "rm system-pki/lab-root.crt",
        "rename system-pki away",
        "rename sub/k system-pki/k",
        "rmdir system-pki",
        f"get linked {tmp_path / 'passwd'}",
        f"get out/passwd {tmp_path / 'passwd'}",
        f"put {tmp_path / 'f'} out/f",
        f"get ../../../../etc/passwd {tmp_path / 'passwd'}",
        "ln -s sub other",
        "ln sub/k other",
        f"put {tmp_path / 'f'} nowhere/f",
        f"put {tmp_path / 'f'} {'x' * 150}",
        f"put {tmp_path / 'f'} .hidden",
        "rmdir sub",
    )
    for line in met(10, refused):
        sftp(served, line)
        assert files_below(served.cf3) == before, line
    assert not (tmp_path / "passwd").exists()
    assert not (tmp_path / "key").exists()
    assert "linked" not in sftp(served, "ls")
    (served.cf3 / "linked").unlink()
    (served.cf3 / "out").unlink()


async def _write(served, path, *, size, end):
    connection = await asyncssh.connect(
        "127.0.0.1", served.port, username="admin", password="admin", known_hosts=None, config=None
    )
    async with connection, connection.start_sftp_client() as client:
        file = await client.open(path, "wb")
        await file.write(b"x" * size)
        await end(connection, file)


def test_of_a_transfer_that_is_cut_off_nothing_lands(served):
    async def cut(connection, file):
        connection.abort()

    async def stop(connection, file):
        file._handler._writer.write_eof()
        await file._handler._writer.channel.wait_closed()

    for end in met(2, (cut, stop)):
        asyncio.run(_write(served, "half", size=1000, end=end))
        assert served.ssh("file show cf3:/half").returncode == 1
        assert "half" not in files_below(served.cf3)


def test_an_upload_is_bounded(served):
    async def grow(connection, file):
        with pytest.raises(asyncssh.SFTPError, match="at most"):
            await file.write(b"x", 1 << 40)
        with pytest.raises(asyncssh.SFTPError, match="at most"):
            await file.write(b"x", 1 << 24)
        await file.close()

    asyncio.run(_write(served, "long", size=1000, end=grow))
    assert "long" not in files_below(served.cf3)


def test_nothing_of_the_library_reaches_the_machines_own_files():
    theirs = {
        name
        for name, found in vars(asyncssh.SFTPServer).items()
        if callable(found) and not name.startswith("_")
    }
    harmless = {"convert_attrs", "format_user", "format_group", "format_longname"}
    harmless |= {"map_path", "reverse_map_path"}
    assert len(theirs) > 25
    assert theirs - harmless <= set(vars(NodeFiles))


def test_netmiko_transfers_files_both_ways(served, tmp_path):
    netmiko = library("netmiko")
    (tmp_path / "cert").write_bytes(b"0123456789" * 1000)
    client = netmiko.ConnectHandler(
        device_type="nokia_sros",
        host="127.0.0.1",
        port=served.port,
        username="admin",
        password="admin",
        read_timeout_override=PATIENCE,
        conn_timeout=PATIENCE,
    )
    put = netmiko.file_transfer(
        client,
        source_file=str(tmp_path / "cert"),
        dest_file="cert",
        file_system="cf3:",
        direction="put",
        overwrite_file=True,
    )
    assert put["file_exists"]
    assert (served.cf3 / "cert").read_bytes() == (tmp_path / "cert").read_bytes()
    got = netmiko.file_transfer(
        client,
        source_file="cert",
        dest_file=str(tmp_path / "back"),
        file_system="cf3:",
        direction="get",
    )
    assert got["file_exists"]
    assert (tmp_path / "back").read_bytes() == (tmp_path / "cert").read_bytes()
    client.disconnect()
