"""Clients of NETCONF that send what no client should: bounded, answered or ended, nobody disturbed."""

import queue
import threading

import pytest
from netconf import BASE, BASE_10, BASE_11, CONF, PRIVATE, Client, hello, inner

from srpki.frontend.node import opened
from srpki.netconf import documents
from srpki.netconf.framing import MAXIMUM_HELLO, FramingError, Incoming
from srpki.netconf.session import NetconfSession

RUNNING = "<get-config><source><running/></source></get-config>"


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("netconf") / "node", lab=False) as found:
        yield found


def served(router, *octets):
    """Return what a session answers to *octets*, which come one after another, and then nothing."""
    came, left = [], list(octets)
    session = NetconfSession(router, "admin", "192.0.2.66")
    session.serve(lambda: left.pop(0) if left else b"", came.append)
    assert session.login not in router.node.sessions.all()
    return b"".join(came).partition(b"]]>]]>")[2]


def greeting(*said):
    return hello(*(said or (BASE_10,))).encode() + b"]]>]]>"


def rpc(body):
    return f'<rpc xmlns="{BASE}" message-id="1">{body}</rpc>'.encode() + b"]]>]]>"


# --- frames ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "octets",
    [
        b"<rpc/>",
        b"\n#0\n",
        b"\n#01\nx",
        b"\n#-1\n",
        b"\n#4294967296\n",
        b"\n#99999999999\n",
        b"\n#1x\n",
        b"\n##\n",
        b"\n#3\nabcx",
        b"\n#x",
        b"\n#" + b"1" * 100,
        b"\n#2000\n",
    ],
)
def test_chunks_that_are_none_end_the_session(octets):
    for pieces in ([octets], [bytes([one]) for one in octets]):
        incoming = Incoming(1000)
        incoming.chunked = True
        with pytest.raises(FramingError):
            for piece in pieces:
                incoming.feed(piece)
                assert incoming.next() is None


def test_many_small_chunks_are_one_message():
    incoming = Incoming(1000)
    incoming.chunked = True
    incoming.feed(b"\n#1\nx" * 1000 + b"\n##\n")
    assert incoming.next() == b"x" * 1000
    incoming.feed(b"\n#1\nx" * 1001)
    with pytest.raises(FramingError):
        incoming.next()


def test_a_message_without_an_end_is_bounded(router):
    assert served(router, b"x" * (MAXIMUM_HELLO + 7)) == b""
    pieces = [b" " * 1000] * (MAXIMUM_HELLO // 1000 + 2)
    assert served(router, *pieces) == b""


def test_truncated_at_each_octet(router):
    whole = greeting(BASE_11) + b"\n#%d\n%b\n##\n" % (len(rpc(RUNNING)) - 6, rpc(RUNNING)[:-6])
    for end in range(len(whole)):
        assert served(router, whole[:end]) == b""
    assert b"<configure" in served(router, whole)


# --- documents ------------------------------------------------------------------------------------

BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f'<rpc xmlns="{BASE}" message-id="1">&b;</rpc>'
)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (BOMB, "a document type is not allowed"),
        ('<!DOCTYPE rpc SYSTEM "file:///etc/passwd"><rpc/>', "a document type is not allowed"),
        ("<rpc>&amp;&x;</rpc>", "undefined entity"),
        ("<?php x?><rpc/>", "a processing instruction is not allowed"),
        ("<rpc><?x y?></rpc>", "a processing instruction is not allowed"),
        ("<a>" * 65 + "</a>" * 65, "nested more than 64 deep"),
        ("<a>" + "<b/>" * documents.MAXIMUM_ELEMENTS + "</a>", "more than 300000 elements"),
        ("<a " + " ".join(f'a{n}=""' for n in range(65)) + "/>", "more than 64 attributes"),
        ("<a " + " ".join(f'xmlns:a{n}="u"' for n in range(65)) + "/>", "more than 64 attributes"),
        ("<a", "unclosed token"),
        ("<a></b>", "mismatched tag"),
        ("<a/><b/>", "junk after document element"),
        ("<a x='1' x='2'/>", "duplicate attribute"),
        ("<x:a/>", "unbound prefix"),
        ("", "no element found"),
        ("<a>\x01</a>", "not well-formed"),
    ],
)
def test_documents_that_are_refused(router, document, why):
    with pytest.raises(documents.DocumentError) as refusal:
        documents.read(document.encode())
    assert why in str(refusal.value)
    if len(document) < 4000 and document:
        reply = served(router, greeting(), document.encode() + b"]]>]]>", rpc(RUNNING))
        assert reply.count(b"malformed-message") == 1 and b"<configure" in reply


@pytest.mark.parametrize("octets", [b"\xff\xfe<\x00a\x00", b"<a>\xff</a>", b"\x00", b"\xef\xbb"])
def test_octets_that_are_no_text(octets):
    with pytest.raises(documents.DocumentError):
        documents.read(octets)


def test_another_encoding_than_utf_8_is_not_believed():
    given = documents.read('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode())
    assert given.text == "é"


# --- hellos and requests --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        rpc(RUNNING),
        b"<x/>]]>]]>",
        hello(BASE_10).replace("</hello>", "<session-id>1</session-id></hello>").encode()
        + b"]]>]]>",
        b"GET / HTTP/1.1\r\n\r\n]]>]]>",
    ],
)
def test_who_does_not_say_hello_first_is_gone(router, first):
    assert served(router, first, rpc(RUNNING)) == b""


@pytest.mark.parametrize(
    "first", [hello("urn:x"), hello(BASE_10).replace(BASE, "urn:x"), f'<hello xmlns="{BASE}"/>']
)
def test_without_a_common_base_each_request_is_refused(router, first):
    reply = served(router, first.encode() + b"]]>]]>", rpc(RUNNING), rpc(RUNNING))
    assert reply.count(b"Common base capability not found") == 2


@pytest.mark.parametrize(
    ("request_", "tag"),
    [
        (f'<rpc xmlns="{BASE}">{RUNNING}</rpc>', "missing-attribute"),
        (f'<rpc xmlns="{BASE}" message-id="1"/>', "missing-element"),
        (f'<rpc xmlns="{BASE}" message-id="1">{RUNNING}{RUNNING}</rpc>', "missing-element"),
        (f'<rpc xmlns="urn:x" message-id="1">{RUNNING}</rpc>', "unknown-element"),
        ("<frob/>", "unknown-element"),
        (hello(BASE_10), "unknown-element"),
    ],
)
def test_requests_that_are_none(router, request_, tag):
    reply = served(router, greeting(), request_.encode() + b"]]>]]>", rpc(RUNNING))
    assert f"<error-tag>{tag}</error-tag>".encode() in reply and b"<configure" in reply


def test_attributes_of_a_request_are_those_of_its_reply(router):
    client = Client(router)
    space, xml = "urn:nokia.com:sros:ns:yang:sr:x", "http://www.w3.org/XML/1998/namespace"
    given = f'user="&lt;&quot;\n" xmlns:x="{space}" x:y="é" xml:lang="en" xmlns:xml="{xml}"'
    reply = client.rpc("<frob/>", given)
    assert (reply.get("user"), reply.get(f"{{{space}}}y")) == ('<" ', "é")
    assert reply.get(f"{{{xml}}}lang") == "en"
    client.close()


@pytest.mark.parametrize(
    "space", ["urn:alcatel-lucent.com:sros:ns:yang:sr:conf", "urn:x", "x" * 9999]
)
def test_a_request_that_declares_a_namespace_of_others_is_refused_as_by_a_router(router, space):
    """[7750 SR system management guide 22.7: example of an invalid namespace]"""
    client = Client(router)
    reply = client.rpc(RUNNING, f'xmlns:alu="{space}"')
    assert inner(reply[0]) == (
        "<rpc-error><error-type>protocol</error-type><error-tag>unknown-namespace</error-tag>"
        "<error-severity>error</error-severity>"
        '<error-message xml:lang="en">An unexpected namespace is present.</error-message>'
        "<error-info><bad-element>rpc</bad-element>"
        f"<bad-namespace>{space}</bad-namespace></error-info></rpc-error>"
    )
    known = "urn:ietf:params:xml:ns:yang:1"
    reply = client.rpc(RUNNING, f'xmlns:yang="{known}" xmlns:nc="{BASE}"')
    assert inner(reply).startswith('<rpc-reply message-id="2"><data>')
    client.close()


def test_what_a_client_sends_is_neither_told_at_length_nor_raw(router):
    long = "x" * 100_000
    client = Client(router)
    (found,) = client.errors(f"<get-config><source><{long}/></source></get-config>")
    assert len(found[2]) <= 1024
    (found,) = client.errors(client.edit(f"<system><name>{long}</name></system>"))
    assert len(found[2]) <= 1024
    client.close()
    told = [str(event.fields) for _, event in router.node.log.events()]
    assert "xxx" not in "".join(told)


# --- what costs more than it looks like -----------------------------------------------------------


@pytest.fixture
def client(router):
    """A client of his own candidate, which goes with him."""
    found = Client(router, BASE_11, PRIVATE)
    yield found
    found.close()


PROFILES = "".join(
    f"<transmission-profile><name>p{number}</name></transmission-profile>" for number in range(100)
)
NODES = {
    "another key each": "<name>x</name>",
    "the same key": "<name>p1</name>",
    "no key": "<retry>7</retry>",
    "a value of a key and another one": "<name>p1</name><retry>7</retry>",
}


@pytest.mark.parametrize("inside", NODES.values(), ids=NODES)
def test_a_filter_of_many_nodes_costs_what_it_may(client, monkeypatch, inside):
    monkeypatch.setattr("srpki.netconf.filters.MOST_WORK", 20_000)
    client.ok(client.edit(f"<system>{PROFILES}</system>"))

    def asked(number):
        nodes = f"<transmission-profile>{inside}</transmission-profile>" * number
        wanted = f'<configure xmlns="{CONF}"><system>{nodes}</system></configure>'
        return client.rpc(
            f"<get-config><source><candidate/></source><filter>{wanted}</filter></get-config>"
        )

    assert "<data" in inner(asked(10))
    said = inner(asked(30_000))
    assert "<error-tag>too-big</error-tag>" in said and "20000 comparisons" in said


def test_a_filter_of_many_keys_is_no_work(client, monkeypatch):
    """Each entry is compared with the node of its key alone."""
    monkeypatch.setattr("srpki.netconf.filters.MOST_WORK", 5_000)
    client.ok(client.edit(f"<system>{PROFILES}</system>"))
    wanted = f'<configure xmlns="{CONF}"><system>{PROFILES}</system></configure>'
    request = f"<get-config><source><candidate/></source><filter>{wanted}</filter></get-config>"
    assert client.data(request).count("<transmission-profile>") == 100


def test_a_leaf_list_holds_no_more_than_it_ever_may(client):
    """Else each value would cost as much as there are."""
    values = "".join(f"<member>m{number}</member>" for number in range(81))
    user = f"<user><user-name>u</user-name><console>{values}</console></user>"
    config = f"<system><security><user-params><local-user>{user}</local-user></user-params></security></system>"
    kind, tag, said, path = client.error(client.edit(config))
    assert (kind, tag) == ("application", "operation-failed")
    assert said.endswith("member - Maximum number of entries exceeded")
    assert path.endswith("conf:console/conf:member")


# --- time -----------------------------------------------------------------------------------------


def test_who_reads_nothing_holds_up_nobody_and_is_ended(router):
    stuck, freed = threading.Event(), threading.Event()

    def write(data):
        if b"rpc-reply" in data or stuck.is_set():
            stuck.set()
            freed.wait(60)
            raise BrokenPipeError

    came = queue.Queue()
    session = NetconfSession(router, "admin", "192.0.2.66")
    session.hang_up = freed.set
    thread = threading.Thread(target=session.serve, args=(came.get, write), daemon=True)
    thread.start()
    for data in (greeting(), rpc("<lock><target><candidate/></target></lock>")):
        came.put(data)
    assert stuck.wait(60)
    other = Client(router)
    assert "configure" in other.data(RUNNING)
    other.ok(f"<kill-session><session-id>{session.login.session_id}</session-id></kill-session>")
    other.ok("<lock><target><candidate/></target></lock>")
    thread.join(60)
    assert not thread.is_alive()
    other.close()


def test_twenty_clients_at_once(router):
    clients = [Client(router) for _ in range(20)]

    def ask(client, found):
        for _ in range(3):
            found.append(client.data(RUNNING))

    found = []
    threads = [threading.Thread(target=ask, args=(client, found)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 60 and len(set(found)) == 1
    for client in clients:
        client.close()


def test_a_node_that_stops_ends_its_sessions(tmp_path):
    with opened(tmp_path / "node", lab=False) as router:
        client = Client(router)
        assert client.hello is not None
    client.wait()
    assert inner(client.hello).startswith("<hello")


def test_a_bug_is_an_answer_and_the_session_goes_on(router, monkeypatch):
    client = Client(router)
    with monkeypatch.context() as patched:
        patched.setattr("srpki.netconf.operations.registry.OPERATIONS", None)
        (kind, tag, said, _) = client.error(RUNNING)
    assert (kind, tag) == ("application", "operation-failed")
    assert "an error of the program: " in said and "Traceback" not in said
    assert client.data(RUNNING).startswith("<configure")
    client.close()
