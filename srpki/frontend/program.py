"""The `srpki` program: shell, exec, import-config, ca, serve, yang, rehearse, lab, demo.

Imports are made where they are needed: a script never pays for the terminal, and a node without
a lab never for the lab CA.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

from srpki import __version__
from srpki.core.errors import BusyError, SrpkiError, UsageError
from srpki.frontend import streams
from srpki.frontend.ending import as_a_shell, ending_on

USAGE_ERROR = 2
TRY_LATER = 3
_COLUMNS = 80
PLATFORMS = "Linux; macOS untested; Windows only by WSL"


def default_node() -> Path:
    """Return the node directory of a user who names none [XDG base directories]."""
    base = os.environ.get("XDG_DATA_HOME", "")
    root = Path(base) if base.startswith("/") else Path.home() / ".local" / "share"
    return root / "srpki" / "node"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return its exit status: 0 well, 1 failed, 2 used wrongly, 3 try later."""
    if sys.platform == "win32":
        sys.stderr.write("srpki: Windows is not supported: run srpki in WSL\n")
        return 1
    streams.occupy()
    try:
        options = _parser().parse_args(arguments)
    except SystemExit:
        if streams.flushed(0):
            return 1
        raise
    return streams.flushed(_run(options))


def _run(options: argparse.Namespace) -> int:
    if sys.stdout is None:
        streams.complain("standard output is closed")
        return 1
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        streams.complain("interrupted")
        return streams.INTERRUPTED
    except SrpkiError as error:
        streams.complain(str(error))
        return _status(error)
    except Exception as error:  # noqa: BLE001 - a bug is told in a line, never as a traceback
        if isinstance(error, OSError) and error.filename is None:  # those of files are StorageError
            return streams.output_failed(error)
        streams.complain(f"internal error ({type(error).__name__}: {error}); report it")
        return 1


def _status(error: SrpkiError) -> int:
    """Return the exit status of a program that *error* ends before it has begun."""
    if isinstance(error, BusyError):
        return TRY_LATER
    return USAGE_ERROR if isinstance(error, UsageError) else 1


def _help(prog: str) -> argparse.HelpFormatter:
    """Return what formats the help of *prog*, which is made once for each option.

    Left to itself it asks `shutil` for the width, which imports all that compresses.
    """
    return argparse.HelpFormatter(prog, width=_columns() - 2)


def _columns() -> int:
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    try:
        return os.get_terminal_size().columns or _COLUMNS
    except OSError:
        return _COLUMNS


class _Command:
    """A command of the program, whose options are put together when it is asked for."""

    def __init__(self, *, options: Callable[[argparse.ArgumentParser], None], **words: Any) -> None:
        self._options = options
        self._words = words

    def parser(self) -> argparse.ArgumentParser:
        """Return what reads the options."""
        parser = argparse.ArgumentParser(formatter_class=_help, **self._words)
        self._options(parser)
        return parser

    def parse_known_args(
        self, arguments: list[str], namespace: argparse.Namespace | None
    ) -> tuple[argparse.Namespace, list[str]]:
        """Read *arguments*, as the program's own parser asks for it."""
        return self.parser().parse_known_args(arguments, namespace)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="srpki",
        description="An emulator of the certificate side of a Nokia SR OS router, with a lab CA.",
        formatter_class=_help,
    )
    parser.add_argument("--version", action="version", version=f"srpki {__version__} ({PLATFORMS})")
    _node_options(parser)
    parser.set_defaults(run=_shell)
    commands: Any = parser.add_subparsers(
        title="commands", metavar="COMMAND", prog="srpki", parser_class=cast("Any", _Command)
    )
    for name, text, options in (
        ("shell", "open an interactive session (the default)", _shell_options),
        ("exec", "run a file of commands", _exec_options),
        ("import-config", "make a node from the saved configuration of a router", _import_options),
        ("ca", "run the lab CA alone, for other clients", _ca_options),
        ("serve", "let nodes be reached by SSH and NETCONF", _serve_options),
        ("replay", "show, hand out or run again what was typed in a lab", _replay_options),
        ("timeline", "show the certificates of a node over time", _timeline_options),
        ("yang", "write the YANG modules of the nodes", _yang_options),
        ("rehearse", "see what will happen to the certificates of a router", _rehearse_options),
        ("lab", "take, make and grade training labs", _lab_options),
        ("demo", "show the first renewal, end to end", _demo_options),
    ):
        commands.add_parser(name, help=text, options=options)
    return parser


def _shell_options(parser: argparse.ArgumentParser) -> None:
    _node_options(parser, again=True)
    parser.set_defaults(run=_shell)


def _exec_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the command file, - for standard input")
    _node_options(parser, again=True)
    parser.add_argument(
        "--cli", choices=("md", "classic"), help="first CLI (default: as the node is configured)"
    )
    parser.add_argument(
        "--keep-going", action="store_true", help="go on after an error (default: stop)"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object a line (default: a transcript)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="put VALUE (@FILE: the content of a file) in for ${NAME}; may be repeated"
        " (default: the lab's variables in lab mode, else none)",
    )
    parser.set_defaults(run=_exec)


def _ca_options(parser: argparse.ArgumentParser) -> None:
    from srpki.frontend import ca  # noqa: PLC0415 - start-up time

    ca.add_options(parser)


def _serve_options(parser: argparse.ArgumentParser) -> None:
    from srpki.frontend.serve import options  # noqa: PLC0415 - start-up time

    options.add_options(parser, default_node)


def _lab_options(parser: argparse.ArgumentParser) -> None:
    from srpki.frontend.training import options  # noqa: PLC0415 - start-up time

    options.add_options(parser)


def _demo_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--node", type=Path, default=None, help="where to make the node (default: a temporary one)"
    )
    parser.set_defaults(run=_demo)


def _node_options(parser: argparse.ArgumentParser, *, again: bool = False) -> None:
    # A sub-command repeats the options of the plain program; SUPPRESS keeps the outer value.
    default_path = argparse.SUPPRESS if again else None
    parser.add_argument(
        "--node",
        type=Path,
        default=default_path,
        metavar="DIR",
        help="the node directory (default: srpki/node in $XDG_DATA_HOME or ~/.local/share)",
    )
    parser.add_argument(
        "--lab",
        action="store_true",
        default=argparse.SUPPRESS if again else False,
        help="run the lab CA beside the node and let its clock be moved (default: off)",
    )
    parser.add_argument(
        "--user",
        default=default_path,
        metavar="NAME",
        help="whose rights hold (default: the administrator's)",
    )
    parser.add_argument(
        "--mode",
        choices=("classic", "mixed", "model-driven"),
        default=default_path,
        help="mode to make a new node in (default: model-driven; with --cli classic: mixed)",
    )
    parser.add_argument(
        "--record",
        type=Path,
        default=default_path,
        metavar="DIR",
        help="keep every message that is sent or received in this directory (default: none)",
    )


def _import_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE", help="the saved configuration, - for standard input"
    )
    parser.add_argument(
        "--replace",
        action="store_true",
        help="keep a configuration that the node has as an earlier version (default: refuse)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object (default: for people)"
    )
    _node_option(parser)
    parser.set_defaults(run=_import)


def _node_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--node",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="the node directory (default: srpki/node in $XDG_DATA_HOME or ~/.local/share)",
    )


def _replay_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "journal", type=Path, metavar="JOURNAL", help="the journal of a lab: NODE/lab-ca/journal"
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        metavar="N",
        help="play it so many times as fast (default: 1)",
    )
    parser.add_argument(
        "--step", action="store_true", help="wait for Enter before each answer (default: play on)"
    )
    parser.add_argument(
        "--until", metavar="TEXT", help="end with the first command that holds TEXT"
    )
    parser.add_argument(
        "--cast", type=Path, metavar="FILE", help="write a recording for asciinema instead"
    )
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="write a hand-out in Markdown instead"
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="run it again on a copy, cut off from everything, and compare (default: play it)",
    )
    parser.add_argument(
        "--initial",
        type=Path,
        metavar="DIR",
        help="a copy of the node as it was, for --verify"
        " (default: that of the lesson beside the journal, else a new node)",
    )
    parser.set_defaults(run=_replay)


def _timeline_options(parser: argparse.ArgumentParser) -> None:
    _node_option(parser)
    parser.add_argument(
        "--days",
        type=int,
        default=30,
        metavar="N",
        help="how many days back and how many ahead (default: 30)",
    )
    for name, what in (("svg", "as SVG"), ("html", "as a page of HTML")):
        parser.add_argument(
            f"--{name}",
            type=Path,
            metavar="FILE",
            help=f"write it to this file {what} as well (default: none)",
        )
    parser.set_defaults(run=_timeline)


def _rehearse_options(parser: argparse.ArgumentParser) -> None:
    from srpki.frontend.rehearse_options import add_options  # noqa: PLC0415 - start-up time

    add_options(parser)
    parser.set_defaults(run=_rehearse)


def _yang_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="DIR",
        help="the directory to write to; modules that are there already are replaced",
    )
    parser.set_defaults(run=_yang)


def _yang(options: argparse.Namespace) -> int:
    from srpki.frontend.yang import run  # noqa: PLC0415 - start-up time

    return run(options.out, sys.stdout)


def _replay(options: argparse.Namespace) -> int:
    from srpki.frontend.replaying.command import run  # noqa: PLC0415 - start-up time

    return run(options)


def _timeline(options: argparse.Namespace) -> int:
    from srpki.frontend.timelines import run  # noqa: PLC0415 - start-up time

    return run(options, _node(options))


def _rehearse(options: argparse.Namespace) -> int:
    from srpki.frontend.rehearsing import run  # noqa: PLC0415 - start-up time

    return run(options)


def _import(options: argparse.Namespace) -> int:
    from srpki.frontend.importing import run  # noqa: PLC0415 - start-up time

    return run(options, _node(options))


def _node(options: argparse.Namespace) -> Path:
    return options.node or default_node()


def _shell(options: argparse.Namespace) -> int:
    from srpki.frontend.shell import run  # noqa: PLC0415 - start-up time

    return run(options, _node(options))


def _exec(options: argparse.Namespace) -> int:
    from srpki.frontend.execution import execute  # noqa: PLC0415 - start-up time

    with ending_on((signal.SIGTERM, signal.SIGHUP), as_a_shell):
        return execute(options, _node(options), _status)


def _demo(options: argparse.Namespace) -> int:
    from srpki.frontend.demo import run_demo  # noqa: PLC0415 - start-up time

    called = sys.argv[0]
    return run_demo(options.node, sys.stdout, called if Path(called).name == "srpki" else "srpki")


if __name__ == "__main__":
    sys.exit(main())
