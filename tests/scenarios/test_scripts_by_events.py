"""Scripts that events run: what triggers them, what bounds them, what is told of them.

Outputs and event texts: published transcripts of SR OS 21 to 26. What triggers and debounces: the
system management guides of the 7750 SR and the 7705 SAR. States and exit codes: RFC 3165.
"""

import re
import threading
import time
from datetime import timedelta

import pytest
from counting import met

from srpki.device.logging.sentences import sentence
from srpki.device.scripting import runs

HANDLER = "log event-handling handler"
CONTROL = "system script-control"


class Scripted:
    """A node on which the generation of a key pair, event 2231, makes scripts run."""

    def __init__(self, bench):
        self.bench = bench

    def script(self, name, *lines, results=None, policy="", handler="", event="", **options):
        """Let *lines* run when an event happens; further words as configured."""
        bench = self.bench
        (bench.cf3 / f"{name}.txt").write_text("\n".join(lines) + "\n")
        results = f"cf3:/{name}-out" if results is None else results
        trigger = f"log event-trigger security event {event or 'tmnxCertKeyPairGen'}"
        number = options.pop("number", 10)
        assert not options
        bench.configure(
            f"{CONTROL} script {name} location cf3:/{name}.txt admin-state enable",
            f"{CONTROL} script-policy {name} admin-state enable script name {name}",
            *([f'{CONTROL} script-policy {name} results "{results}"'] if results else ()),
            *([f"{CONTROL} script-policy {name} {policy}"] if policy else ()),
            f"{HANDLER} {name} admin-state enable entry 1 script-policy name {name}",
            *([f"{HANDLER} {name} {handler}"] if handler else ()),
            f"{trigger} admin-state enable entry {number} handler {name}",
        )

    def forget(self, name, event="tmnxCertKeyPairGen", number=10):
        self.bench.delete(f"log event-trigger security event {event} entry {number}")

    def trigger(self):
        """Make event 2231 happen, and wait for whatever it starts."""
        self.bench.do(
            "admin system security pki generate-keypair save-path cf3:/t.key ecdsa-curve secp256r1"
        )
        self.settle()

    def settle(self):
        scripts = self.bench.router.node.scripts
        for _ in range(600):
            thread = scripts._thread
            if thread is None:
                return
            thread.join(0.1)
        raise AssertionError("a script does not end")

    def outputs(self, name):
        """The contents of the result files, in order of their times."""
        return [path.read_text() for path in sorted(self.bench.cf3.glob(f"{name}-out_*.out"))]

    def shown(self, name, label):
        text = self.bench.do(f"show system script-control script-policy {name}")
        return re.findall(rf"^{re.escape(label)} *: (.*)$", text, re.MULTILINE)

    def counts(self, name):
        """How often the entry of the handler *name* was asked, by what came of it."""
        text = self.bench.do(f"show log event-handling handler {name}")
        last = text.rpartition("Handler Action-List Entry Execution Statistics")[2]
        return {
            label.strip(): int(count)
            for label, count in re.findall(r"^ *([A-Z][A-Za-z ]+?) *: (\d+)$", last, re.MULTILINE)
        }


@pytest.fixture
def scripted(own):
    own.do("admin system security pki generate-keypair save-path cf3:/t.key ecdsa-curve secp256r1")
    return Scripted(own)


def texts(bench, number):
    return [event for event in bench.router.node.log.events() if event[1].type.number == number]


# --- a run -----------------------------------------------------------------------------------------


def test_an_event_runs_a_file_of_commands_and_keeps_what_it_prints(scripted):
    scripted.script("one", "show uptime", "file list t.key")
    scripted.trigger()
    (output,) = scripted.outputs("one")
    assert "t.key" in output
    assert output.splitlines()[-1].startswith("Executed 2 lines in ")
    (path,) = scripted.bench.cf3.glob("one-out_*.out")
    assert re.fullmatch(r"one-out_\d{8}-\d{6}-UTC\.\d{6}\.out", path.name)  # as routers name them
    assert path.stat().st_mode & 0o077 == 0
    ((_, invoked),) = texts(scripted.bench, 2069)
    assert sentence(invoked) == (
        'Ehs handler :"one" with the description : "" was invoked by the cli-user account'
        ' "not-specified".'
    )
    assert (invoked.type.application, invoked.type.severity) == ("SYSTEM", "MINOR")
    assert [event.fields["file"] for _, event in texts(scripted.bench, 2052)] == ["cf3:/one.txt"]
    assert [event.fields["result"] for _, event in texts(scripted.bench, 2053)] == ["success"]
    assert scripted.counts("one") == {
        "Success": 1, "Err Min Delay": 0, "Err Launch": 0, "Err Adm Status": 0, "Total": 1
    }  # fmt: skip
    assert scripted.shown("one", "Completed run histories") == ["1"]
    assert scripted.shown("one", "Run exit") == ["Success"]
    assert "terminated" in scripted.shown("one", "State")[0]


def test_the_trigger_is_the_cause_of_what_follows_it_in_the_log(scripted):
    scripted.script("one", "show uptime")
    scripted.trigger()
    numbers = [event.type.number for _, event in scripted.bench.router.node.log.events()]
    assert numbers[-1 - numbers[::-1].index(2231) :][:3] == [2231, 2069, 2052]


def test_a_script_commits_as_routers_say_that_it_does(scripted):
    scripted.script(
        "one", "edit-config private", "/configure system name renamed", "commit", "quit-config"
    )
    scripted.trigger()
    assert scripted.bench.router.node.system_name() == "renamed"
    _, event = texts(scripted.bench, 2121)[-1]
    assert sentence(event) == "Commit to configure by  (Cron/EHS) from Cron/EHS succeeded."
    assert "Cron" not in scripted.bench.do("show users")


def test_a_line_that_fails_ends_the_run_and_says_why(scripted):
    scripted.script("one", "show uptime", "file remove nothing force", "show version")
    scripted.trigger()
    (output,) = scripted.outputs("one")
    assert "stopped at line 2" in output and "TiMOS" not in output
    assert scripted.shown("one", "Error") == [
        'MINOR: MGMT_AGENT #2007: Operation failed - File Not Found - "cf3:\\nothing"'
    ]
    assert "runtimeError" in scripted.shown("one", "State")[0]
    assert [event.fields["exit"] for _, event in texts(scripted.bench, 2104)] == ["runtimeError"]


def test_a_command_that_asks_something_fails(scripted):
    """[7705 SAR system management guide]."""
    scripted.script("one", "file remove t.key", "y")
    scripted.trigger()
    (output,) = scripted.outputs("one")
    assert "nobody is there to answer" in output
    assert (scripted.bench.cf3 / "t.key").exists()


def test_no_secret_of_a_script_is_kept_in_its_results(scripted):
    secret = "a-good-password"
    scripted.script(
        "one",
        f"//admin certificate export type key input none output cf3:/k.pem format pem"
        f" password {secret}",
    )
    scripted.trigger()
    (output,) = scripted.outputs("one")
    assert "admin certificate export" in output
    assert secret not in output
    assert not any(
        secret in str(event.fields) for _, event in met(1, scripted.bench.router.node.log.events())
    )


def test_in_a_mixed_node_it_runs_in_the_classic_cli(scripted):
    """[7750 SR system management guide]."""
    scripted.bench.configure("system management-interface configuration-mode mixed")
    scripted.script("one", "file dir t.key", "exit all")
    scripted.trigger()
    (output,) = scripted.outputs("one")
    assert "1 File(s)" in output
    assert "Executed 2 lines" in output


def test_nested_files_and_sleep_run_too(scripted):
    (scripted.bench.cf3 / "inner.txt").write_text("sleep 2\nshow uptime\n")
    scripted.script("one", "exec cf3:\\inner.txt", "sleep 1", "show version")
    scripted.bench.do(
        "admin system security pki generate-keypair save-path cf3:/t.key ecdsa-curve secp256r1"
    )
    before = scripted.bench.lab.clock.now()
    scripted.bench.do("lab clock advance 10s")
    scripted.settle()
    assert "TiMOS" in scripted.outputs("one")[0]
    ended = texts(scripted.bench, 2053)[-1][1].time
    assert timedelta(0) < ended - before < timedelta(seconds=10)


def test_results_can_go_nowhere(scripted):
    scripted.script("one", "show uptime", results="/null")
    scripted.trigger()
    assert scripted.outputs("one") == []
    assert scripted.shown("one", "Run exit") == ["Success"]


# --- what does not run -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("script-control script-policy one admin-state disable", "the script policy is disabled"),
        ("script-control script one admin-state disable", "the script is disabled"),
    ],
)
def test_what_is_disabled_does_not_run(scripted, change, why):
    scripted.script("one", "show uptime")
    scripted.bench.configure(f"system {change}")
    scripted.trigger()
    assert scripted.outputs("one") == []
    assert scripted.counts("one")["Err Launch"] == 1
    assert scripted.shown("one", "Script start error") == [why]


def test_without_a_results_location_nothing_runs(scripted):
    scripted.script("one", "show uptime", results="")
    scripted.trigger()
    assert scripted.counts("one")["Err Launch"] == 1
    assert scripted.shown("one", "Script start error") == [
        "the script policy has no results location"
    ]


def test_a_file_that_is_not_there_is_an_error_of_the_run(scripted):
    scripted.script("one", "show uptime")
    (scripted.bench.cf3 / "one.txt").unlink()
    scripted.trigger()
    assert "genericError" in scripted.shown("one", "State")[0]
    assert "one.txt" in scripted.shown("one", "Error")[0]


def test_min_delay_holds_an_entry_back(scripted):
    scripted.script("one", "show uptime", handler="entry 1 min-delay 60")
    scripted.trigger()
    scripted.trigger()
    assert len(scripted.outputs("one")) == 1
    assert scripted.counts("one")["Err Min Delay"] == 1
    assert len(texts(scripted.bench, 2070)) == 1
    scripted.bench.do("lab clock advance 61s")
    scripted.trigger()
    assert len(scripted.outputs("one")) == 2


def test_a_filter_and_a_debounce_choose_which_events_ask(scripted):
    scripted.script("one", "show uptime")
    trigger = "log event-trigger security event tmnxCertKeyPairGen entry 10"
    scripted.bench.configure(f"{trigger} debounce value 3 time 60")
    scripted.trigger()
    scripted.trigger()
    assert scripted.outputs("one") == []
    scripted.trigger()  # the third
    assert len(scripted.outputs("one")) == 1
    scripted.trigger()
    scripted.bench.do("lab clock advance 61s")
    scripted.trigger()
    scripted.trigger()  # the third, but the first is too old
    assert len(scripted.outputs("one")) == 1
    scripted.bench.configure(
        "log filter 7 default-action drop", "log filter 7 named-entry a action forward",
        'log filter 7 named-entry a match message eq "other.key"',
        f"{trigger} filter 7 debounce value 2",
    )  # fmt: skip
    for _ in range(4):
        scripted.trigger()
    assert len(scripted.outputs("one")) == 1


# --- bounds ------------------------------------------------------------------------------------------

AGAIN = "admin system security pki generate-keypair save-path cf3:/t.key ecdsa-curve secp256r1"


def test_an_event_that_is_suppressed_asks_nobody(scripted):
    scripted.script("one", "show uptime")
    event = "log log-events security event tmnxCertKeyPairGen generate"
    scripted.bench.configure(f"{event} false")
    scripted.trigger()
    assert scripted.outputs("one") == []
    scripted.bench.configure(f"{event} true")
    scripted.trigger()
    assert len(scripted.outputs("one")) == 1


def test_a_script_that_raises_its_own_event_does_not_run_again(scripted):
    scripted.script("one", AGAIN, AGAIN)
    scripted.trigger()
    assert len(scripted.outputs("one")) == 1
    assert scripted.counts("one")["Err Launch"] == 2


def test_two_scripts_do_not_chase_each_other_for_ever(scripted):
    scripted.script("one", AGAIN)
    scripted.script("two", AGAIN, number=20)
    scripted.trigger()
    assert len(scripted.outputs("one")) + len(scripted.outputs("two")) <= 4


def test_no_policy_runs_all_the_time(scripted):
    scripted.script("one", "show uptime")
    for _ in range(runs.OFTEN + 3):
        scripted.bench.do(AGAIN)
        scripted.settle()
    assert len(scripted.outputs("one")) == runs.OFTEN
    assert "within a minute" in scripted.shown("one", "Script start error")[0]


def test_a_run_does_not_outlive_its_lifetime(scripted):
    scripted.script("one", "sleep 100", "show version", policy="lifetime 30")
    scripted.bench.do(AGAIN)
    scripted.bench.do("lab clock advance 5m")
    scripted.settle()
    assert "lifeTimeExceeded" in scripted.shown("one", "State")[0]
    assert "TiMOS" not in scripted.outputs("one")[0]
    assert scripted.shown("one", "Elapsed time")[0].startswith("0d 00:00:30")


def test_of_so_many_runs_it_is_remembered_for_so_long_how_they_ended(scripted):
    scripted.script("one", "show uptime", policy="max-completed 2 expire-time 600")
    for _ in range(3):
        scripted.trigger()
    assert scripted.shown("one", "Completed run histories") == ["2"]
    scripted.bench.do("lab clock advance 11m")
    assert scripted.shown("one", "Completed run histories") == ["0"]
    assert len(scripted.outputs("one")) == 3  # the files are the operator's


def test_a_run_that_sleeps_lets_the_others_wait_and_the_clock_go_on(scripted):
    scripted.script("one", "sleep 60", "show uptime")
    scripted.script("two", "show uptime", event="tmnxCertImport", number=20)
    bench = scripted.bench
    bench.do(AGAIN, "admin system security pki import type key format der"
             " input-url cf3:/t.key output-file t.key")  # fmt: skip
    assert scripted.shown("two", "Initializing run histories") == ["1"]
    bench.do("lab clock advance 59s")
    assert scripted.outputs("two") == []
    bench.do("lab clock advance 2s")
    scripted.settle()
    assert len(scripted.outputs("two")) == 1


def test_a_script_cannot_move_the_clock_of_the_lab(scripted):
    scripted.script("one", "lab clock advance 1d")
    before = scripted.bench.lab.clock.now()
    scripted.trigger()
    assert scripted.bench.lab.clock.now() - before < timedelta(hours=1)
    assert "runtimeError" in scripted.shown("one", "State")[0]


def test_a_node_that_stops_ends_its_scripts(scripted):
    scripted.script("one", "sleep 100", "show version")
    scripted.bench.do(AGAIN)
    begun = time.monotonic()
    scripted.bench.router.node.scripts.stop()
    assert time.monotonic() - begun < runs.GRACE
    assert not any(thread.name == "srpki-script" for thread in met(1, threading.enumerate()))


# --- renewals ----------------------------------------------------------------------------------------


def test_a_script_can_ask_for_a_renewal_while_the_clock_is_moved(own):
    """An update needs the scheduler, and both stand on the clock that the operator moves."""
    own.enrol_cmp("gw")
    own.configure(
        "system security tls cert-profile web entry 1 certificate-file gw.crt key-file gw.key",
        "system security tls cert-profile web admin-state enable",
        "system security pki certificate-expiration-warning hours 48 repeat-hours 0",
    )
    own.auto_update("gw", "lab-cmp")
    scripted = Scripted(own)
    scripted.script(
        "one",
        own.update("gw"),
        event="tmnxPkiCertBeforeExpWarning",
        policy="expire-time forever",
    )
    before = own.pair("gw")
    own.do("lab clock advance 28d", "lab clock advance 12h")
    assert own.pair("gw") != before
    assert scripted.shown("one", "Run exit") == ["Success"]
    warned, started = (texts(own, number)[0][1].time for number in (2095, 2245))
    assert started == warned
