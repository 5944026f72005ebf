"""``show`` and ``file``: what the node tells, alike in both CLIs [cli.md 1.9, pki.md section 6]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, PKI_FILE_NAME
from srpki.schema.nodes import Action, Container, Leaf, Rename
from srpki.schema.operations.debug import SHOW_DEBUG
from srpki.schema.operations.inputs import STATE
from srpki.schema.types import Integer, Reference, Text

_DIRECTORY: Final = Text(
    length=(1, 200),
    named="cflash-url",
    complaint="The given string is not a valid cflash URL.",
)
"""A directory or file: ``cf3:``, ``cf3:\\x\\``, or relative to ``cf3:``; the device reads it."""

_LOG: Final = Container(
    name="log",
    help="What has happened on the node",
    children=(
        Action(
            name="log-id",
            operation="show.log",
            help="Print the events of one log, the latest first",
            positional=("log-id",),
            inputs=(
                Leaf(
                    name="log-id",
                    type=Integer("uint32", 1, 101),
                    mandatory=True,
                    help="Number of the log, 99 for the system's own",
                ),
            ),
        ),
    ),
)

_CERTIFICATE: Final = Container(
    name="certificate",
    help="State of CA profiles and of automatic renewal",
    children=(
        Action(
            name="auto-update",
            operation="show.certificate.auto-update",
            help="Print state, last and next renewal of certificates",
            positional=("certificate-file-name",),
            inputs=(
                Leaf(
                    name="certificate-file-name",
                    type=Reference(
                        f"{STATE}/certificate-auto-update/certificate-file-name",
                        "",
                        PKI_FILE_NAME,
                    ),
                    help="Print this certificate alone, in full",
                ),
            ),
        ),
        Action(
            name="ca-profile",
            operation="show.certificate.ca-profile",
            help="Print the state of CA profiles",
            positional=("ca-profile-name",),
            inputs=(
                Leaf(
                    name="ca-profile-name",
                    type=Reference(f"{STATE}/ca-profile/ca-profile-name", "", NAMED_ITEM),
                    help="Print this CA profile alone, in full",
                ),
            ),
        ),
    ),
)

SHOW: Final = Container(
    name="show",
    help="Print state and counters of the node",
    children=(
        _CERTIFICATE,
        SHOW_DEBUG,
        _LOG,
        Container(
            name="system",
            help="State of the node as a whole",
            children=(
                Action(
                    name="information",
                    operation="show.system.information",
                    help="Print name, version, uptime and configuration mode of the node",
                    inputs=(),
                ),
            ),
        ),
        Action(name="time", operation="show.time", help="Print the time of the node", inputs=()),
        Action(
            name="version",
            operation="show.version",
            help="Print which software the node runs",
            inputs=(),
        ),
    ),
)

FILE: Final = Container(
    name="file",
    help="Look at files on the compact flash cf3:",
    children=(
        Action(
            name="list",
            operation="file.list",
            help="Print the files of a directory with their sizes and dates",
            classic=Rename("dir"),
            positional=("url",),
            inputs=(
                Leaf(
                    name="url",
                    type=_DIRECTORY,
                    help="Directory or file on cf3: instead of the root",
                ),
            ),
        ),
    ),
)
