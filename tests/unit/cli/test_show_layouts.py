"""What ``show`` and ``file`` print, line by line [cli.md 1.4 and 1.9, pki.md section 6]."""

from datetime import UTC, datetime, timedelta

from srpki.cli.render.layout import Beside, Fields, Reader, Table
from srpki.cli.render.results import render, text
from srpki.core.events import FILE_RELOADED, Event
from srpki.core.record import Record
from srpki.device.records.certificate import AutoUpdates, AutoUpdateState
from srpki.device.records.configuration import CommitHistory, CommitState
from srpki.device.records.files import FileText
from srpki.device.records.lab import LabCaCertificate, LabCaCertificates
from srpki.device.records.lesson import LabChecked, LabVerdict
from srpki.device.records.log import LogPage, logged
from srpki.device.records.sessions import User, Users
from srpki.schema.tree import SCHEMA

DOUBLE = "=" * 79
SINGLE = "-" * 79
MOMENT = datetime(2026, 5, 4, 13, 47, 14, 950_000, tzinfo=UTC)


def lines(data, **how):
    made = render if isinstance(data, Record) else text
    return made(data, Reader(SCHEMA, **how)).split("\n")


def test_two_values_share_a_line_as_in_the_transcript_of_a_ca_profile():
    cmp = (
        ("HTTP Timeout", "30 secs"),
        Beside("Router", "Base"),
        ("CA URL", "http://172.20.20.6:8080/ejbca/publicweb/cmp/CMP-Server"),
        ("Unprot Err Msg", "enabled"),
        Beside("Unprot Pki Conf", "enabled"),
        ("Same RecipNonce\nfor Poll-reqs", "disabled"),
        ("HTTP version", "1.1"),
    )
    profile = (("CA Profile", "ejbca-profile"), Beside("Admin State", "up"), ("Oper State", "up"))
    section = Fields(title="CMPv2", pairs=cmp)
    data = Fields(title="PKI CA-Profile Information", pairs=profile, sections=(section,))
    # Every line as in pki.md 6.1
    assert lines(data) == [
        "",
        DOUBLE,
        "PKI CA-Profile Information",
        DOUBLE,
        "CA Profile     : ejbca-profile                  Admin State    : up",
        "Oper State     : up",
        "",
        "CMPv2",
        SINGLE,
        "HTTP Timeout   : 30 secs                        Router         : Base",
        "CA URL         : http://172.20.20.6:8080/ejbca/publicweb/cmp/CMP-Server",
        "Unprot Err Msg : enabled                        Unprot Pki Conf: enabled",
        "Same RecipNonce: disabled",
        "for Poll-reqs",
        "HTTP version   : 1.1",
        DOUBLE,
    ]


def test_a_value_too_long_to_share_its_line_does_not():
    pairs = (("CA Profile", "a" * 40), Beside("Admin State", "up"))
    assert lines(Fields(title="T", pairs=pairs))[4:6] == [
        "CA Profile : " + "a" * 40,
        "Admin State: up",
    ]


def test_instants_and_what_there_is_not_are_spelled_by_the_renderer():
    pairs = (("Next Update Time", MOMENT), ("Last End Time", None), ("", ""), ("Reason", ""))
    assert lines(Fields(title="T", pairs=pairs))[4:-1] == [
        "Next Update Time: 2026/05/04 13:47:14",  # the form of pki.md 6.2
        "Last End Time   : N/A",
        "",
        "Reason          :",
    ]


def test_an_empty_table_says_that_nothing_matches():
    empty = Table(title="T", columns=("A",), rows=(), footer="Entries found: 0")
    assert lines(empty)[4:] == ["A", SINGLE, "No Matching Entries", DOUBLE]


def test_the_commit_history_has_a_block_a_commit():
    commits = (
        CommitState(26, MOMENT, "admin", "MD-CLI", "10.128.4.1", "for the lab", "cf3:\\config.cfg"),
        CommitState(25, MOMENT, "admin", "MD-CLI", None, None, None),
    )
    assert lines(CommitHistory(commit=commits)) == [
        "",
        DOUBLE,
        "Commit History",
        DOUBLE,
        "Total Commits : 2",
        "",
        "26",
        "  Committed 2026-05-04T13:47:14.9+00:00 by admin (MD-CLI) from 10.128.4.1",
        '  Comment   "for the lab"',
        '  Location  "cf3:\\config.cfg"',
        "",
        "25",
        "  Committed 2026-05-04T13:47:14.9+00:00 by admin (MD-CLI)",
        DOUBLE,
    ]


def test_an_instant_is_spelled_as_the_session_wants():
    history = CommitHistory(commit=(CommitState(1, MOMENT, "admin", "MD-CLI", None, None, None),))
    assert "Committed in May by" in "\n".join(
        lines(history, moment=lambda moment: f"in {moment:%B}")
    )


def test_users_are_listed_with_their_idle_times_and_the_own_session_is_marked():
    since = datetime(2007, 2, 21, 4, 58, 55, tzinfo=UTC)
    users = (
        User(1, "admin", "console", None, since, timedelta(days=1, seconds=3661), False),
        User(12, "a-name-of-20-letters", "ssh", "192.0.2.1", since, timedelta(), True),
    )
    assert lines(Users(session=users)) == [
        "",
        DOUBLE,
        "User            Session Type     From            Login time          Idle time",
        DOUBLE,
        "admin           1       Console  --              21FEB2007 04:58:55  1d 01:01:01",
        "a-name-of-20-letters",
        "                #12     SSHv2    192.0.2.1       21FEB2007 04:58:55  0d 00:00:00",
        SINGLE,
        "Number of users : 2",
        "'#' indicates the current active session",
        DOUBLE,
    ]


def test_a_log_is_shown_in_the_order_given():
    event = Event(MOMENT, FILE_RELOADED, "TLS", {"kind": "certificate", "file": "sr-cert"})
    page = LogPage(
        log_id="99",
        log_name="99",
        description="Default System Log",
        events=(logged(7, event),),
        next_event=8,
    )
    # Head and text of the event: pki.md section 12
    assert lines(page)[4:] == [
        "Description : Default System Log",
        "Memory Log contents  [size=500   next event=8  (not wrapped)]",
        "",
        "7 2026/05/04 13:47:14.950 UTC MINOR: SECURITY #2101 Base TLS",
        '"Certificate file "sr-cert" has been reloaded."',
        DOUBLE,
    ]


def test_a_log_that_has_lost_events_says_that_it_has_wrapped():
    page = LogPage(
        log_id="99", log_name="99", description="Default System Log", events=(), next_event=502
    )
    assert "[size=500   next event=502  (wrapped)]" in "\n".join(lines(page))


def test_no_file_moves_the_cursor():
    text = "one\r\ntab\there\n\x1b[2Jclear\x07 \u202egnp.exe\n\n"
    shown = lines(FileText(url="cf3:\\a.txt", text=text))
    # The first two lines: observed-2.md 12
    assert shown == [
        "File: a.txt",
        SINGLE,
        "one",
        "tab\there",
        "?[2Jclear? ?gnp.exe",
        "",
        DOUBLE,
    ]


def test_the_longest_state_of_an_entry_fits_into_eighty_columns():
    entry = AutoUpdateState(
        certificate_file_name="branch-site1.crt",
        key_file_name="branch-site1.key",
        profile="p",
        update_state="wait-for-retry",
        reason="r",
        last_update_start_time=MOMENT,
        last_update_end_time=MOMENT,
        next_update_time=MOMENT,
        not_after=MOMENT,
        days_left=-250,
        used_by=(),
    )
    assert max(map(len, lines(AutoUpdates(certificate_auto_update=(entry,))))) <= 80


def test_a_key_of_the_lab_ca_that_is_to_sign_later_fits_into_eighty_columns():
    later = LabCaCertificate(
        role="new with old",
        subject="O=srpki lab, CN=srpki lab issuing CA",
        issuer="O=srpki lab, CN=srpki lab issuing CA",
        key_identifier="1ef2ad48",
        signs=False,
        begins=datetime(2027, 3, 14, 8, 0, tzinfo=UTC),
    )
    shown = lines(LabCaCertificates(authority="lab", certificates=(later,)))
    assert "2027-03-14T08:00Z" in "\n".join(shown)
    assert max(map(len, shown)) <= 80


def test_the_long_name_of_a_check_is_folded():
    verdict = LabVerdict(number=1, title="word " * 15 + "end", holds=False, points=20, says="Why.")
    checked = LabChecked(
        lab="l",
        student="",
        lab_time=MOMENT,
        elapsed=timedelta(),
        checks=(verdict,),
        questions=(),
        hints=0,
        cost=0,
        points=0,
        possible=20,
        commands=0,
        shown=False,
        done=False,
    )
    shown = lines(checked)
    assert max(map(len, shown)) <= 79
    assert (
        shown[0].startswith("[no] Check 1: word") and shown[1] == "     word word end (20 points)"
    )
    assert shown[2] == "     Why."
