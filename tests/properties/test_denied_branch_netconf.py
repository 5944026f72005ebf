"""One denied branch over NETCONF: neither read, guessed, edited nor replaced, by no operation.

As with the CLI, each request is first tried by who may do everything, and must show or change it.
"""

import itertools
from contextlib import contextmanager
from xml.etree import ElementTree as ET

import pytest
from counting import met
from netconf import BASE_10, BASE_11, CONF, PRIVATE, Client

from srpki.config.edit import Edit
from srpki.config.tree import get
from srpki.frontend.netconf import command
from srpki.frontend.node import opened
from srpki.management.access.rights import Entry, Profile, rights_of
from srpki.schema.paths import Step, path

PKI = path("system", "security", "pki")
NAME, TEXT = "SECRET", "hidden-text"
PLACE = (*PKI, Step("ca-profile", (NAME,)))
CA = "configure system security pki ca-profile"
DENIED = {
    "the entry": f"{CA} {NAME}",
    "the list": CA,
    "the container": "configure system security pki",
    "the leaf": f"{CA} {NAME} description",
}
EVERYTHING = frozenset(
    (
        *("action", "cancel-commit", "close-session", "commit", "copy-config", "delete-config"),
        *("discard-changes", "edit-config", "get", "get-config", "get-data", "get-schema"),
        *("kill-session", "lock", "validate"),
    )
)
GLOBAL = "urn:nokia.com:sros:ns:yang:sr:oper-global"
YANG = "urn:ietf:params:xml:ns:yang:1"


def rights(match, action="deny", operations=EVERYTHING):
    return rights_of((Profile("permit-all", (Entry(10, match, action),), operations),))


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("netconf") / "node", lab=False) as found:
        node = found.node
        node.datastore.edit(
            [
                Edit("set", (*PLACE, Step("description")), TEXT),
                Edit("set", (*PKI, Step("ca-profile", ("OPEN",)), Step("description")), "open"),
            ]
        )
        node.save()
        for name, text in FILES.items():
            node.files.write(f"cf3:\\{name}", f"{text}\n".encode())
        yield found


@contextmanager
def client(router, **more):
    found = Client(router, BASE_10, BASE_11, PRIVATE, commands=command, **more)
    try:
        yield found
    finally:
        found.close()


def in_pki(inner, attributes=""):
    return f"<system><security><pki {attributes}>{inner}</pki></security></system>"


def entry(inner, attributes=""):
    name = f"<ca-profile-name>{NAME}</ca-profile-name>"
    return in_pki(f"<ca-profile {attributes}>{name}{inner}</ca-profile>")


def configure(inner):
    return f'<configure xmlns="{CONF}">{inner}</configure>'


def action(inner):
    operations = f'<global-operations xmlns="{GLOBAL}">{inner}</global-operations>'
    return f'<action xmlns="{YANG}">{operations}</action>'


def cli(line):
    line = f"<md-cli-input-line>{line}</md-cli-input-line>"
    return action(f"<md-cli-raw-command>{line}</md-cli-raw-command>")


def get_config(source, inner=""):
    return f"<get-config><source><{source}/></source>{inner}</get-config>"


FILES = {
    "other.cfg": f'configure {{ system security pki ca-profile "OTHER" {{ description "{TEXT}" }} }}',
    "same.cfg": (
        'configure { system { name "one" security { pki {'
        f' ca-profile "{NAME}" {{ description "{TEXT}" }}'
        ' ca-profile "OPEN" { description "open" } } } } }'
    ),
    "changed.cfg": f'configure {{ system security pki ca-profile "{NAME}" {{ description "x" }} }}',
    "nothing.cfg": "configure {\n}",
}
FILTER = f"<filter>{configure(entry('<description/>'))}</filter>"
DIFFERENCE = (
    "<md-compare><source><running/></source><destination><url>cf3:/nothing.cfg</url></destination>"
    "{}</md-compare>"
)
SEEN = {
    "get": "<get/>",
    "get with a filter": f"<get>{FILTER}</get>",
    "running": get_config("running"),
    "candidate": get_config("candidate"),
    "running, filtered": get_config("running", FILTER),
    "candidate, by content": get_config(
        "candidate", f"<filter>{configure(in_pki('<ca-profile/>'))}</filter>"
    ),
    "JSON": get_config(
        "running", f'<format xmlns="{GLOBAL[:-11]}ietf-netconf-augments">json</format>'
    ),
    "JSON, filtered": get_config("running", f"{FILTER}<format>json</format>"),
    "braces, filtered": f"<get>{FILTER}<format>md-cli</format></get>",
    "the region in a name": "<get-config><source><configure-candidate/></source></get-config>",
    "a difference": action(DIFFERENCE.format("")),
    "a difference in words": action(DIFFERENCE.format("<format>md-cli</format>")),
    "a command": cli("info /configure"),
    "a command with a pipe": cli("info /configure | match hidden"),
    "the saved file": cli("file show cf3:\\config.cfg"),
    "a file as the difference": action(
        "<md-compare><source><url>cf3:/config.cfg</url></source>"
        "<destination><url>cf3:/nothing.cfg</url></destination></md-compare>"
    ),
}


def told(reply):
    return ET.tostring(reply, encoding="unicode")


@pytest.mark.parametrize("body", SEEN.values(), ids=SEEN)
def test_a_denied_branch_is_not_read(router, body):
    with client(router) as administrator:
        assert TEXT in told(administrator.rpc(body))
    for match in DENIED.values():
        with client(router, rights=rights(match)) as user:
            assert TEXT not in told(user.rpc(body)), match


def test_a_denied_branch_of_the_state_is_not_read(router):
    state = '<filter><state xmlns="urn:nokia.com:sros:ns:yang:sr:state"/></filter>'
    for denied in ({}, {"rights": rights("state system security pki ca-profile SECRET")}):
        with client(router, **denied) as user:
            reply = told(user.rpc(f"<get>{state}</get>"))
            assert (NAME in reply) is not bool(denied)
            assert "OPEN" in reply


NC = "nc:operation"
EDITS = {
    "merge": entry("<description>changed</description>"),
    "replace the leaf": entry(f'<description {NC}="replace">changed</description>'),
    "replace the entry": entry("<description>changed</description>", f'{NC}="replace"'),
    "delete the leaf": entry(f'<description {NC}="delete"/>'),
    "remove the leaf": entry(f'<description {NC}="remove"/>'),
    "delete the entry": entry("", f'{NC}="delete"'),
    "remove the entry": entry("", f'{NC}="remove"'),
    "delete its parent": in_pki("", f'{NC}="delete"'),
    "replace its parent": in_pki(
        "<maximum-cert-chain-depth>5</maximum-cert-chain-depth>", f'{NC}="replace"'
    ),
    "remove everything": f'<system {NC}="remove"/>',
}


def candidate(session):
    return get(session.session.candidates.tree(), PLACE)


def denied_tags(reply):
    return [one.text for one in reply.iter() if one.tag.endswith("}error-tag")]


@pytest.mark.parametrize("config", EDITS.values(), ids=EDITS)
def test_a_denied_branch_is_not_edited(router, config):
    before = get(router.node.datastore.running, PLACE)
    with client(router) as administrator:
        administrator.rpc(administrator.edit(config))
        assert candidate(administrator) != before
    options = ("stop-on-error", "continue-on-error", "rollback-on-error")
    for match, option in itertools.product(DENIED.values(), options):
        with client(router, rights=rights(match)) as user:
            more = f"<error-option>{option}</error-option>"
            reply = user.rpc(user.edit(config, more))
            assert denied_tags(reply) == ["access-denied"], match
            assert candidate(user) == before
    with client(router, rights=rights(DENIED["the entry"], "read-only")) as user:
        assert TEXT in told(user.rpc(get_config("candidate")))
        assert "access-denied" in denied_tags(user.rpc(user.edit(config)))
        assert candidate(user) == before


@pytest.mark.parametrize(
    "source",
    [
        "<url>cf3:/nothing.cfg</url>",
        "<url>cf3:/changed.cfg</url>",
        "<url>cf3:/same.cfg</url>",
        "<url>cf3:/config.cfg</url>",
        f"<config>{configure('<system><name>new</name></system>')}</config>",
    ],
)
def test_a_whole_configuration_takes_no_denied_branch_away(router, source):
    body = f"<copy-config><target><candidate/></target><source>{source}</source></copy-config>"
    before = get(router.node.datastore.running, PLACE)
    for match in DENIED.values():
        with client(router, rights=rights(match)) as user:
            assert denied_tags(user.rpc(body)) == ["access-denied"], match
            assert candidate(user) == before


def test_a_default_operation_replaces_no_denied_branch(router):
    before = get(router.node.datastore.running, PLACE)
    more = "<default-operation>replace</default-operation>"
    with client(router, rights=rights(DENIED["the entry"])) as user:
        reply = user.rpc(user.edit("<system><name>new</name></system>", more))
        assert denied_tags(reply) == ["access-denied"]
        assert candidate(user) == before


def test_guesses_are_all_answered_alike(router):
    answers = set()
    for option in ("test-then-set", "set", "test-only"):
        more = f"<test-option>{option}</test-option>"
        for guess in (TEXT, "wrong"):
            for operation in ("merge", "create", "none"):
                with client(router, rights=rights(DENIED["the entry"])) as user:
                    config = entry(f"<description>{guess}</description>", f'{NC}="{operation}"')
                    more_ = more + (
                        "<default-operation>none</default-operation>" if operation == "none" else ""
                    )
                    (one,) = user.errors(user.edit(config, more_))
                    answers.add(one)
    assert len(answers) == 1
    assert answers.pop()[:3] == (
        "application",
        "access-denied",
        "MINOR: MGMT_CORE #2020: Permission denied - unauthorized use of 'ca-profile'",
    )


@pytest.mark.parametrize("operation", sorted(met(9, EVERYTHING - {"get-schema"})))
def test_each_operation_needs_a_profile_that_permits_it(router, operation):
    bodies = {
        "action": cli("show version"),
        "commit": "<commit/>",
        "copy-config": "<copy-config><target><startup/></target><source><running/></source></copy-config>",
        "delete-config": "<delete-config><target><url>cf3:/none</url></target></delete-config>",
        "edit-config": "<edit-config/>",
        "get-config": get_config("running"),
        "get-data": '<get-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"/>',
        "lock": "<lock><target><candidate/></target></lock>",
        "validate": "<validate><source><candidate/></source></validate>",
    }
    body = bodies.get(operation, f"<{operation}/>")
    without = EVERYTHING - {operation}
    with client(router, rights=rights("admin reboot", operations=without)) as user:
        assert user.error(body)[:2] == ("application", "access-denied")
        if operation == "lock":
            unlock = body.replace("lock>", "unlock>")
            assert user.error(unlock)[:2] == ("application", "access-denied")
    with client(router, rights=rights("admin reboot")) as user:
        assert "access-denied" not in denied_tags(user.rpc(body))


def test_an_action_is_judged_as_the_command_that_it_is(router):
    admin = "urn:nokia.com:sros:ns:yang:sr:oper-admin"
    reload = "<clear-ocsp-cache/>"
    body = (
        f'<action xmlns="{YANG}"><admin xmlns="{admin}"><system><security><pki>{reload}</pki>'
        "</security></system></admin></action>"
    )
    for denied in ("admin certificate clear-ocsp-cache", "admin system security pki"):
        with client(router, rights=rights(denied)) as user:
            assert "access-denied" in denied_tags(user.rpc(body))
    with client(router, rights=rights("admin reboot")) as user:
        assert denied_tags(user.rpc(body)) == []


def test_a_refusal_is_an_event(router):
    heard = []
    router.node.bus.subscribe(heard.append)
    with client(router, rights=rights(DENIED["the entry"], operations=frozenset())) as user:
        user.rpc("<commit/>")
    found = [event for event in heard if event.type.name == "netconf_unauth"]
    assert [event.fields["command"] for event in found] == ["commit"]


def test_what_may_only_be_read_is_not_named_by_an_edit_that_changes_nothing(router):
    with client(router, rights=rights(DENIED["the entry"], "read-only")) as user:
        for config in (
            entry(f"<description>{TEXT}</description>"),
            entry(f'<cert-file {NC}="remove"/>'),
        ):
            assert denied_tags(user.rpc(user.edit(config))) == ["access-denied"]


def test_who_is_restricted_to_his_home_copies_from_nowhere_else(router):
    home = rights("admin reboot").within("cf3:\\home", saves=False)
    url = "<url>cf3:/same.cfg</url>"
    running = "<source><running/></source>"
    with client(router, rights=home) as user:
        for body in (
            f"<copy-config><target><candidate/></target><source>{url}</source></copy-config>",
            f"<copy-config><target>{url}</target>{running}</copy-config>",
            f"<delete-config><target>{url}</target></delete-config>",
            action(f"<md-compare>{running}<destination>{url}</destination></md-compare>"),
        ):
            assert denied_tags(user.rpc(body)) == ["access-denied"], body
        assert "#2020" in told(user.rpc(cli("file show cf3:\\same.cfg")))
    assert router.node.files.read("cf3:\\same.cfg")
