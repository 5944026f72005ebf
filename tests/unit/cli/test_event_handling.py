"""``script-control``, ``event-handling`` and ``event-trigger`` as both CLIs spell them.

The MD-CLI's lines are those of a published renewal script (SR OS 21), the classic ones those of the
7705 SAR guides and of the classic CLI's habits.
"""

from datetime import UTC, datetime

import pytest
from counting import met

from srpki.cli.classic.configuration import classic_file
from srpki.cli.classic.file import read
from srpki.config import persist
from srpki.config.tree import EMPTY
from srpki.schema.tree import SCHEMA

PUBLISHED = """\
/configure system script-control script "auto-cert-update" location cf3:/auto-cert-update.txt \
admin-state enable
/configure system script-control script-policy "auto-cert-update" results \
"cf3:/cert-update-results.txt" admin-state enable
/configure system script-control script-policy "auto-cert-update" script name "auto-cert-update"
/configure log filter 100 default-action drop
/configure log filter 100 named-entry cert-update action forward
/configure log filter 100 named-entry cert-update match message eq  "Certificate sr-cert used \
by TLS will expire in 1 hour(s) and 0 minute(s)"
/configure log event-handling handler "auto-cert-update" entry 1 script-policy name \
"auto-cert-update"
/configure log event-handling handler "auto-cert-update" admin-state enable
/configure log event-trigger security event tmnxPkiCertBeforeExpWarning entry 1 handler \
"auto-cert-update" admin-state enable
/configure log event-trigger security event tmnxPkiCertBeforeExpWarning entry 1 filter "100"
/configure log event-trigger security event tmnxPkiCertBeforeExpWarning admin-state enable
""".splitlines()
NOW = datetime(2026, 11, 23, tzinfo=UTC)
CLASSIC = """\
configure
    system
        script-control
            script "auto-cert-update" owner "TiMOS CLI"
                location "cf3:/auto-cert-update.txt"
                no shutdown
            exit
            script-policy "auto-cert-update" owner "TiMOS CLI"
                results "cf3:/cert-update-results.txt"
                script "auto-cert-update" owner "TiMOS CLI"
                no shutdown
            exit
        exit
    exit
    log
        filter 100
            default-action drop
            entry "cert-update"
                action forward
                match
                    message eq pattern "expire in 1 hour"
                exit
            exit
        exit
        event-handling
            handler "auto-cert-update"
                action-list
                    entry 1
                        script-policy "auto-cert-update" owner "TiMOS CLI"
                        min-delay 60
                        no shutdown
                    exit
                exit
                no shutdown
            exit
        exit
        event-trigger
            event security tmnxPkiCertBeforeExpWarning
                trigger-entry 1
                    log-filter 100
                    event-handler "auto-cert-update"
                    debounce 2 within 30
                    no shutdown
                exit
                no shutdown
            exit
        exit
    exit
exit all
"""


@pytest.fixture
def editing(md):
    md("edit-config private")
    return md


def test_the_published_lines_are_taken_and_can_be_committed(editing):
    editing(*PUBLISHED, "commit")
    assert editing("info /configure log event-trigger") == (
        "    security event tmnxPkiCertBeforeExpWarning {\n"
        "        admin-state enable\n"
        "        entry 1 {\n"
        "            admin-state enable\n"
        '            filter "100"\n'
        '            handler "auto-cert-update"\n'
        "        }\n"
        "    }"
    )


def test_what_is_shown_can_be_typed_again(editing):
    editing(*PUBLISHED)
    flat = editing("info full-context /").splitlines()
    braces = editing("info /").splitlines()
    for lines in ([line.strip() for line in flat], braces):
        editing("discard", *lines, "exit all")
        assert editing("info full-context /").splitlines() == flat


def test_the_owner_may_be_left_out_and_is_that_of_the_cli_then(editing):
    script = "/configure system script-control script"
    editing(f"{script} a location cf3:/a.txt", f'{script} a owner "me" location cf3:/b.txt')
    shown = editing("info /configure system script-control")
    assert 'script "a" owner "TiMOS CLI" {' in shown
    assert 'script "a" owner "me" {' in shown
    assert editing(f"info {script} a") == '    location "cf3:/a.txt"'
    editing(f"{script} a")
    assert editing.context.endswith(
        '[/configure system script-control script "a" owner "TiMOS CLI"]'
    )
    editing("exit all", f"delete {script} a")
    assert 'owner "TiMOS CLI"' not in editing("info /configure system script-control")


def test_what_refers_to_nothing_cannot_be_committed(editing):
    editing('/configure log event-handling handler "h" entry 1 script-policy name "none"')
    assert "#224" in editing.refused("commit")


def test_what_has_no_effect_here_says_so_in_one_line(editing):
    policy = "/configure system script-control script-policy p"
    for rest in ("lock-override true", "python-script name x", "python-lifetime 60"):
        text = editing(f"{policy} {rest}")
        assert text.startswith("INFO: CLI '") and text.endswith("is kept, but not emulated.")


def test_a_classic_block_leads_back_to_where_it_began(classic):
    for line in met(30, CLASSIC.splitlines()[:-1]):
        answer = classic.session.feed(line)
        assert answer.ok, f"{line}: {answer.text}"
    assert classic.prompt.endswith(">config# ")
    classic("exit all", "configure log event-handling handler auto-cert-update")
    assert [line.strip() for line in classic("info").splitlines()[1:-1]] == [
        "action-list",
        "entry 1",
        "min-delay 60",
        'script-policy "auto-cert-update" owner "TiMOS CLI"',
        "no shutdown",
        "exit",
        "exit",
        "no shutdown",
    ]


def test_a_classic_file_is_read_and_written_alike():
    tree = read(SCHEMA.configure, CLASSIC)
    assert tree != EMPTY
    written = classic_file(SCHEMA.configure, tree, NOW)
    assert read(SCHEMA.configure, written) == tree
    for line in ("event security tmnxPkiCertBeforeExpWarning", "action-list", "log-filter 100"):
        assert f"{line}\n" in written


def test_the_action_list_is_a_context_of_its_own_and_a_word_on_the_way(classic):
    classic("configure log event-handling handler h", "action-list", "entry 1", "exit", "exit")
    assert classic.prompt.endswith("handler# ")
    classic("exit all", "configure log event-handling handler h action-list entry 2", "exit all")
    assert [
        line.split()[-1]
        for line in classic("configure log event-handling handler h", "info").splitlines()
        if "entry" in line
    ] == ["1", "2"]
    classic("no entry 2")
    assert "entry 2" not in classic("info")


def test_keys_and_names_of_events_are_completed(editing):
    editing(*PUBLISHED)
    offered = [
        offer.text
        for offer in editing.session.complete(
            "/configure log event-trigger security event tmnxPkiCertB"
        )
    ]
    assert offered == ["tmnxPkiCertBeforeExpWarning"]
    handlers = editing.session.complete(
        "/configure log event-trigger security event tmnxPkiCertBeforeExpWarning entry 1 handler "
    )
    assert "auto-cert-update" in [offer.text for offer in handlers]


def test_a_node_starts_with_what_it_has_saved():
    """The reader of ``config.cfg`` is not the one of the command line."""
    tree = read(SCHEMA.configure, CLASSIC)
    assert persist.load(SCHEMA.configure, persist.dump(SCHEMA.configure, tree)) == tree
