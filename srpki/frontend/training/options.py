"""The command line of `srpki lab`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_DIRECTORY: Final = "the directory of the lab (default: the lab that was begun last)"


def add_options(parser: argparse.ArgumentParser) -> None:
    """Give *parser* the commands of training labs."""
    parser.set_defaults(run=_without_a_command(parser))
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for add in (_beginning, _taking, _keeping, _making, _teaching, _grading):
        add(commands)


def _beginning(commands: Any) -> None:
    listed = _command(commands, "list", "list the labs, and how far you are")
    _json(listed)

    start = _command(
        commands, "start", "begin a lab, or go on with it: make its node, open a shell"
    )
    start.add_argument("lab", metavar="NAME|FILE", help="a lab of srpki lab list, or a lab file")
    start.add_argument("--student", default="", metavar="ID", help="who takes it (default: nobody)")
    start.add_argument(
        "--seed",
        default="",
        metavar="TEXT",
        help="what the parameters are drawn by (default: the student)",
    )
    start.add_argument(
        "--dir",
        type=Path,
        default=None,
        metavar="DIR",
        help="where the node is made (default: in srpki/labs of $XDG_DATA_HOME or ~/.local/share)",
    )
    start.add_argument(
        "--no-shell", action="store_true", help="make the node and end (default: open a shell)"
    )


def _taking(commands: Any) -> None:
    for name, what in (
        ("task", "print what is to be done"),
        ("check", "print what holds; exit status 0 all, 1 not all, 3 cannot be judged"),
    ):
        one = _command(commands, name, what)
        _which(one)
        _json(one)

        if name == "check":
            one.add_argument(
                "--watch", action="store_true", help="check again and again (default: once)"
            )

    hint = _command(commands, "hint", "print a hint, which costs points")
    hint.add_argument("number", type=int, nargs="?", metavar="N", help="which (default: the next)")
    _which(hint)
    _json(hint)

    answer = _command(commands, "answer", "answer a question")
    answer.add_argument("number", type=int, metavar="Q", help="the number of the question")
    answer.add_argument("text", nargs="+", metavar="TEXT", help="what you answer")
    _which(answer)
    _json(answer)


def _keeping(commands: Any) -> None:
    _which(_command(commands, "checkpoint", "keep the lab as it is now, for reset"))
    reset = _command(commands, "reset", "take the lab back")
    reset.add_argument(
        "--to",
        choices=("start", "checkpoint"),
        default="start",
        help="how far: to its start or to the checkpoint (default: start)",
    )
    _which(reset)
    solve = _command(commands, "solve", "print the solution, and mark the lab as shown")
    _which(solve)
    _json(solve)


def _making(commands: Any) -> None:
    new = _command(commands, "new", "write a lab file to begin with")
    new.add_argument("name", metavar="NAME", help="the name of the lab: NAME.toml is written")

    _command(commands, "schema", "print the JSON Schema of lab files, for editors")

    lint = _command(commands, "lint", "prove labs by their own solutions")
    lint.add_argument("labs", nargs="+", metavar="NAME|FILE", help="labs, or lab files")
    _json(lint)


def _teaching(commands: Any) -> None:
    board = _command(commands, "board", "show the labs of a class, live")
    board.add_argument(
        "directory",
        type=Path,
        nargs="?",
        metavar="DIR",
        help="where the labs are (default: srpki/labs in $XDG_DATA_HOME or ~/.local/share)",
    )
    board.add_argument("--html", type=Path, metavar="FILE", help="write a page that renews itself")
    board.add_argument("--once", action="store_true", help="show it once (default: until Ctrl-C)")
    _json(board)

    for name, what, word in (
        ("push", "show a line in the shell of a student", "text"),
        ("inject", "script a fault of the CA of a student's lab", "fault"),
    ):
        one = _command(commands, name, what)
        one.add_argument("student", metavar="ID", help="the student")
        one.add_argument(word, nargs="+", metavar=word.upper(), help=f"the {word}")
        one.add_argument(
            "--dir",
            type=Path,
            metavar="DIR",
            help="where the labs are (default: as for board)",
        )
        where = "any in which he is" if name == "push" else "the one he began or judged last"
        one.add_argument(
            "--lab", dest="which", metavar="NAME", help=f"which of his labs (default: {where})"
        )
        if name == "inject":
            one.add_argument(
                "--authority", default="lab", metavar="NAME", help="which CA (default: lab)"
            )


def _grading(commands: Any) -> None:
    pack = _command(commands, "pack", "put the lab into one file, to hand it in")
    pack.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="which (default: STUDENT-NAME.labz)"
    )
    _which(pack)

    graded = _command(commands, "grade", "grade packs: every check is judged again")
    graded.add_argument("packs", nargs="+", type=Path, metavar="PACK", help="what was handed in")
    graded.add_argument(
        "--lab",
        action="append",
        default=[],
        metavar="FILE",
        help="a lab file to judge by; may be repeated (default: the labs that ship)",
    )
    graded.add_argument("--csv", type=Path, metavar="FILE", help="write a table for a spreadsheet")
    graded.add_argument("--html", type=Path, metavar="FILE", help="write a page for a browser")
    graded.add_argument(
        "--no-replay",
        action="store_true",
        help="do not run the journals again (default: tell of checks that they do not reproduce)",
    )
    _json(graded)


def _command(commands: Any, name: str, what: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=what, description=what)
    parser.set_defaults(run=_run, lab_command=name)
    return parser


def _run(options: argparse.Namespace) -> int:
    from srpki.frontend.training.commands import run  # noqa: PLC0415 - start-up time

    return run(options)


def _without_a_command(parser: argparse.ArgumentParser) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        del options
        parser.print_help()
        return 2

    return run


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lab", dest="which", metavar="NAME", help="which lab that was begun")
    parser.add_argument("--dir", type=Path, default=None, metavar="DIR", help=_DIRECTORY)


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object a line (default: for people)"
    )
