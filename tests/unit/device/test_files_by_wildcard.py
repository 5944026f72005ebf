"""Wildcards and the working directory of ``file``, in both CLIs [observed-2.md 12].

What ``*`` and ``?`` stand for: the basic system configuration guide of the 7750 SR. The question
for each file that a wildcard removes: decided, after the classic CLI's guide.
"""

import fnmatch

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.device.wildcards import MATCHES, wildcard

WORDS = {
    "md": {"list": "list", "cd": "change-directory", "remove": "remove", "show": "show"},
    "classic": {"list": "dir", "cd": "cd", "remove": "delete", "show": "type"},
}


class Typist:
    """A session of one CLI that has come to a directory of its own."""

    def __init__(self, bench, cli, name):
        self.session = Session(bench.router, dialect=cli)
        self.words = WORDS[cli]
        self.bench, self.cli, self.name = bench, cli, name
        self.path = bench.cf3 / name
        self.path.mkdir()
        self.do("/file", f"cd {name}")

    def line(self, command):
        word, *rest = command.split(" ", 1)
        return " ".join((self.words.get(word, word), *rest))

    def feed(self, command):
        return self.session.feed(self.line(command))

    def do(self, *commands):
        for command in met(1, commands):
            answer = self.feed(command)
            assert answer.ok, answer.text
            assert answer.question is None
        return answer.text

    def refused(self, command):
        answer = self.feed(command)
        assert not answer.ok
        return answer.text

    def make(self, *names):
        for name in names:
            (self.path / name).write_text(f"content of {name}\n")

    def listed(self, url=""):
        """The names that a listing shows, in order."""
        rows = self.do(f"list {url}".strip()).splitlines()
        return [row.split()[-1] for row in rows if row[2:3] == "/"]


@pytest.fixture(params=["md", "classic"])
def typist(request, bench, fresh):
    found = Typist(bench, request.param, fresh)
    yield found
    found.session.close()


# --- the working directory ---


def test_the_prompt_shows_the_working_directory(typist):
    prompt = typist.session.prompt
    if typist.cli == "md":
        assert prompt.splitlines()[-2] == f'[/file "cf3:\\{typist.name}"]'
        typist.do("change-directory ..")
        assert typist.session.prompt.splitlines()[-2] == '[/file "cf3:\\"]'
    else:
        assert prompt.endswith(f">file cf3:\\{typist.name} # ")
        typist.do("cd ..")
        assert typist.session.prompt.endswith(">file cf3:\\ # ")


def test_names_are_relative_to_the_working_directory(typist):
    typist.make("a.txt")
    (typist.path / "in").mkdir()
    assert typist.listed() == ["./", "../", "a.txt", "in/"]
    typist.do("copy a.txt in", "cd in")
    assert typist.listed() == ["./", "../", "a.txt"]
    typist.do("move a.txt ..\\b.txt")
    assert (typist.path / "b.txt").read_text() == "content of a.txt\n"
    typist.do(f"copy cf3:\\{typist.name}\\b.txt .")
    assert typist.listed("..\\*.txt") == ["a.txt", "b.txt"]
    assert typist.listed(f"\\{typist.name}\\in\\*") == ["b.txt"]
    assert typist.do("cd") == f"cf3:\\{typist.name}\\in"
    typist.do("cd ../..")
    assert typist.do("cd") == "cf3:\\"
    typist.refused("cd ..")


def test_the_working_directory_must_be_there_and_outlives_the_context(typist):
    assert "does not exist" in typist.refused("cd nowhere")
    typist.make("a.txt")
    assert "does not exist" in typist.refused("cd a.txt")
    typist.do("exit all")
    listed = typist.session.feed(f"file {typist.words['list']}")
    assert "a.txt" in listed.text
    other = Session(typist.bench.router, dialect=typist.cli)
    assert "a.txt" not in other.feed(f"file {typist.words['list']}").text
    other.close()


def test_nothing_leads_out_of_the_flash(typist):
    for url in ("..\\..\\..\\state\\chassis.key", "cf3:\\..\\..\\state\\chassis.key"):
        assert "begins with a dot" in typist.refused(f"show {url}")
    assert typist.refused("copy cf3:\\..\\state\\* .")
    assert not list(typist.path.iterdir())


def test_a_shown_file_is_headed_by_its_base_name(typist):
    typist.make("a.txt")
    assert typist.do("show a.txt").splitlines()[0] == "File: a.txt"
    assert typist.do(f"show cf3:\\{typist.name}\\a.txt").splitlines()[0] == "File: a.txt"


def test_tab_offers_what_lies_in_the_working_directory(typist):
    typist.make("a.txt", "b.txt")
    (typist.path / "in").mkdir()
    (typist.path / "in" / "c.txt").write_text("c")
    offered = [offer.text for offer in typist.session.complete(typist.line("show "))]
    assert [text for text in offered if "." in text] == ["a.txt", "b.txt"]
    deeper = [offer.text for offer in typist.session.complete(typist.line("show in\\"))]
    assert deeper == ["in\\c.txt"]


# --- wildcards ---


def test_a_listing_shows_what_matches(typist):
    typist.make("test.pcap", "test.pcap.1", "best.pcap", "test")
    (typist.path / "testing").mkdir()
    text = typist.do("list test*")
    assert "Directory of cf3:" in text
    assert "3 File(s)" in text and "1 Dir(s)" in text
    assert typist.listed("test*") == ["test", "test.pcap", "test.pcap.1", "testing/"]
    assert typist.listed("?est.p*") == ["best.pcap", "test.pcap", "test.pcap.1"]
    assert typist.listed("test.pcap.?") == ["test.pcap.1"]
    assert "File Not Found" in typist.refused("list *.none")


def test_a_copy_takes_all_that_match_into_a_directory(typist):
    typist.make("a.cfg", "b.cfg", "c.txt")
    (typist.path / "to").mkdir()
    text = typist.do("copy *.cfg to")
    assert text.splitlines() == [
        f"Copying file cf3:\\{typist.name}\\a.cfg ... OK",
        f"Copying file cf3:\\{typist.name}\\b.cfg ... OK",
        "2 files copied.",
    ]
    assert sorted(path.name for path in (typist.path / "to").iterdir()) == ["a.cfg", "b.cfg"]
    assert "does not exist" in typist.refused("copy *.cfg d.cfg")
    assert not (typist.path / "d.cfg").exists()


def test_a_copy_by_wildcard_overwrites_nothing_without_force(typist):
    typist.make("a.cfg", "b.cfg")
    (typist.path / "to").mkdir()
    (typist.path / "to" / "b.cfg").write_text("mine")
    assert "exists already" in typist.refused("copy *.cfg to")
    assert [path.name for path in (typist.path / "to").iterdir()] == ["b.cfg"]
    typist.do("copy *.cfg to force")
    assert (typist.path / "to" / "b.cfg").read_text() == "content of b.cfg\n"


def test_each_file_is_asked_for_before_it_is_removed(typist):
    typist.make("a.log", "b.log", "c.log", "d.txt")
    (typist.path / "e.log").mkdir()
    sign = "[y,n] " if typist.cli == "md" else "(y/n)? "
    answer = typist.feed("remove *.log")
    assert "a.log" in answer.question and answer.question.endswith(sign)
    answer = typist.session.feed("y")
    assert answer.text == f"Deleting file cf3:\\{typist.name}\\a.log ... OK"
    assert "b.log" in answer.question
    answer = typist.session.feed("perhaps")
    assert "b.log" in answer.question
    answer = typist.session.feed("n")
    assert "c.log" in answer.question
    answer = typist.session.feed("y")
    assert answer.question is None
    assert sorted(path.name for path in typist.path.iterdir()) == ["b.log", "d.txt", "e.log"]


def test_force_removes_all_that_match_unasked(typist):
    typist.make("a.log", "b.log", "d.txt")
    text = typist.do("remove *.log force")
    assert text.splitlines() == [
        f"Deleting file cf3:\\{typist.name}\\a.log ... OK",
        f"Deleting file cf3:\\{typist.name}\\b.log ... OK",
    ]
    assert [path.name for path in typist.path.iterdir()] == ["d.txt"]
    assert "File Not Found" in typist.refused("remove *.log force")


@pytest.mark.parametrize(
    "command",
    [
        "remove cf3:\\system-pki\\* force",
        "remove cf3:/SYSTEM-PKI/* force",
        "remove cf3:\\system-pki\\*",
        "copy cf3:\\system-pki\\* .",
        "remove ..\\system-pki\\?* force",
    ],
)
def test_no_wildcard_touches_imported_files(typist, command):
    store = typist.bench.cf3 / "system-pki"
    before = sorted(store.iterdir())
    assert "among the imported files" in typist.refused(command)
    assert sorted(store.iterdir()) == before
    assert not list(typist.path.iterdir())


def test_no_wildcard_touches_a_directory_or_a_link(typist, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (typist.path / "a-link").symlink_to(tmp_path / "secret")
    (typist.path / "a-place").mkdir()
    typist.make("a-file")
    (typist.path / ".a-hidden").write_text("hidden")
    assert typist.do("remove * force").count("OK") == 1
    left = sorted(path.name for path in typist.path.iterdir())
    assert left == [".a-hidden", "a-link", "a-place"]
    assert (tmp_path / "secret").exists()


def test_only_the_last_name_may_have_signs(typist):
    typist.make("a.txt")
    for command in ("remove */a.txt force", "list ?/a.txt", "move *.txt b.txt", "show *.txt"):
        assert "not a valid cflash URL" in typist.refused(command)


def test_a_wildcard_is_bounded(typist):
    for number in range(MATCHES):
        (typist.path / f"f{number}").touch()
    assert len(typist.listed("f*")) == MATCHES
    (typist.path / "one-more-f").touch()
    for command in ("list *f*", "remove *f* force", "copy *f* cf3:\\"):
        assert f"more than {MATCHES:,} files match" in typist.refused(command)
    assert len(list(typist.path.iterdir())) == MATCHES + 1


@pytest.mark.parametrize("pattern", ["*", "a*", "*a", "?", "a?c", "*?b*", "**", "a*b*c", "?*?"])
def test_signs_stand_for_what_a_shell_thinks(pattern):
    """Judged by the standard library, whose brackets do not occur here."""
    names = ["", "a", "b", "ab", "abc", "aXc", "cab", "abcabc", "aabbcc", "a.b.c", "ca"]
    for name in met(8, filter(None, names)):
        assert wildcard(pattern).fits(name) == fnmatch.fnmatchcase(name, pattern), name


def test_many_signs_cost_no_more_than_their_number():
    wanted = wildcard("*a" * 95 + "b")
    assert not wanted.fits("a" * 250)  # a regular expression would not come to an end
