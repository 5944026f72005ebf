"""The command sequences of NAPALM, unicon and oxidized [cli.md sections 4.4 and 4.5]."""

import re
from datetime import timedelta

import pytest
from counting import met

NAPALM_PROMPT = r"[\r\n]*\!?\*?(\((ex|gl|pr|ro)\))?\[.*\][\r\n]+[ABCD]\:\S+\@\S+\#\s$"


# --- napalm-sros 1.0.2, sros.py -------------------------------------------------------------------


def napalm(md, *lines):
    """_perform_cli_commands: read until the prompt after each line, return everything."""
    shown = ""
    for line in lines:
        shown += md.send(line)
        assert re.search(NAPALM_PROMPT, shown)
    return shown


def napalm_errors(shown):
    """What load_merge_candidate, commit_config and rollback raise for."""
    lines = [line for line in shown.split("\n") if "MINOR: CLI #2069" not in line]
    pattern = r"Error: .*|(MINOR|MAJOR|CRITICAL): .*"
    return [line for line in lines if re.search(pattern, line)]


EDIT = ("/configure system security pki dynamic-ca true", "/configure system name r1")


def test_napalm_merges_compares_and_commits(md, router):
    assert not napalm_errors(napalm(md, "edit-config exclusive", *EDIT))
    assert "+" in napalm(md, "/environment more false", "compare")
    assert not napalm_errors(napalm(md, "commit"))
    assert router.node.system_name() == "r1"


def test_napalm_replaces_and_discards(md, router):
    before = router.node.datastore.running
    assert not napalm_errors(napalm(md, "edit-config exclusive", "delete configure", *EDIT))
    assert not napalm_errors(napalm(md, "discard"))
    assert router.node.datastore.running == before


def test_napalm_rolls_back(md, router, configuration_mode):
    configuration_mode("model-driven")
    assert not napalm_errors(napalm(md, "edit-config exclusive", *EDIT, "commit"))
    shown = napalm(md, "exit all")
    shown = napalm(md, "/quit-config", "/configure exclusive", "rollback 1", "commit", "exit")
    assert not napalm_errors(shown)
    assert router.node.system_name() == "srpki"


def test_napalm_gets_the_configurations(md):
    shown = napalm(md, "admin show configuration | no-more")
    assert not napalm_errors(shown)
    assert re.search(r"^configure \{\r?$", shown, re.MULTILINE)
    shown = napalm(md, "edit-config read-only", "info | no-more", "quit-config")
    assert not napalm_errors(shown)


# --- unicon.plugins 26.9, sros --------------------------------------------------------------------

DISCARD = r"Discard uncommitted changes\? \[y,n\]"


def to_root(terminal):
    """return_to_cli_root: Ctrl-Z, and ``y`` to the question."""
    shown = terminal.control_z()
    if re.search(DISCARD, shown):
        terminal.send("y")
    assert not terminal.asking


@pytest.mark.parametrize("mode", ["private", "exclusive", "global"])
def test_unicon_configures_by_the_md_cli(md, router, mode):
    md.clean("environment console length 512", "environment console width 512")
    to_root(md)
    md.clean(f"configure {mode}", "system name r1", "/configure system security pki", "commit")
    to_root(md)
    assert md.read_first().startswith("\r\n[/]")
    assert router.node.system_name() == "r1"


def test_unicon_gives_up_edits_that_were_not_committed(md, router):
    md.clean("configure private", "system name r1", "system security pki")
    shown = md.control_z()
    assert md.asking
    assert re.search(DISCARD, shown)
    assert "WARNING: CLI #2073" in md.send("y")
    assert md.read_first().startswith("\r\n[/]")
    assert router.node.system_name() == "srpki"


def test_unicon_configures_by_the_classic_cli(classic, router):
    classic.clean("environment no more", "environment no saved-ind-prompt")
    to_root(classic)
    for word in ("co", "conf", "configure"):
        classic.clean(word, "system name r1", "system security pki")
        to_root(classic)
    assert classic.read_first() == "A:r1# "
    assert router.node.system_name() == "r1"


def test_unicon_switches_between_the_engines(classic):
    assert "[/]" in classic.clean("//")
    assert classic.clean("//").endswith("A:srpki# ")


# --- oxidized, lib/oxidized/model/sros.rb and srosmd.rb -------------------------------------------

OXIDIZED_MD = (
    "show system information",
    "show card state",
    "show chassis",
    "file show bootlog.txt",
    "admin show configuration debug full-context",
    "file show config.dbg",
    "admin show configuration configure | match persistent-indices post-lines 10000",
    "admin show configuration bof full-context",
    "admin show configuration configure full-context",
)
OXIDIZED_CLASSIC = (
    "show bof",
    "show system information",
    "show card state",
    "show chassis",
    "file type bootlog.txt",
    "show debug",
    "file type config.dbg",
    "admin display-config index",
    "admin display-config",
)


def collected(terminal, lines):
    """Return what oxidized would keep: without times, uptime, the echo and the prompt."""
    kept = []
    for line in met(7, lines):
        shown = terminal.send(line)
        assert re.search(r"^([-\w@.:>*]+\s?[#>]\s?)$", shown.replace("\r", ""), re.MULTILINE)
        shown = re.sub(r"# (Finished|Generated) .*|System Up Time.*\n", "", shown)
        kept.append(shown.replace("\r", ""))
    return kept


@pytest.mark.parametrize(
    ("dialect", "start", "lines"),
    [
        ("md", "environment more false", OXIDIZED_MD),
        ("classic", "environment no more", OXIDIZED_CLASSIC),
    ],
)
def test_oxidized_collects_the_same_an_hour_later(request, router, dialect, start, lines):
    """What this node does not have is refused, and kept as a comment that does not change."""
    terminal = request.getfixturevalue(dialect)
    terminal.clean(start)
    first = collected(terminal, lines)
    router.node.clock.advance(timedelta(hours=1))
    assert collected(terminal, lines) == first
    terminal.send("logout")
    assert terminal.closed


def test_oxidized_collects_the_configuration_in_full_context(md):
    md.clean("configure private", "system name r1", "commit", "exit all")
    shown = md.output("admin show configuration configure full-context")
    assert '/configure system name "r1"' in shown


def test_oxidized_collects_the_classic_configuration(classic):
    classic.clean("/configure system name r1")
    assert 'name "r1"' in classic.output("admin display-config")
