"""``srpki rehearse``: what will happen to the certificates of a configuration.

Exit status: 0 where every certificate stays valid, 1 where there is a gap, 2 for wrong use, 3 where
it cannot be judged.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from srpki.config.strictness import IMPORT, MAXIMUM_SIZE
from srpki.config.viewer import view
from srpki.core.clock import SystemClock
from srpki.core.durations import parse_duration
from srpki.core.errors import InvalidInputError, NotFoundError, UsageError
from srpki.core.plain import plain
from srpki.core.text import screen
from srpki.device.configuration.forms import Forms
from srpki.device.flash import CONFIGURATION
from srpki.frontend import streams
from srpki.frontend.parts import ClassicForm
from srpki.rehearsal import words
from srpki.rehearsal.advice import Trial, advice
from srpki.rehearsal.answers import answer
from srpki.rehearsal.changes import changes
from srpki.rehearsal.material import Directory, NodeFiles, gathered, references
from srpki.rehearsal.outages import Calendar, parse_instant, parse_outage
from srpki.rehearsal.run import rehearse
from srpki.rehearsal.servers import PASSWORD
from srpki.rehearsal.world import Terms
from srpki.schema.tree import SCHEMA
from srpki.storage.files import OsFiles

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from datetime import datetime

    from srpki.config.strictness import Found as Read
    from srpki.rehearsal.material import Kind, Material
    from srpki.rehearsal.records import Answer

_Read = TypeVar("_Read")

GAP: Final = 1
UNJUDGED: Final = 3
LONGEST: Final = timedelta(days=3653)
"""For how long is rehearsed at the most."""
_MOST_OUTAGES: Final = 64
_MOST_NAMED: Final = 10
_LONGEST_SKEW: Final = timedelta(days=366)


class Chosen(NamedTuple):
    """What the options come to."""

    terms: Terms
    seed: int
    tries: int
    margin: timedelta


def run(options: argparse.Namespace) -> int:
    """Rehearse what *options* name, show it, and write the files asked for; return the status."""
    try:
        chosen = chosen_of(options)
        names = (options.configuration, *filter(None, (options.against,)))
        if names.count("-") > 1:
            raise UsageError(
                "standard input is one configuration", hint="name a file for the other"
            )
        given = [_material(name, options.certificates) for name in names]
        for material, _ in given:
            _check_profiles(chosen, material)
    except _UnjudgedError as error:
        sys.stderr.write(f"srpki: {screen(str(error))}\n")
        return UNJUDGED
    streams.started()  # from here on Ctrl-C gives what is known so far
    found = [rehearse(one, chosen.terms, tell=_teller(chosen.terms)) for one, _ in given]
    material, read = given[-1]
    made = answer(
        found[-1],
        title=f"Rehearsal of {' against '.join(reversed(names))}",
        seed=chosen.seed,
        tries=chosen.tries,
        complete=options.certificates is not None,
        said=[*_left_out(read), *_unnamed(material, options.certificates)],
    )
    if options.against is not None:
        made = made.but(changes=changes(found[0].courses, found[1].courses))
    if options.advise:
        terms = chosen.terms
        trial = Trial(terms.calendar, terms.start, terms.end, chosen.margin)
        made = made.but(advice=advice(found[-1].plans.values(), trial, chosen.tries))
    _draw(made, material, options)
    if options.json:
        sys.stdout.write(f"{json.dumps(_record(made))}\n")
    else:
        from srpki.frontend.rehearsed import show  # noqa: PLC0415 - where it is asked for

        show(made, _windows(material), sys.stdout)
    return status_of(made)


def status_of(made: Answer) -> int:
    """Return the exit status that *made* asks for."""
    if made.has_gap:
        return GAP
    return 0 if made.complete and made.courses else UNJUDGED


def _draw(made: Answer, material: Material, options: argparse.Namespace) -> None:
    """Write the pictures that *options* ask for; raises `UsageError` where that is not possible."""
    if options.svg is None and options.html is None:
        return
    from srpki.frontend.rehearsed import remarks  # noqa: PLC0415 - where it is asked for
    from srpki.frontend.timelines import write  # noqa: PLC0415 - where it is asked for
    from srpki.pictures.page import page  # noqa: PLC0415 - where it is asked for
    from srpki.pictures.svg import svg  # noqa: PLC0415 - where it is asked for
    from srpki.rehearsal.charts import chart  # noqa: PLC0415 - where it is asked for

    found = chart(made, _windows(material), remarks(made))
    if options.svg is not None:
        write(options.svg, svg(found))
    if options.html is not None:
        write(options.html, page(found))


def _windows(material: Material) -> dict[str, timedelta]:
    """Return how long before its end a certificate is due, by the profile that says so."""
    return {
        name: timedelta(seconds=profile.seconds)
        for name, profile in material.view.update_profiles.items()
        if profile.schedule == "before-expiry"
    }


def _record(made: Answer) -> object:
    return plain(made.but()) | {"gap": made.has_gap, "complete": made.complete}  # type: ignore[operator]


# --- what is asked for ----------------------------------------------------------------------------


def chosen_of(options: argparse.Namespace) -> Chosen:
    """Return what *options* come to; raises `UsageError`, which names the option."""
    start = (
        SystemClock().now().replace(microsecond=0)
        if options.start is None
        else _of("--from", lambda: parse_instant(options.start)[0])
    )
    length = _of("--for", lambda: parse_duration(options.length))
    if not timedelta(minutes=1) <= length <= LONGEST:
        raise UsageError(f"--for {options.length}: a minute to ten years can be rehearsed")
    if len(options.outage) > _MOST_OUTAGES:
        raise UsageError(f"--outage may be given {_MOST_OUTAGES} times at the most")
    outages = [_of("--outage", partial(parse_outage, text)) for text in options.outage]
    calendar = Calendar(outages, start, start + length, options.seed)
    life = None
    if options.ca_life is not None:
        life = _of("--ca-life", lambda: parse_duration(options.ca_life))
        if life < timedelta(minutes=1):
            raise UsageError(f"--ca-life {options.ca_life}: a minute at least")
    if options.tries < 1 or options.tries > 1000:
        raise UsageError(f"--tries {options.tries}: from 1 to 1000")
    terms = Terms(start, start + length, calendar, life, _skew(options.clock_skew))
    margin = _of("--margin", lambda: parse_duration(options.margin))
    return Chosen(terms, options.seed, options.tries, margin)


def _skew(text: str) -> timedelta:
    sign = -1 if text.startswith("-") else 1
    found = _of("--clock-skew", lambda: parse_duration(text.lstrip("+-")))
    if found > _LONGEST_SKEW:
        raise UsageError(f"--clock-skew {text}: a year at the most")
    return sign * found


def _of(option: str, parse: Callable[[], _Read]) -> _Read:
    """Return what *parse* does; what it raises names the *option*."""
    try:
        return parse()
    except InvalidInputError as error:
        raise UsageError(f"{option}: {error.sentence}", hint=error.hint) from None


def _check_profiles(chosen: Chosen, material: Material) -> None:
    known = {*material.view.ca_profiles, *material.view.est_profiles}
    for outage in chosen.terms.calendar.outages:
        if outage.profile and outage.profile not in known:
            raise UsageError(
                f"outage '{outage.text}', column 1: there is no profile \"{outage.profile}\"",
                hint=f"one of {', '.join(sorted(known)[:10]) or 'none'}",
            )


# --- what is given --------------------------------------------------------------------------------


class _UnjudgedError(Exception):
    """There is nothing that could be rehearsed."""


def _material(name: str, certificates: Path | None) -> tuple[Material, Read]:
    """Return what the file or the node *name* says, with the files in *certificates*."""
    place = Path(name)
    reader: Callable[[str, Kind], bytes] = _nothing
    if name != "-" and place.is_dir():
        text = _decoded(_read_node(place), name)
        reader = NodeFiles(place)
    else:
        text = _decoded(_read(name), name)
    if certificates is not None:
        reader = Directory(certificates)
    try:
        tree, found = Forms(SCHEMA.configure, SystemClock(), ClassicForm()).decode(text, IMPORT)
    except InvalidInputError as error:
        raise _UnjudgedError(f"{name}: {error}") from None
    material = gathered(view(tree, lambda _: PASSWORD), reader)
    if not any(
        (
            material.view.auto_updates,
            material.view.ca_profiles,
            material.view.cert_profiles,
            material.view.ipsec_cert_profiles,
        )
    ):
        raise _UnjudgedError(
            f"{name}: nothing in it concerns certificates - name the configuration of a router"
        )
    return material, found


def _nothing(name: str, _kind: Kind) -> bytes:
    raise NotFoundError(f"{name} is not given")


def _read(name: str) -> bytes:
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MAXIMUM_SIZE + 1)
        else:
            with Path(name).open("rb") as stream:
                content = stream.read(MAXIMUM_SIZE + 1)
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}", hint="name a file") from None
    if len(content) > MAXIMUM_SIZE:
        raise UsageError(f"the file is longer than {MAXIMUM_SIZE} octets", hint="name another one")
    return content


def _read_node(place: Path) -> bytes:
    try:
        return OsFiles(place).read(place / "cf3" / CONFIGURATION, MAXIMUM_SIZE)
    except OSError as error:
        raise UsageError(
            f"{place} is no node with a saved configuration: {error.strerror or error}",
            hint="name a configuration, or the directory of a node",
        ) from None


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _UnjudgedError(f"cannot read {name}: not UTF-8 text - save it as UTF-8") from None


def _left_out(read: Read) -> list[str]:
    left = sum(one.lines for one in read.omitted)
    return (
        [f"{left:,} of {read.lines:,} lines of the configuration were passed over."] if left else []
    )


def _unnamed(material: Material, certificates: Path | None) -> list[str]:
    if certificates is None:
        return []
    directory, named = Directory(certificates), references(material.view)
    found = directory.unnamed(named)
    missing = {name: kind for name, kind in named.items() if name not in material.files}
    names = words.named(found, _MOST_NAMED)
    return [
        *([f"Files that nothing in the configuration names: {names}."] if found else []),
        *(
            f"{file} was not taken for {name}: {why}."
            for file, name, why in directory.alike(missing)
            if file in found
        ),
    ]


# --- meanwhile ------------------------------------------------------------------------------------


def _teller(terms: Terms) -> Callable[[datetime, int], None]:
    """Return what shows on standard error how far the rehearsal is, if that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        return lambda _at, _count: None

    def tell(at: datetime, count: int) -> None:
        part = (at - terms.start) / (terms.end - terms.start)
        line = f"{at:%Y-%m-%d}  {part:4.0%}  {count} updates"
        end = "\r" if at < terms.end else "\r\x1b[K"
        sys.stderr.write(f"\r{line}\x1b[K{end}" if at < terms.end else end)
        sys.stderr.flush()

    return tell
