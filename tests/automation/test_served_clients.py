"""Automation clients at nodes that ``srpki serve`` lets be reached by SSH.

Each does what its user does, as its documentation says; nothing stands between it and the node.
"""

import asyncio

import pytest
from counting import met
from foreign import library

pytestmark = [
    pytest.mark.interop,
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore:::paramiko"),
]

CONF = "urn:nokia.com:sros:ns:yang:sr:conf"
PATIENCE = 40
"""Seconds that a client waits for an answer; their own defaults are shorter than a busy machine."""


def profile(name):
    """Return the configuration of a CA profile as NETCONF has it."""
    base = "urn:ietf:params:xml:ns:netconf:base:1.0"
    return (
        f'<config xmlns="{base}" ><configure xmlns="{CONF}"><system><security><pki>'
        f"<ca-profile><ca-profile-name>{name}</ca-profile-name></ca-profile>"
        "</pki></security></system></configure></config>"
    )


# --- netmiko --------------------------------------------------------------------------------------


@pytest.fixture
def netmiko_at(served):
    """Connect netmiko's driver for nokia_sros to the node of this number."""

    def connect(number):
        return library("netmiko").ConnectHandler(
            device_type="nokia_sros",
            host="127.0.0.1",
            port=served.nodes[number]["ssh_port"],
            username="admin",
            password="admin",
            read_timeout_override=PATIENCE,
            conn_timeout=PATIENCE,
            banner_timeout=PATIENCE,
            auth_timeout=PATIENCE,
        )

    return connect


def test_netmiko_configures_saves_and_leaves(netmiko_at):
    profile = '/configure system security pki ca-profile "netmiko"'
    gone = "delete configure system security pki ca-profile netmiko"
    with netmiko_at(0) as netmiko:
        assert netmiko.base_prompt.startswith("A:admin@")
        assert netmiko.send_command("show version").startswith("TiMOS-C-26.3")
        shown = netmiko.send_config_set([profile, f"{profile} description {'x' * 80}"])
        assert "MINOR" not in shown
        netmiko.commit()
        assert "Saving configuration OK" in netmiko.save_config()
        netmiko.exit_config_mode()
        assert "x" * 80 in netmiko.send_command(f"info {profile}")
        netmiko.send_config_set([gone])
        netmiko.exit_config_mode()  # drops what has not been committed
        assert "x" * 80 in netmiko.send_command(f"info {profile}")
        netmiko.send_config_set([gone])
    with netmiko_at(0) as netmiko:  # the one before has left without a question
        assert "x" * 80 in netmiko.send_command(f"info {profile}")
        netmiko.send_config_set([gone])
        netmiko.commit()
        netmiko.exit_config_mode()
        assert "MINOR: " in netmiko.send_command(f"info {profile}")


def test_netmiko_transfers_files_both_ways_at_the_classic_cli(netmiko_at, tmp_path):
    content = bytes(range(256)) * 300
    (tmp_path / "there").write_bytes(content)
    file_transfer = library("netmiko").file_transfer
    with netmiko_at(1) as netmiko:

        def transfer(direction, source, target):
            return file_transfer(
                netmiko,
                source_file=str(source),
                dest_file=str(target),
                direction=direction,
                file_system="cf3:",
                overwrite_file=False,
                disable_md5=True,
                verify_file=True,
            )

        put = transfer("put", tmp_path / "there", "netmiko.bin")
        assert put == {"file_exists": True, "file_transferred": True, "file_verified": True}
        again = transfer("put", tmp_path / "there", "netmiko.bin")
        assert again["file_transferred"] is False
        transfer("get", "netmiko.bin", tmp_path / "back")
        netmiko.send_command("file delete cf3:/netmiko.bin force")
        assert "netmiko.bin" not in netmiko.send_command("file dir cf3:")
    assert (tmp_path / "back").read_bytes() == content


def test_netmiko_with_the_classic_cli(netmiko_at):
    profile = '/configure system security pki ca-profile "netmiko"'
    with netmiko_at(1) as netmiko:
        assert netmiko.base_prompt.removeprefix("*") == "A:srpki"  # others may leave it unsaved
        shown = netmiko.send_config_set([f"{profile} create", f"{profile} description short"])
        assert "Error" not in shown
        assert 'description "short"' in netmiko.send_command("admin display-config")
        assert "Saving configuration" in netmiko.save_config()
        netmiko.send_config_set(["/configure system security pki no ca-profile netmiko"])
        assert "TiMOS" in netmiko.send_command("show version")


# --- scrapli --------------------------------------------------------------------------------------


@pytest.fixture
def scrapli_at(served):
    """Make scrapli's driver of a definition for the node of this number."""

    def make(number, definition):
        module = library("scrapli")
        return module.Cli(
            host="127.0.0.1",
            port=served.nodes[number]["ssh_port"],
            definition_file_or_name=definition,
            auth_options=module.AuthOptions(username="admin", password="admin"),
            session_options=module.SessionOptions(operation_timeout_s=PATIENCE),
        )

    return make


def test_scrapli(scrapli_at):
    profile = '/configure system security pki ca-profile "scrapli"'
    with scrapli_at(0, "nokia_sros") as scrapli:

        def send(*lines, mode="exec"):
            return scrapli.send_inputs(inputs=list(lines), requested_mode=mode)

        shown = send("show version")
        assert not shown.failed
        assert shown.result.startswith("TiMOS-C-26.3")
        made = send(f"{profile} description scrapli", "exit all", "commit", mode="configuration")
        assert not made.failed
        assert send("/configure system bogus", mode="configuration").failed
        assert "description" in send(f"info {profile}").result
        gone = "delete configure system security pki ca-profile scrapli"
        assert not send(gone, "exit all", "commit", mode="configuration").failed
        assert send(f"info {profile}").failed


def test_scrapli_with_the_classic_cli(scrapli_at):
    with scrapli_at(1, "nokia_sros_classic") as scrapli:
        assert "TiMOS" in scrapli.send_input("show version").result
        shown = scrapli.send_inputs(
            inputs=[
                "system security pki ca-profile scrapli create",
                "description scrapli",
                "info",
                "back",
                "no ca-profile scrapli",
            ],
            requested_mode="configuration",
        )
        assert not shown.failed, shown.result
        assert 'description "scrapli"' in shown.result
        assert "A:srpki" not in scrapli.send_input("show system information").result


def test_scrapli_by_both_bases_of_netconf(served):
    module = library("scrapli")
    netconf = library("scrapli.netconf")
    for version in met(2, netconf.Version):
        with module.Netconf(
            host="127.0.0.1",
            port=served.nodes[0]["netconf_port"],
            auth_options=module.AuthOptions(username="admin", password="admin"),
            session_options=module.SessionOptions(operation_timeout_s=PATIENCE),
            options=netconf.Options(preferred_version=version),
        ) as client:
            shown = client.get_config(source=netconf.DatastoreType.RUNNING)
            assert not shown.failed
            assert "lab-ca" in shown.result
            assert not client.lock(target=netconf.DatastoreType.CANDIDATE).failed
            made = client.edit_config(
                config=profile("scrapli-nc"), target=netconf.DatastoreType.CANDIDATE
            )
            assert not made.failed, made.result
            assert not client.validate(source=netconf.DatastoreType.CANDIDATE).failed
            assert not client.discard().failed
            assert not client.unlock(target=netconf.DatastoreType.CANDIDATE).failed
            assert client.edit_config(
                config=profile("x").replace("ca-profile", "bogus"),
                target=netconf.DatastoreType.CANDIDATE,
            ).failed


# --- libraries of SSH -----------------------------------------------------------------------------


def test_paramiko_runs_commands_types_and_carries_files(served, tmp_path):
    paramiko = library("paramiko")
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        client.load_host_keys(str(served.known))
        client.connect(
            "127.0.0.1",
            served.port,
            "admin",
            "admin",
            look_for_keys=False,
            allow_agent=False,
            timeout=PATIENCE,
            banner_timeout=PATIENCE,
            auth_timeout=PATIENCE,
        )
        _, shown, _ = client.exec_command("show version", timeout=PATIENCE)
        assert shown.read().startswith(b"TiMOS")
        assert shown.channel.recv_exit_status() == 0
        _, shown, _ = client.exec_command("show versoin", timeout=PATIENCE)
        assert b"MINOR: MGMT_CORE #2201" in shown.read()
        assert shown.channel.recv_exit_status() == 1
        with client.open_sftp() as files:
            (tmp_path / "there").write_bytes(b"over here")
            files.put(str(tmp_path / "there"), "cf3:/paramiko.txt")
            assert "paramiko.txt" in files.listdir("cf3:/")
            files.get("/cf3:/paramiko.txt", str(tmp_path / "back"))
            files.remove("cf3:\\paramiko.txt")
            with pytest.raises(FileNotFoundError):
                files.stat("cf3:/paramiko.txt")
        assert (tmp_path / "back").read_bytes() == b"over here"


def test_asyncssh_talks_in_many_channels_of_one_connection(served):
    asyncssh = library("asyncssh")

    async def talk():
        async with asyncssh.connect(
            "127.0.0.1",
            served.port,
            username="admin",
            password="admin",
            known_hosts=str(served.known),
            client_keys=None,
            config=None,
        ) as connection:
            runs = [connection.run("show version", timeout=PATIENCE) for _ in range(5)]
            for done in met(5, await asyncio.gather(*runs)):
                assert done.exit_status == 0
                assert done.stdout.startswith("TiMOS")
            async with connection.create_process(term_type="dumb") as process:
                assert await process.stdout.readuntil("# ")
                process.stdin.write("environment more false\r")
                await process.stdout.readuntil("# ")
                process.stdin.write("show system information\r")
                assert "System Name" in await process.stdout.readuntil("# ")
                process.stdin.write("logout\r")
                ended = await process.wait(timeout=PATIENCE)
                assert ended.exit_status == 0

    asyncio.run(talk())
