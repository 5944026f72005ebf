"""``show`` and ``file``: what the node tells, alike in both CLIs [cli.md 1.9, pki.md section 6]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, PKI_FILE_NAME
from srpki.schema.nodes import Action, Container, Leaf, Rename
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
    help="Event logs",
    children=(
        Action(
            name="log-id",
            operation="show.log",
            help="Show the events of a log",
            positional=("log-id",),
            inputs=(
                Leaf(
                    name="log-id",
                    type=Integer("uint32", 1, 101),
                    mandatory=True,
                    help="Number of the log; 99 is the system's own",
                ),
            ),
        ),
    ),
)

_CERTIFICATE: Final = Container(
    name="certificate",
    help="CA profiles and automatic renewal",
    children=(
        Action(
            name="auto-update",
            operation="show.certificate.auto-update",
            help="Show what automatic renewal is doing",
            positional=("certificate-file-name",),
            inputs=(
                Leaf(
                    name="certificate-file-name",
                    type=Reference(
                        f"{STATE}/certificate-auto-update/certificate-file-name",
                        "",
                        PKI_FILE_NAME,
                    ),
                    help="Show only this certificate, in full",
                ),
            ),
        ),
        Action(
            name="ca-profile",
            operation="show.certificate.ca-profile",
            help="Show CA profiles",
            positional=("ca-profile-name",),
            inputs=(
                Leaf(
                    name="ca-profile-name",
                    type=Reference(f"{STATE}/ca-profile/ca-profile-name", "", NAMED_ITEM),
                    help="Show only this CA profile, in full",
                ),
            ),
        ),
    ),
)

SHOW: Final = Container(
    name="show",
    help="Commands that show what the node does",
    children=(
        _CERTIFICATE,
        _LOG,
        Container(
            name="system",
            help="The node as a whole",
            children=(
                Action(
                    name="information",
                    operation="show.system.information",
                    help="Show name, version and uptime of the node",
                    inputs=(),
                ),
            ),
        ),
        Action(name="time", operation="show.time", help="Show the time of the node", inputs=()),
        Action(
            name="version",
            operation="show.version",
            help="Show the version of the software",
            inputs=(),
        ),
    ),
)

FILE: Final = Container(
    name="file",
    help="Files on the compact flash",
    children=(
        Action(
            name="list",
            operation="file.list",
            help="List a directory",
            classic=Rename("dir"),
            positional=("url",),
            inputs=(Leaf(name="url", type=_DIRECTORY, help="Directory to list instead of cf3:"),),
        ),
    ),
)
