"""The `srpki` program: shell, exec, import-config, ca, yang, demo.

Imports are made where they are needed: a script never pays for the terminal, and a node without
a lab never for the lab CA.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from srpki import __version__
from srpki.core.errors import BusyError, SrpkiError, UsageError
from srpki.frontend import streams
from srpki.frontend.ca import add_options
from srpki.frontend.ending import as_a_shell, ending_on
from srpki.frontend.serve.options import add_options as serve_options

USAGE_ERROR = 2
TRY_LATER = 3
_IMPORT = "make a node from the saved configuration of a router"
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="srpki",
        description="An emulator of the certificate side of a Nokia SR OS router, with a lab CA.",
    )
    parser.add_argument("--version", action="version", version=f"srpki {__version__} ({PLATFORMS})")
    _node_options(parser)
    parser.set_defaults(run=_shell)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    shell = commands.add_parser("shell", help="open an interactive session (the default)")
    _node_options(shell, again=True)
    shell.set_defaults(run=_shell)

    script = commands.add_parser("exec", help="run a file of commands")
    script.add_argument("file", metavar="FILE", help="the command file, - for standard input")
    _node_options(script, again=True)
    script.add_argument(
        "--cli", choices=("md", "classic"), help="first CLI (default: as the node is configured)"
    )
    script.add_argument(
        "--keep-going", action="store_true", help="go on after an error (default: stop)"
    )
    script.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object a line (default: a transcript)",
    )
    script.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="put VALUE (@FILE: the content of a file) in for ${NAME}; may be repeated"
        " (default: the lab's variables in lab mode, else none)",
    )
    script.set_defaults(run=_exec)

    _import_parser(commands.add_parser("import-config", help=_IMPORT))

    authority = commands.add_parser("ca", help="run the lab CA alone, for other clients")
    add_options(authority)

    serve_options(
        commands.add_parser("serve", help="let nodes be reached by SSH and NETCONF"), default_node
    )

    _yang_parser(commands.add_parser("yang", help="write the YANG modules of the nodes"))

    demo = commands.add_parser("demo", help="show the first renewal, end to end")
    demo.add_argument(
        "--node", type=Path, default=None, help="where to make the node (default: a temporary one)"
    )
    demo.set_defaults(run=_demo)
    return parser


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


def _import_parser(parser: argparse.ArgumentParser) -> None:
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
    parser.add_argument(
        "--node",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="DIR",
        help="the node directory (default: srpki/node in $XDG_DATA_HOME or ~/.local/share)",
    )
    parser.set_defaults(run=_import)


def _yang_parser(parser: argparse.ArgumentParser) -> None:
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
