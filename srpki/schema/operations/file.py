"""``file``: the operator's files on ``cf3:`` [cli.md 1.9, nokia-oper-file.yang].

Of the inputs of the YANG model those are left out that reach other hosts. The classic names are
those of the field: ``cd``, ``dir``, ``type``, ``delete``, ``md`` and ``rd``.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import EMPTY_TYPE, FlashUrl
from srpki.schema.nodes import Action, Arg, Container, Leaf, Line, Rename
from srpki.schema.operations import absent
from srpki.schema.operations.inputs import maybe
from srpki.schema.types import Enumeration

_URL: Final = FlashUrl(length=(1, 200), named="cflash-url")
"""A file or directory: ``cf3:``, ``cf3:\\x\\``, or relative to the session's own directory."""

_SOURCE: Final = Leaf(
    name="source-url", type=_URL, mandatory=True, help="File to take, or several by * and ?"
)
_OVERWRITE: Final = Leaf(name="force", type=EMPTY_TYPE, help="Replace a file that exists")
_UNASKED: Final = Leaf(name="force", type=EMPTY_TYPE, help="Do not ask whether you are sure")
_SURE: Final = "Are you sure? [y,n] "


def _url(help_: str, *, mandatory: bool = True) -> Leaf:
    return Leaf(name="url", type=_URL, mandatory=mandatory, help=help_)


def _destination(help_: str) -> Leaf:
    return Leaf(name="destination-url", type=_URL, mandatory=True, help=help_)


FILE: Final = Container(
    name="file",
    help="Look after files on the compact flash cf3:",
    children=(
        Action(
            name="change-directory",
            operation="file.change-directory",
            help="Go to the directory that names of files are relative to",
            classic=Rename("cd"),
            positional=("url",),
            inputs=(
                _url("Directory on cf3:, or .. for the one above; none prints it", mandatory=False),
            ),
        ),
        Action(
            name="checksum",
            operation="file.checksum",
            help="Compute a checksum over the content of a file",
            positional=("type", "url"),
            inputs=(
                Leaf(
                    name="type",
                    type=Enumeration(("image", "md5", "sha256")),
                    mandatory=True,
                    help="Kind of checksum; image checks a software image, of which there is none",
                ),
                _url("File to read"),
            ),
        ),
        Action(
            name="copy",
            operation="file.copy",
            help="Write the content of a file to another one",
            positional=("source-url", "destination-url"),
            inputs=(_SOURCE, _destination("File to write, or directory to copy into"), _OVERWRITE),
        ),
        Action(
            name="list",
            operation="file.list",
            help="Print the files of a directory with their sizes and dates",
            classic=Rename("dir"),
            positional=("url",),
            inputs=(_url("Directory, or files by * and ?, not the working one", mandatory=False),),
        ),
        Action(
            name="make-directory",
            operation="file.make-directory",
            help="Make a directory for files",
            classic=Rename("md"),
            positional=("url",),
            inputs=(_url("Directory to make; the one above it must exist"),),
        ),
        Action(
            name="move",
            operation="file.move",
            help="Move or rename a file or directory",
            positional=("source-url", "destination-url"),
            inputs=(
                _SOURCE._replace(help="File or directory to move"),
                _destination("New name, or directory to move into"),
                _OVERWRITE,
            ),
        ),
        Action(
            name="remove",
            operation="file.remove",
            help="Delete a file for good; an imported one is lost to its users too",
            classic=Rename("delete"),
            positional=("url",),
            inputs=(_url("File to remove, or several by * and ?"), _UNASKED),
            question=_SURE,
        ),
        Action(
            name="remove-directory",
            operation="file.remove-directory",
            help="Delete a directory, empty or with all that is in it",
            classic=Line("rd", (Arg("url"), maybe("force"), maybe("recursive", "rf"))),
            positional=("url",),
            inputs=(
                _url("Directory to remove"),
                _UNASKED,
                Leaf(name="recursive", type=EMPTY_TYPE, help="Remove all that is in it too"),
            ),
            question=_SURE,
        ),
        Action(
            name="show",
            operation="file.show",
            help="Print the text of a file",
            classic=Rename("type"),
            positional=("url",),
            inputs=(_url("File to print; it must be text"),),
        ),
        *absent.FILE,
    ),
)
