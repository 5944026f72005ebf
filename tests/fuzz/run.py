"""Fuzz each target for a while: ``python tests/fuzz/run.py [SECONDS] [TARGET ...]``.

Needs atheris (``pip install .[test,fuzz]``). SECONDS are for each target, 60 when not given. What a
target could not stand is left in the directory that is printed; the exit status is 1 then.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_HERE = Path(__file__).parent
_ONE = "--one"


def _dictionary(words: set[str]) -> str:
    """Return *words* as libFuzzer reads them."""
    return "".join(
        '"' + "".join(f"\\x{octet:02x}" for octet in word.encode()) + '"\n'
        for word in sorted(words)
    )


def _fuzz_one(name: str, arguments: list[str]) -> None:
    """Fuzz one target in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["srpki", "pyasn1"]):
        sys.path.insert(0, str(_HERE))
        import targets

        target, make = targets.TARGETS[name]
        for seed in make():  # what is imported only when it is needed is to be seen, too
            target(seed)
    atheris.Setup([sys.argv[0], *arguments], target)
    atheris.Fuzz()


def main(words: list[str]) -> int:
    """Fuzz the targets named, one after the other; return how many failed."""
    if words[:1] == [_ONE]:
        _fuzz_one(words[1], words[2:])
        return 0
    try:
        import atheris  # noqa: F401 - to say in time that it is missing
    except ImportError:
        print("atheris is not installed: pip install .[test,fuzz]")
        return 2
    sys.path.insert(0, str(_HERE))
    import targets

    seconds = words[0] if words else "60"
    room = Path(tempfile.mkdtemp(prefix="srpki-fuzz-"))
    dictionary = room / "words"
    dictionary.write_text(_dictionary(targets.words()))
    failed = []
    for name in words[1:] or targets.TARGETS:
        corpus = room / name
        corpus.mkdir()
        for number, seed in enumerate(targets.TARGETS[name][1]()):
            (corpus / f"seed-{number}").write_bytes(seed)
        print(f"--- {name}: {seconds} seconds", flush=True)
        options = [
            f"-max_total_time={seconds}",
            f"-dict={dictionary}",
            f"-artifact_prefix={room}/{name}-",
            *("-timeout=10", "-rss_limit_mb=2048", "-max_len=8192", "-verbosity=1"),
        ]
        done = subprocess.run(
            [sys.executable, __file__, _ONE, name, *options, str(corpus)], check=False
        )
        if done.returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}; see {room}")
        return 1
    shutil.rmtree(room)
    print("all clean")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
