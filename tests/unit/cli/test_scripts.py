"""``exec``: files of lines run through the session [cli.md 1.4]."""

import pytest

from srpki.cli import scripts

EXECUTED = 'Executed {} lines in 0.0 seconds from file "cf3:\\{}"'
STOPPED = "MINOR: CLI #2005: Error while processing command - stopped at line {} of file {}"


PROCESSED = [
    "Pre-processing configuration file (V0v0)...",
    "Completed processing 3 lines in 0.0 seconds",
]
"""As published transcripts of SR OS 25.3 have it."""


@pytest.fixture
def write(device):
    """Put lines into a file on the flash."""

    def put(name, *lines):
        device.files.files[f"cf3:\\{name}"] = "".join(f"{line}\n" for line in lines).encode()

    return put


def test_a_file_runs_as_if_it_were_typed(md, write):
    write("s", "# a comment", "", "edit-config private", "  /configure {", "  system {")
    write("t", 'name "gw"', "}", "}", "show time", "compare", "commit", "quit-config")
    assert md("exec cf3:/s").splitlines() == [
        "INFO: CLI #2070: Entering private configuration mode",
        "INFO: CLI #2061: Uncommitted changes are discarded on configuration mode exit",
        EXECUTED.format(5, "s"),
    ]
    assert md('exec "cf3:\\t"').splitlines() == [
        "show.time",
        "    configure {",
        "+       system {",
        '+           name "gw"',
        "+       }",
        "    }",
        "INFO: CLI #2074: Exiting private configuration mode",
        EXECUTED.format(7, "t"),
    ]
    assert md.prompt == "\n[/]\nA:admin@gw# "


def test_lines_are_counted_as_rollback_counts_them(md, write):
    write("long", *["pwc"] * 1620)
    assert md("exec cf3:/long | match Executed") == EXECUTED.format("1,620", "long")


@pytest.mark.parametrize("content", [b"pwc\r\npwc", b"pwc\npwc\n"])
def test_lines_end_as_on_any_machine(md, device, content):
    device.files.files["cf3:\\s"] = content
    assert md("exec cf3:/s").endswith(EXECUTED.format(2, "s"))


def test_an_empty_file_runs(md, write):
    write("s")
    assert md("exec cf3:/s") == EXECUTED.format(0, "s")


def test_the_first_error_ends_it_and_is_shown_under_its_line(md, device, write):
    write("s", "pwc", "show tt", "show time")
    assert md.refused("exec cf3:/s").splitlines() == [
        "Present Working Context:",
        "/",
        "A:admin@node-2# show tt",
        "                     ^^",
        "MINOR: MGMT_CORE #2201: Unknown element - 'tt'",
        STOPPED.format(2, '"cf3:\\s"'),
    ]
    assert device.calls == []


def test_the_first_error_ends_it_in_the_classic_cli_too(classic, write):
    write("s", "configure system", "bogus", 'name "x"')
    assert classic.refused("exec cf3:/s").splitlines() == [
        *PROCESSED,
        "A:node-2>config>system# bogus",
        "                        ^",
        "Error: Bad command.",
        'MINOR: CLI Stopped at line 2 of file "cf3:\\s".',
    ]
    assert classic.prompt == "A:node-2>config>system# "


def test_the_classic_cli_frames_the_output_of_a_file(classic, write):
    write("s", "configure", "system", "info | count")
    assert classic("exec cf3:/s").splitlines() == [
        *PROCESSED,
        "Count: 8 lines",
        "Executed 3 lines in 0.0 seconds from file cf3:\\s",
    ]


def test_a_file_may_change_the_cli_and_stays_there(md, write):
    write("s", "//", "configure system", "//pwc", "environment no saved-ind-prompt")
    text = md("exec cf3:/s")
    assert text.splitlines()[0] == "INFO: CLI #2051: Switching to the classic CLI engine"
    assert text.endswith(EXECUTED.format(4, "s"))
    assert md.prompt == "A:node-2>config>system# "


def test_a_question_takes_the_next_line(md, write):
    write("s", "configure private", "system name x", "exit all", "y", "pwc")
    assert "WARNING: CLI #2073" in md("exec cf3:/s")
    assert md.context == "[/]"


def test_a_question_at_the_end_is_left_to_the_operator(md, write):
    write("s", "configure private", "system name x", "exit all")
    answer = md.session.feed("exec cf3:/s")
    assert answer.question == "Discard uncommitted changes? [y,n] "
    md("n")
    assert md.context == "*[pr:/configure]"


def test_logout_in_a_file_ends_the_session(md, write):
    write("s", "logout", "show time")
    assert md.session.feed("exec cf3:/s").closed


def test_files_may_run_files_but_not_without_end(md, write):
    write("outer", "exec cf3:/inner", "show time")
    write("inner", "pwc")
    assert md("exec cf3:/outer").splitlines() == [
        "Present Working Context:",
        "/",
        EXECUTED.format(1, "inner"),
        "show.time",
        EXECUTED.format(2, "outer"),
    ]
    write("itself", "exec cf3:/itself")
    text = md.refused("exec cf3:/itself")
    assert STOPPED.format(1, '"cf3:\\itself"') + ": more than 8 files run" in text
    assert text.splitlines().count("A:admin@node-2# exec cf3:/itself") == scripts.DEPTH
    assert md("pwc")


def test_lines_and_output_are_bounded_over_all_files(md, write, monkeypatch):
    write("s", *["pwc"] * 6)
    write("twice", "exec cf3:/s", "exec cf3:/s")
    monkeypatch.setattr(scripts, "LINES", 10)
    assert ": more than 10 lines" in md.refused("exec cf3:/twice")
    assert md("exec cf3:/s")
    monkeypatch.setattr(scripts, "OUTPUT", 50)
    assert ": more than 50 characters of output" in md.refused("exec cf3:/s")


def test_control_c_stops_before_the_next_line(md, device, write):
    run = device.run

    def interrupted(operation, inputs, *how):
        md.session.interrupt()
        return run(operation, inputs)

    device.run = interrupted
    write("s", "show time", "show version")
    assert md.refused("exec cf3:/s") == (
        "show.time\n" + STOPPED.format(2, '"cf3:\\s"') + ": interrupted"
    )
    assert [name for name, _ in device.calls] == ["show.time"]
    device.run = run
    assert md("exec cf3:/s")


def test_a_file_that_cannot_be_run_is_told_in_the_words_of_the_dialect(md, classic, device):
    device.files.files["cf3:\\binary"] = b"\xff\xfe"
    assert md.refused("exec cf3:/none") == (
        'MINOR: MGMT_AGENT #2007: Operation failed - file "cf3:\\none" does not exist'
    )
    assert classic.refused("exec cf3:/none") == 'MINOR: CLI file "cf3:\\none" does not exist'
    assert '"cf3:\\binary" is not UTF-8 text' in md.refused("exec cf3:/binary")
    assert md.message("exec") == "MINOR: CLI #2001: Missing element value - 'url'"


def test_a_line_that_fails_is_shown_without_its_secrets(md, write):
    write(
        "s",
        "admin system security pki import type key format pem"
        " input-url cf3:/k output-file k password hunter2 bogus",
    )
    text = md.refused("exec cf3:/s")
    assert "password ******** bogus" in text
    assert "hunter2" not in text


def test_only_what_was_typed_is_in_the_history(md, write):
    write("s", "pwc")
    md("exec cf3:/s")
    assert md("history").splitlines() == ["   1 exec cf3:/s", "   2 history"]
