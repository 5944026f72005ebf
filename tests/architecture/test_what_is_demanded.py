"""What README and ``.ci/run`` demand is used, and what is used and missing fails in CI."""

import re
import tomllib
from pathlib import Path

import pytest
from foreign import library, missing, need, run

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
USE = {
    "openssl": 'need("openssl")',
    "strongswan-pki": 'need("pki")',
    "libstrongswan-standard-plugins": 'need("pki")',  # the TLS that pki speaks
    "curl": '"curl"',
    "tmux": 'need("tmux")',
    "gcc": 'need("gcc")',
    "libssl-dev": "-lssl",  # what is compiled is linked with it
    "libyang-tools": 'need("yanglint")',
    "libnss3-tools": '"certutil"',
    "charon-systemd": "need(CHARON)",
    "strongswan-swanctl": 'need("swanctl")',
    "default-jdk-headless": 'need("javac")',
    "libbcpkix-java": "bcpkix",
    "libbcprov-java": "bcprov",
    "libbcutil-java": "bcutil",
    "ca-certificates": "/usr/share/ca-certificates",
    "openssh-client": '"ssh"',
    "openssh-server": '"sshd"',
    "jq": 'need("jq")',
    "chromium": 'need("chromium")',
}
"""Each package of ``.ci/run``, and the words by which a test asks for what is in it."""
LIBRARIES = {
    "netmiko": 'library("netmiko")',
    "scrapli": 'library("scrapli")',
    "napalm": 'library("napalm")',
    "napalm-sros": 'get_network_driver("sros")',
    "setuptools": 'library("napalm")',  # whose pkg_resources newer ones have not
    "ansible": 'need("ansible-playbook"',
    "paramiko": 'library("paramiko")',
    "ncclient": 'library("ncclient.manager")',
    "pysros": 'library("pysros.management")',
    "nornir": 'library("nornir.core")',
    "nornir-netconf": 'library("nornir_netconf.plugins.tasks")',
    "vici": 'library("vici")',
    "pyang": 'library("pyang")',
    "certifi": "import certifi",
    "hatchling": 'library("hatchling")',
    "cryptography-vectors": "import cryptography_vectors",
    "hypothesis": "from hypothesis import",
    "pexpect": "import pexpect",
    "pyte": "import pyte",
    "asciinema": 'library("asciinema")',
    "pytest": "import pytest",
    "pytest-randomly": None,
    "pytest-socket": None,
    "pytest-timeout": "mark.timeout",
    "pytest-xdist": None,
}
"""Each library of the extras for tests; a plugin without words is used by every test."""


@pytest.fixture(scope="module")
def sources():
    """The text of all tests but this one."""
    paths = [path for path in TESTS.rglob("*.py") if path != Path(__file__)]
    assert len(paths) > 300
    return {path.relative_to(TESTS).as_posix(): path.read_text() for path in paths}


def test_every_package_that_ci_installs_is_used_and_in_the_readme(sources):
    found = re.search(r"wanted=\(([^)]*)\)", (ROOT / ".ci" / "run").read_text())[1].split()
    assert {*found} == {*USE}
    everything = "\n".join(sources.values())
    assert [package for package, words in USE.items() if words not in everything] == []
    readme = (ROOT / "README.md").read_text().partition("## Test it")[2].partition("```sh")[0]
    unnamed = [package for package in USE if f"`{package}`" not in readme]
    assert unnamed == []


def test_ci_types_the_commands_of_the_readme():
    """The lines of ``.ci/run`` that take a command out of the README find both."""
    script = (ROOT / ".ci" / "run").read_text()
    parts, body = re.search(
        r"^for part in ([a-z ]+); do\n(.*?)^done$", script, re.MULTILINE | re.DOTALL
    ).groups()
    assert "bash -euo pipefail -c" in body
    said = body.replace('bash -euo pipefail -c "$typed"', "true")
    found = run(need("bash"), "-euc", f"for part in {parts}; do\n{said}\ndone", cwd=ROOT).stdout
    first, tests = found.splitlines()
    assert first.endswith(".venv/bin/pip install . && .venv/bin/srpki demo")
    assert tests.endswith(".venv/bin/pytest -n auto")


def test_every_library_of_the_test_extra_is_used(sources):
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        re.match(r"[\w-]+", line)[0]
        for name in ("test", "strongswan")
        for line in extras["optional-dependencies"][name]
    ]
    assert {*wanted} - {"srpki"} == {*LIBRARIES}
    everything = "\n".join(sources.values())
    unused = [name for name, words in LIBRARIES.items() if words and words not in everything]
    assert unused == []


def test_only_the_helper_decides_what_is_skipped(sources):
    deciding = re.compile(r"""environ(?:\.get\(|\[)["']CI["']|pytest\.skip\(|importorskip|skipif""")
    assert [path for path, text in sources.items() if deciding.search(text)] == [
        "support/foreign.py"
    ]


@pytest.mark.parametrize(
    "ask", [missing, need, library, lambda name: need(name, "/nowhere")], ids=range(4)
)
def test_what_is_missing_fails_in_ci_and_is_skipped_elsewhere(monkeypatch, ask):
    monkeypatch.setenv("CI", "true")
    assert _ended(ask) == "failed"
    monkeypatch.delenv("CI")
    assert _ended(ask) == "skipped"


def _ended(ask):
    """Return how *ask* ends for what nobody has; it must not end this test in the same way."""
    try:
        ask("no-such-thing")
    except pytest.fail.Exception:
        return "failed"
    except pytest.skip.Exception:
        return "skipped"
    return "found"
