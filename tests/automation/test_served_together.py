"""Many clients at once, and clients who get in each other's way, at nodes that are served."""

import asyncio
import re
from contextlib import asynccontextmanager

import pytest
from counting import met
from foreign import library
from netconf import BASE, CONF
from served import Served

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

CLIENTS = 20
PATIENCE = 60


def connected(port):
    """Connect as admin to the node at *port*."""
    return library("asyncssh").connect(
        "127.0.0.1",
        port,
        username="admin",
        password="admin",
        known_hosts=None,
        client_keys=None,
        config=None,
    )


class Terminal:
    """Types lines and reads up to the next prompt."""

    def __init__(self, process):
        self._process = process

    async def shown(self):
        text = ""
        while not re.search(r"\]\r\nA:admin@\S+# $", text):
            piece = await asyncio.wait_for(self._process.stdout.read(4096), PATIENCE)
            assert piece, text
            text += piece
        return text

    async def types(self, line):
        self._process.stdin.write(f"{line}\r")
        return await self.shown()


@asynccontextmanager
async def terminal_at(port):
    """Open a terminal at the prompt, with the pager off."""
    async with connected(port) as connection:
        async with connection.create_process(term_type="dumb", term_size=(80, 24)) as process:
            terminal = Terminal(process)
            await terminal.shown()
            await terminal.types("environment more false")
            yield terminal
            process.stdin.write("logout\r")
            await process.wait(timeout=PATIENCE)


async def one_of_many(port, number):
    """Do at a node what a script does, in a candidate of one's own; return what is left of it."""
    name = f"many-{number}"
    async with terminal_at(port) as terminal:
        await terminal.types("edit-config private")
        await terminal.types(
            f'/configure system security pki ca-profile "{name}" description "{name}"'
        )
        shown = await terminal.types("commit")
        while "MGMT_CORE" in shown and "changed" in shown:  # others were faster
            await terminal.types("update")
            shown = await terminal.types("commit")
        assert "MINOR" not in shown, shown
        await terminal.types("quit-config")
        return await terminal.types(f'info /configure system security pki ca-profile "{name}"')


def test_twenty_clients_at_one_node(served):
    async def all_of_them():
        runs = (one_of_many(served.port, number) for number in range(CLIENTS))
        return await asyncio.gather(*runs)

    shown = asyncio.run(all_of_them())
    for number, text in enumerate(met(CLIENTS, shown)):
        assert f'description "many-{number}"' in text
    gone = "; ".join(
        f"delete configure system security pki ca-profile many-{number}"
        for number in range(CLIENTS)
    )
    ended = served.ssh(f"edit-config private; {gone}; commit; quit-config")
    assert ended.returncode == 0, ended.stdout


def inventory_of(nodes):
    """Return nornir with a host for each of *nodes*, all asked at once by NETCONF."""
    plugins = library("nornir.core.plugins.connections").ConnectionPluginRegister
    if "netconf" not in plugins.available:
        plugins.register("netconf", library("nornir_netconf.plugins.connections").Netconf)
    known = library("nornir.core.inventory")
    extras = {"hostkey_verify": False, "allow_agent": False, "look_for_keys": False}
    extras |= {"timeout": PATIENCE, "device_params": {"name": "sros"}}
    hosts = {
        node["node"]: known.Host(
            name=node["node"],
            hostname="127.0.0.1",
            port=node["ssh_port"],
            username="admin",
            password="admin",
            connection_options={"netconf": known.ConnectionOptions(extras=extras)},
        )
        for node in nodes
    }
    return library("nornir.core").Nornir(
        inventory=known.Inventory(known.Hosts(hosts), known.Groups(), known.Defaults()),
        runner=library("nornir.plugins.runners").ThreadedRunner(num_workers=CLIENTS),
        config=library("nornir.core.configuration").Config(),
    )


def by_nornir(nodes):
    """Name every node by the tasks of nornir-netconf, as its documentation has them."""
    tasks = library("nornir_netconf.plugins.tasks")
    fleet = inventory_of(nodes)

    def change(task):
        edit = (
            f'<configure xmlns="{CONF}"><system><name>{task.host.name}</name></system></configure>'
        )
        config = f'<config xmlns="{BASE}">{edit}</config>'
        task.run(tasks.netconf_lock, datastore="candidate", operation="lock")
        task.run(tasks.netconf_edit_config, config=config, target="candidate")
        task.run(tasks.netconf_validate, source="candidate")
        task.run(tasks.netconf_commit)
        task.run(tasks.netconf_lock, datastore="candidate", operation="unlock")
        wanted = f'<configure xmlns="{CONF}"><system><name/></system></configure>'
        found = task.run(
            tasks.netconf_get_config, source="running", path=wanted, filter_type="subtree"
        )
        return found[0].result.rpc.data_xml

    try:
        for name, result in met(CLIENTS, fleet.run(change).items()):
            assert not result.failed, result[0].exception
            assert f"<name>{name}</name>" in result[0].result
    finally:
        fleet.close_connections()


def test_twenty_clients_at_twenty_nodes(tmp_path):
    tables = "".join(
        f'[nodes.gw{number}]\nlab = "town"\nssh = "127.0.0.1:0"\n' for number in range(CLIENTS)
    )
    (tmp_path / "nodes.toml").write_text(f"[labs.town]\n{tables}")
    words = ("--inventory", tmp_path / "nodes.toml")
    with Served(tmp_path / "clients", *words, nodes=CLIENTS) as process:

        async def all_of_them():
            runs = (one_of_many(node["ssh_port"], 0) for node in process.nodes)
            return await asyncio.gather(*runs)

        assert all(
            'description "many-0"' in text for text in met(CLIENTS, asyncio.run(all_of_them()))
        )
        by_nornir(process.nodes)
        assert process.terminate() == 0
        assert process.errors.read_text() == ""


async def answered(netconf, body):
    """Send one request of NETCONF and return its reply, by the framing of base 1.0."""
    stdin, stdout = netconf
    stdin.write(f'<rpc xmlns="{BASE}" message-id="1">{body}</rpc>]]>]]>')
    return await asyncio.wait_for(stdout.readuntil("]]>]]>"), PATIENCE)


@asynccontextmanager
async def netconf_at(port):
    """Open a session of NETCONF with a private candidate."""
    async with connected(port) as connection:
        stdin, stdout, _ = await connection.open_session(subsystem="netconf")
        await stdout.readuntil("]]>]]>")
        said = ("urn:ietf:params:netconf:base:1.0", "urn:nokia.com:nc:pc")
        told = "".join(f"<capability>{each}</capability>" for each in said)
        stdin.write(f'<hello xmlns="{BASE}"><capabilities>{told}</capabilities></hello>]]>]]>')
        yield stdin, stdout
        stdin.close()


def edit(description):
    """Return an edit of a CA profile."""
    return (
        "<edit-config><target><candidate/></target><config>"
        f'<configure xmlns="{CONF}"><system><security><pki><ca-profile>'
        f"<ca-profile-name>together</ca-profile-name><description>{description}</description>"
        "</ca-profile></pki></security></system></configure></config></edit-config>"
    )


def test_one_edits_at_the_terminal_while_another_commits_by_netconf(served):
    """He sees by the mark in his prompt that he is overtaken, and takes it over by update."""

    async def both():
        path = "/configure system security pki ca-profile together"
        async with terminal_at(served.port) as terminal, netconf_at(served.port) as netconf:
            await terminal.types("edit-config private")
            await terminal.types(f"{path} revocation-check crl-optional")
            assert "<ok/>" in await answered(netconf, edit("theirs"))
            assert "<ok/>" in await answered(netconf, "<commit/>")
            assert "\r\n!*(pr)[/]\r\n" in await terminal.types("")
            assert "theirs" not in await terminal.types(f"info {path}")
            assert "\r\n*(pr)[/]\r\n" in await terminal.types("update")
            shown = await terminal.types(f"info {path}")
            assert 'description "theirs"' in shown
            assert "crl-optional" in shown
            await terminal.types("commit")
            await terminal.types("delete configure system security pki ca-profile together")
            await terminal.types("commit")
            await terminal.types("quit-config")

    asyncio.run(both())


def test_what_is_locked_by_one_is_refused_to_the_other(served):
    async def both():
        async with terminal_at(served.port) as terminal, netconf_at(served.port) as netconf:
            await terminal.types("edit-config exclusive")
            refused = await answered(netconf, "<lock><target><candidate/></target></lock>")
            assert "<rpc-error>" in refused
            await terminal.types("quit-config")
            assert "<ok/>" in await answered(netconf, "<lock><target><candidate/></target></lock>")
            assert "MINOR: MGMT_CORE #" in await terminal.types("edit-config exclusive")
            await answered(netconf, "<unlock><target><candidate/></target></unlock>")

    asyncio.run(both())


def test_a_certificate_is_renewed_while_a_client_holds_the_exclusive_lock(served):
    pki = "admin system security pki"
    lines = (
        f'{pki} generate-keypair save-path "cf3:/lock.key" ecdsa-curve secp256r1',
        f'{pki} import type key format der input-url "cf3:/lock.key" output-file "lock.key"',
        f'{pki} est enroll est-profile lab-est key "cf3:/system-pki/lock.key" subject-dn "CN=lock" output-file "lock.crt"',
        "edit-config private",
        "/configure system security pki certificate-auto-update lock.crt profile lab-est key-file-name lock.key",
        "commit",
        "quit-config",
    )
    made = served.ssh("; ".join(lines))
    assert made.returncode == 0, made.stdout

    async def hold():
        async with terminal_at(served.port) as terminal:
            await terminal.types("edit-config exclusive")
            await terminal.types("/configure system security pki ca-profile held description x")
            loop = asyncio.get_running_loop()
            done = await loop.run_in_executor(
                None, served.ssh, 'wait until certificate "lock.crt" renewed timeout 5000000'
            )
            assert done.returncode == 0, done.stdout
            assert 'description "x"' in await terminal.types(
                "info /configure system security pki ca-profile held"
            )
            await terminal.types("discard")
            await terminal.types(
                "delete configure system security pki certificate-auto-update lock.crt"
            )
            await terminal.types("commit")
            await terminal.types("quit-config")

    asyncio.run(hold())
