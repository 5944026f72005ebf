"""``configure log``: what each log takes and where it goes, in both CLIs."""

import re
import socket
import stat
from datetime import UTC, datetime, timedelta

import pytest
from counting import met

from srpki.core.event_types import EVENT_TYPES
from srpki.core.events import Event
from srpki.device.logging import logfiles, syslog
from srpki.device.logging.logfiles import LogFiles
from srpki.device.logging.sentences import sentence
from srpki.storage.files import OsFiles

RFC3164 = re.compile(  # its sections 4.1.1 to 4.1.3, and the message as routers were seen to send it
    r"<(?P<pri>[0-9]{1,3})>(?P<time>[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d(?P<ms>\.\d{3})?)"
    r" (?P<host>[!-~]{1,255}) (?:(?P<tag>[!-9;-~]{1,32}): )?"
    r"(?P<number>\d+) Base (?P<event>[A-Z_]+-[A-Z]+-\w+-\d+) \[(?P<subject>.*)\]:  (?P<text>.*)\n"
)
NOW = datetime(2026, 11, 23, 12, 0, 0, 123000, tzinfo=UTC)


@pytest.fixture(scope="module")
def bench(opened, tmp_path_factory):
    """A node with ready-made profiles that both CLIs may edit."""
    with opened(tmp_path_factory.mktemp("node"), mode="mixed") as found:
        yield found


def event(number=2245, text="It has happened.", time=NOW):
    """Return an event that says *text*, as one of a release that kept no fields."""
    return Event(time, EVENT_TYPES["SECURITY", number], "Cert", {"message": text})


@pytest.fixture(autouse=True)
def no_logs(bench):
    yield
    bench.configure('log file "9" retention 1', 'log syslog "9" port 1')  # so that all can go
    bench.do("edit-config private", "delete /configure log", "commit", "quit-config")


def happen(bench, number=2245, **fields):
    """Let an event happen on the node; a fresh word of its text is returned."""
    filled = {
        "certificate": "x",
        "profile": "p",
        "cause": "c",
        "due": None,
        "next_update": None,
        "step": 1,
        "reason": "r",
    }
    kind = EVENT_TYPES["SECURITY", number]
    return sentence(bench.router.node.bus.publish(bench.now(), kind, "Cert", **filled | fields))


def shown(bench, number, application="SECURITY"):
    """Return the texts of the events of *application* that a log holds, the latest first."""
    page = bench.do(f"show log log-id {number}")
    return re.findall(rf'^\d+ .*: {application} #.*\n"(.*)"$', page, re.MULTILINE)


# --- memory ---------------------------------------------------------------------------------------


def test_a_log_in_memory_keeps_what_comes_after_it_was_configured(bench):
    happen(bench)
    bench.configure(
        'log log-id "30" source security true', 'log log-id "30" destination memory { }'
    )
    text = happen(bench, certificate="after")
    assert shown(bench, 30) == [text]
    assert "[size=100   next event=2  (not wrapped)]" in bench.do("show log log-id 30")


def test_a_log_in_memory_drops_the_oldest(bench):
    bench.configure(
        'log log-id "30" source main true', 'log log-id "30" destination memory max-entries 50'
    )
    before = len(shown(bench, 30, "SYSTEM"))  # the commit and its save
    texts = [happen(bench, certificate=f"n{number}") for number in range(60)]
    assert shown(bench, 30) == texts[:9:-1]
    assert f"[size=50   next event={61 + before}  (wrapped)]" in bench.do("show log log-id 30")


def test_a_commit_of_something_else_keeps_what_a_log_holds(bench):
    bench.configure('log log-id "30" source main true', 'log log-id "30" destination memory { }')
    text = happen(bench)
    bench.configure('log log-id "30" description "of mine"', 'log log-id "31" source main true')
    assert shown(bench, 30) == [text]
    assert "Description : of mine" in bench.do("show log log-id 30")


@pytest.mark.parametrize(
    "line",
    [
        'log log-id "30" admin-state disable',
        'delete log log-id "30" source main',
    ],
)
def test_a_log_without_source_or_shut_down_takes_nothing_and_keeps_what_it_holds(bench, line):
    bench.configure('log log-id "30" source main true', 'log log-id "30" destination memory { }')
    text = happen(bench)
    command = f"delete /configure {line[7:]}" if line.startswith("delete") else f"/configure {line}"
    bench.do("edit-config private", command, "commit", "quit-config")
    happen(bench, certificate="later")
    assert shown(bench, 30) == [text]
    assert row(bench, "30")[3:5] == ["up" if "delete" in line else "down", "down"]


def test_a_log_without_a_destination_keeps_nothing(bench):
    bench.configure('log log-id "30" source main true')
    happen(bench)
    assert "keeps no events" in bench.refused("show log log-id 30")
    assert row(bench, "30") == ["30", "M", "none", "up", "down", "0", "0", "none", "N/A", "N/A"]
    assert "does not exist" in bench.refused("show log log-id 31")


def row(bench, name):
    """Return what the table of logs has below *name*."""
    lines = bench.do("show log log-id").splitlines()
    return lines[lines.index(name) + 1].replace("M C", "MC").split()


def test_the_classic_cli_spells_it_from_and_to(bench):
    bench.do(
        "configure log filter 1001",
        "default-action drop",
        "entry 10",
        "action forward",
        "match severity gte major",
        "exit all",
        "configure log log-id 30",
        "from main security",
        "to memory 200",
        "filter 1001",
        "exit all",
        cli="classic",
    )
    serious = happen(bench, 2247)
    happen(bench, 2245)
    assert shown(bench, 30) == [serious]
    info = bench.do("configure log log-id 30", "info", cli="classic")
    bench.do("exit all", cli="classic")
    assert [line.strip() for line in info.splitlines()[1:-1]] == [
        "filter 1001",
        "from main security",
        "to memory 200",
        "no shutdown",
    ]


def test_log_99_holds_everything_and_log_100_what_is_serious(bench):
    minor, major = happen(bench, 2245, certificate="m1"), happen(bench, 2247, certificate="m2")
    assert {minor, major} <= set(shown(bench, 99))
    assert major in shown(bench, 100)
    assert minor not in shown(bench, 100)
    assert "Event Log 100" in bench.do("show log log-id 100")


def test_a_log_is_shown_by_its_name_and_listed(bench):
    bench.configure(
        'log log-id "mine" source main true', 'log log-id "mine" destination memory max-entries 60'
    )
    text = happen(bench)
    assert shown(bench, '"mine"') == [text]
    page = bench.do("show log log-id mine")
    assert "Event Log 1 log-name mine" in page
    assert "Description : (Not Specified)" in page
    logged = str(1 + len(shown(bench, '"mine"', "SYSTEM")))
    expected = ["1", "M", "none", "up", "up", logged, "0", "memory", "N/A", "60"]
    assert row(bench, "mine") == expected


# --- filters --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "taken"),
    [
        ("severity eq major", {2247}),
        ("severity neq major", {2245, 2232}),
        ("severity gt minor", {2247}),
        ("severity gte minor", {2245, 2247, 2232}),
        ("severity lt major", {2245, 2232}),
        ("severity lte minor", {2245, 2232}),
        ("application eq security", {2245, 2247, 2232}),
        ("application neq security", set()),
        ("application eq user", set()),
        ('message eq "Import of"', {2232}),
        ('message neq "Import of"', {2245, 2247}),
        ("event eq 2245", {2245}),
        ("event neq 2245", {2247, 2232}),
        ("event lt 2245", {2232}),
        ("event lte 2245", {2245, 2232}),
        ("event gt 2245", {2247}),
        ("event gte 2245", {2245, 2247}),
        ('subject eq "Cert"', {2245, 2247, 2232}),
        ('subject eq "Cer"', set()),
        ('subject neq "CA"', {2245, 2247, 2232}),
        ('vrtr-name eq "Base"', {2245, 2247, 2232}),
        ('vrtr-name neq "Base"', set()),
        ('message { eq "^Import .*outcome|has (started|failed)" regexp true }', {2245, 2247}),
        ('message { neq "^Import" regexp true }', {2245, 2247}),
        ('subject { eq "^C.r" regexp true }', {2245, 2247, 2232}),
        ('vrtr-name { eq "^vprn" regexp true }', set()),
        (
            "{ severity { gte minor } application { eq security } event { lt 2240 } }",
            {2232},
        ),
    ],
)
def test_a_filter_takes_what_matches(bench, match, taken):
    bench.configure(
        'log filter "f" default-action drop',
        'log filter "f" named-entry "10" action forward',
        f'log filter "f" named-entry "10" match {match}',
        'log log-id "30" source main true',
        'log log-id "30" filter "f"',
        'log log-id "30" destination memory { }',
    )
    texts = {
        number: happen(
            bench, number, kind="key", url="cf3:/k", file="k", format="der", outcome="ok"
        )
        for number in (2245, 2247, 2232)
    }
    assert set(shown(bench, 30)) == {texts[number] for number in taken}


def test_what_is_no_regular_expression_is_refused_at_commit(bench):
    path = 'log filter "f" named-entry "10" match message'
    bench.do("edit-config private", f'/configure {path} eq "("', f"/configure {path} regexp true")
    said = bench.refused("commit")
    assert 'filter "f" named-entry "10" match message eq' in said
    assert "is no regular expression: a ( without its )" in said
    bench.do("discard", "quit-config")


def test_rules_whose_names_are_no_numbers_are_tried_as_configured(bench):
    bench.configure(
        'log filter "f" named-entry "z" action drop',
        'log filter "f" named-entry "z" match severity eq major',
        'log filter "f" named-entry "a" action forward',
        'log log-id "30" source main true',
        'log log-id "30" filter "f"',
        'log log-id "30" destination memory { }',
    )
    minor = happen(bench, 2245)
    happen(bench, 2247)
    assert shown(bench, 30) == [minor]


def test_more_events_of_one_type_than_the_throttle_allows_are_dropped_and_counted(bench):
    bench.configure(
        "log throttle-rate limit 3 interval 1200",
        'log log-id "30" source security true',
        'log log-id "30" destination memory { }',
    )
    texts = [happen(bench, 2245, certificate=f"n{number}") for number in range(5)]
    other = happen(bench, 2247)
    assert shown(bench, 30) == [other, *reversed(texts[:3])]
    assert row(bench, "30")[5:7] == ["4", "2"]


@pytest.mark.parametrize(
    ("location", "up"),
    [("primary cf3", True), ("primary cf1", False), ("primary cf1 backup cf3", True), ("", True)],
)
def test_files_lie_on_cf3_or_nowhere(bench, location, up):
    bench.configure(
        f'log file "3" compact-flash-location {{ {location} }}',
        'log log-id "30" source main true',
        'log log-id "30" destination file "3"',
    )
    assert row(bench, "30")[3:5] == ["up", "up" if up else "down"]


@pytest.mark.parametrize("kind", ["snmp", "netconf", "cli"])
def test_other_buffers_are_shown_too(bench, kind):
    bench.configure(
        'log log-id "30" source security true', f'log log-id "30" destination {kind} {{ }}'
    )
    text = happen(bench)
    bench.do("show time")  # what is printed in sessions follows it
    assert shown(bench, 30) == [text]
    size = 500 if kind == "netconf" else 100
    assert f"{kind.upper()} Log contents  [size={size} " in bench.do("show log log-id 30")


def test_the_state_tells_what_a_log_holds(bench):
    bench.configure(
        'log file "3" { }',
        'log log-id "29" source main true',
        'log log-id "29" destination file "3"',
        'log log-id "30" source security true',
        'log log-id "30" destination memory { }',
    )
    text = happen(bench, 2247)
    state = bench.do('info flat /state log log-id "30"')
    escaped = text.replace('"', '\\"')
    assert f'event 1 message "{escaped}"' in state
    for line in ("oper-state up", "next-event 2", "statistics logged-events 1"):
        assert line in state
    for leaf in ("severity major", "application security", "event-id 2247", "subject"):
        assert f"event 1 {leaf}" in state
    files = bench.do('info flat /state log file "3"')
    assert "used-by 29" in files and "log-type event-log" in files and "state in-progress" in files


def test_the_first_rule_by_number_decides_and_one_without_action_is_passed(bench):
    bench.configure(
        'log filter "f" named-entry "100" action forward',
        'log filter "f" named-entry "20" action drop',
        'log filter "f" named-entry "20" match severity eq major',
        'log filter "f" named-entry "3" match severity eq minor',
        'log log-id "30" source main true',
        'log log-id "30" filter "f"',
        'log log-id "30" destination memory { }',
    )
    minor = happen(bench, 2245)
    happen(bench, 2247)
    assert shown(bench, 30) == [minor]


# --- sessions -------------------------------------------------------------------------------------


@pytest.mark.parametrize("destination", ["console", "cli { }"])
def test_events_for_the_console_come_with_the_next_answer(bench, destination):
    bench.configure(
        'log log-id "30" source main true', f'log log-id "30" destination {destination}'
    )
    text = happen(bench)
    first = bench.do("show time")
    assert re.search(
        rf'\n\d+ \S+ \S+ UTC MINOR: SECURITY #2245 Base Cert\n"{re.escape(text)}"$', first
    )
    assert "#2245" not in bench.do("show time")


# --- files ----------------------------------------------------------------------------------------


def test_a_log_in_files_writes_what_show_log_would_print(bench):
    bench.configure(
        'log file "3" { }',
        'log log-id "30" source main true',
        'log log-id "30" destination file "3"',
    )
    text = happen(bench)
    *_, path = sorted((bench.cf3 / "log").glob("log3003-*"))  # other tests have written, too
    assert re.fullmatch(r"log3003-\d{8}-\d{6}", path.name)
    *_, head, said = path.read_text().splitlines()
    assert re.fullmatch(r"\d+ [\d/]{10} [\d:.]{12} UTC MINOR: SECURITY #2245 Base Cert", head)
    assert said == f'"{text}"'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_files_follow_one_another_and_old_ones_go(tmp_path):
    files = LogFiles(OsFiles(tmp_path), tmp_path / "log", "log3003", rollover=60, retention=2)
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "log3003x-20200101-000000").write_text("of another log")
    for minutes in (0, 30, 70, 140):
        files.append(1, event(time=NOW + timedelta(minutes=minutes)))
    assert names(tmp_path) == ["log3003-20261123-131000", "log3003-20261123-142000"]
    files.append(1, event(time=NOW + timedelta(minutes=300)))
    assert names(tmp_path) == ["log3003-20261123-170000"]
    assert (tmp_path / "log" / "log3003x-20200101-000000").exists()


def names(tmp_path):
    return sorted(path.name for path in (tmp_path / "log").glob("log3003-*"))


def test_a_file_and_the_number_of_files_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(logfiles, "OCTETS", 100)
    monkeypatch.setattr(logfiles, "FILES", 3)
    files = LogFiles(OsFiles(tmp_path), tmp_path / "log", "log", rollover=60, retention=500)
    for second in range(10):
        files.append(second, event(time=NOW + timedelta(seconds=second)))
    assert len(list((tmp_path / "log").iterdir())) == 3


def test_a_disk_that_refuses_stops_nothing(tmp_path):
    (tmp_path / "log").write_text("in the way")
    LogFiles(OsFiles(tmp_path), tmp_path / "log", "log", rollover=60, retention=1).append(
        1, event()
    )


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\\\b", "a b"])
def test_the_name_of_a_log_cannot_lead_out_of_the_node(bench, name):
    bench.configure(
        f'log file "{name}" {{ }}',
        f'log log-id "{name}" source main true',
        f'log log-id "{name}" destination file "{name}"',
    )
    before = set(bench.node.rglob("*"))
    happen(bench)
    written = {path for path in bench.node.rglob("*") if path not in before}
    written |= set((bench.cf3 / "log").iterdir())
    assert all(re.fullmatch(r"log\d{4}-\d{8}-\d{6}", path.name) for path in met(1, written))
    assert all(path.parent == bench.cf3 / "log" for path in met(1, written))


# --- syslog ---------------------------------------------------------------------------------------


@pytest.fixture
def collector():
    """A UDP socket that waits for messages."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        found.settimeout(10)
        yield found


def received(collector):
    found = RFC3164.fullmatch(collector.recv(4096).decode("ascii"))
    assert found
    return found


def test_a_collector_gets_messages_as_routers_send_them(bench, collector):
    bench.configure(
        'system name "gw 1"',
        f'log syslog "1" address 127.0.0.1 port {collector.getsockname()[1]}',
        'log log-id "30" source security true',
        'log log-id "30" destination syslog "1"',
    )
    try:
        text = happen(bench, 2247)
        found = received(collector)
    finally:
        bench.do("edit-config private", "delete /configure system name", "commit", "quit-config")
    assert int(found["pri"]) == 23 * 8 + 2  # local7, critical: what SR OS calls major
    assert (found["host"], found["tag"], found["ms"]) == ("gw_1", "TMNX", None)
    assert found["event"] == "SECURITY-MAJOR-tmnxPkiCertUpdUpdateFailed-2247"
    assert (found["number"], found["subject"], found["text"]) == ("1", "Cert", text)


def test_what_a_message_says_of_the_node_is_configured(bench, collector):
    bench.configure(
        f'log syslog "1" address 127.0.0.1 port {collector.getsockname()[1]}',
        'log syslog "1" hostname value "gw.example"',
        'log syslog "1" timestamp-format millisecond',
        'log syslog "1" log-prefix SRPKI',
        'log log-id "30" source security true',
        'log log-id "30" destination syslog "1"',
    )
    happen(bench, 2247)
    found = received(collector)
    assert (found["host"], found["tag"]) == ("gw.example", "SRPKI")
    assert re.fullmatch(r"\.\d{3}", found["ms"])


def test_a_message_is_dated_as_on_a_router():
    assert syslog.message(
        4334,
        event(text="x", time=datetime(2026, 5, 8, 11, 55, 4, tzinfo=UTC)),
        facility="local7",
        prefix="TMNX",
        host="g3-pe3",
    ).startswith(b"<187>May  8 11:55:04 g3-pe3 TMNX: 4334 Base SECURITY-MINOR-")


def test_a_collector_is_spared_what_is_less_serious_than_it_wants(bench, collector):
    bench.configure(
        f'log syslog "1" address 127.0.0.1 port {collector.getsockname()[1]} severity critical'
        " log-prefix no-prefix facility auth",
        'log log-id "30" source security true',
        'log log-id "30" destination syslog "1"',
    )
    happen(bench, 2245)
    happen(bench, 2247)
    found = received(collector)
    assert found["event"].endswith("tmnxPkiCertUpdUpdateFailed-2247")
    assert (found["pri"], found["tag"]) == (str(4 * 8 + 2), None)
    dropped = int(bench.do('info /state log syslog "1"').split()[1])
    assert dropped >= 1


def test_a_collector_that_wants_tls_gets_nothing_in_clear(bench, collector):
    bench.configure(
        'system security tls client-tls-profile "t" { }',
        f'log syslog "1" address 127.0.0.1 port {collector.getsockname()[1]}',
        'log syslog "1" tls-client-profile "t"',
        'log log-id "30" source security true',
        'log log-id "30" destination syslog "1"',
    )
    happen(bench, 2247)
    collector.setblocking(False)
    with pytest.raises(BlockingIOError):
        collector.recv(4096)
    assert row(bench, "30")[3:5] == ["up", "down"]


def test_a_collector_that_is_not_there_stops_nothing(bench, collector):
    port = collector.getsockname()[1]
    collector.close()
    bench.configure(
        f'log syslog "1" address 127.0.0.1 port {port}',
        'log syslog "2" port 9',
        'log log-id "30" source security true',
        'log log-id "30" destination syslog "1"',
        'log log-id "31" source security true',
        'log log-id "31" destination syslog "2"',
    )
    for _ in range(3):
        happen(bench)


def test_a_message_is_one_bounded_line():
    data = syslog.message(
        1, event(text="one\ntwo " + "é" * 5000), facility="local7", prefix="TMNX", host=""
    )
    assert len(data) <= syslog.MAX_OCTETS
    text = data.decode("utf-8")
    assert text.count("\n") == 1 and text.endswith("é\n")
    assert ":  one two é" in text
    assert " - TMNX: 1 Base " in text


def test_every_event_has_a_name_that_fits_a_message():
    for kind in met(30, EVENT_TYPES.values()):
        assert len(kind.name) <= 32
