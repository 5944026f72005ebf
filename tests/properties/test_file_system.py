"""Whatever the file commands are told: nothing outside ``cf3:`` changes, nor an imported file."""

import tempfile
from pathlib import Path

from counting import met
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.core.errors import SrpkiError
from srpki.device.filesystem import FileSystem

PARTS = st.sampled_from(
    ["a", "b", "dir", "sub", "..", ".", "system-pki", "System-PKI", "key", "link", "out", " ", ""]
)
URLS = st.one_of(
    st.builds(
        lambda device, slash, parts: device + slash.join(parts),
        st.sampled_from(["", "cf3:", "cf3:/", "cf3:\\", "CF3:/", "/", "cf1:", "ftp://"]),
        st.sampled_from(["/", "\\"]),
        st.lists(PARTS, max_size=4),
    ),
    st.text(max_size=12),
)
CALLS = st.one_of(
    st.tuples(st.sampled_from(["copy", "move"]), URLS, URLS, st.booleans()),
    st.tuples(st.sampled_from(["remove", "make_directory", "listing", "read_own"]), URLS),
    st.tuples(st.just("remove_directory"), URLS, st.booleans()),
)


def laid_out(root):
    """Make a flash with files, a link that leads out of it, and something outside."""
    cf3 = root / "cf3"
    for directory in ("dir/sub", "system-pki"):
        (cf3 / directory).mkdir(parents=True)
    for file in ("a", "dir/b", "dir/sub/a"):
        (cf3 / file).write_text(file)
    (cf3 / "system-pki" / "key").write_bytes(b"sealed")
    (root / "out").mkdir()
    (root / "out" / "a").write_text("outside")
    (cf3 / "link").symlink_to(root / "out")
    return FileSystem(cf3)


def outcome(files, call):
    """Return what *call* returns, or what it says where it refuses."""
    name, *arguments = call
    switch = {"copy": "force", "move": "force", "remove_directory": "recursive"}.get(name)
    named = {switch: arguments.pop()} if switch else {}
    try:
        return getattr(files, name)(*arguments, **named)
    except SrpkiError as error:
        return str(error)


def guarded(root):
    kept = [root / "out", root / "cf3" / "system-pki"]
    found = {path: path.read_bytes() for top in kept for path in top.rglob("*") if path.is_file()}
    return found, sorted(path.name for path in root.iterdir()), (root / "cf3" / "link").is_symlink()


@settings(max_examples=200, deadline=None)
@given(st.lists(CALLS, min_size=1, max_size=6))
def test_no_sequence_of_commands_leads_out_or_touches_an_imported_file(calls):
    with tempfile.TemporaryDirectory() as made:
        root = Path(made)
        files = laid_out(root)
        before = guarded(root)
        for call in met(1, calls):
            seen = outcome(files, call)
            assert seen not in {b"sealed", b"outside"}, call
            assert made not in repr(seen), call  # no name of this machine
        assert guarded(root) == before, calls
