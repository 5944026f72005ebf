"""The foreign judge of what the protocols say."""

import os
import shutil
import subprocess

import pytest


@pytest.fixture(scope="session")
def openssl():
    """Run openssl on octets and return what it prints; it is the foreign judge."""
    program = shutil.which("openssl")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("openssl is not installed")
        pytest.skip("openssl is not installed")

    def run(*arguments: str, octets: bytes = b"") -> bytes:
        done = subprocess.run(
            [program, *arguments], input=octets, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    return run
