"""A class: a lab for each student, served by SSH.

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
    """A course: the *lab*, and the *directory* in which the nodes of its students are made."""

    lab: LabFile
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
    name = course.line("lab")
    directory = course.line("directory", "class")
    for fields in (course, top):
        fields.close()
    beside = file.parent / name
    lab = places.find(str(beside) if beside.is_file() else name)
    return Course(lab=lab, directory=file.parent / directory)


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
    """Return a place for each student, whose node is made where it is not there yet.

    Each listens at the port after that of the one before. Raises `UsageError` where two would have
    one directory, and what keeps a node from being made.
    """
    made: list[Place] = []
    for count, student in enumerate(found):
        user = User(student.name, student.password, _MEMBER, _ACCESS)
        name = places.directory_name(f"{course.lab.name}-{student.name}")
        place = Place(
            name=student.name,
            directory=course.directory / name,
            ssh=tuple(_after(each, count) for each in ssh or (LOCAL,)),
            netconf=tuple(_after(each, count) for each in netconf),
            lab=True,
            users=(user,),
        )
        made.append(place)
    check_apart(tuple(made))
    for place in made:
        _make(course, place)
    return tuple(made)


def _after(address: Address, count: int) -> Address:
    port = address.port + count if address.port else 0
    if port > 0xFFFF:
        raise UsageError(f"{address}: there are not enough ports above it")
    return Address(address.host, port)


def _make(course: Course, place: Place) -> None:
    if places.is_begun(place.directory, course.lab.name):
        return
    name = place.name
    try:
        start(
            course.lab,
            place.directory,
            student=name,
            seed=name,
            prepare=lambda router: users.configure(router, place.users),
        )
    except SrpkiError as error:
        raise UsageError(f"the lab of {name} cannot be made: {error}") from None
