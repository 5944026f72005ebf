"""Sessions of NETCONF: hello, requests, their end. Between messages, octets as a wire carries them."""

import pytest
from netconf import BASE, BASE_10, CONF, Client, hello, inner

from srpki.frontend.node import opened


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("netconf") / "node", lab=False) as found:
        yield found


@pytest.fixture
def client(router):
    found = Client(router)
    yield found
    found.close()


GET_RUNNING = "<get-config><source><running/></source></get-config>"


def test_hello_and_get_config_and_close(router):
    client = Client(router)
    capabilities = [one.text for one in client.hello[0]]
    assert capabilities[:2] == [BASE_10, "urn:ietf:params:netconf:base:1.1"]
    assert client.hello[1].text == str(client.session.login.session_id)
    reply = client.rpc(GET_RUNNING)
    assert reply[0].tag == f"{{{BASE}}}data"
    assert [one.tag for one in reply[0]] == [f"{{{CONF}}}configure"]
    client.ok("<close-session/>")
    client.wait()
    assert client.session.login not in router.node.sessions.all()


def test_messages_that_end_by_a_mark(router):
    client = Client(router, BASE_10)
    assert client.data(GET_RUNNING).startswith("<configure")
    client.close()


def test_white_space_before_a_message_is_skipped(router):
    client = Client(router, greet=False)
    client.message()
    client.write(b"\n \n" + b'<?xml version="1.0"?>' + hello(BASE_10).encode() + b"]]>]]>\n")
    assert client.data(GET_RUNNING).startswith("<configure")
    client.close()


def test_each_octet_may_come_alone(router):
    client = Client(router, greet=False)
    client.message()
    for octet in (hello("urn:ietf:params:netconf:base:1.1") + "]]>]]>").encode():
        client.write(bytes([octet]))
    client.chunked = True
    request = f'<rpc xmlns="{BASE}" message-id="x"><close-session/></rpc>'.encode()
    for octet in b"\n#3\n%b\n#%d\n%b\n##\n" % (request[:3], len(request) - 3, request[3:]):
        client.write(bytes([octet]))
    assert inner(client.message()) == '<rpc-reply message-id="x"><ok /></rpc-reply>'
    client.wait()
