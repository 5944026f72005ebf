"""Every file below a node directory is opened by `srpki.storage`, which follows no link.

Judged twice: by reading the program, and by watching what a node that does everything opens.
"""

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import srpki

ROOT = Path(srpki.__file__).parent

PATHLIB = {  # methods of Path that touch a disk, by the number of positional arguments they take
    "open": (0, 1),
    "read_text": (0,),
    "read_bytes": (0,),
    "write_text": (1,),
    "write_bytes": (1,),
    "touch": (0,),
    "unlink": (0,),
    "rename": (1,),
    "mkdir": (0,),
    "rmdir": (0,),
    "iterdir": (0,),
    "glob": (1,),
    "rglob": (1,),
    "walk": (0,),
    "exists": (0,),
    "is_file": (0,),
    "is_dir": (0,),
    "is_symlink": (0,),
    "stat": (0,),
    "lstat": (0,),
    "chmod": (1,),
    "symlink_to": (1,),
    "hardlink_to": (1,),
}
OS = {
    *("open", "listdir", "scandir", "walk", "stat", "lstat", "mkdir", "makedirs", "rename"),
    *("replace", "remove", "unlink", "rmdir", "link", "symlink", "truncate", "chmod", "access"),
}
MODULES = {"shutil", "tempfile", "glob", "mmap"}

ELSEWHERE = {
    "frontend/demo.py": "makes a new node directory where the user says",
    "frontend/execution.py": "reads the command file that the user named",
    "frontend/importing.py": "reads the configuration that the user named",
    "frontend/rehearsing.py": "reads the configuration that the user named",
    "rehearsal/material.py": "says whether the directory that the user named is one",
    "frontend/replaying/again.py": "makes a temporary directory for the copy",
    "frontend/replaying/command.py": "writes the files that the user named",
    "frontend/serve/inventory.py": "reads the inventory that the user named",
    "frontend/streams.py": "opens /dev/null",
    "frontend/timelines.py": "writes the pictures where the user says",
    "frontend/isolated.py": "makes a temporary directory for the copy",
    "frontend/training/answering.py": "makes a temporary directory for what is packed",
    "frontend/training/boarding.py": "says whether the directory that the user named is one",
    "frontend/training/commands.py": "writes the lab file that the user named",
    "frontend/training/course.py": "reads the course and the students that the user named",
    "frontend/training/grading.py": "reads the packs that the user named, into a temporary directory",
    "frontend/training/linting.py": "makes a temporary directory for the node",
    "frontend/training/output.py": "writes the tables that the user named",
    "frontend/training/places.py": "reads lab files that ship or that the user named, lists labs",
    "frontend/training/starting.py": "makes a new node directory where the user says",
    "training/packing.py": "writes the pack that the user named; the others are of an archive",
    "frontend/yang.py": "writes into the directory that the user named",
    "frontend/variables.py": "reads the file that the user named",
    "labca/serve.py": "reads the files that the user named",
    "labca/tls.py": "writes into a new temporary directory",
    "transport/identities.py": "asks whether the system has files without a place on a disk",
}
"""Where files are opened that do not lie below a node, and why."""

OWN_METHODS = {("cli/session.py", "open"), ("device/configuration/rollback.py", "exists")}


def touches(tree, file):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {alias.name for alias in node.names} | {getattr(node, "module", None)}
            if names & MODULES:
                yield node.lineno, f"imports {names & MODULES}"
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "open":
            yield node.lineno, "open()"
        if not isinstance(node.func, ast.Attribute):
            continue
        name, owner = node.func.attr, node.func.value
        if isinstance(owner, ast.Name) and owner.id == "os":
            if name in OS:
                yield node.lineno, f"os.{name}()"
        elif len(node.args) in PATHLIB.get(name, ()) and not _in_house(owner, name):
            yield node.lineno, f".{name}()"


def _in_house(owner, name):
    """Say whether a method of ours is meant that only has the name of one of `Path`."""
    words = ast.unparse(owner)
    return (
        words.endswith(("files", "keystore", "datastore", "editing", "seal", "_seal", "password"))
        or (words in {"self", "device.sessions", "self.device.sessions", "pending"})
        or (name in {"open", "walk"} and words in {"self._secret", "secret", "ast"})
    )


def test_no_other_room_opens_files():
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        if file.startswith("storage/"):
            continue
        hits = [*touches(ast.parse(path.read_text(encoding="utf-8")), file)]
        if hits:
            found[file] = hits
    assert {file: hits for file, hits in found.items() if file not in ELSEWHERE} == {}
    assert found.keys() == ELSEWHERE.keys()  # what does not any more is not excused any more


WATCHED = """
import os, sys
node = sys.argv[1]
seen = []

def watch(event, arguments):
    if event.partition(".")[0] in ("open", "os", "shutil", "glob", "pathlib", "socket"):
        for argument in arguments:
            if isinstance(argument, bytes):
                argument = os.fsdecode(argument)
            if isinstance(argument, str | os.PathLike) and os.fspath(argument).startswith(node + "/"):
                seen.append((event, os.fspath(argument)[len(node):]))

sys.addaudithook(watch)
from srpki.frontend.program import main

status = main(["exec", "--lab", "--keep-going", "--record", node + "/rec", "--node", node, sys.argv[2]])
print("STATUS", status)
for event, path in dict.fromkeys(seen):
    print("SEEN", event, path)
"""

SCRIPT = r"""
edit-config global
configure log file "1" retention 1
/configure log log-id "30" source main true
/configure log log-id "30" destination file "1"
/configure system security pki certificate-auto-update "gw.crt" key-file-name "gw.key" profile "lab-est"
commit
quit-config
admin system security pki generate-keypair save-path cf3:/gw.prv ecdsa-curve secp256r1
admin system security pki import type key input-url cf3:/gw.prv output-file gw.key format der
admin system security pki est enroll est-profile lab-est key cf3:/system-pki/gw.key output-file gw.crt subject-dn "C=DE,CN=gw"
admin system security pki update-certificate certificate gw.crt
admin system security pki export type certificate format pem input-file gw.crt output-url cf3:/d/gw.pem
file make-directory cf3:/d2
file copy cf3:/d/gw.pem cf3:/d2
file move cf3:/d2/gw.pem cf3:/d2/x.pem
file list cf3:/d2
file show cf3:/d2/x.pem
file remove cf3:/d2/x.pem force
file remove-directory cf3:/d2 force
show log log-id 99
admin save
admin save cf3:/other.cfg
exec cf3:/other.cfg
lab clock advance 1h
admin reboot now
"""


def test_a_node_that_does_everything_opens_nothing_by_its_whole_path(tmp_path):
    script = tmp_path / "script.cli"
    script.write_text(textwrap.dedent(SCRIPT))
    node = tmp_path / "node"
    run = subprocess.run(
        [sys.executable, "-c", WATCHED, str(node), str(script)],
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert "STATUS" in run.stdout, run.stderr
    assert (node / "cf3" / "system-pki" / "gw.crt.previous").exists(), run.stdout[-3000:]
    assert (node / "cf3" / "d" / "gw.pem").exists()
    seen = {line for line in run.stdout.splitlines() if line.startswith("SEEN")}
    # The directories that the user names are opened as such, the last but for what is below them.
    allowed = {
        f"SEEN {event} /{name}" for event in ("os.mkdir", "open") for name in ("rec", "lab-ca")
    }
    assert seen <= allowed, seen
