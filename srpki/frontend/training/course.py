"""A class: the labs of a course for each student, served by SSH.

The course file is TOML, the file of students has a line each: a name, a comma, a password.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.errors import SrpkiError, UsageError
from srpki.core.record import Record
from srpki.frontend.serve import users
from srpki.frontend.serve.places import LOCAL, Address, Place, User, check_apart
from srpki.frontend.training import places
from srpki.frontend.training.starting import start
from srpki.training.fields import Fields

if TYPE_CHECKING:
    from srpki.training.labfile import LabFile

MAX_OCTETS: Final = 1 << 20
MOST: Final = 500
"""Most students of a class."""
LONGEST: Final = 32
_MEMBER: Final = ("administrative",)
_ACCESS: Final = ("console", "netconf")


class Course(Record):
    """A course: its *labs*, and the *directory* in which the nodes of its students are made."""

    labs: tuple[LabFile, ...]
    directory: Path


class Student(Record):
    """One who takes it, and his *password*."""

    name: str
    password: str


def read(file: Path) -> Course:
    """Return the course in *file*; raises `UsageError`, which names the place."""
    try:
        found = tomllib.loads(_content(file))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{file} is not TOML: {error}") from None
    top = Fields(found, str(file))
    course = Fields(top.raw("course") or {}, f"{file}: [course]")
    names = course.lines("labs")
    if (course.raw("lab") is None) != bool(names):
        raise UsageError(f"{file}: [course] has a lab, or labs, and not both")
    names = names or (course.line("lab"),)
    directory = course.line("directory", "class")
    for fields in (course, top):
        fields.close()
    labs = tuple(_lab(file.parent, name) for name in names)
    if len({lab.name for lab in labs}) < len(labs):
        raise UsageError(f"{file}: [course] labs: two have one name")
    return Course(labs=labs, directory=file.parent / directory)


def _lab(directory: Path, name: str) -> LabFile:
    beside = directory / name
    return places.find(str(beside) if beside.is_file() else name)


def students(file: Path) -> tuple[Student, ...]:
    """Return the students of *file*, in order; raises `UsageError`, which names the line."""
    found: dict[str, Student] = {}
    for number, line in enumerate(_content(file).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, comma, password = (part.strip() for part in line.partition(","))
        if not comma or not password:
            raise UsageError(f"{file} line {number}: a name, a comma and a password are expected")
        if not name.isprintable() or not 1 <= len(name) <= LONGEST or name in found:
            raise UsageError(f"{file} line {number}: the name will not do, or is there twice")
        found[name] = Student(name, password)
    if not 1 <= len(found) <= MOST:
        raise UsageError(f"{file} names {len(found)} students", hint=f"1 to {MOST} are expected")
    return tuple(found.values())


def _content(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_OCTETS + 1)
        if len(content) > MAX_OCTETS:
            raise UsageError(f"{file} is longer than {MAX_OCTETS} octets")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not UTF-8 text") from None


def prepared(
    course: Course,
    found: tuple[Student, ...],
    *,
    ssh: tuple[Address, ...],
    netconf: tuple[Address, ...],
) -> tuple[Place, ...]:
    """Return a place for each lab of each student, whose node is made where it is not there yet.

    Each listens at the port after that of the one before, a student's labs in the order of the
    course. Raises `UsageError` where there are too many, where two would have one directory, and
    what keeps a node from being made.
    """
    pairs = [(student, lab) for student in found for lab in course.labs]
    if len(pairs) > MOST:
        raise UsageError(f"the course has {len(pairs)} nodes", hint=f"{MOST} at most")
    made: list[tuple[Place, LabFile]] = []
    for count, (student, lab) in enumerate(pairs):
        user = User(student.name, student.password, _MEMBER, _ACCESS)
        place = Place(
            name=student.name if len(course.labs) == 1 else f"{student.name} {lab.name}",
            directory=course.directory / places.directory_name(f"{lab.name}-{student.name}"),
            ssh=tuple(_after(each, count) for each in ssh or (LOCAL,)),
            netconf=tuple(_after(each, count) for each in netconf),
            lab=True,
            users=(user,),
        )
        made.append((place, lab))
    check_apart(tuple(place for place, _ in made))
    for place, lab in made:
        _make(lab, place)
    return tuple(place for place, _ in made)


def _after(address: Address, count: int) -> Address:
    port = address.port + count if address.port else 0
    if port > 0xFFFF:
        raise UsageError(f"{address}: there are not enough ports above it")
    return Address(address.host, port)


def _make(lab: LabFile, place: Place) -> None:
    if places.is_begun(place.directory, lab.name):
        return
    name = place.users[0].name
    try:
        start(
            lab,
            place.directory,
            student=name,
            seed=name,
            prepare=lambda router: users.configure(router, place.users),
        )
    except SrpkiError as error:
        raise UsageError(f"the lab of {name} cannot be made: {error}") from None
