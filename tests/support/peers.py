"""Builds and starts the foreign CMP and EST programs of ``tests/interop/peers``.

OpenSSL 3.5 and libest come from the cache that ``.ci/peers`` fills, Bouncy Castle from Debian's
packages. All of them listen on a port of 127.0.0.1 that the system chooses, and end with the test.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from foreign import missing, need, run
from openssl_pki import Pki

INTEROP = Path(__file__).parent.parent / "interop"
SOURCES = INTEROP / "peers"
JARS = [Path("/usr/share/java") / f"{name}.jar" for name in ("bcprov", "bcpkix", "bcutil")]
LIBEST_USER, LIBEST_PASSWORD = "estuser", "estpwd"


def cache() -> Path:
    """Return where ``.ci/peers`` has put what it unpacked."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    found = Path(home) / "srpki-peers"
    if not (found / "complete").exists():
        missing(".ci/peers has not been run")
    return found


def openssl_35() -> str:
    """Return the path of the OpenSSL 3.5 program."""
    return str(cache() / "bin" / "openssl-3.5")


class Server:
    """A server that runs: its port, and what it has said."""

    def __init__(self, process: subprocess.Popen, prefix: str) -> None:
        self._process = process
        self.lines: list[str] = []
        self.port = self._wait_for_port(prefix)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _wait_for_port(self, prefix: str) -> int:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(prefix):
                address = line.removeprefix(prefix).split()[0]
                assert "127.0.0.1" in address, f"it listens on {address}"
                return int(address.rpartition(":")[2])
            self.lines.append(line)
        pytest.fail(f"the server ended: {''.join(self.lines)}")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))

    def stop(self) -> None:
        """End it; then `lines` is complete."""
        self._process.terminate()
        self._process.wait(timeout=20)
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def serving(*words: object, prefix: str = "listening on ", **options: object) -> Iterator[Server]:
    """Run a server; the line that begins with *prefix* names its address."""
    process = subprocess.Popen(
        [str(word) for word in words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    try:
        server = Server(process, prefix)
    except BaseException:
        process.kill()
        process.communicate()
        raise
    try:
        yield server
    finally:
        server.stop()


class Peers:
    """The programs, built below *directory* (several test processes may share it) when asked for."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    # OpenSSL

    @contextmanager
    def openssl_mock(self, program: str, pki: Pki, *mood: str) -> Iterator[Server]:
        """Run the mock server of ``openssl cmp``, which hands out the certificate *new*."""
        preload = self._built("loopback", [INTEROP / "loopback_preload.c"], _shared)
        configuration = pki.file("mock.cnf")  # OpenSSL 3.2 and later hold oldCertID against it
        configuration.write_text("[cmp]\nref_cert = old.pem\n")
        with serving(
            *(program, "cmp", "-config", configuration, "-port", "0"),
            *("-srv_ref", "4711", "-srv_secret", "pass:insecure"),
            *("-srv_cert", "server.pem", "-srv_key", "server.key"),
            *("-srv_trusted", "trusted.pem", "-rsp_cert", "new.pem"),
            *("-rsp_extracerts", "root.pem", "-rsp_capubs", "root.pem"),
            *mood,
            prefix="ACCEPT ",
            cwd=pki.where,
            env={**os.environ, "LD_PRELOAD": str(preload / "program")},
        ) as server:
            yield server

    # libest

    @contextmanager
    def libest_server(self, pki: Pki, mode: str = "none", *options: str) -> Iterator[Server]:
        """Run an EST server on libest; *mode* and *options* as its source has them."""
        names = ("root.pem", "root.key", "server.pem", "server.key", "trusted.pem")
        with serving(self._libest("server"), *map(pki.file, names), mode, *options) as server:
            yield server

    def libest_client(self, *words: object) -> subprocess.CompletedProcess:
        """Run an EST client on libest once; *words* as its source has them."""
        return run(self._libest("client"), *words, check=False)

    def _libest(self, end: str) -> Path:
        library = cache() / "libest"

        def compile_it(sources: list[Path], where: Path) -> None:
            run(
                *(need("gcc"), "-O", "-Wno-deprecated-declarations", f"-I{library}"),
                *("-o", where / "program", *sources, library / "libest.so"),
                *("-lssl", "-lcrypto", f"-Wl,-rpath,{library}"),
            )

        source = SOURCES / f"est_libest_{end}.c"
        return self._built(f"libest-{end}", [source], compile_it) / "program"

    # Bouncy Castle

    @contextmanager
    def bouncy_castle_ca(self, pki: Pki, **words: object) -> Iterator[Server]:
        """Run a CMP CA on Bouncy Castle for reference 4711; *words* as its source has them."""
        with serving(
            *self._java("BcCmpServer"),
            *_assignments(
                ca=pki.file("root.pem"),
                caKey=pki.file("root.key"),
                signer=pki.file("server.pem"),
                signerKey=pki.file("server.key"),
                trust=pki.file("trusted.pem"),
                reference="4711",
                secret="insecure",
                **words,
            ),
        ) as server:
            yield server

    def bouncy_castle_cmp(self, **words: object) -> subprocess.CompletedProcess:
        """Run a CMP client on Bouncy Castle once; *words* as its source has them."""
        return run(*self._java("BcCmpClient"), *_assignments(**words), check=False)

    def bouncy_castle_est(self, **words: object) -> subprocess.CompletedProcess:
        """Run an EST client on Bouncy Castle once; *words* as its source has them."""
        return run(*self._java("BcEstClient"), *_assignments(**words), check=False)

    def _java(self, name: str) -> list[str]:
        for jar in JARS:
            if not jar.exists():
                missing(f"{jar} is not installed")
        classes = self._built("java", sorted(SOURCES.glob("*.java")), _compiled_java)
        path = ":".join(map(str, [*JARS, classes]))
        return [need("java"), "-XX:TieredStopAtLevel=1", "-cp", path, name]

    def _built(
        self, name: str, sources: list[Path], build: Callable[[list[Path], Path], None]
    ) -> Path:
        content = b"".join(source.read_bytes() for source in sources)
        place = self._directory / f"{name}-{hashlib.sha256(content).hexdigest()[:12]}"
        if place.exists():
            return place
        new = Path(tempfile.mkdtemp(dir=self._directory))
        build(sources, new)
        try:
            new.rename(place)
        except OSError:  # another test process was faster
            shutil.rmtree(new)
        return place


def _assignments(**words: object) -> list[str]:
    return [f"{name}={value}" for name, value in words.items()]


def _shared(sources: list[Path], where: Path) -> None:
    run(need("gcc"), "-shared", "-fPIC", "-o", where / "program", *sources, "-ldl")


def _compiled_java(sources: list[Path], where: Path) -> None:
    run(need("javac"), "-nowarn", "-cp", ":".join(map(str, JARS)), "-d", where, *sources)
