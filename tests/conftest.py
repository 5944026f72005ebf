"""What tests of the command line share: a device that runs nothing but remembers everything."""

import gc
import os
import signal
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from canned import lines

from srpki.config.datastore import Datastore
from srpki.config.management import ConfigurationMode, in_mode
from srpki.config.tree import EMPTY, Branch, Entries, get, put
from srpki.core.clock import FrozenClock
from srpki.core.errors import ExistsError, MissingInputError, NotFoundError, SrpkiError
from srpki.core.events import FILE_RELOADED, Event
from srpki.core.record import Record
from srpki.device.attempts import Attempts
from srpki.device.configuration.commits import Commits
from srpki.device.configuration.forms import Forms
from srpki.device.configuration.unsaved import Unsaved
from srpki.device.happenings import Mark
from srpki.device.logging.announcer import Announcer
from srpki.device.logging.debug import Debugging
from srpki.device.operations.inputs import checked
from srpki.device.password_records import PasswordRecords
from srpki.device.records.log import LogPage, logged
from srpki.device.results import Result
from srpki.device.sessions import NOBODY, Sessions
from srpki.frontend.parts import ClassicForm
from srpki.schema.paths import Value, path
from srpki.schema.tree import LAB_SCHEMA, actions
from srpki.storage.urls import display

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_AGREEMENT = "agreement"
LONG = (
    "scenarios/test_a_year.py",
    "scenarios/test_maximum.py",
    "scenarios/test_many_nodes.py",
    "properties/test_cli_round_trip.py",
    "golden/test_branches.py",
    "golden/test_commands.py",
    "hostile/test_cmp_servers.py",
    "terminal/test_growth.py",
    "architecture/test_growth.py",
    "crash/test_lab_clock.py",
    "interop/test_benchmark_scale.py",
    "unit/config/test_validate_edits.py",
)
"""The files whose tests take longest, which come first: else one process ends long after the others."""


class MarkingSealer:
    """Seals by reversing: enough to tell what was sealed and what was not."""

    def seal_text(self, plain: str) -> str:
        return f"sealed-{plain[::-1]}"

    def hash_text(self, plain: str, algorithm: str) -> str:
        return f"$hashed${algorithm}${len(plain)}"


class MemoryFlash:
    """Files by their URL, in the form that is shown."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"cf3:\\gw.pem": b""}

    def read(self, url: str) -> bytes:
        try:
            return self.files[display(url)]
        except KeyError:
            raise NotFoundError(f'file "{display(url)}" does not exist') from None

    def save(self, url: str, text: str) -> None:
        self.files[display(url)] = text.encode()

    def within(self, url: str) -> list[str]:
        directory = display(url)
        below = [name.removeprefix(directory) for name in self.files if name.startswith(directory)]
        return sorted({"".join(name.partition("\\")[:2]) for name in below})

    def write(self, url: str, content: bytes, *, force: bool = False) -> None:
        if display(url) in self.files and not force:
            raise ExistsError(f'"{display(url)}" exists already')
        self.files[display(url)] = content


class FakeDevice:
    """The device port of the CLI: the real schema and datastore, canned operations.

    It is the machine, too, that it runs on: *node* is another one after a reboot.
    An operation answers with one line that tells its inputs, unless *answers* says otherwise or
    what is mandatory is missing. Its configuration is empty, but for the *mode* where one is given.
    """

    def __init__(self, mode: ConfigurationMode | None = None) -> None:
        self.laboratory = None
        self.node = self
        self.lab = True
        self.schema = LAB_SCHEMA
        running = EMPTY if mode is None else in_mode(EMPTY, mode)
        self.datastore = Datastore(LAB_SCHEMA.configure, sealer=MarkingSealer(), running=running)
        self.clock = FrozenClock(NOW)
        self.files = MemoryFlash()
        self.announcer = Announcer()
        self.unsaved = Unsaved()
        self.datastore.subscribe(self.unsaved)
        self.forms = Forms(LAB_SCHEMA.configure, self.clock, ClassicForm())
        self.commits = Commits(self.datastore, self.clock)
        self.sessions = Sessions(self.clock, lambda: Mark({}, frozenset(), {}))
        self.attempts = Attempts(self.clock)
        self.passwords = PasswordRecords(running, self.clock)
        self.datastore.subscribe(self.passwords)
        self.debug = Debugging(self.clock, lambda: None)
        self.calls: list[tuple[str, dict[str, Value]]] = []
        self.answers: dict[str, Record | SrpkiError | None] = {}
        event = Event(NOW, FILE_RELOADED, "IPsec", {"kind": "certificate", "file": "gw.crt"})
        page = LogPage(
            log_id="99",
            log_name="99",
            description="Default System Log",
            events=(logged(2, event), logged(1, event)),
            next_event=3,
        )
        self.answers["show.log"] = page

    def write(self, url: str, configuration: str) -> str:
        self.files.save(url, configuration)
        return url

    def system_name(self) -> str:
        name = get(self.datastore.running, path("system", "name"))
        return name if isinstance(name, str) else "node-2"

    def run(
        self, operation: str, inputs: Mapping[str, Value], caller=NOBODY, cancel=None
    ) -> Result:
        self.calls.append((operation, dict(inputs)))
        try:
            checked(actions()[operation], inputs)
        except MissingInputError as error:
            return Result(
                ok=False, operation_id=len(self.calls), start_time=NOW, end_time=NOW, error=error
            )
        if operation == "admin.save":
            self.unsaved.saved()
        told = " ".join([operation, *(f"{name}={value}" for name, value in inputs.items())])
        answer = self.answers.get(operation, lines(told))
        error = answer if isinstance(answer, SrpkiError) else None
        return Result(
            ok=error is None,
            operation_id=len(self.calls),
            start_time=NOW,
            end_time=NOW,
            data=None if error is not None else answer,
            error=error,
        )

    def state(self) -> Branch:
        entry = Branch({"update-state": "scheduled", "next-update-time": "2026-12-01T00:00:00Z"})
        entries = Entries({("gw.crt",): entry})
        return put(EMPTY, path("system", "security", "pki", "certificate-auto-update"), entries)

    def pending(self) -> list[str]:
        return []

    def choices(self, target: str) -> list[str]:
        if target == "pki-file-name":
            return ["gw.crt", "gw.key"]
        if target.startswith("/state/system/security/pki/certificate-auto-update"):
            return ["gw.crt"]
        return []


@pytest.fixture(scope="session")
def new_device():
    """The class of the device, for tests that need several."""
    return FakeDevice


@pytest.fixture
def device(request):
    """A device with an empty configuration, in which both CLIs may edit if the classic one does."""
    return FakeDevice("mixed" if "classic" in request.fixturenames else None)


@pytest.fixture
def mixed_device():
    """A device that both CLIs may edit."""
    return FakeDevice("mixed")


@pytest.fixture
def agreement(record_property):
    """Notes how often we agree with a foreign judge, to be printed at the end of the run."""

    def note(judge: str, agreed: int, cases: int) -> None:
        record_property(_AGREEMENT, (judge, agreed, cases))

    return note


def pytest_configure():
    """Let the programs that tests start heed the signals of a terminal, which they are sent.

    A run that a shell starts in the background, or ``nohup``, ignores them, and what it starts
    inherits that. What is caught is not inherited: so a run that is to go on still does.
    """
    gc.disable()  # until all is collected
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            ours = number == signal.SIGINT  # which tests send to themselves, too
            signal.signal(number, signal.default_int_handler if ours else lambda *_: None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Let `LONG` come first, behind any shuffling; all else stays in its order."""
    ranks = {Path(__file__).parent / name: rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_collection_finish():
    """Look for what has died seldom, and not among the tests themselves: it took a fifth of a run."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """Run one process more than there are cores: many tests wait for a disk or another program."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each process a part in one piece, which others help with: what a file shares is made once."""
    if config.getoption("dist") == "load":  # as -n has it
        from xdist.scheduler import WorkStealingScheduling

        return WorkStealingScheduling(config, log)
    return None


def pytest_terminal_summary(terminalreporter):
    """Print what `agreement` has noted, and how many tests met a foreign program."""
    found = {
        tuple(value)
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == _AGREEMENT
    }
    if found:
        terminalreporter.section("agreement with foreign judges")
        for judge, agreed, cases in sorted(found):
            terminalreporter.line(f"{judge}: {agreed} of {cases}")
    passed = (report.nodeid for report in terminalreporter.stats.get("passed", ()))
    met = Counter(Path(name.partition("::")[0]).stem for name in passed if "interop/" in name)
    if met:
        terminalreporter.section("tests that met a foreign program")
        for peer, tests in sorted(met.items()):
            terminalreporter.line(f"{peer.removeprefix('test_')}: {tests}")
