"""Journals replayed: played, recorded, handed out, checked for changes, and run again."""

import io
import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pyte
import pytest
from counting import met

from srpki.core.clock import FrozenClock
from srpki.core.errors import UsageError
from srpki.frontend import console
from srpki.frontend.labs import opened_lab
from srpki.frontend.replaying.again import again
from srpki.frontend.replaying.command import run
from srpki.frontend.replaying.entries import Entry, read, until
from srpki.frontend.replaying.handout import handout
from srpki.frontend.replaying.masks import alike
from srpki.frontend.replaying.playing import play
from srpki.frontend.replaying.recordings import recording

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def entry(second, command, output="", **more):
    at = NOON + timedelta(seconds=second)
    given = {
        "ended": at,
        "at": at,
        "session": 1,
        "user": "admin",
        "mode": "md",
        "prompt": "\n[/]\nA:admin@gw# ",
        "command": command,
        "output": output,
        "ok": True,
        "seconds": 0.25,
    }
    return Entry(**given | more)


TYPED = (
    entry(0, "show time", "Mon Mar  1"),
    entry(1.5, "foo", "MINOR: no\n       ^", ok=False),
    entry(3600, "show version", "x", at=NOON + timedelta(days=30)),
    entry(3601, "logout", session=2, prompt="A:ann@gw# "),
)


def test_it_plays_as_fast_as_it_was_typed_but_for_long_pauses():
    out, clock = io.StringIO(), FrozenClock(NOON)
    play(TYPED, out, clock)
    assert out.getvalue() == (
        "\n[/]\nA:admin@gw# show time\nMon Mar  1\n"
        "\n[/]\nA:admin@gw# foo\nMINOR: no\n       ^\n"
        "\n--- lab time 2027-03-31 12:00:00 UTC ---\n\n[/]\nA:admin@gw# show version\nx\n"
        "\n--- session 2: ann ---\nA:ann@gw# logout\n".replace(": ann", ": admin")
    )
    # keys take 0.04 s each, answers 0.25 s, pauses what they were, 2 s at most
    keys = sum(len(one.command) for one in TYPED) * 0.04
    assert clock.monotonic() == pytest.approx(keys + 4 * 0.25 + 1.25 + 2 + 0.75)


def test_speed_and_steps():
    clock = FrozenClock(NOON)
    play(TYPED[:1], io.StringIO(), clock, speed=4)
    assert clock.monotonic() == pytest.approx((9 * 0.04 + 0.25) / 4)
    out, clock, steps = io.StringIO(), FrozenClock(NOON), iter([True, False])
    play(TYPED, out, clock, go_on=lambda: next(steps))
    assert clock.monotonic() == 0
    assert "Mon Mar" in out.getvalue() and "MINOR" not in out.getvalue()


def test_until_ends_with_the_command_that_is_looked_for():
    assert [one.command for one in until(TYPED, "foo")] == ["show time", "foo"]
    assert len(list(until(TYPED, ""))) == 4


def test_a_recording_is_an_asciicast_that_a_terminal_shows():
    lines = [json.loads(line) for line in recording(TYPED[:2], "T")]
    assert lines[0] == {
        "version": 2,
        "width": 80,
        "height": 30,
        "title": "T",
        "timestamp": int(NOON.timestamp()),
    }
    times = [line[0] for line in lines[1:]]
    assert times == sorted(times) and all(line[1] == "o" for line in met(15, lines[1:]))
    screen = pyte.Screen(80, 30)
    stream = pyte.Stream(screen)
    for _, _, text in lines[1:]:
        stream.feed(text)
    shown = [line.rstrip() for line in screen.display]
    assert shown[1:8] == [
        "[/]",
        "A:admin@gw# show time",
        "Mon Mar  1",
        "",
        "[/]",
        "A:admin@gw# foo",
        "MINOR: no",
    ]


def test_a_hand_out_has_what_was_typed_between_fences_that_hold():
    evil = entry(2, "x", "```\n# no heading\n````\n<script>")
    text = "\n".join(handout((*TYPED[:2], evil, TYPED[2]), "Journal of a_b<c>"))
    assert text.startswith("# Journal of a\\_b\\<c\\>\n\n## 2027-03-01 12:00 UTC, session 1\n")
    blocks = re.findall(r"^(`{3,})text\n(.*?)^\1$", text, re.DOTALL | re.MULTILINE)
    assert [len(fence) for fence, _ in blocks] == [5, 3]
    assert "# no heading" in blocks[0][1] and "A:admin@gw# show time" in blocks[0][1]
    assert "## 2027-03-31 12:00 UTC, session 1" in text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("valid 2027/03/01 12:00:00 UTC", "valid 2026/11/30 01:02:03 UTC"),
        ("Serial    : 5f0c1763d7d4", "Serial : 78004b93ce24987e"),
        ("http://127.0.0.1:40001/pkix/", "http://127.0.0.1:9/pkix/"),
        ("Reference       : ab12", "Reference       : zz99"),
        ("=====\nx   y", "===\nx y"),
        ("ab:cd:ef:01:02:03:04:05:06:07", "00:cd:ef:01:02:03:04:05:06:08"),
    ],
)
def test_what_differs_from_run_to_run_is_alike(one, other):
    assert alike(one) == alike(other)


def test_what_matters_is_not_masked():
    assert alike("rejection (badCertTemplate)") != alike("rejection (badTime)")
    assert alike("Entries found: 2") != alike("Entries found: 3")
    assert alike("state scheduled") != alike("state invalid")


# --- a real journal ------------------------------------------------------------------------------

LESSON = """
lab clock stop
admin system security pki generate-keypair save-path cf3:/gw.key ecdsa-curve secp256r1
admin system security pki import type key format der input-url cf3:/gw.key output-file gw.key
admin system security pki cmpv2 initial-registration ca-profile lab-ca key-to-certify gw.key \
reference {reference} password {secret} subject-dn "C=DE,CN=gw" save-as cf3:/gw.der
admin system security pki import type certificate format der input-url cf3:/gw.der \
output-file gw.crt
nonsense
edit-config private
/configure system security pki certificate-auto-update "gw.crt" key-file-name "gw.key" \
profile "lab-cmp"
commit
quit-config
lab ca fault add kur reject failinfo badTime
lab clock advance 30d
show certificate auto-update "gw.crt"
show log log-id 99 application security
""".strip().splitlines()


def typed(node, lines):
    """Type *lines* at a lab in *node*; return its journal."""
    with opened_lab(node) as (router, lab):
        session = console.console(router, "md")
        server = lab.server
        for line in lines:
            session.feed(line.format(reference=server.reference, secret=server.secret))
        session.close()
    return node / "lab-ca" / "journal"


@pytest.fixture(scope="module")
def journal(tmp_path_factory):
    """The journal of a lesson that was typed in a lab of its own."""
    return typed(tmp_path_factory.mktemp("lesson") / "node", LESSON)


def options(journal, **more):
    given = {"speed": 1e9, "step": False, "until": None, "cast": None, "markdown": None}
    return SimpleNamespace(journal=journal, **given | {"verify": False, "initial": None} | more)


def test_a_lesson_that_is_run_again_comes_out_the_same(journal, capsys):
    assert run(options(journal, verify=True)) == 0
    told = capsys.readouterr()
    assert told.out == f"{len(LESSON)} commands run again, 0 came out otherwise.\n"
    assert told.err == ""


def test_a_journal_is_run_again_on_the_node_that_it_began_with(journal, tmp_path, capsys):
    node = tmp_path / "node"
    shutil.copytree(journal.parent.parent, node)
    (node / "lab-ca" / "journal").unlink()
    shutil.copytree(node, tmp_path / "initial")
    later = typed(node, ["lab clock advance 60d", 'show certificate auto-update "gw.crt"'])
    assert run(options(later, verify=True, initial=tmp_path / "initial")) == 0
    assert capsys.readouterr().out == "2 commands run again, 0 came out otherwise.\n"
    assert run(options(later, verify=True)) == 1  # a new node has no such certificate
    with pytest.raises(UsageError):
        run(options(later, verify=True, initial=tmp_path))


def test_the_variables_of_a_script_are_those_of_the_copy_and_others_are_not_known(journal):
    entries = list(read(journal).entries)
    place = next(n for n, one in enumerate(entries) if "initial-registration" in one.command)
    command = re.sub(
        r"reference \S+ password \S+",
        "reference ${lab.reference} password ${lab.secret}",
        entries[place].command,
    )
    entries[place] = entries[place]._replace(command=command)
    entries.append(entries[0]._replace(command="echo ${other}"))
    found = again(entries, None)
    assert (found.differences, found.skipped) == ((), (len(LESSON) + 1,))


def test_what_comes_out_otherwise_is_told(journal):
    entries = list(read(journal).entries)
    place = next(n for n, one in enumerate(entries) if one.command == "nonsense")
    entries[place] = entries[place]._replace(ok=True)
    last = entries[-2]
    entries[-2] = last._replace(output=last.output.replace("gw.key", "other.key"))
    entries.append(last._replace(command="configure x password ********"))
    found = again(entries, None)
    assert [one.number for one in found.differences] == [place + 1, len(LESSON) - 1]
    assert found.differences[0].lines == ("it fails",)
    assert any("other.key" in line for line in found.differences[1].lines)
    assert found.skipped == (len(LESSON) + 1,)


def test_a_line_that_was_changed_is_told_and_fails_the_check(journal, tmp_path, capsys):
    copy = tmp_path / "journal"
    lines = journal.read_text().splitlines()
    lines[5] = lines[5].replace("nonsense", "nonsemse")
    copy.write_text("\n".join(lines) + "\n")
    assert run(options(copy, until="edit-config")) == 0
    told = capsys.readouterr()
    assert told.err == f"srpki: {copy}: line 6 was changed, or lines before it are missing\n"
    assert "nonsemse" in told.out and "auto-update" not in told.out


def test_files_are_written_and_what_cannot_be_is_said(journal, tmp_path, capsys):
    cast, page = tmp_path / "a.cast", tmp_path / "a.md"
    assert run(options(journal, cast=cast, markdown=page)) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(cast.read_text().splitlines()[0])["version"] == 2
    assert "lab clock advance 30d" in page.read_text()
    with pytest.raises(UsageError):
        run(options(journal, cast=tmp_path / "no" / "a.cast"))
    for wrong in (0, -1, float("nan"), float("inf")):
        with pytest.raises(UsageError):
            run(options(journal, speed=wrong))


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b"\xff\xfe\n", b'{"time": 5}\n', b"[" * 100_000, b"\0" * 100]
)
def test_what_is_no_journal_is_refused(tmp_path, content):
    path = tmp_path / "journal"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        read(path)
    with pytest.raises(UsageError):
        read(tmp_path / "missing")


@pytest.mark.parametrize(
    "change",
    [
        {"seconds": float("nan")},
        {"seconds": float("inf")},
        {"seconds": -1},
        {"seconds": "1"},
        {"lab-time": "0001-01-01T00:00:00+00:00"},
        {"lab-time": "9999-12-31T23:59:59+00:00"},
        {"time": "2027-03-01T12:00:00"},
        {"session": float("inf")},
    ],
)
def test_a_line_that_says_what_cannot_be_is_passed_over(tmp_path, journal, change):
    good = json.loads(journal.read_text().splitlines()[0])
    path = tmp_path / "journal"
    path.write_text(f"{json.dumps({**good, **change})}\n{json.dumps(good)}\n")
    assert [one.command for one in read(path).entries] == ["lab clock stop"]


def test_what_a_journal_holds_moves_no_cursor(tmp_path, journal):
    line = json.loads(journal.read_text().splitlines()[0])
    evil = "\x1b[2J\u202e\r\b"
    path = tmp_path / "journal"
    path.write_text(json.dumps({**line, "command": evil, "output": evil, "prompt": evil}) + "\n")
    out = io.StringIO()
    play(read(path).entries, out, FrozenClock(NOON))
    assert set(out.getvalue()) <= set("?[2J\n")
