"""``srpki rehearse`` as a program: options, status, and what it prints."""

import io
import json
import re
import signal
import socket
import sys
from datetime import timedelta

import pytest
from rehearsed import configuration, entry, profile

from srpki.frontend import streams
from srpki.frontend.program import main
from srpki.rehearsal.run import rehearse

FROM = ("--from", "2027-01-01")
LIFE = ("--ca-life", "90d")


@pytest.fixture
def router(tmp_path):
    """A configuration with one certificate, that is renewed a day before it expires."""
    path = tmp_path / "router.cfg"
    path.write_text(configuration(profile("p", "cmpv2 lab"), entry("gw", "p")))
    return str(path)


def rehearsed(capsys, *arguments):
    status = main(["rehearse", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_what_stays_valid_ends_with_0(router, capsys):
    status, found = rehearsed(capsys, router, *FROM, *LIFE, "--for", "100d")
    (course,) = found["courses"]
    assert (status, found["gap"], found["complete"], found["by"]) == (0, False, True, "engine")
    assert [one["at"] for one in course["renewals"]] == ["2027-03-31T00:00:00Z"]
    assert (course["margin"], course["failures"], course["gaps"]) == (86400, 0, [])


def test_a_gap_ends_with_1_and_says_from_when_to_when_and_why(router, capsys):
    outage = "lab:2027-03-30..2027-04-02"
    status, found = rehearsed(capsys, router, *FROM, *LIFE, "--outage", outage)
    (gap,) = found["courses"][0]["gaps"]
    assert (status, found["gap"]) == (1, True)
    assert (gap["start"], gap["end"]) == ("2027-04-01T00:00:00Z", None)
    assert f"outage ({outage})" in gap["why"]
    assert any("half of the life that is left" in one["fidelity"] for one in found["assumptions"])


def test_each_option_has_its_effect(router, tmp_path, capsys):
    _, plain = rehearsed(capsys, router, *FROM)
    _, shorter = rehearsed(capsys, router, *FROM, "--for", "10d", "--ca-life", "2d")
    assert len(shorter["courses"][0]["renewals"]) > len(plain["courses"][0]["renewals"])
    ahead = rehearsed(capsys, router, *FROM, *LIFE, "--clock-skew", "2m")[1]["courses"][0]
    assert ahead["renewals"][0]["not-before"] == "2027-03-31T00:02:00Z"
    text = "random 5 per 10d for 1d"
    one, two = (
        rehearsed(capsys, router, *FROM, *LIFE, "--outage", text, "--seed", seed)[1]["courses"][0]
        for seed in ("3", "4")
    )
    assert one["failures"] != two["failures"]
    pictures = [tmp_path / "report.svg", tmp_path / "report.html"]
    main(["rehearse", router, *FROM, *LIFE, "--svg", str(pictures[0]), "--html", str(pictures[1])])
    for picture in pictures:
        assert 'class="mark-renewed"' in picture.read_text()
        assert "gw.crt" in picture.read_text()
    capsys.readouterr()
    assert main(["rehearse", router, "--tries", "0"]) == 2
    assert main(["rehearse", router, "--margin", "soon"]) == 2
    assert main(["rehearse", router, "--certificates", str(tmp_path / "none")]) == 2


def test_wrong_use_ends_with_2_and_what_cannot_be_judged_with_3(router, tmp_path, capsys):
    assert main(["rehearse", router, "--outage", "every funday 00:00-06:00"]) == 2
    assert "column 7: a day is missing" in capsys.readouterr().err
    assert main(["rehearse", router, "--outage", "nobody:every day 00:00-06:00"]) == 2
    assert 'column 1: there is no profile "nobody"' in capsys.readouterr().err
    assert main(["rehearse", str(tmp_path / "absent.cfg")]) == 2
    broken = tmp_path / "broken.cfg"
    broken.write_text("configure {\n system {\n")
    assert main(["rehearse", str(broken)]) == 3
    broken.write_bytes(b"\xff\xfe\x00")
    assert main(["rehearse", str(broken)]) == 3
    broken.write_text('configure {\n system { name "r1" }\n}\n')
    assert main(["rehearse", str(broken)]) == 3
    assert "nothing in it concerns certificates - name" in capsys.readouterr().err
    assert main(["rehearse", "-", "--against", "-"]) == 2
    assert "standard input is one configuration - name a file" in capsys.readouterr().err


def test_no_packet_leaves_not_even_to_loopback(router, capsys, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket is opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    status, found = rehearsed(capsys, router, *FROM, *LIFE)
    assert (status, len(found["courses"][0]["renewals"])) == (0, 4)


class Terminal(io.StringIO):
    """Output to a terminal; its size is that of the environment."""

    def isatty(self):
        return True


def test_on_a_narrow_terminal_each_certificate_has_one_line(router, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    assert main(["rehearse", router, *FROM, *LIFE]) == 0
    lines = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).splitlines()
    assert max(map(len, lines)) <= 80
    (row,) = [line for line in lines if line.startswith("gw.crt ")]
    assert row.split()[1:5] == ["2027-03-31", "2027-12-23", "4", "0"]


def test_ctrl_c_gives_what_is_known_so_far(router, capsys, monkeypatch):
    def rehearse_and_interrupt(material, terms, *, tell):
        def told(at, count):
            if at > terms.start + timedelta(days=100):
                signal.raise_signal(signal.SIGINT)
            tell(at, count)

        return rehearse(material, terms, tell=told)

    monkeypatch.setattr("srpki.frontend.rehearsing.rehearse", rehearse_and_interrupt)
    before = signal.signal(signal.SIGINT, streams.end_at_once)  # as the program begins
    try:
        status, found = rehearsed(capsys, router, *FROM, *LIFE)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (status, found["complete"], found["gap"]) == (3, False, False)
    assert found["reached"] < "2027-04-20"
    assert [one["at"] for one in found["courses"][0]["renewals"]] == ["2027-03-31T00:00:00Z"]


def test_progress_is_shown_at_a_terminal_and_nowhere_else(router, capsys, monkeypatch):
    main(["rehearse", router, *FROM, "--json"])
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    main(["rehearse", router, *FROM, "--json"])
    told = capsys.readouterr().err
    assert "2027-01-03    0%  0 updates" in told
    assert told.endswith("\r\x1b[K")


def test_people_are_told_in_words_and_names_are_text(tmp_path, capsys):
    name = "[bold]x[red]"
    path = tmp_path / "rou\u202eter.cfg"
    path.write_text(configuration(profile("p", "cmpv2 lab"), entry(name, "p")))
    assert main(["rehearse", str(path), *FROM, *LIFE]) in (0, 1)
    shown = capsys.readouterr().out
    assert "[bold]x[red].crt" in shown
    assert "\u202e" not in shown
    assert "\x1b" not in shown
