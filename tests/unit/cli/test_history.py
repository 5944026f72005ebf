"""What is remembered of what was typed, and how it comes back [cli.md 1.6, 1.7 and 3.1]."""

import pytest

from srpki.cli import walker
from srpki.cli.md import cli
from srpki.cli.session import Session

MASK = "********"
IMPORT = (
    "admin system security pki import type key format pem"
    ' input-url "cf3:/k.pem" output-file k.key password {}'
)
CMP_IR = (
    "admin system security pki cmpv2 initial-registration ca-profile ca key-to-certify k.key"
    " password {} reference {} subject-dn CN=gw save-as cf3:/gw.crt"
)


def listed(typist):
    return [line[5:] for line in typist("history").splitlines()]


def test_history_lists_what_was_typed_but_not_answers(md):
    md("configure private", "system name x")
    md("exit all")
    md("y", "pwc")
    assert md("history").splitlines() == [
        "   1 configure private",
        "   2 system name x",
        "   3 exit all",
        "   4 pwc",
        "   5 history",
    ]


def test_numbers_stay_when_only_the_last_commands_are_listed(md, classic):
    md("environment history size 2", "pwc")
    assert md("history") == "   2 pwc\n   3 history"
    md("environment history size 0")
    assert md("history") == ""
    classic(*["pwc"] * 40)
    lines = classic("history").splitlines()
    assert (len(lines), lines[0], lines[-1]) == (30, "  12 pwc", "  41 history")


def test_a_thousand_commands_are_remembered_and_no_more(md):
    md("environment history size 1000", *["pwc"] * 1000)
    lines = md("history").splitlines()
    assert (len(lines), lines[0]) == (1000, "   3 pwc")


@pytest.mark.parametrize("recall", ["!2", "!!", "!show ti", "!s", "  !2  "])
def test_a_command_is_recalled_by_number_by_its_beginning_or_as_the_last(md, device, recall):
    md("pwc", "show time")
    device.calls.clear()
    assert md(recall) == "A:admin@node-2# show time\nshow.time"
    assert device.calls == [("show.time", {})]
    assert listed(md) == ["pwc", "show time", "show time", "history"]


def test_a_recalled_command_is_shown_behind_the_prompt_that_it_runs_at(classic):
    classic("configure system")
    classic("security", "exit all", "configure system")
    assert classic("!2") == "A:node-2>config>system# security"
    assert classic.prompt == "A:node-2>config>system>security# "


def test_the_carets_of_a_recalled_command_stand_under_it(md):
    md.refused("show tt")
    echoed, carets, _ = md.refused("!!").splitlines()
    assert echoed.index("tt") == carets.index("^^")


@pytest.mark.parametrize("recall", ["!7", "!nothing", "!", "!!", "!²"])
def test_what_is_not_remembered_is_told(md, classic, recall):
    assert md.refused(recall) == (
        f"MINOR: CLI #2005: Error while processing command - no command '{recall}' in the history"
    )
    assert classic.refused(recall) == f"MINOR: CLI No command '{recall}' in the history."
    assert listed(md) == ["history"]


def test_recall_can_be_switched_off_and_never_runs_in_circles(md):
    md("environment history recall false")
    assert md.message("!!") == "MINOR: MGMT_CORE #2201: Unknown element - '!!'"
    md("environment history recall true")
    assert md("!!") == "A:admin@node-2# environment history recall true"
    assert md.message("!2").endswith("Unknown element - '!!'")


@pytest.mark.parametrize("word", ["hunter2", '"hunter2 with blanks"', "TOKEN"])
def test_passwords_are_masked_whatever_becomes_of_the_line(md, word):
    for ending in ("", " bogus", " |"):
        md.session.feed(CMP_IR.format(word, "r1") + ending)
        assert listed(md)[-2] == CMP_IR.format(MASK, "r1") + ending


@pytest.mark.parametrize("word", ["x" * 33, '"hunter2', '""'])
def test_a_password_that_is_refused_is_masked_too(md, word):
    md.refused(IMPORT.format(word))
    assert listed(md)[-2] == IMPORT.format(MASK)


@pytest.mark.parametrize("word", ["password", "passw", "pass"])
def test_a_slip_before_the_password_does_not_keep_it(md, word):
    line = f"admin system security pki imoprt type key {word} {{}} input-url cf3:/k"
    md.refused(line.format("hunter2"))
    assert listed(md)[-2] == line.format(MASK)
    md.refused("bogus passes hunter2")
    assert listed(md)[-2] == "bogus passes hunter2"


def test_secrets_of_the_configuration_are_masked_in_both_clis(md, classic):
    line = "/configure system security pki ca-profile ca cmpv2 key-list key r1 password {}"
    md("edit-config private", line.format("hunter2"))
    assert listed(md)[1] == line.format(MASK)
    line = "configure system security pki ca-profile ca create cmpv2 key-list key {} reference r1"
    classic.session.feed(line.format("hunter2"))
    assert "hunter2" not in classic("history")
    assert MASK in classic("history")
    md.session.feed("//" + line.format("hunter2"))
    assert "hunter2" not in md("history")


def test_a_sealed_secret_can_be_recalled_but_a_masked_one_cannot(md):
    line = "/configure system security pki ca-profile ca cmpv2 key-list key r1 password {}"
    md("edit-config private", line.format('"token hash2"'))
    assert md("!!").endswith(line.format('"token hash2"'))
    md(line.format("hunter2"))
    assert md.refused("!!").endswith("held a secret, which is not remembered: type it again")


def test_the_other_cli_is_asked_what_is_secret_in_its_lines(device):
    session = Session(device)
    line = "//admin certificate import type key format pem input cf3:/k output k password hunter2"
    assert session.masked(line).endswith(f"password {MASK}")
    assert session.masked("  //pwc") == "  //pwc"


@pytest.mark.parametrize("line", ["show time", "  " + IMPORT.format("x"), "show versoin", "# x"])
def test_a_line_is_cut_and_walked_once_although_it_is_masked(md, monkeypatch, line):
    cut, steps = [], []
    lexer, step = cli.lex_md, walker._step
    monkeypatch.setattr(cli, "lex_md", lambda text: cut.append(text) or lexer(text))
    monkeypatch.setattr(walker, "_step", lambda *given: steps.append(given) or step(*given))
    md.session.feed(line)
    assert cut == [line]
    assert len(steps) <= len(lexer(line))
    assert steps or line == "# x"


def test_space_after_each_word_walks_no_word_twice(md, monkeypatch):
    steps = []
    step = walker._step
    monkeypatch.setattr(walker, "_step", lambda *given: steps.append(given) or step(*given))
    line = IMPORT.format("x")
    words = line.split()
    for number in range(1, len(words) + 1):
        md.session.expand(" ".join(words[:number]))
    md.session.feed(line)
    assert len(steps) == len(words)
