"""``srpki serve``: its options. What needs the network library is imported when it runs."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.frontend.serve.places import Address, Place

MISSING: Final = "serve needs the library asyncssh, which is not installed"
CURE: Final = 'install the extra: pip install ".[ssh]"'


def add_options(parser: argparse.ArgumentParser, node: Callable[[], Path]) -> None:
    """Let *parser* read the options; `run` runs what they say, at *node* where none is named."""
    parser.set_defaults(run=lambda options: run(options, node))
    parser.add_argument(
        "--node",
        dest="nodes",
        type=Path,
        action="append",
        metavar="DIR",
        help="a node directory; may be repeated (default: as for the other commands)",
    )
    parser.add_argument(
        "--inventory",
        type=Path,
        metavar="FILE",
        help="a TOML file that names nodes, addresses, labs and users (default: none)",
    )
    parser.add_argument(
        "--lab",
        nargs="?",
        const=True,
        type=Path,
        default=argparse.SUPPRESS,
        metavar="COURSE",
        help="run a lab CA beside each node and let its clock be moved; with a course file, serve"
        " a lab to each of --students (default: off)",
    )
    parser.add_argument(
        "--students",
        type=Path,
        metavar="FILE",
        help="the students of the course, a name, a comma and a password a line (default: none)",
    )
    for name, port, default in (
        ("ssh", 22, "127.0.0.1:0"),
        ("netconf", 830, "nowhere but behind SSH, as a subsystem"),
    ):
        parser.add_argument(
            f"--{name}",
            action="append",
            type=_address(port),
            metavar="ADDRESS:PORT",
            help=f"where to listen for {name.upper()}, port 0 for any free one; may be repeated"
            f" (default: {default})",
        )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object a node when it is ready (default: lines for people)",
    )


def _address(port: int) -> Callable[[str], Address]:
    def read(text: str) -> Address:
        from srpki.frontend.serve import places  # noqa: PLC0415 - start-up time

        try:
            return places.address(text, port)
        except UsageError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return read


def run(options: argparse.Namespace, node: Callable[[], Path]) -> int:
    """Serve what *options* say; raises `UsageError` where the library for that is missing."""
    if find_spec("asyncssh") is None:
        raise UsageError(MISSING, hint=CURE)
    from srpki.frontend.serve import running  # noqa: PLC0415 - start-up time

    wanted = _wanted(options, node)
    return running.run(wanted, json=options.json)


def _wanted(options: argparse.Namespace, node: Callable[[], Path]) -> tuple[Place, ...]:
    from srpki.frontend.serve import inventory, places  # noqa: PLC0415 - start-up time

    if isinstance(options.lab, Path) or options.students is not None:
        return _class(options)
    if options.inventory is None:
        found = _places(options, node)
        places.check_apart(found)
        return found
    if options.nodes or options.ssh or options.netconf or options.lab:
        raise UsageError(
            "--inventory goes with no --node, --lab, --ssh or --netconf",
            hint="the inventory names them",
        )
    return inventory.read(options.inventory)


def _class(options: argparse.Namespace) -> tuple[Place, ...]:
    from srpki.frontend.training import course  # noqa: PLC0415 - start-up time

    if not isinstance(options.lab, Path) or options.students is None:
        raise UsageError("a course goes with --students, and --students with --lab COURSE")
    if options.inventory or options.nodes:
        raise UsageError("a course goes with no --inventory and no --node")
    return course.prepared(
        course.read(options.lab),
        course.students(options.students),
        ssh=tuple(options.ssh or ()),
        netconf=tuple(options.netconf or ()),
    )


def _places(options: argparse.Namespace, node: Callable[[], Path]) -> tuple[Place, ...]:
    from srpki.frontend.serve.places import LOCAL, Place  # noqa: PLC0415 - start-up time

    directories = options.nodes or [options.node or node()]
    return tuple(
        Place(
            name=directory.resolve().name,
            directory=directory,
            ssh=tuple(options.ssh or (LOCAL,)),
            netconf=tuple(options.netconf or ()),
            lab=options.lab,
            mode=options.mode,
            record=options.record,
        )
        for directory in directories
    )
