"""``file`` in both CLIs, and what it keeps away from [nokia-oper-file.yang, cli.md 1.9 and 4.1]."""

import hashlib
import re
import stat

import pytest

from srpki.schema.tree import SCHEMA, node_at

WORDS = {
    "md": {
        "list": "list",
        "show": "show",
        "remove": "remove",
        "make": "make-directory",
        "rd": "remove-directory",
        "recursive": "recursive",
    },
    "classic": {
        "list": "dir",
        "show": "type",
        "remove": "delete",
        "make": "md",
        "rd": "rd",
        "recursive": "rf",
    },
}


class Files:
    """Types file commands in one of the CLIs, in a directory of its own."""

    def __init__(self, bench, cli, name):
        self.bench = bench
        self.cli = cli
        self.words = WORDS[cli]
        self.url = f"cf3:/{name}"
        self.path = bench.cf3 / name

    def _line(self, command, *rest):
        return " ".join(("file", self.words.get(command, command), *rest))

    def do(self, command, *rest):
        return self.bench.do(self._line(command, *rest), cli=self.cli)

    def refused(self, command, *rest):
        return self.bench.refused(self._line(command, *rest), cli=self.cli)


@pytest.fixture(params=["md", "classic"])
def files(request, bench, fresh):
    found = Files(bench, request.param, fresh)
    found.do("make", found.url)
    return found


def test_a_directory_is_made_and_removed(files):
    assert stat.S_IMODE(files.path.stat().st_mode) == 0o700
    assert "exists already" in files.refused("make", files.url)
    assert "does not exist" in files.refused("make", f"{files.url}/none/below")
    (files.path / "a.txt").write_text("a")
    refused = files.refused("rd", files.url, "force")
    assert "is not empty" in refused
    assert (files.path / "a.txt").exists()
    files.do("rd", files.url, "force", files.words["recursive"])
    assert not files.path.exists()
    assert "does not exist" in files.refused("rd", files.url, "force")


def test_a_file_is_copied_for_its_owner_alone(files):
    (files.path / "a.bin").write_bytes(b"\x00\xff" * 70_000)
    text = files.do("copy", f"{files.url}/a.bin", f"{files.url}/b.bin")
    assert text.splitlines()[-1] == "1 file copied."  # as classic transcripts show it
    assert (files.path / "b.bin").read_bytes() == b"\x00\xff" * 70_000
    assert stat.S_IMODE((files.path / "b.bin").stat().st_mode) == 0o600


@pytest.mark.parametrize("command", ["copy", "move"])
def test_what_exists_is_overwritten_only_by_force(files, command):
    (files.path / "a").write_text("new")
    (files.path / "two").write_text("old")
    line = (command, f"{files.url}/a", f"{files.url}/two")
    assert "exists already - add force" in files.refused(*line)
    assert (files.path / "two").read_text() == "old"
    assert (files.path / "a").read_text() == "new"
    files.do(*line, "force")
    assert (files.path / "two").read_text() == "new"
    assert (files.path / "a").exists() == (command == "copy")


@pytest.mark.parametrize("command", ["copy", "move"])
def test_a_directory_takes_a_file_under_its_name(files, command):
    (files.path / "a").write_text("a")
    files.do("make", f"{files.url}/sub")
    for slash in ("", "/"):
        files.do(command, f"{files.url}/a", f"{files.url}/sub{slash}", "force")
        assert (files.path / "sub" / "a").read_text() == "a"
        (files.path / "a").write_text("a")


def test_a_directory_is_moved_but_not_into_itself(files):
    files.do("make", f"{files.url}/sub")
    (files.path / "sub" / "a").write_text("a")
    files.do("make", f"{files.url}/sub/below")
    assert "into itself" in files.refused("move", f"{files.url}/sub", f"{files.url}/sub/below")
    files.do("move", f"{files.url}/sub", f"{files.url}/other")
    assert (files.path / "other" / "a").read_text() == "a"
    assert "is a directory" in files.refused("copy", f"{files.url}/other", f"{files.url}/x")


def test_a_file_onto_itself_is_refused_and_stays(files):
    (files.path / "a").write_text("a")
    for command in ("copy", "move"):
        files.refused(command, f"{files.url}/a", f"{files.url}/a", "force")
        assert (files.path / "a").read_text() == "a"


def test_a_missing_parent_is_named(files):
    (files.path / "a").write_text("a")
    line = files.refused("copy", f"{files.url}/a", f"{files.url}/none/a")
    assert f'directory "cf3:\\{files.path.name}\\none" does not exist' in line
    assert not (files.path / "none").exists()


def test_a_file_is_removed(files):
    (files.path / "a").write_text("a")
    files.do("remove", f"{files.url}/a", "force")
    assert not (files.path / "a").exists()
    assert "File Not Found" in files.refused("remove", f"{files.url}/a", "force")
    assert "is a directory" in files.refused("remove", files.url, "force")


def test_a_text_is_shown_below_its_name(files):
    (files.path / "a.txt").write_text("one\ntwo\n")
    shown = files.do("show", f"{files.url}/a.txt").splitlines()
    assert shown[:4] == ["File: a.txt", "-" * 79, "one", "two"]  # observed-2.md 12


def test_no_refusal_names_a_word_that_only_one_of_the_clis_has(files):
    (files.path / "a.txt").write_text("a")
    theirs = {"remove-directory", "recursive", "rd", "rf", "delete"}
    for line in (
        ("rd", files.url, "force"),
        ("remove", files.url, "force"),
        ("rd", "cf3:/system-pki", "force"),
        ("show", files.url),
        ("copy", files.url, f"{files.url}2"),
    ):
        hint = files.refused(*line).rpartition(" - ")[2]
        assert not theirs & set(hint.split()) and "file remove" not in hint, hint


@pytest.mark.parametrize("content", [b"\xff\xfe", b"text\x00text", b"\x30\x82\x01\x0a"])
def test_what_is_no_text_is_not_shown(files, content):
    (files.path / "a").write_bytes(content)
    assert "is not a text file" in files.refused("show", f"{files.url}/a")


def test_a_missing_file_is_refused_in_the_words_of_the_router(bench):
    # R-srx transcript [cli.md 1.9]
    assert bench.refused("file show loopback.txt") == (
        'MINOR: MGMT_AGENT #2007: Operation failed - open file "cf3:\\loopback.txt"'
    )


@pytest.mark.parametrize("kind", ["md5", "sha256"])
def test_checksums_are_those_of_the_content(files, kind):
    (files.path / "a").write_bytes(b"content")
    shown = files.do("checksum", kind, f"{files.url}/a")
    assert shown.split()[-1] == hashlib.new(kind, b"content").hexdigest()


def test_nothing_is_a_software_image(files):
    (files.path / "both.tim").write_bytes(b"x")
    refused = files.refused("checksum", "image", f"{files.url}/both.tim")
    assert "is not a software image" in refused


def test_what_netmiko_looks_for_is_there(files):
    """Size, free octets and a missing file, by netmiko's own patterns [cli.md 4.1]."""
    (files.path / "image.bin").write_bytes(b"x" * 1234)
    listed = files.do("list", f"{files.url}/image.bin")
    assert re.search(r"\S+\s+\S+\s+(\d+)\s+image\.bin", listed)[1] == "1234"
    assert re.search(r"(\d+)\s+\w+\s+free", listed)
    assert "File Not Found" in files.refused("list", f"{files.url}/none.bin")


# --- what file commands keep away from ------------------------------------------------------------


@pytest.fixture
def sealed(bench, fresh):
    """An imported key and its octets on the disk."""
    bench.key(fresh)
    return f"{fresh}.key", (bench.cf3 / "system-pki" / f"{fresh}.key").read_bytes()


SPELLINGS = ("cf3:/system-pki/{}", "cf3:\\system-pki\\{}", "system-pki/{}", "CF3:/System-PKI/{}")


@pytest.mark.parametrize("spelled", SPELLINGS)
def test_imported_files_are_neither_shown_nor_copied_moved_or_overwritten(files, sealed, spelled):
    name, octets = sealed
    url = spelled.format(name)
    (files.path / "a").write_text("a")
    for line in (
        ("show", url),
        ("checksum", "sha256", url),
        ("copy", url, f"{files.url}/stolen"),
        ("move", url, f"{files.url}/stolen"),
        ("copy", f"{files.url}/a", url, "force"),
        ("move", f"{files.url}/a", url, "force"),
        ("make", f"{spelled.format('sub')}"),
        ("rd", spelled.format("").rstrip("/\\"), "force", files.words["recursive"]),
        ("move", spelled.format("").rstrip("/\\"), f"{files.url}/all"),
    ):
        assert "imported files" in files.refused(*line), line
    assert files.bench.stored(name) == (octets,)
    assert [item.name for item in files.path.iterdir()] == ["a"]


def test_copying_into_the_directory_of_imported_files_is_refused(files, sealed):
    (files.path / sealed[0]).write_text("a")
    refused = files.refused("copy", f"{files.url}/{sealed[0]}", "cf3:/system-pki", "force")
    assert "imported files" in refused
    assert files.bench.stored(sealed[0]) == (sealed[1],)


def test_an_imported_file_that_is_removed_is_gone_for_the_engine_too(files, fresh):
    bench = files.bench
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    assert bench.state(fresh)["update-state"] == "scheduled"
    files.do("remove", f"cf3:/system-pki/{fresh}.key", "force")
    assert bench.stored(f"{fresh}.key") == (None,)
    assert bench.state(fresh)["update-state"] == "invalid"
    assert "File Not Found" in files.refused("remove", f"cf3:/system-pki/{fresh}.key", "force")
    bench.delete(f'system security pki certificate-auto-update "{fresh}.crt"')


OUTSIDE = ("cf3:/../state/log", "cf3:/..", "cf1:/a", "ftp://host/a", "cf3:/.hidden", "/etc/passwd:")


@pytest.mark.parametrize("url", OUTSIDE)
def test_no_name_leads_out_of_the_flash(files, url):
    (files.path / "a").write_text("a")
    for line in (
        ("list", url),
        ("show", url),
        ("checksum", "md5", url),
        ("copy", url, f"{files.url}/b"),
        ("copy", f"{files.url}/a", url, "force"),
        ("move", url, f"{files.url}/b"),
        ("move", f"{files.url}/a", url, "force"),
        ("remove", url, "force"),
        ("make", url),
        ("rd", url, "force", files.words["recursive"]),
    ):
        files.refused(*line)
    assert [item.name for item in files.path.iterdir()] == ["a"]


def test_symbolic_links_are_not_followed(files, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (files.path / "link").symlink_to(tmp_path / "secret")
    (files.path / "linked").symlink_to(tmp_path)
    for line in (
        ("show", f"{files.url}/link"),
        ("copy", f"{files.url}/linked/secret", f"{files.url}/b"),
        ("remove", f"{files.url}/linked/secret", "force"),
        ("rd", f"{files.url}/linked", "force", files.words["recursive"]),
        ("make", f"{files.url}/linked/new"),
    ):
        assert "symbolic link" in files.refused(*line), line
    files.do("rd", files.url, "force", files.words["recursive"])
    assert (tmp_path / "secret").read_text() == "secret"
    assert [item.name for item in tmp_path.iterdir()] == ["secret"]


def test_the_flash_itself_stays(files):
    for line in (
        ("rd", "cf3:", "force", files.words["recursive"]),
        ("rd", "cf3:/", "force", files.words["recursive"]),
        ("move", "cf3:", f"{files.url}/all"),
        ("remove", "cf3:", "force"),
        ("make", "cf3:"),
    ):
        assert "the compact flash itself" in files.refused(*line), line


def test_a_saved_configuration_can_be_put_back(files):
    """The operator's way to restore: copy an earlier version over the saved configuration."""
    bench = files.bench
    bench.do("admin save")
    saved = bench.cf3 / "config.cfg"
    before = saved.read_bytes()
    files.do("copy", "cf3:/config.cfg", f"{files.url}/kept.cfg")
    assert "add force" in files.refused("copy", f"{files.url}/kept.cfg", "cf3:/config.cfg")
    saved.write_bytes(b"# damaged")
    files.do("copy", f"{files.url}/kept.cfg", "cf3:/config.cfg", "force")
    assert saved.read_bytes() == before


def test_sizes_are_bounded(files, monkeypatch):
    monkeypatch.setattr("srpki.device.flash.MAX_OWN", 10)
    (files.path / "ten").write_bytes(b"x" * 10)
    (files.path / "more").write_bytes(b"x" * 11)
    files.do("copy", f"{files.url}/ten", f"{files.url}/copied")
    for line in (
        ("copy", f"{files.url}/more", f"{files.url}/big"),
        ("show", f"{files.url}/more"),
        ("checksum", "md5", f"{files.url}/more"),
    ):
        assert "longer than 10 octets" in files.refused(*line)


def test_removing_asks_first_unless_forced():
    for name in ("remove", "remove-directory"):
        action = node_at(SCHEMA.operations_md, "file", name)
        assert action.question == "Are you sure? [y,n] "
        assert "force" in [leaf.name for leaf in action.inputs]
