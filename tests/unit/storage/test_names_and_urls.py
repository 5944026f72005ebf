r"""PKI file names and cflash URLs (fact sheet pki.md, section 1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srpki.core.errors import InvalidNameError
from srpki.storage import filenames, urls


@pytest.mark.parametrize(
    "name",
    [
        "a",
        "cert.pem",
        "ipsec-gw.crt",
        "My Certificate",
        "x" * 95,
        "größe.crt",
        "a..b",
        "a.previous",
    ],
)
def test_these_may_name_a_file(name):
    assert filenames.file_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "   ",
        "x" * 96,
        "a/b",
        "a\\b",
        "cf3:a",
        "/etc/passwd",
        "..",
        ".",
        "../a",
        "..\\a",
        ".hidden",
        ".journal",
        ".a.new",
        "a\0b",
        "a\nb",
        "a\x1b[0m",
        "\x7f",
        "a\u2028b",
        "ä" * 95 + "\U0001f600",
        "\U0001f600" * 90,
    ],
)
def test_these_may_not(name):
    with pytest.raises(InvalidNameError):
        filenames.file_name(name)


def test_the_texts_of_the_yang_model_are_used():
    with pytest.raises(InvalidNameError, match=r"^File name must not be all spaces"):
        filenames.file_name("  ")
    with pytest.raises(InvalidNameError, match=r"^File name must not contain a path"):
        filenames.file_name("a/b")


@pytest.mark.parametrize("name", ["a.previous", "a.PREVIOUS", "b.crt.previous"])
def test_names_of_old_pairs_may_be_read_but_not_written(name):
    assert filenames.file_name(name) == name
    with pytest.raises(InvalidNameError, match="previous"):
        filenames.new_file_name(name)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("cf3:\\a.crt", "a.crt"),
        ("cf3:/a.crt", "a.crt"),
        ("CF3:\\a.crt", "a.crt"),
        ("Cf3:/system-pki/a.crt", "system-pki/a.crt"),
        ("cf3:\\system-pki/a.crt", "system-pki/a.crt"),
        ("cf3-A:\\a.crt", "a.crt"),
        ("cf3-a:a.crt", "a.crt"),
        ("cf3:a.crt", "a.crt"),
        ("system-pki", "system-pki"),
        ("system-pki\\a b.crt", "system-pki/a b.crt"),
        ("cf3:\\system-pki\\", "system-pki"),
        ("cf3:\\", ""),
        ("cf3:", ""),
        ("\\a", "a"),
    ],
)
def test_a_url_leads_into_cf3(url, path, tmp_path):
    assert urls.resolve(url, tmp_path) == tmp_path / path


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cf3:\\..\\state\\chassis.key",
        "cf3:/../state/chassis.key",
        "cf3:..",
        "cf3:\\a\\..\\b",
        "..",
        "../state",
        "cf3:\\.\\a",
        "cf3:\\.journal",
        "system-pki/.a.new",
        "cf3:\\\\a",
        "//server/a",
        "cf3:\\a//b",
        "cf3:\\a:b",
        "http://x/a",
        "ftp:a",
        "cf5:\\a",
        "cf3-e:\\a",
        "cf1:\\a",
        "cf2:/a",
        "cf4:a",
        "cf3-B:\\a",
        "cf3:\\a*",
        "cf3:\\a\0",
        "cf3:\\a\nb",
        "cf3:\\ ",
        "cf3:\\ä",
        "cf3:\\" + "x" * 100,
        "cf3:\\" + "x\\" * 100,
    ],
)
def test_any_other_url_is_refused(url, tmp_path):
    with pytest.raises(InvalidNameError):
        urls.resolve(url, tmp_path)


def test_an_absent_compact_flash_is_named(tmp_path):
    with pytest.raises(InvalidNameError, match="cf1: is not present - use cf3:"):
        urls.resolve("CF1:\\a", tmp_path)


def test_a_component_of_99_characters_is_the_longest(tmp_path):
    assert urls.resolve("cf3:\\" + "x" * 99, tmp_path)
    with pytest.raises(InvalidNameError, match="at most 99 characters"):
        urls.resolve("cf3:\\" + "x" * 100, tmp_path)


def test_symbolic_links_are_refused_wherever_they_stand(tmp_path):
    (tmp_path / "cf3").mkdir()
    (tmp_path / "cf3" / "out").symlink_to(tmp_path)
    (tmp_path / "cf3" / "dangling").symlink_to(tmp_path / "nothing")
    for url in ("cf3:\\out", "cf3:\\out\\a", "out/cf3/out", "cf3:\\dangling"):
        with pytest.raises(InvalidNameError, match="symbolic link"):
            urls.resolve(url, tmp_path / "cf3")


def test_a_file_on_the_way_is_no_error_yet(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    assert urls.resolve("cf3:\\a\\b", tmp_path) == tmp_path / "a" / "b"


@given(
    st.text(max_size=40)
    | st.from_regex(r"(cf[1-4]:)?([\\/]?(\.\.|\.|a|b c))*[\\/]?", fullmatch=True)
)
def test_no_text_leads_out(text):
    from pathlib import Path

    root = Path("/nowhere/at/all")
    try:
        path = urls.resolve(text, root)
    except InvalidNameError:
        return
    assert path == root or root in path.parents
    assert ".." not in path.parts


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("cf3:/a/b.crt", "cf3:\\a\\b.crt"),
        ("CF3:\\a", "cf3:\\a"),
        ("cf3:a", "cf3:\\a"),
        ("a/b", "cf3:\\a\\b"),
        ("cf3:", "cf3:\\"),
        ("cf1:/x", "cf1:\\x"),
    ],
)
def test_urls_are_shown_with_backslashes(url, shown):
    assert urls.display(url) == shown


@given(st.text(max_size=60))
def test_showing_a_url_never_fails(text):
    assert isinstance(urls.display(text), str)
