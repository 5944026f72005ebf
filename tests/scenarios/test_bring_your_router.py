"""The saved configuration of a router, brought to a node: it starts, and its profiles come up."""

import json
import subprocess
import sys

import pytest
import router_files
from counting import met

PKI = "admin system security pki"
MIXED = """\
    system
        management-interface
            configuration-mode mixed
        exit
    exit
exit all

# Finished"""
FORMS = {
    "classic": lambda: router_files.classic_file().replace("exit all\n\n# Finished", MIXED),
    "braces": router_files.md_file,
    "flat": lambda: router_files.flat(router_files.md_file()),
}
FILES = {
    "lab-issuing.crt": "certificate",
    "lab-root.crt": "certificate",
    "ca.crl": "crl",
    "gw.crt": "certificate",
    "gw.key": "key",
}


@pytest.fixture
def brought(tmp_path):
    """Run ``srpki import-config``; return what came of it."""

    def run(text, *options, node=tmp_path / "node"):
        file = tmp_path / "router.cfg"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        program = [sys.executable, "-m", "srpki.frontend.program", "import-config", file]
        ended = subprocess.run(
            [*program, "--node", node, *options],
            capture_output=True,
            timeout=60,
            text=True,
            check=False,
        )
        assert "Traceback" not in ended.stderr
        return ended

    return run


@pytest.mark.parametrize("form", FORMS)
def test_every_profile_comes_up_once_the_files_are_there(opened, brought, tmp_path, form):
    text = FORMS[form]()
    told = json.loads(brought(text, "--json").stdout)
    assert told["form"] == form
    assert told["lines"] == len(text.splitlines())
    assert {one["name"]: one["kind"] for one in told["files"]} == FILES
    assert not any(one["imported"] for one in told["files"])
    assert told["secrets"] == [
        'configure system security pki ca-profile "ca" cmpv2 key-list key "ref-1" password'
    ]
    assert told["problems"] == []
    assert told["configuration_mode"] == ("mixed" if form == "classic" else "model-driven")
    left = {one["branch"]: one for one in told["left_out"]}
    assert {one["why"] for one in left.values()} == {"not emulated"}
    assert left["configure port"]["lines"] == (36 if form == "flat" else 132)
    assert {"configure card", "configure router", "configure service"} < left.keys()
    assert router_files.HASH in (tmp_path / "node" / "cf3" / "config.cfg").read_text()
    with opened(tmp_path / "node", profiles=False) as bench:
        assert bench.router.node.system_name() == "segw-1"
        _bring_files(bench)
        tls = 1 if form == "classic" else 2  # with a server's profile
        for branch, count in (
            ("system security pki", 2),
            ("system security tls", tls),
            ("ipsec", 1),
        ):
            lines = bench.do(f"info /state {branch}").splitlines()
            states = [line.split()[1] for line in lines if "oper-state" in line]
            assert states == ["up"] * count, branch


def _bring_files(bench):
    for name in ("root", "issuing"):
        bench.put(f"{name}.pem", (bench.node / "lab-ca" / f"{name}.pem").read_bytes())
        bench.do(
            f"{PKI} import type certificate format pem input-url cf3:/{name}.pem"
            f" output-file lab-{name}.crt"
        )
    bench.do(
        "configure private",
        f'system security pki ca-profile ca cmpv2 url url-string "{bench.lab.server.cmp_url}"',
        "commit",
        "exit all",
    )
    bench.key("gw")
    bench.do(
        bench.registration("gw", ca="ca"),
        f"{PKI} import type certificate format der input-url cf3:/gw.der output-file gw.crt",
    )


def test_a_classic_file_that_says_no_mode_is_that_of_a_classic_node(brought):
    told = json.loads(brought(router_files.classic_file(), "--json").stdout)
    assert told["configuration_mode"] == "classic"


@pytest.mark.parametrize("form", FORMS)
def test_a_node_boots_from_such_a_file_with_a_warning(tmp_path, form):
    node = tmp_path / "node"
    (node / "cf3").mkdir(parents=True)
    (node / "cf3" / "config.cfg").write_text(FORMS[form]())
    program = [sys.executable, "-m", "srpki.frontend.program", "exec", "-", "--node", node]
    ended = subprocess.run(
        program, input="show uptime\n", capture_output=True, timeout=60, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert "damaged" not in ended.stderr
    assert "'configure card' is not emulated" in ended.stderr
    assert "config.cfg.1" in ended.stderr
    assert "segw-1" in ended.stdout


def test_load_takes_such_a_file_the_same_way(opened, tmp_path):
    with opened(tmp_path / "node", profiles=False) as bench:
        for form, text in FORMS.items():
            bench.put("router.cfg", text().encode())
            told = bench.do(
                "configure private",
                "load full-replace cf3:/router.cfg ignore-unknown",
            )
            assert "WARNING: CLI 'configure service' is not emulated" in told, form
            assert f"Loaded {len(text().splitlines())} lines" in told, form
            assert 'name "segw-1"' in bench.do("info system")
            bench.do("discard", "exit all")


def test_a_configuration_that_is_there_is_never_lost_in_silence(brought, tmp_path):
    config = tmp_path / "node" / "cf3" / "config.cfg"
    assert brought("configure {\n    system {\n        name first\n    }\n}\n").returncode == 0
    first = config.read_text()
    ended = brought(router_files.md_file())
    assert ended.returncode == 2
    assert "--replace keeps it" in ended.stderr
    assert config.read_text() == first
    assert "kept as cf3:\\config.cfg.1" in brought(router_files.md_file(), "--replace").stdout
    assert config.with_name("config.cfg.1").read_text() == first


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "nothing in it is a configuration"),
        ("hello\nworld\n", "nothing in it is a configuration"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        ("configure {\n    system {\n", "the text ends before a brace is closed"),
        ("exit all\nconfigure\nsystem\nport 1/1/1\nshutdown\nexit\n", "are not indented"),
    ],
)
def test_what_is_no_configuration_makes_no_node(brought, tmp_path, text, sentence):
    ended = brought(text)
    assert ended.returncode == 2
    assert sentence in ended.stderr
    assert ended.stdout == ""
    assert not (tmp_path / "node").exists()


def test_words_and_values_that_are_not_known_are_listed_and_left_out(brought):
    text = (
        "configure {\n    system {\n        name x\n        nmae y\n        transmission-profile a {\n"
        "            retry many\n            timeout 5\n        }\n        frob {\n            a b\n"
        "        }\n    }\n}\n"
    )
    left = {
        one["branch"]: (one["why"], one["first_line"], one["lines"])
        for one in json.loads(brought(text, "--json").stdout)["left_out"]
    }
    assert left == {
        "configure system nmae": ("unknown", 4, 1),
        "configure system transmission-profile retry": ("cannot be read", 6, 1),
        "configure system frob": ("unknown", 9, 3),
    }


def test_hashes_that_look_like_clear_text_are_not_taken_for_it(brought, tmp_path):
    text = (
        "/configure system security pki ca-profile a cmpv2 key-list key 1 password "
        '"abcdef hash"\n/configure system security pki ca-profile a cmpv2 key-list key 2 password own\n'
    )
    told = json.loads(brought(text, "--json").stdout)
    assert [one.partition("key-list ")[2] for one in told["secrets"]] == ['key "1" password']
    saved = (tmp_path / "node" / "cf3" / "config.cfg").read_text()
    assert "abcdef" not in saved
    assert "own" not in saved.split()
    assert saved.count("hash2") == 1


def test_the_commands_to_export_are_understood_by_both_clis(brought, opened, tmp_path):
    files = json.loads(brought(router_files.md_file(), "--json").stdout)["files"]
    with opened(tmp_path / "node", profiles=False) as bench:
        for cli in ("md", "classic"):
            for one in met(1, files):
                said = bench.fails(one["export"][cli], cli=cli)
                assert "does not exist" in said, said
