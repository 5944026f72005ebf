"""Makes the node of a lab: the state that its file describes, with what is wrong there."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.config.edit import Edit
from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import ExistsError, RefusedError, StorageError
from srpki.core.plain import plain
from srpki.core.timeline import timeline_of
from srpki.frontend.batch import Run
from srpki.frontend.clock_file import ClockFile, ClockRecord
from srpki.frontend.console import console
from srpki.frontend.isolated import copied
from srpki.frontend.journal import JOURNAL
from srpki.frontend.labs import LAB_DIRECTORY, Lab, opened_lab
from srpki.frontend.variables import Variable, check_names, filled, lab_variables
from srpki.schema.paths import path
from srpki.storage.files import OsFiles, replace_file
from srpki.training import beginning, progress
from srpki.training.chronicle import CHRONICLE
from srpki.training.lesson import DIRECTORY, LAB_FILE
from srpki.training.parameters import draw
from srpki.training.progress import Progress

if TYPE_CHECKING:
    from srpki.cli.engines import Dialect
    from srpki.cli.session import Session
    from srpki.config.management import ConfigurationMode
    from srpki.device.router import Router
    from srpki.training.labfile import LabFile

INITIAL: Final = "initial"
"""Where the node as it was at the beginning is kept, below the directory of the lesson."""
SETTLING: Final = 60.0
"""Seconds in which what a line begins must be over."""
PARTS: Final = ("cf3", "state", LAB_DIRECTORY)
_MODES: Final[Mapping[str, ConfigurationMode]] = {
    "model-driven": "model-driven",
    "mixed": "mixed",
    "classic": "classic",
}
_ENGINES: Final = path("system", "management-interface", "cli", "cli-engine")
"""Where both CLIs may edit, a session begins in the MD-CLI."""
_SCRATCH: Final = "messages"


def start(
    file: LabFile,
    place: Path,
    *,
    student: str,
    seed: str,
    prepare: Callable[[Router], None] = lambda _: None,
) -> None:
    """Make the node of the lab *file* in the directory *place*, which must not be there.

    Parameters are drawn by *seed*. *prepare* is called before the beginning, for what is the
    node's and not the lab's. Raises `ExistsError`, and `RefusedError` naming the line of the
    set-up that does not work; nothing is left then.
    """
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise ExistsError(f"{place} is there already", hint="name another directory")
    try:
        _make(file, place, (student, seed), prepare)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _make(
    file: LabFile, place: Path, who: tuple[str, str], prepare: Callable[[Router], None]
) -> None:
    student, seed = who
    files = OsFiles(place)
    training = place / DIRECTORY
    real = SystemClock()
    values = draw(file.parameters, file.name, seed)
    try:
        files.make_root()
        files.make_directory(training)
        files.make_directory(place / LAB_DIRECTORY)
    except OSError as error:
        raise StorageError(f"cannot use {place}: {error.strerror}") from None
    clock = ClockFile(files, place / LAB_DIRECTORY / "clock.json", real)
    clock.write(ClockRecord(at=file.start, factor=0))
    with opened_lab(place, mode=_MODES[file.mode]) as (router, lab):
        _set_up(file, values, router, lab)
        prepare(router)
        router.node.save()
        lab.let_pass(passes=file.closed == "passes")
        timeline_of(lab.clock).run_at(file.factor, "the beginning of the lab")
        lab.remember_clock()
        lab.lock.close(_password(), file.may)
        replace_file(files, training / LAB_FILE, file.content.encode(), shown=LAB_FILE)
        beginning.take(router.node, training, place / "cf3", real.now())
    _forget(place)
    progress.write(
        training,
        Progress(
            lab=file.name,
            student=student,
            seed=seed,
            parameters=values,
            started=real.now(),
        ),
    )
    copied(place, training / INITIAL, PARTS)


def _password() -> str:
    """Return a password that nobody knows: the trainer has the lab file."""
    return SystemEntropy().octets(16).hex()


def _set_up(file: LabFile, values: Mapping[str, str], router: Router, lab: Lab) -> None:
    if file.mode == "mixed":
        router.node.datastore.edit([Edit("set", _ENGINES, ("md-cli", "classic-cli"))])
    first = lab.authority("lab")
    first.change_policy({"life": file.life})
    cli: Dialect = "classic" if file.setup.classic.strip() else "md"
    if file.mode == "classic":
        cli = "classic"
    with closing(console(router, cli)) as session:
        for name in file.others:
            run_lines(session, f"lab ca create {name}", {}, "[ca] others")
        known = {name: Variable(value) for name, value in values.items()}
        text = file.setup.classic if cli == "classic" else file.setup.md
        run_lines(session, text, {**known, **variables(router)}, "[setup]")
    if file.policy:
        first.change_policy(file.policy)
    with closing(console(router, cli)) as session:
        run_lines(session, file.hurt, {**known, **variables(router)}, "[setup] hurt")


def variables(router: Router) -> dict[str, Variable]:
    """Return the variables of the lab of *router*: ``lab.secret`` and the others."""
    laboratory = router.node.laboratory
    facts = {} if laboratory is None else plain(laboratory.describe())
    assert isinstance(facts, dict)
    return lab_variables(facts)


def run_lines(
    session: Session,
    text: str,
    known: Mapping[str, Variable],
    place: str,
    *,
    keep_going: bool = False,
) -> None:
    """Feed the lines of *text* to *session*, *known* put in.

    Raises `RefusedError` for the first that does not work, unless *keep_going*, and what
    `check_names` raises.
    """
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    check_names(numbered, known.keys(), place)
    run = Run(session)
    for exchange in run.exchanges(filled(number, line, known) for number, line in numbered):
        if not exchange.ok and not keep_going:
            said = " / ".join(one for one in exchange.output.split("\n") if one.strip(" ^"))
            raise RefusedError(f"{place} line {exchange.line}: {exchange.command.strip()}: {said}")
        settle(session)
    for exchange in run.ended():
        if not keep_going and exchange.fault.error != "pending":
            raise RefusedError(f"{place}: {exchange.output.strip()}")


def settle(session: Session) -> None:
    """Wait until what a line has begun is over, or waits for its time.

    Raises `StoppedError` where it does not come to that.
    """
    cancel = threading.Event()
    patience = threading.Timer(SETTLING, cancel.set)
    patience.daemon = True
    patience.start()
    try:
        with timeline_of(session.device.clock).still("the set-up", cancel):
            pass
    finally:
        patience.cancel()


def _forget(place: Path) -> None:
    """Remove what the set-up has left in the records of the lesson."""
    files = OsFiles(place)
    try:
        for name in (JOURNAL, f"{JOURNAL}.1"):
            files.unlink(place / LAB_DIRECTORY / name)
        for name in (CHRONICLE, f"{CHRONICLE}.1"):
            files.unlink(place / DIRECTORY / name)
        if files.kind(place / DIRECTORY / _SCRATCH) == "directory":
            files.remove_directory(place / DIRECTORY / _SCRATCH, recursive=True)
    except OSError as error:
        raise StorageError(f"cannot use {place}: {error.strerror}") from None
