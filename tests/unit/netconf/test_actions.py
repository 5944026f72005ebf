"""Actions by NETCONF: the administrator's with their replies, raw commands, comparisons."""

import pytest
from counting import met
from netconf import BASE_11, CONF, PRIVATE, Client, inner

from srpki.config.tree import put
from srpki.frontend.netconf import command
from srpki.frontend.node import opened
from srpki.schema.paths import path

YANG = "urn:ietf:params:xml:ns:yang:1"
ADMIN = "urn:nokia.com:sros:ns:yang:sr:oper-admin"
GLOBAL = "urn:nokia.com:sros:ns:yang:sr:oper-global"


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("netconf") / "node", lab=False) as found:
        yield found


@pytest.fixture
def client(router):
    found = Client(router, BASE_11, PRIVATE, commands=command)
    yield found
    found.close()


def pki(body):
    path = f"<system><security><pki>{body}</pki></security></system>"
    return f'<action xmlns="{YANG}"><admin xmlns="{ADMIN}">{path}</admin></action>'


def of_global(body):
    return f'<action xmlns="{YANG}"><global-operations xmlns="{GLOBAL}">{body}</global-operations></action>'


def replied(client, body, namespace=ADMIN):
    """Return the reply to an action: its leafs by name, those that are many in a list."""
    found = {}
    for one in met(2, client.rpc(body)):
        assert one.tag.startswith(f"{{{namespace}}}"), inner(one)
        found.setdefault(one.tag.rpartition("}")[2], []).append("".join(one.itertext()))
    return found


def test_a_key_pair_is_generated(router, client):
    said = "<save-path>cf3:\\k.key</save-path><rsa-key-size>1024</rsa-key-size>"
    found = replied(client, pki(f"<generate-keypair>{said}</generate-keypair>"))
    assert list(found) == ["operation-id", "start-time", "status", "end-time"]
    assert found["status"] == ["completed"] and int(found["operation-id"][0]) >= 1
    assert router.node.files.read("cf3:\\k.key")


def test_an_action_that_fails_says_why(client):
    said = "<input-url>cf3:\\nix</input-url><output-file>x</output-file><type>key</type>"
    found = replied(client, pki(f"<import>{said}<format>der</format></import>"))
    assert found["status"] == ["terminated-incomplete"]
    (message,) = found["error-message"]
    assert message.startswith("MINOR: MGMT_AGENT #2007: Operation failed - ")
    assert "cf3:\\nix" in message


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        (
            pki("<generate-keypair><rsa-key-size>1024</rsa-key-size></generate-keypair>"),
            "missing-element",
        ),
        (pki("<frob/>"), "unknown-element"),
        (pki(""), "missing-element"),
        (pki("<show><file-content/></show>"), "unknown-element"),
        (pki("<generate-keypair><frob/></generate-keypair>"), "unknown-element"),
        (pki("<generate-keypair><save-path>x</save-path></generate-keypair>"), "invalid-value"),
        (pki('<generate-keypair xmlns="urn:x"/>'), "unknown-element"),
        (pki("<est/>"), "missing-element"),
        (pki("<import><type>key</type><type>key</type></import>"), "bad-element"),
        (f'<action xmlns="{YANG}"/>', "missing-element"),
        (f'<action xmlns="{YANG}"><admin xmlns="urn:x"/></action>', "unknown-element"),
        (of_global("<md-cli-raw-command/>"), "missing-element"),
    ],
)
def test_actions_that_are_refused(client, body, tag):
    assert client.error(body)[1] == tag


def raw(line):
    return of_global(
        f"<md-cli-raw-command><md-cli-input-line>{line}</md-cli-input-line></md-cli-raw-command>"
    )


def test_raw_commands(router, client):
    found = replied(client, raw("show version"), GLOBAL)
    assert found["status"] == ["completed"] and "srpki" in found["results"][0]
    found = replied(client, raw("frob"), GLOBAL)
    assert found["status"] == ["terminated-incomplete"]
    assert found["error-message"] == ["MINOR: MGMT_CORE #2201: Unknown element - 'frob'"]
    found = replied(client, raw("admin reboot"), GLOBAL)
    assert found["error-message"] == [
        "MINOR: CLI #2005: Error while processing command - nobody is there to answer"
    ]
    found = replied(client, raw("show users"), GLOBAL)  # no session but the client's own
    assert found["results"][0].count("admin") == 1


def test_raw_commands_need_the_md_cli_and_those_of_the_classic_cli_both(router, client):
    """[7750 SR system management guide 22.7, md-cli-raw-command]"""
    store = router.node.datastore
    engine = path("system", "management-interface", "cli", "cli-engine")
    before = store.running
    try:
        for engines, md, classic in (
            (("classic-cli",), False, False),
            (("md-cli",), True, False),
            (("classic-cli", "md-cli"), True, True),
        ):
            with store.lock:
                store._running = put(before, engine, engines)
            for line, allowed in (("show version", md), ("//show version", classic)):
                status = replied(client, raw(line), GLOBAL)["status"][0]
                assert (status == "completed") == allowed, (engines, line)
    finally:
        with store.lock:
            store._running = before


def test_a_client_that_is_disconnected_by_himself_is_gone(router, client):
    number = client.session.login.session_id
    client.rpc(raw(f"admin disconnect session-id {number}"))
    client.wait()
    assert client.session.gone


def compare(more, side="<candidate/>"):
    body = f"<source>{side}</source><destination><baseline/></destination>{more}"
    return of_global(f"<md-compare>{body}</md-compare>")


NAMED = (
    "<system><name>gw1</name><transmission-profile><name>a</name></transmission-profile></system>"
)


def test_comparisons(client):
    client.ok(client.edit('<system nc:operation="remove"/>'))
    client.ok("<commit/>")
    assert replied(client, compare(""), GLOBAL)["results"] == [""]
    client.ok(client.edit(NAMED))
    found = replied(client, compare("<format>md-cli</format>"), GLOBAL)["results"]
    assert found[0].splitlines() == [
        "    configure {",
        "+       system {",
        '+           name "gw1"',
        '+           transmission-profile "a" {',
        "+           }",
        "+       }",
        "    }",
    ]
    path = f'<path><subtree-path><configure xmlns="{CONF}"><system>{{}}</system></configure></subtree-path></path>'
    one = path.format("<transmission-profile><name>a</name></transmission-profile>")
    assert replied(client, compare(f"{path.format('')}<format>md-cli</format>"), GLOBAL)["results"]
    reply = client.rpc(compare(one))
    assert "<name>a</name>" in inner(reply) and "gw1" not in inner(reply)
    client.ok("<discard-changes/>")


def test_a_comparison_as_xml_is_an_edit_config_that_makes_it(client):
    client.ok(client.edit(NAMED))
    client.ok("<commit/>")
    client.ok(
        client.edit(
            '<system><name nc:operation="delete"/><transmission-profile nc:operation="delete">'
            "<name>a</name></transmission-profile><transmission-profile><name>b</name><retry>1</retry>"
            "</transmission-profile><management-interface><cli><cli-engine>md-cli</cli-engine></cli>"
            "</management-interface></system>"
        )
    )
    wanted = client.data("<get-config><source><candidate/></source></get-config>")
    from xml.etree import ElementTree as ET

    (output,) = client.rpc(compare("")).iter(f"{{{GLOBAL}}}md-compare-output")
    (difference,) = output
    client.ok("<discard-changes/>")
    config = f"<config>{ET.tostring(difference, encoding='unicode')}</config>"
    client.ok(f"<edit-config><target><candidate/></target>{config}</edit-config>")
    assert client.data("<get-config><source><candidate/></source></get-config>") == wanted
    client.ok("<commit/>")


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        (compare("<format>md-cli-full</format>"), "operation-not-supported"),
        (compare("<format>frob</format>"), "invalid-value"),
        (compare("", "<frob/>"), "unknown-element"),
        (compare("", "<rollback-id>x</rollback-id>"), "invalid-value"),
        (compare("<configuration-region>li</configuration-region>"), "operation-not-supported"),
        (compare("<path><subtree-path/></path>"), "invalid-value"),
    ],
)
def test_comparisons_that_are_refused(client, body, tag):
    assert client.error(body)[1] == tag
