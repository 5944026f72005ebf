"""get, get-config, get-data, get-schema: filters as RFC 6241 has them, defaults, formats, state."""

import json

import pytest
from counting import met
from netconf import BASE, CONF, Client, inner

from srpki.cli.session import Session
from srpki.core.xml import Element
from srpki.frontend.node import opened
from srpki.netconf.documents import read
from srpki.netconf.filters import selected
from srpki.netconf.yang.modules import modules

# --- subtree filters: the examples of RFC 6241 section 6.4, and what the section says beside them ----

USERS = """
<top xmlns="http://example.com/schema/1.2/config">
  <users>
    <user><name>root</name><type>superuser</type><full-name>Charlie Root</full-name>
      <company-info><dept>1</dept><id>1</id></company-info></user>
    <user><name>fred</name><type>admin</type><full-name>Fred Flintstone</full-name>
      <company-info><dept>2</dept><id>2</id></company-info></user>
    <user><name>barney</name><type>admin</type><full-name>Barney Rubble</full-name>
      <company-info><dept>2</dept><id>3</id></company-info></user>
  </users>
  <groups><group><name>wheel</name></group></groups>
</top>
"""
SPACE = "http://example.com/schema/1.2/config"


def tree(given):
    """Return what was read as elements that are written; entries of lists have their name first."""
    keys = 1 if given.name in ("user", "group") else 0
    children = tuple(map(tree, given.children))
    text = "" if children else given.text
    attributes = tuple((name, value) for (_, name), value in given.attributes.items())
    return Element(given.name, given.namespace, text, lambda: children, attributes, keys=keys)


def plain(element):
    children = [plain(child) for child in element.children()]
    return (element.name, children or element.text)


def chosen(filter_):
    data = read(USERS.encode())
    wanted = read(f"<filter>{filter_}</filter>".encode())
    return [plain(one) for one in selected([tree(data)], wanted.children)]


def top(body, space=SPACE):
    return f'<top xmlns="{space}">{body}</top>'


WHOLE = [plain(tree(read(USERS.encode())))]
ROOT, FRED, BARNEY = WHOLE[0][1][0][1]
NAMES = [("user", [("name", name)]) for name in ("root", "fred", "barney")]


def users(*found):
    return [("top", [("users", list(found))])]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("", []),  # 6.4.2
        (top(""), WHOLE),
        (top("", "urn:other"), []),
        ('<top xmlns=""/>', WHOLE),  # no namespace: any
        (top("<users/>"), users(ROOT, FRED, BARNEY)),  # 6.4.3
        (top("<users><user/></users>"), users(ROOT, FRED, BARNEY)),
        (top("<users><user><name/></user></users>"), users(*NAMES)),  # 6.4.4
        (top("<users><user><name>fred</name></user></users>"), users(FRED)),  # 6.4.5
        (top("<users><user><name> fred </name></user></users>"), users(FRED)),
        (
            top("<users><user><name>fred</name><type/><full-name/></user></users>"),  # 6.4.6
            users(("user", FRED[1][:3])),
        ),
        (
            top(  # 6.4.7
                "<users><user><name>root</name><company-info/></user>"
                "<user><name>fred</name><company-info><id/></company-info></user>"
                "<user><name>barney</name><type>superuser</type><company-info><dept/></company-info>"
                "</user></users>"
            ),
            users(
                ("user", [ROOT[1][0], ROOT[1][3]]),
                ("user", [FRED[1][0], ("company-info", [("id", "2")])]),
            ),
        ),
        (top("<users><user><type>admin</type></user></users>"), users(FRED, BARNEY)),
        (top("<users><user><type>admin</type><name>fred</name></user></users>"), users(FRED)),
        (top("<users><user><name>nobody</name></user></users>"), []),
        (
            top("<users><user><name>fred</name><frob/></user></users>"),
            users(("user", [FRED[1][0]])),
        ),
        (top("<users><user><frob/></user></users>"), []),
        (top("<users><user><name><x/></name></user></users>"), []),
        (
            top("<groups/><users><user><name>fred</name></user></users>"),
            [("top", [("users", [FRED]), ("groups", [("group", [("name", "wheel")])])])],
        ),
        (top('<users ns="1"/>'), []),  # an attribute match expression [6.2.2]
        (
            top("<users><user><company-info><dept>2</dept><id/></company-info></user></users>"),
            users(
                ("user", [FRED[1][0], FRED[1][3]]),
                ("user", [BARNEY[1][0], BARNEY[1][3]]),
            ),
        ),
    ],
)
def test_subtree_filters(filter_, expected):
    assert chosen(filter_) == expected


def test_a_narrow_filter_asks_only_where_it_leads():
    def never():
        raise AssertionError

    wide = Element("wide", "urn:x", children=never)
    narrow = Element("narrow", "urn:x", "1")
    wanted = read(b'<filter><top xmlns="urn:x"><narrow/></top></filter>').children
    (found,) = selected([Element("top", "urn:x").holding(wide, narrow)], wanted)
    assert plain(found) == ("top", [("narrow", "1")])


# --- what is read ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("netconf") / "node", lab=False) as found:
        client = Client(found)
        client.ok(client.edit(BEGIN))
        client.ok("<commit/>")
        client.close()
        yield found


@pytest.fixture
def client(router):
    found = Client(router)
    yield found
    found.close()


BEGIN = (
    "<system><name>gw1</name><transmission-profile><name>a</name></transmission-profile>"
    "<transmission-profile><name>b</name><retry>3</retry></transmission-profile></system>"
)


def get_config(filter_="", more=""):
    said = f"<filter>{filter_}</filter>" if filter_ else ""
    return f"<get-config><source><running/></source>{said}{more}</get-config>"


def configure(body):
    return f'<configure xmlns="{CONF}">{body}</configure>'


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("", f"<configure>{BEGIN}</configure>"),
        (configure(""), f"<configure>{BEGIN}</configure>"),
        (configure("<log/>"), ""),
        (
            configure("<system><name/></system>"),
            "<configure><system><name>gw1</name></system></configure>",
        ),
        (
            configure("<system><transmission-profile><retry/></transmission-profile></system>"),
            (
                "<configure><system><transmission-profile><name>b</name><retry>3</retry>"
                "</transmission-profile></system></configure>"
            ),
        ),
        (
            configure(
                "<system><transmission-profile><name>a</name></transmission-profile></system>"
            ),
            (
                "<configure><system><transmission-profile><name>a</name></transmission-profile></system>"
                "</configure>"
            ),
        ),
        (f'<state xmlns="{CONF}"/>', ""),
    ],
)
def test_get_config(client, filter_, expected):
    assert client.data(get_config(filter_)) == expected


DEFAULTS = '<with-defaults xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults">{}</with-defaults>'
ONE = configure("<system><transmission-profile><name>b</name></transmission-profile></system>")


def test_default_values(client):
    explicit = "<name>b</name><retry>3</retry>"
    told = client.data(get_config(ONE, DEFAULTS.format("explicit")))
    assert explicit in told and "timeout" not in told
    told = client.data(get_config(ONE, DEFAULTS.format("report-all")))
    assert "<retry>3</retry>" in told and "<timeout>60</timeout>" in told
    for word in ("trim", "report-all-tagged", "frob"):  # none of them is announced
        assert client.error(get_config("", DEFAULTS.format(word)))[1] == "invalid-value"


def test_formats(client):
    text = client.rpc(get_config("", "<format>md-cli</format>"))[0].text
    assert text.splitlines()[:3] == ["configure {", "    system {", '        name "gw1"']
    said = json.loads(client.rpc(get_config("", "<format>json</format>"))[0].text)
    assert said["nokia-conf:configure"]["system"]["name"] == "gw1"
    assert client.error(get_config("", "<format>frob</format>"))[1] == "invalid-value"


def test_filters_of_the_other_formats(client):
    """[7750 SR system management guide 22.7, output format tag]"""
    text = client.rpc(get_config(ONE, "<format>md-cli</format>"))[0].text
    assert text.splitlines() == [
        *("configure {", "    system {", '        transmission-profile "b" {'),
        *("            retry 3", "        }", "    }", "}"),
    ]
    all_default = DEFAULTS.format("report-all") + "<format>json</format>"
    said = json.loads(client.rpc(get_config(ONE, all_default))[0].text)
    (profile,) = said["nokia-conf:configure"]["system"].pop("transmission-profile")
    assert said == {"nokia-conf:configure": {"system": {}}}
    assert (profile["name"], profile["retry"], profile["timeout"]) == ("b", 3, 60)
    nothing = configure(
        "<system><transmission-profile><name>z</name></transmission-profile></system>"
    )
    assert client.rpc(get_config(nothing, "<format>json</format>"))[0].text == "{}"
    state = f'<state xmlns="{STATE}"><system><up-time/><platform/></system></state>'
    request = f"<get><filter>{state}{configure('<system><name/></system>')}</filter>{{}}</get>"
    said = json.loads(client.rpc(request.format("<format>json</format>"))[0].text)
    assert said["nokia-conf:configure"] == {"system": {"name": "gw1"}}
    assert said["nokia-state:state"]["system"].keys() == {"up-time", "platform"}
    assert said["nokia-state:state"]["system"]["up-time"].isdecimal()  # of 64 bits [RFC 7951 6.1]
    text = client.rpc(request.format("<format>md-cli</format>"))[0].text
    assert [line for line in text.splitlines() if not line.startswith(" ")] == [
        *("configure {", "}", "state {", "}")
    ]


@pytest.mark.parametrize("space", ["", ' xmlns=""'])
def test_a_filter_names_the_module_of_what_it_wants(client, space):
    """[7750 SR system management guide 22.7, get]"""
    for name in ("configure", "state"):
        (found,) = client.errors(f"<get><filter><{name}{space}/></filter></get>")
        assert found[1] == "unknown-namespace" and name in found[2]


def names(element):
    return [one.tag.rpartition("}")[2] for one in element]


def test_get_finds_configuration_and_state(client):
    reply = client.rpc("<get/>")
    assert names(reply[0]) == [
        *("configure", "state", "netconf-state", "netconf"),
        *("modules-state", "yang-library"),
    ]


STATE = "urn:nokia.com:sros:ns:yang:sr:state"


def test_what_napalm_reads(client):
    body = (
        "<system><oper-name/><up-time/><platform/><version><version-number/></version></system>"
        "<chassis><hardware-data><serial-number/></hardware-data></chassis>"
    )
    (state,) = client.rpc(f'<get><filter><state xmlns="{STATE}">{body}</state></filter></get>')[0]
    said = {one.tag.rpartition("}")[2]: one.text for one in state.iter() if one.text}
    assert said["oper-name"] == "gw1" and said["platform"] == "7750 SR (emulated)"
    assert int(said["up-time"]) >= 0 and "emulator" in said["version-number"]
    assert said["serial-number"].startswith("SRPKI") and said["chassis-class"] == "router"


def test_every_module_that_is_listed_can_be_read(client):
    space = "urn:ietf:params:xml:ns:yang:ietf-yang-library"
    reply = client.rpc(f'<get><filter><modules-state xmlns="{space}"/></filter></get>')
    listed = [
        (one.findtext(f"{{{space}}}name"), one.findtext(f"{{{space}}}revision"))
        for one in reply[0][0].iter(f"{{{space}}}module")
    ]
    assert listed == [(one.name, one.revision) for one in modules().values()]
    for name, revision in listed:
        body = f"<identifier>{name}</identifier><version>{revision}</version>"
        reply = client.rpc(f'<get-schema xmlns="{MONITORING}">{body}</get-schema>')
        assert reply[0].text == modules()[name].text


MONITORING = "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ("<identifier>frob</identifier>", "invalid-value"),
        ("<identifier>nokia-conf</identifier><version>2020-01-01</version>", "invalid-value"),
        ("<identifier>nokia-conf</identifier><format>yin</format>", "invalid-value"),
        ("", "missing-element"),
    ],
)
def test_schemas_that_there_are_not(client, body, tag):
    assert client.error(f'<get-schema xmlns="{MONITORING}">{body}</get-schema>')[1] == tag


def test_capabilities_announce_what_is_served(client):
    said = [one.text for one in client.hello[0]]
    for one in met(5, modules().values()):
        assert f"{one.namespace}?module={one.name}&revision={one.revision}" in said
    assert "urn:nokia.com:sros:ns:yang:sr:major-release-26" in said
    assert any("nokia-state" in one and "&revision=" in one for one in said)
    assert not any("nmda" in one for one in said)


DATASTORES = 'xmlns:ds="urn:ietf:params:xml:ns:yang:ietf-datastores"'
NMDA = "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"


def get_data(body, prefix="ds"):
    return f'<get-data xmlns="{NMDA}"><datastore {DATASTORES}>{prefix}:{body}</get-data>'


def test_get_data_is_there_only_where_nmda_support_is(router, client):
    assert client.error(get_data("intended</datastore>"))[1] == "operation-not-supported"
    from srpki.config.tree import put
    from srpki.schema.paths import path

    store = router.node.datastore
    where = path("system", "management-interface", "yang-modules", "nmda", "nmda-support")
    before = store.running
    with store.lock:
        store._running = put(before, where, True)
    try:
        other = Client(router)
        assert f"{NMDA}?module=ietf-netconf-nmda&revision=2019-01-07" in [
            one.text for one in other.hello[0]
        ]
        wanted = f"<subtree-filter>{configure('<system><name/></system>')}</subtree-filter>"
        expected = "<configure><system><name>gw1</name></system></configure>"
        for name in ("running", "intended", "operational"):
            assert other.data(get_data(f"{name}</datastore>{wanted}")) == expected
        for depth, inner_ in (
            ("1", ""),
            ("2", "<system />"),
            ("3", "<transmission-profile><name>b</name></transmission-profile>"),
            ("4", "<retry>3</retry>"),
            ("unbounded", "<retry>3</retry>"),
        ):
            told = other.data(get_data(f"running</datastore><max-depth>{depth}</max-depth>"))
            assert inner_ in told and (depth in ("4", "unbounded")) == ("<retry>" in told)
            assert depth != "1" or told == "<configure />"
        deep = f"running</datastore><subtree-filter>{ONE}</subtree-filter><max-depth>1</max-depth>"
        narrow = "<configure><system><transmission-profile><name>b</name></transmission-profile></system></configure>"
        assert other.data(get_data(deep)) == narrow
        braces = other.rpc(get_data(f"{deep}<format>md-cli</format>"))[0].text
        assert "retry" not in braces and 'transmission-profile "b"' in braces
        plain = get_data(f"running</datastore>{wanted}").replace("ds:", "")
        plain = plain.replace(f'get-data xmlns="{NMDA}"', "get-data")
        plain = plain.replace("<subtree-filter>", f'<subtree-filter xmlns="{NMDA}">')
        reply = other.rpc(plain)  # as the guide writes it
        assert reply[0].tag == f"{{{BASE}}}data" and reply[0][0][0][0].text == "gw1"
        for body, prefix, tag in (
            ("startup</datastore>", "ds", "invalid-value"),
            ("running</datastore>", "x", "invalid-value"),
            ("x:running</datastore>", "ds", "invalid-value"),
            ("running</datastore><xpath-filter>/</xpath-filter>", "ds", "operation-not-supported"),
            ("running</datastore><frob/>", "ds", "unknown-element"),
            ("running</datastore><max-depth>0</max-depth>", "ds", "invalid-value"),
            ("running</datastore><max-depth>65536</max-depth>", "ds", "invalid-value"),
        ):
            assert other.error(get_data(body, prefix))[1] == tag
        other.close()
    finally:
        with store.lock:
            store._running = before


# --- what NETCONF says of itself [RFC 6022, RFC 8525] ---------------------------------------------


def counts(client, wanted="statistics"):
    """Return what is counted of all sessions, or of that of *client*."""
    request = f'<get><filter><netconf-state xmlns="{MONITORING}"><{wanted}/></netconf-state></filter></get>'
    (state,) = client.rpc(request)[0]
    found = list(state[0]) if wanted == "statistics" else list(state[0][-1])
    return {one.tag.rpartition("}")[2]: one.text for one in found}


COUNTED = (
    *("in-bad-hellos", "in-sessions", "dropped-sessions", "in-rpcs"),
    *("in-bad-rpcs", "out-rpc-errors", "out-notifications"),
)


def test_what_is_counted(router, client):
    """One of each kind is counted once, of the session and of all [RFC 6022 section 2.1.5]."""
    other = Client(router)
    before, own = counts(client), counts(other, "sessions")
    assert [own[name] for name in COUNTED[3:]] == ["1", "0", "0", "0"]
    other.rpc("<frob/>")  # understood, and refused
    other.send("<frob")
    other.message()  # not understood
    other.send(f'<rpc xmlns="{BASE}"/>')
    other.message()
    bad = Client(router, greet=False)
    bad.message()
    bad.send("<frob/>")
    bad.wait()
    other.close()  # without close-session
    closed = Client(router)
    closed.ok("<close-session/>")
    closed.wait()
    after = counts(client)
    grown = [int(after[name]) - int(before[name]) for name in COUNTED]
    assert dict(zip(COUNTED, grown, strict=True)) == {
        "in-bad-hellos": 1,
        "in-sessions": 2,
        "dropped-sessions": 2,
        "in-rpcs": 4,  # counts() of other, frob, close-session, counts() of client
        "in-bad-rpcs": 2,
        "out-rpc-errors": 3,
        "out-notifications": 0,
    }
    assert after["netconf-start-time"] == before["netconf-start-time"]


def test_a_lock_is_told_with_its_time_and_zero_for_who_is_no_netconf(router, client):
    request = f'<get><filter><netconf-state xmlns="{MONITORING}"><datastores/></netconf-state></filter></get>'
    other = Session(router, "md")
    for number, take, give in (
        ("0", lambda: other.feed("edit-config exclusive"), lambda: other.feed("quit-config")),
        (
            str(client.session.login.session_id),
            lambda: client.ok("<lock><target><running/></target></lock>"),
            lambda: client.ok("<unlock><target><running/></target></unlock>"),
        ),
    ):
        take()
        told = client.data(request)
        assert told.count(f"<locked-by-session>{number}</locked-by-session><locked-time>20") == 2
        if number == "0":
            reply = client.rpc("<lock><target><candidate/></target></lock>")
            assert "lock-denied</error-tag>" in inner(reply) and "<session-id>0<" in inner(reply)
        give()
        assert "locked" not in client.data(request)
    other.close()


def test_the_library_has_more_modules_than_are_handed_out(client):
    space = "urn:ietf:params:xml:ns:yang:ietf-yang-library"
    told = client.data(f'<get><filter><yang-library xmlns="{space}"/></filter></get>')
    for name in (*modules(), "ietf-netconf", "ietf-netconf-monitoring", "ietf-yang-library"):
        assert told.count(f"<name>{name}</name>") == 1
    for feature in ("candidate", "confirmed-commit", "rollback-on-error", "validate", "url"):
        assert f"<feature>{feature}</feature>" in told
    (announced,) = [one.text for one in client.hello[0] if "content-id=" in one.text]
    content = announced.partition("content-id=")[2]
    assert f"<content-id>{content}</content-id>" in told
