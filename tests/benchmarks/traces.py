"""How many files of srpki five requests pass through, and how many of their functions.

Run from an environment in which srpki is installed:  python tests/benchmarks/traces.py
Each request is made once before it is traced, so that what is loaded late is not counted.
"""

import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(HERE / "scenarios"), str(HERE / "support")]

import workbench  # noqa: E402 - it lies beside

import srpki  # noqa: E402 - as above

ROOT = str(Path(srpki.__file__).parent)
UPDATE = 'admin system security pki update-certificate certificate "gw.crt"'
PROFILE = 'system security pki certificate-update-profile "lab-cmp" retry-interval'


class Trace:
    """Notes who is called, in all threads that begin after `watch`."""

    def __init__(self):
        self.calls = None

    def watch(self):
        threading.setprofile(self._note)
        sys.setprofile(self._note)

    def _note(self, frame, event, _):
        if event == "call" and self.calls is not None:
            code = frame.f_code
            if code.co_filename.startswith(ROOT):
                self.calls.add((code.co_filename[len(ROOT) + 1 :], code.co_qualname))

    @contextmanager
    def of(self):
        self.calls = calls = set()
        try:
            yield calls
        finally:
            self.calls = None


def requests(bench):
    """Yield the name of each request, what goes before it and what makes it."""
    session = bench._sessions["md"]
    seconds = iter((3000, 3100))
    bench.enrol_cmp("gw")
    bench.enrol_est("tls")
    bench.auto_update("gw", "lab-cmp")
    bench.auto_update("tls", "lab-est")

    def nothing():
        pass

    def fault():
        bench.do("lab ca fault add simplereenroll http-500 times 1")

    def edits():
        if not session.prompt.startswith("\n[/]"):
            bench.do("exit all", "quit-config")
        bench.do("edit-config private", f"/configure {PROFILE} {next(seconds)}")

    yield "a manual update in the MD-CLI", nothing, lambda: bench.do(UPDATE)
    yield "EST renewal, retried, and CMPv2", fault, lambda: bench.do("lab clock advance 30d")
    yield "a commit of a profile in use", edits, lambda: bench.do("commit")
    key = "/configure system security pki ca-profile "
    yield "`?` on a list key", nothing, lambda: session.help(key)
    yield "Tab on a list key", nothing, lambda: session.complete(key)


def main():
    trace = Trace()
    trace.watch()
    print(f"{'request':40}{'functions':>10}{'files':>8}")
    with tempfile.TemporaryDirectory() as place, workbench.workbench(Path(place) / "node") as bench:
        for name, prepare, make in requests(bench):
            prepare()
            make()
            prepare()
            with trace.of() as calls:
                make()
            print(f"{name:40}{len(calls):10}{len({file for file, _ in calls}):8}")
            if name.startswith("a manual"):
                ca = {file for file, _ in calls if file.startswith(("labca/", "protocol/"))}
                print(f"{'  of which lab CA and protocols':40}{'':10}{len(ca):8}")
    sys.setprofile(None)


if __name__ == "__main__":
    main()
