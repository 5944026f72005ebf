"""What tests need of the machine: programs, libraries, rights. What is missing fails in CI.

This is the one place that decides so; elsewhere a test is skipped.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import pytest

_CAPABILITIES_V3 = 0x20080522
_READS_ANYTHING = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


def missing(sentence: str) -> NoReturn:
    """Fail in CI, skip elsewhere: the machine lacks what *sentence* names."""
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def need(program: str, path: str | None = None) -> str:
    """Return the path of *program*, which is looked for in *path* when that is given."""
    return shutil.which(program, path=path) or missing(f"{program} is not installed")


def library(name: str) -> ModuleType:
    """Return the library *name*."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is below it
        try:
            return importlib.import_module(name)
        except ImportError:
            missing(f"the library {name} is not installed")


def run(*words: object, check: bool = True, cwd: Path | None = None) -> subprocess.CompletedProcess:
    """Run a program for a minute at most; with *check* it must succeed. Its output is text."""
    done = subprocess.run(
        [str(word) for word in words],
        check=False,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LC_ALL": "C"},
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def called(program: str) -> Callable[..., bytes]:
    """Return a function that runs *program* on octets and returns what it prints.

    It is given ``octets``; it must succeed, or with ``fails`` it must not.
    """
    found = need(program)

    def call(*arguments: object, octets: bytes = b"", fails: bool = False) -> bytes:
        done = subprocess.run(
            [found, *map(str, arguments)],
            input=octets,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode != 0) == fails, (done.stdout, done.stderr)
        return done.stdout

    return call


@contextmanager
def unprivileged() -> Iterator[None]:
    """Take from this thread, inside the block, the right of root to read what its mode forbids."""
    held = _effective()
    _set_effective(held & ~_READS_ANYTHING)
    try:
        yield
    finally:
        _set_effective(held)


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


def _capabilities() -> ctypes.Array[_Sets]:
    sets = (_Sets * 2)()
    _system("capget", sets)
    return sets


def _effective() -> int:
    return _capabilities()[0].effective


def _set_effective(wanted: int) -> None:
    sets = _capabilities()
    sets[0].effective = wanted
    _system("capset", sets)


def _system(name: str, sets: ctypes.Array[_Sets]) -> None:
    """Make a system call of capabilities(7) for this thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(ctypes.byref(_Header(_CAPABILITIES_V3, 0)), sets):
        raise OSError(ctypes.get_errno(), name)
