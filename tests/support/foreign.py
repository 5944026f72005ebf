"""Foreign programs that tests run: absent, they are a failure in CI and a skip elsewhere."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest


def missing(sentence: str) -> NoReturn:
    """Fail in CI, skip elsewhere: the machine lacks what *sentence* names."""
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def need(program: str) -> str:
    """Return the path of *program*."""
    return shutil.which(program) or missing(f"{program} is not installed")


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
