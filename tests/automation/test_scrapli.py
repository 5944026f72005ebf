"""The command sequences of scrapli 2026.10.14 and of scrapli_community 2025.1.30.

[cli.md section 4.2; scrapli/definitions/nokia_sros*.yaml; scrapli_community/nokia/sros/]
"""

import re

import pytest

FLAGS = re.MULTILINE | re.IGNORECASE
MD_EXEC = r"^\[.*?\]\n.*#"
MD_CONFIGURATION = r".?\(.*?\)\[.*?\]\n.*#"
CLASSIC_EXEC = r"^\*?[abcd]:[\w\s_.-]+#\s?$"
CLASSIC_CONFIGURATION = r"^\*?[abcd]:[\w\s_.-]+>config[\w>]*(#|\$)\s?$"
HOST = r"\n\*?[abcd]:[\w\._]+@[\w\s_.-]+#\s?$"
ROOT = r"^(?:!|\*)?\((ex|ex:bof)\)\[\/?\]" + HOST
PATH = r"^(?:!|\*)?\((ex|ex:bof)\)\[(\S|\s){2,}\]" + HOST


def prompt(terminal, pattern):
    """Check that the terminal is in the mode of *pattern*."""
    assert re.search(pattern, terminal.read_first().replace("\r\n", "\n"), FLAGS)


def test_scrapli_with_the_md_cli(md, router):
    prompt(md, MD_EXEC)
    # Classic syntax, which the MD-CLI of a real router refuses too; scrapli goes on.
    assert "environment no more" in md.send("environment no more")
    prompt(md, MD_EXEC)
    assert "TiMOS" in md.output("show version")
    md.clean("edit-config exclusive")
    prompt(md, MD_CONFIGURATION)
    md.clean("/configure system security pki", "dynamic-ca true", "/configure system name r1")
    prompt(md, MD_CONFIGURATION)
    md.clean("commit", "exit all", "quit-config")
    prompt(md, MD_EXEC)
    md.send("logout")
    assert md.closed
    assert router.node.system_name() == "r1"


def test_scrapli_with_the_classic_cli(classic, router):
    prompt(classic, CLASSIC_EXEC)
    classic.clean("environment no more")
    assert "TiMOS" in classic.output("show version")
    classic.clean("configure")
    prompt(classic, CLASSIC_CONFIGURATION)
    classic.clean("system security pki dynamic-ca")
    prompt(classic, CLASSIC_CONFIGURATION)
    classic.clean("exit all")
    prompt(classic, CLASSIC_EXEC)
    classic.send("logout")
    assert classic.closed
    assert router.node.datastore.running["system"]


def test_scrapli_community_with_the_md_cli(md):
    prompt(md, MD_EXEC)
    for line in (
        "environment command-completion space false",
        "environment console width 512",
        "environment more false",
    ):
        assert md.output(line) == ""
    md.clean("//environment no more")
    md.clean("edit-config exclusive")
    prompt(md, ROOT)
    md.clean('configure system security pki ca-profile "a b"')
    prompt(md, PATH)
    md.clean("exit all")
    prompt(md, ROOT)
    md.clean("discard", "quit-config")
    prompt(md, MD_EXEC)
    md.send("logout")
    assert md.closed


@pytest.mark.parametrize("mode", ["mixed", "model-driven"])
def test_vrnetlab_prepares_a_router_from_operational_mode(md, configuration_mode, mode):
    """vrnetlab nokia/sros/docker/launch.py saves with /admin save."""
    configuration_mode(mode)
    md.clean("/admin save")


def test_vrnetlab_prepares_a_classic_router(classic, router):
    classic.clean(
        "/configure system name vr-sros",
        "/configure system management-interface configuration-mode mixed",
        "/admin save",
    )
    assert router.node.system_name() == "vr-sros"
