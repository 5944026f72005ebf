"""Grades packs: every check is judged again, on the node that is in the pack.

What a pack says of itself is not believed. It is unpacked into a directory that is gone
afterwards, and runs as an isolated copy: it reaches no host, whatever its configuration names.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.clock import FrozenClock, SystemClock
from srpki.core.errors import NotFoundError, SrpkiError, UsageError
from srpki.frontend.isolated import copied, opened_apart
from srpki.frontend.journal import JOURNAL
from srpki.frontend.labs import LAB_DIRECTORY
from srpki.frontend.replaying import entries
from srpki.frontend.replaying.again import Sessions
from srpki.frontend.training import places
from srpki.frontend.training.copies import CopiesOf
from srpki.frontend.training.starting import INITIAL
from srpki.storage.files import OsFiles
from srpki.training import history, packing
from srpki.training.grades import Grade, Mark, Remark
from srpki.training.lesson import DIRECTORY, LAB_FILE, Lesson
from srpki.training.parameters import draw

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.device.records.lesson import LabChecked
    from srpki.frontend.isolated import Copy
    from srpki.training.labfile import LabFile
    from srpki.training.packing import Pack

MOST_LINES: Final = 5000
"""Lines of a journal that are run again."""
MOST_SECONDS: Final = 120.0
"""Seconds of real time that the checks of one pack may take, and its replay as well."""


def grade(source: Path, known: Mapping[str, LabFile], *, again: bool = True) -> Grade:
    """Return the grade of the pack *source*; nothing that it holds makes this raise.

    It is judged by the lab file of *known* that has its lab's name, else by the one that ships.
    The journal is run *again* unless that is not wanted.
    """
    shown = source.name
    try:
        with tempfile.TemporaryDirectory(prefix="srpki-") as directory:
            place = Path(directory) / "node"
            with source.open("rb") as stream:
                if source.stat().st_size > packing.MOST_OCTETS:
                    return Grade(pack=shown, error="it is too large")
                about = packing.unpack(stream, place, shown)
            return _graded(shown, place, about, known, again=again)
    except OSError as error:
        return Grade(pack=shown, error=f"cannot be read: {error.strerror or error}")
    except SrpkiError as error:
        return Grade(pack=shown, error=str(error))
    except Exception as error:  # noqa: BLE001 - one pack must not keep the others from a grade
        return Grade(pack=shown, error=f"internal error ({type(error).__name__})")


def _graded(
    shown: str, place: Path, about: Pack, known: Mapping[str, LabFile], *, again: bool
) -> Grade:
    packed = Lesson(place, SystemClock(), CopiesOf(place))
    file, remarks = _judge(packed, known)
    started = packed.progress.started
    found = history.read(place, OsFiles(place), started)
    real = min(about.packed, max([started, *(one.real for one in found.moments)]))
    remarks += _doubts(packed, file, found)
    with opened_apart(place) as copy:
        checked = _lesson(copy.place, file, FrozenClock(real)).check(copy.node, _patience())
    remarks += _of_the_beginning(place, file, real)
    if again:
        remarks += _of_the_replay(place, file, checked, real)
    return _row(shown, packed, checked, remarks, real - started)


def _patience() -> threading.Event:
    """Return what is set when it takes too long."""
    event = threading.Event()
    timer = threading.Timer(MOST_SECONDS, event.set)
    timer.daemon = True
    timer.start()
    return event


def _lesson(place: Path, file: LabFile, real: Clock) -> Lesson:
    """Return the lesson in *place*, judged by *file*, its answers judged anew."""
    lesson = Lesson(place, real, CopiesOf(place))
    lesson.judged_by(file)
    return lesson


def _judge(packed: Lesson, known: Mapping[str, LabFile]) -> tuple[LabFile, list[Remark]]:
    """Return the lab file that a pack is judged by, and what is to be said of its own."""
    name = packed.file.name
    if name in known:
        file = known[name]
    else:
        try:
            file = places.ship(name)
        except NotFoundError:
            return packed.file, [Remark("own-lab-file", "judged by the lab file in the pack")]
    if file.content != packed.file.content:
        return file, [Remark("lab-file", "the lab file in the pack is another one")]
    return file, []


def _doubts(packed: Lesson, file: LabFile, found: history.History) -> list[Remark]:
    """Return what in the records of a pack does not go together."""
    progress, remarks = packed.progress, []
    if progress.parameters != draw(file.parameters, file.name, progress.seed):
        remarks.append(Remark("parameters", "the parameters are not those of its seed"))
    if progress.seed != progress.student:
        remarks.append(Remark("seed", f"drawn by the seed '{progress.seed}'"))
    typed = [one.what.command for one in found.moments if isinstance(one.what, history.Typed)]
    hints = sum("lab hint" in command for command in typed)
    if hints and not progress.hints:
        remarks.append(Remark("hints", "hints in the journal, none in the record"))
    return remarks


def _of_the_beginning(place: Path, file: LabFile, real: datetime) -> list[Remark]:
    """Say where the initial state of a pack is none: a check holds there that may not."""
    with _again(place) as copy:
        checked = _lesson(copy.place, file, FrozenClock(real)).check(copy.node, _patience())
    wrong = [
        str(one.number)
        for check, one in zip(file.checks, checked.checks, strict=True)
        if one.holds and not check.guard
    ]
    if not wrong:
        return []
    return [Remark("beginning", f"at the beginning hold already: {', '.join(wrong)}")]


@contextmanager
def _again(place: Path) -> Iterator[Copy]:
    """Run what the node in *place* was at the beginning, with its lesson and an empty record."""
    with tempfile.TemporaryDirectory(prefix="srpki-") as directory:
        copy = Path(directory) / "node"
        copied(place / DIRECTORY / INITIAL, copy)
        files = OsFiles(copy)
        files.make_directory(copy / DIRECTORY)
        for name in (LAB_FILE, "progress.json", "initial.json"):
            source = OsFiles(place).read(place / DIRECTORY / name, packing.MOST_FILE)
            files.write_new(copy / DIRECTORY / name, source)
        with opened_apart(copy) as found:
            yield found


def _of_the_replay(place: Path, file: LabFile, checked: LabChecked, real: datetime) -> list[Remark]:
    """Run the journal again and say which checks come out otherwise."""
    try:
        reading = entries.read(place / LAB_DIRECTORY / JOURNAL)
    except UsageError:  # nothing was typed
        reading = entries.Reading((), ())
    remarks = [Remark("journal", f"the journal: {one}") for one in reading.findings]
    with _again(place) as copy, closing(Sessions(copy)) as sessions:
        left = 0
        for entry in reading.entries[:MOST_LINES]:
            left += sessions.run(entry) is None and not entry.command.lstrip("/").startswith("lab ")
            copy.move(copy.lab.clock.now())  # what it has begun comes to its end
        lesson = _lesson(copy.place, file, FrozenClock(real))
        once_more = lesson.check(copy.node, _patience())
    other = [
        str(one.number)
        for one, two in zip(checked.checks, once_more.checks, strict=True)
        if one.holds and not two.holds
    ]
    if other:
        what = f"the journal does not reproduce: {', '.join(other)}"
        remarks.append(Remark("replay", what + (f" ({left} lines cannot be run)" if left else "")))
    if len(reading.entries) > MOST_LINES:
        remarks.append(Remark("replay", "the journal is too long to be run again"))
    return remarks


def _row(
    shown: str,
    packed: Lesson,
    checked: LabChecked,
    remarks: Sequence[Remark],
    real: timedelta,
) -> Grade:
    progress = packed.progress
    return Grade(
        pack=shown,
        student=progress.student,
        lab=checked.lab,
        marks=(
            *(Mark(f"check {one.number}", one.holds, one.points) for one in checked.checks),
            *(Mark(f"question {one.number}", one.correct, one.points) for one in checked.questions),
        ),
        points=checked.points,
        possible=checked.possible,
        hints=checked.hints,
        commands=checked.commands,
        lab_time=checked.elapsed,
        real_time=real,
        shown=progress.shown,
        resets=progress.resets,
        remarks=tuple(remarks),
    )
