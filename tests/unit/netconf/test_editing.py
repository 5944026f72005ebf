"""edit-config, locks, validate, commit and the rest, by tables [RFC 6241 sections 7 and 8]."""

import pytest
from netconf import AUGMENTS, BASE, BASE_10, BASE_11, CONF, PRIVATE, Client, inner

from srpki.cli.session import Session
from srpki.config.management import in_mode
from srpki.config.tree import EMPTY, put
from srpki.frontend.node import opened
from srpki.schema.paths import path

NOT_SUPPORTED = "operation-not-supported"
STATE_SPACE = "urn:nokia.com:sros:ns:yang:sr:state"
CANDIDATE = "<get-config><source><candidate/></source></get-config>"
RUNNING = "<get-config><source><running/></source></get-config>"
COMMIT = "<commit/>"
DISCARD = "<discard-changes/>"


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("netconf") / "node", lab=False) as found:
        yield found


@pytest.fixture(autouse=True)
def empty(router):
    """Begin each test with an empty configuration and nobody who edits it."""
    yield
    store = router.node.datastore
    for login in router.node.sessions.all():
        router.node.sessions.end(login)
    router.node.commits.abandon("persist x")
    with store.lock:
        store.replace(EMPTY, ())
        store._shared.reset(EMPTY)


def session(router, *said):
    return Client(router, BASE_10, BASE_11, *said)


@pytest.fixture
def client(router):
    found = session(router)
    yield found
    found.close()


def filters(*names):
    """Return a list with entries called *names*, as a client sends it."""
    return "".join(f"<filter><filter-name>{name}</filter-name></filter>" for name in names)


def system(body):
    return f"<system>{body}</system>"


PKI = "<system><security><pki>{}</pki></security></system>"
NAMED = system("<name>x</name>")


# --- operations of edit-config --------------------------------------------------------------------

BEGIN = system(
    "<name>old</name><transmission-profile><name>a</name><retry>1</retry>"
    "<timeout>10</timeout></transmission-profile>"
)
A = "<transmission-profile><name>a</name><retry>1</retry><timeout>10</timeout></transmission-profile>"


def entry(operation, body="", name="a"):
    said = f' nc:operation="{operation}"' if operation else ""
    return system(f"<transmission-profile{said}><name>{name}</name>{body}</transmission-profile>")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (system("<name>new</name>"), "<name>new</name>" + A),
        (system('<name nc:operation="replace">new</name>'), "<name>new</name>" + A),
        (system('<name nc:operation="delete"/>'), A),
        (system('<name nc:operation="remove"/>'), A),
        (system('<name nc:operation="remove">other</name>'), A),
        (entry("", "<retry>2</retry>"), "<name>old</name>" + A.replace("<retry>1", "<retry>2")),
        (
            entry("replace", "<retry>2</retry>"),
            (
                "<name>old</name><transmission-profile><name>a</name><retry>2</retry>"
                "</transmission-profile>"
            ),
        ),
        (entry("delete"), "<name>old</name>"),
        (entry("remove"), "<name>old</name>"),
        (entry("remove", name="b"), "<name>old</name>" + A),
        (
            entry("create", name="b"),
            "<name>old</name>" + A + "<transmission-profile><name>b</name></transmission-profile>",
        ),
        ('<system nc:operation="replace"><name>new</name></system>', "<name>new</name>"),
        ('<system nc:operation="remove"/>', None),
        ('<system operation="delete"/>', None),
    ],
)
def test_operations(client, config, expected):
    client.ok(client.edit(BEGIN))
    client.ok(COMMIT)
    client.ok(client.edit(config))
    whole = (
        "<configure />"
        if expected is None
        else f"<configure><system>{expected}</system></configure>"
    )
    assert client.data(CANDIDATE) == whole
    client.ok(COMMIT)
    assert client.data(RUNNING) == whole


PATH = "/conf:configure/conf:system"
GONE = "configure system transmission-profile"


@pytest.mark.parametrize(
    ("config", "tag", "message", "path"),
    [
        (
            system('<nmae nc:operation="merge"/>'),
            "unknown-element",
            "#2201: Unknown element - 'nmae'",
            PATH,
        ),
        (system('<name xmlns="urn:x"/>'), "unknown-namespace", "no known namespace", PATH),
        (system('<name frob="1">x</name>'), "unknown-attribute", "'frob' of 'name'", PATH),
        (
            system('<name nc:operation="frob">x</name>'),
            "bad-attribute",
            "'operation' of 'name'",
            PATH,
        ),
        (
            system(f"<name>{'x' * 65}</name>"),
            "invalid-value",
            "#2301: Invalid element value - ",
            PATH + "/conf:name",
        ),
        (system("<name>x<y/></name>"), "unknown-element", "'y'", PATH + "/conf:name"),
        (system("text"), "bad-element", "'system' has no value", PATH),
        (
            system("<transmission-profile/>"),
            "missing-element",
            "CLI #2001: Missing element value - 'name'",
            PATH,
        ),
        (
            entry("create"),
            "data-exists",
            'configure system transmission-profile "a" - Entry exists',
            PATH + "/conf:transmission-profile[conf:name='a']",
        ),
        (
            entry("delete", name="b"),
            "data-missing",
            f'#224: {GONE} "b" - Entry does not exist',
            PATH + "/conf:transmission-profile[conf:name='b']",
        ),
        (
            entry("", '<redirection nc:operation="delete"/>'),
            "data-missing",
            "redirection - Entry does not exist",
            PATH + "/conf:transmission-profile[conf:name='a']/conf:redirection",
        ),
        (
            system('<name nc:operation="create">x</name>'),
            "data-exists",
            "configure system name - Entry exists",
            PATH + "/conf:name",
        ),
        (
            entry("delete", '<retry nc:operation="merge">1</retry>'),
            "bad-attribute",
            "'operation' of 'retry'",
            PATH + "/conf:transmission-profile[conf:name='a']",
        ),
    ],
)
def test_edits_that_are_refused(client, config, tag, message, path):
    client.ok(client.edit(BEGIN))
    kind, found, said, where = client.error(client.edit(config))
    assert (kind, found, where) == ("application", tag, path)
    assert said.startswith("MINOR: ") and message in said


def test_the_quotes_of_a_key_are_told_apart_in_a_path(client):
    for name, spelled in (("a'b", '"a\'b"'), ('a"b', "'a\"b'")):
        assert client.error(client.edit(entry("delete", name=name)))[3].endswith(
            f"[conf:name={spelled}]"
        )


@pytest.mark.parametrize(
    ("default", "config", "expected"),
    [
        ("merge", system("<name>new</name>"), "<name>new</name>" + A),
        ("replace", system("<name>new</name>"), "<name>new</name>"),
        ("none", system('<name nc:operation="merge">new</name>'), "<name>new</name>" + A),
        ("none", system("<name>new</name>"), "<name>old</name>" + A),
        (
            "none",
            entry("", '<retry nc:operation="delete"/>'),
            "<name>old</name>" + A.replace("<retry>1</retry>", ""),
        ),
    ],
)
def test_default_operations(client, default, config, expected):
    client.ok(client.edit(BEGIN))
    client.ok(client.edit(config, f"<default-operation>{default}</default-operation>"))
    assert client.data(CANDIDATE) == f"<configure><system>{expected}</system></configure>"


def test_none_needs_what_it_leads_through(client):
    none = "<default-operation>none</default-operation>"
    found = client.error(client.edit(entry("", '<retry nc:operation="merge">1</retry>'), none))
    assert found[1] == "data-missing"
    assert client.error(client.edit(NAMED, "<default-operation>create</default-operation>"))[1] == (
        "invalid-value"
    )


TWO_WRONG = system("<name>new</name><a/><contact-x/>" + A)


@pytest.mark.parametrize(
    ("option", "errors", "expected"),
    [
        ("", 1, "<configure><system><name>new</name></system></configure>"),
        ("stop-on-error", 1, "<configure><system><name>new</name></system></configure>"),
        ("continue-on-error", 2, f"<configure><system><name>new</name>{A}</system></configure>"),
        ("rollback-on-error", 1, "<configure />"),
    ],
)
def test_error_options(client, option, errors, expected):
    more = f"<error-option>{option}</error-option>" if option else ""
    assert len(client.errors(client.edit(TWO_WRONG, more))) == errors
    assert client.data(CANDIDATE) == expected


DANGLING = PKI.format(
    "<ca-profile><ca-profile-name>c</ca-profile-name><ocsp>"
    "<transmission-profile>nowhere</transmission-profile></ocsp></ca-profile>"
)


@pytest.mark.parametrize(
    ("option", "refused", "kept"),
    [
        ("", False, True),
        ("set", False, True),
        ("test-then-set", True, False),
        ("test-only", True, False),
    ],
)
def test_test_options(client, option, refused, kept):
    more = f"<test-option>{option}</test-option>" if option else ""
    request = client.edit(DANGLING, more)
    if refused:
        kind, tag, said, path = client.error(request)
        assert (kind, tag) == ("application", "data-missing")
        assert "#224" in said and path.endswith("/conf:transmission-profile")
    else:
        client.ok(request)
    assert ("nowhere" in client.data(CANDIDATE)) is kept


def test_test_only_changes_nothing(client):
    client.ok(client.edit(NAMED, "<test-option>test-only</test-option>"))
    assert client.data(CANDIDATE) == "<configure />"


# --- leaf-lists -----------------------------------------------------------------------------------

YANG = 'xmlns:yang="urn:ietf:params:xml:ns:yang:1"'


def engines(*said):
    values = "".join(f"<cli-engine {YANG} {more}>{value}</cli-engine>" for value, more in said)
    return system(f"<management-interface><cli>{values}</cli></management-interface>")


MD, CLASSIC = "md-cli", "classic-cli"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([(MD, ""), (CLASSIC, "")], [MD, CLASSIC]),
        ([(MD, ""), (CLASSIC, 'yang:insert="first"')], [CLASSIC, MD]),
        ([(MD, ""), (CLASSIC, 'yang:insert="before" yang:value="md-cli"')], [CLASSIC, MD]),
        (
            [(MD, ""), (CLASSIC, ""), (MD, 'yang:insert="after" yang:value="classic-cli"')],
            [CLASSIC, MD],
        ),
        ([(MD, ""), (CLASSIC, ""), (MD, "")], [MD, CLASSIC]),
        ([(MD, ""), (CLASSIC, ""), (MD, 'nc:operation="delete"')], [CLASSIC]),
        ([(MD, ""), ("", 'nc:operation="delete"')], []),
    ],
)
def test_leaf_lists_are_ordered_by_the_user(client, said, expected):
    client.ok(client.edit(engines(*said)))
    found = client.data(CANDIDATE)
    assert [
        value for value in found.replace("<", ">").split(">") if value in (MD, CLASSIC)
    ] == expected


def test_a_value_must_be_there_to_be_deleted_and_not_to_be_created(client):
    client.ok(client.edit(engines((MD, ""))))
    assert (
        client.error(client.edit(engines((CLASSIC, 'nc:operation="delete"'))))[1] == "data-missing"
    )
    assert client.error(client.edit(engines((MD, 'nc:operation="create"'))))[1] == "data-exists"
    wrong = engines((CLASSIC, 'yang:insert="after" yang:value="x"'))
    assert client.error(client.edit(wrong))[1] == "bad-attribute"


# --- what a router refuses [access.md section 3] --------------------------------------------------


@pytest.mark.parametrize(
    "request_",
    [
        "<get-config><source><startup/></source></get-config>",
        "<get-config><source><url>cf3:/x</url></source></get-config>",
        "<validate><source><startup/></source></validate>",
        "<validate><source><url>cf3:/x</url></source></validate>",
        f'<edit-config><target><running/></target><config><configure xmlns="{CONF}"/></config></edit-config>',
        "<edit-config><target><candidate/></target><url>cf3:/x</url></edit-config>",
        "<copy-config><target><running/></target><source><candidate/></source></copy-config>",
        '<edit-data xmlns="urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"/>',
        '<partial-lock xmlns="urn:ietf:params:xml:ns:netconf:partial-lock:1.0"/>',
        "<lock><target><startup/></target></lock>",
        "<delete-config><target><running/></target></delete-config>",
        "<get><configuration-region>li</configuration-region></get>",
        '<get><filter type="xpath" select="/"/></get>',
        "<frob/>",
    ],
)
def test_what_is_not_supported(client, request_):
    kind, tag, said, _ = client.error(request_)
    assert (kind, tag) == ("protocol", "operation-not-supported")
    assert said.startswith("MINOR: MGMT_AGENT #2007: Operation failed - ")


def test_a_datastore_of_nmda_is_no_target_of_a_lock(client):
    for name in ("lock", "unlock"):
        request = (
            f'<{name}><target><datastore xmlns="urn:x">ds:candidate</datastore></target></{name}>'
        )
        assert client.error(request)[1] == "operation-not-supported"
    request = '<validate><source><datastore xmlns="urn:x">x</datastore></source></validate>'
    assert client.error(request)[1] == "operation-not-supported"


@pytest.mark.parametrize(
    "region", ["<configuration-region>", f'<configuration-region xmlns="{AUGMENTS}">']
)
def test_the_region_may_be_said(client, region):
    said = f"{region}configure</configuration-region>"
    assert (
        client.data(f"<get-config><source><running/></source>{said}</get-config>")
        == "<configure />"
    )
    client.ok(f"<discard-changes>{said}</discard-changes>")
    client.ok(f"<commit>{said}</commit>")
    wrong = said.replace("configure<", "frob<")
    assert client.error(f"<commit>{wrong}</commit>")[1] == "invalid-value"


@pytest.mark.parametrize(
    ("holder", "tag"),
    [
        ("<configuration-region>configure</configuration-region><{}/>", None),
        ("<{}/><configuration-region>configure</configuration-region>", None),
        ("<configure-{}/>", None),
        ("<configuration-region>bof</configuration-region><configure-{}/>", None),
        ("<configure-{}/><configuration-region>li</configuration-region>", NOT_SUPPORTED),
        ("<configuration-region>configure</configuration-region><li-{}/>", NOT_SUPPORTED),
        ("<bof-{}/>", NOT_SUPPORTED),
        ("<configuration-region>frob</configuration-region><{}/>", "invalid-value"),
        ("<frob-{}/>", NOT_SUPPORTED),
        ("<{0}/><{0}/>", "missing-element"),
        ("<configuration-region>configure</configuration-region>", "missing-element"),
    ],
)
def test_the_region_stands_beside_the_datastore_or_in_its_name(client, holder, tag):
    """The last one holds [7750 SR system management guide 22.7, get-config and unlock]."""
    config = f'<config><configure xmlns="{CONF}"/></config>'
    for request, name in (
        ("<lock><target>{}</target></lock>", "candidate"),
        (f"<edit-config><target>{{}}</target>{config}</edit-config>", "candidate"),
        ("<validate><source>{}</source></validate>", "candidate"),
        ("<unlock><target>{}</target></unlock>", "candidate"),
        ("<get-config><source>{}</source></get-config>", "running"),
        ("<copy-config><target><startup/></target><source>{}</source></copy-config>", "running"),
    ):
        reply = client.rpc(request.format(holder.format(name)))
        found = [one.text for one in reply.iter(f"{{{BASE}}}error-tag")]
        other = ["unknown-element"] if "frob-" in holder else []
        assert found in ([] if tag is None else [tag], other), request


@pytest.mark.parametrize("space", ["urn:ietf:params:xml:ns:netconf", "urn:ietf:params:netconf"])
def test_operations_in_the_namespace_of_their_capability(client, space):
    """As scrapli sends ``validate``, in the first one."""
    for name, body in (
        ("validate:1.1", "validate><source><candidate/></source></validate"),
        ("validate:1.0", "validate><source><running/></source></validate"),
        ("candidate:1.0", "discard-changes></discard-changes"),
        ("confirmed-commit:1.1", "commit></commit"),
    ):
        client.ok(f"<{body}>".replace(">", f' xmlns="{space}:capability:{name}">', 1))
    frob = '<frob xmlns="urn:ietf:params:netconf:capability:validate:1.1"/>'
    assert client.error(frob)[1] == NOT_SUPPORTED


def test_arguments_without_a_namespace_are_taken_and_those_of_another_one_are_not(client):
    edit = client.edit(NAMED)
    client.ok(edit.replace("<config>", '<config xmlns="">'))
    client.ok(
        DISCARD.replace(
            "/>",
            "><configuration-region xmlns=''>configure</configuration-region></discard-changes>",
        )
    )
    found = client.error(edit.replace("<config>", '<config xmlns="urn:x">'))
    assert found[1] == "unknown-namespace"
    for space in ("", "urn:x", STATE_SPACE):  # the module must be said [guide 22.7, edit-config]
        found = client.error(edit.replace(CONF, space, 1))
        assert found[1] == "unknown-namespace"


def test_in_classic_mode_state_alone_is_read(router, client):
    store = router.node.datastore
    with store.lock:
        store.replace(in_mode(EMPTY, "classic"), ())
    for request in (RUNNING, CANDIDATE, client.edit(NAMED), COMMIT, DISCARD):
        found = client.error(request)
        assert "'classic' management interface configuration mode active" in found[2]
        assert "CLI #2069" in found[2]
    reply = client.rpc("<get/>")
    names = [one.tag.rpartition("}")[2] for one in reply[0]]
    assert "state" in names and "configure" not in names


def test_where_clients_may_not_edit_it_is_neither_announced_nor_done(router):
    store = router.node.datastore
    where = path("system", "management-interface", "netconf", "capabilities", "candidate")
    with store.lock:
        store.replace(put(EMPTY, where, False), ())
    client = session(router)
    said = "".join(one.text for one in client.hello[0])
    assert not any(name in said for name in (":candidate:", ":confirmed-commit:", "rollback-on"))
    for request in (client.edit(NAMED), COMMIT, DISCARD, LOCK.format("candidate")):
        assert "'capabilities candidate' of NETCONF is false" in client.error(request)[2]
    assert "<candidate>false</candidate>" in client.data(RUNNING)
    client.close()


# --- locks ----------------------------------------------------------------------------------------

LOCK = "<lock><target><{}/></target></lock>"
UNLOCK = LOCK.replace("lock", "unlock")


def test_the_first_edit_of_the_global_candidate_takes_a_lock_until_commit(router, client):
    other = session(router)
    client.ok(client.edit(NAMED))
    assert router.node.datastore.holder.id == client.session.login.session_id
    kind, tag, said, _ = other.error(other.edit(NAMED))
    assert (kind, tag) == ("protocol", "in-use")
    assert "MGMT_CORE #2052: Exclusive datastore access unavailable - the NETCONF has" in said
    client.ok(COMMIT)
    assert router.node.datastore.holder is None
    other.ok(other.edit(system("<name>y</name>")))
    other.ok(DISCARD)
    assert router.node.datastore.holder is None
    other.close()


def test_who_only_reads_the_candidate_is_in_nobody_s_way(router, client):
    assert client.data(CANDIDATE) == "<configure />"
    with router.node.datastore.lock:
        candidate = router.node.datastore.open("exclusive", "cli")
    try:
        assert client.data(CANDIDATE) == "<configure />"
        assert client.error(client.edit(NAMED))[1] == "in-use"
    finally:
        candidate.close()


@pytest.mark.parametrize("target", ["candidate", "running"])
def test_lock_and_unlock(router, client, target):
    other = session(router)
    client.ok(LOCK.format(target))
    reply = other.rpc(LOCK.format("candidate"))
    text = inner(reply)
    assert "<error-tag>lock-denied</error-tag>" in text
    assert f"<session-id>{client.session.login.session_id}</session-id>" in text
    assert client.error(LOCK.format(target))[1] == "lock-denied"
    assert other.error(UNLOCK.format(target))[1] == "operation-failed"
    another = "running" if target == "candidate" else "candidate"  # the lock stays then
    assert client.error(UNLOCK.format(another))[1] == "operation-failed"
    client.ok(client.edit(NAMED))
    client.ok(COMMIT)
    assert router.node.datastore.holder is not None
    client.ok(client.edit(system("<name>y</name>")))
    client.ok(UNLOCK.format(target))
    assert router.node.datastore.holder is None
    assert client.data(CANDIDATE) == "<configure><system><name>x</name></system></configure>"
    other.ok(LOCK.format("candidate"))
    other.close()


def test_a_candidate_with_changes_is_not_locked(router, client):
    """[RFC 6241 section 7.5; 7750 SR system management guide 22.7, lock]"""
    client.ok(client.edit(NAMED))
    kind, tag, said, _ = client.error(LOCK.format("candidate"))
    assert (kind, tag) == ("protocol", "lock-denied") and "not committed" in said
    client.ok(LOCK.format("running"))
    client.ok(COMMIT)
    client.ok(LOCK.format("candidate"))


def test_a_lock_ends_with_its_session(router, client):
    other = session(router)
    other.ok(LOCK.format("candidate"))
    other.ok(other.edit(NAMED))
    client.ok(
        f"<kill-session><session-id>{other.session.login.session_id}</session-id></kill-session>"
    )
    other.wait()
    assert router.node.datastore.holder is None
    client.ok(LOCK.format("candidate"))
    own = client.session.login.session_id
    assert (
        client.error(f"<kill-session><session-id>{own}</session-id></kill-session>")[1]
        == "invalid-value"
    )


# --- private candidates ---------------------------------------------------------------------------


def test_private_candidates_meet_at_the_commit(router):
    one, two = session(router, PRIVATE), session(router, "urn:nokia.com:nc:pysros:pc")
    one.ok(one.edit(NAMED))
    assert two.data(CANDIDATE) == "<configure />"
    two.ok(two.edit(system("<name>y</name>")))
    one.ok(COMMIT)
    kind, tag, said, path = two.error(COMMIT)
    assert (kind, tag, path) == ("application", "operation-failed", PATH + "/conf:name")
    assert said == "MINOR: MGMT_CORE #2703: Commit canceled - conflicts detected - use update"
    two.ok(DISCARD)
    two.ok(COMMIT)
    assert two.data(CANDIDATE) == "<configure><system><name>x</name></system></configure>"
    one.close()
    two.close()


def test_a_private_candidate_that_was_not_edited_keeps_up(router):
    one, two = session(router, PRIVATE), session(router, PRIVATE)
    assert two.data(CANDIDATE) == "<configure />"
    one.ok(one.edit(NAMED))
    one.ok(COMMIT)
    assert "<name>x</name>" in two.data(CANDIDATE)
    two.ok(two.edit(system("<name>y</name>")))
    two.ok(COMMIT)
    two.ok(LOCK.format("candidate"))
    assert one.error(LOCK.format("candidate"))[1] == "lock-denied"
    two.ok(two.edit(system("<name>z</name>")))
    two.ok(UNLOCK.format("candidate"))
    two.ok(two.edit(system("<name>w</name>")))
    assert "<name>y</name>" in one.data(CANDIDATE)
    one.close()
    two.close()


# --- validate and commit --------------------------------------------------------------------------


def test_validate_and_commit_refuse_what_is_not_whole(client):
    client.ok(client.edit(DANGLING))
    for request in ("<validate><source><candidate/></source></validate>", COMMIT):
        kind, tag, said, path = client.error(request)
        assert (kind, tag) == ("application", "data-missing")
        assert "transmission-profile" in said and path.endswith("conf:transmission-profile")
    client.ok(DISCARD)
    client.ok("<validate><source><candidate/></source></validate>")
    client.ok("<validate><source><running/></source></validate>")


def test_a_commit_may_have_a_comment(router, client):
    client.ok(client.edit(NAMED))
    client.ok(f'<commit><comment xmlns="{AUGMENTS}">because</comment></commit>')
    last = router.node.commits.last()
    assert (last.comment, last.author.interface, last.author.user) == (
        "because",
        "NETCONF",
        "admin",
    )
    long = f'<commit><comment xmlns="{AUGMENTS}">{"x" * 2049}</comment></commit>'
    assert client.error(long)[1] == "invalid-value"


CONFIRMED = "<commit><confirmed/>{}</commit>"


def test_a_confirmed_commit_is_confirmed_by_the_next_one(router, client):
    client.ok(client.edit(NAMED))
    client.ok(CONFIRMED.format("<confirm-timeout>30</confirm-timeout>"))
    assert 0 < router.node.commits.remaining().total_seconds() <= 30
    client.ok(COMMIT)
    assert router.node.commits.remaining() is None
    assert "<name>x</name>" in client.data(RUNNING)


@pytest.mark.parametrize("end", ["kill-session", "admin disconnect", "the wire"])
def test_a_confirmed_commit_is_taken_back_when_its_session_ends(router, client, end):
    other = session(router)
    other.ok(other.edit(NAMED))
    other.ok(CONFIRMED.format(""))
    number = other.session.login.session_id
    match end:
        case "kill-session":
            client.ok(f"<kill-session><session-id>{number}</session-id></kill-session>")
        case "admin disconnect":
            assert Session(router, "md").feed(f"admin disconnect session-id {number}").ok
        case "the wire":
            other.close()
    other.wait()
    assert router.node.commits.remaining() is None
    assert client.data(RUNNING) == "<configure />"


def test_a_commit_by_the_cli_meets_what_is_edited_by_netconf(router):
    """The other way round is tried at a terminal: automation/test_served_together.py."""
    one, cli = session(router, PRIVATE), Session(router, "md")
    one.ok(one.edit(NAMED))
    for line in (
        *("edit-config private", "/configure system transmission-profile a retry 2"),
        *("commit", "quit-config"),
    ):
        assert cli.feed(line).ok
    one.ok(COMMIT)
    assert "<name>x</name>" in one.data(RUNNING) and "<retry>2</retry>" in one.data(RUNNING)
    one.ok(one.edit(system("<name>y</name>")))
    for line in ("edit-config exclusive", "/configure system name z", "commit", "quit-config"):
        assert cli.feed(line).ok
    assert one.error(COMMIT)[2].startswith("MINOR: MGMT_CORE #2703: ")
    one.ok(DISCARD)
    assert cli.feed("edit-config exclusive").ok
    one.ok(one.edit(system("<name>y</name>")))
    assert one.error(COMMIT)[1] == "in-use"
    cli.close()
    one.ok(COMMIT)
    one.close()


def test_a_second_confirmed_commit_goes_on_with_the_first(router, client):
    client.ok(client.edit(NAMED))
    client.ok(CONFIRMED.format(""))
    client.ok(client.edit(system("<name>y</name>")))
    client.ok(CONFIRMED.format("<confirm-timeout>900</confirm-timeout>"))
    assert router.node.commits.remaining().total_seconds() > 600
    client.ok("<cancel-commit/>")
    assert client.data(RUNNING) == "<configure />"


def test_another_session_neither_confirms_nor_cancels(router, client):
    other = session(router)
    client.ok(client.edit(NAMED))
    client.ok(CONFIRMED.format(""))
    assert other.error(COMMIT)[1] == "operation-failed"
    assert other.error("<cancel-commit/>")[1] == "invalid-value"
    assert router.node.commits.remaining() is not None
    client.close()
    assert router.node.commits.remaining() is None
    assert other.data(RUNNING) == "<configure />"
    other.close()


def test_a_persistent_commit_outlives_its_session(router, client):
    client.ok(client.edit(NAMED))
    client.ok(CONFIRMED.format("<persist>x</persist>"))
    client.close()
    other = session(router)
    assert other.error("<commit><persist-id>y</persist-id></commit>")[1] == "invalid-value"
    assert other.error(COMMIT)[1] == "operation-failed"
    assert (
        other.error("<cancel-commit><persist-id>y</persist-id></cancel-commit>")[1]
        == "invalid-value"
    )
    other.ok("<commit><confirmed/><persist-id>x</persist-id></commit>")
    other.ok("<commit><persist-id>x</persist-id></commit>")
    assert router.node.commits.remaining() is None
    assert "<name>x</name>" in other.data(RUNNING)
    other.close()


def test_a_commit_that_fails_leaves_the_confirmed_one_waiting(router, client):
    client.ok(client.edit(NAMED))
    client.ok(CONFIRMED.format(""))
    client.ok(client.edit(DANGLING))
    assert client.error(COMMIT)[1] == "data-missing"
    assert router.node.commits.remaining() is not None


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        ("<confirm-timeout>5</confirm-timeout>", "missing-element"),
        ("<persist>x</persist>", "missing-element"),
        ("<confirmed/><confirm-timeout>0</confirm-timeout>", "invalid-value"),
        ("<confirmed/><confirm-timeout>x</confirm-timeout>", "invalid-value"),
        ("<confirmed/><persist/>", "invalid-value"),
        ("<persist-id>x</persist-id>", "invalid-value"),
        ("<frob/>", "unknown-element"),
        ("<confirmed/><confirmed/>", "bad-element"),
    ],
)
def test_commits_that_are_wrong(client, body, tag):
    assert client.error(f"<commit>{body}</commit>")[1] == tag


# --- copy-config and delete-config ----------------------------------------------------------------


def copy(target, source):
    return f"<copy-config><target>{target}</target><source>{source}</source></copy-config>"


def test_copies(router, client):
    client.ok(client.edit(NAMED))
    client.ok(COMMIT)
    client.ok(copy("<startup/>", "<running/>"))
    client.ok(copy("<url>file:///cf3:/mine.cfg</url>", "<running/>"))
    client.ok(client.edit(system("<name>y</name>")))
    client.ok(COMMIT)
    client.ok(copy("<candidate/>", "<url>cf3:\\mine.cfg</url>"))
    assert "<name>x</name>" in client.data(CANDIDATE)
    client.ok(copy("<candidate/>", "<running/>"))
    assert "<name>y</name>" in client.data(CANDIDATE)
    client.ok(
        copy("<candidate/>", f'<config><configure xmlns="{CONF}">{entry("")}</configure></config>')
    )
    assert client.data(CANDIDATE) == (
        "<configure><system><transmission-profile><name>a</name></transmission-profile></system>"
        "</configure>"
    )
    client.ok(DISCARD)
    client.ok("<delete-config><target><url>cf3:/mine.cfg</url></target></delete-config>")
    gone = client.error(copy("<candidate/>", "<url>cf3:/mine.cfg</url>"))
    assert gone[1] == "operation-failed" and "MGMT_AGENT #2007" in gone[2]


@pytest.mark.parametrize(
    ("target", "source", "tag"),
    [
        ("<url>cf3:/x.cfg</url>", "<candidate/>", "operation-not-supported"),
        ("<startup/>", "<startup/>", "invalid-value"),
        ("<url>ftp://x/y</url>", "<running/>", "invalid-value"),
        ("<url>cf3:/system-pki/x.crt</url>", "<running/>", "invalid-value"),
        ("<url>cf3:/../x</url>", "<running/>", "operation-failed"),
        ("<frob/>", "<running/>", "unknown-element"),
        ("<candidate/>", "<frob/>", "unknown-element"),
        ("", "<running/>", "missing-element"),
    ],
)
def test_copies_that_are_refused(client, target, source, tag):
    assert client.error(copy(target, source))[1] == tag
