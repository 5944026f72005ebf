"""Files on cf3: what is read, what is written, and what is refused."""

import os
import stat

import pytest
from foreign import unprivileged

from srpki.core.errors import (
    ExistsError,
    InvalidInputError,
    InvalidNameError,
    NotFoundError,
    StorageError,
)
from srpki.device.filesystem import FileSystem
from srpki.device.flash import MAX_FILE


@pytest.fixture
def cf3(tmp_path):
    (tmp_path / "cf3").mkdir()
    (tmp_path / "secret.pem").write_bytes(b"not the router's")
    return tmp_path / "cf3"


@pytest.fixture
def files(cf3):
    return FileSystem(cf3)


LEADING_OUT = (
    "cf3:/../secret.pem",
    "cf3:\\..\\secret.pem",
    "../secret.pem",
    "cf3:/a/../../secret.pem",
    "cf3:/./a.pem",
    "/etc/passwd:",
    "cf1:/a.pem",
    "cf4-B:/a.pem",
    "ftp://host/a.pem",
    "cf3:/a:b",
    "cf3:/a\x00b",
    "cf3:/a\nb",
    "cf3:/ä.pem",
    "cf3:/" + "a" * 100,
    "cf3:/" + "a/" * 120,
    "",
)


@pytest.mark.parametrize("url", LEADING_OUT)
def test_a_url_that_is_not_one_of_cf3_is_refused_for_reading_writing_and_listing(files, url):
    for attempt in (files.read, files.path, files.listing, files.check_new):
        with pytest.raises(InvalidNameError):
            attempt(url)
    with pytest.raises(InvalidNameError):
        files.write(url, b"x", force=True)


@pytest.mark.parametrize(
    "url", ["cf3:/dir/a.pem", "cf3:\\dir\\a.pem", "CF3:/dir/a.pem", "dir/a.pem"]
)
def test_both_slashes_either_case_and_no_device_at_all_name_the_same_file(files, cf3, url):
    files.write(url, b"content")
    assert (cf3 / "dir" / "a.pem").read_bytes() == b"content"
    assert files.read(url) == b"content"


@pytest.mark.parametrize("url", ["cf3:/link.pem", "cf3:/linked/secret.pem"])
def test_a_symbolic_link_is_not_followed(files, cf3, url):
    (cf3 / "link.pem").symlink_to(cf3.parent / "secret.pem")
    (cf3 / "linked").symlink_to(cf3.parent)
    with pytest.raises(InvalidNameError, match="symbolic link"):
        files.read(url)
    with pytest.raises(InvalidNameError, match="symbolic link"):
        files.write(url, b"overwritten", force=True)
    assert (cf3.parent / "secret.pem").read_bytes() == b"not the router's"


def test_a_file_of_1_mib_is_read_and_one_octet_more_is_refused(files, cf3):
    (cf3 / "full").write_bytes(bytes(MAX_FILE))
    (cf3 / "long").write_bytes(bytes(MAX_FILE + 1))
    assert len(files.read("cf3:/full")) == 1024 * 1024
    with pytest.raises(InvalidInputError, match="longer than 1048576 octets"):
        files.read("cf3:/long")


def test_a_directory_is_no_file(files, cf3):
    (cf3 / "dir").mkdir()
    with pytest.raises(InvalidInputError, match="is a directory"):
        files.read("cf3:/dir")
    with pytest.raises(InvalidInputError, match="is a directory"):
        files.write("cf3:/dir", b"x", force=True)


def test_a_pipe_is_refused_at_once_instead_of_waited_for(files, cf3):
    os.mkfifo(cf3 / "pipe")
    with pytest.raises(InvalidInputError, match="not a file"):
        files.read("cf3:/pipe")


def test_a_file_that_is_not_there_is_told_by_its_name_on_the_router(files):
    with pytest.raises(NotFoundError) as caught:
        files.read("cf3:/sub/none.pem")
    assert str(caught.value) == 'file "cf3:\\sub\\none.pem" does not exist'


def test_an_unreadable_file_is_told_with_the_system_s_reason(files, cf3):
    (cf3 / "a.pem").write_bytes(b"x")
    (cf3 / "a.pem").chmod(0)
    with unprivileged(), pytest.raises(StorageError, match="Permission denied"):
        files.read("cf3:/a.pem")


@pytest.mark.parametrize("url", ["cf3:/file.pem/below.pem", "cf3:/file.pem/a/b"])
def test_a_file_is_no_directory_to_put_something_into(files, cf3, url):
    (cf3 / "file.pem").write_bytes(b"x")
    for attempt in (lambda: files.read(url), lambda: files.write(url, b"y")):
        with pytest.raises((StorageError, NotFoundError)) as caught:
            attempt()
        assert str(cf3) not in str(caught.value)
    assert (cf3 / "file.pem").read_bytes() == b"x"


def test_what_exists_is_kept_unless_forced(files, cf3):
    files.write("cf3:/a.pem", b"first")
    with pytest.raises(ExistsError):
        files.write("cf3:/a.pem", b"second")
    assert files.read("cf3:/a.pem") == b"first"
    files.write("cf3:/a.pem", b"third", force=True)
    assert files.read("cf3:/a.pem") == b"third"
    assert [path.name for path in cf3.iterdir()] == ["a.pem"]


def test_what_is_written_is_readable_by_its_owner_alone(files, cf3):
    files.write("cf3:/dir/a.pem", b"x")
    assert stat.S_IMODE((cf3 / "dir" / "a.pem").stat().st_mode) == 0o600
    assert stat.S_IMODE((cf3 / "dir").stat().st_mode) == 0o700


def test_a_write_that_fails_leaves_what_was_there(files, cf3):
    files.write("cf3:/a.pem", b"first")
    (cf3 / ".a.pem.new").mkdir()  # where the new content would be written first
    with pytest.raises(StorageError, match=r"write file \"cf3:\\a.pem\""):
        files.write("cf3:/a.pem", b"second", force=True)
    assert files.read("cf3:/a.pem") == b"first"


@pytest.mark.parametrize(
    "url", ["cf3:/system-pki", "cf3:/system-pki/gw.key", "cf3:/system-pki/a/b"]
)
def test_the_imported_files_are_written_by_import_alone(files, cf3, url):
    for attempt in (
        lambda: files.write(url, b"x", force=True),
        lambda: files.save(url, "configure {\n}\n"),
    ):
        with pytest.raises(InvalidNameError, match="imported files"):
            attempt()
    assert not (cf3 / "system-pki").exists()


@pytest.mark.parametrize("there", [True, False])
def test_the_saved_configuration_is_written_by_save_alone(files, cf3, there):
    if there:
        files.save("cf3:/config.cfg", "configure {\n}\n")
    with pytest.raises(InvalidNameError, match="saved configuration"):
        files.write("cf3:/config.cfg", b"x", force=True)
    assert (cf3 / "config.cfg").exists() == there
    files.save("cf3:/config.cfg", "# later\n")
    assert files.read("cf3:/config.cfg") == b"# later\n"


def test_a_listing_tells_sizes_and_directories_and_hides_files_on_their_way(files, cf3):
    files.write("cf3:/dir/b.pem", b"12345")
    (cf3 / ".half.new").write_bytes(b"x")
    (cf3 / "link").symlink_to("/etc/passwd")
    found = {entry.name: entry.size for entry in files.listing("cf3:").file}
    assert set(found) == {"dir", "link"}
    assert found["dir"] is None
    # A directory below the root also lists itself and the one above [pki.md 6.4].
    assert [(entry.name, entry.size) for entry in files.listing("cf3:\\dir").file] == [
        (".", None),
        ("..", None),
        ("b.pem", 5),
    ]
    single = files.listing("cf3:/dir/b.pem")
    assert [entry.name for entry in single.file] == ["b.pem"]
    assert single.url == "cf3:\\dir\\"


def test_a_listing_of_nothing_says_so(files):
    with pytest.raises(
        NotFoundError, match="File Not Found"
    ):  # what netmiko looks for [cli.md 4.1]
        files.listing("cf3:/none")


def test_completion_finds_what_a_directory_holds_without_what_is_hidden(files, cf3):
    files.write("cf3:/b.pem", b"x")
    files.write("cf3:/a.pem", b"x")
    files.write("cf3:/dir/c.pem", b"x")
    (cf3 / ".hidden").write_bytes(b"x")
    (cf3 / "link").symlink_to("/etc")
    assert files.within("cf3:\\") == ("a.pem", "b.pem", "dir\\")
    assert files.within("cf3:/dir/") == ("c.pem",)


def test_completion_finds_nothing_where_there_is_no_directory(files):
    files.write("cf3:/a.pem", b"x")
    assert files.within("cf3:/none/") == ()
    assert files.within("cf3:/a.pem") == ()
    with pytest.raises(InvalidNameError):
        files.within("cf3:/../")
