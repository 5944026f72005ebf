"""``configure system management-interface``: who may edit, how commits are kept, the two CLIs.

[nokia-conf-system.yang of release 26.3, as far as this program has an engine for it; cli.md 1.7].
The classic CLI has the checkpoints in ``configure system rollback``, as Ansible configures them.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, CFLASH_URL
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import Container, Inline, Leaf, LeafList, Moved, Rename, Section
from srpki.schema.types import Enumeration, Integer

_ROLLBACK: Final = Container(
    name="rollback",
    help="Checkpoints of admin rollback in the classic CLI",
    classic=Moved(3, "rollback"),
    children=(
        Leaf(
            name="location",
            type=CFLASH_URL,
            help="Directory and name of the checkpoint files, without their suffix",
            classic=Rename("rollback-location"),
        ),
        Leaf(
            name="local-checkpoints",
            type=Integer("uint32", 1, 50),
            default="10",
            help="How many checkpoint files are kept",
            classic=Rename("local-max-checkpoints"),
        ),
        Container(
            name="rescue",
            help="The checkpoint that is never overwritten",
            classic=Inline(),
            children=(
                Leaf(
                    name="location",
                    type=CFLASH_URL,
                    help="Name of the rescue file",
                    classic=Rename("rescue-location"),
                ),
            ),
        ),
    ),
)

_CLI: Final = Container(
    name="cli",
    help="The two command lines",
    children=(
        LeafList(
            name="cli-engine",
            type=Enumeration(("classic-cli", "md-cli"), named="cli-engine-type"),
            max_elements=2,
            help="Command lines that may be used; a session begins in the first of them",
        ),
        Container(
            name="classic-cli",
            help="Settings of the classic CLI",
            children=(
                Leaf(
                    name="allow-immediate",
                    type=BOOLEAN,
                    default="true",
                    help="Let the classic CLI change the configuration",
                ),
                _ROLLBACK,
            ),
        ),
        Container(
            name="md-cli",
            help="Settings of the MD-CLI",
            children=(
                Leaf(
                    name="auto-config-save",
                    type=BOOLEAN,
                    default="true",
                    help="Save the configuration with every commit",
                ),
                ENVIRONMENT._replace(help="How new sessions behave"),
            ),
        ),
    ),
)

MANAGEMENT_INTERFACE: Final = Container(
    name="management-interface",
    help="Who may edit the configuration, and how it is kept",
    classic=Section("System Configuration Mode Configuration", last=True),
    children=(
        Leaf(
            name="configuration-mode",
            type=Enumeration(("classic", "model-driven", "mixed")),
            default="mixed",
            help="Management interfaces that may edit the configuration",
        ),
        Leaf(
            name="commit-history",
            type=Integer("uint32", 0, 200),
            default="50",
            help="How many commits are remembered",
        ),
        _CLI,
        Container(
            name="configuration-save",
            help="How the saved configuration is kept",
            children=(
                Leaf(
                    name="configuration-backups",
                    type=Integer("uint32", 1, 200),
                    default="50",
                    help="How many earlier versions of the saved configuration are kept",
                ),
            ),
        ),
    ),
)
