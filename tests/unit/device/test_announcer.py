"""What operators do stands in the log: log-ins, commands, commits, saves, files of commands."""

import re

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.core.errors import RefusedError
from srpki.frontend.node import opened as opened_node

EVENT = re.compile(r'^\d+ \S+ \S+ UTC (\w+): (\w+) #(\d+) Base (.+)\n"((?:.|\n)*?)"$', re.MULTILINE)


@pytest.fixture
def router(tmp_path):
    with opened_node(tmp_path / "node", lab=False, mode="mixed") as found:
        yield found


def typed(router, *lines, cli="md", user="admin", **session):
    """Type *lines* in a session of its own; return what the last one answered."""
    found = Session(router, cli, user, **session)
    answers = [found.feed(line) for line in lines]
    found.close()
    return answers[-1]


def events(router, log=99, application=None, number=None):
    """Return (severity, application, number, subject, text) of what a log holds, oldest first."""
    page = Session(router, "md").feed(f'show log log-id "{log}" ascending').text
    found = [(*one[:2], int(one[2]), *one[3:]) for one in EVENT.findall(page)]
    wanted = (one for one in found if application in (None, one[1]) and number in (None, one[2]))
    return list(wanted)


def watch(router, *streams, name="30", **more):
    """Configure a log in memory that takes *streams*."""
    lines = [f'/configure log log-id "{name}" source {stream} true' for stream in streams]
    lines += [f'/configure log log-id "{name}" {leaf} {value}' for leaf, value in more.items()]
    lines.append(f'/configure log log-id "{name}" destination memory max-entries 3000')
    typed(router, "edit-config private", *lines, "commit", "quit-config")


def test_a_commit_and_its_save_read_as_on_a_router(router):
    typed(
        router, "edit-config private", '/configure system name "gw"', "commit", address="10.128.1.1"
    )
    assert events(router) == [  # [observed-2.md 11]
        (
            "WARNING",
            "SYSTEM",
            2121,
            "Commit",
            "Commit to configure by admin (MD-CLI) from 10.128.1.1 succeeded.",
        ),
        (
            "WARNING",
            "SYSTEM",
            2112,
            "Configuration Save Succeeds",
            r"Complete configuration file saved in the background to: cf3:\config.cfg",
        ),
    ]


@pytest.mark.parametrize("cli", ["md", "classic"])
@pytest.mark.parametrize(
    ("line", "url"),
    [("admin save", r"cf3:\config.cfg"), ("admin save cf3:/other.cfg", r"cf3:\other.cfg")],
)
def test_every_save_is_told(router, cli, line, url):
    assert typed(router, line, cli=cli).ok
    text = f"Complete configuration file saved in the background to: {url}"
    assert [one[4] for one in events(router, number=2112)] == [text]


def test_a_save_that_fails_is_told_with_the_reason(router):
    saved = router.node.files.path("cf3:/config.cfg")
    saved.unlink()
    saved.mkdir()
    assert not typed(router, "admin save").ok
    ((severity, _, _, _, text),) = events(router, number=2113)
    assert severity == "MAJOR"
    assert text.startswith(r"Complete configuration file could not be saved in the background to: ")


def test_a_refused_commit_is_no_event(router):
    lines = ["edit-config private", '/configure log log-id "30" filter "none"', "commit"]
    assert not typed(router, *lines).ok
    assert events(router, number=2121) == []


def test_an_exec_is_told_when_it_begins_and_how_it_ends(router):
    router.node.files.write("cf3:/good.txt", b"show time\n")
    router.node.files.write("cf3:/bad.txt", b"shaw time\n")
    typed(router, "exec cf3:/good.txt", "exec cf3:/bad.txt", "exec cf3:/none.txt")
    started = "A CLI user has initiated an 'exec' operation to process the commands in the"
    ended = "The CLI user initiated 'exec' operation to process the commands in the SROS CLI file"
    told = [one for one in events(router) if one[2] in (2052, 2053)]
    assert {one[:2] + one[3:4] for one in told} == {("MAJOR", "SYSTEM", "CLI 'exec'")}
    assert [one[4] for one in told] == [
        f"{started} SROS CLI file cf3:\\good.txt",
        f"{ended} cf3:\\good.txt has completed with the result of success",
        f"{started} SROS CLI file cf3:\\bad.txt",
        f"{ended} cf3:\\bad.txt has completed with the result of failure",
        f"{started} SROS CLI file cf3:\\none.txt",
        f"{ended} cf3:\\none.txt has completed with the result of failure",
    ]


def test_a_change_of_the_mode_begins_and_ends(router):
    line = "/configure system management-interface configuration-mode model-driven"
    typed(router, "edit-config private", line, "commit")
    told = [one for one in events(router) if one[2] in (2076, 2077)]
    assert [(one[1], one[2]) for one in told] == [("SYSTEM", 2076), ("SYSTEM", 2077)]
    assert all("from mixed to model-driven" in one[4] for one in told)


def test_log_ins_and_log_outs_go_to_the_security_stream(router):
    watch(router, "security")
    typed(router, "show time", user="anne")
    typed(router, "show time", user="bob", kind="ssh", address="192.0.2.7")
    told = [one for one in events(router, 30) if one[3] in ("anne", "bob")]
    assert told == [
        ("MINOR", "USER", 2001, "anne", "User from Console logged in"),
        ("MINOR", "USER", 2002, "anne", "User from Console logged out"),
        ("MINOR", "SECURITY", 2009, "bob", "User bob from 192.0.2.7 logged in"),
        ("MINOR", "SECURITY", 2010, "bob", "User bob from 192.0.2.7 logged out"),
    ]
    assert not [one for one in met(2, events(router, 99)) if one[3] in ("anne", "bob")]


def test_a_session_that_is_disconnected_has_logged_out_once(router):
    watch(router, "security")
    session = Session(router, "md", "anne")
    typed(router, "admin disconnect username anne")
    session.close()
    assert [one[2] for one in events(router, 30) if one[3] == "anne"] == [2001, 2002]


@pytest.mark.parametrize(
    ("kind", "application", "number"), [("console", "USER", 2003), ("ssh", "SECURITY", 2011)]
)
def test_a_log_in_that_is_refused_is_told_with_the_reason(router, kind, application, number):
    watch(router, "security")
    line = "configure system management-interface configuration-mode classic"
    typed(router, line, cli="classic")
    with pytest.raises(RefusedError):
        Session(router, "md", "anne", kind=kind, address="192.0.2.7")
    page = Session(router).feed("show log log-id 30").text
    ((*_, subject, text),) = [
        one for one in EVENT.findall(page) if one[1:3] == (application, str(number))
    ]
    assert subject == "anne"
    assert "192.0.2.7" in text and "#2053" in text


def test_what_is_configured_is_told_element_by_element_in_the_change_stream(router):
    edits = ['/configure system name "gw"', '/configure log log-id "30" description "x"']
    typed(router, "edit-config private", *edits, "commit")
    typed(router, "edit-config private", '/configure system name "hq"', "commit")
    typed(router, "edit-config private", "delete /configure system name", "commit")
    told = events(router, 101, "MGMT_CORE")
    assert [one[2] for one in told] == [2001] * 4
    assert [one[4] for one in told] == [
        'configure log log-id "30" - created',
        "configure system name - created",
        "configure system name - modified",
        "configure system name - deleted",
    ]
    assert events(router, 99, "MGMT_CORE") == []


def test_a_commit_of_many_elements_names_some_and_counts_the_rest(router):
    edits = [f'/configure log filter "{number}" {{ }}' for number in range(1, 101)]
    typed(router, "edit-config private", *edits, "commit")
    told = events(router, 101, "MGMT_CORE")
    assert len(told) == 21
    assert told[-1][4] == "80 more elements - changed"


def test_a_commit_that_is_taken_back_is_a_change(router):
    lines = ['/configure system name "gw"', "commit confirmed 1", "commit confirmed cancel"]
    typed(router, "edit-config private", *lines)
    texts = [one[4] for one in events(router, 101, "MGMT_CORE")]
    assert texts == ["configure system name - created", "configure system name - deleted"]


def test_an_annotation_is_a_change_of_what_it_is_about(router):
    lines = ['/configure system name "gw"', 'annotate "why" /configure system name', "commit"]
    typed(router, "edit-config private", *lines)
    texts = [one[4] for one in events(router, 101, "MGMT_CORE")]
    assert set(texts) == {"configure system name - created"}


def test_commands_of_the_classic_cli_that_may_edit_are_told_without_secrets(router):
    watch(router, "change")
    profile = "configure system security pki est-profile e create"
    line = "http-authentication username u password topsecret"
    typed(router, "show time", profile, line, "exit all", "show time", cli="classic")
    told = [one[4] for one in events(router, 30, "USER")]
    assert told[0] == f"User from Console: {profile}"
    assert told[1].startswith("User from Console: http-authentication username u password ")
    assert told[2:] == ["User from Console: exit all"]
    assert "topsecret" not in str(told)


def test_no_secret_of_a_commit_reaches_the_log(router):
    path = '/configure system security pki est-profile "e" http-authentication'
    typed(
        router, "edit-config private", f"{path} username u", f"{path} password topsecret", "commit"
    )
    assert "topsecret" not in str(events(router, 101)) + str(events(router, 99))


def test_events_of_a_commit_do_not_loop_through_a_log_that_prints_them(router):
    watch(router, "main", "change", name="31")
    typed(
        router,
        "edit-config private",
        '/configure log log-id "32" source change true',
        '/configure log log-id "32" destination console',
        "commit",
    )
    before = len(events(router, 31))
    Session(router, "md").feed("show time")
    assert len(events(router, 31)) == before


# --- which events are generated ------------------------------------------------------------------


def control(router, *lines):
    typed(router, "configure log", *lines, "exit all", cli="classic")


def test_commands_of_the_md_cli_are_told_once_they_are_wanted(router):
    watch(router, "change")
    typed(router, "show time", user="anne")
    assert not [one for one in events(router, 30) if one[3] == "anne"]
    control(router, 'event-control "security" 2223 generate warning')
    typed(router, "show time", user="anne", address="192.0.2.7")
    assert [one for one in events(router, 30) if one[3] == "anne"] == [
        ("WARNING", "SECURITY", 2223, "anne", "User anne from 192.0.2.7: show time")
    ]


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_an_event_that_is_suppressed_is_nowhere(router, cli):
    if cli == "classic":
        control(router, 'event-control "system" 2112 suppress')
    else:
        line = "/configure log log-events system event ssiSaveBackgroundConfigSucceeded"
        typed(router, "edit-config private", f"{line} generate false", "commit")
    before = len(events(router, number=2112))
    typed(router, "admin save")
    assert len(events(router, number=2112)) == before
    seen = router.node.happenings
    assert not seen.seen(seen.mark(), 2112)


def test_an_event_can_be_made_serious(router):
    control(router, 'event-control "system" 2121 generate critical')
    typed(router, "edit-config private", '/configure system name "gw"', "commit")
    assert [one[0] for one in events(router, number=2121)] == ["CRITICAL"]
    assert [one[2] for one in events(router, 100)] == [2121]


def test_what_is_controlled_is_printed_as_typed_and_can_be_removed(router):
    line = 'event-control "system" 2103 generate'
    control(router, line, "event-control logger tmnxLogFileDeleted suppress")
    shown = typed(router, "configure log", "info", cli="classic").text
    assert [text.strip() for text in shown.splitlines() if "event-control" in text] == [
        'event-control "logger" 2009 suppress',
        line,
    ]
    control(router, 'no event-control "logger" 2009', 'no event-control "system" 2103')
    assert "event-control" not in typed(router, "configure log", "info", cli="classic").text


@pytest.mark.parametrize(
    ("line", "edits"),
    [
        ("configure system name x", True),
        ("conf system", True),
        ("/configure system", True),
        ("configuration", False),
        ("confirm", False),
        ("show version", False),
    ],
)
def test_what_leads_to_the_configuration_is_told_apart_by_what_was_parsed(router, line, edits):
    watch(router, "change")
    Session(router, "classic").feed(line)
    assert bool([one for one in events(router, log=30, number=2011) if line in one[4]]) == edits


def test_a_password_that_somebody_else_has_set_is_told_and_none_of_ones_own(router):
    watch(router, "security")
    user = "/configure system security user-params local-user user"
    hashes = (f"$2y$10${letter * 53}" for letter in "ab")
    given = [f'{user} "{name}" password "{one}"' for name, one in zip("xy", hashes, strict=True)]
    typed(router, "edit-config private", *given, "commit", user="x", address="10.128.1.1")
    classic = f'/configure system security user "y" password "$2y$10${"d" * 53}"'
    assert typed(router, classic, cli="classic", user="root").ok
    typed(router, "edit-config private", "/configure system name gw", "commit")
    told = [(one[1], one[3], one[4]) for one in events(router, log=30, number=2239)]
    assert told == [
        ("SECURITY", "y", "The password of user y has been set by x"),
        ("SECURITY", "y", "The password of user y has been set by root"),
    ]
    texts = "".join(one[4] for one in events(router, log=30))
    assert "$2y$" not in texts
