"""``configure system management-interface``: who may edit, how commits are kept, the two CLIs.

[nokia-conf-system.yang of release 26.3, as far as this program has an engine for it; cli.md 1.7].
The classic CLI has the checkpoints in ``configure system rollback``, as Ansible configures them.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, URL
from srpki.schema.configure.netconf import NETCONF
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import Container, Inline, Leaf, LeafList, Moved, Rename, Section
from srpki.schema.types import Enumeration, Integer


def _flag(name: str, help_: str, default: str | None = "false") -> Leaf:
    emulated = not help_.startswith("Not emulated")
    return Leaf(name=name, type=BOOLEAN, default=default, help=help_, emulated=emulated)


_ROLLBACK: Final = Container(
    name="rollback",
    help="Where and how many checkpoints the classic admin rollback keeps",
    classic=Moved(3, "rollback"),
    children=(
        Leaf(
            name="location",
            type=URL,
            help="Checkpoint files on cf3:, as directory and name without suffix",
            classic=Rename("rollback-location"),
        ),
        Leaf(
            name="local-checkpoints",
            type=Integer("uint32", 1, 50),
            default="10",
            help="Number of checkpoint files; the oldest is dropped for a new one",
            classic=Rename("local-max-checkpoints"),
        ),
        Container(
            name="rescue",
            help="Checkpoint for emergencies, which rollback save does not rotate",
            classic=Inline(),
            children=(
                Leaf(
                    name="location",
                    type=URL,
                    help="File of the rescue checkpoint on cf3:, without suffix",
                    classic=Rename("rescue-location"),
                ),
            ),
        ),
    ),
)

_CLI: Final = Container(
    name="cli",
    help="Which CLIs there are and how they behave",
    children=(
        LeafList(
            name="cli-engine",
            type=Enumeration(("classic-cli", "md-cli"), named="cli-engine-type"),
            max_elements=2,
            help="CLIs that a session may use; it begins in the first of them",
        ),
        Container(
            name="classic-cli",
            help="Immediate edits and rollback checkpoints of the classic CLI",
            children=(
                Leaf(
                    name="allow-immediate",
                    type=BOOLEAN,
                    default="true",
                    help="Let edits in the classic CLI take effect at once",
                ),
                _ROLLBACK,
            ),
        ),
        Container(
            name="md-cli",
            help="Saving, environment and aliases of the MD-CLI",
            children=(
                Leaf(
                    name="auto-config-save",
                    type=BOOLEAN,
                    default="true",
                    help="Write the configuration to the flash after every commit",
                ),
                ENVIRONMENT._replace(help="What sessions find in environment when they begin"),
            ),
        ),
    ),
)

_YANG_MODULES: Final = Container(
    name="yang-modules",
    help="Modules that clients of NETCONF are told of",
    children=(
        _flag("base-r13-modules", "Not emulated: modules of the first generation"),
        _flag("nokia-modules", "Not emulated: the modules one by one", default=None),
        _flag("nokia-submodules", "Not emulated: the modules with their parts apart"),
        _flag("openconfig-modules", "Not emulated: modules of OpenConfig"),
        _flag("nokia-combined-modules", "Whether the node's own modules are told", "true"),
        _flag("shared-model-management", "Not emulated: one model for several", "true"),
        Container(
            name="nmda",
            help="Datastores of NETCONF that have their own operations",
            children=(_flag("nmda-support", "Whether get-data and its datastores are offered"),),
        ),
    ),
)

MANAGEMENT_INTERFACE: Final = Container(
    name="management-interface",
    help="Interfaces that may edit the configuration, and how it is saved",
    classic=Section("System Configuration Mode Configuration", rank=5),
    children=(
        Leaf(
            name="configuration-mode",
            type=Enumeration(("classic", "model-driven", "mixed")),
            help="Let the classic CLI, the MD-CLI or both (mixed) edit the configuration",
        ),
        Leaf(
            name="commit-history",
            type=Integer("uint32", 0, 200),
            default="50",
            help="Number of commits that commit-history shows and rollback can reach",
        ),
        _CLI,
        Container(
            name="configuration-save",
            help="Backups of the saved configuration",
            children=(
                Leaf(
                    name="configuration-backups",
                    type=Integer("uint32", 1, 200),
                    default="50",
                    help="Number of older files, as config.cfg.1, that rollback can return to",
                ),
            ),
        ),
        NETCONF,
        _YANG_MODULES,
    ),
)
