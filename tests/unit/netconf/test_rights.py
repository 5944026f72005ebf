"""What a user may do holds for NETCONF: operations by name, data by path, commands as anywhere."""

import pytest
from netconf import BASE_11, PRIVATE, Client, inner

from srpki.frontend.netconf import command
from srpki.frontend.node import opened
from srpki.management.access.rights import Entry, Profile, rights_of

RUNNING = "<get-config><source><running/></source></get-config>"
EVERY = frozenset(
    (
        "action",
        "cancel-commit",
        "close-session",
        "commit",
        "copy-config",
        "create-subscription",
        "delete-config",
        "discard-changes",
        "edit-config",
        "get",
        "get-config",
        "get-data",
        "get-schema",
        "kill-session",
        "lock",
        "validate",
    )
)
HIDDEN = "configure system transmission-profile"
BEGIN = (
    "<system><name>gw1</name><transmission-profile><name>a</name></transmission-profile></system>"
)


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("netconf") / "node", lab=False) as found:
        client = Client(found)
        client.ok(client.edit(BEGIN))
        client.ok("<commit/>")
        client.close()
        yield found


@pytest.fixture
def joined(router):
    """Return a function that begins a session with rights by entries and operations."""
    clients = []

    def join(*entries, operations=EVERY):
        profile = Profile("permit-all", entries, operations)
        more = {"rights": rights_of((profile,)), "commands": command, "user": "ann"}
        clients.append(Client(router, BASE_11, PRIVATE, **more))
        return clients[-1]

    yield join
    for client in clients:
        client.close()


def denied(client, request):
    kind, tag, said, _ = client.error(request)
    assert (kind, tag) == ("application", "access-denied"), said
    assert said.startswith("MINOR: MGMT_CORE #2020: Permission denied - unauthorized use of ")
    return said


NMDA = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
REQUESTS = {
    "get": "<get/>",
    "get-config": RUNNING,
    "get-data": f'<get-data xmlns="{NMDA}"/>',
    "get-schema": '<get-schema xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"/>',
    "edit-config": "<edit-config/>",
    "copy-config": "<copy-config/>",
    "delete-config": "<delete-config/>",
    "lock": "<lock/>",
    "unlock": "<unlock/>",
    "validate": "<validate/>",
    "commit": "<commit/>",
    "cancel-commit": "<cancel-commit/>",
    "discard-changes": "<discard-changes/>",
    "kill-session": "<kill-session/>",
    "close-session": "<close-session/>",
    "create-subscription": (
        '<create-subscription xmlns="urn:ietf:params:xml:ns:netconf:notification:1.0"/>'
    ),
    "action": '<action xmlns="urn:ietf:params:xml:ns:yang:1"/>',
}


def test_operations_are_permitted_one_by_one(joined):
    nothing = joined(operations=frozenset())
    for name, request in REQUESTS.items():
        assert denied(nothing, request).endswith(f"'{name}'")
    assert joined(operations=frozenset({"get-config"})).data(RUNNING).startswith("<configure")


def test_what_is_denied_is_not_read(joined):
    client = joined(Entry(10, HIDDEN, "deny"))
    expected = "<configure><system><name>gw1</name></system></configure>"
    assert client.data(RUNNING) == expected
    candidate = RUNNING.replace("running", "candidate")
    assert client.data(candidate) == expected
    for layout in ("json", "md-cli"):
        request = RUNNING.replace("</get", f"<format>{layout}</format></get")
        assert "transmission" not in client.rpc(request)[0].text
    assert inner(client.rpc("<get/>")[0][0]) == expected


def test_the_state_that_is_denied_is_not_read(joined):
    client = joined(Entry(10, "state log", "deny"))
    names = [one.tag.rpartition("}")[2] for one in client.rpc("<get/>")[0].iter()]
    assert "oper-name" in names and "log-id" not in names


def entry(operation, name):
    head = f'<transmission-profile nc:operation="{operation}">'
    return f"<system>{head}<name>{name}</name></transmission-profile></system>"


@pytest.mark.parametrize("operation", ["merge", "create", "replace", "delete", "remove"])
@pytest.mark.parametrize("name", ["a", "b"])
def test_what_is_denied_is_neither_changed_nor_told_of(joined, operation, name):
    client = joined(Entry(10, HIDDEN, "deny"))
    said = denied(client, client.edit(entry(operation, name)))
    assert said.endswith("'transmission-profile'")
    client.ok(client.edit("<system><name>gw1</name></system>"))
    denied(client, client.edit('<system nc:operation="remove"/>'))
    denied(client, client.edit("", "<default-operation>replace</default-operation>"))


def test_what_may_only_be_read_is_not_changed(joined):
    client = joined(Entry(10, HIDDEN, "read-only"))
    assert "<transmission-profile>" in client.data(RUNNING)
    for operation, name, by in (
        ("merge", "b", "edit-config"),
        ("delete", "a", "transmission-profile"),
    ):
        assert denied(client, client.edit(entry(operation, name))).endswith(f"'{by}'")


def action(body):
    path = f"<system><security><pki>{body}</pki></security></system>"
    admin = f'<admin xmlns="urn:nokia.com:sros:ns:yang:sr:oper-admin">{path}</admin>'
    return f'<action xmlns="urn:ietf:params:xml:ns:yang:1">{admin}</action>'


def raw(line):
    space = "urn:nokia.com:sros:ns:yang:sr:oper-global"
    inner = (
        f"<md-cli-raw-command><md-cli-input-line>{line}</md-cli-input-line></md-cli-raw-command>"
    )
    body = f'<global-operations xmlns="{space}">{inner}</global-operations>'
    return f'<action xmlns="urn:ietf:params:xml:ns:yang:1">{body}</action>'


def test_commands_are_denied_by_whatever_way(joined):
    client = joined(Entry(10, "admin system security pki", "deny"), Entry(20, "show", "deny"))
    key = "<generate-keypair><save-path>cf3:\\k.key</save-path><rsa-key-size>1024</rsa-key-size>"
    assert denied(client, action(f"{key}</generate-keypair>")).endswith("'generate-keypair'")
    for line in (
        "show version",
        "admin system security pki generate-keypair save-path cf3:\\k.key rsa-key-size 1024",
    ):
        reply = "".join(client.rpc(raw(line)).itertext())
        assert "MGMT_CORE #2020" in reply and "terminated-incomplete" in reply
