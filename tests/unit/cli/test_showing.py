"""Whole configurations on the screen: as files, parts of them, and how two differ."""

import json
import re
from datetime import UTC, datetime

import pytest

from srpki.config import persist
from srpki.config.json import Configured
from srpki.device.configuration.history import Author, Commit
from srpki.device.records.configuration import Compared, Comparison, Configuration, committed
from srpki.schema.tree import SCHEMA

NOW = datetime(2026, 11, 23, 12, 0, 5, 260_000, tzinfo=UTC)
TEXT = """configure {
    system {
        name "gw"
        security {
            pki {
                ca-profile "c" {
                    description "x"
                }
            }
        }
    }
}
"""
TREE = persist.load(SCHEMA.configure, TEXT)
WHOLE = Configured(SCHEMA.configure, TREE)
LAST = committed(
    Commit(7, datetime(2026, 11, 23, 11, 0, tzinfo=UTC), Author("jo", "MD-CLI", "192.0.2.1"))
)


@pytest.fixture
def showing(device, md):
    """The MD-CLI of a node with a configuration to show."""
    data = Configuration(configure=WHOLE, generated=NOW, last=LAST)
    device.answers["admin.show-configuration"] = data
    return md


def test_a_configuration_is_framed_by_what_oxidized_looks_for(showing):
    """Order and shape of the lines: [cli.md 1.4], which does not say who we are."""
    lines = showing("admin show configuration").splitlines()
    assert re.match(r"# TiMOS-\S+ srpki ", lines[0])
    assert "not Nokia software" in lines[0]
    start = lines.index("")
    assert lines[start - 1] == "# Configuration format version 26.3 revision 0"
    assert lines[start + 1 :] == [
        "# Generated 2026-11-23T12:00:05.2+00:00 by admin",
        "# Last modified 2026-11-23T11:00:00.0+00:00 by jo (MD-CLI) from 192.0.2.1",
        "",
        *TEXT.splitlines(),
        "",
        "persistent-indices {",
        "}",
        "",
        "# Finished 2026-11-23T12:00:05.2+00:00",
    ]


def test_without_a_commit_nobody_is_said_to_have_modified_it(device, md):
    device.answers["admin.show-configuration"] = Configuration(
        configure=WHOLE, generated=NOW, last=None
    )
    assert "Last modified" not in md("admin show configuration")


@pytest.mark.parametrize(
    ("layout", "line"),
    [
        ("full-context", '    /configure system security pki ca-profile "c" description "x"'),
        ("flat", '    configure system security pki ca-profile "c" description "x"'),
    ],
)
def test_a_configuration_is_shown_one_element_a_line(showing, layout, line):
    """Indented by 4 [observed-2.md 13]; of the flat form that is inferred."""
    lines = showing(f"admin show configuration configure {layout}").splitlines()
    assert lines[-3:-2] == [line]
    assert lines[0].startswith("# TiMOS-")
    assert lines[-1].startswith("# Finished")


def test_as_json_nothing_but_json_is_shown(showing):
    found = json.loads(showing("admin show configuration json"))
    assert found["system"]["security"]["pki"]["ca-profile"][0]["description"] == "x"


def test_of_a_path_only_what_is_below_it_is_shown(showing):
    """No head, no enclosing braces, four blanks [cli.md 1.2]."""
    path = '/configure system security pki ca-profile "c"'
    assert showing(f"admin show configuration {path}") == '    description "x"'
    flat = showing(f"admin show configuration full-context {path}")
    assert flat == f'    {path} description "x"'
    assert showing("admin show configuration /configure").splitlines()[0] == "    system {"
    assert showing("admin show configuration /configure ipsec") == ""


def test_the_session_stays_where_it_is(showing):
    showing("admin show configuration /configure system security")
    assert showing.context == "[/]"


def test_what_follows_a_line_can_be_cut_out_as_oxidized_does(showing):
    shown = showing("admin show configuration | match persistent-indices post-lines 10000")
    assert shown.splitlines()[:2] == ["persistent-indices {", "}"]
    path = "/configure system | match gw"
    assert showing(f"admin show configuration {path}") == '    name "gw"'


def test_an_entry_that_is_not_there_is_told(showing):
    refused = showing.refused(
        'admin show configuration /configure system security pki est-profile "e"'
    )
    assert refused == (
        'MINOR: MGMT_CORE #224: configure system security pki est-profile "e"'
        " - Entry does not exist"
    )


def test_with_detail_default_values_are_shown(device, showing):
    data = Configuration(configure=WHOLE, generated=NOW, last=None, detail=True)
    device.answers["admin.show-configuration"] = data
    path = '/configure system security pki ca-profile "c"'
    assert "admin-state disable" in showing(f"admin show configuration detail {path}")
    assert device.calls[-1] == ("admin.show-configuration", {"detail": True})


def test_the_path_of_a_configuration_is_completed(md):
    offers = md.session.complete("admin show configuration /configure system sec")
    assert [offer.text.strip() for offer in offers] == ["security"]


def test_a_region_is_asked_of_the_device(device, md):
    md("admin show configuration bof full-context")
    assert device.calls == [("admin.show-configuration", {"bof": True, "full-context": True})]


def test_the_classic_cli_shows_what_is_off_too_with_detail(device, classic):
    data = Configuration(configure=WHOLE, generated=NOW, last=None, detail=True)
    device.answers["admin.display-config"] = data
    lines = classic("admin display-config detail").splitlines()
    assert "                    shutdown" in lines
    assert device.calls == [("admin.display-config", {"detail": True})]
    assert "configure" in lines


def compared(old, new):
    """Return the comparison of the running configuration *old* with a checkpoint."""
    return Comparison(
        old=Compared(None, 0.25, Configured(SCHEMA.configure, old)),
        new=Compared("cf3:/a.rb", 0.5, Configured(SCHEMA.configure, new)),
    )


def test_a_comparison_stands_between_rules_as_ansible_reads_it(device, classic):
    other = persist.load(SCHEMA.configure, TEXT.replace('"gw"', '"hub"'))
    device.answers["rollback.compare"] = compared(TREE, other)
    text = classic("admin rollback compare").strip()
    assert text.startswith(
        'Processing current config... 0.250 s\nProcessing "cf3:/a.rb"... 0.500 s\n'
    )
    assert text.endswith("\nFinished in 0.750 s")
    found = re.search(r"\r?\n-+\r?\n(.*)\r?\n-+\r?\n", text, re.DOTALL)  # [cli.md 3.1]
    assert found[1].splitlines() == [
        "    system",
        '-       name "gw"',
        '+       name "hub"',
        "    exit",
    ]
    device.answers["rollback.compare"] = compared(TREE, TREE)
    text = classic("admin rollback compare").strip()
    assert re.search(r"\r?\n-+\r?\n(.*)\r?\n-+\r?\n", text, re.DOTALL)[1] == ""


def test_a_comparison_shows_the_contexts_of_what_differs_and_whole_what_is_on_one_side(
    device, classic
):
    def tree(body):
        return persist.load(SCHEMA.configure, f"configure {{ {body} }}")

    kept = 'ca-profile "a" { cmpv2 { url { url-string "http://%s/p" } } } ca-profile "k" { }'
    old = tree('system { security { pki { %s ca-profile "b" { } } } }' % (kept % "x"))
    new = tree(
        'ipsec { trust-anchor-profile "t" { } } system { security { pki { %s } } }' % (kept % "y")
    )
    device.answers["rollback.compare"] = compared(old, new)
    assert classic("admin rollback compare").splitlines()[3:-2] == [
        "    system",
        "        security",
        "            pki",
        '                ca-profile "a" create',
        "                    cmpv2",
        '-                       url "http://x/p"',
        '+                       url "http://y/p"',
        "                    exit",
        "                exit",
        '-               ca-profile "b" create',
        "-               exit",
        "            exit",
        "        exit",
        "    exit",
        "+   ipsec",
        '+       trust-anchor-profile "t" create',
        "+       exit",
        "+   exit",
    ]


@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_a_reboot_is_asked_for_first(request, device, dialect):
    typist = request.getfixturevalue(dialect)
    answer = typist.session.feed("admin reboot")
    assert answer.question == "Are you sure you want to reboot (y/n)? "
    assert typist.session.feed("perhaps").question == answer.question
    refused = typist.session.feed("n")
    assert (refused.text, refused.ok, refused.question) == ("", True, None)
    assert device.calls == []
    typist.session.feed("admin reboot")
    typist("y")
    assert device.calls == [("admin.reboot", {})]


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("admin reboot now", ("admin.reboot", {"now": True})),
        ("admin rollback revert 2 now", ("rollback.revert", {"checkpoint": 2, "now": True})),
    ],
)
def test_now_answers_the_question_beforehand(device, classic, line, call):
    classic(line)
    assert device.calls == [call]


@pytest.mark.parametrize(
    ("line", "inputs"),
    [
        ("compare", {}),
        ("compare to rescue", {"to": "rescue"}),
        ("compare active-cfg to 3", {"from": "active-cfg", "to": 3}),
        ('save comment "before the change"', {"comment": "before the change"}),
        ("save rescue", {"rescue": True}),
        ("delete latest-rb", {"checkpoint": "latest-rb"}),
        ("view", {}),
        ("view 1", {"checkpoint": 1}),
    ],
)
def test_rollback_commands_of_the_classic_cli(device, classic, line, inputs):
    classic(f"admin rollback {line}")
    assert device.calls == [(f"rollback.{line.split()[0]}", inputs)]


@pytest.mark.parametrize("line", ["delete", "revert", "revert 0", "revert 50", "delete active-cfg"])
def test_rollback_commands_want_a_checkpoint(device, classic, line):
    assert not classic.session.feed(f"admin rollback {line}").ok
    assert device.calls == []


@pytest.mark.parametrize("dialect", ["md", "classic"])
@pytest.mark.parametrize(
    ("line", "inputs"),
    [
        ("username jo", {"username": "jo"}),
        ("session-id 3", {"session-id": 3}),
        ("session-type ssh", {"session-type": "ssh"}),
        ("address 192.0.2.1", {"address": "192.0.2.1"}),
    ],
)
def test_sessions_are_disconnected_by_one_of_their_marks(request, device, dialect, line, inputs):
    typist = request.getfixturevalue(dialect)
    typist(f"admin disconnect {line}")
    assert device.calls == [("admin.disconnect", inputs)]
    assert not typist.session.feed("admin disconnect").ok
    assert not typist.session.feed("admin disconnect username jo session-id 3").ok


def test_as_xml_nothing_but_xml_is_shown(showing):
    whole = showing("admin show configuration xml")
    assert whole.startswith('<configure xmlns="urn:nokia.com:sros:ns:yang:sr:conf">\n    <system>')
    assert "<description>x</description>" in whole
    assert showing("admin show configuration xml /configure system name").splitlines()[2] == (
        "        <name>gw</name>"
    )


def test_what_is_shown_as_a_file_can_be_loaded(showing, device):
    shown = showing("admin show configuration")
    device.files.save("cf3:\\shown.cfg", shown)
    showing("configure private", "load full-replace cf3:\\shown.cfg")
    assert showing.session._shell.data("configure") == TREE
